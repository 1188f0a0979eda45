"""Answers yes, no or unclear, always with the sentence that says so."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.answer.evidence import (
    NOTHING,
    Candidate,
    Evidence,
    Reply,
    answer_probability,
    noisy_or,
    pick,
)
from rag.answer.rules.entailment import Entailment, EntailmentJudge

# The share of labels that were right, where one was given, on the dev halves and further questions.
_LABEL_IS_RIGHT = 0.93
_ASKS_WHEN = re.compile(
    r"(?:(?:and|but|so) )?(?:(?:on|in|for|by|until|till|since|from|at|around) )?"
    r"(?:when(?: exactly)?|(?:what|which) (?:day|date|month|year|weekday|time)) "
    r"(?=(?:did|do|does|is|are|was|were|has|have|had|will|would|shall|can|could|must)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class JudgedSentence:
    """A sentence, and what it says to a yes/no question."""

    candidate: Candidate
    verdict: Entailment

    @property
    def confidence(self) -> float:
        """How likely the label is right: that the sentence is asked for, and is read rightly.

        Two signs tell that it is asked for: the fitted probability that the sentence holds the
        answer, and the share of the question that it speaks to. Where it bears on the question
        either is enough; else it must do well by both.
        """
        answers, coverage = answer_probability(self.candidate), self.verdict.coverage
        if not self.verdict.bears:
            return coverage * (1 + answers) / 2
        return _LABEL_IS_RIGHT * noisy_or(answers, coverage)


def judge_sentences(judge: EntailmentJudge, question: str, sentence: Candidate) -> JudgedSentence:
    """``sentence`` held against the yes/no ``question``; title and passage tell what "it" means."""
    passage = sentence.hit.passage
    around = f"{passage.article.title}\n{passage.text}"
    return JudgedSentence(sentence, judge.judge(question, sentence.quote, around))


def as_yes_or_no(question: str) -> str:
    """What a question for a day supposes, as a question whether it is so; others stay as they are.

    >>> as_yes_or_no("On which day did the dyke break?")
    'did the dyke break?'
    """
    return _ASKS_WHEN.sub("", question, count=1)


_READ = 12  # sentences that are held against the question
_BY_SCORE = 0.05  # how much a sentence's log-odds count beside its coverage, which is in [0, 1]
_BY_LABEL = 0.1  # how much more a yes or no counts than an "unclear"


class YesNoAnswerer:
    """``Reply.text`` is "yes", "no" or "unclear"; the sentence that says so is always quoted."""

    depth: int | None = None

    def __init__(self, judge: EntailmentJudge) -> None:
        self._judge = judge

    def answer(self, found: Evidence) -> Reply:
        """The best sentence that says yes or no; else the best one, and "unclear"."""
        question = found.query.text
        read = [judge_sentences(self._judge, question, one) for one in found.sentences[:_READ]]
        if not read:
            return NOTHING
        bearing = [one for one in read if one.verdict.bears]
        best = max(bearing, key=_weight) if bearing else read[0]
        return Reply((pick(best.candidate),), best.confidence, best.verdict.label)


def _weight(one: JudgedSentence) -> float:
    said = _BY_LABEL * (one.verdict.label != "unclear")
    return one.verdict.coverage + said + _BY_SCORE * one.candidate.span.score
