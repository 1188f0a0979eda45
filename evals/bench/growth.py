"""A comparison in; plots of what costs become as collections grow, as SVG, out.

Both axes are logarithmic: a straight line that rises one decade a decade is a cost in proportion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

from evals.bench.comparison import Comparison
from evals.bench.measures import GROWTH, Measure
from evals.bench.systems import SYSTEMS

WIDTH, HEIGHT = 440, 290
LEFT, RIGHT, TOP, BOTTOM = 58, 74, 34, 44
LABEL_GAP = 14.0
Point = tuple[float, float]

STYLE = """
.panel text { font: 12.5px system-ui, sans-serif; fill: #67635b; }
.panel .title { font-weight: 600; fill: #1d1c1a; }
.panel .grid { stroke: #dcd7ca; stroke-width: 1; }
.panel polyline { fill: none; stroke-width: 2.2; stroke-linejoin: round; }
.panel .dateline { stroke: #1f5a73; } .panel .dateline-mark { fill: #1f5a73; }
.panel .haystack { stroke: #b4641e; } .panel .haystack-mark { fill: #b4641e; }
.panel .txtai { stroke: #7a4a9e; } .panel .txtai-mark { fill: #7a4a9e; }
.panel .plain { stroke: #4d7a35; } .panel .plain-mark { fill: #4d7a35; }
@media (prefers-color-scheme: dark) {
  .panel text { fill: #a29d92; } .panel .title { fill: #e8e4da; } .panel .grid { stroke: #36383d; }
  .panel .dateline { stroke: #82bad2; } .panel .dateline-mark { fill: #82bad2; }
  .panel .haystack { stroke: #e0a066; } .panel .haystack-mark { fill: #e0a066; }
  .panel .txtai { stroke: #c29be0; } .panel .txtai-mark { fill: #c29be0; }
  .panel .plain { stroke: #9ccc80; } .panel .plain-mark { fill: #9ccc80; }
}
"""


@dataclass(frozen=True, slots=True)
class _Frame:
    """The plotting area in powers of ten, lowest and highest of each axis."""

    x_low: int
    x_high: int
    y_low: int
    y_high: int

    def x(self, value: float) -> float:
        return LEFT + (log10(value) - self.x_low) / (self.x_high - self.x_low) * (
            WIDTH - LEFT - RIGHT
        )

    def y(self, value: float) -> float:
        return (
            HEIGHT
            - BOTTOM
            - (log10(value) - self.y_low) / (self.y_high - self.y_low) * (HEIGHT - TOP - BOTTOM)
        )


def growth_panels(comparison: Comparison) -> list[str]:
    """A ``<g>`` for each measure that was taken on more than one size."""
    panels = []
    for measure in GROWTH:
        lines = _lines(comparison, measure)
        if any(len(points) > 1 for points in lines.values()):
            panels.append(_panel(f"{measure.says},{measure.unit}", lines))
    return panels


def growth_svg(comparison: Comparison) -> str:
    """The panels beside each other as one file of its own; empty when there is none."""
    panels = growth_panels(comparison)
    if not panels:
        return ""
    placed = "".join(
        f'<g transform="translate({number * WIDTH},0)">{panel}</g>'
        for number, panel in enumerate(panels)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH * len(panels)} {HEIGHT}" '
        f'role="img" aria-label="What costs become as collections grow"><style>{STYLE}</style>'
        f"{placed}</svg>\n"
    )


def _lines(comparison: Comparison, measure: Measure) -> dict[str, list[Point]]:
    """The points of every system: passages and value, both above 0, by size."""
    lines: dict[str, list[Point]] = {}
    for one in comparison.corpora:
        for result in one.results if one.kind in ("news", "repeated") else ():
            value = measure.of(result)
            if value is not None and value > 0:
                lines.setdefault(result.system, []).append((one.passages, value))
    return {name: sorted(points) for name, points in lines.items()}


def _panel(title: str, lines: Mapping[str, Sequence[Point]]) -> str:
    frame = _frame([point for points in lines.values() for point in points])
    ends = {name: (frame.x(x), frame.y(y)) for name, [*_, (x, y)] in lines.items()}
    names = _label_places(ends)
    drawn = "".join(_system(frame, name, lines[name], names[name]) for name in lines)
    return (
        f'<g class="panel"><text class="title" x="4" y="16">{escape(title)}</text>'
        f"{_axes(frame)}{drawn}</g>"
    )


def _frame(points: Sequence[Point]) -> _Frame:
    (x_low, x_high), (y_low, y_high) = (
        _decades([point[axis] for point in points]) for axis in (0, 1)
    )
    return _Frame(x_low, x_high, y_low, y_high)


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    return low, max(high, low + 1)


def _axes(frame: _Frame) -> str:
    drawn = []
    for power in range(frame.y_low, frame.y_high + 1):
        y = frame.y(10.0**power)
        drawn.append(_line(LEFT, y, WIDTH - RIGHT, y) + _text(LEFT - 7, y + 4, _said(power), "end"))
    for power in range(frame.x_low, frame.x_high + 1):
        x = frame.x(10.0**power)
        drawn.append(
            _line(x, TOP, x, HEIGHT - BOTTOM)
            + _text(x, HEIGHT - BOTTOM + 16, _said(power), "middle")
        )
    middle = (LEFT + WIDTH - RIGHT) / 2
    return "".join(drawn) + _text(middle, HEIGHT - 8, "passages", "middle")


def _system(frame: _Frame, name: str, points: Sequence[Point], label_y: float) -> str:
    places = [(frame.x(x), frame.y(y)) for x, y in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    title = next(system.title for system in SYSTEMS if system.name == name)
    dots = "".join(
        f'<circle class="{name}-mark" cx="{x:.1f}" cy="{y:.1f}" r="3.2">'
        f"<title>{escape(title)}: {passages:,.0f} passages, {value:,.3g}</title></circle>"
        for (x, y), (passages, value) in zip(places, points, strict=True)
    )
    label = _text(places[-1][0] + 8, label_y + 4, title, "start", f"{name}-mark")
    return f'<polyline class="{name}" points="{path}"/>{dots}{label}'


def _label_places(ends: Mapping[str, Point]) -> dict[str, float]:
    """Heights as near to those of the lines' ends as can be without one label on another.

    Only labels at the same size are in each other's way.
    """
    places: dict[str, float] = {}
    lowest: dict[float, float] = {}
    for name, (x, y) in sorted(ends.items(), key=lambda end: end[1][1]):
        lowest[x] = places[name] = max(y, lowest.get(x, y) + (LABEL_GAP if x in lowest else 0))
    return places


def _said(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="grid" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, words: str, anchor: str, name: str = "tick") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="{name}" {place}>{escape(words)}</text>'
