# SPDX-License-Identifier: Apache-2.0
"""PyTorch's side of the comparison: does what a line on standard input asks for, and answers with a line.

    python worker.py MODEL BATCHES THREADS train|infer eager|onednn|bfloat16|compiled|onnxruntime|onnxruntime-int8

Commands: `train FROM COUNT`, `score FROM COUNT`, `evaluate FROM COUNT` answer with the seconds of each batch; `logits
BATCH` answers with the logits of a batch. BATCHES has a line for each text: its label, then its token ids; 32 lines are
a micro-batch, and after the last one comes the first.
"""

import sys
import time

import torch
import torch.nn.functional as F

import families
import reference

MICRO_BATCH = 32
LEARNING_RATE = 2e-5


class OneDnnLinear(torch.autograd.Function):
    """x·Wᵀ + b by oneDNN. By itself eager PyTorch uses MKL, which was half as fast on an AMD CPU with AVX-512."""

    @staticmethod
    def forward(context, x, weight, bias):
        context.save_for_backward(x, weight)
        return product(x, weight, bias)

    @staticmethod
    def backward(context, gradient):
        x, weight = context.saved_tensors
        rows, inputs = gradient.flatten(0, -2), x.flatten(0, -2)
        of_weight = product(rows.t().contiguous(), inputs.t().contiguous())
        return product(gradient, weight.t().contiguous()), of_weight, rows.sum(0)


def product(x, weight, bias=None):
    """x·Wᵀ (+ b), x [.., in], W [out, in]."""
    return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")


class Worker:
    version = "torch " + torch.__version__

    def __init__(self, model, batches, peer):
        self.model = (reference if families.is_bert(model) else families).load(model)
        self.batches = read_batches(batches)
        self.forward = torch.compile(self.model, dynamic=True) if peer == "compiled" else self.model
        self.precision = torch.autocast("cpu", dtype=torch.bfloat16, enabled=peer == "bfloat16")
        # No argument but what the method fixes: PyTorch chooses its own form of the update.
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01
        )

    def train(self, texts, labels):
        self.model.train()
        ids, mask = reference.pad(texts)
        with self.precision:
            logits, _ = self.forward(ids, mask)
        self.optimizer.zero_grad()
        loss = F.cross_entropy(logits.float(), torch.tensor(labels))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        return loss.item()

    @torch.no_grad()
    def score(self, texts, labels):
        self.model.eval()
        with self.precision:
            logits, attention = self.forward(*reference.pad(texts), with_attention=True)
        variance = torch.stack([reference.cls_variance(layer.float()).sum(0) for layer in attention])
        correct = (logits.argmax(-1) == torch.tensor(labels)).sum()
        return variance.tolist(), int(correct)

    @torch.no_grad()
    def evaluate(self, texts, labels):
        self.model.eval()
        with self.precision:
            return self.forward(*reference.pad(texts))[0].float().tolist()


def timed(batches, work, first, count):
    seconds = []
    for index in range(first, first + count):
        batch = batches[index % len(batches)]
        start = time.perf_counter()
        work(*batch)
        seconds.append(time.perf_counter() - start)
    return " ".join(f"{s:.6f}" for s in seconds)


def read_batches(file):
    texts, labels = [], []
    with open(file, encoding="ascii") as lines:
        for line in lines:
            label, *ids = map(int, line.split())
            labels.append(label)
            texts.append(ids)
    return [
        (texts[i : i + MICRO_BATCH], labels[i : i + MICRO_BATCH]) for i in range(0, len(texts), MICRO_BATCH)
    ]


def main():
    model, batches, threads, _, peer = sys.argv[1:6]
    torch.manual_seed(11)
    torch.set_num_threads(int(threads))
    torch.set_num_interop_threads(1)
    if peer == "onednn":
        F.linear = OneDnnLinear.apply  # what nn.Linear calls
    if peer.startswith("onnxruntime"):
        import onnx_worker

        worker = onnx_worker.OnnxWorker(model, read_batches(batches), int(threads), int8=peer.endswith("int8"))
        works = {"evaluate": worker.evaluate}
    else:
        worker = Worker(model, batches, peer)
        works = {"train": worker.train, "score": worker.score, "evaluate": worker.evaluate}
    print("ready", worker.version, flush=True)
    for line in sys.stdin:
        command, *numbers = line.split()
        if command == "logits":
            logits = worker.evaluate(*worker.batches[int(numbers[0])])
            print(*(value for row in logits for value in row), flush=True)
        else:
            print(timed(worker.batches, works[command], *map(int, numbers)), flush=True)


if __name__ == "__main__":
    main()
