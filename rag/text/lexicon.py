"""The closed classes of English words, and a question in their plain spelling.

Auxiliaries, prepositions, question words, pronouns and the like are finite lists; everything open
(names, verbs of the news) belongs to trained models instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

MAX_WORDS = 400
_TOKEN = re.compile(r"\w+(?:[-'’.]\w+)*|[,;:.?!]")
_CLITICS = re.compile(
    r"(?P<word>wh(?:at|o|en|ere|y|ich)|how|it|that|there|here|he|she|you|they|we|i)"
    r"(?:'(?P<end>s|re|d|ve|ll)|(?<=what)(?P<s>s)|(?<=where)(?P<s2>s)|(?<=how)(?P<s3>s))"
)
_NEGATED = re.compile(r"(?P<aux>\w{2,6}?)n'?t")
_ENDS = {"s": "is", "re": "are", "d": "would", "ve": "have", "ll": "will"}
_SPELLINGS = {
    "wat": "what",
    "wht": "what",
    "wut": "what",
    "waht": "what",
    "wich": "which",
    "whitch": "which",
    "wen": "when",
    "whn": "when",
    "wher": "where",
    "wether": "whether",
    "hapened": "happened",
    "happend": "happened",
    "hapend": "happened",
    "ther": "there",
    "u": "you",
    "r": "are",
    "pls": "please",
    "plz": "please",
    "plese": "please",
    "sumarize": "summarize",
    "sumarise": "summarise",
    "lastest": "latest",
    "tl": "tldr",
}
AUXILIARIES = frozenset(
    "am is are was were do does did has have had can could will would should shall must".split()
)
AUXILIARY = "(?:" + "|".join(sorted(AUXILIARIES)) + ")"

QUESTION_WORDS = frozenset("who whom whose what which where when why how".split())
PREPOSITIONS = frozenset(
    "about above across after against along among around as at before behind below besides between "
    "beyond by despite during except for from in inside into like near of off on onto out outside "
    "over per regarding since than through throughout till to toward towards under until up upon "
    "via with within without".split()
)
FUNCTION_WORDS = (
    AUXILIARIES
    | QUESTION_WORDS
    | PREPOSITIONS
    | frozenset(
        "a an the this that these those some any no not all both each every either neither other "
        "others another such same own one ones i me my mine myself you your yours he him his she "
        "her hers it its we us our ours they them their theirs himself herself itself themselves "
        "there here then now and or but so if whether because while although though be been being "
        "may might ought also too very just only still already yet ever never again else even more "
        "most less least much many few little several exactly precisely really please ok okay "
        "well yes thanks thank hello hi".split()
    )
)


@dataclass(frozen=True, slots=True)
class NormalizedQuestion:
    """The words and marks of ``text``: ``plain`` is them in lower case with single spaces.

    ``starts`` are the offsets in ``plain`` where its words begin, ``spans`` the places in ``text``
    where the same words stand.
    """

    text: str
    plain: str
    starts: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]

    def said(self, start: int, end: int) -> str:
        """The slice of ``text`` that holds the words of ``plain[start:end]``."""
        inside = [
            span
            for offset, span in zip(self.starts, self.spans, strict=True)
            if start <= offset < end
        ]
        return self.text[inside[0][0] : inside[-1][1]] if inside else ""


def normalize_question(text: str) -> NormalizedQuestion:
    """The first ``MAX_WORDS`` words of ``text``, common misspellings mended and ``'s`` spelled out.

    >>> normalize_question("Whats new, didn't he say?").plain
    'what is new , did not he say ?'
    """
    plain, starts, spans, length = [], [], [], 0
    for number, match in enumerate(_TOKEN.finditer(text)):
        if number == MAX_WORDS:
            break
        for word in _plain_words(match.group().lower().replace("’", "'")):
            plain.append(word)
            starts.append(length)
            spans.append(match.span())
            length += len(word) + 1
    return NormalizedQuestion(text, " ".join(plain), tuple(starts), tuple(spans))


def _plain_words(word: str) -> list[str]:
    word = _SPELLINGS.get(word, word)
    if match := _CLITICS.fullmatch(word):
        return [match["word"], _ENDS[match["end"] or "s"]]
    match = _NEGATED.fullmatch(word)
    if match and {"ca": "can", "wo": "will"}.get(match["aux"], match["aux"]) in AUXILIARIES:
        return [{"ca": "can", "wo": "will"}.get(match["aux"], match["aux"]), "not"]
    return [word]


_NOUN_PHRASE_END = re.compile(
    f"{AUXILIARY}|the|an?|his|her|its|their|this|that|these|those|and|or|but|who|whom|which|if|"
    "i|you|he|she|it|we|they|there|not|about|after|against|as|at|before|by|for|from|in|into|of|"
    r"on|over|since|than|through|to|under|until|with|without|also|still|already|just|[,;:.?!]"
)
_DETERMINER = re.compile(r"the|an?|his|her|its|their|this|that|all|each|every|\d.*|more|no")
_OF_OBJECT = re.compile("the|an?|his|her|its|their")  # what causes the floods
_ASKED_NOUN = re.compile(
    r"(?:(?:about|after|against|at|before|by|during|for|from|in|into|of|on|over|through|to|under|"
    r"upon|with) )?(?:which|what) (?!are |were |is |was |do |does |did |has |have |had |percentage)"
)
_NAMED_NOUN = re.compile(
    r"(?:what|who|which) (?:are|were) (?:some |all )?(?:of )?(?:the|his|her|its|their|[\w-]+'s?|"
    r"[\w-]+(?= \w+'s? ))(?: [\w-]+'s?)? "
)
_ONE_ANSWER = re.compile(
    r".* (?:worth|called|about|doing|led by|named|like|for|used for)(?: together)?(?: \?)?$"
)
_IRREGULAR = frozenset(
    "people men women children mice feet teeth criteria phenomena media police sportsmen "
    "policemen firemen workmen fishermen gunmen clergymen businessmen congressmen".split()
)
_SINGULAR = frozenset(
    "news politics economics physics mathematics athletics ethics series means headquarters gas "
    "bus plus atlas canvas bias texas chaos lens odds times always perhaps was has does is this "
    "says makes goes gives comes happens costs us yes less christmas alias cosmos overseas "
    "explains lies prevents threatens "
    "besides towards whereas".split()
)


def asks_for_several(plain: str, begin: int) -> tuple[int, int] | None:
    """The span of ``plain`` that asks for more than one thing, or None.

    ``plain`` is that of a ``NormalizedQuestion``; the question itself begins at ``begin``.
    """
    for pattern in (_NAMED_NOUN, _ASKED_NOUN):
        match = pattern.match(plain, begin)
        if match is None:
            continue
        if pattern is _NAMED_NOUN and _ONE_ANSWER.match(plain, begin):
            return None
        end = _plural_head(plain, match.end())
        return (begin, end) if end else None
    return None


def _plural_head(plain: str, start: int) -> int:
    """Where the plural noun ends that the phrase at ``start`` is about; 0 when it is singular."""
    words = list(re.finditer(r"\S+", plain[start : start + 120]))
    for number, match in enumerate(words):
        if _NOUN_PHRASE_END.fullmatch(match.group()):
            return 0
        after = words[number + 1].group() if number + 1 < len(words) else "?"
        if is_plural(match.group()) and not _is_verb(number, after):
            return start + match.end()
    return 0


def _is_verb(number: int, after: str) -> bool:
    """Whether a word in -s is a verb: "which team wins the cup", not "which border markets"."""
    determiner = _DETERMINER if number else _OF_OBJECT
    return determiner.fullmatch(after) is not None


def is_plural(word: str) -> bool:
    """Whether an English noun in lower case looks like a plural.

    >>> [is_plural(word) for word in ("countries", "women", "crisis", "bus")]
    [True, True, False, False]
    """
    if word in _IRREGULAR:
        return True
    if word in _SINGULAR or len(word) < 4:
        return False
    return word.endswith("s") and not word.endswith(("ss", "us", "is", "'s"))


PLACES = frozenset(
    name.strip()
    for name in """
    afghanistan, africa, albania, aleppo, algeria, america, andorra, angola, ankara, antarctica,
    argentina, armenia, asia, athens, australia, austria, azerbaijan, baghdad, bahrain, bangladesh,
    barbados, beijing, beirut, belarus, belgium, belize, benin, berlin, bhutan, bolivia, bosnia,
    botswana, brazil, britain, brunei, brussels, bulgaria, burkina faso, burundi, cairo, cambodia,
    cameroon, canada, cape verde, caracas, catalonia, chad, chechnya, chile, china, colombia,
    comoros, congo, costa rica, crimea, croatia, cuba, cyprus, czechia, czech republic, damascus,
    darfur, delhi, denmark, dhaka, djibouti, doha, dominica, dominican republic, dr congo, dublin,
    east timor, ecuador, egypt, el salvador, england, equatorial guinea, eritrea, estonia, eswatini,
    ethiopia, europe, fiji, finland, france, gabon, gambia, gaza, geneva, georgia, germany, ghana,
    greece, greenland, grenada, guatemala, guinea, guinea-bissau, guyana, haiti, hanoi, honduras,
    hong kong, hungary, iceland, india, indonesia, iran, iraq, ireland, islamabad, israel, istanbul,
    italy, ivory coast, jakarta, jamaica, japan, jerusalem, jordan, kabul, kashmir, kazakhstan,
    kenya, khartoum, kiribati, kosovo, kuwait, kyiv, kyrgyzstan, laos, latvia, lebanon, lesotho,
    liberia, libya, liechtenstein, lisbon, lithuania, london, luxembourg, macedonia, madagascar,
    madrid, malawi, malaysia, maldives, mali, malta, manila, mauritania, mauritius, mexico,
    micronesia, moldova, monaco, mongolia, montenegro, morocco, moscow, mozambique, myanmar,
    nairobi, namibia, nauru, nepal, netherlands, new york, new zealand, nicaragua, niger, nigeria,
    north korea, north macedonia, northern ireland, norway, oman, pakistan, palau, palestine,
    panama, papua new guinea, paraguay, paris, peru, philippines, poland, portugal, puerto rico,
    qatar, riyadh, romania, rome, russia, rwanda, samoa, san marino, saudi arabia, scotland,
    senegal, seoul, serbia, seychelles, sierra leone, singapore, slovakia, slovenia, somalia,
    south africa, south korea, south sudan, spain, sri lanka, sudan, suriname, sweden, switzerland,
    syria, taiwan, tajikistan, tanzania, tehran, tel aviv, thailand, tibet, tigray, togo, tokyo,
    tonga, trinidad and tobago, tripoli, tunis, tunisia, turkey, turkmenistan, tuvalu, türkiye,
    uganda, uk, ukraine, united arab emirates, united kingdom, united states, uruguay, us, usa,
    uzbekistan, vanuatu, vatican, venezuela, vienna, vietnam, wales, warsaw, washington, west bank,
    xinjiang, yemen, zambia, zimbabwe
    """.split(",")
)


# These report by themselves.
SAY = frozenset(
    "said says told tells added adds stated states declared declares announced announces "
    "explained explains insisted insists argued argues claimed claims maintained maintains "
    "remarked commented replied replies answered answers responded retorted confirmed confirms "
    "warned warns cautioned predicted predicts promised promises pledged vowed vows testified "
    "stressed emphasised emphasized acknowledged acknowledges admitted "
    "admits conceded concedes joked quipped alleged alleges urged urges accused accuses blamed "
    "blames expressed voiced demanded demands highlighted boasted".split()
)
# These report where one of these words or marks follows.
_THAT = frozenset({"that", ":", "“", '"', "«", "how", "why"})
ALSO_SAY: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        "found finds believed believes thinks thought hoped hopes noted notes wrote writes tweeted "
        "suggested suggests reported reports estimated estimates concluded concludes continued "
        "recalled recalls observed agreed decided showed shows assured whispered shouted cried "
        "expects say underlined underscored".split(),
        _THAT,
    ),
    **dict.fromkeys("described describes".split(), _THAT | {"as"}),
    **dict.fromkeys(
        "called calls labelled labeled branded".split(), _THAT | {"for", "it", "a", "an"}
    ),
    **dict.fromkeys("put puts".split(), _THAT | {"at"}),
    **dict.fromkeys("asked asks".split(), _THAT | {"for", "whether", "if"}),
    **dict.fromkeys("ruled".split(), _THAT | {"out"}),
    **dict.fromkeys("pointed referred spoke objected".split(), _THAT | {"to", "of", "out"}),
}
# These are done with words, and say something only right before one of these words or marks: who
# "reaffirmed their commitment" has not said those words.
_CLAUSE = _THAT | {"having", "being", "any"}
ACTS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys("denied denies".split(), _CLAUSE),
    **dict.fromkeys(
        "reaffirmed reaffirms reiterated reiterates appreciated apologised apologized protested "
        "complained complains welcomed welcomes rejected rejects".split(),
        _THAT,
    ),
}
# These say what for, or as what, they judge somebody or something.
JUDGING: Mapping[str, frozenset[str]] = {
    **dict.fromkeys("dismissed dismisses hailed hails rejected".split(), frozenset({"as"})),
    **dict.fromkeys(
        "criticised criticized condemned condemns praised praises thanked congratulated".split(),
        frozenset({"as", "for"}),
    ),
}
REPORTING = SAY | ACTS.keys() | JUDGING.keys()
# These report before their subject, behind what is said.
SAYS_BEHIND = frozenset(
    "said says added adds replied replies answered asked wrote explained insisted argued warned "
    "joked quipped continued recalled noted declared announced commented remarked shouted cried "
    "claimed stated say".split()
)
# These report with "by": "was described by X as".
PASSIVELY = frozenset(
    "described called put labelled branded accused blamed criticised criticized condemned praised "
    "welcomed hailed dismissed rejected denied warned told".split()
)


# Titles that stand before a name and are no part of it.
TITLES = frozenset(
    "mr mrs ms miss dr doctor prof professor sir lord lady judge justice captain "
    "general colonel sergeant president premier prime minister foreign finance defence "
    "defense interior chancellor king queen prince princess senator governor mayor "
    "ambassador secretary chief director chairman chairwoman chair coach officer former "
    "late acting deputy vice interim".split()
)
