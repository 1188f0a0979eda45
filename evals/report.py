"""The report: runs with their summaries in, one HTML page that needs nothing else out."""

from __future__ import annotations

import base64
import hashlib
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from evals import plots
from evals.metrics.abstention import Bin
from evals.names import GROUPS, SLICED, Metric, named
from evals.questions import split_of
from evals.run import Run
from evals.sets import SPLITS
from evals.style import STYLE
from evals.wrong import shown, wrong_answers

Summary = Mapping[str, Any]
HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{HASH}'; base-uri 'none'; form-action 'none'"


def report_html(runs: Sequence[tuple[Run, Summary]]) -> str:
    """The page: no script, no other file; texts are shown and never interpreted."""
    names = [run.name for run, _ in runs]
    links = "".join(f'<a href="#set-{i}">{shown(name)}</a>' for i, name in enumerate(names))
    body = "".join(_set(i, run, summary) for i, (run, summary) in enumerate(runs))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>Dateline evals: {shown(', '.join(names))}</title><style>{STYLE}</style></head>"
        f"<body><header><h1>Is it right, and by how much?</h1><p>{_explained()}</p>"
        f"<nav>{links}</nav></header><main>{body}</main>{_footer()}</body></html>\n"
    )


def _explained() -> str:
    return (
        "Reference questions, answered by Dateline. Square brackets are 95 % bootstrap intervals "
        "over questions. The <b>test</b> questions were never tuned on."
    )


def _footer() -> str:
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    where = f"Python {platform.python_version()}, {platform.platform()}"
    return f"<footer>Written {now} · {shown(where)}</footer>"


def _set(number: int, run: Run, summary: Summary) -> str:
    split = summary["headline"]
    part = summary["splits"][split]
    wrong = [outcome for outcome in run.outcomes if outcome.stage != "right"]
    return (
        f'<section class="set" id="set-{number}"><h2>{shown(run.name)}</h2>{_facts(run)}'
        f"{_headline(summary)}"
        f"<h3>By kind of question, {split}</h3>{_kinds(part)}"
        f"{_plots(run, part, split)}"
        f"<h3>Where the wrong ones were lost: {len(wrong)} of {len(run.outcomes)} questions</h3>"
        f"{wrong_answers(run.outcomes)}</section>"
    )


def _facts(run: Run) -> str:
    alarm = (
        f'<p class="alarm">{len(run.broken)} broken quotations: {shown(", ".join(run.broken))}</p>'
        if run.broken
        else "<p>Every quotation stands in its article, letter for letter.</p>"
    )
    return (
        f'{alarm}<p class="soft small">{len(run.outcomes)} questions on {run.index.articles} '
        f"articles, {run.index.passages} passages · peak memory "
        f"{run.peak_memory_mb:.0f} MB · corpus {shown(run.corpus[:12])} · index "
        f"{shown(run.index.fingerprint[:12])}</p>"
    )


def _headline(summary: Summary) -> str:
    splits = [split for split in (*SPLITS, "all") if split in summary["splits"]]
    first, *others = splits
    heads = "".join(
        f"<th>{split}<br>n = {summary['splits'][split]['questions']}</th>"
        + ('<th class="interval">interval</th><th class="whiskers"></th>' if split == first else "")
        for split in splits
    )
    rows = [_group(title, metrics, summary, first, others) for title, metrics in GROUPS]
    return (
        f'<h3>All in all</h3><table class="headline"><thead><tr><th></th>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _group(
    title: str, metrics: Sequence[Metric], summary: Summary, first: str, others: Sequence[str]
) -> str:
    found = summary["splits"][first]["metrics"]
    rows = [
        _metric_row(metric, found[metric.name], [
            summary["splits"][split]["metrics"].get(metric.name) for split in others
        ])
        for metric in metrics
        if metric.name in found
    ]  # fmt: skip
    if not rows:
        return ""
    return f'<tr class="group"><th colspan="6">{shown(title)}</th></tr>{"".join(rows)}'


def _metric_row(metric: Metric, value: Summary, others: Sequence[Summary | None]) -> str:
    rest = "".join(f"<td>{metric.write(other['value']) if other else '–'}</td>" for other in others)
    interval = f"[{metric.write(value['low'])}, {metric.write(value['high'])}]"
    drawn = plots.whisker(value["value"], value["low"], value["high"])
    return (
        f'<tr><th>{shown(metric.says)}</th><td class="value">{metric.write(value["value"])}</td>'
        f'<td class="interval">{interval}</td><td class="whiskers">{drawn}</td>{rest}</tr>'
    )


def _kinds(part: Summary) -> str:
    metrics = [named(name) for name in SLICED]
    heads = "".join(f"<th>{shown(metric.says)}</th>" for metric in metrics)
    rows = "".join(
        f"<tr><th>{shown(kind)}</th><td>{slice_['questions']}</td>"
        + "".join(f"<td>{_sliced(metric, slice_)}</td>" for metric in metrics)
        + "</tr>"
        for kind, slice_ in part["kinds"].items()
    )
    return (
        '<div class="scroll"><table class="kinds"><thead><tr><th></th><th>questions</th>'
        f"{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _sliced(metric: Metric, slice_: Summary) -> str:
    value = slice_["metrics"].get(metric.name)
    return metric.write(value["value"]) if value else "–"


def _plots(run: Run, part: Summary, split: str) -> str:
    curve = part["risk_coverage"]
    drawn = [
        _figure(
            "Where the right article came",
            plots.rank_histogram(part["ranks"]),
            "Rank of the first article that holds an answer, of the questions that have one.",
        )
    ]
    if curve["risk"]:
        drawn += [
            _figure(
                "Risk and coverage",
                plots.risk_coverage(curve["coverage"], curve["risk"]),
                "Share of wrong answers, if only the surest share of the questions is answered. "
                "An answer to a question that has none is wrong.",
            ),
            _figure(
                "Is the confidence true?",
                plots.reliability([Bin(**one) for one in part["reliability"]]),
                "Share that is right of the answers, given or held back, of this confidence; on "
                "the dashed line it is as stated. Numbers count the answers, and short strokes "
                "stand at their mean confidence.",
            ),
        ]
    return f'<div class="plots">{"".join(drawn)}{_times(run, part, split)}</div>'


def _times(run: Run, part: Summary, split: str) -> str:
    times = [
        outcome.latency_ms
        for outcome in run.outcomes
        if not outcome.error and split in ("all", split_of(outcome.question.id))
    ]
    if not times:
        return ""
    found = part["latency_ms"]
    marks = {"median": found["p50"]["value"], "95 % within": found["p95"]["value"]}
    return _figure(
        "How long it took",
        plots.latency(times, marks),
        f"From question to answer, one at a time: {len(times)} questions, 99 % within "
        f"{found['p99']['value']:.0f} ms.",
    )


def _figure(title: str, drawing: str, says: str) -> str:
    return f"<figure><h3>{title}</h3>{drawing}<figcaption>{says}</figcaption></figure>"
