"""A place in an article in; the date words there that date it, and the days they name, out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from rag.dates import DateExpression, article_dates, expressions
from rag.text.sentences import Offsets, sentence_spans
from rag.types import Article

_BACK = 2  # sentences before a time of day in which its day is looked for
_BACK_CHARS = 1_000
_CLOCK = re.compile(
    r"\b\d{1,2}(?:[.:]\d\d)? ?(?:[ap]\.?m\b|o['’]clock)|\b\d{1,2}[.:]\d\d\b|\bmidnight\b|\bnoon\b|"
    r"\b(?:morning|afternoon|evening|night|dawn|dusk)\b|\b(?:hour|minute)s?\b",
    re.IGNORECASE,
)
_LIMIT = re.compile(r"\b(?:by|from|until|till|through)\b", re.IGNORECASE)
_START = re.compile(r"\bsince\b", re.IGNORECASE)
_WEEKDAY = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
_BLANK = dict.fromkeys(range(128), " ")
_MONTH = re.compile(
    r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|spring|summer|autumn|winter)"
)


def dates_in(article: Article, sentence: Offsets) -> list[DateExpression]:
    """The date expressions of a sentence that name a bounded stretch of days.

    Of "by 14 July" the date itself counts, the coming one where it has no year. "Since 2017" says
    only when something began, and is left out (see ``begun_in``), like "before June".
    """
    found = article_dates(article.text, *sentence, article.published)
    bounded = [one for one in found if one.after is not None and one.before is not None]
    limits = [_coming(article, one) for one in _without(_LIMIT, article, sentence, bounded)]
    return sorted([*bounded, *limits], key=lambda one: one.start)


def begun_in(article: Article, sentence: Offsets) -> list[DateExpression]:
    """The dates since which something has gone on: when it began, if the sentence says no other."""
    return _without(_START, article, sentence, dates_in(article, sentence))


def _without(
    relation: re.Pattern[str], article: Article, sentence: Offsets, known: list[DateExpression]
) -> list[DateExpression]:
    """The bounded dates that show when the relating words are blanked, but for the known ones."""
    text = article.text
    plain = relation.sub(lambda match: match.group().translate(_BLANK), text[slice(*sentence)])
    found = article_dates(text[: sentence[0]] + plain, *sentence, article.published)
    return [
        one
        for one in found
        if one.after is not None
        and one.before is not None
        and not any(_overlap(one, other) for other in known)
    ]


def _overlap(one: DateExpression, other: DateExpression) -> bool:
    return one.start < other.end and other.start < one.end


def ahead(article: Article, expression: DateExpression) -> DateExpression:
    """The same date in the year to come, if it has no year of its own and lies in the past."""
    published, after, before = article.published, expression.after, expression.before
    words = article.text[expression.start : expression.end]
    if published is None or after is None or before is None or after >= published:
        return expression
    if re.search(r"\d{4}", words) or not _MONTH.search(words):
        return expression
    try:
        later = after.replace(year=after.year + 1), before.replace(year=before.year + 1)
    except ValueError:  # 29 February
        return expression
    return replace(expression, after=later[0], before=later[1])


def _coming(article: Article, expression: DateExpression) -> DateExpression:
    """The same date, the next one from the article's day on: of "until Friday", "by 14 July"."""
    published, after, before = article.published, expression.after, expression.before
    words = article.text[expression.start : expression.end]
    weekday = published is not None and after is not None and after < published
    if weekday and _WEEKDAY.search(words) and after and before:
        week = timedelta(days=7)
        return replace(expression, after=after + week, before=before + week)
    return ahead(article, expression)


def nearest(found: Sequence[DateExpression], place: Offsets) -> DateExpression | None:
    """The expression that overlaps ``place``, else the one with the fewest characters between."""
    return min(found, key=lambda one: (_distance(one, place), one.start), default=None)


def _distance(expression: DateExpression, place: Offsets) -> int:
    return max(0, expression.start - place[1], place[0] - expression.end)


def is_time_of_day(text: str) -> bool:
    """Whether the words say at what time, and not on which day: "shortly before 4 a.m."."""
    return _CLOCK.search(text) is not None and not expressions(text, date(2000, 1, 1))


def day_before(article: Article, start: int) -> DateExpression | None:
    """The last day named right before ``start``, to which a time of day there belongs."""
    begin = max(article.body, start - _BACK_CHARS)
    for sentence in reversed(sentence_spans(article.text, begin, start)[-_BACK:]):
        days = [one for one in dates_in(article, sentence) if one.grain == "day"]
        if days:
            return days[-1]
    return None


def iso(after: date, before: date) -> str:
    """The days ``[after, before)`` in ISO 8601's form: a day, month, year, or ``DAY/DAY``.

    The second day of an interval is the first one after it.

    >>> iso(date(2024, 6, 1), date(2024, 7, 1)), iso(date(2024, 6, 1), date(2024, 6, 2))
    ('2024-06', '2024-06-01')
    """
    if before - after == timedelta(days=1):
        return after.isoformat()
    if after.day == 1 and (after + timedelta(days=31)).replace(day=1) == before:
        return f"{after:%Y-%m}"
    if (after.month, after.day) == (1, 1) and before == after.replace(year=after.year + 1):
        return f"{after.year:04d}"
    return f"{after.isoformat()}/{before.isoformat()}"


def date_line(article: Article) -> Offsets | None:
    """Where the article's own date stands in its text before the story begins."""
    if article.published is None:
        return None
    start = article.text.find(article.published.isoformat(), 0, article.body)
    return (start, start + len(article.published.isoformat())) if start >= 0 else None
