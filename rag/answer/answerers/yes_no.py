"""How yes or no is decided: the best sentence that says either answers, and is always quoted.

1. The sentence reader has ranked the sentences of all hits. The first ``_SENTENCES_JUDGED`` of them
   are judged one by one against the question (``EntailmentJudge`` in ``rules/entailment.py``): a
   sentence that does not state the question's predicate fails the relevance gate; one that states
   it of another subject says no; one that passes says yes, or no where negation, an opposite or a
   figure turns it round, or "unclear" where it only reports a plan, a claim or a denial.
2. Of the sentences that pass the gate the strongest answers (``_strength``): how much of the
   question it covers, a bonus for a committed label, and a little of the reader's score. A yes in
   one article and a no in another are not compared; the stronger one wins.
3. If none passes the gate, the answer is "unclear" with the best sentence.
4. The confidence says how likely the label is right (``JudgedSentence.confidence``); below the
   fitted threshold the pipeline gives no answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.answer.evidence import (
    NO_ANSWER,
    Candidate,
    Evidence,
    Reply,
    answer_probability,
    noisy_or,
    pick,
)
from rag.answer.rules.entailment import Entailment, EntailmentJudge

_SENTENCES_JUDGED = 12
_SCORE_WEIGHT = 0.05  # of a sentence's log-odds, beside its coverage, which is in [0, 1]
_LABEL_BONUS = 0.1  # for a yes or no over an "unclear"
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
    entailment: Entailment

    @property
    def confidence(self) -> float:
        """How likely the label is right: that the sentence answers, and is judged rightly.

        Two signs say that it answers: the sentence reader's fitted probability, and the share of
        the question that it covers. For a sentence that passed the relevance gate either sign is
        enough; any other must do well by both.
        """
        answers, coverage = answer_probability(self.candidate), self.entailment.coverage
        if not self.entailment.relevant:
            return coverage * (1 + answers) / 2
        return _LABEL_IS_RIGHT * noisy_or(answers, coverage)

    @property
    def affirms(self) -> bool:
        """Whether the sentence says that it is so."""
        return self.entailment.relevant and self.entailment.label == "yes"


class YesNoAnswerer:
    """``Reply.text`` is "yes", "no" or "unclear", and the first pick the sentence that says so."""

    depth: int | None = None

    def __init__(self, judge: EntailmentJudge) -> None:
        self._judge = judge

    def answer(self, evidence: Evidence) -> Reply:
        """The label of the strongest relevant sentence; "unclear" where no sentence is relevant."""
        question = evidence.query.text
        ranked = evidence.sentences[:_SENTENCES_JUDGED]
        judged = [judge_sentence(self._judge, question, sentence) for sentence in ranked]
        if not judged:
            return NO_ANSWER
        relevant = [sentence for sentence in judged if sentence.entailment.relevant]
        best = max(relevant, key=_strength) if relevant else judged[0]
        return Reply((pick(best.candidate),), best.confidence, best.entailment.label)


def judge_sentence(judge: EntailmentJudge, question: str, sentence: Candidate) -> JudgedSentence:
    """The sentence judged with its title and passage around it, which say what "it" stands for."""
    passage = sentence.hit.passage
    around = f"{passage.article.title}\n{passage.text}"
    return JudgedSentence(sentence, judge.judge(question, sentence.quote, around))


def _strength(judged: JudgedSentence) -> float:
    committed = _LABEL_BONUS * (judged.entailment.label != "unclear")
    return judged.entailment.coverage + committed + _SCORE_WEIGHT * judged.candidate.span.score


def as_yes_or_no(question: str) -> str:
    """A when-question as the yes/no question whether the event happened; others stay as they are.

    >>> as_yes_or_no("On which day did the dyke break?")
    'did the dyke break?'
    """
    return _ASKS_WHEN.sub("", question, count=1)
