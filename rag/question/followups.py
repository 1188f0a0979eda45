"""Follow-ups: earlier turns and a new question in; a question that stands alone out.

No model is asked: what is left out of the new question, or pointed to in it, is taken from the
words of the earlier ones and from the names that were cited for them. Nothing is added to a
question that stands alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from rag.question.date_words import date_words
from rag.question.ellipsis import part_of, rebuild
from rag.question.marked import words_of
from rag.question.openness import leaves_open, may_leave_open
from rag.question.references import pointers
from rag.question.turns import MAX_CHARS, Earlier, History, last_turns, names_cited
from rag.text.entities import Known, entities
from rag.text.lexicon import FUNCTION_WORDS, wording
from rag.text.sentences import word_spans

MAX_CARRIED = 8
_MAX_TERM_CHARS = 80
_CARRIED = re.compile(r" \([^()]*\)\s*\Z")
_NEW_TOPIC = re.compile(
    r"(?:(?:ok|okay|and|but|now|well|so|thanks)\b[,.!\s]*)*(?:(?:a\s+)?(?:different|new|another|"
    r"other|next)\s+(?:topic|question|subject|thing)|(?:to\s+|now\s+)?something\s+(?:else|"
    r"different|completely different)|(?:changing|to change)\s+the\s+(?:topic|subject)|"
    r"now\s+to\s+[\w ]{2,40})\s*[:,.;!–—-]\s*",
    re.IGNORECASE,
)
_SAYS_NOTHING = FUNCTION_WORDS | frozenset(
    "said say says saying tell told talk talked speak spoke happen happened happens happening do "
    "did done go went gone going take took taken place get got give gave given make made know "
    "known mean think thought call called name names want wants wanted find see bring long list "
    "latest newest recent recently news current currently timeline chronology summary summarise "
    "summarize overview gist article articles story report reports explain describe according "
    "topic question different people".split()
)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """How a question was understood after earlier ones.

    ``text`` is searched. ``asked`` is the question that kind and dates are read from: the new one,
    or, where that was only a part ("And in 2023?"), the earlier one with that part put in.
    ``kept`` is what ``asked`` holds of the earlier question, an ellipsis marking where the new
    words stand; ``terms`` are what ``text`` adds to ``asked``.
    """

    text: str
    asked: str
    kept: str = ""
    terms: tuple[str, ...] = ()

    @property
    def carried(self) -> tuple[str, ...]:
        """All that comes from earlier turns, to be shown; empty where nothing was needed."""
        return (self.kept, *self.terms) if self.kept else self.terms


@dataclass(frozen=True, slots=True)
class _Turn:
    """An earlier turn, and how its question was understood."""

    earlier: Earlier
    understood: FollowUp


def complete(
    history: History,
    question: str,
    *,
    known: Known | None = None,
    without: Collection[str] = (),
) -> FollowUp:
    """``question`` with what it needs of the last turns of ``history``.

    ``history`` are earlier questions, oldest first, or these with what was cited for them; how much
    of it is read says ``last_turns``. ``known`` tells names typed in lower case, as for
    ``entities``. ``without`` are carried words that the user removed. Never raises for any text.

    >>> complete(["What did Sharif say about Syria?"], "And about Lebanon?").text
    'What did Sharif say about Lebanon?'
    """
    turns: list[_Turn] = []
    for earlier in last_turns(history):
        completed = _complete(turns, earlier.question, known, ())
        turns += [_Turn(earlier, completed)] if _terms(completed.text, known) else []
    if not turns or len(question) > MAX_CHARS:
        return FollowUp(question, question)
    return _complete(turns, question, known, without)


def may_follow(question: str, *, known: Known | None = None) -> bool:
    """Whether there are turns that ``question`` would need; False where it stands alone.

    >>> may_follow("How old is she?"), may_follow("How old is Hanne Vro?")
    (True, False)
    """
    pointing = bool(pointers(words_of(question, known=known)))
    return (
        pointing
        or part_of(question, known=known) is not None
        or may_leave_open(question, known=known)
    )


def asked_end(text: str) -> int:
    """Where the question ends in the text of a query; behind it stand words of earlier ones.

    >>> asked_end("How old is she? (Hanne Vro)"), asked_end("How old is she?")
    (15, 15)
    """
    carried = _CARRIED.search(text)
    return carried.start() if carried else len(text)


def _complete(
    turns: Sequence[_Turn], question: str, known: Known | None, without: Collection[str]
) -> FollowUp:
    if not turns:
        return FollowUp(question, question)
    new_topic = _NEW_TOPIC.match(question)
    if new_topic is not None and new_topic.end() < len(question):
        rest = question[new_topic.end() :]
        return FollowUp(rest, rest)
    part = part_of(question, known=known)
    if part is not None and part.sort != "owned":
        last = turns[-1].understood
        built = rebuild(last.asked, part, known=known)
        if not built.kept or built.kept in without:
            return FollowUp(question, question)
        return _with_terms(built.text, built.kept, last.terms, without)
    if part is not None:
        return _with_terms(f"What is {part.text}?", "", _subject(turns, known), without)
    if _points_back(question, turns[-1].earlier, known):
        return _with_terms(question, "", _subject(turns, known), without)
    return FollowUp(question, question)


def _points_back(question: str, last: Earlier, known: Known | None) -> bool:
    words = words_of(question, known=known)
    return bool(pointers(words)) or leaves_open(question, last, known=known)


def _subject(turns: Sequence[_Turn], known: Known | None) -> list[str]:
    """What the last turn was about; names are looked for further back if it has none."""
    last = turns[-1].understood
    terms = [*_terms(last.asked, known), *last.terms]
    for turn in reversed(turns):
        text = turn.understood.text
        names = [name.text for name in entities(text, known=known) if name.sort == "name"]
        names += names_cited(turn.earlier, turn.understood.asked, known=known)
        if names:
            return [*terms, *names]
    return terms


def _with_terms(asked: str, kept: str, terms: Sequence[str], without: Collection[str]) -> FollowUp:
    """``asked`` followed by the terms that are not in it yet."""
    present = set(wording(asked).plain.split())
    added: list[str] = []
    for term in terms:
        words = set(wording(term).plain.split())
        if term not in without and not words <= present and len(added) < MAX_CARRIED:
            added.append(term)
            present |= words
    return FollowUp(with_carried(asked, added), asked, kept, tuple(added))


def with_carried(asked: str, terms: Sequence[str]) -> str:
    """``asked`` and behind it, in brackets, the words that it needs of earlier turns."""
    return f"{asked} ({', '.join(terms)})" if terms else asked


def _terms(question: str, known: Known | None) -> list[str]:
    """Names, quoted strings and runs of other telling words, in the order of the question."""
    found = [(e.start, e.end) for e in entities(question, known=known) if e.sort != "number"]
    found += [(said.date, said.end) for said in date_words(question) if _free(said.date, found)]
    spans = sorted(found + list(_runs(question, found)))
    return [question[start:end] for start, end in spans if end - start <= _MAX_TERM_CHARS]


def _free(offset: int, spans: Sequence[tuple[int, int]]) -> bool:
    return not any(start <= offset < end for start, end in spans)


def _touch(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _runs(question: str, found: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Neighbouring words outside ``found`` that say something by themselves."""
    start = end = -1
    for first, last in word_spans(question):
        telling = question[first:last].lower() not in _SAYS_NOTHING
        telling = telling and not any(_touch((first, last), other) for other in found)
        if telling and start >= 0 and question[end:first] == " ":
            end = last
            continue
        if start >= 0:
            yield start, end
        start, end = (first, last) if telling else (-1, -1)
    if start >= 0:
        yield start, end
