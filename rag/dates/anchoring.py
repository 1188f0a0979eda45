"""Resolves the date expressions of an article against its own date.

"On Tuesday" is the Tuesday before the article's date, or after it where the sentence speaks of what
is to come.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from rag.dates.calendar import DateExpression
from rag.dates.lexicon import DateTokens
from rag.dates.tagger import expression, expressions, scan
from rag.text.lexicon import MONTH_NAMES, WEEKDAY_NAMES
from rag.text.sentences import Offsets, sentence_spans
from rag.types import Article

_FUTURE = frozenset(
    "will shall would should must can may ll going plans plan planned scheduled due expected "
    "expects expect slated forecast upcoming ahead hopes hope aims aim intends intend wants "
    "invites invited promises promised deadline remain remains opens begins starts ends runs "
    "leaves closes takes meets".split()
)
_PAST = frozenset(
    "said was were had has have did been met held began took went came left got made told "
    "gave saw won lost fell rose spoke broke grew found died led paid sent shot sold spent "
    "stood struck brought beat beaten caught kept sat meant felt swore wrote drew flew hit "
    "cut put quit ran burst chose chosen taken sworn shut hurt grown fallen risen seen given "
    "known shown".split()
)
_ALWAYS_PAST = frozenset("said was were had has have did".split())
# Pairs of words that speak of the future: is to, set for, has until.
_WITH_NEXT = frozenset(
    {(word, "to") for word in ("is", "are", "was", "were", "set", "has", "have", "had")}
    | {("set", "for"), ("to", "be")}
    | {(word, "until") for word in ("has", "have", "had")}
)
# These may stand between "will", "is to" or "due to" and the verb.
_INSIDE = frozenset("be been have not also to being stay remain keep get".split())
_NOT_VERBS = frozenset("red bed hundred need united indeed speed seed feed".split())
_GROUP = 4


def future_signs(words: DateTokens) -> list[bool | None]:
    """For each token, whether the text speaks of the future there; None where it has no verb."""
    signs = [_sign(words, place) for place in range(len(words))]
    before = _last_signs(signs)
    behind = list(reversed(_last_signs(list(reversed(signs)))))
    return [a if b is None else b for b, a in zip(before, behind, strict=True)]


def _last_signs(signs: Sequence[bool | None]) -> list[bool | None]:
    """For each token, the nearest sign before it."""
    last: bool | None = None
    carried = []
    for sign in signs:
        carried.append(last)
        last = last if sign is None else sign
    return carried


def _sign(words: DateTokens, place: int) -> bool | None:
    """True for a verb of the future, False for one of the past, None for no verb."""
    word, behind = words.at(place), words.at(place + 1)
    if word in _FUTURE:
        return None if word in {"may", "will"} and words.capital(place) else True
    if (word, behind) in _WITH_NEXT:
        return True
    if word in _PAST or _ends_like_past(word):
        return _of_participle(words, place)
    return None


def _ends_like_past(word: str) -> bool:
    return len(word) > 3 and word.endswith("ed") and word not in _NOT_VERBS


def _of_participle(words: DateTokens, place: int) -> bool | None:
    """The sign of "held": will be held, is to be held; none for what is held."""
    for step in range(place - 1, max(place - 1 - _GROUP, -1), -1):
        word = words.at(step)
        if word == "be" or word in _FUTURE or (word, words.at(step + 1)) in _WITH_NEXT:
            return True
        if word in {"is", "are"} and words.at(place) not in _ALWAYS_PAST:
            return None
        if word not in _INSIDE and not word.endswith("ly"):
            return False
    return False


_ANY_DAY = date(2000, 1, 1)


def article_dates(text: str, start: int, end: int, published: date | None) -> list[DateExpression]:
    """The date expressions of the sentence ``text[start:end]`` of an article, offsets in ``text``.

    They are shown next to the words of the article, never instead of them.
    """
    words = DateTokens(text[start:end], published or _ANY_DAY)
    return [
        replace(one, start=one.start + start, end=one.end + start)
        for one in _unambiguous(words)
        if published is not None or not one.relative
    ]


def _unambiguous(words: DateTokens) -> list[DateExpression]:
    """The dates that mean the same days whether the sentence speaks of the past or the future."""
    signs = future_signs(words)
    found = scan(words.towards([sign is True for sign in signs]))
    # "Asked for time until Monday": what was asked then may still be to come.
    doubtful = scan(words.towards([sign is not False for sign in signs]))
    opposite = scan(words.towards([True] * len(words)))
    return [
        expression(words, one)
        for one in found
        if not one.impossible and one in (opposite if one.relation == "until" else doubtful)
    ]


_BACK = 2  # sentences before a time of day in which its day is looked for
_BACK_CHARS = 1_000
_CLOCK = re.compile(
    r"\b\d{1,2}(?:[.:]\d\d)? ?(?:[ap]\.?m\b|o['’]clock)|\b\d{1,2}[.:]\d\d\b|\bmidnight\b|\bnoon\b|"
    r"\b(?:morning|afternoon|evening|night|dawn|dusk)\b|\b(?:hour|minute)s?\b",
    re.IGNORECASE,
)
_LIMIT = re.compile(r"\b(?:by|from|until|till|through)\b", re.IGNORECASE)
_START = re.compile(r"\bsince\b", re.IGNORECASE)
_WEEKDAY = re.compile(rf"(?:{'|'.join(name.capitalize() for name in WEEKDAY_NAMES)})\b")
_BLANK = dict.fromkeys(range(128), " ")
_MONTH = re.compile(
    rf"\b(?:{'|'.join(name[:3].capitalize() for name in MONTH_NAMES)}|spring|summer|autumn|winter)"
)


def dates_in(article: Article, sentence: Offsets) -> list[DateExpression]:
    """The date expressions of a sentence that name a bounded stretch of days.

    Of "by 14 July" the date itself counts, the coming one where it has no year. "Since 2017" says
    only when something began, and is left out (see ``start_dates``), like "before June".
    """
    found = article_dates(article.text, *sentence, article.published)
    bounded = [one for one in found if one.after is not None and one.before is not None]
    limits = [
        _next_occurrence(article, one)
        for one in _with_relation_blanked(_LIMIT, article, sentence, bounded)
    ]
    return sorted([*bounded, *limits], key=lambda one: one.start)


def start_dates(article: Article, sentence: Offsets) -> list[DateExpression]:
    """The dates of "since": when something began, if the sentence has no other date of that."""
    return _with_relation_blanked(_START, article, sentence, dates_in(article, sentence))


def _with_relation_blanked(
    relation: re.Pattern[str], article: Article, sentence: Offsets, known: list[DateExpression]
) -> list[DateExpression]:
    """The bounded dates that appear when ``relation`` is blanked, without those in ``known``."""
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


def in_coming_year(article: Article, expression: DateExpression) -> DateExpression:
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


def _next_occurrence(article: Article, expression: DateExpression) -> DateExpression:
    """The next such date from the article's day on, for "until Friday" and "by 14 July"."""
    published, after, before = article.published, expression.after, expression.before
    words = article.text[expression.start : expression.end]
    weekday = published is not None and after is not None and after < published
    if weekday and _WEEKDAY.search(words) and after and before:
        week = timedelta(days=7)
        return replace(expression, after=after + week, before=before + week)
    return in_coming_year(article, expression)


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
