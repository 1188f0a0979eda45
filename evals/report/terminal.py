"""Tables for the terminal: runs, comparisons and ablations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evals.compare import Difference, RunComparison
from evals.engine import changed
from evals.run import Run
from evals.summary import COUNTED, GROUPS, SLICED, Metric, counted_cells, named
from rag.present.terminal import visible

Summary = Mapping[str, Any]
SIGNS = {"better": "+", "worse": "-", "inside the noise": "~"}


def run_table(run: Run, summary: Summary) -> str:
    """The headline with its intervals, the other splits beside it, and the kinds of question."""
    first, *others = summary["splits"]
    title = (
        f"{visible(run.name)}: {len(run.outcomes)} questions on {run.index.articles} articles, "
        f"{run.index.passages} passages; quotations broken: {len(run.broken)}; "
        f"peak memory {run.peak_memory_mb:.0f} MB"
    )
    said = [f"! {visible(warning)}" for warning in run.warnings]
    said += [f"! {len(run.left_out)} lines of the set are left out"] if run.left_out else []
    said += [f"Set: {visible(', '.join(changed(run.settings)))}"] if changed(run.settings) else []
    sizes = [f"{split} ({part['questions']})" for split, part in summary["splits"].items()]
    rows = [["", sizes[0], "95 % interval", *sizes[1:]]]
    for heading, metrics in GROUPS:
        rows += _group(heading, metrics, summary, first, others)
    rows += [[""], *_latency(summary, first)]
    kinds = _aligned(_kinds(summary, first))
    counted = ["", *_aligned(_counted(summary["breakdown"]))] if "breakdown" in summary else []
    return "\n".join(["", title, *said, "", *_aligned(rows), "", *kinds, *counted])


def _counted(groups: Mapping[str, Mapping[str, Mapping[str, int]]]) -> list[list[str]]:
    rows = [["", *COUNTED]]
    for group, parts in groups.items():
        rows += [[f"By {group}"]] if group != "all" else []
        rows += [[f"  {name}", *counted_cells(one)] for name, one in parts.items()]
    return rows


def _group(
    heading: str,
    metrics: Sequence[Metric],
    summary: Summary,
    first: str,
    others: Sequence[str],
) -> list[list[str]]:
    found = summary["splits"][first]["metrics"]
    rows = [
        [
            f"  {metric.label}",
            metric.write(found[metric.name]["value"]),
            _interval(metric, found[metric.name]),
            *(_cell(metric, summary["splits"][other]) for other in others),
        ]
        for metric in metrics
        if metric.name in found
    ]
    return [[heading], *rows] if rows else []


def _interval(metric: Metric, value: Summary) -> str:
    return f"[{metric.write(value['low'])}, {metric.write(value['high'])}]"


def _cell(metric: Metric, part: Summary) -> str:
    value = part["metrics"].get(metric.name)
    return metric.write(value["value"]) if value else "–"


def _latency(summary: Summary, first: str) -> list[list[str]]:
    return [
        [f"Time per question, {name}", f"{one['value']:.0f} ms",
         f"[{one['low']:.0f}, {one['high']:.0f}]"]
        for name, one in summary["splits"][first]["latency_ms"].items()
    ]  # fmt: skip


def _kinds(summary: Summary, first: str) -> list[list[str]]:
    metrics = [named(name) for name in SLICED]
    heads = [f"By kind, {first}", "questions", *(metric.name for metric in metrics)]
    return [heads] + [
        [f"  {kind}", str(part["questions"]), *(_cell(metric, part) for metric in metrics)]
        for kind, part in summary["splits"][first]["kinds"].items()
    ]


def comparison_table(compared: RunComparison, asked: Mapping[str, str]) -> str:
    """Every metric before and after, and the questions that became right or wrong."""
    rows = [["", "before", "after", "change", "95 % interval", "p", "questions", ""]]
    rows += [_difference(one) for one in compared.differences]
    lines = ["", *_aligned(rows)]
    for heading, ids in (("Became right", compared.gained), ("Became wrong", compared.lost)):
        lines += ["", f"{heading}: {len(ids)}"]
        lines += [f"  {visible(name)}  {visible(asked.get(name, ''))}" for name in ids]
    return "\n".join(lines)


def _difference(one: Difference) -> list[str]:
    metric, found = named(one.metric), one.found
    return [
        f"  {metric.label}",
        metric.write(one.before),
        metric.write(one.after),
        f"{found.difference:+.3f}",
        f"[{found.low:+.3f}, {found.high:+.3f}]",
        f"{found.p:.4f}",
        str(found.count),
        one.verdict,
    ]


def ablation_table(variants: Mapping[str, Sequence[Difference]], names: Sequence[str]) -> str:
    """A row for each way of doing it: the metrics, and the sign of what changed from the default.

    ``+`` better, ``-`` worse, ``~`` inside the noise.
    """
    rows = [["", *names]]
    for variant, differences in variants.items():
        found = {one.metric: one for one in differences}
        rows.append([variant, *(_ablated(found.get(name)) for name in names)])
    return "\n".join(["", *_aligned(rows), "", "+ better, - worse, ~ inside the noise"])


def _ablated(one: Difference | None) -> str:
    return f"{named(one.metric).write(one.after)} {SIGNS[one.verdict]}" if one else "–"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """The first column to the left, the others to the right; a row alone is a heading."""
    widths = [
        max((len(row[place]) for row in rows if len(row) > max(place, 1)), default=0)
        for place in range(max(map(len, rows)))
    ]
    return [
        "  ".join(
            text.ljust(width) if place == 0 else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=False))
        ).rstrip()
        for row in rows
    ]
