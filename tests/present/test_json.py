"""The JSON of the contract: every field of an answer, in words that another program reads."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

from rag.present.json import answer_json
from rag.types import Answer, Citation, DatedWords, IndexInfo, Passage, Query, Window
from tests.answer.making import article

DOCS = Path(__file__).parents[2] / "docs" / "json.md"
TEXT = "They met on Tuesday, he said."
INFO = IndexInfo("000001", "f", date(2024, 12, 20), None, "2025-01-01T00:00:00Z", 2, 2)
QUERY = Query(
    "And in June?",
    "Where did they meet? (Sharif)",
    Window(date(2024, 6, 1), date(2024, 7, 1), "June"),
    "when",
    carried=("Sharif",),
)


def cite(article_id: str) -> Citation:
    whole = article(TEXT, article_id=article_id, published=date(2024, 12, 20))
    return Citation(whole, 9, 19, 0, len(TEXT), 0.5)


def answer() -> Answer:
    cited = replace(
        cite("a"),
        also=(cite("b"),),
        copies=(Passage(article(TEXT, article_id="c"), 0, 4, 0),),
        speaker=(21, 23),
        dates=(DatedWords(9, 19, date(2024, 12, 17), None),),
    )
    return Answer(QUERY, "when", "2024-12-17", (cited,), 0.91239, None, (), INFO)


def test_what_was_understood_is_told() -> None:
    values = answer_json(answer(), question_id="q1")
    assert (values["id"], values["question"], values["interpreted"]) == (
        "q1",
        "And in June?",
        "Where did they meet? (Sharif)",
    )
    assert values["kind"] == "when"
    assert values["carried"] == ["Sharif"]
    assert values["window"] == {"after": "2024-06-01", "before": "2024-07-01", "said": "June"}
    assert (values["answer"], values["confidence"]) == ("2024-12-17", 0.9124)


def test_a_citation_tells_who_said_it_when_and_who_else() -> None:
    [cited] = answer_json(answer())["citations"]
    assert cited["speaker"] == {"start": 21, "end": 23, "text": "he"}
    assert cited["dates"] == [
        {"start": 9, "end": 19, "text": "on Tuesday", "after": "2024-12-17", "before": None}
    ]
    [other] = cited["also"]
    assert (other["article_id"], other["quote"], other["also"]) == ("b", TEXT[9:19], [])
    assert cited["copies"] == [{"article_id": "c", "published": None, "file": "c.txt"}]


def test_an_abstention_tells_why_and_what_would_help() -> None:
    nothing = Answer(
        QUERY, "when", None, (), 0.1, "outside_window", (), INFO, advice="Ask for May."
    )
    values = answer_json(nothing)
    assert (values["reason"], values["advice"]) == ("outside_window", "Ask for May.")
    assert (values["answer"], values["abstained"]) == (None, True)
    assert answer_json(answer())["advice"] is None


def test_every_field_is_documented() -> None:
    values = answer_json(answer())
    [cited] = values["citations"]
    documented = set(re.findall(r"`(\w+)`", DOCS.read_text("utf-8")))
    assert {*values, *cited, *cited["speaker"], *cited["dates"][0]} <= documented
    assert json.loads(json.dumps(values)) == values
