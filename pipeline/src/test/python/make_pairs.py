# SPDX-License-Identifier: Apache-2.0
"""Writes directories of classifiers of pairs of texts, tiny and with random weights, and what transformers says.

    python make_pairs.py RESOURCES                  # hub/pairs and golden/pairs, with transformers 5.24.0
    python make_pairs.py RESOURCES --only-expected  # expected-VERSION.json under another version: 4.57.6

In each directory of hub/pairs `expected-VERSION.json` holds, for each longest length, what
AutoTokenizer(texts, other texts, truncation=True, max_length=LENGTH) gives for hub/pairs.jsonl (ids, and types of tokens
or null where it gives none), and the logits of AutoModelForSequenceClassification for it. golden/pairs holds gradients
of the cross-entropy of BERT in float64, without dropout. Seeds are fixed.
"""

import argparse
import json
import pathlib
import random
import shutil

import torch
import transformers
from safetensors.torch import load_file, save_file
from tokenizers import processors

from make_hub_directories import (BERT_NAMES, CORPUS, SEED, bert_vocab_txt, kinds, vocab_json, word_pieces, write_json)

# Of BERT's 21 and 20 tokens that are left for both texts, one is an odd number.
LENGTHS = (24, 23)
SIZES = dict(hidden_size=16, num_attention_heads=2, intermediate_size=24, max_position_embeddings=64)
DISTIL = dict(dim=16, n_heads=2, hidden_dim=24, max_position_embeddings=64)
# Words of the first and of the second text.
WORDS = [(3, 4), (0, 5), (5, 0), (0, 0), (1, 40), (40, 1), (40, 40), (40, 39), (39, 40), (10, 11), (11, 10), (10, 12),
         (12, 10), (9, 30), (30, 9), (10, 10), (8, 16), (16, 8)]
AWKWARD = [("caf\u00e9 na\u00efve", "\u7535\u5f71 good"), ("[SEP] inside [CLS]", "</s> inside <s>"),
           ("  spaces before", "and after  "), ("THE MOVIE", "it was GREAT!"), ("a\u0301b", "emoji \U0001f600 end")]


def pairs():
    draw = random.Random(SEED)
    rows = [tuple(" ".join(draw.choice(CORPUS) for _ in range(n)) for n in lengths) for lengths in WORDS]
    return rows + AWKWARD


# ---- Tokenizers -------------------------------------------------------------------------------------------------------

def template(directory, first, last, between, type_of_second):
    """The templates that published tokenizers of the family have."""
    path = directory / "tokenizer.json"
    value = json.loads(path.read_text(encoding="utf-8"))
    ids = {token["content"]: token["id"] for token in value["added_tokens"]}
    vocabulary = value["model"]["vocab"]
    ids |= vocabulary if isinstance(vocabulary, dict) else {row[0]: i for i, row in enumerate(vocabulary)}
    middle = " ".join([last] * between)
    made = processors.TemplateProcessing(
        single=f"{first} $A {last}", pair=f"{first} $A {middle} $B:{type_of_second} {last}:{type_of_second}",
        special_tokens=[(token, ids[token]) for token in dict.fromkeys((first, last))])
    value["post_processor"] = json.loads(made.__getstate__())
    write_json(path, value)


def processing(directory, kind, first, last):
    path = directory / "tokenizer.json"
    value = json.loads(path.read_text(encoding="utf-8"))
    ids = {token["content"]: token["id"] for token in value["added_tokens"]}
    value["post_processor"] = {"type": kind, "sep": [last, ids[last]], "cls": [first, ids[first]]}
    if kind == "RobertaProcessing":
        value["post_processor"] |= {"trim_offsets": True, "add_prefix_space": False}
    write_json(path, value)


def mpnet_vocab_txt(directory):
    words = word_pieces(("<pad>", "[UNK]", "<s>", "</s>", "<mask>"))
    (directory / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    (directory / "tokenizer.json").unlink()


BERT = ("[CLS]", "[SEP]", 1, 1)
FAIRSEQ = ("<s>", "</s>", 2, 0)
TEMPLATES = {"bert": BERT, "distilbert": BERT, "electra": BERT, "albert": BERT, "deberta-v2": BERT, "modernbert":
             ("[CLS]", "[SEP]", 1, 0), "roberta": FAIRSEQ, "xlm-roberta": FAIRSEQ, "camembert": FAIRSEQ,
             "mpnet": ("<s>", "</s>", 2, 1)}


# ---- Directories ------------------------------------------------------------------------------------------------------

def cases():
    """Name, family, changes of its configuration, keys of tokenizer_config.json, last change of the files."""
    plain = ["input_ids", "attention_mask"]
    for family in TEMPLATES:
        yield family, family, {}, {"model_input_names": plain} if family == "modernbert" else {}, None
    yield "bert-vocab-txt", "bert", {}, {}, bert_vocab_txt
    yield "bert-left", "bert", {}, {"truncation_side": "left"}, None
    yield "bert-without-types", "bert", {}, {"model_input_names": plain}, None
    yield "bert-processing", "bert", {}, {}, lambda d: processing(d, "BertProcessing", "[CLS]", "[SEP]")
    yield "bert-generic-class", "bert", {}, {"tokenizer_class": "PreTrainedTokenizerFast"}, None
    yield "roberta-processing", "roberta", {}, {}, lambda d: processing(d, "RobertaProcessing", "<s>", "</s>")
    yield "roberta-vocab-json", "roberta", {}, {}, vocab_json
    yield "mpnet-vocab-txt", "mpnet", {}, {}, mpnet_vocab_txt
    yield "albert-input-names", "albert", {}, {"model_input_names": ["input_ids", "token_type_ids", "attention_mask"]}, None
    yield "deberta-v2-types", "deberta-v2", {"type_vocab_size": 2}, {}, None


def write(directory, family, config, tokenizer_config, after):
    kind = next(kind for kind in kinds() if kind.name == family)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    torch.manual_seed(SEED)
    sizes = {**kind.sizes, **(DISTIL if family == "distilbert" else SIZES)}
    if "embedding_size" in sizes:
        sizes["embedding_size"] = 8
    model = kind.model(kind.config(**{**sizes, **config})).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            # Larger than at the start of a training, so that logits of different texts differ.
            parameter.add_(torch.randn_like(parameter) * (0.02 if "norm" in name.lower() else 0.2))
    model.save_pretrained(directory)
    kind.tokenizer().save(str(directory / "tokenizer.json"))
    template(directory, *TEMPLATES[family])
    write_json(directory / "tokenizer_config.json",
               {"tokenizer_class": kind.tokenizer_class, "model_max_length": 512, **kind.names, **tokenizer_config})
    if after:
        after(directory)


def expected(directory, rows):
    tokenizer = transformers.AutoTokenizer.from_pretrained(directory)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(directory, dtype=torch.float32).eval()
    result = {}
    for length in LENGTHS:
        ids, types, logits = [], [], []
        for first, second in rows:
            batch = tokenizer([first], [second], truncation=True, max_length=length, return_tensors="pt")
            ids.append(batch["input_ids"][0].tolist())
            types.append(batch["token_type_ids"][0].tolist() if "token_type_ids" in batch else None)
            with torch.no_grad():
                logits.append([round(x, 7) for x in model(**batch).logits[0].tolist()])
        result[str(length)] = {"ids": ids, "types": types, "logits": logits}
    return result


# ---- Gradients --------------------------------------------------------------------------------------------------------

GRADIENTS = {"type": "bert.embeddings.token_type_embeddings.weight",
             "position": "bert.embeddings.position_embeddings.weight",
             "query": "bert.encoder.layer.0.attention.self.query.weight"}
LABELS = [0, 2, 1, 2, 0, 1]


def gradients(resources, rows):
    """The golden tiny BERT with the head of golden/sequence, on six pairs."""
    golden = resources / "golden"
    config = transformers.AutoConfig.from_pretrained(golden / "bert" / "model", num_labels=3)
    model = transformers.AutoModelForSequenceClassification.from_config(config)
    encoder = {"bert." + k: v for k, v in load_file(golden / "bert" / "model" / "model.safetensors").items()}
    head = {k: v for k, v in load_file(golden / "sequence" / "bert.safetensors").items() if not k.startswith("grad.")}
    model.load_state_dict({**encoder, **head}, strict=False)
    model = model.double().eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(golden / "bert" / "model")
    firsts, seconds = zip(*(rows[i] for i in (0, 1, 4, 6, 13, 18)))
    batch = tokenizer(list(firsts), list(seconds), truncation=True, max_length=24, padding=True, return_tensors="pt")
    logits = model(**batch).logits
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(LABELS))
    loss.backward()
    named = dict(model.named_parameters())
    target = golden / "pairs"
    target.mkdir(exist_ok=True)
    save_file({name: named[key].grad.float().contiguous() for name, key in GRADIENTS.items()}, target / "bert.safetensors")
    lengths = batch["attention_mask"].sum(1).tolist()
    write_json(target / "bert.json", {
        "labels": LABELS, "cross_entropy": loss.item(), "logits": logits.tolist(),
        "ids": [row[:n] for row, n in zip(batch["input_ids"].tolist(), lengths)],
        "types": [row[:n] for row, n in zip(batch["token_type_ids"].tolist(), lengths)]})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("resources", type=pathlib.Path)
    parser.add_argument("--only-expected", action="store_true")
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    rows = pairs()
    hub = options.resources / "hub"
    if not options.only_expected:
        (hub / "pairs.jsonl").write_text(
            "".join(json.dumps({"text": a, "text_pair": b}) + "\n" for a, b in rows), encoding="utf-8")
        gradients(options.resources, rows)
    for name, *case in cases():
        directory = hub / "pairs" / name
        if not options.only_expected:
            write(directory, *case)
        try:
            result = expected(directory, rows)
        except Exception as e:  # what transformers refuses is a result too
            result = {"error": f"{type(e).__name__}: {e}"[:500]}
        path = directory / f"expected-{transformers.__version__}.json"
        path.write_text(json.dumps(result, separators=(",", ":")) + "\n", encoding="utf-8")
        print(name, "error " + result["error"][:150] if "error" in result else "ok", flush=True)


if __name__ == "__main__":
    main()
