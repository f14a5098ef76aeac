# SPDX-License-Identifier: Apache-2.0
"""Makes src/test/resources/pytorch: one tiny BERT classifier as PyTorch and as safetensors write it.

Needs torch, safetensors. Run in the module's directory; the files are committed, so this is only for making them anew.
"""

import json
import pathlib

import torch
from safetensors.torch import save_file

V, D, LAYERS, HEADS, INTERMEDIATE, POSITIONS = 11, 8, 1, 2, 12, 9
OUT = pathlib.Path("src/test/resources/pytorch")


def linear(name, out, inp):
    return {f"{name}.weight": torch.randn(out, inp), f"{name}.bias": torch.randn(out)}


def layer_norm(name):
    return {f"{name}.weight": torch.randn(D), f"{name}.bias": torch.randn(D)}


def state_dict():
    torch.manual_seed(11)
    tensors = {
        "bert.embeddings.position_ids": torch.arange(POSITIONS)[None],
        "bert.embeddings.word_embeddings.weight": torch.randn(V, D),
        "bert.embeddings.position_embeddings.weight": torch.randn(POSITIONS, D),
        "bert.embeddings.token_type_embeddings.weight": torch.randn(2, D),
        **layer_norm("bert.embeddings.LayerNorm"),
    }
    for l in range(LAYERS):
        layer = f"bert.encoder.layer.{l}."
        for part in ("query", "key", "value"):
            tensors |= linear(f"{layer}attention.self.{part}", D, D)
        tensors |= linear(f"{layer}attention.output.dense", D, D) | layer_norm(f"{layer}attention.output.LayerNorm")
        tensors |= linear(f"{layer}intermediate.dense", INTERMEDIATE, D) | linear(f"{layer}output.dense", D, INTERMEDIATE)
        tensors |= layer_norm(f"{layer}output.LayerNorm")
    tensors |= linear("bert.pooler.dense", D, D) | linear("classifier", 2, D)
    return tensors


def write(name, save):
    directory = OUT / name
    directory.mkdir(parents=True, exist_ok=True)
    config = {
        "model_type": "bert", "architectures": ["BertForSequenceClassification"], "vocab_size": V, "hidden_size": D,
        "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "intermediate_size": INTERMEDIATE,
        "max_position_embeddings": POSITIONS, "id2label": {"0": "bad", "1": "good"},
    }
    (directory / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    save(directory)


tensors = state_dict()
write("safetensors", lambda d: save_file(tensors, d / "model.safetensors", metadata={"format": "pt"}))
write("zip", lambda d: torch.save(tensors, d / "pytorch_model.bin"))
write("legacy", lambda d: torch.save(tensors, d / "pytorch_model.bin", _use_new_zipfile_serialization=False))

# what modules keep: parameters, half precision, a transposed view, two views of one storage
views = dict(tensors)
views["classifier.weight"] = torch.nn.Parameter(tensors["classifier.weight"].t().contiguous().t())
both = torch.cat([tensors["classifier.bias"], tensors["bert.pooler.dense.bias"]])
views["classifier.bias"], views["bert.pooler.dense.bias"] = both[:2], both[2:]
views["bert.embeddings.LayerNorm.bias"] = tensors["bert.embeddings.LayerNorm.bias"].double()
write("views", lambda d: torch.save(views, d / "pytorch_model.bin"))
