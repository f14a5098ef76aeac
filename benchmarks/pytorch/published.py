# SPDX-License-Identifier: Apache-2.0
"""The published procedure in PyTorch, stage by stage, with the seconds of each.

As the research code does it, and as the method is defined: every text is padded to 128 tokens, micro-batches of 32 come
in the file's order, each candidate prune set is tried on a copy of the model with its heads cut out, and the normalized
fine-tuning starts from the encoder again. One thing is not its own: it walks the candidate sets that a run of the
project walked (their sizes, from its pruned-heads.json), so that both do the same work.
"""

import argparse
import copy
import csv
import json
import pathlib
import time

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

import reference
from reference import MAX_LENGTH

MICRO_BATCH = 32
LAMBDA = 0.15


def read(file):
    with open(file, encoding="utf-8", newline="") as lines:
        if file.suffix == ".csv":
            rows = list(csv.DictReader(lines))
        else:
            rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(row.get("sentence", row.get("text")), int(row["label"])) for row in rows]


def batches(file, tokenizer):
    rows = read(file)
    texts = [encoding.ids for encoding in tokenizer.encode_batch([text for text, _ in rows])]
    made = []
    for i in range(0, len(rows), MICRO_BATCH):
        ids, mask = reference.pad(texts[i : i + MICRO_BATCH], MAX_LENGTH)
        made.append((ids, mask, torch.tensor([label for _, label in rows[i : i + MICRO_BATCH]])))
    return made


def fine_tune(model, train, epochs, loss_of):
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5, weight_decay=0.01)
    steps = epochs * len(train)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: max(0, steps - step) / steps)
    model.train()
    for _ in range(epochs):
        for ids, mask, labels in train:
            optimizer.zero_grad()
            loss_of(model, ids, mask, labels).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()


@torch.no_grad()
def statistics(model, split):
    """Head variance [L][A of the layer] and accuracy."""
    model.eval()
    sums, correct, texts = None, 0, 0
    for ids, mask, labels in split:
        logits, attention = model(ids, mask, with_attention=True)
        batch = [reference.cls_variance(layer).double().sum(0) for layer in attention]
        sums = batch if sums is None else [a + b for a, b in zip(sums, batch)]
        correct += int((logits.argmax(-1) == labels).sum())
        texts += len(labels)
    return [layer / texts for layer in sums], correct / texts


@torch.no_grad()
def accuracy(model, split):
    model.eval()
    correct = sum(int((model(ids, mask)[0].argmax(-1) == labels).sum()) for ids, mask, labels in split)
    return correct / sum(len(labels) for _, _, labels in split)


def prunable(variance):
    """Heads by score, lowest first, without each layer's highest."""
    heads = sorted((float(v), l, h) for l, layer in enumerate(variance) for h, v in enumerate(layer))
    highest = {(l, int(layer.argmax())) for l, layer in enumerate(variance)}
    return [(l, h) for _, l, h in heads if (l, h) not in highest]


class Run:
    def __init__(self, chosen):
        self.chosen = chosen
        self.seconds = {}
        tokenizer = Tokenizer.from_file(str(chosen.model / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_LENGTH)
        self.train, self.validation, self.test = (
            batches(file, tokenizer) for file in (chosen.train, chosen.validation, chosen.test)
        )
        self.poisoned = batches(chosen.poisoned_test, tokenizer) if chosen.poisoned_test else []

    def timed(self, stage, work):
        start = time.perf_counter()
        result = work()
        self.seconds[stage] = time.perf_counter() - start
        print(f"published: {stage} took {self.seconds[stage]:.1f} s", flush=True)
        return result

    def fresh(self):
        model = reference.load(self.chosen.model)
        torch.nn.init.normal_(model.classifier.weight, std=0.02)
        torch.nn.init.zeros_(model.classifier.bias)
        return model

    def baseline(self):
        model = self.fresh()
        fine_tune(model, self.train, self.chosen.epochs, lambda m, ids, mask, y: F.cross_entropy(m(ids, mask)[0], y))
        torch.save(model.state_dict(), self.chosen.out.with_suffix(".baseline"))
        return model

    def prune(self, model, variance):
        order = prunable(variance)
        walked = json.loads(self.chosen.walk.read_text())["steps"]
        for step in walked:
            if step["pruned"] > 0:
                candidate = copy.deepcopy(model)
                candidate.prune(order[: step["pruned"]])
                accuracy(candidate, self.validation)
        return order[: walked[-1]["pruned"]], sum(step["pruned"] > 0 for step in walked)

    def normalize(self, model, pruned):
        candidate = copy.deepcopy(model)
        candidate.prune(pruned)
        variance, _ = statistics(candidate, self.validation)
        coefficients = reference.layer_coefficients(torch.stack([layer.mean() for layer in variance])).tolist()
        purified = self.fresh()
        purified.prune(pruned)

        def loss(m, ids, mask, labels):
            logits, attention = m(ids, mask, with_attention=True)
            return F.cross_entropy(logits, labels) + reference.penalty(attention, coefficients, LAMBDA)

        fine_tune(purified, self.train, self.chosen.epochs, loss)
        torch.save(purified.state_dict(), self.chosen.out.with_suffix(".purified"))
        return purified

    def evaluate(self, models):
        return [[accuracy(model, split) for split in (self.test, self.poisoned) if split] for model in models]

    def all(self):
        model = self.timed("baseline", self.baseline)
        variance, _ = self.timed("score", lambda: statistics(model, self.validation))
        pruned, sets = self.timed("prune", lambda: self.prune(model, variance))
        purified = self.timed("normalize", lambda: self.normalize(model, pruned))
        accuracies = self.timed("evaluate", lambda: self.evaluate([model, purified]))
        return {"seconds": self.seconds, "candidateSets": sets, "prunedHeads": len(pruned), "accuracies": accuracies}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("model", "train", "validation", "test", "walk", "out"):
        parser.add_argument("--" + name, type=pathlib.Path, required=True)
    parser.add_argument("--poisoned-test", type=pathlib.Path)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    chosen = parser.parse_args()
    torch.manual_seed(11)
    torch.set_num_threads(chosen.threads)
    chosen.out.write_text(json.dumps(Run(chosen).all(), indent=1))


if __name__ == "__main__":
    main()
