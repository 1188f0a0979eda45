"""The quote tab and permalinks: what they show for which text, and that all of it is escaped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import gradio as gr
import pytest

from rag.errors import IndexMissing
from rag.index.base import TextSearch
from rag.quotes.check import MAX_TEXT
from rag.quotes.selector import Selector
from rag.text.escape import visible
from rag.types import Article
from rag.web.quote_tab import (
    ADDED,
    MAX_SHOWN,
    MISSING,
    QuoteCheckResult,
    check_pasted_text,
    quote_tab,
    show,
)
from rag.web.source_panel import QUOTED, LinkedQuotation, link, open_link
from tests.answer.listed_texts import ListedTexts
from tests.answer.making import article
from tests.text.test_escape import RENDERER
from tests.web.payloads import HOSTILE

CAIRO = "The ministers met in Cairo on Friday. They said “no date” was set for Rome."
HARBOUR = "Ice closed the harbour of Veldt. The mayor spoke of a hard winter to come."


@dataclass(frozen=True)
class Library:
    """A service over a list of articles."""

    articles: Sequence[Article]

    @property
    def texts(self) -> TextSearch:
        return ListedTexts(self.articles)

    @contextmanager
    def lease(self) -> Iterator[Library]:
        if not self.articles:
            raise IndexMissing("Nothing is indexed yet: add articles, then rebuild.")
        yield self


LIBRARY = Library(
    [
        article(CAIRO, article_id="cairo", published=date(2024, 12, 20)),
        article(HARBOUR, article_id="harbour", published=date(2024, 12, 21)),
    ]
)


def quotes(result: QuoteCheckResult) -> list[tuple[str, str]]:
    return [(place.article.id, place.quote) for place in result.places]


def tokens(shown: gr.HighlightedText) -> list[tuple[str, str | None]]:
    """What a component holds, as it was given."""
    return [(token["token"], token["class_or_confidence"]) for token in shown.value or []]


def test_an_exact_quotation_is_shown_with_its_article() -> None:
    result = check_pasted_text(LIBRARY, " “met in Cairo”\n")
    assert result.message == "**Exact.** The text stands to the letter in 1 place."
    assert quotes(result) == [("cairo", "met in Cairo")]
    said, difference, choices, head, shown = show(result)
    assert (said, difference.visible, choices.visible) == (result.message, False, False)
    assert "20 December 2024" in head
    assert "(?quote=" in head
    assert tokens(shown) == [
        ("The ministers ", None),
        ("met in Cairo", QUOTED),
        (CAIRO[26:], None),
    ]


def test_several_places_can_be_chosen_from() -> None:
    result = check_pasted_text(LIBRARY, "The m")
    assert quotes(result) == [("cairo", "The m"), ("harbour", "The m")]
    choices = show(result)[2]
    assert choices.visible
    assert [label for label, _ in choices.choices] == [
        "1 · “The m” · 20 December 2024",
        "2 · “The m” · 21 December 2024",
    ]


@pytest.mark.parametrize(
    ("text", "said", "difference"),
    [
        (
            'They said "no date" was set',
            "**Exact but for quotation marks.**",
            [],
        ),
        (
            "They said “no date” was set for Oslo",
            "**Not to the letter.** This is the nearest an article comes to it:",
            [("They said “no date” was set for ", None), ("Oslo", ADDED)],
        ),
        (
            "Ice closed the harbour. The mayor spoke of a hard winter",
            "**Not to the letter.** This is the nearest an article comes to it:",
            [
                ("Ice closed the harbour ", None),
                ("of Veldt", MISSING),
                (". The mayor spoke of a hard winter", None),
            ],
        ),
        (
            "Bread needs flour, water and salt",
            "**Not found.** No article says this, nor anything like it word for word.",
            [],
        ),
        (" ", "There is nothing to look for; paste a sentence or a few words\\.", []),
    ],
)
def test_what_the_tab_says(text: str, said: str, difference: list[Any]) -> None:
    result = check_pasted_text(LIBRARY, text)
    assert result.message == said
    assert result.difference == difference
    assert show(result)[1].visible == bool(difference)


def test_long_lists_and_parts_of_words_are_told() -> None:
    many = Library([article("aye " * (MAX_SHOWN + 1))])
    result = check_pasted_text(many, "ye")
    assert result.message == (
        "**Exact.** The text stands to the letter in 21 places. The first 20 are listed. "
        "It begins or ends inside a word."
    )
    assert len(result.places) == MAX_SHOWN


def test_too_much_and_no_index_are_explained() -> None:
    assert (
        "paste at most 5,000 at a time" in check_pasted_text(LIBRARY, "a" * (MAX_TEXT + 1)).message
    )
    assert check_pasted_text(Library([]), "x").message.startswith("Nothing is indexed yet")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("pasted", [str, lambda text: f"{text} and more words of one's own"])
def test_a_hostile_text_is_shown_and_not_interpreted(
    text: str, pasted: Callable[[str], str]
) -> None:
    whole = f"He said: {text} and more words of his own. Then he left."
    library = Library([Article("h", whole, 0, None, text, False, "", f"{text}.txt", "0" * 64)])
    said, difference, _, head, shown = show(check_pasted_text(library, pasted(text)))
    for markdown in (said, head):
        rendered = RENDERER.render(markdown)
        allowed = r'</?(?:p|strong|small|samp|bdi)>|<br ?/?>|<a href="\?quote=[\w-]+">|</a>'
        assert "<" not in re.sub(allowed, "", rendered)
    assert "".join(piece for piece, _ in tokens(shown)) == visible(whole)
    assert all(visible(piece) == piece for piece, _ in tokens(difference))


def test_the_tab_can_be_laid_out() -> None:
    with gr.Blocks() as page:
        quote_tab(LIBRARY)
    shown = {getattr(block, "elem_id", None) for block in page.blocks.values()}
    assert {"quote-text", "quote-said", "quote-difference", "quote-places"} <= shown


def selected(text: str, quote: str) -> str:
    start = text.index(quote)
    return link(Selector.of(article(text, article_id="harbour"), start, start + len(quote)))


def followed(address: str, *articles: Article) -> LinkedQuotation:
    result = open_link(Library(articles), {"quote": address.removeprefix("?quote=")})
    assert result is not None
    return result


def test_a_link_opens_the_article_at_the_quotation() -> None:
    address = selected(HARBOUR, "the harbour of Veldt")
    result = followed(address, *LIBRARY.articles)
    assert result.message == ""
    assert result.citation is not None
    assert (result.citation.article.id, result.citation.quote) == (
        "harbour",
        "the harbour of Veldt",
    )
    assert result.citation.sentence == "Ice closed the harbour of Veldt."


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (article(f"Corrected. {HARBOUR}", article_id="harbour"), "still stands in it"),
        (article(HARBOUR, article_id="renamed"), "stands in another article"),
        (article("They like Veldt.", article_id="harbour"), "not between the words"),
        (article("Nothing.", article_id="harbour"), "and no longer does"),
        (article("Nothing.", article_id="other"), "no other has these words"),
    ],
)
def test_what_became_of_the_quotation_is_told(now: Article, said: str) -> None:
    result = followed(selected(HARBOUR, "Veldt"), now)
    assert said in result.message
    gone = result.message.startswith("The text is gone")
    assert (result.citation is None) == gone
    if result.citation is not None:
        assert result.citation.quote == "Veldt"


def test_an_address_without_a_quotation_opens_none() -> None:
    assert open_link(LIBRARY, {}) is None
    assert open_link(LIBRARY, {"theme": "dark"}) is None


@pytest.mark.parametrize("value", ["", "<script>", "../../etc/passwd", "a" * 90_000])
def test_a_damaged_link_is_explained(value: str) -> None:
    result = open_link(LIBRARY, {"quote": value})
    assert result is not None
    assert result.citation is None
    assert "damaged or cut off" in result.message


def test_a_link_without_an_index_is_explained() -> None:
    assert "Nothing is indexed yet" in followed(selected(HARBOUR, "Veldt")).message


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_link_is_shown_and_not_interpreted(text: str) -> None:
    there = article(f"“{text}”", article_id=text)
    address = link(Selector.of(there, 1, 1 + len(text)))
    for now in (article("Nothing.", article_id=text), article("Nothing.", article_id="other")):
        rendered = RENDERER.render(followed(address, now).message)
        assert "<" not in re.sub(r"</?(?:p|samp|bdi)>", "", rendered)
