"""Systems build and are asked in turn; those that fail are left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.bench.corpora import BenchCorpus, Corpora, Plan
from evals.bench.measuring import Turns, ask_in_turn, build_in_turn
from evals.bench.results import AskResult, BuildResult
from evals.bench.systems import BenchError
from tests.evals.bench.worlds import NEWS, competitor


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
def judged(data: Path, corpora: Corpora) -> BenchCorpus:
    path = data / "ir" / "time"
    return corpora.prepare(Plan("time", "judged", path=path, starts=1, rounds=2, questions=0))


def test_systems_build_and_are_asked_in_turn(tmp_path: Path, judged: BenchCorpus) -> None:
    both = [competitor(tmp_path, "one"), competitor(tmp_path, "two", answers=False)]
    kept: dict[str, BuildResult] = {}
    failed: list[str] = []

    def fail(name: str, error: BenchError) -> None:
        failed.append(name)

    build_in_turn(both, judged, tmp_path / "i", keep=kept.__setitem__, fail=fail)
    asked: dict[str, AskResult] = {}
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
    tmp_path: Path, judged: BenchCorpus, bad: str, builds: int
) -> None:
    corpus = replace(judged, plan=replace(judged.plan, builds=builds))
    kept: dict[str, BuildResult] = {}
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
    asked: dict[str, AskResult] = {}
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

    def keep(name: str, asked: AskResult) -> None:
        kept.append(name)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask_in_turn(both, corpus, tmp_path / "i", keep=keep, fail=lambda name, error: None)
    assert kept == ["one"]
