"""Verbs of saying and thinking, as patterns over the plain words of ``rag.text.lexicon``.

"What did she say?" asks for what was said, "What did she say would happen?" for one thing in it.
The verbs are those of Levin, "English Verb Classes and Alternations", 1993, sections 29.4, 37 and
38, that news use.
"""

from __future__ import annotations

from rag.text.lexicon import AUXILIARY, PREPOSITIONS

_REGULAR = (
    "acknowledge add admit advise allege announce argue assert assure boast caution clarify "
    "communicate complain concede conclude confess confide confirm contend convey criticise "
    "criticize declare deny describe disclose discuss emphasise emphasize explain indicate insist "
    "joke lament mention observe pledge preach predict proclaim promise propose reaffirm recall "
    "reflect reiterate remark remind respond reveal stress suggest swear testify underline "
    "underscore urge vow warn"
)
# These are nouns just as often: what did the report say, what did the police report?
_NOUNS_TOO = "answer claim comment demand object reply report show state"
_IRREGULAR = (
    "say says said saying tell tells told talk talked talking speak speaks spoke spoken "
    "think thinks thought write writes wrote written hear heard ask asked replied denied testified "
    "swore sworn do"
)
_OPINIONS = (
    "say says said believe believes believed think thinks thought hope hopes hoped claim claims "
    "claimed expect expects expected fear fears feared suspect suspects suspected predict predicts "
    "predicted argue argues argued suppose supposed consider estimate estimated"
)
_OPENERS = (
    "when while if who which because after before where why how and but as about that than until"
)
_DETERMINERS = "the a an his her its their this that these those no any"


def _forms(verb: str) -> list[str]:
    """``verb`` with its regular endings: describe, describes, described, describing."""
    stem = verb.removesuffix("e")
    if verb.endswith("y"):
        return [verb, f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing"]
    return [verb, f"{verb}s", f"{stem}ed", f"{stem}ing", f"{stem}{stem[-1]}ed"]


def _any(verbs: str, *, inflected: bool) -> str:
    words = [form for verb in verbs.split() for form in (_forms(verb) if inflected else [verb])]
    return "(?:" + "|".join(sorted(set(words), key=len, reverse=True)) + r")(?!\w)"


_FOLLOWS = "|".join(sorted({*PREPOSITIONS, *_DETERMINERS.split(), "when", "to", "if"}))
_STOPS = "|".join(sorted({*PREPOSITIONS, *_OPENERS.split()}))

SAYING = (
    rf"(?:{_any(_REGULAR, inflected=True)}|{_any(_IRREGULAR, inflected=False)}|make of|point out|"
    rf"agree(?= on| about)|{_any(_NOUNS_TOO, inflected=True)}(?= (?:[?,.]|(?:{_FOLLOWS})(?!\w))|$))"
)
# Someone says that something … has a gap where the asked thing would stand.
GAP = (
    rf"{_any(_OPINIONS, inflected=False)}(?: that)?(?: (?!(?:{_STOPS})(?!\w))[\w'’-]+){{0,5}}? "
    rf"(?:{AUXILIARY}|may|might|\w{{2,}}ed)(?!\w)"
)
