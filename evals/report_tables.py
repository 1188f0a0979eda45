"""A run's summary in; its figures as tables, as parts of the report, out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evals import plots
from evals.names import GROUPS, LARGE, SLICED, Metric, named
from evals.wrong import shown

Summary = Mapping[str, Any]
MOST_LARGE = 4


def large(part: Summary) -> str:
    """The few figures to see first, each with its interval."""
    found = [name for name in LARGE if name in part["metrics"]][:MOST_LARGE]
    tiles = "".join(_tile(named(name), part["metrics"][name]) for name in found)
    return f'<div class="tiles">{tiles}</div>' if tiles else ""


def _tile(metric: Metric, value: Summary) -> str:
    return (
        f'<div><p class="large">{metric.write(value["value"])}</p><p>{_says(metric)}</p>'
        f'<p class="soft small">{_interval(metric, value)} {_whisker(value)}</p></div>'
    )


def headline(summary: Summary) -> str:
    """Every metric: the part to quote with its intervals, the others beside it."""
    first, *others = summary["splits"]
    heads = _head(first, summary["splits"][first]) + (
        '<th scope="col" class="interval">interval</th><td class="whiskers"></td>'
    )
    heads += "".join(_head(split, summary["splits"][split]) for split in others)
    rows = [_group(title, metrics, summary, first, others) for title, metrics in GROUPS]
    classes = "headline" if others else "headline single"
    return (
        f'<table class="{classes}"><thead><tr><td></td>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _head(split: str, part: Summary) -> str:
    return f'<th scope="col" class="{split}">{split}<br>n = {part["questions"]}</th>'


def _group(
    title: str, metrics: Sequence[Metric], summary: Summary, first: str, others: Sequence[str]
) -> str:
    found = summary["splits"][first]["metrics"]
    rows = [
        _metric_row(metric, found[metric.name], {
            split: summary["splits"][split]["metrics"].get(metric.name) for split in others
        })
        for metric in metrics
        if metric.name in found
    ]  # fmt: skip
    if not rows:
        return ""
    columns = 4 + len(others)
    head = f'<th scope="rowgroup" colspan="{columns}">{shown(title)}</th>'
    return f'<tr class="group">{head}</tr>{"".join(rows)}'


def _metric_row(metric: Metric, value: Summary, others: Mapping[str, Summary | None]) -> str:
    rest = "".join(
        f'<td class="{split}">{metric.write(other["value"]) if other else "–"}</td>'
        for split, other in others.items()
    )
    return (
        f'<tr><th scope="row">{_says(metric)}</th>'
        f'<td class="value">{metric.write(value["value"])}</td>'
        f'<td class="interval">{_interval(metric, value)}</td>'
        f'<td class="whiskers">{_whisker(value)}</td>{rest}</tr>'
    )


def _says(metric: Metric) -> str:
    """What people call it; a number and its per cent are not parted at a line's end."""
    return shown(metric.says.replace(" %", "\N{NO-BREAK SPACE}%"))


def kinds(part: Summary) -> str:
    """A row for each kind of question, a column for each metric that any of them has."""
    metrics = [
        named(name)
        for name in SLICED
        if any(name in slice_["metrics"] for slice_ in part["kinds"].values())
    ]
    heads = "".join(f'<th scope="col">{_says(metric)}</th>' for metric in metrics)
    rows = "".join(
        f'<tr><th scope="row">{shown(kind)}</th><td>{slice_["questions"]}</td>'
        + "".join(f"<td>{_sliced(metric, slice_)}</td>" for metric in metrics)
        + "</tr>"
        for kind, slice_ in part["kinds"].items()
    )
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="By kind of question">'
        f'<table class="kinds"><thead><tr><td></td><th scope="col">questions</th>{heads}</tr>'
        f"</thead><tbody>{rows}</tbody></table></div>"
    )


def _sliced(metric: Metric, slice_: Summary) -> str:
    value = slice_["metrics"].get(metric.name)
    if value is None:
        return "–"
    return f'{metric.write(value["value"])}<br><span class="soft">{_interval(metric, value)}</span>'


def _interval(metric: Metric, value: Summary) -> str:
    """Shares without their sign, which stands at the value."""
    low, high = (metric.write(value[name]).removesuffix(" %") for name in ("low", "high"))
    return f"[{low}, {high}]"


def _whisker(value: Summary) -> str:
    return plots.whisker(value["value"], value["low"], value["high"])
