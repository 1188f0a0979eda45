"""The way from a question to its answer: quotations, or a reason why there are none.

Understand, retrieve, read, answer, cite: ``Pipeline.asking`` takes these steps one by one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from os import PathLike
from pathlib import Path
from types import TracebackType

from rag.answer.citations import Citer
from rag.answer.components import Components, open_components
from rag.answer.confidence import RELIABLE_KINDS
from rag.answer.engine import (
    DEFAULTS,
    Answered,
    AskOptions,
    ReadingLog,
    Retrieved,
    Stage,
    final_stage,
)
from rag.answer.evidence import Answerer, Evidence, Pick, Reply, hits_to_read, pick
from rag.answer.freshness import Freshness
from rag.answer.no_answer import advice, mention_check
from rag.answer.rules.switches import kind_by_first_word
from rag.config import AskConfig
from rag.errors import QuestionError
from rag.index.base import ArticleRow, Store, TextSearch
from rag.index.local import LocalStore
from rag.query.history import MAX_CITED, MAX_EARLIER, History, PastTurn
from rag.query.rewrite import may_follow
from rag.query.understand import MAX_CHARS, Corrections, Understood, understand
from rag.retrieval.retriever import Retriever
from rag.retrieval.truecasing import KnownNames
from rag.text.identifiers import identifiers, names_another
from rag.types import (
    Answer,
    Article,
    Citation,
    Hit,
    IndexInfo,
    Kind,
    Query,
    Reason,
    Window,
)

MAX_NEAREST = 3
DEPTH_FACTOR = 2  # hits that are searched for each article that is read


class Clock:
    """Measures stages: ``spent_ms`` has the time inside ``stage`` by its name."""

    def __init__(self) -> None:
        self.spent_ms: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.spent_ms[name] = round((time.perf_counter() - start) * 1000, 2)


AskEarlier = Callable[[str, History], Answer]


def turn_of(question: str, answer: Answer | None) -> PastTurn:
    """The question with what was answered and cited: a later one may refer to all of it."""
    if answer is None:
        return PastTurn(question)
    cited = tuple(citation.sentence for citation in answer.citations[:MAX_CITED])
    return PastTurn(question, answer.text or "", cited)


def answer_earlier_turns(history: History, ask: AskEarlier) -> list[PastTurn]:
    """The last turns of ``history``; those without an answer are asked again, in order.

    A question that cannot be asked, such as one with an impossible date, stays without an answer.
    What is neither a text nor a ``PastTurn`` is skipped.
    """
    turns: list[PastTurn] = []
    for turn in history[-MAX_EARLIER:]:
        if isinstance(turn, PastTurn):
            turns.append(turn)
        elif isinstance(turn, str):
            turns.append(_answer_earlier(turn, turns, ask))
    return turns


def _answer_earlier(question: str, turns: History, ask: AskEarlier) -> PastTurn:
    try:
        return turn_of(question, ask(question, tuple(turns)))
    except QuestionError:
        return PastTurn(question)


class Pipeline:
    """Answers from one version of the index, which does not change while it is open.

    >>> with Pipeline.open("index") as pipeline:
    ...     answer = pipeline.ask("Where did Sharif and Pezeshkian meet?")
    """

    def __init__(self, index: Store, components: Components, config: AskConfig) -> None:
        self._index = index
        self._components = components
        self._config = config
        self._citer = Citer(index.article, components.rules)
        self._names = KnownNames(index)
        self._mentions = mention_check(index)
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
        """Release the version; a later build may then remove it."""
        self._index.close()

    @property
    def info(self) -> IndexInfo:
        return self._index.info

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was found wrong on opening, one sentence each."""
        return self._index.warnings + self._components.warnings

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
        """The articles' texts, to find a quotation in."""
        return self._index

    def search(
        self,
        question: str,
        *,
        top_k: int | None = None,
        window: Window | None = None,
        today: date | None = None,
    ) -> list[Hit]:
        """The passages found for a question, best first; ``ask`` reads the best of them."""
        understood = self._understand(question, AskOptions(window=window, today=today))
        return self.retrieve(understood.query, top_k=top_k)

    def retrieve(self, query: Query, *, top_k: int | None = None) -> list[Hit]:
        """The passages for a query that is already understood, best first."""
        return self._components.retriever.retrieve(query, top_k=top_k)

    def inspect(
        self, query: Query, *, top_k: int, dense_weight: float, collapse: bool = True
    ) -> list[Hit]:
        """The passages that other settings than the pipeline's own find, best first.

        Without ``collapse`` each copy of a story takes a rank of its own. Raises ConfigError for a
        value that is out of range.
        """
        config = replace(self._config, top_k=top_k, dense_weight=dense_weight)
        embedder = self._components.retriever.embedder
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
        """Answer ``question``; ``AskOptions`` says what the keywords mean.

        Raises QuestionError for a question that is too long or whose dates leave no day.
        """
        options = AskOptions(
            window=window,
            today=today,
            top_k=top_k,
            corrections=corrections,
            history=history,
        )
        return final_stage(self.asking(question, options)).answer

    def asking(self, question: str, options: AskOptions = DEFAULTS) -> Iterator[Stage]:
        """The same step by step: Understood, then Retrieved, and Answered at the end.

        Each stage runs when it is asked for, so that whoever stops iterating stops the work.
        Retrieved comes again where another reading of the question is tried.
        """
        options = replace(options, history=self._answered_history(question, options))
        understood = self._understand(question, options)
        yield understood
        final = yield from self._answering(understood.query, options.top_k)
        if final.answer.abstained and understood.other is not None:
            other = yield from self._answering(understood.other, options.top_k)
            final = final if other.answer.abstained else other
        if final.answer.abstained and understood.worded is not None:
            worded = yield from self._answering(understood.worded, options.top_k)
            final = worded if _cites_a_date_in(worded.answer, understood.days) else final
        yield final

    def _answered_history(self, question: str, options: AskOptions) -> History:
        """The history, its bare questions answered where ``question`` may refer to an answer."""
        if not self._components.rules.follow_ups:
            return ()
        if not options.history or not may_follow(question[:MAX_CHARS], is_name=self._names):
            return options.history

        def ask(earlier: str, before: History) -> Answer:
            return self.ask(earlier, history=before, window=options.window, today=options.today)

        return answer_earlier_turns(options.history, ask)

    def _understand(self, question: str, options: AskOptions) -> Understood:
        return understand(
            question,
            today=options.today or date.today(),
            history=options.history,
            window=options.window,
            is_name=self._names,
            newest=self.info.newest_article,
            corrections=self._with_kind(question, options.corrections),
        )

    def _with_kind(self, question: str, corrections: Corrections | None) -> Corrections | None:
        """The corrections; with a kind by the first word where the rules for it are off."""
        if self._components.rules.question_type or (corrections and corrections.kind):
            return corrections
        return replace(corrections or Corrections(), kind=kind_by_first_word(question))

    def _answering(self, query: Query, top_k: int | None) -> Generator[Retrieved, None, Answered]:
        clock = Clock()
        answerer = self._components.answerers[query.kind]
        with clock.stage("retrieve"):
            hits = self._hits_for(query, answerer, top_k)
        yield Retrieved(query, tuple(hits))
        readings = ReadingLog()
        evidence = self._evidence(query, hits, readings)
        with clock.stage("read"):
            reply = self._judged(evidence, answerer.answer(evidence))
        answer = self._answer(evidence, reply, clock)
        return Answered(answer, readings.considered(hits))

    def _hits_for(self, query: Query, answerer: Answerer, top_k: int | None) -> list[Hit]:
        """What an answerer of some depth asks for; else the best passages of ``top_k`` articles.

        What is asked about flight KL240 is not answered from an article about KL204 alone.
        """
        if answerer.depth is not None:
            return self.retrieve(query, top_k=top_k or answerer.depth)
        articles = top_k or self._config.top_k
        asked = identifiers(query.text)
        hits = [
            hit
            for hit in self.retrieve(query, top_k=DEPTH_FACTOR * articles)
            if not names_another(asked, hit.passage.article.text)
        ]
        return hits_to_read(hits, articles)

    def _answer(self, evidence: Evidence, reply: Reply, clock: Clock) -> Answer:
        """The reply with its picks cited; or no answer, the nearest sentences and the reason."""
        query = evidence.query
        reason = self._reason(evidence, reply)
        picks = reply.picks if reason is None else self._nearest(evidence)
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

    def _evidence(self, query: Query, hits: Sequence[Hit], readings: ReadingLog) -> Evidence:
        components, to_read = self._components, hits_to_read(hits, self._config.top_k)
        return Evidence(
            query,
            hits,
            lambda: components.spans.read(query.text, to_read),
            readings.noting(components.spans.rank),
            lambda: readings.noting(components.sentences.candidates)(query.text, to_read),
            lambda ranked: components.calibrator.confidence(query.text, ranked),
        )

    def _judged(self, evidence: Evidence, reply: Reply) -> Reply:
        """The reply with the confidence that it deserves as a whole."""
        reliability = self._components.reliability
        if reliability is None or evidence.query.kind not in RELIABLE_KINDS:
            return reply
        return replace(reply, confidence=reliability.confidence(evidence, reply))

    def _threshold(self, kind: Kind) -> float:
        if self._config.min_confidence is not None:
            return self._config.min_confidence
        reliability = self._components.reliability
        if reliability is not None and kind in RELIABLE_KINDS:
            return reliability.threshold
        return self._components.calibrator.threshold

    def _nearest(self, evidence: Evidence) -> list[Pick]:
        """The sentences that come closest to an answer."""
        nearest = evidence.likely_sentences or evidence.sentences
        return [pick(candidate) for candidate in nearest[:MAX_NEAREST]]

    def _changed_files(self, cited: Sequence[Citation]) -> tuple[str, ...]:
        paths = {citation.article.path for citation in cited}
        return tuple(sorted(path for path in paths if self._freshness.changed(path)))

    def _reason(self, evidence: Evidence, reply: Reply) -> Reason | None:
        if not evidence.query.text:
            return "empty_question"
        if not evidence.hits:
            empty = self._index.window_is_empty(evidence.query.window)
            return "outside_window" if empty else "nothing_retrieved"
        if not reply.picks:
            return "no_span"
        threshold = self._threshold(evidence.query.kind)
        return "low_confidence" if reply.confidence < threshold else None


def _cites_a_date_in(answer: Answer, days: Window | None) -> bool:
    """Whether the first citation's sentence has a date that lies in ``days``."""
    if days is None or not answer.citations:
        return False
    return any(
        (days.after is None or (words.after is not None and words.after >= days.after))
        and (days.before is None or (words.before is not None and words.before <= days.before))
        for words in answer.citations[0].dates
    )
