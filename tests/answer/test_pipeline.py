"""The pipeline over the two seed articles: what it answers, and the reasons it gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rag import AskConfig, Pipeline, Window
from rag.config import BuildConfig
from rag.errors import IndexMismatch, IndexMissing, QuestionError
from rag.types import Answer

CAIRO = "Where did Sharif and Pezeshkian meet?"


@pytest.fixture(scope="module")
def config(seed_index: BuildConfig) -> AskConfig:
    return AskConfig(seed_index.articles, seed_index.index, models=seed_index.models)


@pytest.fixture(scope="module")
def pipeline(config: AskConfig) -> Iterator[Pipeline]:
    with Pipeline.open(config=config) as opened:
        yield opened


def without_timings(answer: Answer) -> Answer:
    return replace(answer, timings_ms={})


def test_an_answer_is_a_slice_of_the_file(pipeline: Pipeline, config: AskConfig) -> None:
    answer = pipeline.ask(CAIRO)
    assert answer.reason is None
    [cited] = answer.citations
    text = (config.articles / cited.article.path).read_bytes().decode()
    assert cited.quote == text[cited.start : cited.end] == answer.text
    assert "Cairo" in cited.quote
    assert cited.sentence_start <= cited.start < cited.end <= cited.sentence_end


def test_two_pipelines_give_the_same_answer(pipeline: Pipeline, config: AskConfig) -> None:
    with Pipeline.open(config=config) as other:
        for question in (CAIRO, "What is BRICS?", "bread", ""):
            asked = pipeline.ask(question), other.ask(question)
            assert without_timings(asked[0]) == without_timings(asked[1])


@pytest.mark.parametrize(
    ("question", "window", "reason"),
    [
        ("", None, "empty_question"),
        ("…", None, "empty_question"),
        (CAIRO, Window(before=date(2000, 1, 1)), "outside_window"),
        ("How do I bake sourdough bread?", None, "low_confidence"),
    ],
)
def test_the_reasons(pipeline: Pipeline, question: str, window: Window | None, reason: str) -> None:
    answer = pipeline.ask(question, window=window)
    assert answer.reason == reason
    assert (answer.text, answer.citations) == (None, ())
    assert bool(answer.nearest) == (reason == "low_confidence")


def test_the_threshold_can_be_set_down_to_nothing(config: AskConfig) -> None:
    with Pipeline.open(config=replace(config, min_confidence=0.0)) as eager:
        assert eager.ask("How do I bake sourdough bread?").reason is None
    with Pipeline.open(config=replace(config, min_confidence=1.0)) as shy:
        assert shy.ask(CAIRO).reason == "low_confidence"


def test_too_long_a_question_is_refused(pipeline: Pipeline) -> None:
    with pytest.raises(QuestionError):
        pipeline.ask("x" * 3000)


def test_without_an_index_or_its_model(config: AskConfig, tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="python -m rag build"):
        Pipeline.open(tmp_path)


def test_an_index_of_another_model_is_refused(tmp_path: Path, models: Path) -> None:
    from tests.ingest.building import run, story, write

    run(write(tmp_path / "in", {"a.txt": story(1)}), tmp_path / "index")
    with pytest.raises(IndexMismatch, match="python -m rag build --full"):
        Pipeline.open(tmp_path / "index", AskConfig(models=models))
