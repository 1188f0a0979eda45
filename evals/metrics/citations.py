"""What was cited and the gold spans in; whether the evidence is the right one out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from evals.metrics.answers import contains
from evals.types import Gold


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
