"""``python -m evals.figures`` on a few invented rows: every figure, and none that must be fast."""

from __future__ import annotations

import gzip
import io
import json
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from evals.figures import (
    Effort,
    Figure,
    build_time,
    in_turn,
    main,
    quotations,
    retrieval,
    updating,
)
from evals.sets import read_question_set

LITTLE = Effort(rounds=1, passages=2, quotations=20)
ARTICLES = {
    "time-1": "THE HARBOUR OF LUND FROZE IN JANUARY . TWO BARGES WERE LOST .",
    "time-2": "THE OLD BRIDGE OF SUND WAS CLOSED . THE MAYOR PROMISED A NEW ONE .",
    "time-3": "HERRING COST NINE CROWNS AT THE MARKET . THE LAST BARREL WAS SOLD AT NOON .",
    "time-4": "THE THEATRE OPENED A NEW PLAY . THE AUTHOR DID NOT COME .",
}
QUERIES = {"1": ("BARGES LOST IN THE HARBOUR", "time-1"), "2": ("MAYOR AND BRIDGE", "time-2")}
STORY = "Showers continued throughout the week in the cocoa zone, alleviating the drought. "
STORIES = [
    {"id": f"reuters-{n}", "date": "1987-02-26", "title": f"T{n}", "text": f"No. {n}. {STORY * n}"}
    for n in (1, 30, 40)
]


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command is given: four articles, three stories, and a judgment of nothing."""
    folder = tmp_path_factory.mktemp("figures")
    articles = [{"id": name, "date": "1963-01-04", "text": text} for name, text in ARTICLES.items()]
    write_rows(folder / "ir/time/corpus.jsonl.gz", articles)
    queries = [{"id": query, "text": text} for query, (text, _) in QUERIES.items()]
    write_rows(folder / "ir/time/queries.jsonl.gz", queries)
    judged = [f"{query}\t{relevant}\t1\n" for query, (_, relevant) in QUERIES.items()]
    judgments = ["query-id\tcorpus-id\tscore\n", *judged, "1\ttime-lost\t1\n"]
    (folder / "ir/time/qrels.tsv").write_text("".join(judgments))
    write_rows(folder / "news/reuters21578.jsonl.gz", STORIES)
    return folder


@pytest.fixture(scope="module")
def lines(data: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the command prints, without the marks that depend on how fast this machine is."""
    work, out = tmp_path_factory.mktemp("work"), io.StringIO()
    with redirect_stdout(out):
        main([str(data), "--models", str(models), "--work", str(work)], LITTLE)
    assert list(work.iterdir()) == []
    return [line[5:] for line in out.getvalue().splitlines()]


@pytest.mark.slow
@pytest.mark.full  # imports PyTorch twice, to measure against it
@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, r"TIME, tuned half of the queries: nDCG@10: 1\.000 \(wanted: -\)"),
        (1, r"TIME, held-out half of the queries: nDCG@10: 1\.000 \(wanted: \.70\)"),
        (2, r"passages embedded, against SentenceTransformer\.encode \(.*\): [\d.]+x \(.*\)"),
        (3, r"the same: MRR@10 on TIME, dense alone: 1\.0000 against 1\.0000 \(\+0\.00%\) \(.*\)"),
        (4, r"cold `dateline ask`, against `import .*`: [\d.]+x \([\d.]+ s to [\d.]+ s\) \(.*\)"),
        (5, r"one article added to 3: .*: [\d.]+% \(1 of 9 passages embedded\) \(.*\)"),
        (6, r"peak memory of asking over that index: \d+ MB \(wanted: at most 500 MB\)"),
        (7, r"quotations with text\[start:end\] == quote: 20 of 20 \(wanted: 20 of 20\)"),
    ],
)
def test_every_figure_is_printed(number: int, expected: str, lines: list[str]) -> None:
    assert re.fullmatch(expected, lines[number])
    assert len(lines) == 8


@pytest.mark.slow
def test_articles_of_time_are_found(data: Path, models: Path, tmp_path: Path) -> None:
    time = read_question_set(data / "ir" / "time")
    found = retrieval(time, build_time(time, tmp_path, models))
    assert [figure.value for figure in found] == ["1.000", "1.000"]


@pytest.mark.slow
def test_quotations_from_a_file_that_has_changed_are_counted(models: Path, tmp_path: Path) -> None:
    _, config = updating(STORIES, tmp_path, models)
    path = config.articles / "news.jsonl"
    path.write_text(path.read_text().replace("Showers", "showers"))
    found = quotations(config, LITTLE)
    assert not found.reached
    assert re.fullmatch(r"\d+ of 20", found.value)


def test_what_is_timed_runs_in_turn_and_the_first_round_only_warms_up() -> None:
    """A clock that each run moves on by what is written here."""
    now, ran = [0.0], list[str]()
    seconds = {"a": [9.0, 1.0, 3.0, 2.0], "b": [9.0, 5.0, 5.0, 8.0]}

    def run(name: str) -> None:
        now[0] += seconds[name][ran.count(name)]
        ran.append(name)

    runs = {name: lambda name=name: run(name) for name in seconds}
    assert in_turn(runs, 4, clock=lambda: now[0]) == {"a": 2.0, "b": 5.0}
    assert ran == ["a", "b"] * 4


def test_one_round_is_timed_itself() -> None:
    now = iter([10.0, 14.0])
    assert in_turn({"a": lambda: None}, 1, clock=lambda: next(now)) == {"a": 4.0}


@pytest.mark.parametrize(("reached", "mark"), [(True, "ok  "), (False, "MISS")])
def test_a_figure_is_one_line(reached: bool, mark: str) -> None:
    assert str(Figure("speed", "4x", "3x", reached)) == f"{mark} speed: 4x (wanted: 3x)"


def test_data_that_is_not_there_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("python -m evals.figures: There is no question set at ")
