# SPDX-License-Identifier: Apache-2.0
"""Writes tiny base models and LoRA adapters of them as peft saves them, and the logits of the merged models.

    python make_adapters.py OUT TEXTS.jsonl

OUT/FAMILY-base is a base model, OUT/FAMILY-CASE an adapter with `expected.json`: the logits of merge_and_unload() for the
texts (at most 128 tokens). Weights are random, from a fixed seed. Made with peft 0.21.2, transformers 5.24.0 and torch
2.15; the test's tolerance is 1e-4 of the largest logit.
"""

import argparse
import json
import pathlib
import shutil

import peft
import torch
import transformers

import make_hub_directories as hub

SEED = 20261130


class Case:
    """An adapter: its name, its settings, the number of classes, and how the base model is named in its file."""

    def __init__(self, name, named="../{base}", classes=2, task="SEQ_CLS", pickled=False, **settings):
        self.name, self.named, self.classes, self.task, self.pickled = name, named, classes, task, pickled
        self.settings = settings


CASES = {
    "bert": [
        Case("plain", r=4, lora_alpha=8),
        Case("dora-all", named="someone/a-base", r=3, lora_alpha=6, use_dora=True, bias="all", target_modules="all-linear"),
        Case("patterns", classes=3, r=4, lora_alpha=8, use_rslora=True, bias="lora_only",
             target_modules=["query", "value", "dense"],
             rank_pattern={"layer.0.attention.self.query": 2, "^bert.encoder.layer.1.output.dense": 5},
             alpha_pattern={"value": 3}),
        Case("words-bin", pickled=True, r=2, lora_alpha=16, target_modules=["word_embeddings", "key"]),
    ],
    "roberta": [
        Case("plain", r=8, lora_alpha=16),
        Case("rslora-all", r=4, lora_alpha=4, use_rslora=True, target_modules="all-linear"),
    ],
    "distilbert": [
        Case("plain", r=4, lora_alpha=8, target_modules=["q_lin", "v_lin"],
             modules_to_save=["pre_classifier", "classifier"]),
    ],
    "modernbert": [
        Case("plain", r=4, lora_alpha=8, target_modules=["Wqkv", "Wo"], modules_to_save=["head", "classifier"]),
        Case("dora", r=4, lora_alpha=8, use_dora=True, target_modules=["Wqkv", "Wi"],
             modules_to_save=["head", "classifier"]),
    ],
    "deberta-v2": [
        Case("plain", r=4, lora_alpha=8, target_modules=["query_proj", "value_proj"],
             modules_to_save=["pooler", "classifier"]),
    ],
}


def random_weights(model, scale):
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn_like(parameter) * (0.02 if "norm" in name.lower() else scale))


def write_base(kind, directory):
    torch.manual_seed(SEED)
    model = kind.model(kind.config(**kind.sizes))
    random_weights(model, 0.15)
    getattr(model, model.base_model_prefix).save_pretrained(directory)
    kind.tokenizer().save(str(directory / "tokenizer.json"))
    # transformers 5 tokenizes by its own rules where the class is DeBERTa's.
    tokenizer_class = "PreTrainedTokenizerFast" if kind.name == "deberta-v2" else kind.tokenizer_class
    hub.write_json(directory / "tokenizer_config.json",
                   {"tokenizer_class": tokenizer_class, "model_max_length": 512, **kind.names})


def write_adapter(case, base, directory, texts):
    shutil.rmtree(directory, ignore_errors=True)
    torch.manual_seed(SEED + 1)
    load = lambda: transformers.AutoModelForSequenceClassification.from_pretrained(base, num_labels=case.classes)
    model = peft.get_peft_model(load(), peft.LoraConfig(task_type=case.task, **case.settings))
    random_weights(model, 0.2)
    model.save_pretrained(directory)
    if case.pickled:
        from safetensors.torch import load_file
        torch.save(load_file(directory / "adapter_model.safetensors"), directory / "adapter_model.bin")
        (directory / "adapter_model.safetensors").unlink()
    (directory / "README.md").unlink(missing_ok=True)
    hub.edit("adapter_config.json", base_model_name_or_path=case.named.format(base=base.name))(directory)
    # What peft itself reads back, not what is in memory.
    merged = peft.PeftModel.from_pretrained(load(), directory).merge_and_unload().eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(base)
    rows = []
    with torch.no_grad():
        for text in texts:
            batch = tokenizer([text], truncation=True, max_length=128, return_tensors="pt")
            rows.append(merged(**batch).logits[0].tolist())
    hub.write_json(directory / "expected.json", {"base": base.name, "logits": rows})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("texts", type=pathlib.Path)
    options = parser.parse_args()
    texts = [json.loads(line)["text"] for line in options.texts.read_text(encoding="utf-8").splitlines()]
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    for kind in hub.kinds():
        if kind.name in CASES:
            base = options.out / f"{kind.name}-base"
            write_base(kind, base)
            for case in CASES[kind.name]:
                write_adapter(case, base, options.out / f"{kind.name}-{case.name}", texts)
                print(f"{kind.name}-{case.name}", flush=True)


if __name__ == "__main__":
    main()
