"""How yes or no is decided: the best sentence that says either answers, and is always quoted.

1. The sentence reader has ranked the sentences of all hits. The first ``_SENTENCES_JUDGED`` of them
   are judged one by one against the question (``EntailmentJudge`` in ``rules/entailment.py``): a
   sentence that does not state the question's predicate fails the relevance gate; one that states
   it of another subject says no; one that passes says yes, or no where negation, an opposite or a
   figure turns it round, or "unclear" where it only reports a plan, a claim or a denial.
2. Of the sentences that pass the gate the strongest is the measure (``_strength``): how much of
   the question it covers, a bonus for a committed label, and a little of the reader's score. Where
   articles of different days say yes and no nearly as strongly, the newest answers, and the best
   older one that says otherwise is quoted behind it.
3. If none passes the gate, or the strongest is "unclear", the reader's own yes or no decides: that
   of the passage which most likely says either, with its likeliest evidence.
4. The confidence says how likely the label is right (``JudgedSentence.confidence``, or the reader's
   probability); with the reader's view of the quoted passage ``Reliability`` makes of it whether an
   answer is given at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from rag.answer.evidence import (
    NO_ANSWER,
    Candidate,
    Evidence,
    Pick,
    ReadHit,
    Reply,
    answer_probability,
    log_odds,
    noisy_or,
    pick,
)
from rag.answer.rules.entailment import Entailment, EntailmentJudge, Label

_SENTENCES_JUDGED = 12
_SCORE_WEIGHT = 0.05  # of a sentence's log-odds, beside its coverage, which is in [0, 1]
_LABEL_BONUS = 0.1  # for a yes or no over an "unclear"
_NEARLY_AS_STRONG = 0.25  # how much weaker than the strongest a sentence may be to be compared
# Where the rules see no yes or no in a sentence with so much of the question, the reader decides,
# if it finds yes and no together so likely and one of them by so many log-odds likelier.
_NEARLY_ALL, _SPEAKS, _DECIDED = 0.8, 0.5, 0.3
_RETRIEVAL_WEIGHT = 8.0  # of the retriever's score, in [0, 1], beside the reader's log-odds
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
    def is_committed(self) -> bool:
        return self.entailment.label != "unclear"

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
        """The newest label of the strongest relevant sentences; else the reader's own."""
        question = evidence.query.text
        ranked = evidence.sentences[:_SENTENCES_JUDGED]
        judged = [
            _read_too(judge_sentence(self._judge, question, sentence), evidence)
            for sentence in ranked
        ]
        if not judged:
            return NO_ANSWER
        relevant = [sentence for sentence in judged if sentence.entailment.relevant]
        best = max(relevant, key=_strength) if relevant else judged[0]
        if not relevant or best.entailment.label == "unclear":
            plain = Reply((pick(best.candidate),), best.confidence, best.entailment.label)
            return _by_the_reader(evidence) or plain
        least = _strength(best) - _NEARLY_AS_STRONG
        strong = [one for one in relevant if one.is_committed and _strength(one) >= least]
        newest = max(strong, key=lambda one: (_day(one), _strength(one)))
        lead = best if _day(newest) == _day(best) else newest
        others = [
            one
            for one in strong
            if one.entailment.label != lead.entailment.label and _day(one) < _day(lead)
        ]
        older = sorted(others, key=_strength, reverse=True)[:1]
        picks = tuple(pick(one.candidate) for one in (lead, *older))
        return Reply(picks, lead.confidence, lead.entailment.label, disagreement=bool(older))


def _read_too(judged: JudgedSentence, evidence: Evidence) -> JudgedSentence:
    """The sentence with the reader's yes or no, where the rules see none in all that is asked."""
    entailment, sentence = judged.entailment, pick(judged.candidate)
    if judged.is_committed or entailment.coverage < _NEARLY_ALL:
        return judged
    read = next((one for one in evidence.read if one.holds(sentence)), None)
    labels = read.reading.labels if read is not None else None
    if labels is None or labels.yes + labels.no < _SPEAKS:
        return judged
    if abs(log_odds(labels.yes) - log_odds(labels.no)) < _DECIDED:
        return judged
    label: Label = "yes" if labels.yes > labels.no else "no"
    return replace(judged, entailment=replace(entailment, label=label, relevant=True))


def _by_the_reader(evidence: Evidence) -> Reply | None:
    """The yes or no of the passage that most likely says either; None where none was read so."""
    said = [read for read in evidence.read if read.reading.labels and read.reading.evidence]
    if not said:
        return None
    best = max(said, key=_says_either)
    labels, hit = best.reading.labels, best.hit
    assert labels is not None
    sentence = max(best.reading.evidence, key=lambda one: one.score)
    quoted = Pick(hit, sentence.start, sentence.end, sentence.score)
    return Reply((quoted,), max(labels.yes, labels.no), "yes" if labels.yes > labels.no else "no")


def _says_either(read: ReadHit) -> float:
    labels = read.reading.labels
    assert labels is not None
    return log_odds(labels.yes + labels.no) + _RETRIEVAL_WEIGHT * read.hit.score


def _day(judged: JudgedSentence) -> date:
    """The day of its article; an undated one is older than any other."""
    return judged.candidate.hit.passage.article.published or date.min


def judge_sentence(judge: EntailmentJudge, question: str, sentence: Candidate) -> JudgedSentence:
    """The sentence judged with its title and passage around it, which say what "it" stands for."""
    passage = sentence.hit.passage
    around = f"{passage.article.title}\n{passage.text}"
    return JudgedSentence(sentence, judge.judge(question, sentence.quote, around))


def _strength(judged: JudgedSentence) -> float:
    committed = _LABEL_BONUS * judged.is_committed
    return judged.entailment.coverage + committed + _SCORE_WEIGHT * judged.candidate.span.score


def as_yes_or_no(question: str) -> str:
    """A when-question as the yes/no question whether the event happened; others stay as they are.

    >>> as_yes_or_no("On which day did the dyke break?")
    'did the dyke break?'
    """
    return _ASKS_WHEN.sub("", question, count=1)
