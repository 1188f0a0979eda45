"""The side by side: turns, building, asking, corpora, and the command from end to end."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.__main__ import main
from evals.bench.asking import ask_in_turn
from evals.bench.building import build_in_turn
from evals.bench.competitor import Competitor
from evals.bench.corpora import Corpora, Corpus, passages_of
from evals.bench.environments import python_of
from evals.bench.plans import Plan, full_plans, quick_plans
from evals.bench.process import Limits, start
from evals.bench.results import Built
from evals.bench.systems import DATELINE, SYSTEMS, BenchError
from evals.bench.turns import Turns
from evals.bench.workers.protocol import Settings, read_passages
from rag.config import BuildConfig
from rag.index.index import Index
from rag.ingest.builder import build
from rag.models.embedder import Embedder
from rag.models.weights import default_model
from tests.evals.bench_worlds import (
    competitor,
    data_folder,
    make_environment,
)

# Turns


@given(st.integers(1, 6), st.integers(1, 12))
def test_everyone_is_first_as_often(count: int, rounds: int) -> None:
    order: list[int] = []
    turns = Turns({str(i): i for i in range(count)}, fail=lambda name, error: None)
    for number in range(rounds * count):
        turns.each(number, order.append)
    firsts = order[::count]
    assert all(firsts.count(i) == rounds for i in range(count))
    assert sorted(order) == sorted(list(range(count)) * rounds * count)


def test_who_fails_is_told_and_left_out() -> None:
    told: list[str] = []
    turns = Turns(
        {"a": 1, "b": 2, "c": 3}, fail=lambda name, error: told.append(f"{name}: {error}")
    )
    done: list[int] = []

    def do(runner: int) -> None:
        if runner == 2:
            raise BenchError("fell")
        done.append(runner)

    turns.each(1, do)
    turns.each(0, do)
    assert told == ["b: fell"]
    assert done == [3, 1, 1, 3]
    assert list(turns.still_in) == ["a", "c"]


# Building and asking


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return data_folder(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def corpora(data: Path, tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Corpora:
    news = data / "news" / "reuters21578.jsonl.gz"
    return Corpora(tmp_path_factory.mktemp("corpora"), news, embedder, say=lambda said: None)


NEWS = Plan("news", "news", 4, starts=1, rounds=2, questions=2)


@pytest.fixture
def judged(data: Path, corpora: Corpora) -> Corpus:
    path = data / "ir" / "time"
    return corpora.prepare(Plan("time", "judged", path=path, starts=1, rounds=2, questions=0))


def test_systems_build_and_are_asked_in_turn(tmp_path: Path, judged: Corpus) -> None:
    both = [competitor(tmp_path, "one"), competitor(tmp_path, "two", answers=False)]
    kept: dict[str, Built] = {}
    failed: list[str] = []

    def fail(name: str, error: BenchError) -> None:
        failed.append(name)

    build_in_turn(both, judged, tmp_path / "i", keep=kept.__setitem__, fail=fail)
    asked = ask_in_turn(both, judged, tmp_path / "i", fail=fail)
    assert failed == []
    assert list(kept) == ["one", "two"]
    assert all(built.index_bytes > 100 and built.peak_mb > 1 for built in kept.values())
    assert len(asked["one"].find_ms) == 2 * 4
    assert asked["one"].found["1"][0] == "n-1"
    assert asked["one"].answers == {"1": "n-1", "2": "n-2", "3": "n-3", "4": "n-4"}
    assert (asked["two"].answers, asked["two"].answer_ms) == ({}, ())


@pytest.mark.parametrize("bad", ["error at build", "loses at nothing"])
@pytest.mark.parametrize("builds", [1, 2])
def test_who_cannot_build_is_left_out_and_the_rest_goes_on(
    tmp_path: Path, judged: Corpus, bad: str, builds: int
) -> None:
    corpus = replace(judged, plan=replace(judged.plan, builds=builds))
    kept: dict[str, Built] = {}
    failed: dict[str, str] = {}
    build_in_turn(
        [competitor(tmp_path, "bad", bad), competitor(tmp_path, "good")],
        corpus,
        tmp_path / "i",
        keep=kept.__setitem__,
        fail=lambda name, error: failed.update({name: str(error)}),
    )
    assert list(kept) == ["good"]
    assert len(kept["good"].seconds) == builds
    assert list(failed) == ["bad"]
    assert failed["bad"].endswith(".")


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("bad", ["dies at open", "error at search", "error at ask"])
def test_who_cannot_be_asked_is_left_out_and_the_rest_goes_on(
    tmp_path: Path, corpora: Corpora, bad: str, together: bool
) -> None:
    corpus = corpora.prepare(NEWS)
    corpus = replace(corpus, plan=replace(corpus.plan, together=together))
    both = [competitor(tmp_path, "bad", bad), competitor(tmp_path, "good")]
    failed: list[str] = []
    for one in both:
        with one.start() as worker:
            worker.build(corpus.folder, tmp_path / "i" / one.name)
    asked = ask_in_turn(both, corpus, tmp_path / "i", fail=lambda name, error: failed.append(name))
    assert failed == ["bad"]
    assert list(asked) == ["good"]
    assert len(asked["good"].find_ms) == 2 * 2


# Corpora


def test_the_passages_are_those_of_datelines_index(
    tmp_path: Path, models: Path, corpora: Corpora, data: Path
) -> None:
    """Through Dateline's own worker process: the real builder, and the real pipeline."""
    corpus = corpora.prepare(NEWS)
    dateline = dateline_competitor(tmp_path, models)
    failed: list[str] = []
    kept: dict[str, Built] = {}

    def fail(name: str, error: BenchError) -> None:
        failed.append(str(error))

    build_in_turn([dateline], corpus, tmp_path, keep=kept.__setitem__, fail=fail)
    asked = ask_in_turn([dateline], corpus, tmp_path, fail=fail)
    assert failed == []
    with Index.open(tmp_path / "dateline") as index:
        indexed = [index.passage(row).text for row in range(len(index))]
    assert indexed == [passage.text for passage in read_passages(str(corpus.folder))]
    assert 0 < kept["dateline"].embedding_seconds[0] < kept["dateline"].seconds[0]
    assert len(asked["dateline"].answer_ms) == 4


def dateline_competitor(folder: Path, models: Path) -> Any:

    settings = Settings(str(default_model()), "", str(models), 1)
    python = python_of(DATELINE, folder)
    starting = partial(start, DATELINE, python, settings, logs=folder, limits=Limits())
    return Competitor("dateline", starting, answers=True)


def test_passages_are_cut_as_by_the_builder_where_articles_are_long_or_copies(
    tmp_path: Path, embedder: Embedder
) -> None:

    text = " ".join(f"Sentence {i} tells of ship {i} in port {i}." for i in range(60))
    for name in ("a", "copy", "z"):
        said = "Another." if name == "z" else text
        (tmp_path / f"{name}.txt").write_text(f"date 2024-01-01 {said}")
    cut = [one.text for texts in passages_of(tmp_path, embedder) for one in texts]
    build(BuildConfig(tmp_path, tmp_path / ".index"), embedder=embedder)
    with Index.open(tmp_path / ".index") as index:
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
    built: list[Built] = []
    build_in_turn(
        [dateline_competitor(tmp_path, models)],
        corpus,
        tmp_path,
        keep=lambda name, one: built.append(one),
        fail=lambda name, error: pytest.fail(str(error)),
    )
    with Index.open(tmp_path / "dateline") as index:
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


# The command


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


def bench(data: Path, work: Path, models: Path, *more: str) -> int:
    places = ("--work", str(work), "--models", str(models))
    return main(["bench", str(data), "--quick", *places, *more])


@pytest.mark.slow
def test_the_command_runs_with_who_can_be_started_and_goes_on_where_it_stopped(
    data: Path, work: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others' environments are broken, so only Dateline itself takes part."""
    for system in SYSTEMS[1:]:
        make_environment(work / "environments", system, "#!/bin/sh\nexit 3\n")
    assert bench(data, work, models, "--only", "time") == 0
    first = capsys.readouterr()
    for system in SYSTEMS[1:]:
        assert f"| {system.title} | everything | {system.title} ended with exit code 3" in first.out
    assert "time: dateline build" in first.err
    assert "| nDCG@10 | 1.000" in first.out
    assert "python -m evals bench DATA --quick" in (work / "quick" / "bench.html").read_text()
    assert bench(data, work, models, "--only", "reuters-50") == 0
    second = capsys.readouterr()
    assert "time: " not in second.err
    assert "reuters-50: dateline build" in second.err
    told = json.loads((work / "quick" / "bench.json").read_text())
    assert [one["corpus"] for one in told["corpora"]] == ["time", "reuters-50"]


def test_an_unknown_corpus_is_one_sentence(
    data: Path, tmp_path: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench(data, tmp_path, models, "--only", "moon") == 1
    *_, line = capsys.readouterr().err.splitlines()
    assert line.startswith("python -m evals: There is no corpus 'moon'; choose from time, ")
