# SPDX-License-Identifier: Apache-2.0
"""Families other than BERT: their encoder is that of transformers, with the same linear classifier on it.

Attention is eager, so that the CLS attention is at hand, which PURE's losses read.
"""

import json
import pathlib

import torch
from safetensors.torch import load_file, save_file
from torch import nn


def is_bert(directory):
    return json.loads((pathlib.Path(directory) / "config.json").read_text())["model_type"] == "bert"


class Classifier(nn.Module):
    """Encoder and one linear layer on the last hidden state of the first token."""

    def __init__(self, config, classes=2):
        from transformers import AutoConfig, AutoModel

        super().__init__()
        config = dict(config)
        self.encoder = AutoModel.from_config(
            AutoConfig.for_model(config.pop("model_type"), **config), attn_implementation="eager"
        )
        self.dropout = nn.Dropout(0.1)
        self.classifier = nn.Linear(config["hidden_size"], classes)

    def forward(self, ids, mask, with_attention=False):
        """Logits [B, C]; on demand the CLS attention of each layer, [B, A, T]."""
        out = self.encoder(input_ids=ids, attention_mask=mask, output_attentions=with_attention)
        attention = [layer[:, :, 0, :].contiguous() for layer in out.attentions] if with_attention else []
        return self.classifier(self.dropout(out.last_hidden_state[:, 0])), attention


def load(directory):
    directory = pathlib.Path(directory)
    model = Classifier(json.loads((directory / "config.json").read_text()))
    model.encoder.load_state_dict(load_file(directory / "model.safetensors"))
    model.classifier.load_state_dict(load_file(directory / "classifier.safetensors"))
    return model


def random_checkpoint(directory, config, seed):
    """Writes a checkpoint in Hugging Face's form that both sides read: every tensor random, so that all of them count."""
    torch.manual_seed(seed)
    model = Classifier(config)

    def noise(state):
        return {
            name: torch.randn(value.shape) * 0.04 + (1.0 if "norm" in name.lower() and name.endswith("weight") else 0.0)
            for name, value in state.items()
        }

    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    save_file(noise(model.encoder.state_dict()), directory / "model.safetensors", metadata={"format": "pt"})
    save_file(noise(model.classifier.state_dict()), directory / "classifier.safetensors", metadata={"format": "pt"})
    (directory / "config.json").write_text(json.dumps(config, indent=1))
