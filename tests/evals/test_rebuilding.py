"""Eight ask the real engine during rebuilds: each answer is of one version, none fails."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evals.rebuilding import (
    COUNTER,
    LoadTest,
    TimedAnswer,
    ask_during_rebuilds,
    figures_text,
    main,
    served,
)
from rag.types import Answer

FLOOD = "date 2024-03-04 The river Tessel flooded the town of Veldt. The mayor closed two bridges."


def shown(test: LoadTest) -> list[Answer]:
    """The answers that quote the counter."""
    answers = [one.answer for one in test.asked]
    return [a for a in answers if any(one.article.id == COUNTER for one in a.citations)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rebuilds", "least_seen"), [(3, 1), pytest.param(20, 10, marks=pytest.mark.full)]
)
def test_no_answer_fails_or_mixes_two_versions(
    models: Path, tmp_path: Path, rebuilds: int, least_seen: int
) -> None:
    (tmp_path / "few").mkdir()
    (tmp_path / "few" / "flood.txt").write_text(FLOOD, "utf-8")
    with served(tmp_path / "few", tmp_path, models) as service:
        asked = ["Which river flooded Veldt?"]
        test = ask_during_rebuilds(
            service, asked, askers=8, rebuilds=rebuilds, between=3, pause_s=1.0
        )
    assert test.errors == []
    assert test.mixed == []
    assert len(test.texts) == rebuilds + 1
    assert len({answer.index.version for answer in shown(test)}) > least_seen
    assert test.times_ms(rebuilding=True)
    assert len(test.times_ms(rebuilding=False)) >= 3 * rebuilds

    old = shown(test)[0]
    other = next(a for a in shown(test) if a.index.version != old.index.version)
    test.asked = [
        TimedAnswer(replace(old, index=other.index), 1.0, True),
        TimedAnswer(other, 2.0, False),
    ]
    assert [answer.query.text for answer in test.mixed] == [old.query.text]
    assert figures_text(test).splitlines() == [
        f"{rebuilds + 1} rebuilds, 2 answers: 0 errors, 1 answers that mix two versions",
        "p95 with a rebuild going on: 1 ms (1 answers)",
        "p95 without:                 2 ms (1 answers)",
        "ratio: 0.50",
    ]


@pytest.mark.slow
def test_the_command_prints_its_figures(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    little = ["--set", "seeds", "--askers", "2", "--rebuilds", "1", "--between", "2"]
    assert main([*little, "--models", str(models)]) == 0
    assert "0 errors, 0 answers that mix two versions" in capsys.readouterr().out
