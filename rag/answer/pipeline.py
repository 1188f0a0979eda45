"""The pipeline: a question in, an Answer of quotations, or a reason why there is none, out."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from os import PathLike
from pathlib import Path
from types import TracebackType

from rag.answer.freshness import Freshness
from rag.answer.parts import Parts, open_parts
from rag.answer.question import understand
from rag.answer.ranking import Candidate, rank
from rag.config import AskConfig
from rag.errors import IndexDamaged
from rag.index.index import Index
from rag.index.store import Entry
from rag.text import sentence_spans
from rag.types import Answer, Article, Citation, Hit, IndexInfo, Query, Reason, Window

MAX_NEAREST = 3


class Pipeline:
    """Everything that answers from one version of the index; it never changes while open.

    >>> with Pipeline.open("index") as pipeline:
    ...     answer = pipeline.ask("Where did Sharif and Pezeshkian meet?")
    """

    def __init__(self, index: Index, parts: Parts, config: AskConfig) -> None:
        self._index = index
        self._parts = parts
        self._config = config
        self._freshness = Freshness(config.articles, index.files())

    @classmethod
    def open(
        cls, index: str | PathLike[str] | None = None, config: AskConfig | None = None
    ) -> Pipeline:
        """Open the live version of the index in the folder ``index`` (default: ``config.index``).

        Raises IndexMissing, IndexDamaged, IndexMismatch or ModelError.
        """
        config = config or AskConfig()
        opened = Index.open(Path(index) if index is not None else config.index)
        try:
            return cls(opened, open_parts(opened, config), config)
        except BaseException:
            opened.close()
            raise

    def __enter__(self) -> Pipeline:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the version; a later build may then remove it."""
        self._index.close()

    @property
    def info(self) -> IndexInfo:
        return self._index.info

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was found wrong on opening, one sentence each."""
        return self._index.warnings

    def current(self) -> bool:
        """Whether this version is still the live one; if not, open another Pipeline."""
        return self._index.is_current()

    def article(self, article_id: str) -> Article:
        """The article as it was indexed. Raises QuestionError for an unknown id."""
        return self._index.article(article_id)

    def entries(self) -> Sequence[Entry]:
        """The indexed articles, one light row each."""
        return self._index.entries()

    def search(
        self, question: str, *, top_k: int | None = None, window: Window | None = None
    ) -> list[Hit]:
        """The passages that ``ask`` would read, best first."""
        return self._parts.retriever.retrieve(understand(question, window=window), top_k=top_k)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[str] = (),
        window: Window | None = None,
        today: date | None = None,
        top_k: int | None = None,
    ) -> Answer:
        """Answer ``question`` from articles published inside ``window``.

        ``history`` and ``today`` are there for follow-up questions and relative dates; at present
        every question is understood by itself. Raises QuestionError for one that is too long.
        """
        clock = _Clock()
        query = understand(question, window=window)
        with clock.stage("retrieve"):
            hits = self._parts.retriever.retrieve(query, top_k=top_k)
        with clock.stage("read"):
            ranked = self._read(query, hits)
        confidence = self._parts.calibrator.confidence(query.text, ranked) if ranked else 0.0
        reason = self._reason(query, hits, ranked, confidence)
        shown = ranked[:1] if reason is None else ranked[:MAX_NEAREST]
        cited = tuple(self._cite(candidate) for candidate in shown)
        return Answer(
            query=query,
            kind=query.kind,
            text=cited[0].quote if reason is None else None,
            citations=cited if reason is None else (),
            confidence=confidence,
            reason=reason,
            nearest=() if reason is None else cited,
            index=self.info,
            changed_files=self._changed_files(cited),
            timings_ms=clock.spent_ms,
        )

    def _read(self, query: Query, hits: Sequence[Hit]) -> list[Candidate]:
        if not hits:
            return []
        readings = self._parts.reader.read(query.text, [hit.passage for hit in hits])
        return rank(hits, readings, retrieval_weight=self._parts.retrieval_weight)

    def _changed_files(self, cited: Sequence[Citation]) -> tuple[str, ...]:
        paths = {citation.article.path for citation in cited}
        return tuple(sorted(path for path in paths if self._freshness.changed(path)))

    def _reason(
        self,
        query: Query,
        hits: Sequence[Hit],
        ranked: Sequence[Candidate],
        confidence: float,
    ) -> Reason | None:
        if not query.text:
            return "empty_question"
        if not hits:
            return "outside_window" if self._window_is_empty(query) else "nothing_retrieved"
        if not ranked:
            return "no_span"
        least = self._config.min_confidence
        threshold = self._parts.calibrator.threshold if least is None else least
        return "low_confidence" if confidence < threshold else None

    def _window_is_empty(self, query: Query) -> bool:
        allowed = self._index.allowed(query.window)
        return len(self._index) > 0 and allowed is not None and not allowed.any()

    def _cite(self, candidate: Candidate) -> Citation:
        """The candidate as a quotation in its sentence, compared with the stored article."""
        hit, span = candidate.hit, candidate.span
        article = hit.passage.article
        start, end = _sentence_around(hit, span.start, span.end)
        quote = article.text[span.start : span.end]
        copies = tuple(copy for copy in hit.copies if quote in copy.article.text)
        citation = Citation(article, span.start, span.end, start, end, candidate.score, copies)
        stored = self._index.article(article.id).text
        if stored[span.start : span.end] != citation.quote:
            raise IndexDamaged(
                f"A quotation from article {article.id!r} is not in its text; "
                "run `python -m rag check`, then build again with --full."
            )
        return citation


def _sentence_around(hit: Hit, start: int, end: int) -> tuple[int, int]:
    """The sentences of the passage that ``[start, end)`` touches, from the first to the last."""
    passage = hit.passage
    spans = [
        (first, last)
        for first, last in sentence_spans(passage.article.text, passage.start, passage.end)
        if first < end and start < last
    ]
    return (min(start, spans[0][0]), max(end, spans[-1][1])) if spans else (start, end)


class _Clock:
    def __init__(self) -> None:
        self.spent_ms: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.spent_ms[name] = round((time.perf_counter() - start) * 1000, 2)
