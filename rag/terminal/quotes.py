"""A checked quotation in, text to read in a terminal out."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from rag.answer.citations import citation, inside_word
from rag.answer.quote_check import Checked, Near, Run
from rag.index.local import Place
from rag.terminal.quotations import cited
from rag.terminal.screen import BOLD, WIDTH, inline, styled

SHOWN = 10
_LEGEND = "[-words of the article that your text lacks-] {+words that only your text has+}"
_FORMS = {"equal": "{}", "missing": "[-{}-]", "added": "{{+{}+}}"}


def checked_text(checked: Checked, *, colour: bool) -> str:
    """Where the text stands to the letter; or what is nearest to it, with the difference."""
    if checked.near is not None:
        parts = list(_near(checked.near, colour=colour))
    elif checked.places:
        parts = list(_exact(checked, colour=colour))
    else:
        parts = [["Not found: no article says this, nor anything like it word for word."]]
    return "\n\n".join("\n".join(lines) for lines in parts)


def _exact(checked: Checked, *, colour: bool) -> Iterator[list[str]]:
    count = len(checked.places)
    number = f"{'more than ' if checked.more else ''}{count} place{'' if count == 1 else 's'}"
    yield [styled(f"Exact, in {number}:", BOLD, colour=colour)]
    for place in checked.places[:SHOWN]:
        yield _shown(place, colour=colour)
    if count > SHOWN:
        yield [f"These are the first {SHOWN}; --json lists {'100' if checked.more else 'all'}."]


def _shown(place: Place, *, colour: bool) -> list[str]:
    lines = cited(citation(place), answered=True, colour=colour)
    return [*lines, "  It begins or ends inside a word."] if inside_word(place) else lines


def _near(near: Near, *, colour: bool) -> Iterator[list[str]]:
    if near.but_for:
        yield [styled(f"Exact but for {near.typography}:", BOLD, colour=colour)]
    else:
        yield [styled("Not to the letter; the nearest words are:", BOLD, colour=colour)]
        yield [f"  {line}" for line in _difference(near.runs)]
        yield [_LEGEND]
    yield _shown(near.place, colour=colour)


def _difference(runs: Sequence[Run]) -> list[str]:
    """The words of both texts in the manner of ``git diff --word-diff``."""
    return textwrap.wrap("".join(map(_marked, runs)), WIDTH - 2)


def _marked(run: Run) -> str:
    text = inline(run.shown)
    words = text.rstrip()
    return _FORMS[run.kind].format(words) + text[len(words) :]
