"""The reader's network: an encoder with outputs for every token and for the whole passage.

A folder of it is a plain Hugging Face question-answering model, which any other program can read
spans with, and ``heads.safetensors`` beside it with the other outputs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForQuestionAnswering

from training.sources import Label

HEADS_FILE = "heads.safetensors"
TOKENIZER_FILE = "tokenizer.json"
START, END, ITEM, EVIDENCE = range(4)


class ReaderNetwork(torch.nn.Module):  # type: ignore[misc]
    """``spans`` is the encoder with its start and end head; the other heads stand beside it."""

    def __init__(self, spans: Any) -> None:
        super().__init__()
        width = spans.config.hidden_size
        self.spans = spans
        self.marks = torch.nn.Linear(width, 2)
        self.label_hidden = torch.nn.Linear(width, width)
        self.label = torch.nn.Linear(width, len(Label))

    def forward(self, ids: Any, types: Any, attention: Any) -> tuple[Any, Any]:
        """Token logits ``[batch, tokens, 4]`` and label logits ``[batch, 4]``.

        Token logits are those of start, end, item and evidence; labels are in ``Label``'s order.
        """
        inputs = {"input_ids": ids, "attention_mask": attention}
        if takes_types(self.spans.config):
            inputs["token_type_ids"] = types
        hidden = self.spans.base_model(**inputs).last_hidden_state.to(self.marks.weight.dtype)
        tokens = torch.cat((self.spans.qa_outputs(hidden), self.marks(hidden)), dim=-1)
        label = self.label(torch.tanh(self.label_hidden(hidden[:, 0])))
        return tokens, label

    def halve(self) -> ReaderNetwork:
        """Put the encoder into bf16. The outputs stay in fp32: their scores must compare finely."""
        self.spans.base_model.bfloat16()
        return self

    @property
    def new_heads(self) -> list[Any]:
        """The modules that a span reader does not have."""
        return [self.marks, self.label_hidden, self.label]


def takes_types(config: Any) -> bool:
    """Whether an encoder tells the question's tokens from the passage's."""
    return int(getattr(config, "type_vocab_size", None) or 0) > 1 and config.model_type != "mpnet"


def load_network(folder: Path) -> ReaderNetwork:
    """The network in ``folder``, in fp32; outputs that it does not hold start from nothing."""
    spans = AutoModelForQuestionAnswering.from_pretrained(
        folder,
        local_files_only=True,
        attn_implementation="eager",
        dtype="float32",
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    network = ReaderNetwork(spans)
    if (folder / HEADS_FILE).is_file():
        heads = load_file(str(folder / HEADS_FILE))
        network.load_state_dict(heads, strict=False)
    else:
        for module in network.new_heads:
            torch.nn.init.normal_(module.weight, std=0.02)
            torch.nn.init.zeros_(module.bias)
    return network


def save_network(network: ReaderNetwork, folder: Path, tokenizer: bytes) -> None:
    """Write the network and its tokenizer to ``folder``."""
    network.spans.save_pretrained(folder)
    heads = {
        name: values.detach().float().contiguous()
        for name, values in network.state_dict().items()
        if not name.startswith("spans.")
    }
    save_file(heads, str(folder / HEADS_FILE))
    (folder / TOKENIZER_FILE).write_bytes(tokenizer)
