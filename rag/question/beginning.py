"""The plain words of a question in; where the question itself begins out.

Greetings, requests ("could you tell me") and circumstances stand before it.
"""

from __future__ import annotations

import re

from rag.text.lexicon import AUXILIARY

PREPOSITION = (
    "(?:about|after|against|at|before|between|by|during|for|from|in|into|of|on|onto|over|since|"
    "through|till|to|towards?|under|until|upon|with|without)"
)
_WH = "(?:who|whom|whose|what|which|where|when|why|how)"
_REQUEST = (
    "(?:tell|list|name|give|show|summari[sz]e|explain|describe|make|say|write|sum|provide|find|"
    "enumerate|trace|walk|outline|recap|brief|please|put)"
)

# Words that stand before the question itself and say nothing about its kind.
_BEFORE = re.compile(
    rf"(?:(?:hi|hello|hey|dear \w+|thanks|thank you|please|and|but|so|ok|okay|well|also|now|then|"
    rf"exactly(?= when)|[,.!]) |"
    rf"(?:can|could|would|will) you (?:please |kindly |just |maybe )*(?={_REQUEST} )|"
    rf"(?:i (?:need|want|would like|am looking for) |(?:tell|give|show) (?:me|us) |have you got )"
    rf"(?=(?:an?|the|any) ))+"
)
_LEAD_IN = re.compile(
    r".*\b(?:tell (?:me|us)|telling (?:me|us)|like to know|want to know|need to know|"
    r"wish to know|curious|wonder(?:ing|ed)?|do (?:you|we) (?:know|remember)|"
    r"(?:can|could) you (?:say|explain|find out)|not understand|any idea|remind (?:me|us)|"
    r"(?:i|we) (?:forgot|forget|have forgotten)|(?:not|can not) (?:remember|recall)|not sure|"
    r"(?:may|can|could) (?:i|we) know|let (?:me|us) know|not know)"
    rf" (?:please |exactly |, )*(?=(?:{PREPOSITION} )?{_WH}\b|if\b|whether\b|{AUXILIARY} )"
)
_OPENING = re.compile(
    rf"(?:(?:and|but|so|then|exactly|ok) )*(?=(?:{PREPOSITION} )?{_WH}\b(?! (?:is|was) why)|"
    rf"whether\b|{AUXILIARY} |(?:list|name|enumerate) (?!of\b))"
)
_BACKGROUND = re.compile(rf"when (?!{AUXILIARY} |exactly |, )")
_INSIDE = re.compile(rf"\b(?:{PREPOSITION} )?(?:which|what|whose|how many|how much)\b")


def beginning(plain: str) -> int:
    """Where the question itself begins, behind greetings, requests and circumstances."""
    lead_in = _LEAD_IN.match(plain)
    begin = lead_in.end() if lead_in else 0
    before = _BEFORE.match(plain, begin)
    begin = before.end() if before else begin
    openings = [start for start in _clauses(plain, begin) if _OPENING.match(plain, start)]
    if len(openings) > 1 and _BACKGROUND.match(plain, openings[0]):
        openings = openings[1:]
    if openings:
        opening = _OPENING.match(plain, openings[0])
        return opening.end() if opening else begin
    if plain.startswith("if ", begin):
        return begin
    inside = _INSIDE.search(plain, begin)
    return inside.start() if inside else begin


def _clauses(plain: str, begin: int) -> list[int]:
    """Where the clauses begin that marks set apart."""
    starts = [begin]
    for offset in range(begin, len(plain) - 2):
        if plain[offset] in ",;:.?!" and plain[offset + 1] == " " and plain[offset - 1] == " ":
            starts.append(offset + 2)
    return starts
