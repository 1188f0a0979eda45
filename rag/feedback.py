"""An answer and what a reader says about it in; a Feedback, with the span that it names, out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from rag.errors import QuestionError
from rag.index.local import Place, Texts
from rag.types import Answer, Article, Citation, Kind, Window

Verdict = Literal["right", "wrong_answer", "wrong"]
Part = Literal["kind", "dates", "words"]
Places = Sequence[tuple[int, int]]

MAX_SPAN = 1000
_LIKELY = 20
_LITERAL = 100
_CONTEXT = 40


@dataclass(frozen=True, slots=True)
class Quotation:
    """``text`` as it stood at ``[start, end)`` of an article whose ``sha256`` was this one."""

    article_id: str
    sha256: str
    start: int
    end: int
    text: str

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end or len(self.text) != self.end - self.start:
            raise ValueError(f"the span [{self.start}, {self.end}) is not one of {self.text!r}")

    @classmethod
    def of(cls, article: Article, start: int, end: int) -> Quotation:
        return cls(article.id, article.sha256, start, end, article.text[start:end])


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader says about one answer, with all that is needed to ask it again.

    ``verdict`` is ``wrong_answer`` where the article was the right one and the answer was not.
    ``chosen`` is the span that would have been right. ``answer`` is what was shown first, None for
    an abstention, which cites nothing. ``corrected`` are the parts of the understanding, ``kind``
    and ``window`` among them, that the reader had set by hand.
    """

    question: str
    history: tuple[str, ...]
    kind: Kind
    window: Window | None
    today: date
    corrected: tuple[Part, ...]
    answer: str | None
    cited: tuple[Quotation, ...]
    verdict: Verdict
    chosen: Quotation | None
    version: str
    fingerprint: str
    given_at: datetime

    def __post_init__(self) -> None:
        if self.given_at.tzinfo is None:
            raise ValueError(f"the time {self.given_at} has no zone")
        if (self.answer is None) != (not self.cited):
            raise ValueError("an answer has citations, and an abstention has none")


def feedback_on(
    answer: Answer,
    verdict: Verdict,
    *,
    chosen: Quotation | None = None,
    history: Sequence[str] = (),
    today: date,
    corrected: Sequence[Part] = (),
    given_at: datetime,
) -> Feedback:
    """What is said about ``answer``, which was asked after ``history`` on the day ``today``."""
    return Feedback(
        question=answer.query.question,
        history=tuple(history),
        kind=answer.kind,
        window=answer.query.window,
        today=today,
        corrected=tuple(corrected),
        answer=answer.text,
        cited=tuple(Quotation.of(one.article, one.start, one.end) for one in answer.citations),
        verdict=verdict,
        chosen=chosen,
        version=answer.index.version,
        fingerprint=answer.index.fingerprint,
        given_at=given_at,
    )


def find_span(typed: str, answer: Answer, texts: Texts) -> Quotation:
    """The place where an article says what was typed, word for word; any whitespace is as good.

    The articles that the answer quotes come first, and of several places the one nearest to what
    is quoted. Raises QuestionError when no article has these words, or when several others do,
    unless they are copies of one story.
    """
    typed = typed.strip()
    if len(typed) > MAX_SPAN or not any(map(str.isalnum, typed)):
        raise QuestionError(
            f"The right words have to be a piece of an article, of at most {MAX_SPAN:,} "
            "characters; copy them from it."
        )
    for citation in _quoted(answer):
        if found := places(typed, citation.article.text):
            near = min(found, key=lambda place: abs(place[0] - citation.start))
            return Quotation.of(citation.article, *near)
    others = _elsewhere(typed, answer, texts)
    if not others:
        raise QuestionError(
            f"No article has these words as they stand, “{typed[:80]}”; copy them from the article."
        )
    if len(set(map(_around, others))) > 1:
        raise QuestionError("Several articles have these words; copy a longer piece of the one.")
    return Quotation.of(others[0].article, others[0].start, others[0].end)


def places(typed: str, text: str) -> Places:
    """Where ``typed`` stands in ``text`` as whole words, in order; not where they overlap."""
    words = r"\s+".join(map(re.escape, typed.split()))
    pattern = rf"(?<!\w\B){words}(?!\B\w)"
    return [match.span() for match in re.finditer(pattern, text)] if words else []


def _quoted(answer: Answer) -> Iterator[Citation]:
    for citation in (*answer.citations, *answer.nearest):
        yield from (citation, *citation.also)


def _elsewhere(typed: str, answer: Answer, texts: Texts) -> list[Place]:
    """The first place in each article that has the words, or in which they are likely."""
    likely = [passage.article for passage in texts.passages(answer.query.text, k=_LIKELY)]
    literal = [place.article for place in texts.places(typed, limit=_LITERAL)]
    articles = {article.id: article for article in (*likely, *literal)}
    found = ((article, places(typed, article.text)) for article in articles.values())
    return [Place(article, *first[0]) for article, first in found if first]


def _around(place: Place) -> tuple[str, ...]:
    """The words around a place, which are the same in every copy of a story."""
    text = place.article.text
    return tuple(text[max(0, place.start - _CONTEXT) : place.end + _CONTEXT].split())
