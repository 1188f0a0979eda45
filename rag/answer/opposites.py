"""Terms in; whether they mean the opposite of each other, or in news about the same, out."""

from __future__ import annotations

from functools import cache

from rag.text.analyzer import analyse

# Either side of a line is the opposite of the other; words of one side need not mean the same.
_OPPOSITES = """
accept agree agreed approve welcome back | reject refuse decline veto oppose
confirm admit acknowledge concede accept | deny denied dispute
support favour favor back endorse | oppose against reject
for | against
allow permit legal lawful | ban banned forbid forbidden prohibit illegal bar barred
alive living survive survived | dead died die killed late death deceased martyrdom drowned
quick fast faster quickly | slow slower slowly delayed
win won victory | lose lost defeat defeated beaten
open opened reopen reopened | close closed shut
begin began begun start started launch | end ended finish finished stop stopped
rise rose risen increase grow grew climb higher up | fall fell fallen decrease drop shrink cut lower
more | fewer less
higher | lower
most | least fewest
first | last
earlier early before sooner | later late after
permanent | acting interim temporary provisional
guilty convicted convict | innocent acquitted acquit cleared
accepted | declined
buy bought purchase | sell sold
arrive arrived come came enter | leave left depart departed
hire hired appoint appointed | fire fired dismiss dismissed sack sacked
succeed succeeded success | fail failed failure
present attend attended | absent missed
safe safety | dangerous unsafe
public | private secret
true right correct accurate | false wrong untrue incorrect nonsense
same | different
voluntary | compulsory mandatory obligatory
free | paid pay cost charge
pass passed | fail failed
keep kept retain | lose lost give up leave left dismiss dismissed
full whole | half part
own | borrowed rented hired
include included including | exclude excluded excluding
man men male | woman women female
husband | wife
brother | sister
north northern | south southern
east eastern | west western
new | old
young younger | old older
strong stronger strengthen | weak weaker weaken
cheap cheaper | expensive dearer
hot hotter | cold colder
remain stay stayed remained | leave left resign resigned quit depart
resume continue | stop stopped suspend suspended abandon abandoned
extend extended | shorten shortened
majority | minority
government | opposition
few little | many much
full | empty
war | peace
friend ally | enemy
voted vote | abstained abstain
improve improved better | worsen worsened worse deteriorate
ahead | behind
intact unharmed undamaged | damaged destroyed
found | missing
"""
# Words that news use for each other, and that a sentence model does not find near.
_SAME = """
accept admit acknowledge concede agree approve
adopt approve pass passed
arrive come came reach
attend participate
begin began begun start started open opened launch launched
believe think find found conclude concluded
belong member membership join
break broken beat beaten exceed reach reached
build built construct constructed erect
buy purchase acquire
cause caused blame trigger
charge accuse indict
choose chosen chose elect elected select name named appoint appointed
close closed shut
compulsory mandatory obligatory
contribute part role
damage damaged destroy destroyed
dead die died kill killed death deaths toll lives
deliberate deliberately purpose arson
end finish complete
enough suffice sufficient
fall fell fallen drop dropped decline sink sank
fire fired dismiss dismissed sack sacked
give gave given hand put
have had hold held own owned
head lead led run chair
help aid assist support
hurt injured injury wounded
jail prison sentence
keep kept retain remain stay
leave left resign resigned quit step
leader head chairman chairwoman chair president
let allow permit
meet met meeting talks
operate operational operationalization run running
pay paid fund finance
phone phoned telephone telephoned call called
postpone postponed delay delayed adjourn adjourned
refund repay reimburse
rescue rescued save saved saving survive survived
rise rose grow grew increase climb
say said tell told mention spoke speak spoken put state
seek sought want demand
stop halt end
tour visit
union federation
vote ballot election
want wish welcome favour
warn warned warning
win won victory
work function
"""
_NEGATIVE_PREFIXES = ("un", "in", "im", "dis", "non")


def opposed(one: str, other: str) -> bool:
    """Whether two terms, as ``rag.text.analyzer`` gives them, mean the opposite.

    >>> [opposed("open", "close"), opposed("read", "unread"), opposed("open", "open")]
    [True, True, False]
    """
    if other in _opposites().get(one, frozenset()):
        return True
    short, long = sorted((one, other), key=len)
    return len(short) > 3 and any(long == prefix + short for prefix in _NEGATIVE_PREFIXES)


def alike(one: str, other: str) -> bool:
    """Whether two terms are used for the same thing: to be dismissed is to be fired."""
    return bool(_groups().get(one, frozenset()) & _groups().get(other, frozenset()))


@cache
def _groups() -> dict[str, frozenset[int]]:
    """For each term the numbers of the lines on which it stands."""
    lines = [analyse(line) for line in _SAME.strip().splitlines()]
    terms = {term for line in lines for term in line}
    return {term: frozenset(n for n, line in enumerate(lines) if term in line) for term in terms}


@cache
def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _OPPOSITES.strip().splitlines():
        left, right = (frozenset(analyse(side)) for side in line.split("|"))
        for here, there in ((left, right), (right, left)):
            for term in here:
                found[term] = found.get(term, frozenset()) | there
    return found
