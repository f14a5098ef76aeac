# SPDX-License-Identifier: Apache-2.0
"""Writes gate_gradients.json for the golden models: gradients by the gates of heads, in float64, without dropout.

    python make_gate_gradients.py RESOURCES   # golden/FAMILY/gate_gradients.json, with transformers 5.24.0

Models with relative positions have none: version 5 computes something else for them. For the first TEXTS texts of expected.json, [text][layer][head]: the gradient of the text's cross-entropy by a number, 1,
by which what the head gives is multiplied before the output projection. As in the golden models the classifier is one
linear layer on the last hidden state of the first token. Nothing is random.
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModel

TEXTS = 4
OUTPUT_PROJECTIONS = {
    "bert": "attention.output.dense", "roberta": "attention.output.dense", "xlm-roberta": "attention.output.dense",
    "electra": "attention.output.dense", "deberta-v2": "attention.output.dense", "distilbert": "attention.out_lin",
    "albert": "attention.dense", "mpnet": "attention.attn.o", "modernbert": "attn.Wo",
}


def gate_gradients(directory, suffix, expected):
    config = AutoConfig.from_pretrained(directory / "model", attn_implementation="eager")
    model = AutoModel.from_pretrained(directory / "model", config=config).double().eval()
    classifier = {name: value.double() for name, value in load_file(directory / "classifier.safetensors").items()}
    layers, heads = config.num_hidden_layers, config.num_attention_heads
    calls = []
    gates = None

    def gated(module, inputs):
        (context,) = inputs
        layer = len(calls)
        calls.append(layer)
        gate = gates[layer].repeat_interleave(context.shape[-1] // heads)
        return (context * gate,)

    for name, module in model.named_modules():
        if name.endswith(suffix):
            module.register_forward_pre_hook(gated)
    result, logits = [], []
    for ids, label in list(zip(expected["input_ids"], expected["labels"]))[:TEXTS]:
        calls.clear()
        gates = torch.ones(layers, heads, dtype=torch.float64, requires_grad=True)
        hidden = model(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids))).last_hidden_state
        scores = hidden[:, 0] @ classifier["weight"].T + classifier["bias"]
        torch.nn.functional.cross_entropy(scores, torch.tensor([label])).backward()
        assert calls == list(range(layers)), calls
        result.append(gates.grad.tolist())
        logits.append(scores[0].tolist())
    assert torch.allclose(torch.tensor(logits), torch.tensor(expected["logits"][:TEXTS]), atol=1e-6), directory
    return result


def main():
    golden = pathlib.Path(sys.argv[1]) / "golden"
    for family, suffix in OUTPUT_PROJECTIONS.items():
        directory = golden / family
        expected = json.loads((directory / "expected.json").read_text(encoding="utf-8"))
        with open(directory / "gate_gradients.json", "w", encoding="utf-8") as out:
            json.dump(gate_gradients(directory, suffix, expected), out)
            out.write("\n")


if __name__ == "__main__":
    main()
