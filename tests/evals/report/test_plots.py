"""Plots: drawn to scale, with every number that they show."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from evals.metrics.abstention import Bin
from evals.report import plots
from evals.report.plots import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH

FLOOR, CEILING = HEIGHT - BOTTOM, TOP


def shapes(svg: str, tag: str) -> list[dict[str, str]]:
    return [dict(node.attrib) for node in ElementTree.fromstring(svg).iter(tag)]


def test_the_risk_curve_goes_through_its_points() -> None:
    (line,) = shapes(plots.risk_coverage_plot([0.5, 1.0], [0.0, 0.6]), "polyline")
    middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
    assert line["points"] == f"{middle:.1f},{FLOOR:.1f} {WIDTH - RIGHT:.1f},{CEILING:.1f}"


def test_reliability_has_a_bar_for_each_bin_that_is_not_empty() -> None:
    bins = [Bin(0.0, 0.5, 0, 0.0, 0.0), Bin(0.5, 1.0, 8, 0.7, 0.25)]
    svg = plots.reliability_plot(bins)
    (bar,) = shapes(svg, "rect")
    assert float(bar["height"]) == pytest.approx((FLOOR - CEILING) / 4, abs=0.1)
    assert "8 answers, confidence 70 %, right 25 %" in svg


def test_ranks_are_drawn_to_scale() -> None:
    bars = shapes(plots.rank_histogram({"1": 4, "2": 1, "never": 2}), "rect")
    heights = [float(bar["height"]) for bar in bars]
    assert heights == pytest.approx([FLOOR - CEILING, (FLOOR - CEILING) / 4, (FLOOR - CEILING) / 2])


@pytest.mark.parametrize(
    ("risk", "ticks"),
    [(0.0, "0 5 10 15 20"), (0.31, "0 10 20 30 40"), (0.5, "0 15 30 45 60"), (1, "0 25 50 75 100")],
)
def test_risks_are_marked_in_whole_per_cent(risk: float, ticks: str) -> None:
    svg = plots.risk_coverage_plot([1.0], [risk])
    drawn = [node.text for node in ElementTree.fromstring(svg).iter("text")]
    assert [f"{tick} %" for tick in ticks.split()] == drawn[6:11]


@pytest.mark.parametrize("times", [[3.0], [1.0] * 99 + [900.0], [0.0, 0.0], [120.5, 80.1, 99.0]])
def test_latencies_are_all_counted(times: list[float]) -> None:
    svg = plots.latency_plot(times, {"median": sorted(times)[len(times) // 2]})
    counts = [int(count) for count in re.findall(r"ms: (\d+) questions", svg)]
    assert sum(counts) == len(times)


def test_a_whisker_lies_where_its_interval_does() -> None:
    svg = plots.whisker(0.5, 0.25, 0.75)
    interval = next(one for one in shapes(svg, "line") if one["class"] == "interval")
    assert (interval["x1"], interval["x2"]) == ("32.0", "88.0")
    assert shapes(svg, "circle")[0]["cx"] == "60.0"


def test_shares_are_drawn_to_scale() -> None:
    bar = plots.shares({"stage-right": 3, "stage-refused": 1})
    widths = [(one["class"], float(one["x"]), float(one["width"])) for one in shapes(bar, "rect")]
    assert widths == [("stage-right", 0.0, 750.0), ("stage-refused", 750.0, 250.0)]
