"""The tools that programs call, and what fits into their replies."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from rag.errors import QuestionError
from rag.ingest.splitter import TokenCounter
from rag.present.schema import RETURNED
from rag.tools import MIN_TOKENS, NOTE, Tool, all_tools, truncated_json
from tests.tool_articles import BRIDGE, HARBOUR, tools


@pytest.fixture
def named(tmp_path: Path) -> dict[str, Tool]:
    return {tool.name: tool for tool in all_tools(tools(tmp_path, harbour=HARBOUR, bridge=BRIDGE))}


def test_an_answer_is_a_slice_of_its_article(named: dict[str, Tool]) -> None:
    answer = named["ask"].call({"question": "What closed the harbour of Veldt?"})
    (citation,) = answer["citations"][:1]
    article = named["get_article"].call({"article_id": citation["article_id"]})
    assert article["text"] == HARBOUR
    assert article["text"][citation["start"] : citation["end"]] == citation["quote"]


@pytest.mark.parametrize(
    ("window", "ids"),
    [
        ({}, {"harbour", "bridge"}),
        ({"after": "2024-06-01"}, {"bridge"}),
        ({"before": "2024-06-01"}, {"harbour"}),
        ({"as_of": "2024-07-07"}, {"harbour"}),
    ],
)
def test_a_search_keeps_inside_its_window(
    named: dict[str, Tool], window: dict[str, str], ids: set[str]
) -> None:
    found = named["search_articles"].call({"query": "the news from Veldt", **window})
    assert {hit["article_id"] for hit in found["hits"]} == ids
    assert all(
        hit["text"] in {"harbour": HARBOUR, "bridge": BRIDGE}[hit["article_id"]]
        for hit in found["hits"]
    )


def test_a_search_returns_at_most_what_was_wanted(named: dict[str, Tool]) -> None:
    found = named["search_articles"].call({"query": "the news from Veldt", "top_k": 1})
    assert [hit["rank"] for hit in found["hits"]] == [1]


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ({}, BRIDGE),
        ({"start": 16}, BRIDGE[16:]),
        ({"start": 16, "end": 26}, "The bridge"),
        ({"start": 16, "end": 5}, ""),
        ({"end": 10_000}, BRIDGE),
        ({"start": 10_000}, ""),
    ],
)
def test_a_part_of_an_article_says_where_it_stands(
    named: dict[str, Tool], part: dict[str, int], text: str
) -> None:
    found = named["get_article"].call({"article_id": "bridge", **part})
    assert found["text"] == text == BRIDGE[found["start"] : found["end"]]
    assert found["length"] == len(BRIDGE)


@pytest.mark.parametrize(
    ("quote", "state", "ids"),
    [
        ("Nine fishing boats waited outside.", "exact", ["harbour"]),
        ("of Veldt was", "exact", ["bridge", "harbour"]),
        ("Nine small fishing boats waited outside.", "near", []),
        ("The king of Ruritania sang in an opera last night.", "not_found", []),
    ],
)
def test_a_quotation_is_checked(
    named: dict[str, Tool], quote: str, state: str, ids: list[str]
) -> None:
    found = named["check_quote"].call({"quote": quote})
    assert found["state"] == state
    assert [place["article_id"] for place in found["places"]] == ids


QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    ("ask", {"question": "What closed the harbour of Veldt?"}),
    ("ask", {"question": "When was the bridge of Veldt opened?", "kind": "when"}),
    ("ask", {"question": "What is the price of tin?"}),
    ("ask", {"question": "", "history": ["What closed the harbour?"], "undated": True}),
    ("search_articles", {"query": "Veldt"}),
    ("get_article", {"article_id": "bridge"}),
    ("check_quote", {"quote": "of Veldt was"}),
    ("check_quote", {"quote": "Nine small fishing boats waited outside."}),
    ("check_quote", {"quote": "A horse of another colour altogether."}),
]


@pytest.mark.parametrize(("name", "values"), QUESTIONS)
def test_what_is_returned_is_as_described(
    named: dict[str, Tool], name: str, values: dict[str, Any]
) -> None:
    TypeAdapter(RETURNED[name]).validate_python(named[name].call(values), strict=True)


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("ask", {}, r"'question' cannot be used \(Field required\)"),
        ("ask", {"question": 7}, "'question' cannot be used"),
        ("ask", {"question": "Who?", "colour": "red"}, "'colour' cannot be used"),
        ("ask", {"question": "Who?", "kind": "song"}, "'kind' cannot be used"),
        ("ask", {"question": "Who?", "history": "Why?"}, "'history' cannot be used"),
        ("ask", {"question": "Who?", "after": "2024-02-30"}, "'after' is not a day such as"),
        ("ask", {"question": "x" * 2001}, "has 2,001 characters"),
        ("search_articles", {"query": "Veldt", "top_k": 0}, "'top_k' cannot be used"),
        ("search_articles", {"query": "Veldt", "top_k": 51}, "'top_k' cannot be used"),
        ("get_article", {"article_id": "bridge", "start": -1}, "'start' cannot be used"),
        ("check_quote", {"quote": " "}, "nothing to look for"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(
    named: dict[str, Tool], name: str, values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(QuestionError, match=sentence):
        named[name].call(values)


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
