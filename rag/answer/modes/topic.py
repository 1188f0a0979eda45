"""What a question is about: a query in, its words without those that only ask, out."""

from __future__ import annotations

from rag.text.lexicon import FUNCTION_WORDS
from rag.text.sentences import word_spans
from rag.types import Query

# These words say which kind of answer is wanted, or how; they name no subject.
_ASKING = frozenset(
    "timeline time-line chronology chronological chronologically chronicle history story sequence "
    "order event events stage stages phase phases step steps day days week weeks month months year "
    "years time times milestones unfold unfolded develop developed development developments evolve "
    "evolved progress course trace list give tell show recount say said says happen happened "
    "happens happening occurred went go going gone came come comes first last next following begin "
    "beginning began start end ending finally summary summaries summarise summarize summarised "
    "summarized sum overview gist brief briefly short nutshell recap recapitulate synopsis outline "
    "key main central point points takeaways essentials few sentence sentences word words known "
    "know reported article articles story latest newest recent recently new news update "
    "updates current currently today nowadays present presently moment stand stands standing "
    "things state affairs far date doing".split()
)
_EMPTY = (FUNCTION_WORDS | _ASKING) - {"mine"}


def topic_of(query: Query) -> str:
    """The words of ``query.text`` that name its subject, in order, single-spaced.

    Empty for a question about nothing but a time ("What happened in June?"); the words of the
    window are left out, since it filters.

    >>> topic_of(Query("", "Give me a timeline of the Tessel flood"))
    'Tessel flood'
    """
    text = query.text
    if query.window is not None and query.window.said:
        text = text.replace(query.window.said, " ")
    words = [text[start:end] for start, end in word_spans(text)]
    shouted = text.isupper()
    return " ".join(word for word in words if _is_acronym(word, shouted) or _tells(word))


def _is_acronym(word: str, shouted: bool) -> bool:
    """Whether capitals make a name of a word that would else be empty: US, WHO, IT."""
    return word.isupper() and len(word) > 1 and not shouted


def _tells(word: str) -> bool:
    plain = word.lower().replace("’", "'").removesuffix("'s")
    return plain not in _EMPTY
