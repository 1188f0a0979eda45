"""A sentence of an article and the article's date in; the date expressions in it, resolved, out.

A weekday, or a date without a year, is the nearest one on or before the article's date where the
words before it tell of what was ("met on Tuesday"), and on or after it where they tell of what is
to come ("will meet on Tuesday", "due in May"). Where no verb tells, and where something was to last
"until Monday" at a time that is over, such a date is left out. An undated article has only the
dates that need no other day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from rag.dates.expression import DateExpression
from rag.dates.scan import expression, scan
from rag.dates.tense import signs_of
from rag.dates.words import Words

_ANY_DAY = date(2000, 1, 1)


def article_dates(text: str, start: int, end: int, published: date | None) -> list[DateExpression]:
    """The date expressions of the sentence ``text[start:end]`` of an article, offsets in ``text``.

    They are shown beside the article's own words, never in place of them.
    """
    words = Words(text[start:end], published or _ANY_DAY)
    return [
        replace(one, start=one.start + start, end=one.end + start)
        for one in _clear(words)
        if published is not None or not one.relative
    ]


def _clear(words: Words) -> list[DateExpression]:
    """Those on which no other direction of time would name other days than the words' own one."""
    signs = signs_of(words)
    found = scan(words.towards([sign is True for sign in signs]))
    # "Asked for time until Monday": what was asked then may still be to come.
    doubtful = scan(words.towards([sign is not False for sign in signs]))
    opposite = scan(words.towards([True] * len(words)))
    return [
        expression(words, one)
        for one in found
        if not one.impossible and one in (opposite if one.relation == "until" else doubtful)
    ]
