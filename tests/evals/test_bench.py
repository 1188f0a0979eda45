"""The side by side: turns, building, asking, and the command from end to end."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.__main__ import main
from evals.bench.asking import ask_in_turn
from evals.bench.building import build_in_turn
from evals.bench.corpora import Corpora, Corpus
from evals.bench.plans import Plan
from evals.bench.results import Asked, Built
from evals.bench.systems import SYSTEMS, BenchError
from evals.bench.turns import Turns
from tests.evals.bench_worlds import (
    NEWS,
    competitor,
    make_environment,
)


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
    asked: dict[str, Asked] = {}
    ask_in_turn(both, judged, tmp_path / "i", keep=asked.__setitem__, fail=fail)
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
    asked: dict[str, Asked] = {}
    ask_in_turn(
        both, corpus, tmp_path / "i",
        keep=asked.__setitem__,
        fail=lambda name, error: failed.append(name),
    )  # fmt: skip
    assert failed == ["bad"]
    assert list(asked) == ["good"]
    assert len(asked["good"].find_ms) == 2 * 2


def test_who_is_asked_alone_is_kept_before_the_next_one_is_asked(
    tmp_path: Path, corpora: Corpora
) -> None:
    corpus = corpora.prepare(replace(NEWS, together=False))
    both = [competitor(tmp_path, "one"), competitor(tmp_path, "two")]
    kept: list[str] = []
    for one in both:
        with one.start() as worker:
            worker.build(corpus.folder, tmp_path / "i" / one.name)

    def keep(name: str, asked: Asked) -> None:
        kept.append(name)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask_in_turn(both, corpus, tmp_path / "i", keep=keep, fail=lambda name, error: None)
    assert kept == ["one"]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


def bench(data: Path, work: Path, models: Path, *more: str) -> int:
    places = ("--work", str(work), "--models", str(models))
    return main(["bench", str(data), "--quick", *places, *more])


@pytest.mark.slow
def test_the_command_runs_with_who_can_be_started_and_goes_on_where_it_stopped(
    data: Path,
    work: Path,
    models: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
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
    assert not (work / "quick" / "growth.svg").exists()
    assert bench(data, work, models, "--only", "repeated-300") == 0
    second = capsys.readouterr()
    assert "time: " not in second.err
    assert "preparing reuters-50" in second.err
    assert "repeated-300: dateline build" in second.err
    told = json.loads((work / "quick" / "bench.json").read_text())
    assert [one["corpus"] for one in told["corpora"]] == ["time", "repeated-300"]

    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("evals.bench.compare.build_in_turn", interrupted)
    assert bench(data, work, models, "--only", "time", "--again") == 130
    kept = json.loads((work / "quick" / "results" / "time" / "dateline.json").read_text())
    assert (kept["built"], kept["asked"]) == (None, None)


def test_an_unknown_corpus_is_one_sentence(
    data: Path, tmp_path: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench(data, tmp_path, models, "--only", "moon") == 1
    *_, line = capsys.readouterr().err.splitlines()
    assert line.startswith("python -m evals: There is no corpus 'moon'; choose from time, ")
