"""What the form of a question says about its kind: patterns over ``rag.text.lexicon``.

Every pattern is matched against plain words: lower case, single spaces, marks standing alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.question.beginning import PREPOSITION
from rag.question.saying import GAP, SAYING
from rag.text.lexicon import AUXILIARY
from rag.types import Kind

_PRONOUN = "(?:i|you|he|she|it|we|they|there|this|that|these|those)"
_MEASURE = (
    "(?:many|much|old|long|far|deep|tall|high|low|big|large|small|often|fast|quickly|wide|broad|"
    "heavy|thick|hot|cold|warm|strong|close|near|few|frequently|early|soon|expensive|rich)"
)
_NOT_A_QUALITY = (
    f"(?!(?:{AUXILIARY}|{_PRONOUN}|the|an?|his|her|its|their|our|my|your|no|people|residents|"
    "come|about|else)\\b)"
)
_NOT_A_NOUN = "".join(
    rf"(?<!\b{word} )" for word in ("the", "a", "an", "of", "his", "her", "its", "their")
)
_STANCE = (
    "(?:reaction|response|reply|answer|position|stance|attitude|view|opinion|motive|motivation|"
    "comment|arguments?|explanation|excuse|assessment|message|warning|advice|impression)"
)
_NOT_MINDED = "".join(
    f"(?<!{word} )"
    for word in (
        *("arguing", "talking", "complaining", "asking", "speaking", "thinking", "boasting"),
        *("ed", "angry", "sorry", "happy", "glad", "anxious"),
    )
)
_PERIODS = "(?:days?|weeks?|months?|years?|hours?)"

_PART_OF_YEAR = (
    "(?:weekend|spring|summer|autumn|fall|winter|january|february|march|april|may|june|july|"
    "august|september|october|november|december)"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind and the words that show it; ``anywhere`` or only where the question itself begins."""

    kind: Kind
    pattern: re.Pattern[str]
    anywhere: bool = False


def _cue(kind: Kind, *alternatives: str) -> Rule:
    return Rule(kind, re.compile(rf"\b(?:{'|'.join(alternatives)})(?!\w)"), anywhere=True)


def _form(kind: Kind, *alternatives: str) -> Rule:
    return Rule(kind, re.compile(rf"(?:{'|'.join(alternatives)})(?!\w)"))


TOLD = (
    _cue(
        "timeline",
        "time(?:-| )?lines?(?: of)?",
        r"chronolog\w+",
        "sequence of",
        "(?:order|course|chain|series|succession) of events",
        r"events? (?:\w+ ){0,8}?in (?:the )?order",
        r"chronicle (?:of|the)\b",
        "key dates",
        "from (?:the )?(?:beginning|start) to (?:the )?(?:end|finish)",
        "what happened when(?= in| during|,| [?]|$)",
        rf"{_PERIODS} by {_PERIODS}",
        "(?:step by step|stage by stage|blow by blow)",
        r"(?:the )?(?:various |different )?(?:stages|phases) (?:of|from)",
        "milestones",
        r"how (?:did|has|have|had|do|does) .{1,200}?(?:unfold|evolve|progress|proceed|develop)"
        r"(?:e?d)?(?= (?:[?,.]|over|from|since|during|in|on|through|after|until|up|week|day|month|"
        r"so|between|across|step)|$)",
        "events? (?:leading|that led) (?:up )?to",
        "(?:re)?trace the (?:history|course|rise|fall|growth|spread|story|path|progress|career|"
        "development|evolution|events|steps|stages|origins?|chain|sequence)",
        "what (?:has |had )?happened (?:.{1,200}? )?from .{1,200}? (?:to|until|till)",
        rf"what (?:has |had )?happened .{{0,200}}?over (?:the|these|those) .{{0,40}}?{_PERIODS}",
        "what (?:has |had )?happened first",
    ),
    Rule("timeline", re.compile(r"(?:(?:the|what is the) )?(?:whole |full )?history of")),
    _cue(
        "summary",
        r"summar(?:y(?! execution| trial)|ies|i[sz]e[ds]?|i[sz]ing)",
        "sum up",
        "overview",
        "gist",
        r"(?:main|key|central|chief|most important) "
        "(?:points|takeaways|findings|messages|results|facts)",
        "takeaways",
        r"(?:in short(?! supply)|in brief|in a nutshell|in a few words|in general(?! election))",
        "(?:(?<=, )|(?<! ))briefly",
        "briefly (?:tell|describe|explain|outline|say|state|sketch|what|how|why)",
        r"(?:recap(?:s|ped|ping)?|recapitulat\w+)",
        "tldr",
        "synopsis",
        "brief (?:me|us)(?= (?:on|about|,)|$)",
        "outline of",
        "(?:the )?essentials of",
        "(?:short|brief|quick|condensed|concise) (?:version|account|outline|rundown|digest|report)",
        "(?:the )?(?:essence|digest|highlights|bottom line|long and short) of",
        r"boil .{1,60}? down",
        "(?:catch|fill) (?:me|us) (?:up|in)",
        "up to speed",
    ),
)
YES_OR_NO = (
    Rule(
        "yesno",
        re.compile(
            rf"{AUXILIARY} (?:not )?(?=\w)(?!(?:you|we|there)(?: got)? any (?:news|updates?)\b)"
            r"|whether\b|if\b"
            rf"|(?:may|might|ought|need) (?={_PRONOUN} |the |an? |any|\w+ (?!of ).*\?)(?!day |\d)"
            r"|(?:are there |so far )?any (?!news|updates?|developments?|new |other)[\w-]+"
            r"(?: \w+){0,2}(?= \?|$)"
        ),
    ),
    Rule(
        "yesno",
        re.compile(
            rf", (?:right|correct|true|yes|no|{AUXILIARY} (?:not )?{_PRONOUN}(?: not)?)(?= \?|$)"
        ),
        anywhere=True,
    ),
)
LATEST = (
    _cue(
        "latest",
        "(?<!at the )(?:latest|newest|most recent(?:ly)?)",
        "any (?:news|updates?|(?:new |recent |further )?developments?)",
        "up(?:-| )?date(?:s)? (?:on|about)",
        "up(?:-| )to(?:-| )date",
        "(?:news|developments?) (?:on|about|of|from)",
        "recent (?:news|developments?|events?|information|figures)",
        "what is (?:new|going on|happening)",
        r"current(?:ly)?(?! of\b)",
        "(?:at the moment|at present|presently|nowadays|right now|as of (?:now|today)|these days)",
        r"(?<=\w )(?<!until )(?<!till )(?<!by )(?<!before )now(?! that)",
        "(?:lately|last (?:heard|reported|seen|known)|last thing (?:heard|known|reported))",
        "present (?:price|state|status|situation|number|level|value|rate|government|owner)",
        "state of play",
        "how do (?:things|matters) stand",
        "where (?:do|does) .{1,80}? stand(?= |$)",
        r"the last (?:that )?(?:we|you|one|was) (?:have )?(?:hear|heard|know|knew)",
        rf"(?:what|where|who|whom|how) .{{0,160}}?\b(?:did|have|has) .{{0,160}}?\blast "
        rf"(?!{_PERIODS}|night|time|\w*day|{_PART_OF_YEAR})\w+(?= \?|$)",
    ),
)
WEAK_SUMMARY = (
    _cue(
        "summary",
        "what (?:(?:has|had) )?(?:happened(?! to (?!be\\b))|went on|took place|occurred)",
        "what (?:do|did) (?:we|you) know",
        "what is (?:known|written|reported)",
        "what (?:was|were) (?:agreed|decided|achieved|resolved)",
        "what came out of",
        "tell (?:me|us) (?:more |something |everything |all )?about",
        rf"what (?:is|was|are|were) .{{1,200}}? {_NOT_MINDED}about(?= \?| ?$)",
        r"what is in (?:the|this|that)",
        "what is the (?:whole )?story (?:with|behind|of)",
        "what (?:should|must|need|ought) (?:i|we) (?:to )?know about",
        "what does (?:the|this) (?:article|story|report|text|paper|piece) say(?= \\?| ?$)",
    ),
)
WHEN = (
    _form(
        "when",
        "(?:(?:by|from|for|around|about|before|after) )?when(?! it comes to| had)",
        "how (?:long ago|soon)",
        "at what point",
        "what (?:was|is|will be) the day",
        rf"(?:{PREPOSITION} )?(?:what|which)(?: (?:exact|calendar))? (?:date|day|month|year)(?!-)",
        "what (?:is|was|will be) the (?:exact )?(?:date|day|month|year)(?: (?:of|that|when|on))?",
        "the (?:exact )?date of",
    ),
)
LIST_REQUEST = (
    _form(
        "list",
        "(?:list|enumerate|name|mention|identify)(?! of)",
        "(?:(?:give|show|tell|provide|find)(?: (?:me|us))?(?: with)? )?"
        r"(?:an?|the|all|every)(?: the)?(?: \w+)? (?:list|names|members)(?= of)",
        r"(?:give|show|find|tell)(?: (?:me|us))? (?:all(?: the)? \w+|the names)",
        "(?:what|which) else",
        f"which {AUXILIARY} they",
        "who all",
        r"who were (?:\w+ly )?\w+e[dn]",
        "which of (?:the|these|those) .{1,60}? (?:are|were|have|do)",
        "who (?:both )?(?:attended|participated|took part|takes part|met|meets)",
    ),
)
MANNER = (
    _form(
        "passage",
        rf"{PREPOSITION} (?:what|which) (?:way|manner|grounds?|conditions?|circumstances|note|"
        "terms|reasons?|purpose|pretext|"
        "sense|basis|extent|capacity|spirit)",
    ),
)
MEASURE = (
    _form(
        "span",
        rf"(?:{PREPOSITION} )?how (?:{_MEASURE}|{_NOT_A_QUALITY}\w+(?= {AUXILIARY}))",
    ),
)
# What somebody says that it is: one thing is asked for, not all that was said.
SAID_TO_BE = (_form("span", rf"what {AUXILIARY} .{{1,120}}?\b{GAP}"),)
PASSAGE = (
    _form(
        "passage",
        "how(?: come)?",
        "why(?: not)?",
        "(?:please )?(?:explain|describe)",
        "what is (?:new|going on|happening)",
        "what is the (?:latest|newest|last|state of play|current (?:status|state|situation))"
        "(?= (?:on|about|in|with|news|from|regarding|of|information|update|we|you|\\?)|$)",
        r"what (?:caused|led|triggered|prompted|made|makes|drove|held|brought|provoked|explains|"
        "forced|persuaded|delayed|went wrong|is behind|lies behind|was behind|lay behind)",
        "what (?:is|was|were|are) the (?:main )?reasons?",
        "what (?:is|was) it like",
        "what (?:difference|effect|impact|influence|role|purpose|significance|consequences?) "
        f"{AUXILIARY}",
        f"what (?:single )?(?:reason|{_STANCE}) (?:did|does|do|has|have|had|was|were|is|gave|made)",
        rf"what (?:is|was|were|are) .{{1,120}}?{_STANCE}",
        rf"what (?:did|does|do|has|have|had|was|is|are|were|would|will|exactly|once|\W)+ "
        rf"?.{{0,160}}?\b{_NOT_A_NOUN}{SAYING}",
        r"what (?:said|says|tells?) ",
        "what (?:(?:has|had) )?happened to(?! be\\b)",
        r"what (?:is|was|are|were) .{1,120}? (?:\w+ed|angry|sorry|happy|glad|anxious) about",
    ),
)
SPAN = (
    _form(
        "span",
        "(?:since|until|till) when",
        "when had",
        f"(?:{PREPOSITION} )?(?:who|whom|whose|where|which|what)(?: {AUXILIARY})?",
        "name of",
    ),
)
