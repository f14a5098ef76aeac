# SPDX-License-Identifier: Apache-2.0
"""Makes golden/variants/NAME: tiny encoders with settings that the golden models of their families do not have, and what
transformers computes for them in float64, without dropout: logits of a linear classifier on the first token,
cross-entropy and all its gradients. Seed 11.

    python make_variants.py RESOURCES/golden

Needs torch, transformers and safetensors; made with transformers 5.24.
"""
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModel

SIZES = {"vocab_size": 40, "hidden_size": 16, "num_attention_heads": 2, "num_hidden_layers": 2, "intermediate_size": 24,
         "max_position_embeddings": 160, "pad_token_id": 0}
DEBERTA = SIZES | {"model_type": "deberta-v2", "type_vocab_size": 0, "relative_attention": True,
                   "position_biased_input": False, "layer_norm_eps": 1e-7, "pos_att_type": ["p2c", "c2p"]}
MODERN = SIZES | {"model_type": "modernbert", "bos_token_id": None, "eos_token_id": None, "cls_token_id": None,
                  "sep_token_id": None}
VARIANTS = {
    "deberta-own-weights": DEBERTA | {"share_att_key": False, "position_buckets": 32, "norm_rel_ebd": "layer_norm"},
    "deberta-queries-alone": DEBERTA | {"share_att_key": False, "pos_att_type": ["c2p"], "max_relative_positions": 20},
    "deberta-keys-alone": DEBERTA | {"share_att_key": True, "pos_att_type": "p2c", "norm_rel_ebd": "none"},
    "deberta-positions-and-types": DEBERTA | {"share_att_key": True, "position_biased_input": True,
                                              "type_vocab_size": 2, "embedding_size": 8, "position_buckets": 8,
                                              "max_relative_positions": 64},
    "deberta-plain": DEBERTA | {"relative_attention": False, "pos_att_type": [], "position_biased_input": True},
    "deberta-convolution": DEBERTA | {"share_att_key": True, "position_buckets": 16, "norm_rel_ebd": "layer_norm",
                                      "conv_kernel_size": 3, "conv_act": "gelu"},
    "deberta-convolution-of-one-layer": DEBERTA | {"relative_attention": False, "pos_att_type": [],
                                                   "position_biased_input": True, "num_hidden_layers": 1,
                                                   "conv_kernel_size": 5},
    "modernbert-near": MODERN | {"local_attention": 9, "global_attn_every_n_layers": 5, "num_hidden_layers": 3},
    "modernbert-everywhere": MODERN | {"local_attention": 8, "global_attn_every_n_layers": 1},
}
LENGTHS = [2, 33, 9, 150]
LABELS = [0, 1, 1, 0]


def make(target: Path, settings: dict) -> None:
    torch.manual_seed(11)
    settings = dict(settings)
    model = AutoModel.from_config(AutoConfig.for_model(settings["model_type"], **{
        key: value for key, value in settings.items() if key != "model_type"}), attn_implementation="eager")
    state = {name: torch.randn(value.shape) * 0.3 + ("norm" in name.lower() and name.endswith("weight"))
             for name, value in model.state_dict().items()}
    model.load_state_dict(state)
    model = model.double().eval()
    classifier = torch.nn.Linear(settings["hidden_size"], 2).double()
    texts = [torch.randint(1, settings["vocab_size"], (length,)).tolist() for length in LENGTHS]
    logits = torch.cat([classifier(model(input_ids=torch.tensor([text])).last_hidden_state[:, 0]) for text in texts])
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(LABELS))
    loss.backward()
    (target / "model").mkdir(parents=True, exist_ok=True)
    save_file(state, target / "model" / "model.safetensors")
    (target / "model" / "config.json").write_text(json.dumps(settings, indent=1))
    save_file({name: value.detach().float() for name, value in classifier.state_dict().items()},
              target / "classifier.safetensors")
    gradients = {"enc." + name: value.grad.float() for name, value in model.named_parameters() if value.grad is not None}
    gradients |= {"cls." + name: value.grad.float() for name, value in classifier.named_parameters()}
    save_file(gradients, target / "gradients.safetensors")
    (target / "expected.json").write_text(json.dumps(
        {"texts": [""] * len(texts), "input_ids": texts, "labels": LABELS, "logits": logits.tolist(),
         "cross_entropy": loss.item()}))


if __name__ == "__main__":
    for name, settings in VARIANTS.items():
        make(Path(sys.argv[1]) / "variants" / name, settings)
