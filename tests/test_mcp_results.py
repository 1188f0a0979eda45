"""What is left out of a result so that it fits into the tokens of an MCP reply."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.ingest.splitter import TokenCounter
from rag.mcp import MIN_TOKENS, NOTE, truncated_json

Json = dict[str, Any]


def characters(texts: Sequence[str]) -> list[int]:
    """A token is a character: so the sizes below can be counted by hand."""
    return [len(text) for text in texts]


def citation(quote: str) -> Json:
    return {"article_id": "a", "quote": quote, "also": [{"quote": "x" * 600}], "dates": []}


def test_what_fits_is_there_whole() -> None:
    result = {"answer": "Cairo", "citations": [citation("Cairo")]}
    text = truncated_json(result, 1000, characters)
    assert json.loads(text) == {"note": NOTE, "truncated": None, "result": result}
    assert text.startswith('{"note": "Everything under \'result\' is quoted')


def test_details_go_before_quotations_and_the_last_quotation_first() -> None:
    result = {"citations": [citation("one " * 200), citation("two " * 200)]}
    without = {"article_id": "a", "quote": "one " * 200}
    some = json.loads(truncated_json(result, 2_200, characters))
    assert [one["quote"] for one in some["result"]["citations"]] == ["one " * 200, "two " * 200]
    assert "also" not in some["result"]["citations"][0]
    assert some["truncated"].startswith("To save tokens this was left out: further sources")
    fewer = json.loads(truncated_json(result, 1_700, characters))
    assert fewer["result"]["citations"] == [without]
    assert "the last 1 of 2 citations" in fewer["truncated"]


def test_a_long_text_says_where_to_read_on() -> None:
    article = {"article_id": "a", "start": 100, "end": 5_100, "text": "abcde" * 1_000}
    cut = json.loads(truncated_json(article, 2_000, characters))
    result = cut["result"]
    assert result["text"] == article["text"][: result["end"] - 100]
    assert 500 < len(result["text"]) < 2_000
    assert f"to be read with start={result['end']}" in cut["truncated"]


def test_what_has_no_small_part_is_left_out() -> None:
    text = truncated_json({"answer": "x" * 3_000}, 1_000, characters)
    assert json.loads(text)["result"] == {}
    assert "no part of it is small enough" in text


def test_a_checked_quotation_loses_what_differs_and_then_what_was_asked() -> None:
    near = {"quote": "a " * 200, "difference": [{"article": "a " * 200, "pasted": "b " * 200}]}
    checked = {"text": "b " * 200, "state": "near", "places": [], "more": False, "near": near}
    some = json.loads(truncated_json(checked, 1_700, characters))
    assert some["result"] == {**checked, "near": {"quote": near["quote"]}}
    assert "what differs from the nearest words" in some["truncated"]
    fewer = json.loads(truncated_json(checked, 1_100, characters))["result"]
    assert fewer["near"] == {"quote": near["quote"]}
    assert "text" not in fewer
    assert json.loads(truncated_json(checked, 600, characters))["result"] == {}


HIDDEN = "a\u202eb\u200bc\u00adde\ufe0f\U000e0041\U000e0100\x85\ufeff"


def test_what_cannot_be_seen_is_shown_and_still_exact() -> None:
    text = truncated_json({"text": HIDDEN + "é ü 会议", "start": 0, "end": 3}, 5_000, characters)
    assert json.loads(text)["result"]["text"] == HIDDEN + "é ü 会议"
    assert "é ü 会议" in text
    assert r"\u202eb\u200bc\u00adde\ufe0f\udb40\udc41\udb40\udd00\u0085\ufeff" in text


words = st.text(max_size=300)
quotations = st.lists(st.builds(citation, words), max_size=6)
results = st.one_of(
    st.fixed_dictionaries({"answer": words, "citations": quotations, "nearest": quotations}),
    st.fixed_dictionaries({"hits": st.lists(st.fixed_dictionaries({"text": words}), max_size=9)}),
    st.fixed_dictionaries(
        {"start": st.just(0), "end": st.just(0), "text": st.text(max_size=3_000)}
    ),
)
counter = TokenCounter()


@given(result=results, max_tokens=st.integers(MIN_TOKENS, 900))
def test_never_more_tokens_than_allowed_and_never_half_a_quotation(
    result: Json, max_tokens: int
) -> None:
    text = truncated_json(result, max_tokens, counter.count)
    assert counter.count([text])[0] <= max_tokens
    kept = json.loads(text)["result"]
    for name in ("citations", "nearest", "hits"):
        whole = [one.get("quote", one.get("text")) for one in result.get(name, [])]
        left = [one.get("quote", one.get("text")) for one in kept.get(name, [])]
        assert left == whole[: len(left)]
    assert result.get("text", "").startswith(kept.get("text", ""))
    assert (kept == result) == (json.loads(text)["truncated"] is None)


@pytest.mark.parametrize("max_tokens", [300, 500, 2_000])
def test_as_much_of_a_text_as_fits_is_kept(max_tokens: int) -> None:
    article = {"start": 0, "end": 24_000, "text": "harbour " * 3_000}
    text = truncated_json(article, max_tokens, counter.count)
    assert max_tokens - 130 < counter.count([text])[0] <= max_tokens
