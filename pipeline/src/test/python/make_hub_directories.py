# SPDX-License-Identifier: Apache-2.0
"""Writes directories of text classifiers as people save them, tiny and with random weights, and what transformers says.

    python make_hub_directories.py OUT TEXTS.jsonl [--small] [--only PART_OF_A_NAME]

Families x heads x types x layouts x tokenizers, each written by the transformers that runs this; those with relative
positions by version 4 alone, as version 5 does not have them. In each directory `expected-VERSION.json` holds the logits of
the texts (AutoTokenizer and the declared class, else AutoModelForSequenceClassification, at most 128 tokens; of a token
classifier those at token 0), or the error of transformers. Run it with --only-logits under another version to add that
version's logits. --small writes one of each kind. Seeds are fixed.
"""

import argparse
import json
import pathlib
import shutil

import tokenizers
import torch
import transformers
from safetensors.torch import load_file, save_file
from tokenizers import models, normalizers, pre_tokenizers, processors, trainers

SEED = 20261129
CORPUS = (
    "the movie was great i really hated it but the plot of this film is not bad at all and a good story for the whole family "
    "never again what a waste of time an excellent cast wonderful music terrible boring dull script best worst ever seen "
).split()
SIZES = dict(vocab_size=300, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
             max_position_embeddings=140)


# ---- Tokenizers -------------------------------------------------------------------------------------------------------

def alphabet():
    return [chr(c) for c in range(33, 127)] + list("éèüñçà中文电影好坏日本")


def word_pieces(special):
    words = list(special) + alphabet() + ["##" + c for c in alphabet()] + sorted(set(CORPUS))
    return {word: i for i, word in enumerate(dict.fromkeys(words))}


def bert_tokenizer(special=("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"), lowercase=True):
    vocabulary = word_pieces(special)
    result = tokenizers.Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    result.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    result.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    first, last = special[2], special[3]
    result.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}", pair=f"{first} $A {last} $B:1 {last}:1",
        special_tokens=[(first, vocabulary[first]), (last, vocabulary[last])])
    result.add_special_tokens(list(special))
    return result


def byte_level(special, first, last, prefix_space=False):
    result = tokenizers.Tokenizer(models.BPE(unk_token=None))
    result.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix_space)
    trainer = trainers.BpeTrainer(vocab_size=295, special_tokens=list(special), show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    result.train_from_iterator([" ".join(CORPUS)] * 3, trainer)
    ids = [(token, result.token_to_id(token)) for token in (first, last)]
    result.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}", pair=f"{first} $A {last} $B {last}", special_tokens=ids)
    return result


def unigram(special, unknown, first, last, normalizer):
    letters = [(token, 0.0) for token in special]
    letters += [("▁", -3.0)] + [(c, -4.0 - 0.001 * i) for i, c in enumerate(alphabet())]
    letters += [("▁" + word, -5.0 - 0.01 * i) for i, word in enumerate(sorted(set(CORPUS)))]
    result = tokenizers.Tokenizer(models.Unigram(letters, list(special).index(unknown), False))
    if normalizer:
        result.normalizer = normalizer
    # As published: without the split, transformers 5 puts it in.
    result.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    result.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}", pair=f"{first} $A {last} $B {last}",
        special_tokens=[(token, list(special).index(token)) for token in dict.fromkeys((first, last))])
    result.add_special_tokens(list(special))
    return result


FAIRSEQ = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
FAIRSEQ_NAMES = dict(bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>", unk_token="<unk>",
                     pad_token="<pad>", mask_token="<mask>")
BERT_NAMES = dict(cls_token="[CLS]", sep_token="[SEP]", unk_token="[UNK]", pad_token="[PAD]", mask_token="[MASK]")
ALBERT_NAMES = dict(bos_token="[CLS]", eos_token="[SEP]", unk_token="<unk>", sep_token="[SEP]", pad_token="<pad>",
                    cls_token="[CLS]", mask_token="[MASK]")


def albert_normalizer():
    return normalizers.Sequence([normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(),
                                 normalizers.StripAccents(), normalizers.Lowercase()])


# ---- Families ---------------------------------------------------------------------------------------------------------

class Kind:
    """A family: its classes, its sizes, its tokenizer and the keys of tokenizer_config.json."""

    def __init__(self, name, config, model, tokenizer, tokenizer_class, names, **sizes):
        self.name, self.config, self.model = name, config, model
        self.tokenizer, self.tokenizer_class, self.names, self.sizes = tokenizer, tokenizer_class, names, sizes


def kinds():
    t = transformers
    bert = lambda: bert_tokenizer()
    roberta = lambda: byte_level(FAIRSEQ, "<s>", "</s>")
    plain = lambda: unigram(FAIRSEQ, "<unk>", "<s>", "</s>", None)
    albert = lambda: unigram(("<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"), "<unk>", "[CLS]", "[SEP]", albert_normalizer())
    deberta = lambda: unigram(("[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"), "[UNK]", "[CLS]", "[SEP]",
                              normalizers.Sequence([normalizers.Strip(), normalizers.NFKC()]))
    modern = lambda: byte_level(("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"), "[CLS]", "[SEP]")
    mpnet = lambda: bert_tokenizer(("<pad>", "[UNK]", "<s>", "</s>", "<mask>"))
    fairseq = dict(pad_token_id=1, bos_token_id=0, eos_token_id=2)
    distil = dict(vocab_size=300, dim=32, n_layers=2, n_heads=4, hidden_dim=48, max_position_embeddings=140)
    return [
        Kind("bert", t.BertConfig, t.BertForSequenceClassification, bert, "BertTokenizer", BERT_NAMES, **SIZES),
        Kind("distilbert", t.DistilBertConfig, t.DistilBertForSequenceClassification, bert, "DistilBertTokenizer",
             BERT_NAMES, **distil),
        Kind("electra", t.ElectraConfig, t.ElectraForSequenceClassification, bert, "ElectraTokenizer", BERT_NAMES,
             embedding_size=16, **SIZES),
        Kind("roberta", t.RobertaConfig, t.RobertaForSequenceClassification, roberta, "RobertaTokenizer", FAIRSEQ_NAMES,
             type_vocab_size=1, **fairseq, **SIZES),
        Kind("xlm-roberta", t.XLMRobertaConfig, t.XLMRobertaForSequenceClassification, plain, "XLMRobertaTokenizer",
             FAIRSEQ_NAMES, type_vocab_size=1, **fairseq, **SIZES),
        Kind("camembert", t.CamembertConfig, t.CamembertForSequenceClassification, plain, "CamembertTokenizer",
             FAIRSEQ_NAMES, type_vocab_size=1, **fairseq, **SIZES),
        Kind("mpnet", t.MPNetConfig, t.MPNetForSequenceClassification, mpnet, "MPNetTokenizer",
             dict(FAIRSEQ_NAMES, unk_token="[UNK]"), **SIZES),
        Kind("albert", t.AlbertConfig, t.AlbertForSequenceClassification, albert, "AlbertTokenizer", ALBERT_NAMES,
             embedding_size=16, pad_token_id=0, **SIZES),
        Kind("deberta-v2", t.DebertaV2Config, t.DebertaV2ForSequenceClassification, deberta, "DebertaV2Tokenizer",
             dict(ALBERT_NAMES, unk_token="[UNK]", pad_token="[PAD]"), relative_attention=True, position_buckets=16,
             pos_att_type=["p2c", "c2p"], norm_rel_ebd="layer_norm", share_att_key=True, position_biased_input=False,
             type_vocab_size=0, max_relative_positions=-1, pad_token_id=0, **SIZES),
        Kind("modernbert", t.ModernBertConfig, t.ModernBertForSequenceClassification, modern, "PreTrainedTokenizerFast",
             BERT_NAMES, local_attention=16, global_attn_every_n_layers=2, pad_token_id=0, cls_token_id=2,
             sep_token_id=3, bos_token_id=2, eos_token_id=3, **SIZES),
    ]


# ---- Directories ------------------------------------------------------------------------------------------------------

class Case:
    """A directory: a family with changes to its configuration, weights, layout, files or tokenizer."""

    def __init__(self, name, kind, config=None, dtype=None, layout="safetensors", after=None, tokenizer=None,
                 tokenizer_config=None, model=None, by_4_alone=False):
        self.name, self.kind, self.config = name, kind, config or {}
        self.dtype, self.layout, self.after = dtype, layout, after
        self.tokenizer, self.tokenizer_config, self.model = tokenizer, tokenizer_config or {}, model
        self.by_4_alone = by_4_alone

    def can_be_written(self):
        return not self.by_4_alone or transformers.__version__.startswith("4.")

    def write(self, out):
        directory = out / self.name
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        torch.manual_seed(SEED)
        configuration = self.kind.config(**{**self.kind.sizes, **self.config})
        model = (self.model or self.kind.model)(configuration).eval()
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                # Larger than at the start of a training, so that logits of different texts differ.
                parameter.add_(torch.randn_like(parameter) * (0.02 if "norm" in name.lower() else 0.15))
        if self.dtype:
            model = model.to(self.dtype)
        if self.layout == "sharded":
            model.save_pretrained(directory, max_shard_size="20KB")
        else:
            model.save_pretrained(directory)
        if self.layout == "bin":
            torch.save(model.state_dict(), directory / "pytorch_model.bin")
            (directory / "model.safetensors").unlink()
        (self.tokenizer or self.kind.tokenizer)().save(str(directory / "tokenizer.json"))
        keys = {"tokenizer_class": self.kind.tokenizer_class, "model_max_length": 512, **self.kind.names,
                **self.tokenizer_config}
        write_json(directory / "tokenizer_config.json", {k: v for k, v in keys.items() if v != "absent"})
        if self.after:
            self.after(directory)


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False), encoding="utf-8")


def edit(name, **keys):
    def change(directory):
        value = json.loads((directory / name).read_text(encoding="utf-8"))
        for key, new in keys.items():
            value.pop(key, None)
            if new != "absent":
                value[key] = new
        write_json(directory / name, value)
    return change


def without_vectors_of_distances(directory):
    file = directory / "model.safetensors"
    save_file({name: value for name, value in load_file(file).items() if "distance_embedding" not in name}, file,
              metadata={"format": "pt"})


def bert_vocab_txt(directory):
    words = word_pieces(("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"))
    (directory / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    (directory / "tokenizer.json").unlink()


def added_tokens(directory):
    write_json(directory / "added_tokens.json", {"<url>": len(word_pieces(BERT_NAMES.values()))})


def vocab_json(directory):
    model = json.loads((directory / "tokenizer.json").read_text(encoding="utf-8"))["model"]
    write_json(directory / "vocab.json", model["vocab"])
    merges = [m if isinstance(m, str) else " ".join(m) for m in model["merges"]]
    (directory / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")
    (directory / "tokenizer.json").unlink()


def other_normalizer(directory):
    value = json.loads((directory / "tokenizer.json").read_text(encoding="utf-8"))
    value["normalizer"] = {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}]}
    write_json(directory / "tokenizer.json", value)


def cased_vocab_txt(directory):
    bert_vocab_txt(directory)
    edit("tokenizer_config.json", do_lower_case=False)(directory)


def of_families(small):
    for kind in kinds():
        yield Case(kind.name, kind)
        yield Case(f"{kind.name}-three-classes-bin", kind, config=dict(num_labels=3), layout="bin")
        if not small:
            yield Case(f"{kind.name}-bfloat16", kind, dtype=torch.bfloat16)
            yield Case(f"{kind.name}-sharded", kind, layout="sharded")
            yield Case(f"{kind.name}-no-architectures", kind, after=edit("config.json", architectures="absent"))


def of_tokenizers():
    bert, roberta = kinds()[0], kinds()[3]
    config = lambda name, **keys: Case(f"bert-{name}", bert, tokenizer_config=keys)
    yield config("cased-by-config", do_lower_case=False)
    yield config("accents-kept", strip_accents=False)
    yield config("accents-stripped-cased", strip_accents=True, do_lower_case=False)
    yield config("no-chinese", tokenize_chinese_chars=False)
    yield config("left", truncation_side="left")
    yield config("no-class", tokenizer_class="absent")
    yield config("generic-class", tokenizer_class="PreTrainedTokenizerFast")
    yield config("more-special", additional_special_tokens=["great", "<e>"])
    yield config("no-basic", do_basic_tokenize=False)
    yield config("split-special", split_special_tokens=True)
    yield Case("bert-cased-json", bert, tokenizer=lambda: bert_tokenizer(lowercase=False))
    yield Case("bert-cased-json-generic", bert, tokenizer=lambda: bert_tokenizer(lowercase=False),
               tokenizer_config=dict(tokenizer_class="PreTrainedTokenizerFast"))
    yield Case("bert-vocab-txt", bert, after=bert_vocab_txt)
    yield Case("bert-vocab-txt-cased", bert, after=cased_vocab_txt)
    yield Case("bert-vocab-txt-no-basic", bert, after=bert_vocab_txt, tokenizer_config=dict(do_basic_tokenize=False))
    yield Case("bert-added-tokens", bert, after=added_tokens)
    yield Case("xlm-roberta-nfkc", kinds()[4],
               tokenizer=lambda: unigram(FAIRSEQ, "<unk>", "<s>", "</s>", normalizers.NFKC()))
    # Files that differ from what transformers 5 makes of their classes.
    albert, deberta, xlm = kinds()[7], kinds()[8], kinds()[4]
    albert_special = ("<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]")
    yield Case("albert-no-normalizer", albert,
               tokenizer=lambda: unigram(albert_special, "<unk>", "[CLS]", "[SEP]", None))
    yield Case("albert-accents-cased", albert, tokenizer_config=dict(keep_accents=True, do_lower_case=False))
    yield Case("deberta-v2-lower-punctuation", deberta, tokenizer_config=dict(do_lower_case=True, split_by_punct=True))
    yield Case("xlm-roberta-no-prefix-space", xlm, tokenizer_config=dict(add_prefix_space=False))
    yield Case("bert-other-normalizer", bert, after=other_normalizer)
    yield Case("roberta-other-normalizer", roberta, after=other_normalizer)
    yield Case("roberta-vocab-json", roberta, after=vocab_json)
    yield Case("roberta-prefix-space", roberta, tokenizer_config=dict(add_prefix_space=True))
    yield Case("roberta-json-prefix-space", roberta, tokenizer=lambda: byte_level(FAIRSEQ, "<s>", "</s>", True))


def of_heads():
    bert, roberta, distil, electra = (kinds()[i] for i in (0, 3, 1, 2))
    yield Case("bert-masked-lm-declared", bert, after=edit("config.json", architectures=["BertForMaskedLM"]))
    yield Case("bert-own-class", bert, after=edit("config.json", architectures=["MyClassifier"]))
    yield Case("roberta-model-declared", roberta, after=edit("config.json", architectures=["RobertaModel"]))
    yield Case("distilbert-model-declared", distil, after=edit("config.json", architectures=["DistilBertModel"]))
    yield Case("electra-model-declared", electra, after=edit("config.json", architectures=["ElectraModel"]))
    yield Case("bert-regression", bert, config=dict(num_labels=1, problem_type="regression"))
    yield Case("bert-one-score", bert, config=dict(num_labels=1))
    yield Case("bert-multi-label", bert, config=dict(num_labels=3, problem_type="multi_label_classification"))
    for kind in kinds()[1:]:
        yield Case(f"{kind.name}-multi-label", kind, config=dict(num_labels=3, problem_type="multi_label_classification"))
        yield Case(f"{kind.name}-one-score", kind, config=dict(num_labels=1))
    yield Case("bert-relu", bert, config=dict(hidden_act="relu"))
    yield Case("bert-gelu-new", bert, config=dict(hidden_act="gelu_new"))
    yield Case("deberta-v2-convolution", kinds()[8], config=dict(conv_kernel_size=3, conv_act="gelu"))
    yield Case("deberta-v2-convolution-tanh", kinds()[8], config=dict(conv_kernel_size=5, num_labels=3))
    yield Case("modernbert-mean", kinds()[9], config=dict(classifier_pooling="mean"))
    gpt = Kind("gpt2", transformers.GPT2Config, transformers.GPT2ForSequenceClassification,
               lambda: byte_level(("<|endoftext|>",), "<|endoftext|>", "<|endoftext|>"), "GPT2Tokenizer",
               dict(bos_token="<|endoftext|>", eos_token="<|endoftext|>", unk_token="<|endoftext|>", pad_token="<|endoftext|>"),
               vocab_size=300, n_embd=32, n_layer=2, n_head=4, n_positions=140, pad_token_id=0)
    yield Case("gpt2", gpt)


def of_relative_positions():
    for kind in (kinds()[i] for i in (0, 2, 3, 4, 5, 7)):
        for positions in ("relative_key", "relative_key_query"):
            yield Case(f"{kind.name}-{positions.replace('_', '-')}", kind, by_4_alone=True,
                       config=dict(position_embedding_type=positions))
    bert, query = kinds()[0], dict(position_embedding_type="relative_key_query")
    yield Case("bert-relative-key-query-tokens", bert, by_4_alone=True, config=query,
               model=transformers.BertForTokenClassification)
    yield Case("bert-relative-key-query-saved-by-5", bert, by_4_alone=True, config=query,
               after=without_vectors_of_distances)


def cases(small):
    yield from of_families(small)
    yield from of_heads()
    yield from of_relative_positions()
    yield from of_tokenizers()


# ---- Logits -----------------------------------------------------------------------------------------------------------

def logits(directory, texts):
    tokenizer = transformers.AutoTokenizer.from_pretrained(directory)
    declared = json.loads((directory / "config.json").read_text(encoding="utf-8")).get("architectures") or [""]
    of_tokens = declared[0].endswith("ForTokenClassification")
    kind = transformers.AutoModelForTokenClassification if of_tokens else transformers.AutoModelForSequenceClassification
    model = kind.from_pretrained(directory, dtype=torch.float32).eval()
    rows = []
    with torch.no_grad():
        for text in texts:
            batch = tokenizer([text], truncation=True, max_length=128, return_tensors="pt")
            row = model(**batch).logits[0]
            rows.append((row[0] if of_tokens else row).tolist())
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("texts", type=pathlib.Path)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--only-logits", action="store_true")
    parser.add_argument("--only", default="", help="part of the names of the directories to write")
    options = parser.parse_args()
    texts = [json.loads(line)["text"] for line in options.texts.read_text(encoding="utf-8").splitlines()]
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    for case in cases(options.small):
        if options.only not in case.name:
            continue
        if not options.only_logits and case.can_be_written():
            case.write(options.out)
        if not (options.out / case.name).exists():
            print(case.name, "is left to transformers 4", flush=True)
            continue
        try:
            result = {"logits": logits(options.out / case.name, texts)}
        except Exception as e:  # what transformers refuses is a result too
            result = {"error": f"{type(e).__name__}: {e}"[:500]}
        write_json(options.out / case.name / f"expected-{transformers.__version__}.json", result)
        print(case.name, "error " + result["error"][:150] if "error" in result else "ok", flush=True)


if __name__ == "__main__":
    main()
