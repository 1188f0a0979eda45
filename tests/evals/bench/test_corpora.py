"""Corpora: the same passages for every system, and copies that are alike and yet different."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.bench.corpora import (
    DAYS,
    Corpora,
    Plan,
    edited,
    edited_text,
    full_plans,
    passages_of,
    quick_plans,
    turned,
)
from evals.bench.measuring import ask_in_turn, build_in_turn
from evals.bench.results import AskResult, BuildResult
from evals.bench.systems import BenchError
from evals.bench.workers.protocol import read_passages
from evals.types import Document
from rag.config import BuildConfig
from rag.index.local import LocalStore
from rag.ingest.build import build
from rag.models.embedder import Embedder
from tests.evals.bench.worlds import NEWS, dateline_competitor


def test_the_passages_are_those_of_datelines_index(
    tmp_path: Path, models: Path, corpora: Corpora, data: Path
) -> None:
    """Through Dateline's own worker process: the real builder, and the real pipeline."""
    corpus = corpora.prepare(NEWS)
    dateline = dateline_competitor(tmp_path, models)
    failed: list[str] = []
    kept: dict[str, BuildResult] = {}

    def fail(name: str, error: BenchError) -> None:
        failed.append(str(error))

    build_in_turn([dateline], corpus, tmp_path, keep=kept.__setitem__, fail=fail)
    asked: dict[str, AskResult] = {}
    ask_in_turn([dateline], corpus, tmp_path, keep=asked.__setitem__, fail=fail)
    assert failed == []
    with LocalStore.open(tmp_path / "dateline") as index:
        indexed = [index.passage(row).text for row in range(len(index))]
    assert indexed == [passage.text for passage in read_passages(str(corpus.folder))]
    assert 0 < kept["dateline"].embedding_seconds[0] < kept["dateline"].seconds[0]
    assert len(asked["dateline"].answer_ms) == 4


def test_passages_are_cut_as_by_the_builder_where_articles_are_long_or_copies(
    tmp_path: Path, embedder: Embedder
) -> None:

    text = " ".join(f"Sentence {i} tells of ship {i} in port {i}." for i in range(60))
    for name in ("a", "copy", "z"):
        said = "Another." if name == "z" else text
        (tmp_path / f"{name}.txt").write_text(f"date 2024-01-01 {said}")
    cut = [one.text for texts in passages_of(tmp_path, embedder) for one in texts]
    build(BuildConfig(tmp_path, tmp_path / ".index"), embedder=embedder)
    with LocalStore.open(tmp_path / ".index") as index:
        assert cut == [index.passage(row).text for row in range(len(index))]
    assert len(cut) > 3


def test_a_repeated_corpus_has_the_passages_wanted_and_vectors_for_dateline(
    tmp_path: Path, models: Path, corpora: Corpora, embedder: Embedder
) -> None:
    corpus = corpora.prepare(Plan("repeated", "repeated", 10, of=NEWS, starts=1, questions=2))
    passages = list(read_passages(str(corpus.folder)))
    vectors = np.load(corpus.folder / "vectors.npy")
    assert corpus.passages == len(passages) == len(vectors) == 10
    assert [one.article for one in passages[3:6]] == ["n-4", "n-1~1", "n-2~1"]
    assert [question.id for question in corpus.questions] == ["n-1", "n-3"]
    built: list[BuildResult] = []
    build_in_turn(
        [dateline_competitor(tmp_path, models)],
        corpus,
        tmp_path,
        keep=lambda name, one: built.append(one),
        fail=lambda name, error: pytest.fail(str(error)),
    )
    with LocalStore.open(tmp_path / "dateline") as index:
        assert np.array_equal(index.vectors.vectors, vectors)
        assert index.model_fingerprint == embedder.fingerprint


def test_a_prepared_corpus_is_used_again_unless_it_is_another(
    data: Path, tmp_path: Path, embedder: Embedder
) -> None:
    said: list[str] = []
    news = data / "news" / "reuters21578.jsonl.gz"
    corpora = Corpora(tmp_path, news, embedder, say=said.append)
    for size in (2, 2, 3):
        corpora.prepare(replace(NEWS, size=size))
    assert said == ["preparing news"] * 2


def test_a_corpus_that_is_no_longer_cut_alike_is_prepared_anew(
    data: Path, tmp_path: Path, embedder: Embedder
) -> None:
    said: list[str] = []
    corpora = Corpora(tmp_path, data / "news" / "reuters21578.jsonl.gz", embedder, say=said.append)
    first = corpora.prepare(NEWS)
    passages = first.folder / "passages.jsonl"
    whole = passages.read_bytes()
    passages.write_bytes(whole.replace(b"Harbour", b"Hafen").replace(b"harbour", b"hafen"))
    (first.folder / "originals.npy").write_bytes(b"vectors of those passages")
    assert corpora.prepared(NEWS) == first
    assert corpora.prepare(NEWS) == first
    assert said == ["preparing news"] * 2
    assert passages.read_bytes() == whole
    assert not (first.folder / "originals.npy").exists()


def test_other_passages_have_another_fingerprint(
    data: Path, tmp_path: Path, embedder: Embedder
) -> None:
    news = data / "news" / "reuters21578.jsonl.gz"
    prints = [
        Corpora(tmp_path / str(number), news, embedder, say=lambda said: None)
        .prepare(replace(NEWS, size=size))
        .fingerprint
        for number, size in enumerate((4, 4, 3))
    ]
    assert prints[0] == prints[1] != prints[2]


def test_a_judged_corpus_that_is_cut_short_keeps_what_is_asked_for(
    data: Path, tmp_path: Path, embedder: Embedder
) -> None:
    corpora = Corpora(tmp_path, data / "none", embedder, say=lambda said: None)
    plan = Plan("time", "judged", 2, data / "ir" / "time", questions=2)
    corpus = corpora.prepare(plan)
    assert [question.id for question in corpus.questions] == ["1", "3"]
    assert {one.article for one in read_passages(str(corpus.folder))} == {"n-1", "n-3"}


def test_plans_grow_and_are_asked_the_same(tmp_path: Path) -> None:
    full = [plan for plan in full_plans(tmp_path, None) if plan.kind in ("news", "repeated")]
    assert [plan.size for plan in full] == [1_000, 5_000, 18_000, 100_000, 1_000_000]
    assert {plan.asked_among for plan in full} == {1_000}
    for plans in (full_plans, quick_plans):
        assert [plan.kind for plan in plans(tmp_path, tmp_path)][-1] == "reading"


TEXTS = st.text(st.sampled_from("abcde ABC 0123456789,.\n"), max_size=120)
STORY = Document(
    "r-1",
    "Shares of Bahia fell 12 pct on Monday, said Comissaria Smith. They rose 0.5 in March.",
    "Bahia, a review",
    "1987-02-26",
)


@given(TEXTS, st.integers(1, 60))
def test_a_copy_is_the_same_each_time_and_keeps_all_other_words(text: str, copy: int) -> None:
    other = edited_text(text, copy)
    assert other == edited_text(text, copy)
    assert len(other.split()) == len(text.split())
    for before, after in zip(text.split(), other.split(), strict=True):
        assert before == after or not (before.isalpha() and before.islower())


@given(st.text(max_size=200))
def test_copy_0_is_the_original(text: str) -> None:
    assert edited_text(text, 0) == text


def test_names_numbers_and_days_change_and_alike_within_a_copy() -> None:
    first, second = edited(STORY, 1), edited(STORY, 2)
    assert edited(STORY, 0) is STORY
    assert len({STORY.text, first.text, second.text}) == 3
    assert (first.id, first.date, second.date) == ("r-1~1", "1987-03-28", "1987-04-27")
    assert "Tuesday" in first.text
    assert "Wednesday" in second.text
    assert "April" in first.text
    assert (
        edited_text("said Smith, then Smith", 1).split()[1::2][0].strip(",")
        == (edited_text("then Smith", 1).split()[1])
    )


@given(st.integers(1, 10**12), st.integers(1, 60))
def test_a_number_stays_as_long(number: int, copy: int) -> None:
    other = edited_text(str(number), copy)
    assert len(other) == len(str(number))
    assert other.isdecimal()
    assert not other.startswith("0")


@given(st.sampled_from(DAYS), st.integers(0, 60))
def test_a_day_stays_a_day(day: str, copy: int) -> None:
    assert edited_text(f"on {day}", copy).removeprefix("on ") in DAYS


@given(st.integers(1, 60), st.integers(0, 10**6))
def test_a_turned_vector_is_near_of_length_1_and_the_same_each_time(copy: int, row: int) -> None:
    vector = np.full(384, 384**-0.5, np.float32)
    moved = turned(vector, copy=copy, row=row)
    assert np.array_equal(moved, turned(vector, copy=copy, row=row))
    assert abs(float(np.linalg.norm(moved)) - 1) < 1e-5
    assert 0.93 < float(moved @ vector) < 0.99
    assert turned(vector, copy=0, row=row) is vector
