"""The two committed sets: every span literal, enough questions, and of every kind."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import pytest

from evals.questions import load_articles, load_questions, split_of
from evals.types import Question
from rag.query.rewrite import may_follow
from rag.types import Article, Kind

ROOT = Path(__file__).parents[2]
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
