"""Switches for the groups of English rules, so that an evaluation can measure what each one gives.

``open_components(…, rules=ALL_RULES.without("speakers"))`` opens an engine that answers as if the
rules of that group had never been written. Users get all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from rag.query.normalize import normalize_question
from rag.text.lexicon import AUXILIARIES
from rag.types import Kind


@dataclass(frozen=True, slots=True)
class Rules:
    """Which groups of rules are on. Each field says what happens instead when it is off.

    ``opposites``: no word of a sentence is the opposite of one of the question.
    ``negation``: nothing is negated, denied, doubted or limited, and no vote is for or against.
    ``relevance_gate``: every sentence speaks to a yes/no question, whatever its predicate.
    ``coordination``: a list question is answered with the best span, not split into items.
    ``follow_ups``: a question is taken as it was typed, without earlier turns.
    ``question_type``: a question's first word decides the kind of answer.
    ``speakers``: no quotation is attributed to anybody.
    ``fitting``: every span could answer, even one without a number where a number is asked for.
    """

    opposites: bool = True
    negation: bool = True
    relevance_gate: bool = True
    coordination: bool = True
    follow_ups: bool = True
    question_type: bool = True
    speakers: bool = True
    fitting: bool = True

    def without(self, group: str) -> Rules:
        """These rules with one of ``RULE_GROUPS`` off; raises ValueError for another name."""
        if group not in RULE_GROUPS:
            raise ValueError(
                f"{group!r} is no group of rules; choose from {', '.join(RULE_GROUPS)}"
            )
        return replace(self, **{group: False})


ALL_RULES = Rules()
RULE_GROUPS = tuple(field.name for field in fields(Rules))


def kind_by_first_word(question: str) -> Kind:
    """The kind of answer, where the rules for the question's type are off.

    >>> [kind_by_first_word(asked) for asked in ("Did it rain?", "When?", "Why?", "Name the ships")]
    ['yesno', 'when', 'passage', 'span']
    """
    first, *_ = normalize_question(question).plain.split() or [""]
    if first in AUXILIARIES:
        return "yesno"
    kinds: dict[str, Kind] = {"when": "when", "why": "passage", "how": "passage"}
    return kinds.get(first, "span")
