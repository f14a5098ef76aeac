# SPDX-License-Identifier: Apache-2.0
"""Makes golden/tasks/TASK.json and TASK.safetensors: what transformers computes in float64 for a classifier of many
labels and for one score on the golden tiny BERT: logits, loss and the gradients of the head and of one encoder tensor,
without dropout. Seed 11.

    python make_task_losses.py RESOURCES/golden

Needs torch, transformers and safetensors; made with torch 2.15 and transformers 5.24.
"""
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForSequenceClassification

TASKS = {
    "multi_label_classification": [[1, 0, 1], [0, 0, 0], [0, 1, 0], [1, 1, 1], [0, 0, 1], [1, 0, 0]],
    "regression": [[0.5], [-1.25], [3.0], [0.0], [2.25], [1.0]],
}
QUERY = "bert.encoder.layer.0.attention.self.query.weight"


def make(golden: Path, task: str) -> None:
    torch.manual_seed(11)
    answers = torch.tensor(TASKS[task], dtype=torch.float64)
    config = AutoConfig.from_pretrained(golden / "bert" / "model", num_labels=answers.shape[1], problem_type=task)
    model = AutoModelForSequenceClassification.from_config(config)
    encoder = {"bert." + k: v for k, v in load_file(golden / "bert" / "model" / "model.safetensors").items()}
    heads = {k: torch.randn_like(v) * 0.3 for k, v in model.state_dict().items()
             if k not in encoder and "position_ids" not in k and "token_type_ids" not in k}
    model.load_state_dict({**encoder, **heads}, strict=False)
    model = model.double().eval()
    ids = json.loads((golden / "bert" / "expected.json").read_text())["input_ids"][:len(answers)]
    width = max(map(len, ids))
    batch = torch.tensor([row + [config.pad_token_id] * (width - len(row)) for row in ids])
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in ids])
    out = model(input_ids=batch, attention_mask=mask, labels=answers)
    out.loss.backward()
    parameters = dict(model.named_parameters())
    gradients = {k: parameters[k].grad.float() for k in [*heads, QUERY]}
    target = golden / "tasks"
    target.mkdir(exist_ok=True)
    save_file({**{k: v.float().contiguous() for k, v in heads.items()},
               **{"grad." + k: v.contiguous() for k, v in gradients.items()}}, target / f"{task}.safetensors")
    (target / f"{task}.json").write_text(json.dumps(
        {"answers": answers.tolist(), "logits": out.logits.tolist(), "loss": out.loss.item()}))


if __name__ == "__main__":
    for each in TASKS:
        make(Path(sys.argv[1]), each)
