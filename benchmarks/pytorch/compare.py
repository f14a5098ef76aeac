# SPDX-License-Identifier: Apache-2.0
"""Times the project beside PyTorch and ONNX Runtime: the same weights, batches and threads, in alternating rounds.

Started by benchmarks/against-pytorch, which builds what it needs. Both sides stay alive, so that what is compiled and
cached stays warm; the one whose turn it is not is stopped by a signal. PyTorch pads a batch to its longest text. A
round's ratio is the project's seconds over PyTorch's, on the same batches.
"""

import argparse
import contextlib
import json
import os
import pathlib
import platform
import random
import statistics
import subprocess
import sys
import tempfile

import children


def bert_config(layers, hidden, heads, intermediate):
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": 30522,
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": intermediate,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "max_position_embeddings": 512,
        "type_vocab_size": 2,
        "layer_norm_eps": 1e-12,
        "initializer_range": 0.02,
        "pad_token_id": 0,
        "id2label": {"0": "0", "1": "1"},
        "label2id": {"0": 0, "1": 1},
    }


def deberta_config(layers, hidden, heads, intermediate):
    """As the published models of version 3 are, but for the size and the vocabulary."""
    config = bert_config(layers, hidden, heads, intermediate)
    return config | {
        "architectures": ["DebertaV2Model"],
        "model_type": "deberta-v2",
        "type_vocab_size": 0,
        "layer_norm_eps": 1e-7,
        "relative_attention": True,
        "max_relative_positions": -1,
        "position_buckets": 256,
        "norm_rel_ebd": "layer_norm",
        "share_att_key": True,
        "pos_att_type": ["p2c", "c2p"],
        "position_biased_input": False,
    }


def modernbert_config(layers, hidden, heads, intermediate):
    """As the published models are, but for the size and the vocabulary."""
    return {
        "architectures": ["ModernBertModel"],
        "model_type": "modernbert",
        "vocab_size": 30522,
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": intermediate,
        "max_position_embeddings": 8192,
        "global_attn_every_n_layers": 3,
        "local_attention": 128,
        "pad_token_id": 0,
        "bos_token_id": None,
        "eos_token_id": None,
        "cls_token_id": None,
        "sep_token_id": None,
        "id2label": {"0": "0", "1": "1"},
        "label2id": {"0": 0, "1": 1},
    }


SIZES = {
    "L6/D384": bert_config(6, 384, 12, 1536),
    "L12/D384": bert_config(12, 384, 12, 1536),
    "L12/D768": bert_config(12, 768, 12, 3072),
    "deberta-v2/L6/D384": deberta_config(6, 384, 6, 1536),
    "deberta-v2/L6/D768": deberta_config(6, 768, 12, 3072),
    "modernbert/L6/D384": modernbert_config(6, 384, 6, 576),
    "modernbert/L6/D768": modernbert_config(6, 768, 12, 1152),
}
BERT_SIZES = [size for size, config in SIZES.items() if config["model_type"] == "bert"]
WORKS = {"train": ["train"], "infer": ["score", "evaluate"]}
NAMES = {"train": "training step", "score": "scoring batch", "evaluate": "evaluation batch"}
# What a peer computes with, which the project does too.
PEERS = {
    "eager": "float32",
    "onednn": "float32",
    "bfloat16": "bfloat16",
    "compiled": "float32",
    "onnxruntime": "float32",
    "onnxruntime-int8": "float32",
}
# ONNX Runtime computes logits alone, and no gradients.
EVALUATES_ONLY = {"onnxruntime", "onnxruntime-int8"}
LOGIT_TOLERANCE = {"bfloat16": 5e-2, "onnxruntime-int8": 3e-1}
SEED = 11


def options():
    parser = argparse.ArgumentParser(
        prog="benchmarks/against-pytorch", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model-sizes", default=",".join(BERT_SIZES), help="of " + ", ".join(SIZES)
                        + "; DeBERTa and ModernBERT need transformers (those of BERT)")
    parser.add_argument("--threads", default="1,2", help="numbers of threads (1,2)")
    parser.add_argument("--works", default="train,score,evaluate", help="of train, score, evaluate (all)")
    parser.add_argument("--rounds", type=int, default=9, help="of each comparison (9)")
    parser.add_argument("--steps", type=int, default=4, help="batches of each side in a round (4; of the passes without"
                        " gradients four times as many: their last batches leave a thread without work)")
    parser.add_argument("--warm-up", type=int, default=12, help="batches of each side before the first round (12;"
                        " of the passes without gradients, which are shorter, four times as many)")
    parser.add_argument("--data", type=pathlib.Path, help="TSV with columns sentence and label, or a directory with such"
                        " a train.tsv (../shared/data/sst2)")
    parser.add_argument("--batches", type=int, default=48, help="micro-batches of 32 texts to take from it (48)")
    parser.add_argument("--peer", default="eager", help="kinds of PyTorch, all in one run: eager; onednn, whose linear"
                        " layers oneDNN computes, which is faster on AMD's CPUs; bfloat16, by autocast; compiled, by"
                        " torch.compile; and ONNX Runtime, with float32 and int8: onnxruntime, onnxruntime-int8, which"
                        " evaluate only. The project computes with bfloat16 beside bfloat16, else with float32 (eager)")
    parser.add_argument("--lengths", choices=("data", "full"), default="data", help="texts as they are, or full ones:"
                        " text after text, cut at --tokens (data)")
    parser.add_argument("--tokens", type=int, default=128, help="of the longest text, at most 512 (128)")
    parser.add_argument("--heap", help="Java heap, such as 1g (bin/pure's 1g, 3g for D768)")
    parser.add_argument("--steps-for-growth", metavar="A,B", help="measure the project's memory after so many training"
                        " steps too, such as 50,500")
    parser.add_argument("--profile", action="store_true", help="only tell what a training step of the project spends its"
                        " time on, by operation")
    parser.add_argument("--out", type=pathlib.Path, help="JSON file for all figures")
    parser.add_argument("--check", type=pathlib.Path, metavar="GOLDEN", help="only compare the reference encoder with"
                        " the golden files of a BERT, such as ../shared/golden/bert")
    chosen = parser.parse_args()
    for given, known, name in (
        (chosen.model_sizes, SIZES, "--model-sizes"),
        (chosen.works, NAMES, "--works"),
        (chosen.peer, PEERS, "--peer"),
    ):
        unknown = [word for word in given.split(",") if word not in known]
        if unknown:
            parser.error(f"{name}: {', '.join(unknown)} is none of {', '.join(known)}")
    return chosen


# ---- Inputs ---------------------------------------------------------------------------------------------------------


def write_batches(data, count, file, lengths, tokens):
    """A seeded choice of texts as token ids, for all sides; returns tokens a text, and padded tokens a text."""
    from tokenizers import Tokenizer

    file_in = data / "train.tsv" if data.is_dir() else data
    header, *lines = file_in.read_text(encoding="utf-8").splitlines()
    columns = [name.strip() for name in header.split("\t")]
    text = columns.index("sentence") if "sentence" in columns else columns.index("text")
    label = columns.index("label")
    random.Random(SEED).shuffle(lines)
    rows = [line.split("\t") for line in lines]
    tokenizer = Tokenizer.from_file(os.environ["PURE_TOKENIZER"] + "/tokenizer.json")
    tokenizer.no_padding()
    tokenizer.enable_truncation(tokens)
    texts, place = [], 0
    while len(texts) < 32 * count:
        row = rows[place % len(rows)]
        words, label_of = row[text], row[label].strip()
        place += 1
        while lengths == "full" and len(tokenizer.encode(words).ids) < tokens:
            words += " " + rows[place % len(rows)][text]
            place += 1
        texts.append((label_of, tokenizer.encode(words).ids))
    ids = [of for _, of in texts]
    file.write_text("".join(f"{of} {' '.join(map(str, i))}\n" for of, i in texts), "ascii")
    padded = sum(32 * max(map(len, ids[i : i + 32])) for i in range(0, len(ids), 32))
    return sum(map(len, ids)) / len(ids), padded / len(ids)


def checkpoint(size, cache):
    directory = cache / ("random-" + size.replace("/", "-").lower())
    if not (directory / "config.json").exists():
        import families
        import reference

        print(f"writing random weights to {directory}", file=sys.stderr)
        maker = reference if SIZES[size]["model_type"] == "bert" else families
        maker.random_checkpoint(directory, SIZES[size], SEED)
    return directory


# ---- Measuring ------------------------------------------------------------------------------------------------------


def measure(chosen, size, threads, mode, cache, batches):
    """Rounds of all works of a mode, and the memory that each side took."""
    works = [work for work in WORKS[mode] if work in chosen.works.split(",")]
    heap = chosen.heap or ("3g" if SIZES[size]["hidden_size"] > 384 else "1g")
    model = checkpoint(size, cache)
    peers = [peer for peer in chosen.peer.split(",") if mode == "infer" or peer not in EVALUATES_ONLY]
    figures = []
    with contextlib.ExitStack() as open_sides:
        theirs = {
            peer: open_sides.enter_context(children.Child.pytorch(model, batches, threads, mode, peer)) for peer in peers
        }
        ours = {
            precision: open_sides.enter_context(
                children.Child.project(model, batches, threads, mode, heap, precision)
            )
            for precision in dict.fromkeys(PEERS[peer] for peer in peers)
        }
        if mode == "infer":
            for peer in peers:
                compare_logits(theirs[peer], ours[PEERS[peer]], LOGIT_TOLERANCE.get(peer, 1e-3))
        for work in works:
            able = [peer for peer in peers if work == "evaluate" or peer not in EVALUATES_ONLY]
            sides = [theirs[peer] for peer in able] + list(ours.values())
            for side in sides:
                side.do(work, 0, chosen.warm_up if mode == "train" else 4 * chosen.warm_up)
                side.forget_peak()
            seconds, count = rounds(chosen, work, sides)
            for peer in able:
                us = ours[PEERS[peer]]
                figure = {
                    "size": size,
                    "threads": threads,
                    "work": work,
                    "peer": peer,
                    "batchesPerRound": count,
                    "pytorchSeconds": seconds[theirs[peer]],
                    "projectSeconds": seconds[us],
                    "ratios": [o / t for o, t in zip(seconds[us], seconds[theirs[peer]])],
                }
                print(row(figure), flush=True)
                figures.append(figure)
        memory = {side.name: side.memory() for side in [*theirs.values(), *ours.values()]}
    for figure in figures:
        figure["memoryMiB"] = {
            "pytorch": memory["pytorch " + figure["peer"]],
            "project": memory["project " + PEERS[figure["peer"]]],
        }
    return figures


def compare_logits(theirs, ours, tolerance):
    a, b = theirs.ask("logits 0"), ours.ask("logits 0")
    difference = max(abs(x - y) for x, y in zip(a, b)) / max(map(abs, a))
    if len(a) != len(b) or difference > tolerance:
        raise SystemExit(f"{theirs.name} and {ours.name} compute different things: their logits differ by"
                         f" {difference:.1e} (relative)")


def rounds(chosen, work, sides):
    """The seconds of a batch of each side in each round, and the batches of a round. All sides do the same ones."""
    seconds = {side: [] for side in sides}
    batches = chosen.steps if work == "train" else 4 * chosen.steps
    first = 0
    for number in range(chosen.rounds):
        for side in sides if number % 2 == 0 else sides[::-1]:
            seconds[side].append(sum(side.do(work, first, batches)) / batches)
        first += batches
    return seconds, batches


def profile(chosen, size, threads, cache, batches):
    """What a training step of the project spends its time on, on standard error."""
    heap = chosen.heap or ("3g" if SIZES[size]["hidden_size"] > 384 else "1g")
    print(f"{size}, {threads} threads: a training step by operation, and calls a step", flush=True)
    subprocess.run(children.project_command(checkpoint(size, cache), batches, threads, "profile", heap), check=True)


def growth(chosen, size, threads, cache, batches):
    """The project's memory in MiB after numbers of training steps."""
    heap = chosen.heap or ("3g" if SIZES[size]["hidden_size"] > 384 else "1g")
    found, done = {}, 0
    with children.Child.project(checkpoint(size, cache), batches, threads, "train", heap) as ours:
        for steps in sorted(map(int, chosen.steps_for_growth.split(","))):
            ours.do("train", done, steps - done)
            done = steps
            found[steps] = ours.memory()
            print(f"{size:18} {threads:7}  after {steps} steps {found[steps]['resident']} MiB, at most"
                  f" {found[steps]['peak']} MiB", flush=True)
    return {"size": size, "threads": threads, "memoryMiB": found}


# ---- Results --------------------------------------------------------------------------------------------------------

HEADER = f"{'model':18} threads  {'work':16}  {'peer':16}  their s   ours s  ratio  (quartiles; smallest to largest)"


def row(figure):
    ratios = sorted(figure["ratios"])
    quartiles = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else [ratios[0]] * 3
    return (
        f"{figure['size']:18} {figure['threads']:7}  {NAMES[figure['work']]:16}  {figure['peer']:16}"
        f"  {statistics.median(figure['pytorchSeconds']):9.4f} {statistics.median(figure['projectSeconds']):8.4f}"
        f"  {statistics.median(ratios):5.2f}  ({quartiles[0]:.2f} to {quartiles[2]:.2f};"
        f" {ratios[0]:.2f} to {ratios[-1]:.2f})"
    )


def memory_row(figure):
    memory = figure["memoryMiB"]
    return f"{figure['size']:18} {figure['threads']:7}  {figure['peer']:16}  " + "; ".join(
        f"{name} {side['peak']}, in the steps {side['peakInSteps']}, with the model just loaded {side['ready']}"
        for name, side in memory.items()
    )


def machine():
    model = next(
        (line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown"
    )
    revision = subprocess.run(
        ["git", "-C", os.environ["PURE_ROOT"], "describe", "--always", "--dirty"], capture_output=True, text=True
    ).stdout.strip()
    return {"processor": model, "cores": os.cpu_count(), "system": platform.platform(), "revision": revision}


def main():
    chosen = options()
    import reference  # and with it PyTorch, which --help does without

    if chosen.check:
        for quantity, difference in reference.check(chosen.check).items():
            print(f"{quantity:24} {difference:.1e}")
        return
    root = pathlib.Path(os.environ["PURE_ROOT"])
    cache = pathlib.Path(os.environ["PURE_CACHE"])
    golden = root / "pipeline/src/test/resources/golden/bert"
    found = reference.check(golden)
    print(f"the reference encoder agrees with transformers: at most {max(found.values()):.1e} off")
    data = chosen.data or root.parent / "shared/data/sst2"
    if not data.exists():
        raise SystemExit(f"no {data}; name a TSV file with columns sentence and label with --data")
    with tempfile.TemporaryDirectory() as directory:
        run(chosen, data, cache, pathlib.Path(directory) / "batches")


def run(chosen, data, cache, batches):
    tokens, padded = write_batches(data, chosen.batches, batches, chosen.lengths, chosen.tokens)
    print(f"texts have {tokens:.1f} tokens, {padded:.1f} padded to the longest of their batch\n", flush=True)
    if chosen.profile:
        for size in chosen.model_sizes.split(","):
            for threads in map(int, chosen.threads.split(",")):
                profile(chosen, size, threads, cache, batches)
        return
    print(HEADER, flush=True)
    figures, grown = [], []
    for size in chosen.model_sizes.split(","):
        for threads in map(int, chosen.threads.split(",")):
            for mode in WORKS:
                if any(work in chosen.works.split(",") for work in WORKS[mode]):
                    figures += measure(chosen, size, threads, mode, cache, batches)
            if chosen.steps_for_growth:
                grown.append(growth(chosen, size, threads, cache, batches))
    training = [figure for figure in figures if figure["work"] == "train"]
    if training:
        print("\nlargest resident memory in training, MiB: of the whole process, of the measured steps (a Python process that"
              " has only imported a PyTorch built for CUDA takes several hundred by itself)")
        print("\n".join(map(memory_row, training)))
    if chosen.out:
        result = {
            "schema": 1,
            "machine": machine() | {"versions": children.versions},
            "lengths": chosen.lengths,
            "maxTokens": chosen.tokens,
            "tokensPerText": tokens,
            "paddedTokensPerText": padded,
            "figures": figures,
            "growth": grown,
        }
        chosen.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
