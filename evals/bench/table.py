"""A comparison in; its tables out, first as cells, then as Markdown.

A figure of another system always stands with its ratio to Dateline's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evals.bench.comparison import Comparison, OnCorpus
from evals.bench.measures import COSTS, GROWTH, Measure, throughput
from evals.bench.quality import Quality
from evals.bench.results import Result
from evals.bench.systems import DATELINE, SYSTEMS

NONE = "–"
TITLES = {system.name: system.title for system in SYSTEMS}


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
    """Each corpus that has questions with answers, then how costs grow, then who was left out."""
    judged = [one for one in comparison.corpora if one.kind in ("judged", "reading")]
    grown = [one for one in comparison.corpora if one.kind in ("news", "repeated")]
    found = [_corpus_table(one, comparison) for one in judged]
    found += [_growth_table(measure, grown) for measure in GROWTH if grown]
    left_out = _left_out(comparison)
    return [*found, left_out] if left_out.rows else found


def _corpus_table(one: OnCorpus, comparison: Comparison) -> Table:
    measures = (throughput(one.passages), *COSTS)
    rows = [_row(measure.says, measure, one.results) for measure in measures]
    rows += _quality_rows(one.quality, one.results)
    return Table(
        f"{one.corpus}: {one.articles:,} articles, {one.passages:,} passages, "
        f"{one.questions:,} questions",
        ("", *(TITLES[result.system] for result in one.results)),
        tuple(row for row in rows if any(cell != NONE for cell in row[1:])),
        _note(one, comparison),
    )


def _note(one: OnCorpus, comparison: Comparison) -> str:
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


def _row(says: str, measure: Measure, results: Sequence[Result]) -> tuple[str, ...]:
    values = {result.system: measure.of(result) for result in results}
    base = values.get(DATELINE.name)
    return (says, *(_cell(measure, values[result.system], base, result) for result in results))


def _cell(measure: Measure, value: float | None, base: float | None, result: Result) -> str:
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


def _quality_rows(found: Sequence[Quality], results: Sequence[Result]) -> Iterable[tuple[str, ...]]:
    for metric in dict.fromkeys(one.metric for one in found):
        of = {one.system: one for one in found if one.metric == metric}
        yield (metric, *(_quality_cell(of.get(result.system)) for result in results))


def _quality_cell(one: Quality | None) -> str:
    if one is None:
        return NONE
    interval = f"{one.mean.value:.3f} [{one.mean.low:.2f}, {one.mean.high:.2f}]"
    return f"{interval} {one.beside}".strip()


def _growth_table(measure: Measure, grown: Sequence[OnCorpus]) -> Table:
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
    return Table(f"Growth: {measure.says}", heads, tuple(rows), note)


def _of(one: OnCorpus, system: str) -> Result | None:
    return next((result for result in one.results if result.system == system), None)


def _value(measure: Measure, result: Result | None) -> float | None:
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
    """GitHub's tables, under the lines of ``about``."""
    parts = ["\n".join(f"- {line}" for line in about)]
    for table in tables_:
        others = ["---" if table.prose else "---:"] * (len(table.heads) - 1)
        lines = [_line(row) for row in (table.heads, ["---", *others], *table.rows)]
        parts += [f"**{table.title}**", "\n".join(lines), table.note]
    return "\n\n".join(part for part in parts if part) + "\n"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
