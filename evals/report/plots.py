"""Plots as SVG elements for the inside of a page.

Colours and type come from the page's style sheet by class, so that a plot is right in light and
in dark. A ``<title>`` on each mark shows its numbers when pointed at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from math import ceil, floor, log10

import numpy as np

from evals.metrics.abstention import Bin

WIDTH, HEIGHT = 440, 270
LEFT, RIGHT, TOP, BOTTOM = 48, 20, 26, 44
PARTS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class _Frame:
    """The plotting area: ``x`` and ``y`` turn a value into pixels."""

    x_max: float = 1.0
    y_max: float = 1.0

    def x(self, value: float) -> float:
        return LEFT + value / self.x_max * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - value / self.y_max * (HEIGHT - TOP - BOTTOM)


def risk_coverage_plot(coverage: Sequence[float], risk: Sequence[float]) -> str:
    """The share of wrong answers against the share of questions answered, both in [0, 1]."""
    highest = max([*risk, 0.2])
    frame = _Frame(y_max=ceil(highest * 5) / 5)  # Whole per cent at every quarter.
    points = " ".join(
        f"{frame.x(share):.1f},{frame.y(wrong):.1f}"
        for share, wrong in zip(coverage, risk, strict=True)
    )
    return _svg(
        "Risk against coverage",
        _x_axis(frame, PARTS, _percent, "answered, surest first"),
        _y_axis(frame, "wrong"),
        f'<polyline class="line" points="{points}"/>',
    )


def reliability_plot(bins: Sequence[Bin]) -> str:
    """Bars of the share that was right for each bin of confidence; the diagonal is perfect."""
    frame = _Frame()
    return _svg(
        "Reliability of the confidence",
        _x_axis(frame, PARTS, _percent, "confidence"),
        _y_axis(frame, "right"),
        line("diagonal", frame.x(0), frame.y(0), frame.x(1), frame.y(1)),
        *(_bin(frame, one) for one in bins if one.count),
    )


def _bin(frame: _Frame, one: Bin) -> str:
    left, right, top = frame.x(one.low) + 1, frame.x(one.high) - 1, frame.y(one.accuracy)
    label = (
        f"{one.count} answers, confidence {_percent(one.confidence)}, "
        f"right {_percent(one.accuracy)}"
    )
    sure = frame.x(one.confidence)
    return (
        _bar(left, top, right - left, frame.y(0) - top, label)
        + line("mark", sure, top - 4, sure, top + 4)
        + text("count", (left + right) / 2, min(top, frame.y(0)) - 6, str(one.count), "middle")
    )


def rank_histogram(counts: Mapping[str, int]) -> str:
    """One bar per rank of the first right article, named by ``counts``' keys, in their order."""
    frame = _Frame(y_max=max([*counts.values(), 1]))
    step = WIDTH / max(len(counts), 1)
    return _svg(
        "Rank of the first right article",
        line("axis", 0, frame.y(0), WIDTH, frame.y(0)),
        *(
            _rank_bar(frame, place * step, step, name, count)
            for place, (name, count) in enumerate(counts.items())
        ),
        text("label", WIDTH / 2, HEIGHT - 6, "rank", "middle"),
    )


def _rank_bar(frame: _Frame, left: float, step: float, name: str, count: int) -> str:
    top, middle = frame.y(count), left + step / 2
    tick = text("tick", middle, frame.y(0) + 16, name, "middle")
    if not count:
        return tick
    bar = _bar(left + 3, top, step - 6, frame.y(0) - top, f"{name}: {count} questions")
    return bar + text("count", middle, top - 5, str(count), "middle") + tick


def latency_plot(
    milliseconds: Sequence[float], marks: Mapping[str, float], *, bins: int = 24
) -> str:
    """How many questions took how long; ``marks`` are times to be named, such as the median.

    The longest two in a hundred share the last bar.
    """
    longest = _round_up(max(float(np.percentile(milliseconds, 98)), *marks.values()))
    counts, edges = np.histogram(np.minimum(milliseconds, longest), bins, (0, longest))
    frame = _Frame(x_max=longest, y_max=float(counts.max()))
    return _svg(
        "Time per question",
        _x_axis(frame, [longest * part for part in PARTS], _whole, "milliseconds a question"),
        *map(partial(_time_bar, frame), counts.tolist(), edges[:-1].tolist(), edges[1:].tolist()),
        *(_mark(frame, name, at, row) for row, (name, at) in enumerate(reversed([*marks.items()]))),
    )


def _time_bar(frame: _Frame, count: int, low: float, high: float) -> str:
    if not count:
        return ""
    left, right, top = frame.x(low) + 0.5, frame.x(high) - 0.5, frame.y(count)
    label = f"{low:.0f} to {high:.0f} ms: {count} questions"
    return _bar(left, top, right - left, frame.y(0) - top, label)


def _mark(frame: _Frame, name: str, value: float, row: int) -> str:
    """A line down from a label above the bars; later times are named higher, out of the way."""
    x, y = frame.x(value), 9 + 12 * row
    anchor, gap = ("end", -5) if x - LEFT > 110 else ("start", 5)
    return line("mark", x, y - 8, x, frame.y(0)) + text(
        "count", x + gap, y, f"{name} {value:.0f} ms", anchor
    )


def whisker(value: float, low: float, high: float) -> str:
    """A value with its interval on a rule from 0 to 1, as high as a line of text."""
    left, right, point = (4 + 112 * min(max(share, 0), 1) for share in (low, high, value))
    return (
        '<svg class="whisker" viewBox="0 0 120 16" aria-hidden="true">'
        + line("rule", 4, 8, 116, 8)
        + line("interval", left, 8, max(right, left + 1), 8)
        + f'<circle class="point" cx="{point:.1f}" cy="8" r="3.5"/></svg>'
    )


def shares(counts: Mapping[str, int]) -> str:
    """A bar as wide as the page, parted as ``counts`` are; each part is of the class of its key."""
    total, left, parts = max(sum(counts.values()), 1), 0.0, []
    for name, count in counts.items():
        width = 1000 * count / total
        parts.append(f'<rect class="{name}" x="{left:.2f}" y="0" width="{width:.2f}" height="10"/>')
        left += width
    return (
        '<svg class="shares" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">'
        f"{''.join(parts)}</svg>"
    )


def swatch(name: str) -> str:
    """A small square of the class ``name``, for a legend."""
    return (
        '<svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">'
        f'<rect class="{name}" x="0" y="0" width="10" height="10"/></svg>'
    )


def _svg(label: str, *parts: str) -> str:
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )


def _x_axis(
    frame: _Frame, ticks: Sequence[float], words: Callable[[float], str], label: str
) -> str:
    marks = [
        text("tick", frame.x(value), frame.y(0) + 16, words(value), "middle") for value in ticks
    ]
    return (
        line("axis", LEFT, frame.y(0), WIDTH - RIGHT, frame.y(0))
        + "".join(marks)
        + text("label", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, label, "middle")
    )


def _y_axis(frame: _Frame, label: str) -> str:
    ticks = [frame.y_max * part for part in PARTS]
    return "".join(
        line("grid", LEFT, frame.y(value), WIDTH - RIGHT, frame.y(value))
        + text("tick", LEFT - 7, frame.y(value) + 4, _percent(value), "end")
        for value in ticks
    ) + text("label", 4, 11, label, "start")


def _bar(x: float, y: float, width: float, height: float, label: str) -> str:
    return (
        f'<rect class="bar" x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.5):.1f}" '
        f'height="{max(height, 0):.1f}"><title>{escape(label)}</title></rect>'
    )


def line(name: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{name}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def text(name: str, x: float, y: float, words: str, anchor: str) -> str:
    return (
        f'<text class="{name}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
        f"{escape(words)}</text>"
    )


def _whole(value: float) -> str:
    return f"{value:.0f}"


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def _round_up(value: float) -> float:
    """The next of 1, 2, 4, 5 or 10 times a power of ten, at least 4."""
    value = max(value, 4.0)
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in (1, 2, 4, 5, 10) if value <= step * power)
