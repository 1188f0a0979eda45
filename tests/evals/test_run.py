"""Asking a set: what is scored, what is counted as wrong, what is found out about quotations."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evals.record import run_json
from evals.run import quotations_hold
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


def test_what_is_pressed_out_is_measured_by_its_words_where_there_is_an_answer() -> None:
    span = replace(
        QUESTIONS[5], kind="span"
    )  # Eva Lind, in "Eva Lind sold the last barrel at noon."
    unanswerable = replace(QUESTIONS[8], kind="span")
    held, refused = run_small(Words(least=0.9), small_set(questions=(span, unanswerable))).outcomes
    assert held.scores["f1"] == 0.0
    assert held.scores["f1_if_answered"] == pytest.approx(2 * 2 / (2 + 7))
    assert held.scores["em_if_answered"] == 0.0
    assert not {"em_if_answered", "f1_if_answered"} & set(refused.scores)


def test_without_a_search_there_are_no_metrics_of_one() -> None:
    (given,) = run_small(Words(searches=False), small_set(questions=QUESTIONS[:1])).outcomes
    (failed,) = run_small(Failing(searches=False), small_set(questions=QUESTIONS[4:5])).outcomes
    for outcome in (given, failed):
        assert {"correct", "citation_right"} <= set(outcome.scores)
        assert not [name for name in outcome.scores if name.startswith(("article_", "passage_"))]
    part = summarise([given, failed])["splits"]["all"]
    assert not any(part["ranks"].values())


def test_what_the_engine_warned_of_is_told() -> None:
    assert run_small(Words(warnings=("Whole sentences answer.",))).warnings == (
        "Whole sentences answer.",
    )


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


def test_a_set_without_halves_is_asked_whole() -> None:
    public = small_set(questions=tuple(replace(question, half=None) for question in QUESTIONS))
    assert public.part(split="dev").questions == public.questions
    run = run_small(asked_set=public)
    assert not run.halved
    summary = summarise(run.outcomes)
    assert (summary["headline"], set(summary["splits"])) == ("all", {"all"})


@pytest.mark.parametrize(
    ("first_answers", "coverage"),
    [
        # Surest first: F1 of the first answer. A threshold may stop after any of them.
        ([1.0, 0.5, 0.5, 0.4, 0.4], 0.6),
        ([1.0, 1.0, 1.0, 0.49, 1.0], 1.0),
        ([0.49, 1.0, 1.0, 0.0, 0.0], 0.0),
    ],
)
def test_coverage_counts_a_first_answer_with_half_the_f1(
    first_answers: list[float], coverage: float
) -> None:
    outcomes = [
        Outcome(
            replace(QUESTIONS[0], half=None),
            {"confidence": 0.9 - 0.1 * place},
            scores={"if_answered": 0.0, "squad2_f1": 0.0, "f1_if_answered": f1},
        )
        for place, f1 in enumerate(first_answers)
    ]
    refused = Outcome(
        replace(QUESTIONS[8], half=None),
        {"confidence": 0.95},
        scores={"if_answered": 0.0, "squad2_f1": 1.0},
    )
    found = summarise([*outcomes, refused])["splits"]["all"]["metrics"]["answerable_coverage_at_80"]
    assert (found["value"], found["n"]) == (coverage, 5)
    assert found["low"] <= coverage <= found["high"]


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
