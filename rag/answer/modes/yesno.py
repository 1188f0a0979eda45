"""Yes/no answers: the sentence that bears on the question, and what it says to it as a label."""

from __future__ import annotations

from rag.answer.modes.base import NOTHING, Found, Reply, pick
from rag.answer.modes.judged import Judged, judged
from rag.answer.verdict import Judge

_READ = 12  # sentences that are held against the question
_BY_SCORE = 0.05  # how much a sentence's log-odds count beside its coverage, which is in [0, 1]
_BY_LABEL = 0.1  # how much more a yes or no counts than an "unclear"


class YesNoMode:
    """``Reply.text`` is "yes", "no" or "unclear"; the sentence that says so is always quoted."""

    depth: int | None = None

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def answer(self, found: Found) -> Reply:
        """The best sentence that says yes or no; else the best one, and "unclear"."""
        question = found.query.text
        read = [judged(self._judge, question, one) for one in found.sentences[:_READ]]
        if not read:
            return NOTHING
        bearing = [one for one in read if one.verdict.bears]
        best = max(bearing, key=_weight) if bearing else read[0]
        return Reply((pick(best.candidate),), best.confidence, best.verdict.label)


def _weight(one: Judged) -> float:
    said = _BY_LABEL * (one.verdict.label != "unclear")
    return one.verdict.coverage + said + _BY_SCORE * one.candidate.span.score
