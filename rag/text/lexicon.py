"""The closed classes of English words: one list of each, for every module that needs them.

Calendar names, number words, pronouns, determiners, auxiliaries, prepositions, question words,
reporting verbs and titles are finite; names and the verbs of the news are open, and left to the
trained models. A module whose grammar needs a narrower or wider set builds it from these.
"""

from __future__ import annotations

from collections.abc import Mapping


def word_set(words: str) -> frozenset[str]:
    """The words of a string that separates them by spaces."""
    return frozenset(words.split())


# Calendar and numbers. Keys are in lower case; months count from 1, weekdays from Monday as 0.
MONTH_NAMES = tuple(
    "january february march april may june july august september october november december".split()
)
MONTHS: dict[str, int] = {
    **{name: number for number, name in enumerate(MONTH_NAMES, 1)},
    **{name[:3]: number for number, name in enumerate(MONTH_NAMES, 1)},
    "sept": 9,
}
WEEKDAY_NAMES = tuple("monday tuesday wednesday thursday friday saturday sunday".split())
WEEKDAYS: dict[str, int] = {
    **{name: number for number, name in enumerate(WEEKDAY_NAMES)},
    **{name[:3]: number for number, name in enumerate(WEEKDAY_NAMES)},
    **{"tues": 1, "thur": 3, "thurs": 3},
}
SEASON_NAMES = tuple("spring summer autumn fall winter".split())
# Zero to nineteen, so that the word for n is CARDINALS[n]; then twenty to ninety.
CARDINALS = tuple(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen".split()
)
TENS = tuple("twenty thirty forty fifty sixty seventy eighty ninety".split())
NUMBER_WORDS: dict[str, int] = {
    **{word: number for number, word in enumerate(CARDINALS)},
    **{word: 10 * number for number, word in enumerate(TENS, 2)},
}
ORDINALS: dict[str, int] = {
    **{
        name: number
        for number, name in enumerate(
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
            "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth "
            "twentieth".split(),
            1,
        )
    },
    "thirtieth": 30,
}

# Grammatical words. "That" and "her" stand in two classes.
ARTICLES = word_set("a an the")
DEMONSTRATIVES = word_set("this that these those")
SUBJECT_PRONOUNS = word_set("i you he she it we they")
OBJECT_PRONOUNS = word_set("me you him her it us them")
POSSESSIVE_DETERMINERS = word_set("my your his her its our their")
POSSESSIVE_PRONOUNS = word_set("mine yours his hers ours theirs")
REFLEXIVE_PRONOUNS = word_set("myself himself herself itself themselves")
DETERMINERS = ARTICLES | DEMONSTRATIVES | POSSESSIVE_DETERMINERS
AUXILIARIES = word_set(
    "am is are was were do does did has have had can could will would should shall must"
)
QUESTION_WORDS = word_set("who whom whose what which where when why how")
PREPOSITIONS = word_set(
    "about above across after against along among around as at before behind below besides between "
    "beyond by despite during except for from in inside into like near of off on onto out outside "
    "over per regarding since than through throughout till to toward towards under until up upon "
    "via with within without"
)
FUNCTION_WORDS = (
    DETERMINERS
    | SUBJECT_PRONOUNS
    | OBJECT_PRONOUNS
    | POSSESSIVE_PRONOUNS
    | REFLEXIVE_PRONOUNS
    | AUXILIARIES
    | QUESTION_WORDS
    | PREPOSITIONS
    | word_set(
        "some any no not all both each every either neither other others another such same own one "
        "ones there here then now and or but so if whether because while although though be been "
        "being may might ought also too very just only still already yet ever never again else "
        "even more most less least much many few little several exactly precisely really please "
        "ok okay well yes thanks thank hello hi"
    )
)

# Titles and roles that stand before a name and are no part of it.
TITLES = word_set(
    "mr mrs ms miss dr doctor prof professor sir lord lady judge justice captain "
    "general colonel sergeant president premier prime minister foreign finance defence "
    "defense interior chancellor king queen prince princess senator governor mayor "
    "ambassador secretary chief director chairman chairwoman chair coach officer former "
    "late acting deputy vice interim"
)

# Reporting verbs. These report by themselves.
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
# Speech acts, which report only right before one of these words or marks: who "reaffirmed their
# commitment" has not said those words.
_CLAUSE = _THAT | {"having", "being", "any"}
ACTS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys("denied denies".split(), _CLAUSE),
    **dict.fromkeys(
        "reaffirmed reaffirms reiterated reiterates appreciated apologised apologized protested "
        "complained complains welcomed welcomes rejected rejects".split(),
        _THAT,
    ),
}
# Verbs of judgement, which report with "as" or "for".
JUDGING: Mapping[str, frozenset[str]] = {
    **dict.fromkeys("dismissed dismisses hailed hails rejected".split(), frozenset({"as"})),
    **dict.fromkeys(
        "criticised criticized condemned condemns praised praises thanked congratulated".split(),
        frozenset({"as", "for"}),
    ),
}
REPORTING = SAY | ACTS.keys() | JUDGING.keys()
# These may stand between a quotation and its speaker: “…,” said Khan.
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

# Countries, their capitals and some regions in the news, as they are written in lower case.
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

# Plurals without -s, and words in -s that are no plurals.
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
