"""Yes/no answers: the sentence that bears on the question, and what it says to it as a label."""

from __future__ import annotations

from dataclasses import dataclass

from rag.answer.modes.base import NOTHING, Found, Reply, pick
from rag.answer.ranking import Candidate
from rag.answer.verdict import Judge, Verdict

_READ = 12  # sentences that are held against the question
_BY_SCORE = 0.05  # how much a sentence's log-odds count beside its coverage, which is in [0, 1]
_BY_LABEL = 0.1  # how much more a yes or no counts than an "unclear"


@dataclass(frozen=True, slots=True)
class _Judged:
    candidate: Candidate
    verdict: Verdict


class YesNoMode:
    """``Reply.text`` is "yes", "no" or "unclear"; the sentence that says so is always quoted."""

    depth: int | None = None

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def answer(self, found: Found) -> Reply:
        """The best sentence that says yes or no; else the best one, and "unclear"."""
        judged = [
            _Judged(one, self._judge.judge(found.query.text, one.quote, _around(one)))
            for one in found.sentences[:_READ]
        ]
        if not judged:
            return NOTHING
        bearing = [one for one in judged if one.verdict.bears]
        best = max(bearing, key=_weight) if bearing else judged[0]
        return Reply((pick(best.candidate),), _confidence(best.verdict), best.verdict.label)


def _weight(judged: _Judged) -> float:
    verdict = judged.verdict
    said = _BY_LABEL * (verdict.label != "unclear")
    return verdict.coverage + said + _BY_SCORE * judged.candidate.span.score


def _confidence(verdict: Verdict) -> float:
    """Higher the more of the question is spoken to, and above even odds for a yes or no."""
    return verdict.coverage if verdict.label == "unclear" else (1 + verdict.coverage) / 2


def _around(candidate: Candidate) -> str:
    """The title and the passage, which tell what a pronoun or "the company" stands for."""
    passage = candidate.hit.passage
    return f"{passage.article.title}\n{passage.text}"
