"""Permalinks: a quotation is found again after every edit elsewhere, and never where it is not."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rag.errors import QuestionError
from rag.quotes.selector import (
    CONTEXT,
    MAX_ENCODED,
    MAX_EXACT,
    MAX_ID,
    FoundQuotation,
    LostQuotation,
    Selector,
    find,
)
from rag.types import Article
from tests.answer.listed_texts import ListedTexts
from tests.answer.making import article

SCRIPTS = st.text("ab .,\r\n’é\u0301\u200d👩🚀قا\u202bשל東", max_size=60)
ANYTHING = st.text(max_size=60) | SCRIPTS
TEXT = (
    "Ice closed the harbour of Veldt on Monday. The mayor spoke of a hard winter. "
    "Ice closed the harbour of Aldwick on Tuesday. The mayor spoke of a hard winter. "
)


def select(text: str, quote: str, occurrence: int = 0) -> Selector:
    starts = [match.start() for match in re.finditer(re.escape(quote), text)]
    start = starts[occurrence]
    return Selector.of(article(text), start, start + len(quote))


def found(selector: Selector, *articles: Article) -> FoundQuotation:
    result = find(selector, ListedTexts(articles))
    assert isinstance(result, FoundQuotation)
    assert result.place.text == selector.exact
    return result


@given(ANYTHING, ANYTHING.filter(bool), ANYTHING)
def test_in_the_same_text_it_is_found_at_its_place(before: str, quote: str, after: str) -> None:
    whole = article(before + quote + after)
    selector = Selector.of(whole, len(before), len(before) + len(quote))
    assert selector.exact == quote
    result = found(selector, whole)
    assert (result.unchanged, result.renamed, result.agrees) == (True, False, True)
    assert (result.place.start, result.place.end) == (len(before), len(before) + len(quote))


@given(ANYTHING, ANYTHING.filter(bool), ANYTHING, ANYTHING, ANYTHING)
def test_any_edit_elsewhere_in_the_article_leaves_it_to_be_found(
    before: str, quote: str, after: str, other: str, another: str
) -> None:
    selector = Selector.of(article(before + quote + after), len(before), len(before) + len(quote))
    assert not found(selector, article(other + quote + another)).renamed


@given(st.integers(0, 1), ANYTHING, ANYTHING)
def test_equal_words_are_told_apart_by_what_stands_around_them(
    occurrence: int, inserted: str, appended: str
) -> None:
    quote = "The mayor spoke of a hard winter."
    selector = select(TEXT, quote, occurrence)
    edited = f"{inserted}{TEXT}{appended}"
    start = [match.start() for match in re.finditer(quote, edited)][occurrence]
    assert found(selector, article(edited)).place.start == start


def test_an_edit_after_it_leaves_it_at_its_place() -> None:
    selector = select(TEXT, "Veldt")
    result = found(selector, article(TEXT + "Corrected."))
    assert (result.place.start, result.unchanged, result.agrees) == (selector.start, False, True)


def test_where_all_around_is_equal_the_nearest_is_taken() -> None:
    text = "aye " * 60
    selector = select(text, "aye", 30)
    assert found(selector, article("x" + text)).place.start == 121


@given(ANYTHING, ANYTHING.filter(bool), ANYTHING)
def test_a_renamed_file_is_known_by_its_bytes(before: str, quote: str, after: str) -> None:
    whole = article(before + quote + after)
    selector = Selector.of(whole, len(before), len(before) + len(quote))
    decoy = article(f"other {quote} words", article_id="decoy")
    result = found(selector, decoy, replace(whole, id="renamed"))
    assert (result.place.article.id, result.place.start) == ("renamed", len(before))
    assert (result.renamed, result.unchanged, result.agrees) == (True, False, True)


def test_an_article_renamed_and_edited_is_known_by_its_words() -> None:
    selector = select(TEXT, "Veldt")
    moved = article(f"Corrected. {TEXT}", article_id="renamed")
    assert found(selector, moved).place.start == moved.text.index("Veldt")
    rewritten = article(TEXT.replace("Ice closed", "Storms shut"), article_id="renamed")
    assert found(selector, rewritten).place.start == rewritten.text.index("Veldt")


def test_a_new_article_under_the_old_name_does_not_hide_the_renamed_one() -> None:
    selector = select(TEXT, "Veldt")
    stranger = article("Veldt won the cup.")
    moved = article(TEXT, article_id="renamed")
    assert found(selector, stranger, moved).place.article.id == "renamed"
    alone = found(selector, stranger)
    assert (alone.place.start, alone.agrees) == (0, False)


def test_the_words_alone_in_another_article_are_not_it() -> None:
    selector = select(TEXT, "Veldt")
    stranger = article("Veldt won the cup.", article_id="other")
    assert find(selector, ListedTexts([stranger])) == LostQuotation(selector, None)


@pytest.mark.parametrize("change", ["The Mayor", "The  mayor", "The mayo", "The mayor\u200b"])
def test_words_that_are_only_like_it_are_not_it(change: str) -> None:
    selector = select(TEXT, "The mayor spoke")
    edited = article(TEXT.replace("The mayor", change))
    assert find(selector, ListedTexts([edited])) == LostQuotation(selector, edited)


def test_a_long_quotation_is_selected_by_its_beginning() -> None:
    text = "x" * (MAX_EXACT + 5)
    selector = Selector.of(article(text), 1, len(text))
    assert (selector.start, selector.end, len(selector.exact)) == (1, MAX_EXACT + 1, MAX_EXACT)
    with pytest.raises(ValueError, match="is no place"):
        Selector.of(article("text"), 2, 9)


@given(ANYTHING.filter(bool), ANYTHING, ANYTHING.filter(bool), ANYTHING)
def test_a_link_holds_the_selector(name: str, before: str, quote: str, after: str) -> None:
    whole = article(before + quote + after, article_id=name)
    selector = Selector.of(whole, len(before), len(before) + len(quote))
    assert Selector.decode(selector.encode()) == selector
    assert re.fullmatch(r"\?quote=[A-Za-z0-9_-]+", selector.link)


@pytest.mark.parametrize("character", ["\x01", "👩", "\\", '"'])
def test_the_longest_link_is_bounded(character: str) -> None:
    name = "é" * (MAX_ID // 2) + "\x01" * (MAX_ID // 2)
    whole = article(character * (MAX_EXACT + 2 * CONTEXT), article_id=name)
    selector = Selector.of(whole, CONTEXT, CONTEXT + MAX_EXACT)
    assert len(selector.encode()) <= MAX_ENCODED
    assert Selector.decode(selector.encode()) == selector


def encoded(values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


SHA = "0" * 64
FORGED = {
    "empty": "",
    "no base64": "!!!!",
    "with padding": "W10=",
    "with other characters": select(TEXT, "Veldt").encode() + "!!!!",
    "padded with space": base64.urlsafe_b64encode(
        json.dumps(["a", "x", "", "", 0, SHA]).encode() + b" " * MAX_ENCODED
    ).decode(),
    "cut off": select(TEXT, "Veldt").encode()[:-7],
    "not text": base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    "no list": encoded({"exact": "x"}),
    "too few": encoded(["a", "x", "", "", 0]),
    "too many": encoded(["a", "x", "", "", 0, SHA, 1]),
    "no id": encoded(["", "x", "", "", 0, SHA]),
    "long id": encoded(["a" * (MAX_ID + 1), "x", "", "", 0, SHA]),
    "id of another type": encoded([7, "x", "", "", 0, SHA]),
    "nothing quoted": encoded(["a", "", "", "", 0, SHA]),
    "too much quoted": encoded(["a", "x" * (MAX_EXACT + 1), "", "", 0, SHA]),
    "long prefix": encoded(["a", "x", "p" * (CONTEXT + 1), "", 0, SHA]),
    "before the text": encoded(["a", "x", "", "", -1, SHA]),
    "a fraction": encoded(["a", "x", "", "", 0.5, SHA]),
    "a truth": encoded(["a", "x", "", "", True, SHA]),
    "no hash": encoded(["a", "x", "", "", 0, "/etc/passwd"]),
    "deep": base64.urlsafe_b64encode(b"[" * 9_000).decode(),
    "a huge number": base64.urlsafe_b64encode(b'["a","x","","",' + b"9" * 9_000 + b"]").decode(),
    "too long": "a" * (MAX_ENCODED + 1),
}


@pytest.mark.parametrize("value", FORGED.values(), ids=FORGED.keys())
def test_a_damaged_link_is_refused_in_one_sentence(value: str) -> None:
    with pytest.raises(QuestionError, match="damaged or cut off"):
        Selector.decode(value)


@given(st.text() | st.text("ABCabc012-_", max_size=90))
def test_whatever_an_address_holds_is_a_selector_or_refused(value: str) -> None:
    try:
        selector = Selector.decode(value)
    except QuestionError:
        return
    assume(selector)
    assert Selector.decode(selector.encode()) == selector


def test_a_forged_id_is_only_looked_up() -> None:
    forged = replace(select(TEXT, "Veldt"), article_id="../../etc/passwd")
    assert find(forged, ListedTexts([])) == LostQuotation(forged, None)


def test_a_forged_place_is_not_believed() -> None:
    forged = replace(select(TEXT, "Veldt"), start=0, end=5)
    assert found(forged, article(TEXT)).place.start == TEXT.index("Veldt")
