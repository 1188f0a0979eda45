"""Shows a comparison: tables as Markdown, plots of growth as SVG, and both on one HTML page.

A figure of another system always stands with its ratio to Dateline's.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

from evals.bench.results import (
    COSTS,
    GROWTH,
    Comparison,
    CorpusResults,
    Measure,
    Quality,
    SystemResult,
    throughput,
)
from evals.bench.systems import DATELINE, SYSTEMS
from evals.report import plots
from evals.report.page import STYLE

NONE = "–"
TITLES = {system.name: system.title for system in SYSTEMS}
LABEL_GAP = 14.0
Point = tuple[float, float]
GROWTH_STYLE = """
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
_STYLE = (
    STYLE
    + GROWTH_STYLE
    + "\n"
    + """
svg.growth { max-width: 560px; }
table.figures thead th:first-child { text-align: left; }
table.prose td, table.prose thead th { text-align: left; white-space: normal; }
"""
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True, slots=True)
class Table:
    """Cells of text: ``rows`` are as long as ``heads``, and begin with what they are about.

    ``prose`` is True where cells are sentences rather than figures.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    prose: bool = False


def tables(comparison: Comparison) -> list[Table]:
    """A table for each corpus with judged questions, then growth, then what was not run."""
    judged = [one for one in comparison.corpora if one.kind in ("judged", "reading")]
    grown = [one for one in comparison.corpora if one.kind in ("news", "repeated")]
    found = [_corpus_table(one, comparison) for one in judged]
    found += [_growth_table(measure, grown) for measure in GROWTH if grown]
    left_out = _left_out(comparison)
    return [*found, left_out] if left_out.rows else found


def _corpus_table(one: CorpusResults, comparison: Comparison) -> Table:
    measures = (throughput(one.passages), *COSTS)
    rows = [_row(measure.label, measure, one.results) for measure in measures]
    rows += _quality_rows(one.quality, one.results)
    return Table(
        f"{one.corpus}: {one.articles:,} articles, {one.passages:,} passages, "
        f"{one.questions:,} questions",
        ("", *(TITLES[result.system] for result in one.results)),
        tuple(row for row in rows if any(cell != NONE for cell in row[1:])),
        _note(one, comparison),
    )


def _note(one: CorpusResults, comparison: Comparison) -> str:
    days = sorted({result.day for result in one.results if result.day})
    said = [f"Measured on {' and '.join(days)}"] if days else []
    if one.outdated:
        said.append("Dateline has changed since: --again measures anew")
    if not comparison.reader:
        said.append("The others have no reader here: they find passages, and only Dateline answers")
    if one.quality and one.kind == "judged":
        count = one.quality[0].mean.count
        said.append(
            f"Quality over the {count} queries that Dateline's search was not tuned on, with 95 % "
            "intervals"
        )
    return "".join(f"{sentence}. " for sentence in said).strip()


def _row(label: str, measure: Measure, results: Sequence[SystemResult]) -> tuple[str, ...]:
    values = {result.system: measure.of(result) for result in results}
    base = values.get(DATELINE.name)
    return (label, *(_cell(measure, values[result.system], base, result) for result in results))


def _cell(measure: Measure, value: float | None, base: float | None, result: SystemResult) -> str:
    if value is None:
        return NONE
    if result.system == DATELINE.name:
        return measure.write(value)
    return f"{measure.write(value)} ({ratio(value, base)})"


def ratio(value: float, base: float | None) -> str:
    """``value`` as a multiple of Dateline's, with two digits that count."""
    if not base:
        return "nothing to compare with"
    times = value / base
    return f"{times:.0f}×" if times >= 10 else f"{times:.1f}×" if times >= 1 else f"{times:.2f}×"


def _quality_rows(
    found: Sequence[Quality], results: Sequence[SystemResult]
) -> Iterable[tuple[str, ...]]:
    for metric in dict.fromkeys(one.metric for one in found):
        of = {one.system: one for one in found if one.metric == metric}
        yield (metric, *(_quality_cell(of.get(result.system)) for result in results))


def _quality_cell(one: Quality | None) -> str:
    if one is None:
        return NONE
    interval = f"{one.mean.value:.3f} [{one.mean.low:.2f}, {one.mean.high:.2f}]"
    return f"{interval} {one.beside}".strip()


def _growth_table(measure: Measure, grown: Sequence[CorpusResults]) -> Table:
    systems = [system for system in SYSTEMS if any(_of(one, system.name) for one in grown)]
    rows = []
    for one in grown:
        base = _value(measure, _of(one, DATELINE.name))
        cells = []
        for system in systems:
            result = _of(one, system.name)
            value = _value(measure, result)
            if result is None or value is None:
                cells.append("not run" if result and result.failed else NONE)
            else:
                cells.append(_cell(measure, value, base, result))
        rows.append((f"{one.passages:,}", *cells))
    heads = ("passages", *(system.title for system in systems))
    note = "Dateline has changed since." if any(one.outdated for one in grown) else ""
    return Table(f"Growth: {measure.label}", heads, tuple(rows), note)


def _of(one: CorpusResults, system: str) -> SystemResult | None:
    return next((result for result in one.results if result.system == system), None)


def _value(measure: Measure, result: SystemResult | None) -> float | None:
    return measure.of(result) if result else None


def _left_out(comparison: Comparison) -> Table:
    rows = [(TITLES[name], "everything", said) for name, said in comparison.absent.items()]
    rows += [
        (TITLES[result.system], f"{one.corpus}, {one.passages:,} passages", result.failed)
        for one in comparison.corpora
        for result in one.results
        if result.failed
    ]
    return Table("Not run", ("", "on", "because"), tuple(rows), prose=True)


def markdown(tables_: Sequence[Table], about: Sequence[str]) -> str:
    """The tables in GitHub's Markdown, under the lines of ``about``."""
    parts = ["\n".join(f"- {line}" for line in about)]
    for table in tables_:
        others = ["---" if table.prose else "---:"] * (len(table.heads) - 1)
        lines = [_markdown_row(row) for row in (table.heads, ["---", *others], *table.rows)]
        parts += [f"**{table.title}**", "\n".join(lines), table.note]
    return "\n\n".join(part for part in parts if part) + "\n"


def _markdown_row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


WIDTH, HEIGHT = 440, 290
LEFT, RIGHT, TOP, BOTTOM = 58, 74, 34, 44


@dataclass(frozen=True, slots=True)
class _LogFrame:
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
            panels.append(_panel(f"{measure.label},{measure.unit}", lines))
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
        'role="img" aria-label="What costs become as collections grow">'
        f"<style>{GROWTH_STYLE}</style>{placed}</svg>\n"
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
    frame = _log_frame([point for points in lines.values() for point in points])
    ends = {name: (frame.x(x), frame.y(y)) for name, [*_, (x, y)] in lines.items()}
    names = _label_places(ends)
    drawn = "".join(_system(frame, name, lines[name], names[name]) for name in lines)
    return (
        f'<g class="panel"><text class="title" x="4" y="16">{escape(title)}</text>'
        f"{_axes(frame)}{drawn}</g>"
    )


def _log_frame(points: Sequence[Point]) -> _LogFrame:
    (x_low, x_high), (y_low, y_high) = (
        _decades([point[axis] for point in points]) for axis in (0, 1)
    )
    return _LogFrame(x_low, x_high, y_low, y_high)


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    return low, max(high, low + 1)


def _axes(frame: _LogFrame) -> str:
    drawn = []
    for power in range(frame.y_low, frame.y_high + 1):
        y = frame.y(10.0**power)
        drawn.append(
            plots.line("grid", LEFT, y, WIDTH - RIGHT, y)
            + plots.text("tick", LEFT - 7, y + 4, _said(power), "end")
        )
    for power in range(frame.x_low, frame.x_high + 1):
        x = frame.x(10.0**power)
        drawn.append(
            plots.line("grid", x, TOP, x, HEIGHT - BOTTOM)
            + plots.text("tick", x, HEIGHT - BOTTOM + 16, _said(power), "middle")
        )
    middle = (LEFT + WIDTH - RIGHT) / 2
    return "".join(drawn) + plots.text("tick", middle, HEIGHT - 8, "passages", "middle")


def _system(frame: _LogFrame, name: str, points: Sequence[Point], label_y: float) -> str:
    places = [(frame.x(x), frame.y(y)) for x, y in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    title = next(system.title for system in SYSTEMS if system.name == name)
    dots = "".join(
        f'<circle class="{name}-mark" cx="{x:.1f}" cy="{y:.1f}" r="3.2">'
        f"<title>{escape(title)}: {passages:,.0f} passages, {value:,.3g}</title></circle>"
        for (x, y), (passages, value) in zip(places, points, strict=True)
    )
    label = plots.text(f"{name}-mark", places[-1][0] + 8, label_y + 4, title, "start")
    return f'<polyline class="{name}" points="{path}"/>{dots}{label}'


def _label_places(ends: Mapping[str, Point]) -> dict[str, float]:
    """Label heights as near to the ends of their lines as possible without overlapping.

    Only labels at the same size can overlap.
    """
    places: dict[str, float] = {}
    lowest: dict[float, float] = {}
    for name, (x, y) in sorted(ends.items(), key=lambda end: end[1][1]):
        lowest[x] = places[name] = max(y, lowest.get(x, y) + (LABEL_GAP if x in lowest else 0))
    return places


def _said(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"


def page_html(comparison: Comparison, tables: Sequence[Table], about: Sequence[str]) -> str:
    """The page: no script, no other file."""
    lines = "".join(f"<p>{escape(line)}</p>" for line in about)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Dateline side by side</title><style>{_STYLE}</style></head>"
        f"<body><header><h1>Dateline side by side</h1>{lines}</header>"
        f"<main>{_plots(comparison)}{''.join(map(_table, tables))}{_systems(comparison)}</main>"
        "</body></html>\n"
    )


def _plots(comparison: Comparison) -> str:
    drawn = "".join(
        f'<figure><svg class="growth" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        f"{panel}</svg></figure>"
        for panel in growth_panels(comparison)
    )
    return f'<h3>As collections grow</h3><div class="plots">{drawn}</div>' if drawn else ""


def _table(table: Table) -> str:
    heads = "".join(f"<th>{escape(head)}</th>" for head in table.heads)
    rows = "".join(
        f"<tr><th>{escape(row[0])}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in row[1:])}"
        "</tr>"
        for row in table.rows
    )
    kind = "prose" if table.prose else "figures"
    note = f'<p class="soft small">{escape(table.note)}</p>' if table.note else ""
    return (
        f'<h3>{escape(table.title)}</h3><div class="scroll"><table class="{kind}">'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>{note}"
    )


def _systems(comparison: Comparison) -> str:
    rows = []
    for system in SYSTEMS:
        versions = comparison.versions.get(system.name, {})
        said = ", ".join(f"{name} {number}" for name, number in versions.items())
        rows.append(f"<p><b>{escape(system.title)}</b> {escape(system.how)} {escape(said)}</p>")
    return f"<h3>The systems</h3>{''.join(rows)}"
