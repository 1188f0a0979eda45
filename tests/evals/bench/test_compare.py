"""``python -m evals bench`` from end to end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evals.__main__ import main
from evals.bench.systems import SYSTEMS
from tests.evals.bench.worlds import make_environment


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


def bench(data: Path, work: Path, models: Path, *more: str) -> int:
    places = ("--work", str(work), "--models", str(models))
    return main(["bench", str(data), "--quick", *places, *more])


@pytest.mark.slow
@pytest.mark.full
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
