# SPDX-License-Identifier: Apache-2.0
"""Makes golden/sequence/FAMILY.json and FAMILY.safetensors: what transformers computes in float64 for a sequence
classifier of three classes on the golden tiny encoder of each family: logits, cross-entropy and the gradients of the
head and of one encoder tensor, without dropout. Seed 11. A name with a second part after a colon is a family with
another setting of its classifier.

    python make_sequence_classifiers.py RESOURCES/golden [FAMILY …]

Needs torch, transformers and safetensors; made with torch 2.15 and transformers 5.23 and 5.24.
"""
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForSequenceClassification

PREFIX = {
    "bert": "bert.", "roberta": "roberta.", "xlm-roberta": "roberta.", "distilbert": "distilbert.",
    "electra": "electra.", "mpnet": "mpnet.", "albert": "albert.", "modernbert": "model.", "deberta-v2": "deberta.",
}
FAMILIES = [*PREFIX, "modernbert:mean"]
QUERIES = ("query.weight", "q_lin.weight", "attn.q.weight", "query_proj.weight", "Wqkv.weight")
TEXTS = 6
LABELS = [0, 2, 1, 2, 0, 1]


def make(golden: Path, name: str) -> None:
    torch.manual_seed(11)
    family, _, pooling = name.partition(":")
    config = AutoConfig.from_pretrained(golden / family / "model", num_labels=3)
    if pooling:
        config.classifier_pooling = pooling
    model = AutoModelForSequenceClassification.from_config(config)
    encoder = {PREFIX[family] + k: v for k, v in load_file(golden / family / "model" / "model.safetensors").items()}
    heads = {k: torch.randn_like(v) * 0.3 for k, v in model.state_dict().items() if k not in encoder}
    heads = {k: v for k, v in heads.items() if "position_ids" not in k and "token_type_ids" not in k}
    missing, unexpected = model.load_state_dict({**encoder, **heads}, strict=False)
    assert not [k for k in unexpected if "pooler" not in k], unexpected
    model = model.double().eval()
    expected = json.loads((golden / family / "expected.json").read_text())
    ids = expected["input_ids"][:TEXTS]
    width = max(map(len, ids))
    pad = config.pad_token_id
    batch = torch.tensor([row + [pad] * (width - len(row)) for row in ids])
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in ids])
    if family == "modernbert":  # text by text: rows of padding alone have no neighbours in a window
        logits = torch.cat([model(input_ids=torch.tensor([row])).logits for row in ids])
    else:
        logits = model(input_ids=batch, attention_mask=mask).logits
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(LABELS))
    loss.backward()
    parameters = dict(model.named_parameters())
    query = next(k for k in parameters if k.endswith(QUERIES))
    kept = {k: parameters[k].grad.float() for k in heads if parameters[k].grad is not None}
    kept["query"] = parameters[query].grad.float()[:config.hidden_size]
    target = golden / "sequence"
    target.mkdir(exist_ok=True)
    save_file({**{k: v.float().contiguous() for k, v in heads.items()},
               **{"grad." + k: v.contiguous() for k, v in kept.items()}}, target / f"{name.replace(':', '-')}.safetensors")
    (target / f"{name.replace(':', '-')}.json").write_text(json.dumps(
        {"labels": LABELS, "logits": logits.tolist(), "cross_entropy": loss.item()}))


if __name__ == "__main__":
    for each in sys.argv[2:] or FAMILIES:
        make(Path(sys.argv[1]), each)
