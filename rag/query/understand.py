"""Turns a question and its history into a query: its text, its date window, its kind of answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from rag.dates.windows import (
    InferredWindow,
    assumed_years_note,
    infer_window,
    intersect_windows,
    newest_asked_about,
)
from rag.errors import QuestionError
from rag.query.history import History
from rag.query.question_type import QuestionType, question_type, topic_of
from rag.query.rewrite import FollowUp, rewrite, with_carried
from rag.text.entities import NameLookup, entities
from rag.text.escape import single_line
from rag.types import Kind, Query, Window

MAX_CHARS = 2_000


class FollowUpRewriter(Protocol):
    """Rewrites a question asked after others into one that stands alone.

    ``question`` is one line without control characters. ``history`` is untrusted: earlier
    questions, oldest first, or ``PastTurn`` with what was cited for them. ``is_name`` tells whether
    a phrase in lower case is a name in the collection; ``without`` are words of earlier turns that
    the user removed, and that must not come back. Of a question that needs nothing from its
    history ``text`` and ``asked`` are the question itself. Every word that is added stands in the
    history and is listed in ``carried``. Deterministic, and never raises, whatever the text.
    """

    def __call__(
        self,
        question: str,
        history: History,
        *,
        is_name: NameLookup | None = None,
        without: Collection[str] = (),
    ) -> FollowUp: ...


class QuestionClassifier(Protocol):
    """Says which kind of answer a question that stands alone asks for.

    ``said`` is a slice of the question, or empty. ``wants`` equals ``kind``, except that for
    ``latest`` it is the kind apart from that. Every text has a kind: words that are no question are
    a ``passage``. Deterministic, and never raises, whatever the text.
    """

    def __call__(self, question: str) -> QuestionType: ...


@dataclass(frozen=True, slots=True)
class Corrections:
    """What the user changed in how the question was understood.

    ``kind`` replaces the kind; ``without`` are words of earlier turns that the user removed;
    ``undated`` searches the question's dates as words instead of filtering by them.
    """

    kind: Kind | None = None
    without: Collection[str] = ()
    undated: bool = False


@dataclass(frozen=True, slots=True)
class Understood:
    """The query to search, and the other ways in which the question can be meant.

    ``other`` is the second interpretation where a date may either filter or name the subject.
    ``worded`` searches the dates as words, without a filter, for answers whose own sentence is
    about ``days``.
    """

    query: Query
    other: Query | None = None
    worded: Query | None = None
    days: Window | None = None


def understand(
    question: str,
    *,
    today: date,
    history: History = (),
    window: Window | None = None,
    is_name: NameLookup | None = None,
    newest: date | None = None,
    corrections: Corrections | None = None,
    rewriter: FollowUpRewriter = rewrite,
    classifier: QuestionClassifier = question_type,
) -> Understood:
    """The query for ``question`` after the turns of ``history``.

    ``history`` are earlier questions, oldest first, or ``PastTurn``s. Control and format characters
    are not searched; ``Query.text`` is empty when nothing else was typed. The question's own dates
    narrow ``window``, and never widen it, where they tell of publication; else they are preferred.
    ``is_name`` recognises names typed in lower case. ``newest`` is the day of the newest article: a
    date without a year is one in its month or before. Raises QuestionError for a question of more
    than ``MAX_CHARS`` characters, and for dates of publication that leave no day.
    """
    if len(question) > MAX_CHARS:
        raise QuestionError(
            f"The question has {len(question):,} characters; ask it in at most {MAX_CHARS:,}."
        )
    corrections = corrections or Corrections()
    text = single_line(question)
    if not any(character.isalnum() for character in text):
        return Understood(Query(question, "", window))
    followed = rewriter(text, history, is_name=is_name, without=corrections.without)
    query = Query(
        question=question,
        text=followed.text,
        window=window,
        kind=corrections.kind or classifier(followed.asked).kind,
        entities=tuple(entity.text for entity in entities(followed.text, is_name=is_name)),
        carried=followed.carried,
    )
    if corrections.undated:
        return Understood(query)
    newest = newest_asked_about(newest, window)
    read = infer_window(followed.asked, today, newest)
    _check_possible(read)
    note = assumed_years_note(read.assumed, newest) if newest else ""
    return _dated(replace(query, note=note), followed, window, read)


def _dated(
    query: Query, followed: FollowUp, window: Window | None, read: InferredWindow
) -> Understood:
    """The query with its window, or with the days that its dates only prefer.

    A question about nothing but its days is answered from those days alone.
    """
    timeless = replace(query, text=read.remainder)
    if read.filters is None or (topic_of(timeless) and not read.firm):
        return Understood(replace(query, preferred=read.filters))
    first = _with_window(query, followed, window, read.filters, read)
    other = _with_window(query, followed, window, read.other, read) if read.ambiguous else None
    return Understood(first, other, query, read.filters)


def _with_window(
    query: Query,
    followed: FollowUp,
    explicit: Window | None,
    inferred: Window | None,
    read: InferredWindow,
) -> Query:
    """The query with its window; words that filter are searched only if there are no others."""
    filters = inferred == read.filters
    text = with_carried(read.remainder, followed.terms) if filters else query.text
    searchable = any(character.isalnum() for character in text)
    return replace(
        query, text=text if searchable else query.text, window=intersect_windows(explicit, inferred)
    )


def _check_possible(read: InferredWindow) -> None:
    if read.impossible:
        raise QuestionError(
            f"No calendar has the day {read.impossible[0]!r}; ask for one that exists."
        )
