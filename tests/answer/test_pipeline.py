"""The pipeline: its stages and its answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rag import AskConfig, Pipeline, Window
from rag.answer.engine import Answered, ReadingLog, Retrieved
from rag.answer.evidence import Ranker, Weights
from rag.config import BuildConfig
from rag.errors import IndexMismatch, IndexMissing, QuestionError
from rag.models.reader import PassageReading
from rag.query.understand import Understood, understand
from rag.types import Answer, Passage, Span
from tests.answer.making import article, hit

STORY = article("One two three. Four five six. Seven eight nine.")
FIRST, SECOND = Passage(STORY, 0, 29, 0), Passage(STORY, 15, 47, 1)
OTHER = Passage(article("Nothing here.", article_id="b"), 0, 13, 0)
HITS = [hit(one, rank=rank) for rank, one in enumerate((SECOND, OTHER, FIRST), 1)]


class Marks:
    """A reader that finds the spans it was given in an article, whatever is asked."""

    name = "marks"

    def __init__(self, *spans: Span) -> None:
        self._spans = spans

    def read(self, question: str, passages: Sequence[Passage]) -> list[PassageReading]:
        return [PassageReading(self._inside(passage), 0.0) for passage in passages]

    def _inside(self, passage: Passage) -> tuple[Span, ...]:
        return tuple(
            span
            for span in self._spans
            if passage.article is STORY and passage.start <= span.start and span.end <= passage.end
        )


def ranker(*spans: Span) -> Ranker:
    return Ranker(Marks(*spans), Weights(1.0))


def test_a_passage_has_the_best_score_of_what_lies_in_it() -> None:
    readings = ReadingLog()
    # "Four" lies in both passages; "One" in the first alone, and "nine" in the second.
    read = ranker(Span(15, 19, 3.0), Span(0, 3, 5.0), Span(42, 46, 1.0)).candidates
    readings.noting(read)("q", HITS)
    assert [one.reader for one in readings.considered(HITS)] == [3.0, None, 5.0]
    assert [one.hit for one in readings.considered(HITS)] == HITS


def test_the_reader_that_is_asked_first_leads() -> None:
    readings = ReadingLog()
    spans = readings.noting(ranker(Span(0, 3, 5.0)).candidates)
    sentences = readings.noting(ranker(Span(0, 14, 0.1)).candidates)
    assert [one.reader for one in readings.considered(HITS)] == [None, None, None]
    sentences("q", HITS)
    spans("q", HITS)
    assert [one.reader for one in readings.considered(HITS)] == [None, None, 0.1]


def test_what_was_not_read_has_no_score() -> None:
    readings = ReadingLog()
    readings.noting(ranker(Span(15, 19, 3.0)).candidates)("q", HITS[:1])
    assert [one.reader for one in readings.considered(HITS[:2])] == [3.0, None]


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


def test_the_stages_lead_to_the_answer(pipeline: Pipeline) -> None:
    understood, retrieved, answered = pipeline.asking(CAIRO)
    assert isinstance(understood, Understood)
    assert isinstance(retrieved, Retrieved)
    assert isinstance(answered, Answered)
    assert retrieved.query == understood.query == answered.answer.query
    assert without_timings(answered.answer) == without_timings(pipeline.ask(CAIRO))
    assert tuple(one.hit for one in answered.considered) == retrieved.hits
    [cited] = answered.answer.citations
    scores = [one.reader for one in answered.considered if one.reader is not None]
    best = next(one for one in answered.considered if one.reader == max(scores))
    assert best.hit.passage.article.id == cited.article.id


def test_what_is_found_in_another_reading_is_a_stage_too(pipeline: Pipeline) -> None:
    stages = list(pipeline.asking("How do I bake sourdough bread, as of June 2024?"))
    assert [type(stage) for stage in stages] == [Understood, Retrieved, Retrieved, Answered]
    windows = [stage.query.window for stage in stages if isinstance(stage, Retrieved)]
    assert windows == [Window(None, date(2024, 7, 1), "as of June 2024"), None]


def test_names_of_the_collection_are_known_while_it_is_asked(pipeline: Pipeline) -> None:
    question = "where did masoud pezeshkian travel?"
    understood = next(iter(pipeline.asking(question)))
    assert isinstance(understood, Understood)
    assert understood.query.entities == ("masoud pezeshkian",)
    assert understand(question, today=date(2025, 1, 1)).query.entities == ()


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
    with pytest.raises(IndexMissing, match="dateline build"):
        Pipeline.open(tmp_path)


def test_an_index_of_another_model_is_refused(tmp_path: Path, models: Path) -> None:
    from tests.ingest.building import run, story, write

    run(write(tmp_path / "in", {"a.txt": story(1)}), tmp_path / "index")
    with pytest.raises(IndexMismatch, match="dateline build --full"):
        Pipeline.open(tmp_path / "index", AskConfig(models=models))
