"""A question and a candidate in; whether it could be an answer at all, by the words alone, out."""

from __future__ import annotations

import re

from rag.answer.around import sentence_around
from rag.answer.ranking import Candidate
from rag.text.quantities import quantities

_HOW_MANY = re.compile(r"\bhow many\b", re.IGNORECASE)
_ABOUT_AS_MANY = re.compile(
    r"\b(?:no|none|nobody|one|both|all|half|few|several|some|many|most|couple|dozens?|scores|"
    r"hundreds|thousands|millions|once|twice|a|an)\b",
    re.IGNORECASE,
)
_DEATH = re.compile(
    r"\b(?:kill\w*|die[ds]?|dying|dead|deaths?|drown\w*|perish\w*|fatal\w*|lost (?:their|his|her) "
    r"li(?:fe|ves))\b",
    re.IGNORECASE,
)
_TELLS_OF_DEATH = re.compile(
    rf"{_DEATH.pattern}|\b(?:tolls?|victims?|casualt\w+|bod(?:y|ies)|lives|deadl\w+|claimed|"
    r"murder\w*|funerals?|graves?|mourn\w*)\b",
    re.IGNORECASE,
)
_INJURY = re.compile(r"\b(?:injur\w+|wound(?:s|ed|ing)?|hurt)\b", re.IGNORECASE)


def fits(question: str, candidate: Candidate) -> bool:
    """Whether it gives a number where one is asked for, and not that of the injured for the dead.

    A sentence that speaks of the injured alone says nothing about the dead, nor the reverse.
    """
    if _HOW_MANY.search(question) and not _counts(candidate.quote):
        return False
    passage, span = candidate.hit.passage, candidate.span
    start, end = sentence_around(passage, span.start, span.end)
    sentence = passage.article.text[start:end]
    of_death, of_injury = _DEATH.search(question), _INJURY.search(question)
    if of_death and not of_injury:
        return not _INJURY.search(sentence) or _TELLS_OF_DEATH.search(sentence) is not None
    if of_injury and not of_death:
        return not _DEATH.search(sentence) or _INJURY.search(sentence) is not None
    return True


def _counts(quote: str) -> bool:
    return bool(quantities(quote)) or _ABOUT_AS_MANY.search(quote) is not None
