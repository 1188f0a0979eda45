"""Answers a question with quotations, or with a reason why there are none."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from os import PathLike
from pathlib import Path
from types import TracebackType

from rag.answer.citations import Citer, Freshness
from rag.answer.components import Components, open_components
from rag.answer.engine import Answered, ReadingLog, Retrieved, Stage, last
from rag.answer.evidence import Evidence, Pick, Reply, pick
from rag.answer.no_answer import advice, mentions_in
from rag.config import AskConfig
from rag.errors import QuestionError
from rag.index.base import ArticleRow, Store, TextSearch
from rag.index.local import LocalStore
from rag.query.history import MAX_CITED, MAX_EARLIER, Earlier, History
from rag.query.rewrite import may_follow
from rag.query.understand import MAX_CHARS, Corrections, Understood, understand
from rag.retrieval.retriever import Retriever
from rag.retrieval.truecasing import KnownNames
from rag.types import Answer, Article, Citation, Hit, IndexInfo, Query, Reason, Window


class Clock:
    """Notes what is done inside ``stage`` in ``spent_ms``, by the stage's name."""

    def __init__(self) -> None:
        self.spent_ms: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.spent_ms[name] = round((time.perf_counter() - start) * 1000, 2)


Ask = Callable[[str, History], Answer]


def turn_of(question: str, answer: Answer | None) -> Earlier:
    """What a later question may refer to."""
    if answer is None:
        return Earlier(question)
    cited = tuple(one.sentence for one in answer.citations[:MAX_CITED])
    return Earlier(question, answer.text or "", cited)


def answered(history: History, ask: Ask) -> list[Earlier]:
    """The last turns of ``history``; those that are only a question are asked, each after the ones
    before it.

    A question that cannot be asked, as one with an impossible date, stays without an answer. What
    is neither a text nor an ``Earlier`` is skipped.
    """
    turns: list[Earlier] = []
    for one in history[-MAX_EARLIER:]:
        if isinstance(one, Earlier):
            turns.append(one)
        elif isinstance(one, str):
            turns.append(_asked(one, turns, ask))
    return turns


def _asked(question: str, turns: History, ask: Ask) -> Earlier:
    try:
        return turn_of(question, ask(question, tuple(turns)))
    except QuestionError:
        return Earlier(question)


MAX_NEAREST = 3


class Pipeline:
    """Everything that answers from one version of the index; it never changes while open.

    >>> with Pipeline.open("index") as pipeline:
    ...     answer = pipeline.ask("Where did Sharif and Pezeshkian meet?")
    """

    def __init__(self, index: Store, parts: Components, config: AskConfig) -> None:
        self._index = index
        self._parts = parts
        self._config = config
        self._citer = Citer(index.article)
        self._names = KnownNames(index)
        self._mentions = mentions_in(index)
        self._freshness = Freshness(config.articles, index.files())

    @classmethod
    def open(
        cls, index: str | PathLike[str] | None = None, config: AskConfig | None = None
    ) -> Pipeline:
        """Open the live version of the index in the folder ``index`` (default: ``config.index``).

        Raises IndexMissing, IndexDamaged, IndexMismatch or ModelError.
        """
        config = config or AskConfig()
        opened = LocalStore.open(Path(index) if index is not None else config.index)
        try:
            return cls(opened, open_components(opened, config), config)
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
        return self._index.warnings + self._parts.warnings

    def current(self) -> bool:
        """Whether this version is still the live one; if not, open another Pipeline."""
        return self._index.is_current()

    def article(self, article_id: str) -> Article:
        """The article as it was indexed. Raises QuestionError for an unknown id."""
        return self._index.article(article_id)

    def entries(self) -> Sequence[ArticleRow]:
        """The indexed articles, one light row each."""
        return self._index.entries()

    @property
    def texts(self) -> TextSearch:
        """The articles' texts, in which a quotation can be looked for."""
        return self._index

    def search(
        self,
        question: str,
        *,
        top_k: int | None = None,
        window: Window | None = None,
        today: date | None = None,
    ) -> list[Hit]:
        """The passages that ``ask`` would read, best first."""
        understood = self._understand(question, window=window, today=today)
        return self.retrieve(understood.query, top_k=top_k)

    def retrieve(self, query: Query, *, top_k: int | None = None) -> list[Hit]:
        """The passages for a query that was understood before, best first."""
        return self._parts.retriever.retrieve(query, top_k=top_k)

    def inspect(
        self, query: Query, *, top_k: int, dense_weight: float, collapse: bool = True
    ) -> list[Hit]:
        """The passages that other settings than this pipeline's find, best first.

        Without ``collapse``, copies of a story each take a place. Raises ConfigError for a value
        that is out of range.
        """
        config = replace(self._config, top_k=top_k, dense_weight=dense_weight)
        embedder = self._parts.retriever.embedder
        return Retriever(self._index, embedder, config, collapse=collapse).retrieve(query)

    def ask(
        self,
        question: str,
        *,
        history: History = (),
        window: Window | None = None,
        today: date | None = None,
        top_k: int | None = None,
        corrections: Corrections | None = None,
    ) -> Answer:
        """Answer ``question`` from articles published inside ``window``.

        ``history`` are earlier questions, oldest first, which a follow-up is completed from, each
        with what was answered and cited, or alone: then it is asked again before a follow-up, to
        know who "she" is.
        Relative dates count from ``today``, by default the day of the call. ``corrections`` change
        how the question is understood. Raises QuestionError for a question that is too long or
        whose dates leave no day.
        """
        stages = self.asking(
            question,
            history=history,
            window=window,
            today=today,
            top_k=top_k,
            corrections=corrections,
        )
        return last(stages).answer

    def asking(
        self,
        question: str,
        *,
        history: History = (),
        window: Window | None = None,
        today: date | None = None,
        top_k: int | None = None,
        corrections: Corrections | None = None,
    ) -> Iterator[Stage]:
        """The same step by step: Understood, then Retrieved, then Answered, the last one.

        Each stage is worked on when it is asked for, so whoever stops asking stops the work.
        Retrieved comes again where the answer is looked for in another reading of the question.
        """
        if history and may_follow(question[:MAX_CHARS], known=self._names):
            history = answered(history, partial(self._again, window=window, today=today))
        understood = self._understand(
            question, history=history, window=window, today=today, corrections=corrections
        )
        yield understood
        final = yield from self._answering(understood.query, top_k)
        if final.answer.abstained and understood.other is not None:
            other = yield from self._answering(understood.other, top_k)
            final = final if other.answer.abstained else other
        if final.answer.abstained and understood.worded is not None:
            worded = yield from self._answering(understood.worded, top_k)
            final = worded if _tells_of(worded.answer, understood.days) else final
        yield final

    def _again(
        self, question: str, history: History, *, window: Window | None, today: date | None
    ) -> Answer:
        """The answer to an earlier question of a talk that came without one."""
        return self.ask(question, history=history, window=window, today=today)

    def _understand(
        self,
        question: str,
        *,
        window: Window | None,
        today: date | None,
        history: History = (),
        corrections: Corrections | None = None,
    ) -> Understood:
        return understand(
            question,
            today=today or date.today(),
            history=history,
            window=window,
            known=self._names,
            newest=self.info.newest_article,
            corrections=corrections,
        )

    def _answering(self, query: Query, top_k: int | None) -> Generator[Retrieved, None, Answered]:
        clock = Clock()
        mode = self._parts.modes[query.kind]
        with clock.stage("retrieve"):
            hits = self.retrieve(query, top_k=top_k or mode.depth)
        yield Retrieved(query, tuple(hits))
        readings = ReadingLog()
        found = self._found(query, hits, readings)
        with clock.stage("read"):
            reply = mode.answer(found)
        answer = self._answer(found, reply, clock)
        return Answered(answer, readings.considered(hits))

    def _answer(self, found: Evidence, reply: Reply, clock: Clock) -> Answer:
        query = found.query
        reason = self._reason(found, reply)
        picks = reply.picks if reason is None else self._nearest(found)
        cited = tuple(self._citer.cite(pick) for pick in picks)
        return Answer(
            query=query,
            kind=query.kind,
            text=(reply.text or cited[0].quote) if reason is None else None,
            citations=cited if reason is None else (),
            confidence=reply.confidence,
            reason=reason,
            nearest=() if reason is None else cited,
            index=self.info,
            disagreement=reason is None and reply.disagreement,
            advice=advice(reason, query, self.info, self._mentions) if reason else "",
            changed_files=self._changed_files(cited),
            timings_ms=clock.spent_ms,
        )

    def _found(self, query: Query, hits: Sequence[Hit], readings: ReadingLog) -> Evidence:
        parts, read = self._parts, hits[: self._config.top_k]
        return Evidence(
            query,
            hits,
            readings.by(parts.spans, query.text, read),
            readings.by(parts.sentences, query.text, read),
            lambda ranked: parts.calibrator.confidence(query.text, ranked),
        )

    def _nearest(self, found: Evidence) -> list[Pick]:
        """What comes closest to an answer, whole sentences."""
        return [pick(candidate) for candidate in found.sentences[:MAX_NEAREST]]

    def _changed_files(self, cited: Sequence[Citation]) -> tuple[str, ...]:
        paths = {citation.article.path for citation in cited}
        return tuple(sorted(path for path in paths if self._freshness.changed(path)))

    def _reason(self, found: Evidence, reply: Reply) -> Reason | None:
        if not found.query.text:
            return "empty_question"
        if not found.hits:
            empty = self._index.window_is_empty(found.query.window)
            return "outside_window" if empty else "nothing_retrieved"
        if not reply.picks:
            return "no_span"
        least = self._config.min_confidence
        threshold = self._parts.calibrator.threshold if least is None else least
        return "low_confidence" if reply.confidence < threshold else None


def _tells_of(answer: Answer, days: Window | None) -> bool:
    """Whether the first citation's sentence has a date that lies in ``days``."""
    return days is not None and any(
        (days.after is None or (words.after is not None and words.after >= days.after))
        and (days.before is None or (words.before is not None and words.before <= days.before))
        for words in (answer.citations[0].dates if answer.citations else ())
    )
