"""The words that people read about an answer, for the terminal, the page and exports alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from rag.text.lexicon import SUBJECT_PRONOUNS
from rag.types import Answer, Article, Citation, Kind, Query, Window

KINDS: dict[Kind, str] = {
    "span": "who, what or where",
    "list": "a list",
    "yesno": "yes or no",
    "when": "when",
    "timeline": "a timeline",
    "latest": "the latest",
    "summary": "a summary",
    "passage": "how, why or what was said",
}
PLAIN_KINDS = frozenset({"span", "passage"})
LABELS = {
    "yes": "Yes",
    "no": "No",
    "unclear": "Unclear: the sentence says neither yes nor no",
}
REASONS = {
    "nothing_retrieved": "Nothing in the collection comes near this question.",
    "no_span": "No passage holds words that answer this question.",
    "low_confidence": "The collection does not clearly answer this question.",
    "outside_window": "No article in the collection lies within the dates asked about.",
    "empty_question": "There is no question to answer yet; type one.",
}
DISAGREEMENT = "The articles do not agree on this. Each is quoted, and none is preferred."
NEAREST = "Nearest passages, not an answer"
# Their citations are shown one by one, in order, under numbers.
ORDERED = frozenset({"list", "timeline", "latest", "summary"})
_ONE_DAY = timedelta(days=1)
_DAY_WORDS = re.compile(r"\b(?!(?:from|to|before)\b)\w+")
_ISO_DAYS = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:/(\d{4}-\d{2}-\d{2}))?)?)?")

_PRONOUNS = SUBJECT_PRONOUNS - {"you"}


def count(number: int, noun: str) -> str:
    """``1 article``, ``2,000 articles``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def day(value: date | None) -> str:
    """``20 December 2024``, or that there is no date."""
    return f"{value.day} {value:%B} {value.year}" if value else "undated"


def days(after: date | None, before: date | None) -> str:
    """The days ``[after, before)``: a day, a month or a year by its name, else from when to when.

    >>> days(date(2024, 6, 1), date(2024, 7, 1))
    'June 2024'
    """
    if after is None or before is None or before - after == _ONE_DAY:
        return interval(after, before)
    if after.day == 1 and before.day == 1 and (before - after).days <= 31:
        return f"{after:%B} {after.year}"
    whole_year = (after.month, after.day, before.month, before.day) == (1, 1, 1, 1)
    return (
        str(after.year) if whole_year and before.year - after.year == 1 else interval(after, before)
    )


def interval(after: date | None, before: date | None) -> str:
    """The days ``[after, before)``, with the first and the last one."""
    if after is not None and before is not None:
        last = before - _ONE_DAY
        return day(after) if last == after else f"from {day(after)} to {day(last)}"
    if after is not None:
        return f"from {day(after)}"
    return f"before {day(before)}" if before is not None else "on any day"


def window(value: Window) -> str:
    """``from 1 June 2024 to 30 June 2024 (“June”)``: the days, and the words they came from."""
    days = interval(value.after, value.before)
    said = f" (“{value.said}”)" if value.said else ""
    return f"{'on ' if days[0].isdigit() else ''}{days}{said}"


def windows(query: Query) -> list[str]:
    """The days that are searched, and those that are preferred."""
    found = [window(query.window)] if query.window is not None else []
    if query.preferred is not None:
        found.append(f"preferably {window(query.preferred)}")
    return found


def understood(query: Query) -> list[str]:
    """What was understood beyond what was typed: kind, window, words of earlier questions.

    Empty when there is nothing to say: a plain question that stands alone, about any time.
    """
    parts = windows(query)
    if query.carried:
        words = ", ".join(f"“{words}”" for words in query.carried)
        parts.append(f"with {words} from earlier")
    if parts or query.kind not in PLAIN_KINDS:
        parts.insert(0, KINDS[query.kind])
    return parts


def lead(answer: Answer) -> str:
    """The line before the first quotation: a label for yes or no, the day for when.

    Empty where the quotations say it all.
    """
    if not answer.text or not answer.citations or answer.kind in ORDERED:
        return ""
    if answer.kind == "yesno":
        return LABELS.get(answer.text, answer.text)
    if answer.kind == "when":
        days = _iso_to_words(answer.text)
        return f"Reported on {days}" if days and is_article_day(answer) else days
    return "" if answer.text == answer.citations[0].quote else answer.text


def is_article_day(answer: Answer) -> bool:
    """Whether a when-answer is the day of the article, and not one that its words name."""
    first = answer.citations[0]
    named = any(words.start <= first.start and first.end <= words.end for words in first.dates)
    return is_date_line(first) or not named


def is_date_line(citation: Citation) -> bool:
    """Whether the quotation is the article's own date, which stands before the story."""
    return citation.end <= citation.article.body


def _iso_to_words(text: str) -> str:
    """ISO 8601's day, month, year or ``DAY/DAY`` in words; empty for anything else."""
    match = _ISO_DAYS.fullmatch(text)
    if match is None:
        return ""
    try:
        first = date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
        return days(first, date.fromisoformat(match[4]) if match[4] else _day_after(first, match))
    except (ValueError, OverflowError):
        return ""


def _day_after(first: date, match: re.Match[str]) -> date:
    """The day after the day, month or year that begins with ``first``."""
    if match[3]:
        return first + _ONE_DAY
    if match[2]:
        return (first + timedelta(days=31)).replace(day=1)
    return first.replace(year=first.year + 1)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a quotation besides its words and its place.

    ``speaker`` is who says it, in the article's words; empty where that is unknown or a pronoun.
    ``dates`` are its sentence's date words, each with the days that they name, unless they say so
    themselves: ("on Tuesday", "17 December 2024"). ``also`` quotes the same from independent
    articles; ``copies`` are the other articles with the same story.
    """

    speaker: str
    dates: tuple[tuple[str, str], ...]
    also: tuple[Citation, ...]
    copies: tuple[Article, ...]


def facts(citation: Citation) -> Facts:
    """The facts that terminal, page and export lay out, each in its way."""
    copies = {copy.article.id: copy.article for copy in citation.copies}
    copies.pop(citation.article.id, None)
    return Facts(
        speaker=_speaker(citation),
        dates=tuple(_resolved_dates(citation)),
        also=citation.also,
        copies=tuple(copies.values()),
    )


def _speaker(citation: Citation) -> str:
    if citation.speaker is None:
        return ""
    start, end = citation.speaker
    who = citation.article.text[start:end]
    return "" if who.lower() in _PRONOUNS else who


def _resolved_dates(citation: Citation) -> Iterator[tuple[str, str]]:
    for words in citation.dates:
        said = citation.article.text[words.start : words.end]
        named = days(words.after, words.before)
        if not set(_DAY_WORDS.findall(named.lower())) <= set(_DAY_WORDS.findall(said.lower())):
            yield said, named


def changed_file(path: str) -> str:
    """That a quoted file is not as it was indexed."""
    return f"{path} has changed or gone since it was indexed; rebuild the index."


def ago(value: date | None, today: date) -> str:
    """How long before ``today`` that was, in days, months or years; empty for the future."""
    passed = (today - value).days if value is not None else -1
    if passed < 0:
        return ""
    if passed < 2:
        return "yesterday" if passed else "today"
    for length, noun in ((365, "years"), (30, "months")):
        if passed >= 2 * length:
            return f"{passed // length:,} {noun} ago"
    return f"{passed} days ago"


def by_sentence(citations: Sequence[Citation]) -> list[list[Citation]]:
    """The citations in groups: neighbours with the same sentence and the same further sources."""
    return [list(group) for _, group in groupby(citations, _sentence_and_sources)]


def _sentence_and_sources(citation: Citation) -> tuple[str, int, int, tuple[Citation, ...]]:
    return (
        citation.article.id,
        citation.sentence_start,
        citation.sentence_end,
        citation.also,
    )


def pieces(citations: Sequence[Citation]) -> list[tuple[str, bool]]:
    """The sentence that the citations share, as slices, each with whether it is quoted.

    The slices together are the sentence; quotations that overlap are one.
    """
    first = citations[0]
    text, at = first.article.text, first.sentence_start
    parts: list[tuple[str, bool]] = []
    for citation in sorted(citations, key=lambda one: (one.start, one.end)):
        parts.append((text[at : citation.start], False))
        start = max(at, citation.start)
        parts.append((text[start : citation.end], True))
        at = max(at, citation.end)
    parts.append((text[at : first.sentence_end], False))
    return [part for part in parts if part[0]]
