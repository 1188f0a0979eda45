"""Links to quotations, and finds a linked quotation again in a later index."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Self

from rag.errors import QuestionError
from rag.index.base import TextSearch
from rag.types import Article, Occurrence

PARAMETER = "quote"
CONTEXT = 32
MAX_EXACT = 2_000
MAX_ID = 4_500  # a path and the id of a row
MAX_ENCODED = 56_000  # of the longest selector whose every character needs six in JSON
# Fewer characters that agree may stand in any article: they do not tell that it is the same place.
_MIN_DISTINCTIVE_CHARS = 32
_MAX_PLACES = 100
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DAMAGED = "The link to the quotation is damaged or cut off; copy it again from where it was shown."


@dataclass(frozen=True, slots=True)
class Selector:
    """A quotation: its characters, at most ``CONTEXT`` before and after them, and where it stood.

    ``exact`` stood at ``[start, end)`` of the article ``article_id``, whose file had this
    ``sha256``.
    """

    article_id: str
    exact: str
    prefix: str
    suffix: str
    start: int
    end: int
    sha256: str

    def __post_init__(self) -> None:
        fits = (
            0 < len(self.article_id) <= MAX_ID
            and 0 < len(self.exact) <= MAX_EXACT
            and max(len(self.prefix), len(self.suffix)) <= CONTEXT
            and self.start >= 0
            and self.end - self.start == len(self.exact)
            and _SHA256.fullmatch(self.sha256)
        )
        if not fits:
            raise ValueError(f"no selector: {self.article_id[:80]!r} [{self.start}, {self.end})")

    @classmethod
    def of(cls, article: Article, start: int, end: int) -> Self:
        """The selector of ``[start, end)``, of its first ``MAX_EXACT`` characters if it is longer.

        Raises ValueError for a span outside the text.
        """
        text = Occurrence(article, start, min(end, start + MAX_EXACT)).text
        stop = start + len(text)
        return cls(
            article_id=article.id,
            exact=text,
            prefix=article.text[max(0, start - CONTEXT) : start],
            suffix=article.text[stop : stop + CONTEXT],
            start=start,
            end=stop,
            sha256=article.sha256,
        )

    def encode(self) -> str:
        """The selector for an address: letters, digits, ``-`` and ``_``, at most MAX_ENCODED."""
        texts = (self.article_id, self.exact, self.prefix, self.suffix)
        values = [*texts, self.start, self.sha256]
        plain = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    @property
    def link(self) -> str:
        """The relative address that opens the quotation in the chat: ``?quote=…``."""
        return f"?{PARAMETER}={self.encode()}"

    @classmethod
    def decode(cls, encoded: str) -> Self:
        """The selector that ``encode`` wrote. Raises QuestionError for anything else."""
        if not 0 < len(encoded) <= MAX_ENCODED:
            raise QuestionError(_DAMAGED)
        try:
            return cls._from(json.loads(_decoded(encoded)))
        except (ValueError, TypeError, RecursionError) as error:
            raise QuestionError(_DAMAGED) from error

    @classmethod
    def _from(cls, values: Any) -> Self:
        article_id, exact, prefix, suffix, start, sha256 = values
        if not all(isinstance(text, str) for text in (article_id, exact, prefix, suffix, sha256)):
            raise TypeError("a part of the selector is no text")
        if type(start) is not int:
            raise TypeError("the place is no number")
        return cls(article_id, exact, prefix, suffix, start, start + len(exact), sha256)


def _decoded(encoded: str) -> str:
    padded = encoded + "=" * (-len(encoded) % 4)
    try:
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except binascii.Error as error:
        raise ValueError("it is no base64") from error


@dataclass(frozen=True, slots=True)
class FoundQuotation:
    """Where the quotation stands now; ``place.text`` is its ``exact``.

    ``unchanged``: at its old place in the same article of the same text. ``renamed``: in an article
    of another id. ``agrees``: whether the characters around it tell that it is the same place.
    """

    place: Occurrence
    unchanged: bool
    renamed: bool
    agrees: bool


@dataclass(frozen=True, slots=True)
class LostQuotation:
    """The quotation is in no article any more; ``article`` is its old one, if still there."""

    selector: Selector
    article: Article | None


def find(selector: Selector, texts: TextSearch) -> FoundQuotation | LostQuotation:
    """Where the quotation stands in today's articles.

    Its own place; else the place in the same article whose surroundings agree best; else, where
    they do not tell, one in another article: the same file under a new name, or the same words with
    telling surroundings; else the words alone in the same article.
    """
    article = _indexed(selector.article_id, texts)
    if article is not None and _is_unchanged(selector, article):
        return FoundQuotation(
            Occurrence(article, selector.start, selector.end),
            unchanged=True,
            renamed=False,
            agrees=True,
        )
    own = _best(selector, _in_article(selector, article)) if article is not None else None
    if own is not None and own.agrees:
        return own
    return _elsewhere(selector, texts) or own or LostQuotation(selector, article)


def _indexed(article_id: str, texts: TextSearch) -> Article | None:
    try:
        return texts.article(article_id)
    except QuestionError:
        return None


def _is_unchanged(selector: Selector, article: Article) -> bool:
    there = article.text[selector.start : selector.end]
    return article.sha256 == selector.sha256 and there == selector.exact


def _in_article(selector: Selector, article: Article) -> Iterator[Occurrence]:
    start = article.text.find(selector.exact)
    while start >= 0:
        yield Occurrence(article, start, start + len(selector.exact))
        start = article.text.find(selector.exact, start + 1)


def _elsewhere(selector: Selector, texts: TextSearch) -> FoundQuotation | None:
    """The quotation in another article, looked for with all its surroundings first."""
    for before, after in (
        (selector.prefix, selector.suffix),
        (selector.prefix, ""),
        ("", selector.suffix),
        ("", ""),
    ):
        whole = texts.find_text(f"{before}{selector.exact}{after}", limit=_MAX_PLACES)
        found = _best(
            selector,
            (
                Occurrence(place.article, place.start + len(before), place.end - len(after))
                for place in whole
                if place.article.id != selector.article_id
            ),
        )
        if found is not None and found.agrees:
            return found
    return None


def _best(selector: Selector, places: Iterator[Occurrence]) -> FoundQuotation | None:
    """The place that agrees best; of equal ones that of the same file, then the nearest."""
    ranked = [(*_likeness(selector, place), -n, place) for n, place in enumerate(places)]
    if not ranked:
        return None
    agreed, same_file, _, _, place = max(ranked, key=lambda one: one[:-1])
    renamed = place.article.id != selector.article_id
    telling = same_file or agreed + len(selector.exact) >= _MIN_DISTINCTIVE_CHARS
    untouched = agreed == len(selector.prefix) + len(selector.suffix)
    return FoundQuotation(
        place,
        unchanged=False,
        renamed=renamed,
        agrees=telling or (untouched and not renamed),
    )


def _likeness(selector: Selector, place: Occurrence) -> tuple[int, bool, int]:
    """How many characters around it agree, whether it is the same file, how near it is."""
    text = place.article.text
    before = text[max(0, place.start - CONTEXT) : place.start]
    after = text[place.end : place.end + CONTEXT]
    agreed = _common_prefix(selector.prefix[::-1], before[::-1]) + _common_prefix(
        selector.suffix, after
    )
    same_file = place.article.sha256 == selector.sha256
    return agreed, same_file, -abs(place.start - selector.start)


def _common_prefix(one: str, other: str) -> int:
    equal = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return sum(1 for _ in equal)
