# SPDX-License-Identifier: Apache-2.0
"""Makes golden/relative/NAME: tiny encoders with "position_embedding_type" relative_key or relative_key_query, and what
transformers and PyTorch compute for them in float64, without dropout, in the form of the conformance kit. Seed 11.

    python make_relative_positions.py RESOURCES/golden
    python make_relative_positions.py RESOURCES/golden --check bert    # computes a kit of others again, writes nothing

Needs torch, safetensors and transformers 4: version 5 has no such positions. Made with transformers 4.57.6. The files hold
token ids, logits of a linear classifier on the first token, last hidden states, CLS attention, variances of heads, layer
coefficients, the gradients of cross-entropy and penalty, parameters after three steps of AdamW, and logits after pruning.
"""
import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModel

SIZES = {"vocab_size": 60, "hidden_size": 16, "num_attention_heads": 4, "num_hidden_layers": 3, "intermediate_size": 24,
         "max_position_embeddings": 130, "type_vocab_size": 2, "pad_token_id": 0}
KEY, KEY_QUERY = ({"position_embedding_type": name} for name in ("relative_key", "relative_key_query"))
KITS = {
    "bert-key": {"model_type": "bert", **SIZES, **KEY},
    "bert-key-query": {"model_type": "bert", **SIZES, **KEY_QUERY},
    "electra-key": {"model_type": "electra", "embedding_size": 8, **SIZES, **KEY},
    "roberta-key-query": {"model_type": "roberta", **SIZES, **KEY_QUERY, "type_vocab_size": 1, "pad_token_id": 1,
                          "layer_norm_eps": 1e-5},
    "albert-key": {"model_type": "albert", "embedding_size": 8, **SIZES, **KEY},
    "albert-key-query": {"model_type": "albert", "embedding_size": 8, **SIZES, **KEY_QUERY},
}
LENGTHS = [2, 17, 33, 9, 126, 5, 40, 3, 28, 12, 7, 64]
LABELS = [1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 0]
PRUNED = {0: [1, 3], 1: [0], 2: [0, 1, 2]}
MAX_LENGTH, LAMBDA, STEPS, RATE, DECAY = 128, 0.15, 3, 1e-3, 0.01
MICRO_BATCHES = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]


class Classifier:
    """An encoder in float64 and a linear classifier; pruned heads have a context of zeros in their layers."""

    def __init__(self, config, state, linear):
        self.encoder = AutoModel.from_config(config, attn_implementation="eager")
        self.encoder.load_state_dict(state, strict=False)
        self.encoder = self.encoder.double().eval()
        self.linear = torch.nn.Linear(config.hidden_size, 2)
        self.linear.load_state_dict(linear)
        self.linear = self.linear.double()
        self.heads, self.pruned, self.layer = config.num_attention_heads, {}, 0
        for name, module in self.encoder.named_modules():
            if name.endswith(("attention.output.dense", "attention.dense")):
                module.register_forward_pre_hook(self.prune)

    def prune(self, module, inputs):
        gates = torch.ones(self.heads, dtype=torch.float64)
        gates[self.pruned.get(self.layer, [])] = 0
        self.layer += 1
        context = inputs[0]
        return (context * gates.repeat_interleave(context.shape[-1] // self.heads),)

    def forward(self, ids):
        """Logits [2], hidden states [T, D], CLS attention [L, A, T] of a text."""
        self.layer = 0
        out = self.encoder(input_ids=torch.tensor([ids]), output_attentions=True)
        cls = torch.stack([layer[0, :, 0] for layer in out.attentions])
        return self.linear(out.last_hidden_state[0, 0]), out.last_hidden_state[0], cls

    def named_parameters(self):
        for name, value in self.encoder.named_parameters():
            if "position_embeddings" not in name and "pooler" not in name or value.grad is not None:
                yield "enc." + name, value
        for name, value in self.linear.named_parameters():
            yield "cls." + name, value

    def loss(self, ids, labels, coefficients):
        """Cross-entropy and weighted penalty of a micro-batch."""
        results = [self.forward(text) for text in ids]
        entropy = torch.nn.functional.cross_entropy(torch.stack([r[0] for r in results]), torch.tensor(labels))
        squares = sum((r[2] ** 2).sum(-1) for r in results)  # [L, A]
        return entropy, LAMBDA * (coefficients[:, None] * squares.sqrt()).sum()

    def gradients(self):
        return {name: value.grad for name, value in self.named_parameters() if value.grad is not None}


def padded(rows, dim):
    """Texts of any length as one tensor, zeros after their ends; `dim` is the tokens' dimension of a text."""
    result = []
    for row in rows:
        shape = list(row.shape)
        shape[dim] = MAX_LENGTH - shape[dim]
        result.append(torch.cat([row, torch.zeros(shape, dtype=row.dtype)], dim))
    return result


def variances(rows):
    """[L, B, A]: unbiased variance of the first MAX_LENGTH - 1 entries, zeros after the text."""
    return torch.stack([row[..., :MAX_LENGTH - 1].var(-1) for row in padded(rows, 2)], 1)


def coefficients_of(layer_variance):
    share = torch.softmax(-torch.log(layer_variance.clamp(min=1e-12)), 0)
    return (share - share.min()) / (share.max() - share.min())


def trained(new, ids, labels, coefficients, steps):
    model = new()
    for _, value in model.named_parameters():
        value.grad = None
    parameters = list(model.encoder.parameters()) + list(model.linear.parameters())
    optimizer = torch.optim.AdamW(parameters, lr=RATE, betas=(0.9, 0.999), eps=1e-8, weight_decay=DECAY)
    trace = []
    for s in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = RATE * (1 - s / STEPS)
        optimizer.zero_grad()
        losses = [sum(model.loss([ids[i] for i in batch], [labels[i] for i in batch], coefficients))
                  for batch in steps[s]]
        loss = sum(losses) / len(losses)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        trace.append({"loss": loss.item(), "grad_norm": norm.item()})
        optimizer.step()
    return {name: value.detach() for name, value in model.named_parameters() if value.grad is not None}, trace


def computed(config, state, linear, ids, labels, pruned, indices):
    """The contents of the kit: expected.json and, by file, tensors in float64."""
    new = lambda: Classifier(config, state, linear)
    model = new()
    with torch.no_grad():
        results = [model.forward(text) for text in ids]
        model.pruned = pruned
        after = [model.forward(text) for text in ids]
        model.pruned = {}
    variance = variances([r[2] for r in results])
    layer_variance = variance.mean((1, 2))
    coefficients = coefficients_of(layer_variance)
    left = torch.ones(variance.shape[0], variance.shape[2], dtype=torch.bool)
    for layer, heads in pruned.items():
        left[layer, heads] = False
    of_pruned = variances([r[2] for r in after])
    entropy, penalty = model.loss([ids[i] for i in indices], [labels[i] for i in indices], coefficients)
    (entropy + penalty).backward()
    gradients = model.gradients()
    files = {
        "activations": {"last_hidden_state": torch.stack(padded([r[1] for r in results], 0)),
                        "cls_attention": torch.stack(padded([r[2] for r in results], 2), 1)},
        "gradients": gradients,
    }
    expected = {
        "seed": 11, "texts": [""] * len(ids), "labels": labels, "input_ids": ids,
        "logits": torch.stack([r[0] for r in results]).tolist(),
        "head_variance": variance.mean(1).tolist(), "head_variance_per_sample": variance.tolist(),
        "layer_variance": layer_variance.tolist(), "layer_coefficients": coefficients.tolist(),
        "micro_batch": {"indices": indices, "lambda": LAMBDA, "cross_entropy": entropy.item(),
                        "attention_penalty": penalty.item(),
                        "grad_norm": torch.sqrt(sum((g ** 2).sum() for g in gradients.values())).item()},
        "pruned": {"heads": {str(layer): heads for layer, heads in pruned.items()},
                   "logits": torch.stack([r[0] for r in after]).tolist(),
                   "layer_variance": [of_pruned[layer][:, left[layer]].mean().item() for layer in range(len(left))]},
    }
    for name, steps in (("one_micro_batch", [[batch] for batch in MICRO_BATCHES]),
                        ("three_micro_batches", [MICRO_BATCHES] * STEPS)):
        files[f"trained_{name}_per_step"], trace = trained(new, ids, labels, coefficients, steps)
        expected[f"training_{name}_per_step"] = {
            "micro_batches": MICRO_BATCHES, "steps": STEPS, "learning_rate": RATE, "weight_decay": DECAY,
            "adam": [0.9, 0.999, 1e-8], "clip_norm": 1.0, "schedule": f"linear to 0 over {STEPS} steps, no warm-up",
            "trace": trace}
    return expected, files


def make(target, settings):
    torch.manual_seed(11)
    config = AutoConfig.for_model(**settings)
    model = AutoModel.from_config(config, add_pooling_layer=False) if settings["model_type"] != "electra" \
        else AutoModel.from_config(config)
    state = {name: torch.randn(value.shape) * 0.3 + ("norm" in name.lower() and name.endswith("weight"))
             for name, value in model.state_dict().items()}
    model.load_state_dict(state)
    linear = {"weight": torch.randn(2, config.hidden_size) * 0.3, "bias": torch.randn(2) * 0.3}
    ids = [torch.randint(2, config.vocab_size, (length,)).tolist() for length in LENGTHS]
    model.save_pretrained(target / "model")
    expected, files = computed(config, model.state_dict(), linear, ids, LABELS, PRUNED, [0, 1, 2, 3, 4, 5])
    save_file(linear, target / "classifier.safetensors")
    for name, tensors in files.items():
        save_file({key: value.float().contiguous() for key, value in tensors.items()}, target / f"{name}.safetensors")
    (target / "expected.json").write_text(json.dumps({"family": settings["model_type"], **expected}))


def check(source):
    """Computes a kit that another program made, and prints the largest relative difference of each part."""
    there = json.loads((source / "expected.json").read_text())
    config = AutoConfig.from_pretrained(source / "model")
    expected, files = computed(
        config, load_file(source / "model" / "model.safetensors"), load_file(source / "classifier.safetensors"),
        there["input_ids"], there["labels"],
        {int(layer): heads for layer, heads in there["pruned"]["heads"].items()}, there["micro_batch"]["indices"])
    for name, tensors in files.items():
        other = load_file(source / f"{name}.safetensors")
        if name == "activations":  # the states of padding tokens are not compared
            for b, text in enumerate(there["input_ids"]):
                other["last_hidden_state"][b, len(text):] = 0
        assert other.keys() == tensors.keys(), (name, other.keys() ^ tensors.keys())
        print(name, max(((other[key] - tensors[key]).abs().max() / other[key].abs().max().clamp(min=1e-6)).item()
                        for key in other))

    def numbers(value):
        if isinstance(value, dict):
            value = [value[key] for key in sorted(value) if key not in ("texts", "family", "seed")]
        return [n for one in value for n in numbers(one)] if isinstance(value, list) else \
            [value] if isinstance(value, (int, float)) else []
    ours, theirs = numbers({key: expected[key] for key in there.keys() & expected.keys()}), \
        numbers({key: there[key] for key in there.keys() & expected.keys()})
    assert len(ours) == len(theirs), (len(ours), len(theirs))
    print("expected.json", max(abs(a - b) / max(abs(b), 1e-6) for a, b in zip(ours, theirs)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("golden", type=Path)
    parser.add_argument("--check")
    options = parser.parse_args()
    if options.check:
        check(options.golden / options.check)
    else:
        for name, settings in KITS.items():
            make(options.golden / "relative" / name, settings)
