"""Embeds texts as unit vectors, with the compiled model or through sentence-transformers."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.models.compile import (
    compile_embedder,
    load_sentence_transformer,
    runtime_fingerprint,
)
from rag.models.runtime import (
    CARD_FILE,
    TOKENIZER_FILE,
    Float32,
    Runtime,
    model_folder,
    read_card,
    weights_fingerprint,
)

if TYPE_CHECKING:
    from tokenizers import Tokenizer

# Characters of the words whose lengths are remembered: about 150,000 words, some 20 MB.
_REMEMBERED = 1 << 20

# Parted by what BERT's tokenizer takes for white space. Other characters that Python splits at,
# such as U+0085, it drops, so that what stands beside them is one word.
_WORD = re.compile("[^\t\n\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")


class TokenLengths:
    """Counts by ``tokenizer``, without the tokens that it puts around any text."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._by_words = _parts_at_white_space(tokenizer)
        self._known: dict[str, int] = {}
        self._chars = 0

    def count(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens of each text."""
        if not self._by_words:
            return self._tokenized(texts)
        rows = [_WORD.findall(text) for text in texts]
        known = self._with(rows)
        return [sum(map(known.__getitem__, words)) for words in rows]

    def _with(self, rows: Sequence[Sequence[str]]) -> dict[str, int]:
        """The lengths of the words that are remembered, and of those of ``rows``."""
        if self._chars > _REMEMBERED:
            self._known, self._chars = {}, 0
        known = self._known
        new = [word for word in set(chain.from_iterable(rows)) if word not in known]
        known.update(zip(new, self._tokenized(new), strict=True))
        self._chars += sum(map(len, new))
        return known

    def _tokenized(self, texts: Sequence[str]) -> list[int]:
        encoded = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding) for encoding in encoded]


def _parts_at_white_space(tokenizer: Tokenizer) -> bool:
    """Whether no token, and no token added by its text, can reach across white space."""
    from tokenizers import normalizers, pre_tokenizers

    added = tokenizer.get_added_tokens_decoder().values()
    return (
        isinstance(tokenizer.pre_tokenizer, pre_tokenizers.BertPreTokenizer)
        and isinstance(tokenizer.normalizer, normalizers.BertNormalizer)
        and not any(character.isspace() for token in added for character in token.content)
    )


BATCH = 64


class Embedder(Protocol):
    """Turns texts into float32 rows of shape ``[n, dim]`` and Euclidean norm 1, in order.

    ``fingerprint`` names weights and arithmetic: equal fingerprints give comparable vectors.
    ``max_tokens`` is how many tokens of its own ``count`` a text may have before it is cut.
    """

    fingerprint: str
    dim: int
    max_tokens: int

    def encode_queries(self, texts: Sequence[str]) -> Float32: ...

    def encode_passages(self, texts: Sequence[str]) -> Float32: ...

    def count(self, texts: Sequence[str]) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class _Card:
    fingerprint: str
    dim: int
    max_tokens: int
    query_prompt: str
    passage_prompt: str


class CompiledEmbedder:
    """The int8 runtime of a sentence-transformers model, read from its compiled folder.

    Raises ModelError when a file of the folder is missing or is not the one that was written.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        from tokenizers import Tokenizer

        card = read_card(folder, _parse_card)
        self.fingerprint, self.dim = card.fingerprint, card.dim
        self._card = card
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._special = self._tokenizer.num_special_tokens_to_add(is_pair=False)
        self._lengths = TokenLengths(self._tokenizer)
        prompt = max(self._lengths.count([card.passage_prompt, card.query_prompt]))
        self.max_tokens = card.max_tokens - self._special - prompt
        self._limit = card.max_tokens
        self._runtime = Runtime(folder, threads=threads)

    def encode_queries(self, texts: Sequence[str]) -> Float32:
        return self._encode(texts, self._card.query_prompt)

    def encode_passages(self, texts: Sequence[str]) -> Float32:
        return self._encode(texts, self._card.passage_prompt)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text by the model's own tokenizer, without the special ones."""
        return self._lengths.count(texts)

    def _encode(self, texts: Sequence[str], prompt: str) -> Float32:
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        encoded = self._tokenizer.encode_batch_fast([prompt + text for text in texts])
        batch = [self._inputs(encoding.ids) for encoding in encoded]
        order = sorted(range(len(batch)), key=lambda i: -len(batch[i][0]))

        def store(k: int, outputs: list[Any]) -> None:
            vectors[order[k]] = outputs[0][0]

        self._runtime.run([batch[i] for i in order], store)
        return vectors

    def _inputs(self, ids: list[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        if len(ids) > self._limit:
            ids = ids[: self._limit - 1] + ids[-1:]
        array = np.array(ids, dtype=np.int64)
        return array, np.ones_like(array)


class SentenceTransformerEmbedder:
    """The model run by sentence-transformers itself, in fp32: slower, and needs torch."""

    def __init__(self, model: Path) -> None:
        self._model = load_sentence_transformer(model)
        self.fingerprint = f"fp32-{weights_fingerprint(model)[:59]}"
        self.dim = int(self._model.get_embedding_dimension())
        self._tokenizer = self._model.tokenizer
        self.max_tokens = int(self._model.max_seq_length) - 2

    def encode_queries(self, texts: Sequence[str]) -> Float32:
        return self._encode(self._model.encode_query, texts)

    def encode_passages(self, texts: Sequence[str]) -> Float32:
        return self._encode(self._model.encode_document, texts)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text by the model's own tokenizer, without the special ones."""
        if not texts:
            return []
        encoded = self._tokenizer(list(texts), add_special_tokens=False, truncation=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def _encode(self, encode: Callable[..., Any], texts: Sequence[str]) -> Float32:
        # One text at a time: a row must not depend on what else is in its batch.
        rows = [
            encode([text], normalize_embeddings=True, show_progress_bar=False) for text in texts
        ]
        return np.concatenate([np.zeros((0, self.dim), np.float32), *rows]).astype(np.float32)


def open_embedder(
    model: Path | None,
    models: Path,
    *,
    threads: int,
    say: Callable[[str], None] = lambda message: None,
) -> Embedder:
    """The embedder of ``model`` (``None``: the default), compiled below ``models`` at first use.

    ``say`` receives one sentence when something takes long or runs slower than it could. Raises
    ModelError when the model cannot be used at all.
    """
    source = model_folder(model)
    folder = models / runtime_fingerprint(source)[:16]
    try:
        return _compiled(source, folder, threads=threads, say=say)
    except ModelError as error:
        say(f"{error} Embedding runs by sentence-transformers, several times slower.")
        return SentenceTransformerEmbedder(source)


def _compiled(
    source: Path, folder: Path, *, threads: int, say: Callable[[str], None]
) -> CompiledEmbedder:
    if folder.exists():
        try:
            return CompiledEmbedder(folder, threads=threads)
        except ModelError:
            say("the compiled embedding model is damaged and is made again")
            shutil.rmtree(folder, ignore_errors=True)
    say("compiling the embedding model, once")
    compile_embedder(source, folder)
    return CompiledEmbedder(folder, threads=threads)


def reopen_embedder(
    fingerprint: str, model: Path | None, models: Path, *, threads: int
) -> Embedder:
    """The embedder that an index names, without touching the original weights if it is compiled.

    Raises ModelError when the model at hand is not the one that the index was built with.
    """
    folder = models / fingerprint[:16]
    if (folder / CARD_FILE).is_file():
        return CompiledEmbedder(folder, threads=threads)
    embedder = (
        SentenceTransformerEmbedder(model_folder(model))
        if fingerprint.startswith("fp32-")
        else open_embedder(model, models, threads=threads)
    )
    if embedder.fingerprint != fingerprint:
        raise ModelError(
            f"The index was built with the model {fingerprint[:12]}…, but "
            f"{str(model) if model else 'the default model'} is {embedder.fingerprint[:12]}…; "
            "run `dateline build --full`."
        )
    return embedder


def _parse_card(values: Mapping[str, Any]) -> _Card:
    prompts = values["prompts"]
    return _Card(
        values["fingerprint"],
        values["dim"],
        values["max_tokens"],
        prompts["query"],
        prompts["passage"],
    )
