"""A quotation in its sentence in; the span of who says so, out.

Of statements inside statements the nearest around the quotation counts; a pronoun is followed back
to the name that said the sentence before. What the article itself reports has no speaker.
"""

from __future__ import annotations

from rag.answer.reporting import _CLOSING, _OPENING, Statement, statements
from rag.text.sentences import Offsets, sentence_spans

_NEAR = 3  # sentences before this one in which the name of a pronoun is looked for
_NEAR_CHARS = 1_200
_PRONOUNS = frozenset("he she they it i we".split())


def speaker(text: str, sentence: Offsets, quote: Offsets) -> Offsets | None:
    """The span of who says ``text[quote]``, which stands in ``sentence``; None where none does.

    >>> text = "The dyke was weak, the board said on Friday."
    >>> text[slice(*speaker(text, (0, 44), (13, 17)))]
    'the board'
    """
    around = _around(statements(text, *sentence), quote)
    if around is None:
        return _of_quotation(text, sentence)
    return _named(text, sentence[0], around.speaker)


def _around(found: list[Statement], quote: Offsets) -> Statement | None:
    """The narrowest statement that holds the quotation, or the first that lies within it."""
    holding = [one for one in found if one.start <= quote[0] and quote[1] <= one.end]
    if holding:
        return min(holding, key=lambda one: (one.end - one.start, one.start))
    told = (one for one in found if one.start < one.end)
    inside = (one for one in told if quote[0] <= one.speaker[0] and one.speaker[1] <= quote[1])
    return next(inside, None)


def _named(text: str, start: int, who: Offsets) -> Offsets:
    """The name that a pronoun stands for, if only its statements lie in between."""
    if text[slice(*who)].lower() not in _PRONOUNS:
        return who
    for sentence in reversed(_before(text, start)):
        said = statements(text, *sentence)
        for one in reversed(said):
            if text[slice(*one.speaker)].lower() not in _PRONOUNS:
                return one.speaker
        if not said and text[sentence[0]] not in _OPENING:
            break
    return who


def _before(text: str, start: int) -> list[Offsets]:
    """The last sentences of the article that end before ``start``."""
    return sentence_spans(text, max(0, start - _NEAR_CHARS), start)[-_NEAR:]


def _of_quotation(text: str, sentence: Offsets) -> Offsets | None:
    """Who says a sentence that is nothing but a quotation: whoever says the one beside it."""
    start, end = sentence
    if text[start] not in _OPENING:
        return None
    if text[end - 1] not in _CLOSING and "”" not in text[start:end]:
        following = sentence_spans(text, end, end + _NEAR_CHARS)[:1]
        found = [one for span in following for one in statements(text, *span)]
        return _named(text, start, found[0].speaker) if found else None
    paragraph = max(text.rfind("\n", 0, start), 0)
    before = [span for span in _before(text, start) if span[0] >= paragraph][-1:]
    found = [one for span in before for one in statements(text, *span)]
    return _named(text, before[0][0], found[-1].speaker) if found else None
