"""Finds negation cues: words that negate, deny, doubt or limit a part of a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.text.sentences import Offsets

CueSort = Literal["not", "contrast", "refusal", "denial", "falsity", "doubt", "part"]

# Not ``word_spans``: clauses are told apart by marks, which have to be tokens.
_TOKEN = re.compile(r"[^\W_][\w’'-]*(?:\.\w+)*|[^\w\s]")
_RELATIVE = frozenset("who whom whose which where".split())
_SUBORDINATE = frozenset(
    "that because although though while whereas when after before if whether unless until since "
    "but as".split()
)
_MARKS = frozenset(";:–—()?")
_NOT = frozenset(
    "not never no nobody none nothing neither nor nowhere cannot hardly barely scarcely without "
    "lacks lacked lacking".split()
)
_CONTRAST = re.compile(
    r"(?:(?:,|\band)\s+not(?! yet\b| only\b)|\binstead of|\brather than|\bwithout|"
    r"\bnot(?= [^,;]{1,40} but\b)|\bother than)\s+"
    r"(?P<scope>[^,;.:]*?)(?=\s(?:but|when|as|because|after|before)\b|[,;.:]|\Z)",
    re.IGNORECASE,
)
_NO_NEGATION = re.compile(
    r"\bnot only\b|\bno doubt\b|\bno less than\b|\bnot least\b|\bno fewer than\b|\bno sooner\b|"
    r"\bno matter\b|\bno one but\b|\bno later than\b|\bno more than\b|\bnothing but\b|"
    r"\bno wonder\b",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"\b(?:refus(?:e[sd]?|ing) (?:to)?|fail(?:s|ed|ing)?(?: to| in)?|declin(?:e[sd]?|ing) to|"
    r"reject(?:s|ed|ing)?|rul(?:e[sd]?|ing) out|prevent(?:s|ed|ing)?|block(?:s|ed|ing)?|"
    r"cancel(?:s|led|ed|ling)?|abandon(?:s|ed|ing)?|called off|turned down|drop(?:ped|s) (?:its|"
    r"his|her|their|the|plans?)|clear(?:s|ed) (?=[^,;.]{1,60} of\b)|acquit(?:s|ted)?|escaped|"
    r"avoid(?:s|ed)?|yet to|far from|stopped short of|opposed to|vetoed|withdrew|withdraws|"
    r"scrapped|banned from|"
    r"barred from|unable to|have yet to|has yet to|dismiss(?:es|ed) (?=[^,;.]{1,80}\bas\b))\b",
    re.IGNORECASE,
)
# What nearly happened did not happen; "nearly 300" is a figure.
_NEARLY = re.compile(
    r"\b(?:nearly|almost|narrowly (?:avoided|escaped)|all but|came close to|came near)\s+"
    r"(?!\d|all\b|every|everyone|half\b|as\b|the same|twice|double|an?\b|two|three|four|five|six|"
    r"seven|eight|nine|ten|hundred|thousand|million)"
    r"(?:(?:have|had|be|been|being) )*(?P<scope>[\w-]+)",
    re.IGNORECASE,
)
_DENIAL = re.compile(r"\b(?:den(?:y|ies|ied|ying)|disput(?:e|es|ed|ing)|denial)\b", re.IGNORECASE)
_FALSITY = re.compile(
    r"\b(?:nonsense|false|untrue|unfounded|baseless|a lie|(?:a pack of|are|were|as|told|telling) "
    r"lies|a myth|hoax|fabricated|invented|fairy tale|groundless|no truth|no evidence|no sign|"
    r"no indication|no proof)\b",
    re.IGNORECASE,
)
_DOUBT = re.compile(
    r"\b(?:may|might|could|would|will|shall|should|plan(?:s|ned|ning)? to|(?:is|are|was|were) to|"
    r"expect(?:s|ed|ing)? to|(?:is|are|was|were) expected|hop(?:e[sd]?|ing) (?:to|for|that)|"
    r"want(?:s|ed|ing)? to|wish(?:es|ed)? to|seek(?:s|ing)?|sought|aim(?:s|ed|ing)? (?:to|at)|"
    r"consider(?:s|ed|ing)?|intend(?:s|ed)? to|mean(?:s|t) to|urg(?:e[sd]?|ing)|call(?:s|ed|"
    r"ing)? (?:for|on)|ask(?:s|ed|ing)? (?:for|to|that)|demand(?:s|ed|ing)?|propos(?:e[sd]?|ing|"
    r"als?)|suggest(?:s|ed|ing)?|recommend(?:s|ed|ing|ations?)?|if|whether|unless|rumou?rs?|"
    r"alleged(?:ly)?|alleg(?:es|ations?)|accus(?:e[sd]?|ations?)|suspect(?:s|ed)?|reportedly|"
    r"(?:is|are|was|were) (?:said|believed|thought) to|likely|unlikely|possibl[ey]|perhaps|"
    r"probably|promis(?:e[sd]?|ing) to|pledg(?:e[sd]?|ing) to|vow(?:s|ed|ing) to|agree[sd]? to|"
    r"invit(?:e[sd]?|ation)|"
    r"threaten(?:s|ed)? to|offer(?:s|ed)? to|appl(?:y|ied|ication)|planned|due to|set to|"
    r"about to)\b",
    re.IGNORECASE,
)
# What somebody is asked, allowed, expected or planning to do is not done yet.
_WANTED = re.compile(
    r"\b(?P<words>(?:ask|order|want|urg|request|advis|instruct|invit|press|encourag|allow|permit|"
    r"requir|expect|implor|beg|tell|commission|authori[sz])(?:e[sd]?|s|ed|ing|ged)?|told|calls?|"
    r"plans?|proposals?|demands?|pressure|permission|deadline|right|chance|motion|bill|attempts?|"
    r"efforts?|ready|willing|prepared)(?: [\w’'-]+){0,6}?(?P<scope> to(?= [a-z]))",
    re.IGNORECASE,
)
_PART = re.compile(
    r"\b(?:remaining|some of|most of|part of|parts of|partly|partially|in part|except|apart from|"
    r"not all|half of|several of|a few|few of|many of|the rest|the others|one of|two of|three of|"
    r"only)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class NegationCue:
    """``words`` is the span of the cue, ``scope`` are the spans that it applies to."""

    sort: CueSort
    words: Offsets
    scope: tuple[Offsets, ...]

    def covers(self, place: int) -> bool:
        return any(start <= place < end for start, end in self.scope)


def negation_cues(text: str) -> list[NegationCue]:
    """All cues of the sentence, in order.

    A negation applies to its clause, a contrast ("not six") to the words behind it, a refusal, a
    denial or a doubt to what follows, a falsity ("nonsense") or a part ("some of") to the sentence.
    """
    found = [*_negations(text), *_contrasts(text)]
    whole = ((0, len(text)),)
    for match in _FALSITY.finditer(text):
        found.append(NegationCue("falsity", match.span(), whole))
    for match in _PART.finditer(text):
        found.append(NegationCue("part", match.span(), whole))
    for match in _WANTED.finditer(text):
        scope = ((match.end("scope"), _scope_end(text, match.end("scope"))),)
        found.append(NegationCue("doubt", match.span("words"), scope))
    for match in _NEARLY.finditer(text):
        found.append(
            NegationCue("refusal", (match.start(), match.start("scope")), (match.span("scope"),))
        )
    for sort, pattern in (("refusal", _REFUSAL), ("denial", _DENIAL), ("doubt", _DOUBT)):
        for match in pattern.finditer(text):
            scope = ((match.end(), _scope_end(text, match.end())),)
            found.append(NegationCue(sort, match.span(), scope))  # type: ignore[arg-type]
    return sorted(found, key=lambda cue: cue.words)


def clauses(text: str) -> list[tuple[Offsets, ...]]:
    """The clauses of a sentence, each as the spans that belong to it.

    A relative clause between commas interrupts the clause around it.

    >>> text = "Lomasz, who has no party, will not stand."
    >>> [[text[a:b] for a, b in clause] for clause in clauses(text)]
    [['Lomasz,', 'will not stand.'], ['who has no party,']]
    """
    stretches: list[list[Offsets]] = [[]]
    current, start, outer = 0, 0, -1
    tokens = list(_TOKEN.finditer(text))
    for number, match in enumerate(tokens):
        word = match.group().lower()
        after_comma = number > 0 and tokens[number - 1].group() == ","
        opens = word in _RELATIVE or (word in _SUBORDINATE and number > 0)
        joins = after_comma and word in {"and", "or", "but", "so"}
        if opens or joins or word in _MARKS:
            stretches[current].append((start, match.start()))
            outer = current if word in _RELATIVE and after_comma else -1
            stretches.append([])
            current, start = len(stretches) - 1, match.start()
        elif word == "," and outer >= 0:
            stretches[current].append((start, match.end()))
            current, start, outer = outer, match.end(), -1
    stretches[current].append((start, len(text)))
    return [trimmed for clause in stretches if (trimmed := _trimmed(text, clause))]


def _trimmed(text: str, clause: list[Offsets]) -> tuple[Offsets, ...]:
    spans = []
    for start, end in clause:
        piece = text[start:end]
        start += len(piece) - len(piece.lstrip())
        end = start + len(piece.strip())
        if end > start:
            spans.append((start, end))
    return tuple(spans)


def _negations(text: str) -> list[NegationCue]:
    idle = [match.span() for match in _NO_NEGATION.finditer(text)]
    idle += [match.span() for match in _CONTRAST.finditer(text)]
    idle += [match.span() for match in _FALSITY.finditer(text)]
    found = []
    for clause in clauses(text):
        for match in _TOKEN.finditer(text):
            inside = any(start <= match.start() < end for start, end in clause)
            if not inside or any(start <= match.start() < end for start, end in idle):
                continue
            word = match.group().lower()
            if word in _NOT or word.endswith(("n't", "n’t")):
                found.append(NegationCue("not", match.span(), clause))
    return found


def _contrasts(text: str) -> list[NegationCue]:
    return [
        NegationCue("contrast", (match.start(), match.start("scope")), (match.span("scope"),))
        for match in _CONTRAST.finditer(text)
    ]


def _scope_end(text: str, start: int) -> int:
    """Where the scope of a cue ends: at a semicolon, or where another clause is joined."""
    end = re.compile(r";|,\s+(?:but|and|while|or)\b|\s–\s|\bbut\b").search(text, start)
    return end.start() if end else len(text)
