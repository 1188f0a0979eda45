"""Passage answers: how, why, and what somebody said, out of the sentence that tells it best."""

from __future__ import annotations

import re

from rag.answer.modes.base import NOTHING, Found, Reply, either, holds_answer, pick
from rag.answer.modes.voice import says_it
from rag.answer.ranking import Candidate

# What a sentence gains that gives a reason where one is asked for, or is said by who is asked for,
# and what one loses that is said by somebody else.
_REASON, _OWN_WORDS, _OF_ANOTHER = 1.0, 1.0, -2.0
_ASKS_WHY = re.compile(r"\bwhy\b|\bwhat (?:\w+ ){0,3}(?:reasons?|causes?|caused)\b", re.IGNORECASE)
_GIVES_REASON = re.compile(
    r"\b(?:because|since|due to|owing to|thanks to|as a result|in order|so that|caused by|reasons?|"
    r"therefore|on the grounds?|after|in protest|for fear)\b",
    re.IGNORECASE,
)


class PassageMode:
    """The best sentence over all hits; quoted is the best span in it, where there is one.

    ``sentence_weight`` says how much the sentence reader's score counts beside the span reader's.
    """

    depth: int | None = None

    def __init__(self, sentence_weight: float) -> None:
        self._weight = sentence_weight

    def answer(self, found: Found) -> Reply:
        """The span whose score and that of its sentence are best together.

        The confidence is the calibrator's for that span, beside those of other sentences (two spans
        of one sentence are no rivals), supported by what the sentence reader gives the sentence.
        """
        if not found.spans:
            return NOTHING
        best = max(found.spans, key=lambda span: self._worth(span, found))
        sentence = found.sentence_of(best)
        rivals = [one for one in found.spans if one is not best]
        rivals = [one for one in rivals if sentence is None or found.sentence_of(one) != sentence]
        confidence = either(found.confidence_of(best, rivals), holds_answer(sentence))
        return Reply((pick(best),), confidence)

    def _worth(self, span: Candidate, found: Found) -> float:
        question, sentence = found.query.text, found.sentence_of(span)
        lowest = min((one.score for one in found.sentences), default=0.0)
        told = sentence.score if sentence is not None else lowest
        own = says_it(question, span)
        voice = 0.0 if own is None else _OWN_WORDS if own else _OF_ANOTHER
        text = sentence.quote if sentence is not None else span.quote
        reason = bool(_ASKS_WHY.search(question) and _GIVES_REASON.search(text))
        return span.score + self._weight * told + voice + _REASON * reason
