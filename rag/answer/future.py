"""A question in; whether it asks about what is to happen rather than what has, out."""

from __future__ import annotations

import re

from rag.answer.predicate import is_participle

# "Is the fee to rise?", not "Was aid sent to Gaza?" and "Was it moved to the harbour?"
_IS_TO = re.compile(
    r"\b(?:is|are|was|were) (?:[\w’'-]+ ){0,5}?(?P<last>[\w’'-]+) to "
    r"(?!(?:the|an?|his|her|its|their)\b)(?-i:[a-z]+)\b",
    re.IGNORECASE,
)


def is_to(question: str) -> bool:
    """Whether it asks what somebody or something is, or was, to do.

    >>> is_to("When is the fee to rise?"), is_to("When was the suspect taken to hospital?")
    (True, False)
    """
    asked = _IS_TO.search(question)
    return asked is not None and not is_participle(asked["last"].lower())
