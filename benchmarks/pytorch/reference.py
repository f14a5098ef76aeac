# SPDX-License-Identifier: Apache-2.0
"""A plain BERT classifier in eager PyTorch: what the project's speed is compared with.

Written for this comparison from the paper of BERT (Devlin et al., 2019) and the definition of PURE's losses in eager
operations, as research code is: nn.Linear, attention as softmax(QK'/sqrt(E)) so that the CLS attention is at hand,
nn.LayerNorm, gelu by erf, nn.Dropout. Parameters carry Hugging Face's names. Letters: B texts, T tokens, D hidden,
A heads, E head size, L layers, C classes.

    python reference.py --check GOLDEN     compares it with what transformers computed in float64
"""

import argparse
import json
import math
import pathlib
import sys

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn

MAX_LENGTH = 128


class SelfAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden = config["hidden_size"]
        self.heads = config["num_attention_heads"]
        self.size = hidden // self.heads
        self.query = nn.Linear(hidden, hidden)
        self.key = nn.Linear(hidden, hidden)
        self.value = nn.Linear(hidden, hidden)
        self.dropout = nn.Dropout(config["attention_probs_dropout_prob"])

    def forward(self, x, mask):
        texts, tokens, _ = x.shape

        def split(y):
            return y.view(texts, tokens, self.heads, self.size).transpose(1, 2)

        q, k, v = split(self.query(x)), split(self.key(x)), split(self.value(x))
        scores = q @ k.transpose(-1, -2) / math.sqrt(self.size) + mask
        probabilities = self.dropout(scores.softmax(-1))
        return (probabilities @ v).transpose(1, 2).reshape(texts, tokens, -1), probabilities


class Residual(nn.Module):
    """Projection, dropout, residual and normalization: the end of both halves of a layer."""

    def __init__(self, config, width):
        super().__init__()
        self.dense = nn.Linear(width, config["hidden_size"])
        self.dropout = nn.Dropout(config["hidden_dropout_prob"])
        self.LayerNorm = nn.LayerNorm(config["hidden_size"], eps=config["layer_norm_eps"])

    def forward(self, x, residual):
        return self.LayerNorm(self.dropout(self.dense(x)) + residual)


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = nn.ModuleDict(
            {"self": SelfAttention(config), "output": Residual(config, config["hidden_size"])}
        )
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(config["hidden_size"], config["intermediate_size"])})
        self.output = Residual(config, config["intermediate_size"])

    def forward(self, x, mask):
        context, probabilities = self.attention["self"](x, mask)
        x = self.attention["output"](context, x)
        return self.output(F.gelu(self.intermediate["dense"](x)), x), probabilities

    def prune(self, pruned):
        """Cuts heads out, as transformers 4 does."""
        attention = self.attention["self"]
        kept = [h for h in range(attention.heads) if h not in pruned]
        rows = torch.tensor(
            [h * attention.size + e for h in kept for e in range(attention.size)], dtype=torch.long
        )
        for name in ("query", "key", "value"):
            setattr(attention, name, cut(getattr(attention, name), rows, 0))
        self.attention["output"].dense = cut(self.attention["output"].dense, rows, 1)
        attention.heads = len(kept)


def cut(linear, index, dimension):
    weight = linear.weight.detach().index_select(dimension, index).clone()
    small = nn.Linear(weight.shape[1], weight.shape[0])
    small.weight = nn.Parameter(weight)
    small.bias = nn.Parameter(linear.bias.detach()[index].clone() if dimension == 0 else linear.bias.detach().clone())
    return small


class Embeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden = config["hidden_size"]
        self.word_embeddings = nn.Embedding(config["vocab_size"], hidden)
        self.position_embeddings = nn.Embedding(config["max_position_embeddings"], hidden)
        self.token_type_embeddings = nn.Embedding(config["type_vocab_size"], hidden)
        self.LayerNorm = nn.LayerNorm(hidden, eps=config["layer_norm_eps"])
        self.dropout = nn.Dropout(config["hidden_dropout_prob"])

    def forward(self, ids):
        positions = torch.arange(ids.shape[1])
        types = torch.zeros_like(ids)
        embedded = self.word_embeddings(ids) + self.position_embeddings(positions) + self.token_type_embeddings(types)
        return self.dropout(self.LayerNorm(embedded))


class Classifier(nn.Module):
    """Encoder and one linear layer on the last hidden state of [CLS]."""

    def __init__(self, config, classes=2):
        super().__init__()
        self.config = config
        self.embeddings = Embeddings(config)
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(Layer(config) for _ in range(config["num_hidden_layers"]))})
        self.dropout = nn.Dropout(0.1)
        self.classifier = nn.Linear(config["hidden_size"], classes)

    def forward(self, ids, mask, with_attention=False):
        """Logits [B, C]; on demand the CLS attention of each layer, [B, A, T], after dropout where there is any."""
        dtype = self.classifier.weight.dtype
        shut = (1 - mask)[:, None, None, :].to(dtype) * torch.finfo(dtype).min
        x = self.embeddings(ids)
        attention = []
        for layer in self.encoder["layer"]:
            x, probabilities = layer(x, shut)
            if with_attention:
                attention.append(probabilities[:, :, 0, :].contiguous())
        return self.classifier(self.dropout(x[:, 0])), attention

    def prune(self, heads):
        """Cuts out heads, given as pairs (layer, head); of a model that is whole."""
        for number, layer in enumerate(self.encoder["layer"]):
            pruned = {h for (l, h) in heads if l == number}
            if pruned:
                layer.prune(pruned)


def load(directory):
    directory = pathlib.Path(directory)
    model = Classifier(json.loads((directory / "config.json").read_text()))
    state = {name.removeprefix("enc."): tensor for name, tensor in load_file(directory / "model.safetensors").items()}
    beside = directory / "classifier.safetensors"
    if beside.exists():
        state.update({"classifier." + name: tensor for name, tensor in load_file(beside).items()})
    else:
        state.update({"classifier." + name: value for name, value in model.classifier.state_dict().items()})
    state = {name: tensor for name, tensor in state.items() if not name.startswith("pooler.")}
    model.load_state_dict(state)
    return model


def pad(texts, length=None):
    """Ids [B, T] and mask [B, T] of token ids, padded to the longest text or to a given length."""
    length = length or max(len(text) for text in texts)
    ids = torch.tensor([text + [0] * (length - len(text)) for text in texts])
    mask = torch.tensor([[1] * len(text) + [0] * (length - len(text)) for text in texts])
    return ids, mask


def cls_variance(attention, max_length=MAX_LENGTH):
    """Variance [B, A] of the first max_length - 1 entries of the CLS attention [B, A, T], zero-padded."""
    entries = max_length - 1
    attention = attention[..., :entries]
    return F.pad(attention, (0, entries - attention.shape[-1])).var(-1)


def layer_coefficients(layer_variance):
    inverse = 1 / layer_variance.clamp(min=1e-12)
    share = inverse / inverse.sum()
    spread = share.max() - share.min()
    return (share - share.min()) / spread if spread > 0 else torch.ones_like(share)


def penalty(attention, coefficients, weight):
    """weight * sum over layers of c[l] * sum over heads of the root of the sum of squares over texts and tokens."""
    return weight * sum(
        c * torch.linalg.vector_norm(layer.transpose(0, 1).flatten(1), dim=1).sum()
        for c, layer in zip(coefficients, attention)
        if layer.shape[1] > 0
    )


def random_checkpoint(directory, config, seed):
    """Writes a checkpoint in Hugging Face's form that both sides read: every tensor random, so that all of them count."""
    torch.manual_seed(seed)
    model = Classifier(config)
    state = {}
    for name, value in model.state_dict().items():
        noise = torch.randn(value.shape) * 0.04
        state[name] = 1 + noise if name.endswith("LayerNorm.weight") else noise
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    classifier = {name: state.pop("classifier." + name) for name in ("weight", "bias")}
    save_file(state, directory / "model.safetensors", metadata={"format": "pt"})
    save_file(classifier, directory / "classifier.safetensors", metadata={"format": "pt"})
    (directory / "config.json").write_text(json.dumps(config, indent=1))


# ---- Check ----------------------------------------------------------------------------------------------------------


def check(golden):
    """Largest differences from the golden files of a BERT; raises where one is over its tolerance."""
    golden = pathlib.Path(golden)
    expected = json.loads((golden / "expected.json").read_text())
    model = load(golden / "model")
    classifier = load_file(golden / "classifier.safetensors")
    model.classifier.load_state_dict({name.removeprefix("cls."): value for name, value in classifier.items()})
    model.eval()
    ids, mask = pad(expected["input_ids"])
    with torch.no_grad():
        logits, attention = model(ids, mask, with_attention=True)
    found = {"logits": relative(logits, torch.tensor(expected["logits"]))}
    # [L, B, A, 128]
    rows = load_file(golden / "activations.safetensors")["cls_attention"]
    found["CLS attention"] = max(
        relative(layer * mask[:, None, :], rows[l][..., : layer.shape[-1]]) for l, layer in enumerate(attention)
    )
    variance = torch.stack([cls_variance(layer).mean(0) for layer in attention])
    found["head variance"] = relative(variance, torch.tensor(expected["head_variance"]))
    coefficients = layer_coefficients(variance.mean(1))
    found["layer coefficients"] = float((coefficients - torch.tensor(expected["layer_coefficients"])).abs().max())
    found.update(check_gradients(golden, expected, model, coefficients))
    pruned = load(golden / "model")
    pruned.classifier.load_state_dict(model.classifier.state_dict())
    pruned.eval()
    pruned.prune({(int(l), h) for l, heads in expected["pruned"]["heads"].items() for h in heads})
    with torch.no_grad():
        found["logits after pruning"] = relative(pruned(ids, mask)[0], torch.tensor(expected["pruned"]["logits"]))
    over = [
        f"{name} {difference:.1e}"
        for name, difference in found.items()
        if difference > (1e-3 if name == "gradients" else 1e-4)
    ]
    if over:
        raise SystemExit("reference.py differs from " + str(golden) + ": " + ", ".join(over))
    return found


def check_gradients(golden, expected, model, coefficients):
    batch = expected["micro_batch"]
    ids, mask = pad([expected["input_ids"][i] for i in batch["indices"]])
    labels = torch.tensor([expected["labels"][i] for i in batch["indices"]])
    logits, attention = model(ids, mask, with_attention=True)
    cross_entropy = F.cross_entropy(logits, labels)
    penalized = penalty(attention, coefficients.tolist(), batch["lambda"])
    (cross_entropy + penalized).backward()
    parameters = dict(model.named_parameters())
    worst = 0.0
    for name, value in load_file(golden / "gradients.safetensors").items():
        name = name.removeprefix("enc.").replace("cls.", "classifier.")
        if name not in parameters or name.endswith("key.bias"):
            continue  # the gradient of a key bias is zero but for rounding
        worst = max(worst, relative(parameters[name].grad, value))
    return {
        "cross-entropy": abs(cross_entropy.item() - batch["cross_entropy"]),
        "penalty": abs(penalized.item() - batch["attention_penalty"]),
        "gradients": worst,
    }


def relative(actual, wanted):
    """Largest difference over the largest wanted entry."""
    return float((actual.double() - wanted.double()).abs().max() / wanted.double().abs().max())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", metavar="GOLDEN", required=True)
    for quantity, difference in check(parser.parse_args().check).items():
        print(f"{quantity:24} {difference:.1e}")
    sys.exit(0)
