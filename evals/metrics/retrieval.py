"""Retrieval metrics of a ranking against graded judgments, from 0 to 1.

An id is relevant when its grade is above 0. The first occurrence of an id counts, later ones take
no rank. With no relevant id every metric is 0. All but ``hit_at`` are those of trec_eval
(https://github.com/usnistgov/trec_eval), under the names given in each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import log2

from evals.types import Gold

Judgments = Mapping[str, int]
Place = tuple[str, int, int]


def recall_at(ranked: Sequence[str], judgments: Judgments, k: int) -> float:
    """Share of the relevant ids that are among the first ``k`` (``recall_k``)."""
    relevant = sum(grade > 0 for grade in judgments.values())
    return sum(_gains(ranked, judgments, k, binary=True)) / relevant if relevant else 0.0


def hit_at(ranked: Sequence[str], judgments: Judgments, k: int) -> float:
    """1 when any of the first ``k`` ids is relevant, else 0 (``success_k``)."""
    return float(any(_gains(ranked, judgments, k, binary=True)))


def reciprocal_rank(ranked: Sequence[str], judgments: Judgments, k: int = 10) -> float:
    """1 / rank of the first relevant id, 0 when it is below rank ``k`` (``recip_rank`` at k).

    Voorhees 1999, "The TREC-8 Question Answering Track Report".
    """
    gains = _gains(ranked, judgments, k, binary=True)
    return next((1 / rank for rank, gain in enumerate(gains, 1) if gain), 0.0)


def average_precision(ranked: Sequence[str], judgments: Judgments, k: int = 10) -> float:
    """Mean over all relevant ids of the precision at the rank of each; 0 for one below rank ``k``.

    ``map_cut_k``: the sum is divided by the number of relevant ids, even if that is above ``k``.
    """
    relevant = sum(grade > 0 for grade in judgments.values())
    found, total = 0.0, 0.0
    for rank, gain in enumerate(_gains(ranked, judgments, k, binary=True), 1):
        found += gain
        total += gain * found / rank
    return total / relevant if relevant else 0.0


def ndcg(ranked: Sequence[str], judgments: Judgments, k: int = 10) -> float:
    """DCG of the first ``k`` over that of the best ranking there could be (``ndcg_cut_k``).

    The gain is the grade itself, the discount 1 / log2(rank + 1): Järvelin and Kekäläinen 2002 as
    trec_eval has it, not the 2^grade - 1 of Burges et al. 2005. They agree on binary grades.
    """
    best = _dcg(sorted((max(grade, 0) for grade in judgments.values()), reverse=True)[:k])
    return _dcg(_gains(ranked, judgments, k)) / best if best else 0.0


def judge_passages(
    passages: Sequence[Place], golds: Iterable[Gold]
) -> tuple[list[str], dict[str, int]]:
    """Ids of ranked passages and their judgments, to be given to the metrics above.

    A passage is relevant when it overlaps a gold span of its article. A gold span that no passage
    overlaps counts as one relevant passage that was not found; gold spans that overlap each other
    are one. Golds without a place are left out.
    """
    places = _merged(golds)
    judgments = {
        _name(passage): 1 for passage in passages if any(_meet(passage, place) for place in places)
    }
    for place in places:
        if not any(_meet(passage, place) for passage in passages):
            judgments[f"not found: {_name(place)}"] = 1
    return [_name(passage) for passage in passages], judgments


def _gains(
    ranked: Sequence[str], judgments: Judgments, k: int, *, binary: bool = False
) -> list[float]:
    grades = [max(judgments.get(name, 0), 0) for name in list(dict.fromkeys(ranked))[:k]]
    return [float(grade > 0) if binary else float(grade) for grade in grades]


def _dcg(gains: Sequence[float]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, 1))


def _merged(golds: Iterable[Gold]) -> list[Place]:
    merged: list[Place] = []
    placed = [(g.article_id, g.start, g.end) for g in golds if g.start is not None and g.end]
    for place in sorted(placed):
        if merged and _meet(merged[-1], place):
            last = merged[-1]
            merged[-1] = (last[0], last[1], max(last[2], place[2]))
        else:
            merged.append(place)
    return merged


def _meet(one: Place, other: Place) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def _name(place: Place) -> str:
    return f"{place[0]}[{place[1]}:{place[2]}]"
