"""Asking a set: what is scored, what counts as wrong, and which quotations are broken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evals.run import peak_memory_mb, quotations_hold
from evals.summary import summarise
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
    right = [
        summarise(one.outcomes, resamples=20)["splits"]["all"]["metrics"] for one in (run, whole)
    ]
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
    part = summarise([given, failed], resamples=20)["splits"]["all"]
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


def test_peak_memory_counts_what_is_held() -> None:
    before = peak_memory_mb()
    held = bytearray(b"x" * 400_000_000)
    assert peak_memory_mb() >= max(before, 400)
    assert len(held) == 400_000_000
