"""Question files in our own format, and the two sets that are committed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest

from evals.sets.own import load_articles, load_questions, split_of
from evals.sets.rows import QuestionSetError
from evals.types import Gold, Question
from rag.query.rewrite import may_follow
from rag.types import Article, Kind, Window

TEXT = "Ten people died. Ten houses burned on Tuesday."


def article(name: str, day: str | None) -> Article:
    return Article(
        id=name,
        text=TEXT,
        body=0,
        published=date.fromisoformat(day) if day else None,
        title="",
        title_derived=True,
        url="",
        path=f"{name}.txt",
        sha256="",
    )


ARTICLES = {
    "old": article("old", "2023-03-12"),
    "new": article("new", "2023-03-16"),
    "undated": article("undated", None),
}
GOOD: dict[str, Any] = {
    "id": "one",
    "question": "How many people died?",
    "kind": "span",
    "answers": [{"text": "Ten", "article_id": "old", "start": 0, "end": 3}],
    "articles": ["old"],
}
UNANSWERABLE = {**GOOD, "id": "two", "answers": [], "articles": [], "unanswerable": True}


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(*rows: Any) -> Path:
        path = tmp_path / "set.jsonl"
        lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


def test_a_plain_question(written: Callable[..., Path]) -> None:
    (question,) = load_questions(written(GOOD), ARTICLES)
    assert question.answers == (Gold("Ten", "old", 0, 3),)
    assert (question.id, question.kind, question.source) == ("one", "span", "set.jsonl:1")
    assert question.kind_known


def test_every_field(written: Callable[..., Path]) -> None:
    row = {
        **GOOD,
        "articles": ["old", "new", "undated"],
        "kind": "list",
        "all": True,
        "history": ["What burned?"],
        "in_full": "How many people did the fire kill?",
        "window": {"after": None, "before": "2023-04-01"},
        "as_of": "2023-03-14",
        "today": "2023-03-15",
        "note": "a note",
    }
    (question,) = load_questions(written(row), ARTICLES)
    assert question.all_answers
    assert question.history == ("What burned?",)
    assert question.in_full == "How many people did the fire kill?"
    assert question.window == Window(None, date(2023, 4, 1))
    assert (question.as_of, question.today) == (date(2023, 3, 14), date(2023, 3, 15))
    assert question.newest == ("new",)
    assert question.note == "a note"


def test_the_fields_of_a_kind(written: Callable[..., Path]) -> None:
    days = {"after": "2023-03-01", "before": "2023-04-01"}
    rows = (
        {**GOOD, "kind": "when", "when": days},
        {**GOOD, "id": "two", "kind": "timeline", "dates": ["2023-03-12"]},
        {**GOOD, "id": "three", "kind": "yesno", "label": "no"},
    )
    when, timeline, yesno = load_questions(written(*rows), ARTICLES)
    assert when.when == Window(date(2023, 3, 1), date(2023, 4, 1))
    assert timeline.dates == (date(2023, 3, 12),)
    assert yesno.label == "no"


def test_an_answer_without_offsets_stands_for_every_occurrence(
    written: Callable[..., Path],
) -> None:
    row = {**GOOD, "answers": [{"text": "Ten", "article_id": "old", "start": None, "end": None}]}
    (question,) = load_questions(written(row), ARTICLES)
    assert question.answers == (Gold("Ten", "old", 0, 3), Gold("Ten", "old", 17, 20))


def test_without_articles_spans_are_taken_as_they_are(written: Callable[..., Path]) -> None:
    row = {**GOOD, "answers": [{"text": "Six", "article_id": "old", "start": 5, "end": 8}]}
    (question,) = load_questions(written(row), None)
    assert question.answers == (Gold("Six", "old", 5, 8),)


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key != name}


def answered(**changes: Any) -> dict[str, Any]:
    return {**GOOD, "answers": [{**GOOD["answers"][0], **changes}]}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        *((without(name), f"the field '{name}' is missing") for name in GOOD),
        ("{not json", "is not JSON"),
        ("[1]", "is not a JSON object"),
        ({**GOOD, "anwsers": []}, "the field 'anwsers' is unknown"),
        ({**GOOD, "id": ""}, "'id' is '', not a text"),
        ({**GOOD, "question": 7}, "'question' is 7, not a text"),
        ({**GOOD, "kind": "essay"}, "'kind' is 'essay', none of span, list"),
        ({**GOOD, "unanswerable": "no"}, "'unanswerable' is 'no', neither true nor false"),
        ({**GOOD, "unanswerable": True}, "is unanswerable and has answers"),
        ({**UNANSWERABLE, "unanswerable": False}, "has no answers and is not marked unanswerable"),
        ({**GOOD, "articles": ["lost"]}, "there is no article 'lost'"),
        ({**GOOD, "articles": []}, "the article 'old' of an answer is not among 'articles'"),
        ({**GOOD, "articles": "old"}, "'articles' is 'old', not a list"),
        (answered(article_id="lost"), "there is no article 'lost'"),
        (answered(start=1, end=4), "the span [1, 4) of 'old' is 'en ', not 'Ten'"),
        (answered(start=3, end=0), "an answer has the impossible span [3, 0)"),
        (answered(start=True, end=4), "an answer has the impossible span [True, 4)"),
        (answered(strt=0), "the field 'strt' of an answer is unknown"),
        (answered(start=None), "an answer has only one of 'start' and 'end'"),
        (answered(text="Six", start=None, end=None), "'Six' does not stand in 'old'"),
        ({**GOOD, "answers": ["Ten"]}, "'answers' holds 'Ten', not an object"),
        ({**GOOD, "label": "yes"}, "has 'label' but is of kind 'span'"),
        ({**GOOD, "dates": ["2023-03-12"]}, "has 'dates' but is of kind 'span'"),
        ({**GOOD, "kind": "yesno"}, "is of kind 'yesno' and has no 'label'"),
        ({**GOOD, "kind": "when"}, "is of kind 'when' and has no 'when'"),
        ({**GOOD, "kind": "yesno", "label": "maybe"}, "'label' is 'maybe', none of yes, no"),
        ({**GOOD, "as_of": "2024-02-30"}, "'as_of' holds '2024-02-30', not a day"),
        ({**GOOD, "dates": [20240101]}, "'dates' holds 20240101, not a day"),
        ({**GOOD, "window": {}}, "'window' has no bound"),
        ({**GOOD, "window": {"from": "2024-01-01"}}, "not an object of 'after' and 'before'"),
        (
            {**GOOD, "when": {"after": "2024-01-02", "before": "2024-01-01"}},
            "no day lies in 'when' from 2024-01-02 to before 2024-01-01",
        ),
        ({**GOOD, "history": [""]}, "'history' holds '', not a text"),
        ({**GOOD, "in_full": "How?"}, "has 'in_full' but no 'history'"),
        ({**GOOD, "history": ["What?"], "in_full": ""}, "'in_full' is '', not a text"),
    ],
)
def test_a_bad_line_is_named_with_its_reason(
    row: Any, reason: str, written: Callable[..., Path]
) -> None:
    with pytest.raises(QuestionSetError) as caught:
        load_questions(written(UNANSWERABLE, "", row), ARTICLES)
    assert "set.jsonl:3: " in str(caught.value)
    assert reason in str(caught.value)
    assert len(caught.value.problems) == 1


def test_every_bad_line_is_told_at_once(written: Callable[..., Path]) -> None:
    with pytest.raises(QuestionSetError) as caught:
        load_questions(written(GOOD, without("kind"), GOOD, answered(start=1, end=4)), ARTICLES)
    assert [problem.split(": ")[0] for problem in caught.value.problems] == [
        "set.jsonl:2",
        "set.jsonl:3",
        "set.jsonl:4",
    ]
    assert "set.jsonl:3: the id 'one' is that of set.jsonl:1" in caught.value.problems
    assert "Nothing was scored" in str(caught.value)


def test_an_endless_list_of_problems_is_cut(written: Callable[..., Path]) -> None:
    with pytest.raises(QuestionSetError, match="and 50 more") as caught:
        load_questions(written(*["x"] * 150), ARTICLES)
    assert len(caught.value.problems) == 150


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "holds no question"), (b"\n \n", "holds no question"), (b"\xff\xfe{}", "is not UTF-8")],
)
def test_a_file_without_questions(data: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(data)
    with pytest.raises(QuestionSetError, match=reason):
        load_questions(path, ARTICLES)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match="cannot be read"):
        load_questions(tmp_path / "set.jsonl", ARTICLES)


def test_the_split_is_even_and_for_ever() -> None:
    ids = [f"seeds-{number:03}" for number in range(2000)]
    share = sum(split_of(name) == "dev" for name in ids) / len(ids)
    assert 0.46 < share < 0.54
    assert [split_of(name) for name in ids[:6]] == ["dev", "test", "test", "test", "test", "dev"]


def test_articles_are_read_as_a_build_reads_them(tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text(" date 2999-01-01 It rained.", encoding="utf-8")
    (tmp_path / "rows.jsonl").write_text('{"id": "r", "text": "It snowed."}\n', encoding="utf-8")
    articles = load_articles(tmp_path)
    assert sorted(articles) == ["r", "story"]
    assert articles["story"].published == date(2999, 1, 1)


ROOT = Path(__file__).parents[3]
SETS = {
    "seeds": (ROOT / "seeds", 120, 40),
    "gazette": (ROOT / "evals" / "corpora" / "gazette", 300, 100),
}
Loaded = tuple[list[Question], Mapping[str, Article]]


@pytest.fixture(scope="module", params=SETS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def loaded(name: str) -> Loaded:
    articles = load_articles(SETS[name][0])
    return load_questions(ROOT / "evals" / "questions" / f"{name}.jsonl", articles), articles


def test_the_gazette_is_a_newspaper_of_18_months_in_every_format_and_says_it_is_invented() -> None:
    folder = SETS["gazette"][0]
    articles = load_articles(folder).values()
    days = sorted(article.published for article in articles if article.published)
    assert len(articles) >= 60
    assert (days[-1] - days[0]).days >= 17 * 30
    assert sum(article.published is None for article in articles) >= 1
    suffixes = {Path(article.path).suffix for article in articles}
    assert suffixes == {".txt", ".md", ".html", ".jsonl", ".csv"}
    assert "An invented newspaper." in (folder.parent / "README.md").read_text("utf-8")


def test_there_are_enough(name: str, loaded: Loaded) -> None:
    questions, _ = loaded
    _, all_told, unanswerable = SETS[name]
    assert sum(question.unanswerable for question in questions) >= unanswerable
    assert len(questions) >= all_told


def test_spans_are_literal(loaded: Loaded) -> None:
    questions, articles = loaded
    golds = [gold for question in questions for gold in question.answers]
    assert len(golds) > 100
    assert [g for g in golds if articles[g.article_id].text[g.start : g.end] != g.text] == []


def test_every_kind_is_asked_for_and_has_its_answer(loaded: Loaded) -> None:
    questions, _ = loaded
    answerable = [question for question in questions if not question.unanswerable]
    assert {question.kind for question in answerable} == set(get_args(Kind))
    assert all(q.label for q in answerable if q.kind == "yesno")
    assert all(q.when for q in answerable if q.kind == "when")
    assert all(q.dates for q in answerable if q.kind == "timeline")
    assert all(q.all_answers for q in answerable if q.kind == "list")
    assert all(q.newest for q in answerable if q.kind == "latest")


def test_ids_and_questions_are_unique(name: str, loaded: Loaded) -> None:
    questions, _ = loaded
    ids = [question.id for question in questions]
    assert all(one.startswith(f"{name}-") for one in ids)
    assert len(set(ids)) == len(ids)
    asked = Counter((q.question.lower(), q.history, q.as_of, q.today, q.window) for q in questions)
    assert [question for question, count in asked.items() if count > 1] == []


def test_every_follow_up_is_written_out_in_full_as_well(loaded: Loaded) -> None:
    questions, _ = loaded
    assert all(bool(question.in_full) == bool(question.history) for question in questions)
    assert all(not may_follow(question.in_full) for question in questions if question.in_full)


def test_both_splits_have_all_there_is(loaded: Loaded) -> None:
    questions, _ = loaded
    for split in ("dev", "test"):
        part = [question for question in questions if split_of(question.id) == split]
        assert len(part) >= len(questions) * 0.4
        assert sum(question.unanswerable for question in part) >= len(part) * 0.25
        assert any(question.history for question in part)
        assert any(question.window for question in part)
