"""Writes the sentence that says why a question has no answer, and what would help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from rag.index.base import Store
from rag.query.question_type import topic_of
from rag.text.analyzer import analyse
from rag.types import IndexInfo, Query, Reason, Window

MAX_NAMED = 3
MAX_CHARS = 60
# Whether one passage has all of these terms of ``rag.text.analyzer.analyse``.
Mentions = Callable[[Sequence[str]], bool]


def mention_check(index: Store) -> Mentions:
    """The ``Mentions`` of an index."""
    return lambda terms: bool(index.passages_with(terms, limit=1))


def advice(reason: Reason, query: Query, info: IndexInfo, mentions: Mentions) -> str:
    """One sentence of plain text, from the index's dates and the words that occur in it.

    It quotes the question: whoever shows it must escape it like any other text of the user.
    """
    if not info.articles:
        return "The index holds no article yet; add some and build it again."
    if reason == "empty_question":
        return "Ask in a few words, with a name, a place or a date."
    if reason == "outside_window" and query.window is not None:
        return f"{_outside_window(query.window, info)}{_without_window(query, info)}."
    return f"{_missing_words(query, mentions)}{_without_window(query, info)}."


def _outside_window(window: Window, info: IndexInfo) -> str:
    """The dates of the collection, where nothing was published in ``window``."""
    oldest, newest = info.oldest_article, info.newest_article
    if oldest is None or newest is None:
        return "No article has a date, so that none lies in any time"
    dates = f"the oldest is of {oldest}, the newest of {newest}"
    if window.before is not None and window.before <= oldest:
        return f"No article was published before {oldest}; the newest is of {newest}"
    if window.after is not None and window.after > newest:
        return f"No article was published after {newest}; the oldest is of {oldest}"
    return f"No article was published {_days(window)}; {dates}"


def _days(window: Window) -> str:
    first = window.after or date.min
    last = (window.before or date.max) - timedelta(days=1)
    return f"on {first}" if first == last else f"from {first} to {last}"


def _without_window(query: Query, info: IndexInfo) -> str:
    """What would be searched without the window that the question's own words set."""
    window = query.window
    said = _words_in_question(query.question, window.said) if window is not None else ""
    if not said:
        return ""
    articles = "the only article" if info.articles == 1 else f"all {info.articles} articles"
    return f"; asked without “{_shorten(said)}”, {articles} would be searched"


def _words_in_question(question: str, said: str) -> str:
    """The words of ``said`` as they are in the question, without a year that was assumed."""
    forms = (said, said.rpartition(" ")[0])
    return next((words for words in forms if words and words in question), "")


def _missing_words(query: Query, mentions: Mentions) -> str:
    """The names of the question that no article has, or else its words."""
    names = [name for name in dict.fromkeys(query.entities) if analyse(name)]
    missing = [name for name in names if not mentions(analyse(name))]
    present = [name for name in names if name not in missing]
    if missing:
        though = f", though some mention {_join_names(present, 'and')}" if present else ""
        return f"No article mentions {_join_names(missing, 'or')}{though}"
    unknown = _unknown_words(query, mentions)
    if present:
        lack = f"has the word {unknown}" if unknown else "found says what was asked"
        return f"Articles mention {_join_names(present, 'and')}, but none {lack}"
    if unknown:
        return f"No article has the word {unknown}"
    return "No article found says what was asked; name who, where or what it is about"


def _unknown_words(query: Query, mentions: Mentions) -> str:
    words = dict.fromkeys(topic_of(query).split())
    unknown = [word for word in words if (terms := analyse(word)) and not mentions(terms)]
    return _join_names([f"“{_shorten(word)}”" for word in unknown], "or") if unknown else ""


def _join_names(names: Sequence[str], word: str) -> str:
    """The first names: ``A``, ``A or B``, ``A, B or C``."""
    first = [_shorten(name) for name in names[:MAX_NAMED]]
    return f" {word} ".join(part for part in (", ".join(first[:-1]), first[-1]) if part)


def _shorten(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MAX_CHARS else f"{text[: MAX_CHARS - 1]}…"
