"""A tiny network and the shipped tokenizer, for tests that need no trained weights."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertForQuestionAnswering

from rag.models.runtime import default_model

TOKENIZER = "tokenizer.json"


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(default_model() / TOKENIZER))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a question-answering network with two layers of 32."""
    torch.manual_seed(3)
    folder = tmp_path_factory.mktemp("tiny")
    config = BertConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=512,
        initializer_range=0.3,
    )
    BertForQuestionAnswering(config).save_pretrained(folder)
    (folder / TOKENIZER).write_bytes((default_model() / TOKENIZER).read_bytes())
    return folder
