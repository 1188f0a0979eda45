"""Questions that are only a part: the earlier question in, the same one with that part put in out.

"And in 2023?", "What about Syria?", "Why?", "Who else?", "And according to the union?"
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.question.date_words import date_words, redate
from rag.question.kinds import kind_of
from rag.question.marked import Words, words_of
from rag.text.entities import Entity, Known, entities
from rag.text.lexicon import (
    AUXILIARIES,
    FUNCTION_WORDS,
    PLACES,
    PREPOSITIONS,
    QUESTION_WORDS,
    wording,
)

_MOST_WORDS = 8
_LEAD = re.compile(r"(?:(?:and|but|so|or|ok|okay|well|then|also|now)\b[,\s]*)+", re.IGNORECASE)
_WHAT_ABOUT = re.compile(r"(?:what|how) about\s+|what of\s+", re.IGNORECASE)
_BARE = re.compile(
    r"(?:who|whom|whose|what|which(?: ones?)?|when|where|why|how(?: (?:many|much|long|old|often|"
    r"come|so|far))?)(?: (?:else|not|exactly|precisely|then|again|ones?))*|"
    r"(?:since|until|till|for|from|by|with|to|of|about|at|on|in|against|under|after|before) "
    r"(?:who|whom|what|which|when|where|how)(?: [\w-]+){0,4}"
)
_MORE = re.compile(
    r"(?:please )?(?:tell me more|more(?: details?| please)?|go on|continue|really|any(?:thing|one|"
    r"body|where)? ?(?:else|others?|more)|are you sure|for example|such as|and then|then)"
    r"(?: please| about (?:it|that|this))?"
)
_ASKED = re.compile(
    r"\s*(?:(?:and|but|so)\s+)?(?:(?:in|on|at|by|to|with|for|from|of|about|since|until)\s+)?"
    r"(?:how (?:many|much|long|old|often|far|high|deep)|who else|what else|who|whom|whose|what|"
    r"which|when|where|why|how)\b",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"(?P<preposition>according to|(?:" + "|".join(sorted(PREPOSITIONS)) + r"))\s+", re.IGNORECASE
)
_ARTICLE = re.compile(r"(?:the|a|an)\s+", re.IGNORECASE)
_PLACED = re.compile(r"\b(?:in|at|near|from|to|into|across|outside)\s+(?:the\s+)?\Z", re.IGNORECASE)
_COMMON = r"(?:the|an?)\s+(?P<noun>[\w-]+)"
_BEHIND_AUXILIARY = re.compile(
    r"\b(?:did|does|do|has|have|had|is|was|will)\s+(?!(?:the|an?|it|he|she|they|there)\b)"
    r"(?P<noun>[\w-]+)",
    re.IGNORECASE,
)
_OWNED = re.compile(r"(?:his|her|their|its)\s", re.IGNORECASE)
_END = " \t.?!,;:"


@dataclass(frozen=True, slots=True)
class Part:
    """A question that is only a part: "why", "in 2023", "Syria", "her name", "tell me more"."""

    sort: Literal["asked", "date", "name", "owned", "more"]
    text: str


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A whole question, and the words of the earlier one that are in it."""

    text: str
    kept: str


def part_of(question: str, *, known: Known | None = None) -> Part | None:
    """What ``question`` adds to an earlier one, when it is no whole question by itself."""
    lead = _LEAD.match(question)
    linked = lead is not None and lead.end() < len(question)
    text = question[lead.end() if linked and lead else 0 :].strip(_END)
    plain = wording(text).plain
    if not plain:
        return None
    if _MORE.fullmatch(plain) or _MORE.fullmatch(wording(question).plain.rstrip(" .?!")):
        return Part("more", "")
    words = words_of(text, known=known)
    if (match := _WHAT_ABOUT.match(text)) and not _has_verb(words):
        return _fragment(text[match.end() :])
    if _BARE.fullmatch(plain) and not _has_verb(words) and not any(words.named):
        return Part("asked", text)
    return _fragment(text) if _is_fragment(question, text, words, linked=linked) else None


def rebuild(earlier: str, part: Part, *, known: Known | None = None) -> Rebuilt:
    """``earlier`` with ``part`` put in, in the place of what is of the same sort there."""
    whole = earlier.strip(_END)
    if part.sort == "more":
        return Rebuilt(f"{whole}?", whole)
    if part.sort == "asked":
        asked = _ASKED.match(whole)
        kept = whole[asked.end() :].strip() if asked else _lower_auxiliary(whole)
        return Rebuilt(f"{part.text} {kept}?", kept)
    if part.sort == "date" and (dated := redate(whole, part.text)):
        return Rebuilt(f"{dated}?", _kept(whole, dated))
    if part.sort == "name" and (span := _counterpart(whole, part.text, known)):
        start, end, new = span
        before, after = whole[:start].strip(), whole[end:].strip()
        text = f"{whole[:start]}{new}{whole[end:]}?"
        return Rebuilt(text, " … ".join(filter(None, (before, after))))
    return Rebuilt(f"{whole} {part.text}?", whole)


def _lower_auxiliary(whole: str) -> str:
    """The question as it is written behind "why": "did he go"."""
    first = whole.split(" ", 1)[0]
    return first.lower() + whole[len(first) :] if first.lower() in AUXILIARIES else whole


def _fragment(text: str) -> Part:
    if _OWNED.match(text):
        return Part("owned", text)
    dates = date_words(text)
    covered = sum(said.end - said.start for said in dates)
    return Part("date" if covered * 2 > len(text) else "name", text)


def _only_dates(text: str) -> bool:
    """Whether the dates in ``text`` are all that it tells: not "the flood of March 2023"."""
    left = text
    for said in reversed(date_words(text)):
        left = left[: said.start] + left[said.end :]
    return set(wording(left).plain.split()) <= FUNCTION_WORDS | set(",")


def _has_verb(words: Words) -> bool:
    return any(word in AUXILIARIES for word in words.plain)


def _is_fragment(question: str, text: str, words: Words, *, linked: bool) -> bool:
    """Whether ``text`` has no verb as far as can be told, and is a name, a date or a place."""
    plain = words.plain
    if len(plain) > _MOST_WORDS or _has_verb(words) or QUESTION_WORDS & set(plain):
        return False
    if kind_of(text).kind not in ("passage", "span", "when"):
        return False
    if linked:
        return True
    if plain[0] in PREPOSITIONS or plain[:2] == ("according", "to"):
        return len(plain) <= 6
    if date_words(text) and _only_dates(text):
        return True
    return "?" in question and all(words.named)


def _kept(whole: str, dated: str) -> str:
    """The words of ``whole`` that are still in ``dated``: before and after the date."""
    start = 0
    while start < min(len(whole), len(dated)) and whole[start] == dated[start]:
        start += 1
    start = whole.rfind(" ", 0, start) + 1
    said = date_words(whole)[-1]
    return " … ".join(filter(None, (whole[:start].strip(), whole[said.end :].strip())))


def _counterpart(whole: str, text: str, known: Known | None) -> tuple[int, int, str] | None:
    """What ``text`` replaces in ``whole``: its span there and the new words, or None."""
    led = _PREPOSITION.match(text)
    new = text[led.end() :] if led else text
    names = [one for one in entities(whole, known=known) if one.sort != "number"]
    if led:
        return _after_preposition(whole, led["preposition"], new, names, known)
    if new.endswith(("'s", "’s")):
        owners = [name for name in names if whole[name.end : name.end + 2] in ("'s", "’s")]
        return (*_span(whole, owners[-1]), new[:-2]) if owners else None
    if names and _is_name(new, known):
        return (*_span(whole, _same_sort(whole, new, names)), new)
    if _ARTICLE.match(new):
        return _common_subject(whole, new)
    return _subject(whole, new) if not names else None


def _after_preposition(
    whole: str, preposition: str, new: str, names: list[Entity], known: Known | None
) -> tuple[int, int, str] | None:
    """What stands behind the same preposition, and is a name if ``new`` is one."""
    places = [match.end() for match in re.finditer(rf"(?i)\b{preposition}\s+", whole)]
    for place in reversed(places):
        for name in names:
            start, end = _span(whole, name)
            if start == place and (_is_name(new, known) or " " in preposition):
                return start, end, new
        common = re.compile(_COMMON).match(whole, place)
        if common and (" " in preposition or not _is_name(new, known)):
            return common.start(), common.end(), new
    return None


def _is_name(text: str, known: Known | None) -> bool:
    return any(found.sort != "number" for found in entities(f"and {text}", known=known))


def _span(whole: str, name: Entity) -> tuple[int, int]:
    """The name with its article."""
    article = re.search(r"(?i)\b(?:the|an?)\s+\Z", whole[: name.start])
    return (article.start() if article else name.start), name.end


def _same_sort(whole: str, new: str, names: list[Entity]) -> Entity:
    """The last place for a place, else the first name that is none, else the last name."""
    place = _ARTICLE.sub("", new.lower()) in PLACES
    alike = [name for name in names if _is_place(whole, name) == place]
    if not alike:
        return names[-1]
    return alike[-1] if place else alike[0]


def _is_place(whole: str, name: Entity) -> bool:
    return name.text.lower() in PLACES or _PLACED.search(whole[: name.start]) is not None


def _subject(whole: str, new: str) -> tuple[int, int, str] | None:
    """In lower case: the word behind the first auxiliary."""
    match = _BEHIND_AUXILIARY.search(whole)
    return (match.start("noun"), match.end("noun"), new) if match else None


def _common_subject(whole: str, new: str) -> tuple[int, int, str] | None:
    """The role that the question is about: "the pilot" in "did the pilot", "to the ministry"."""
    match = re.search(rf"(?i)\b(?:did|does|do|according to)\s+(?P<all>{_COMMON})", whole)
    return (match.start("all"), match.end("all"), new) if match else None
