"""Question-answering models small enough to be made by a test, in the form transformers saves."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
WORDS = ("zanzibar", "new", "york", "lahore", "cairo", "the", "is")
LETTERS = string.ascii_lowercase + string.digits
VOCABULARY = (
    *SPECIAL,
    *WORDS,
    *LETTERS,
    *(f"##{letter}" for letter in LETTERS),
    *string.punctuation,
    *"عربي中文’",
)


def wordpiece(folder: Path) -> None:
    """The tokenizer of uncased BERT, with a vocabulary of a hundred."""
    from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
    from tokenizers.models import WordPiece

    tokenizer = Tokenizer(
        WordPiece({token: number for number, token in enumerate(VOCABULARY)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.add_special_tokens(list(SPECIAL))
    # As in the tokenizers that are published, these are on and have to be switched off.
    tokenizer.enable_padding(length=128)
    tokenizer.enable_truncation(max_length=64)
    tokenizer.save(str(folder / "tokenizer.json"))


def byte_level(folder: Path) -> None:
    """The tokenizer of RoBERTa, without merges: a token is a byte."""
    from tokenizers import Tokenizer, pre_tokenizers, processors
    from tokenizers.models import BPE

    tokens = ["<s>", "<pad>", "</s>", "<unk>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(BPE({token: number for number, token in enumerate(tokens)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>"])
    tokenizer.save(str(folder / "tokenizer.json"))


def bert(folder: Path, *, positions: int = 512, layers: int = 2) -> Any:
    """A BERT of random weights, saved to ``folder``."""
    from transformers import BertConfig, BertForQuestionAnswering

    config = BertConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=32,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=positions,
        initializer_range=0.3,
    )
    wordpiece(folder)
    return _saved(BertForQuestionAnswering, config, folder)


def distilbert(folder: Path) -> Any:
    """A DistilBERT of random weights, saved to ``folder``: it has no token types."""
    from transformers import DistilBertConfig, DistilBertForQuestionAnswering

    config = DistilBertConfig(
        vocab_size=len(VOCABULARY),
        dim=32,
        n_layers=2,
        n_heads=2,
        hidden_dim=64,
        initializer_range=0.3,
    )
    wordpiece(folder)
    return _saved(DistilBertForQuestionAnswering, config, folder)


def roberta(folder: Path) -> Any:
    """A RoBERTa of random weights, saved to ``folder``: its 66 positions hold 64 tokens."""
    from transformers import RobertaConfig, RobertaForQuestionAnswering

    config = RobertaConfig(
        vocab_size=260,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=66,
        type_vocab_size=1,
        initializer_range=0.3,
    )
    byte_level(folder)
    return _saved(RobertaForQuestionAnswering, config, folder)


def funnel(folder: Path) -> None:
    """A Funnel transformer, saved to ``folder``: the tracer fixes its pooling to one length."""
    from transformers import FunnelConfig, FunnelForQuestionAnswering

    config = FunnelConfig(
        vocab_size=len(VOCABULARY), d_model=32, n_head=2, d_head=16, d_inner=64, block_sizes=[1, 1]
    )
    wordpiece(folder)
    _saved(FunnelForQuestionAnswering, config, folder)


def _saved(kind: Any, config: Any, folder: Path) -> Any:
    import torch

    torch.manual_seed(0)
    network = kind(config).eval()
    network.save_pretrained(folder)
    return network


def planted(folder: Path) -> None:
    """A BERT without layers that answers ``Zanzibar`` or ``New York`` wherever they stand.

    A token's start logit is high for ``zanzibar`` and ``new``, its end logit for ``zanzibar`` and
    ``york``; all others, that of ``[CLS]`` too, are zero.
    """
    import torch

    network = bert(folder, layers=0)
    with torch.no_grad():
        for weights in network.parameters():
            weights.zero_()
        network.bert.embeddings.LayerNorm.weight.fill_(1)
        rows = network.bert.embeddings.word_embeddings.weight
        for word, places in (("zanzibar", [0, 1]), ("new", [0]), ("york", [1])):
            rows[VOCABULARY.index(word), places] = 1
        network.qa_outputs.weight[0, 0] = network.qa_outputs.weight[1, 1] = 1
    network.save_pretrained(folder)
