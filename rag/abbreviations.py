"""The words that decide whether a point ends a sentence of English news.

All are lower case and without their last point; ``rag.sentence_ends`` reads them.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Never the last word of a sentence when a capital or a number follows.
TITLES = _words(
    "adm amb atty brig brigs capt cf cmdr col cols cpl det dr drs e.g fr ft gen gens gov govs hon "
    "i.e insp lt maj messrs mlle mme mr mrs ms mt pres prof profs pt pvt rep reps rev sen sens sgt "
    "sta ste supt v viz vs wm"
)
# These may end a sentence: a word that opens sentences has to follow.
COMPANY_FORMS = _words("bhd bros co corp cos inc llc ltd plc pty")
SHORTENED = COMPANY_FORMS | _words(
    "assn ave blvd dept dist est govt hwy inst intl jr natl ph.d rd rs sr st univ"
)
DAYS = _words("fri mon sat sun thu thur thurs tue tues wed")
MONTHS = _words("apr aug dec feb jan jul jun mar nov oct sep sept")
CALENDAR = (
    DAYS
    | MONTHS
    | _words(
        "april august december february friday january july june march may monday november october "
        "saturday september sunday thursday tuesday wednesday"
    )
)
ALSO_WORDS = _words("mar sat sun")
# Only after a comma: Dayton, Ill.
STATES = _words(
    "ala ariz ark calif colo conn del fla ga ill ind kan ky la mass md mich minn miss mo mont neb "
    "nev okla ont ore pa que tenn tex va vt wash wis wyo"
)
BEFORE_NUMBERS = _words(
    "approx art c ca cap ch cl div ext fig no nos nr op p par para pop pp sec sect tel vol"
)
NUMBER_WORDS = _words("one two three four five six seven eight nine ten")
TIME_ZONES = _words("bst cdt cest cet cst ct edt est et gmt ist jst mdt mst mt pdt pkt pst pt utc")
# A single letter after one of these is the name of a thing, not somebody's initial.
LETTERED = _words(
    "appendix block category class exhibit gate grade group hepatitis ii model part phase plan "
    "schedule section series terminal type vitamin war zone"
)

# Words that, with a capital, open a sentence and do not go on with a name.
PRONOUNS = _words("but he however it meanwhile she then these they this we yet")
HONORIFICS = _words("miss mr mrs ms")
PLURALS = _words(
    "analysts critics experts investors officials people police prices readers reports "
    "shareholders shares sources traders workers"
)
STARTERS = (
    PRONOUNS
    | HONORIFICS
    | PLURALS
    | _words(
        "a according after all also although among an and another anyone as asked at because "
        "before both by during each earlier even every everyone few finally for from "
        "furthermore hence her here his how i if in indeed instead its last later let many more "
        "moreover most much my neither nevertheless no nobody none nor not nothing now on once "
        "one only other others our over perhaps please several similarly since so some speaking "
        "still such that the their there therefore those though thus to today two under until "
        "what when where which while who whose why with without yes you your"
    )
)
# Openers that are family names too: after an initial they are taken for the name.
SURNAMES = _words("an few her how i in more my on she so to you he")
# A line that ends with one of these goes on in the next line.
LINKING = _words(
    "a an and as at but by for from in into of on or over than that the their to under with"
)
