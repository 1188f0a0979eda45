"""The Reader protocol, and the network that reads passages for the answer to a question.

A reader is a folder: ``model.xml`` and ``model.bin`` (the network), ``tokenizer.json``,
``compiled.json`` (its card: name, limits and the SHA-256 of those files) and ``calibration.json``
(what was fitted on its scores). ``weights/reader`` is the one that is shipped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from rag.errors import ModelError
from rag.models.classifier import WEIGHTS, Calibration, read_calibration
from rag.models.compile import export_reader, reader_fingerprint
from rag.models.runtime import (
    CALIBRATION_FILE,
    CARD_FILE,
    REMAKE,
    TOKENIZER_FILE,
    Float32,
    Runtime,
    read_card,
)
from rag.models.spans import Edges, best_spans, merge_spans
from rag.models.windows import TokenWindow, Windows
from rag.types import Passage, Span


@dataclass(frozen=True, slots=True)
class PassageReading:
    """What a reader found in one passage: spans best first, and the score of "not in here"."""

    spans: tuple[Span, ...]
    null_score: float


class Reader(Protocol):
    """Finds answers to a question in passages.

    ``read`` returns one PassageReading per passage, in order. Spans lie inside their passage, in
    characters of the article's text, do not overlap, and their scores compare across passages.
    """

    name: str

    def read(self, question: str, passages: Sequence[Passage]) -> list[PassageReading]: ...


SHIPPED = WEIGHTS / "reader"
BATCH = 64


@dataclass(frozen=True, slots=True)
class _Card:
    name: str
    fingerprint: str
    max_tokens: int


class SpanReader:
    """A compiled question-answering network with its calibration, read from its folder.

    Spans are exact slices of the article: whole words, trimmed, at most ``MAX_SPANS`` a passage.
    A reading depends on the question and its passage alone, not on the others in the call.

    ``fingerprint`` names weights and arithmetic; a window has at most ``max_tokens``. A folder
    without ``calibration.json`` gets that of the shipped reader. Raises ModelError, which ends with
    ``remedy``, when another file is missing or not the one that was written.
    """

    def __init__(self, folder: Path, *, threads: int, remedy: str = REMAKE) -> None:
        card = read_card(folder, _parse_card, remedy=remedy)
        self.name, self.fingerprint = card.name, card.fingerprint
        self.max_tokens = card.max_tokens
        self.calibration = _calibration(folder)
        self._windows = Windows(folder / TOKENIZER_FILE, card.max_tokens)
        self._runtime = Runtime(folder, threads=threads, remedy=remedy)

    def read(self, question: str, passages: Sequence[Passage]) -> list[PassageReading]:
        """One PassageReading for each passage, in order.

        The null score is the sum of both logits of the no-answer token; of several windows the
        least one counts, as in BERT's recipe for SQuAD 2.0, because a window without the answer
        rightly says so, and the answer needs to be in only one. Raises QuestionError when the
        question takes more than half of a window.
        """
        opening = self._windows.opening(question)
        readings = []
        for first in range(0, len(passages), BATCH):
            batch = passages[first : first + BATCH]
            windows_of = self._windows.cut(opening, [passage.text for passage in batch])
            logits = iter(self._logits([window for windows in windows_of for window in windows]))
            readings += [
                _reading(passage, [(window, next(logits)) for window in windows])
                for passage, windows in zip(batch, windows_of, strict=True)
            ]
        return readings

    def _logits(self, windows: Sequence[TokenWindow]) -> list[Float32]:
        """Start and end logits of each window, shape ``[2, length]``; long ones are run first."""
        logits = [np.empty((2, 0), np.float32)] * len(windows)
        order = sorted(range(len(windows)), key=lambda i: -windows[i].inputs.shape[1])

        def store(k: int, outputs: list[Any]) -> None:
            logits[order[k]] = outputs[0][0].copy()

        used = len(self._runtime.inputs)  # a network without token types takes the ids alone
        self._runtime.run([tuple(windows[i].inputs[:used]) for i in order], store)
        return logits


def _calibration(folder: Path) -> Calibration:
    own = folder / CALIBRATION_FILE
    return read_calibration(own if own.is_file() else SHIPPED / CALIBRATION_FILE)


def _reading(passage: Passage, read: Sequence[tuple[TokenWindow, Float32]]) -> PassageReading:
    edges = Edges(passage.text)
    spans = merge_spans(
        span
        for window, logits in read
        for span in best_spans(
            logits[:, window.first : window.first + len(window.starts)],
            window.starts,
            window.ends,
            edges,
        )
    )
    return PassageReading(
        tuple(
            Span(passage.start + span.start, passage.start + span.end, span.score) for span in spans
        ),
        min(float(logits[:, 0].sum()) for _, logits in read),
    )


def open_reader(
    path: Path | None,
    cache: Path,
    *,
    threads: int,
    say: Callable[[str], None] = lambda message: None,
) -> SpanReader:
    """The reader in the folder ``path``; ``None`` means the one that is shipped.

    A folder of a Hugging Face question-answering model is compiled below ``cache`` at first use.
    ``say`` receives one sentence when that takes long. Raises ModelError when the folder holds no
    model that can be read with.
    """
    if path is None:
        return SpanReader(SHIPPED, threads=threads, remedy="reinstall Dateline")
    if (path / CARD_FILE).is_file():
        return SpanReader(path, threads=threads, remedy="export the reader again")
    folder = cache / reader_fingerprint(path)[:16]
    if folder.exists():
        try:
            return SpanReader(folder, threads=threads)
        except ModelError:
            say("the compiled reader is damaged and is made again")
    say("compiling the reader, once")
    export_reader(path, folder)
    return SpanReader(folder, threads=threads)


def _parse_card(values: Mapping[str, Any]) -> _Card:
    return _Card(values["name"], values["fingerprint"], values["max_tokens"])
