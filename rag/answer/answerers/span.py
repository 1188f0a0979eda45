"""Answers with one quotation: the shortest span that answers, or the span of the best sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answer.aggregation import (
    AnswerGroup,
    conflicting_answers,
    corroborating_answers,
    could_answer,
    group_answers,
    same_answer,
    superseding_answer,
)
from rag.answer.evidence import (
    NO_ANSWER,
    Candidate,
    Evidence,
    Reply,
    answer_probability,
    noisy_or,
    pick,
)
from rag.answer.rules.matching import Matcher
from rag.answer.rules.switches import ALL_RULES, Rules
from rag.answer.speakers import is_said_by_asked_speaker
from rag.models.sentence_reader import QuestionTerms, Rarity

_DOUBT_FACTOR = 0.4  # of the confidence remains where no span gives what the question asks for
CONFLICT_MARGIN = 3.0  # how far below the best span a conflicting value may score


class SpanAnswerer:
    """Answers who, what, where and how many with the reader's best span.

    Where articles give different values for the same thing, all are shown. A newer article that,
    read by itself, gives another value leads; else the best one does, then the others, the latest
    first. Without a ``matcher`` articles are not compared. ``rarity`` says how telling a term is.
    """

    depth: int | None = None

    def __init__(
        self,
        agreement_weight: float,
        matcher: Matcher | None = None,
        rules: Rules = ALL_RULES,
        rarity: Rarity = lambda term: 1.0,
    ) -> None:
        self._weight = agreement_weight
        self._matcher = matcher
        self._rules = rules
        self._rarity = rarity

    def answer(self, evidence: Evidence) -> Reply:
        """The best span, and the values that articles give against it."""
        if not evidence.spans:
            return NO_ANSWER
        spans, confidence = self._fitting_spans(evidence)
        answers = self._answers_to_show(spans, evidence)
        picks = tuple(pick(answer.best, answer.also) for answer in answers)
        return Reply(picks, confidence, disagreement=len(answers) > 1)

    def _fitting_spans(self, evidence: Evidence) -> tuple[Sequence[Candidate], float]:
        """The spans that could answer, and the confidence in the first; all of them if none could.

        Then the confidence is much lower.
        """
        spans, question = evidence.spans, evidence.query.text
        if not self._rules.fitting:
            return spans, evidence.confidence
        fitting = [span for span in spans if could_answer(question, span)]
        if not fitting:
            return spans, _DOUBT_FACTOR * evidence.confidence
        if fitting[0] is spans[0]:
            return fitting, evidence.confidence
        return fitting, evidence.confidence_of(fitting[0], fitting[1:])

    def _answers_to_show(self, spans: Sequence[Candidate], evidence: Evidence) -> list[AnswerGroup]:
        """The best answer and those in conflict with it, each with what corroborates it."""
        question = evidence.query.text
        groups = group_answers(spans, weight=self._weight)
        if self._matcher is None:
            return groups[:1]
        conflicts = conflicting_answers(groups, question, self._matcher, margin=CONFLICT_MARGIN)
        shown = [
            replace(group, also=corroborating_answers(group, question, self._matcher))
            for group in (*groups[:1], *conflicts)
        ]
        terms = QuestionTerms(question, self._rarity)
        newest = superseding_answer(shown[0], spans, evidence.read, terms)
        if newest is None or evidence.query.preferred or evidence.query.window:
            return shown
        others = (one for one in shown if not same_answer(one.best.quote, newest.best.quote))
        return [newest, *others]


# What a span's score gains where its sentence gives the reason that is asked for, or the speaker
# who is asked about says it, and what it loses where another speaker does.
_REASON, _ASKED_SPEAKER, _OTHER_SPEAKER = 1.0, 1.0, -2.0
_ASKS_WHY = re.compile(r"\bwhy\b|\bwhat (?:\w+ ){0,3}(?:reasons?|causes?|caused)\b", re.IGNORECASE)
_GIVES_REASON = re.compile(
    r"\b(?:because|since|due to|owing to|thanks to|as a result|in order|so that|caused by|reasons?|"
    r"therefore|on the grounds?|after|in protest|for fear)\b",
    re.IGNORECASE,
)


class PassageAnswerer:
    """Answers why, how and what somebody said with the span that is best with its sentence.

    ``sentence_weight`` is how much the sentence reader's score counts beside the span reader's.
    """

    depth: int | None = None

    def __init__(self, sentence_weight: float, rules: Rules = ALL_RULES) -> None:
        self._weight = sentence_weight
        self._rules = rules

    def answer(self, evidence: Evidence) -> Reply:
        """The span with the highest sum of its own and its sentence's score.

        The confidence combines the calibrator's for that span and the sentence reader's for its
        sentence. The span's rivals are those of other sentences.
        """
        if not evidence.spans:
            return NO_ANSWER
        best = max(evidence.spans, key=lambda span: self._score(span, evidence))
        sentence = evidence.sentence_of(best)
        rivals = [
            span
            for span in evidence.spans
            if span is not best and (sentence is None or evidence.sentence_of(span) != sentence)
        ]
        confidence = noisy_or(evidence.confidence_of(best, rivals), answer_probability(sentence))
        return Reply((pick(best),), confidence)

    def _score(self, span: Candidate, evidence: Evidence) -> float:
        question, sentence = evidence.query.text, evidence.sentence_of(span)
        lowest = min((other.score for other in evidence.sentences), default=0.0)
        sentence_score = sentence.score if sentence is not None else lowest
        text = sentence.quote if sentence is not None else span.quote
        reason = bool(_ASKS_WHY.search(question) and _GIVES_REASON.search(text))
        speaker = self._speaker_bonus(question, span)
        return span.score + self._weight * sentence_score + speaker + _REASON * reason

    def _speaker_bonus(self, question: str, span: Candidate) -> float:
        said = is_said_by_asked_speaker(question, span) if self._rules.speakers else None
        return 0.0 if said is None else _ASKED_SPEAKER if said else _OTHER_SPEAKER
