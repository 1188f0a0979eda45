"""The Reader protocol, and the network that reads passages for the answer to a question.

A reader is a folder: ``model.xml`` and ``model.bin`` (the network), ``tokenizer.json``,
``compiled.json`` (its card: name, limits, outputs and the SHA-256 of those files) and
``calibration.json`` (what was fitted on its scores). ``weights/reader`` is the one that is shipped.

Every reader's network marks where an answer starts and ends. The shipped one says more: whether
the passage answers with a span, yes, no or not at all, which tokens are items of a list, and which
sentence is the evidence. Another question-answering model leaves those parts of a reading empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, Protocol

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
from rag.models.spans import Edges, Ints, best_spans, marked_spans, merge_spans
from rag.models.windows import TokenWindow, Windows
from rag.text.sentences import sentence_spans
from rag.types import Article, Passage, Span


@dataclass(frozen=True, slots=True)
class Labels:
    """The probabilities of what a passage says to a question; they add up to 1."""

    none: float
    span: float
    yes: float
    no: float


@dataclass(frozen=True, slots=True)
class PassageReading:
    """What a reader found in one passage: spans best first, and the score of "not in here".

    ``labels`` is None, ``items`` and ``evidence`` are empty, where the network does not say.
    ``items`` are those of a list, in the order of the text; ``evidence`` are all sentences of the
    passage, in the order of the text. The score of either is a mean probability of its tokens.
    """

    spans: tuple[Span, ...]
    null_score: float
    labels: Labels | None = None
    items: tuple[Span, ...] = ()
    evidence: tuple[Span, ...] = ()


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
    """``prefixed``: whether the network was trained with date and title before the passage."""

    name: str
    fingerprint: str
    max_tokens: int
    prefixed: bool


class _Logits(NamedTuple):
    """Of one window: token logits ``[2 or 4, length]``, and those of the labels, ``[4]`` or none.

    The rows of ``tokens`` are start, end and, if there are more, item and evidence.
    """

    tokens: Float32
    labels: Float32 | None


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
        self._prefixed = card.prefixed
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
            prefixes = [self._prefix(passage.article) for passage in batch if self._prefixed]
            windows_of = self._windows.cut(opening, [one.text for one in batch], prefixes)
            logits = iter(self._logits([window for windows in windows_of for window in windows]))
            readings += [
                _reading(passage, [(window, next(logits)) for window in windows])
                for passage, windows in zip(batch, windows_of, strict=True)
            ]
        return readings

    def _prefix(self, article: Article) -> Ints:
        published = article.published.isoformat() if article.published else ""
        return self._windows.prefix(published, article.title)

    def _logits(self, windows: Sequence[TokenWindow]) -> list[_Logits]:
        """What the network says of each window; long ones are run first."""
        logits = [_Logits(np.empty((2, 0), np.float32), None)] * len(windows)
        order = sorted(range(len(windows)), key=lambda i: -windows[i].inputs.shape[1])

        def store(k: int, outputs: list[Any]) -> None:
            labels = outputs[1][0].copy() if len(outputs) > 1 else None
            logits[order[k]] = _Logits(outputs[0][0].copy(), labels)

        used = len(self._runtime.inputs)  # a network without token types takes the ids alone
        self._runtime.run([tuple(windows[i].inputs[:used]) for i in order], store)
        return logits


def _calibration(folder: Path) -> Calibration:
    own = folder / CALIBRATION_FILE
    return read_calibration(own if own.is_file() else SHIPPED / CALIBRATION_FILE)


def _reading(passage: Passage, read: Sequence[tuple[TokenWindow, _Logits]]) -> PassageReading:
    """Spans of all windows; label, items and evidence of the one that answers most clearly."""
    edges = Edges(passage.text)
    spans_of = [
        best_spans(_passage_logits(window, logits)[:2], window.starts, window.ends, edges)
        for window, logits in read
    ]
    nulls = [float(logits.tokens[:2, 0].sum()) for _, logits in read]
    merged = merge_spans(span for spans in spans_of for span in spans)
    margins = [
        spans[0].score - null if spans else -np.inf
        for spans, null in zip(spans_of, nulls, strict=True)
    ]
    window, logits = read[int(np.argmax(margins))]
    found = PassageReading(_moved(merged, passage.start), min(nulls))
    if logits.labels is None:
        return found
    marks = 1 / (1 + np.exp(-_passage_logits(window, logits)[2:]))
    return replace(
        found,
        labels=Labels(*(float(share) for share in _softmax(logits.labels))),
        items=_moved(marked_spans(marks[0], window.starts, window.ends, edges), passage.start),
        evidence=_moved(_evidence(passage, marks[1], window), passage.start),
    )


def _passage_logits(window: TokenWindow, logits: _Logits) -> Float32:
    return logits.tokens[:, window.first : window.first + len(window.starts)]


def _moved(spans: Iterable[Span], by: int) -> tuple[Span, ...]:
    return tuple(Span(by + span.start, by + span.end, span.score) for span in spans)


def _softmax(logits: Float32) -> Float32:
    shares = np.exp(logits - logits.max())
    return np.asarray(shares / shares.sum(), dtype=np.float32)


def _evidence(passage: Passage, marks: Float32, window: TokenWindow) -> list[Span]:
    """Each sentence of the passage, with the mean probability of its tokens in the window."""
    spans = sentence_spans(passage.article.text, passage.start, passage.end)
    middles = passage.start + (window.starts + window.ends) / 2
    found = []
    for start, end in spans:
        inside = marks[(middles >= start) & (middles < end)]
        mean = float(inside.mean()) if len(inside) else 0.0
        found.append(Span(start - passage.start, end - passage.start, mean))
    return found


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
    prefixed = bool(values.get("prefixed", False))
    return _Card(values["name"], values["fingerprint"], values["max_tokens"], prefixed)
