"""How far an answer and its citations agree with the gold ones, from 0 to 1."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evals.types import Gold
from rag.dates.calendar import parse_day
from rag.types import Window

_STRAIGHT = str.maketrans("‘’‚‛“”„‟′″", "''''\"\"\"\"'\"")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_YEAR = re.compile(r"\d{4}")


def normalise(text: str) -> str:
    """SQuAD's normal form: lower case, no ASCII punctuation, no a/an/the, single spaces.

    Rajpurkar et al. 2016, arXiv:1606.05250. Curly quotation marks and apostrophes are made
    straight first, which the published definition leaves out.
    """
    plain = text.translate(_STRAIGHT).lower().translate(_NO_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", plain).split())


def exact_match(answer: str, golds: Iterable[str]) -> float:
    """1 when the answer and any gold answer have the same normal form, else 0.

    SQuAD 2.0 (arXiv:1806.03822): no answer is ``""``, and no gold answers ask for it.
    """
    return max(float(normalise(answer) == normalise(gold)) for gold in _or_none(golds))


def f1(answer: str, golds: Iterable[str]) -> float:
    """Best harmonic mean of precision and recall, over the words of the normal forms, of any gold.

    As published for SQuAD: repeated words count as often as both have them; where either side has
    no words left, it is 1 if both have none, else 0.
    """
    return max(_f1(normalise(answer).split(), normalise(gold).split()) for gold in _or_none(golds))


@dataclass(frozen=True, slots=True)
class BestThreshold:
    """The best mean score that a threshold can give, 0 to 1, and the lowest score it lets pass."""

    score: float
    threshold: float


def best_threshold(
    confidence: ArrayLike, scores: ArrayLike, answerable: ArrayLike
) -> BestThreshold:
    """SQuAD 2.0's "best" EM or F1: the threshold on ``confidence`` is chosen on the same questions.

    One value a question in each: how sure, the EM or F1 if answered, whether it can be answered.
    Answered is what is at least as sure as the threshold; an unanswerable question is worth 1 when
    refused. Equally sure answers stand or fall together. Infinity refuses everything.
    """
    sure, worth, can = _columns(confidence, scores, answerable)
    gain = np.where(can > 0, worth, -1.0)  # Of answering rather than refusing.
    order = np.argsort(-sure, kind="stable")
    sure, total = sure[order], np.cumsum(gain[order])
    last = np.flatnonzero(np.append(np.diff(sure) != 0, True))
    refuse_all = float((can == 0).sum())
    best = last[np.argmax(total[last])]
    if total[best] <= 0:
        return BestThreshold(refuse_all / len(sure), float("inf"))
    return BestThreshold((refuse_all + float(total[best])) / len(sure), float(sure[best]))


def agrees(answer: str, gold: str, *, share: float = 1 / 3) -> bool:
    """Whether one stands in the other, word for word, and is at least ``share`` as long.

    So "Shehbaz Sharif" agrees with "Prime Minister Shehbaz Sharif"; "21 million lorins" does not
    with "37 million lorins", though their F1 is .67.
    """
    one, other = normalise(answer).split(), normalise(gold).split()
    short, long = sorted((one, other), key=len)
    if not short:
        return one == other
    return len(short) >= share * len(long) and contains(" ".join(long), " ".join(short))


def contains(text: str, part: str) -> bool:
    """Whether the words of ``part`` stand in a row in ``text``, both in their normal form."""
    words = normalise(part)
    return bool(words) and f" {words} " in f" {normalise(text)} "


def list_f1(answers: Sequence[str], golds: Iterable[str]) -> float:
    """Harmonic mean of the shares of answers that are gold elements and of elements answered.

    Golds of one normal form are one element. Pairs that agree by half or more (``agrees``) are
    matched one to one, the closest first; after the span F1 of MultiSpanQA (Li et al. 2022), with
    that agreement in place of equality.
    """
    said, wanted = _distinct(answers), _distinct(golds)
    if not said or not wanted:
        return float(not said and not wanted)
    pairs = [pair for pair in product(said, wanted) if agrees(*pair, share=1 / 2)]
    pairs.sort(key=lambda pair: f1(pair[0], [pair[1]]), reverse=True)
    taken_said: set[str] = set()
    taken_wanted: set[str] = set()
    for one, other in pairs:
        if one not in taken_said and other not in taken_wanted:
            taken_said.add(one)
            taken_wanted.add(other)
    return 2 * len(taken_said) / (len(said) + len(wanted))


def interval_within(said: Window | None, gold: Window) -> float:
    """1 when every day of ``said`` lies in ``gold``, else 0: as exact as asked for, or more."""
    if said is None:
        return 0.0
    starts = gold.after is None or (said.after is not None and gold.after <= said.after)
    ends = gold.before is None or (said.before is not None and said.before <= gold.before)
    return float(starts and ends)


def dates_f1(said: Collection[date], gold: Collection[date]) -> float:
    """Harmonic mean of the shares of dates said that are gold and of gold dates said.

    Date F1 of timeline summarisation: Martschat and Markert 2017, aclanthology.org/E17-2046.
    """
    if not said and not gold:
        return 1.0
    return 2 * len(set(said) & set(gold)) / (len(set(said)) + len(set(gold)))


def parse_when(text: str) -> Window | None:
    """The days that an answer names: ``2024-12-20``, ``2024-12``, ``2024`` or ``DAY/DAY``.

    The second day of an interval is the first one after it, as in ``Window``. None for any other.
    """
    first, slash, second = text.strip().partition("/")
    if slash:
        after, before = parse_day(first), parse_day(second)
        return Window(after, before) if after and before and after < before else None
    try:
        return _period(first)
    except (ValueError, OverflowError):
        return None


def _period(text: str) -> Window | None:
    if day := parse_day(text):
        return Window(day, day + timedelta(days=1))
    if month := _MONTH.fullmatch(text):
        start = date(int(month[1]), int(month[2]), 1)
        return Window(start, (start + timedelta(days=31)).replace(day=1))
    if _YEAR.fullmatch(text):
        return Window(date(int(text), 1, 1), date(int(text) + 1, 1, 1))
    return None


def _or_none(golds: Iterable[str]) -> list[str]:
    return list(golds) or [""]


def _f1(answer: Sequence[str], gold: Sequence[str]) -> float:
    if not answer or not gold:
        return float(answer == gold)
    shared = (Counter(answer) & Counter(gold)).total()
    return 2 * shared / (len(answer) + len(gold))


def _distinct(texts: Iterable[str]) -> list[str]:
    """The first of each normal form; nothing for a text without words."""
    return list(
        {normalise(text): text for text in reversed(list(texts)) if normalise(text)}.values()
    )


def _columns(*columns: ArrayLike) -> list[NDArray[np.float64]]:
    arrays = [np.asarray(column, dtype=np.float64) for column in columns]
    if len({array.shape for array in arrays}) != 1 or arrays[0].ndim != 1 or not arrays[0].size:
        raise ValueError("give one value a question, and at least one question")
    return arrays


def citation_precision(cited: Sequence[str], articles: Collection[str]) -> float:
    """Share of the cited article ids that are gold articles; 0 when nothing is cited.

    The precision of ALCE (Gao et al. 2023, arXiv:2305.14627) with gold articles as the judge.
    """
    return sum(name in articles for name in cited) / len(cited) if cited else 0.0


def span_iou(article_id: str, start: int, end: int, golds: Iterable[Gold]) -> float:
    """Characters shared by ``[start, end)`` and a gold span over those of either, the best of any.

    Intersection over union (Jaccard 1901), from 0 to 1. Golds without a place are left out.
    """
    return max(
        (
            _iou(start, end, gold.start, gold.end)
            for gold in golds
            if gold.article_id == article_id and gold.start is not None and gold.end is not None
        ),
        default=0.0,
    )


def holds(sentence: str, article_id: str, golds: Iterable[Gold]) -> bool:
    """Whether a sentence of an article contains, word for word, a gold answer from that article.

    A gold answer without an article may stand in any.
    """
    return any(
        contains(sentence, gold.text) for gold in golds if gold.article_id in ("", article_id)
    )


def _iou(start: int, end: int, gold_start: int, gold_end: int) -> float:
    shared = min(end, gold_end) - max(start, gold_start)
    return max(shared, 0) / (max(end, gold_end) - min(start, gold_start)) if shared > 0 else 0.0
