"""The tools that programs call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from rag.errors import QuestionError
from rag.present.schema import RETURNED
from rag.tools import Tool, all_tools
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
