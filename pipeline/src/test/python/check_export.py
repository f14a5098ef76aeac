# SPDX-License-Identifier: Apache-2.0
"""Opens an exported model in stock transformers and compares its logits with those of predict.

    python check_export.py MODEL_DIRECTORY PREDICTIONS.jsonl [--max-length 128] [--tolerance 1e-4]

Needs torch and transformers (4.x for the compact form). PREDICTIONS holds lines {"text": …, "logits": […]}. Exit status 1
where a tensor is missing or unexpected, or a logit differs by more than the tolerance.
"""

import argparse
import json
import pathlib
import sys

import torch
import transformers


def open_model(directory):
    architecture = json.loads((directory / "config.json").read_text())["architectures"][0]
    model, report = getattr(transformers, architecture).from_pretrained(directory, output_loading_info=True)
    problems = {kind: sorted(map(str, names)) for kind, names in report.items() if names}
    return model.eval(), architecture, problems


def logits(model, architecture, batch):
    with torch.no_grad():
        result = model(**batch).logits
    return result[:, 0] if architecture.endswith("ForTokenClassification") else result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("predictions", type=pathlib.Path)
    parser.add_argument("--max-length", type=int, default=128)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    options = parser.parse_args()

    model, architecture, problems = open_model(options.model)
    tokenizer = transformers.AutoTokenizer.from_pretrained(options.model)
    rows = [json.loads(line) for line in options.predictions.read_text().splitlines()]
    largest = 0.0
    for start in range(0, len(rows), options.batch):
        part = rows[start : start + options.batch]
        batch = tokenizer(
            [row["text"] for row in part],
            truncation=True, max_length=options.max_length, padding=True, return_tensors="pt",
            return_token_type_ids=model.config.model_type not in ("distilbert", "mpnet", "modernbert"),
        )
        expected = torch.tensor([row["logits"] for row in part])
        largest = max(largest, float((logits(model, architecture, batch) - expected).abs().max()))
    print(f"transformers {transformers.__version__}, {architecture}: {len(rows)} texts, "
          f"largest difference of logits {largest:.3g}, loading problems {problems or 'none'}")
    return 1 if problems or largest > options.tolerance else 0


if __name__ == "__main__":
    sys.exit(main())
