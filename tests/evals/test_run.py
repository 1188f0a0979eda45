"""Asking a set: what is scored, what is counted as wrong, what is found out about quotations."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evals.record import run_json
from evals.run import Settings, quotations_hold
from evals.sets import SPLITS, open_set
from evals.summary import first_right_rank, summarise
from evals.types import Outcome, Question
from rag.errors import ConfigError, RagError
from tests.evals.small import ARTICLES, QUESTIONS, Failing, Words, run_small, shifted, small_set


def test_every_question_is_asked_in_order_and_scored() -> None:
    run = run_small()
    assert [outcome.question for outcome in run.outcomes] == list(QUESTIONS)
    first, *_, last = run.outcomes
    assert first.stage == "right"
    assert first.answer["citations"][0]["quote"] == "The harbour of Lund froze in January."
    assert first.retrieved[0] == "harbour"
    assert first.passages[0] == ("harbour", 0, 37)
    assert first.scores["correct"] == first.scores["correct_answerable"] == 1.0
    assert "correct_unanswerable" not in first.scores
    assert last.answer["abstained"]
    assert last.scores["correct"] == last.scores["correct_unanswerable"] == 1.0


def test_what_is_held_back_is_scored_as_if_it_were_said() -> None:
    (said,) = run_small(Words(least=0.0), small_set(questions=QUESTIONS[:1])).outcomes
    (held,) = run_small(Words(least=0.9), small_set(questions=QUESTIONS[:1])).outcomes
    assert said.scores["correct"] == said.scores["if_answered"] == 1.0
    assert held.scores["correct"] == 0.0
    assert held.scores["if_answered"] == 1.0
    assert held.stage == "refused"


def test_an_answer_to_an_unanswerable_question_is_never_right_if_answered() -> None:
    refused = run_small().outcomes[8]
    assert refused.question.unanswerable
    assert (refused.scores["correct"], refused.scores["if_answered"]) == (1.0, 0.0)


def test_an_error_is_wrong_and_the_others_go_on() -> None:
    run, whole = run_small(Failing()), run_small()
    failed = run.outcomes[4]
    assert failed.error == "RuntimeError: the reader fell over"
    assert failed.stage == "error"
    assert set(failed.scores) >= {"correct", "if_answered", "article_hit@1"}
    assert set(failed.scores.values()) == {0.0}
    assert [o.scores for o in run.outcomes[5:]] == [o.scores for o in whole.outcomes[5:]]
    right = [summarise(one.outcomes)["splits"]["all"]["metrics"] for one in (run, whole)]
    assert right[0]["correct"]["n"] == right[1]["correct"]["n"] == len(QUESTIONS)
    assert right[0]["correct"]["value"] < right[1]["correct"]["value"]


def test_whole_quotations_hold() -> None:
    assert run_small().broken == ()


def test_a_quotation_that_is_not_in_the_file_is_broken() -> None:
    run = run_small(shifted())
    assert run.broken == tuple(question.id for question in QUESTIONS)


@pytest.mark.parametrize("shown", ["citations", "nearest"])
@pytest.mark.parametrize(
    ("name", "value", "holds"),
    [
        ("start", 4, True),
        ("start", 5, False),
        ("quote", "Harbour", False),
        ("sentence", "The harbour of Lund froze in January", False),
        ("article_id", "bridge", False),
        ("article_id", "nowhere", False),
    ],
)
def test_one_letter_or_place_off_is_broken(
    shown: str, name: str, value: object, holds: bool
) -> None:
    cited = {
        "article_id": "harbour",
        "start": 4,
        "end": 11,
        "quote": "harbour",
        "sentence": "The harbour of Lund froze in January.",
        "sentence_start": 0,
        "sentence_end": 37,
    }
    answer = {"citations": [], "nearest": []} | {shown: [cited | {name: value}]}
    assert quotations_hold(answer, ARTICLES) == holds


def test_fingerprints_tell_other_articles_and_other_questions() -> None:
    here = small_set()
    texts = ARTICLES | {"bridge": replace(ARTICLES["bridge"], sha256="another")}
    harder = (replace(QUESTIONS[0], answers=()), *QUESTIONS[1:])
    noted = (replace(QUESTIONS[0], note="hard", source="small.jsonl:1"), *QUESTIONS[1:])
    assert small_set(articles=texts).corpus != here.corpus
    assert small_set(questions=harder).fingerprint != here.fingerprint
    assert small_set(questions=noted).fingerprint == here.fingerprint


def test_parts_of_a_set() -> None:
    whole = small_set()
    parts = [whole.part(split=split).questions for split in SPLITS]
    assert sorted(len(part) for part in parts) == [14, 16]
    assert {q.id for part in parts for q in part} == {q.id for q in QUESTIONS}
    assert whole.part(limit=3).questions == QUESTIONS[:3]
    with pytest.raises(ConfigError, match="'small' has no question in its part 'dev'"):
        small_set(questions=(parts[0][0],)).part(split="dev")


def test_a_summary_is_deterministic_and_is_json() -> None:
    run = run_small()
    summary = summarise(run.outcomes)
    text = json.dumps(run_json(run, summary), allow_nan=False)
    assert json.loads(text)["summary"] == summary
    assert summarise(run.outcomes) == summary
    assert summary["headline"] == "test"
    assert set(summary["splits"]) == {"test", "dev", "all"}
    for value in summary["splits"]["all"]["metrics"].values():
        assert value["low"] <= value["value"] <= value["high"]


def test_a_summary_of_one_question_of_each_sort_is_json() -> None:
    for question in (
        QUESTIONS[0],
        QUESTIONS[8],
        Question("search", "herring", grades={"market": 1}),
    ):
        summary = summarise(run_small(asked_set=small_set(questions=(question,))).outcomes)
        json.dumps(summary, allow_nan=False)
        assert summary["splits"]["all"]["questions"] == 1


@pytest.mark.parametrize(
    ("retrieved", "rank"),
    [(("harbour", "bridge"), 1), (("market", "bridge", "harbour"), 3), (("market",), None)],
)
def test_the_rank_of_the_first_right_article(retrieved: tuple[str, ...], rank: int | None) -> None:
    outcome = Outcome(QUESTIONS[0], {}, retrieved=retrieved)
    assert first_right_rank(outcome) == rank


def test_each_way_of_building_has_an_index_of_its_own() -> None:
    plain, small = Settings(), Settings("small", build={"max_tokens": 100})
    assert plain.index_name == "index"
    assert small.index_name == "index-max_tokens-100"
    build, ask = small.configs(Path("articles"), Path("index"), Path("models"))
    assert (build.max_tokens, build.articles, ask.articles) == (
        100,
        Path("articles"),
        build.articles,
    )


@pytest.mark.parametrize("name", ["no-such-set", "seed"])
def test_an_unknown_set_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(RagError, match=name):
        open_set(name, tmp_path)


@pytest.mark.parametrize("name", ["seeds", "gazette"])
def test_our_own_sets_open(name: str, tmp_path: Path) -> None:
    opened = open_set(name, tmp_path)
    assert opened.name == name
    assert {article for q in opened.questions for article in q.articles} <= set(opened.articles)
    assert all(opened.part(split=split).questions for split in SPLITS)
