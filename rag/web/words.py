"""Dates, numbers, reasons and fates in; the words that the page says for them out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from rag.ingest.corpus import Changes
from rag.present import wording
from rag.types import Answer, Fate, Hit, IndexInfo, Progress, Query

REASONS = {
    "nothing_retrieved": "Nothing in the collection comes near this question.",
    "no_span": "No passage holds words that answer this question.",
    "low_confidence": "The collection comes near this question, but does not clearly answer it.",
    "outside_window": "No article in the collection lies within the dates asked about.",
    "empty_question": "There is no question to answer yet: type one below.",
}
FATES: dict[Fate, str] = {
    "added": "new",
    "changed": "changed",
    "removed": "gone, no longer searched",
    "duplicate": "the same as another article, kept once",
    "skipped": "skipped",
    "unchanged": "unchanged",
}
_STAGES = {
    "reading": "Reading the articles",
    "compiling": "Preparing the language model, once",
    "embedding": "Reading what each passage means",
    "writing": "Writing the index",
    "verifying": "Checking the index",
}
_CONFIDENCE = ((0.9, "very likely right"), (0.7, "likely right"), (0.5, "more likely than not"))


def count(number: int, noun: str) -> str:
    """``1 article``, ``2,000 articles``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def confidence(value: float) -> str:
    """A probability that the answer is right, in words and per cent."""
    words = next((words for least, words in _CONFIDENCE if value >= least), "unsure")
    return f"{words} ({value:.0%})"


def reason(answer: Answer) -> str:
    """Why there is no answer, in one sentence."""
    return REASONS.get(answer.reason or "", "The collection does not answer this question.")


def seconds(value: float) -> str:
    """``8 seconds``, ``5 minutes``, ``3 hours``, ``2 days``: rounded to the largest unit."""
    for size, noun in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if value >= size:
            return count(round(value / size), noun)
    return count(max(1, round(value)), "second")


def age(built_at: str, *, now: datetime | None = None) -> str:
    """How long ago an ISO time was, ``just now`` within a minute; unreadable times as they are."""
    try:
        built = datetime.fromisoformat(built_at)
    except ValueError:
        return built_at
    built = built if built.tzinfo else built.replace(tzinfo=UTC)
    passed = ((now or datetime.now(UTC)) - built).total_seconds()
    return "just now" if passed < 60 else f"{seconds(passed)} ago"


def searching(query: Query, articles: int) -> str:
    """What is searched, as it was understood."""
    window = f" {wording.window(query.window)}" if query.window is not None else ""
    return f"Searching {count(articles, 'article')}{window}"


def reading(hits: Sequence[Hit]) -> str:
    """What was found, and is read now."""
    articles = len({hit.passage.article.id for hit in hits})
    return f"Reading {count(len(hits), 'passage')} of {count(articles, 'article')}"


def index_line(
    info: IndexInfo, *, off: int = 0, changes: Changes | None = None, now: datetime | None = None
) -> str:
    """How much is searched, how new it is, when it was read, and what has changed since."""
    parts = [count(info.articles, "article")]
    if off:
        parts.append(f"{off:,} switched off")
    if info.newest_article:
        parts.append(f"newest {wording.day(info.newest_article)}")
    parts.append(f"index built {age(info.built_at, now=now)}")
    if changes:
        parts.append(f"since then {changed(changes)}")
    return " · ".join(parts)


def changed(changes: Changes) -> str:
    """``2 files new, 1 changed``: how many files differ from those that were indexed."""
    kinds = (("new", changes.new), ("changed", changes.changed), ("gone", changes.gone))
    told = [(len(paths), kind) for kind, paths in kinds if paths]
    first = [f"{count(number, 'file')} {kind}" for number, kind in told[:1]]
    return ", ".join([*first, *(f"{number:,} {kind}" for number, kind in told[1:])])


def progress(at: Progress) -> str:
    """A build's stage, how far it is, its rate and the time left."""
    parts = [_STAGES[at.stage]]
    if at.total:
        parts.append(f"{at.done:,} of {at.total:,}")
    elif at.done:
        parts.append(f"{at.done:,} so far")
    if at.rate:
        parts.append(f"{at.rate:,.0f} a second")
    if at.seconds_left is not None:
        parts.append(f"about {seconds(at.seconds_left)} left")
    return " · ".join(parts)
