# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime's side of the comparison: the reference encoder, exported by PyTorch, without gradients."""

import pathlib
import tempfile

import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

import reference


class Logits(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, ids, mask):
        return self.model(ids, mask)[0]


class OnnxWorker:
    """Of the float32 model, or with weights and activations of the linear layers in int8 (dynamic quantization)."""

    version = "onnxruntime " + onnxruntime.__version__

    def __init__(self, model, batches, threads, int8):
        self.batches = batches
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory) / "model.onnx"
            export(reference.load(model), batches[0][0], file)
            if int8:
                quantize_dynamic(file, file.with_name("int8.onnx"), weight_type=QuantType.QInt8)
                file = file.with_name("int8.onnx")
            self.session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])

    def evaluate(self, texts, labels):
        ids, mask = reference.pad(texts)
        return self.session.run(["logits"], {"ids": ids.numpy(), "mask": mask.numpy()})[0].tolist()


def export(model, texts, file):
    """Texts and tokens of a batch stay open."""
    ids, mask = reference.pad(texts)
    texts_of, tokens = torch.export.Dim("texts", min=2, max=4096), torch.export.Dim("tokens", min=2, max=512)
    shapes = {0: texts_of, 1: tokens}
    torch.onnx.export(
        Logits(model).eval(),
        (ids, mask),
        str(file),
        input_names=["ids", "mask"],
        output_names=["logits"],
        dynamic_shapes={"ids": shapes, "mask": shapes},
        dynamo=True,
        external_data=False,
        verbose=False,
    )
