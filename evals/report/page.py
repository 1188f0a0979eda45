"""Renders runs as one HTML page that needs no script, no network and no other file."""

from __future__ import annotations

import base64
import hashlib
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from evals.engine import changed
from evals.metrics.abstention import Bin
from evals.report import plots
from evals.report.outcomes import STAGES, html_text, wrong_answers
from evals.run import Run
from evals.summary import COUNTED, GROUPS, LARGE, SLICED, Metric, counted_cells, named

STYLE = """
:root {
  color-scheme: light dark;
  --paper: #fbfaf6; --card: #ffffff; --ink: #1d1c1a; --soft: #67635b; --rule: #dcd7ca;
  --accent: #1f5a73; --tint: #dbe7ec; --wrong: #99302a; --right: #2c6a3d; --mark: #f6e7b4;
  --refused: #b9b2a2; --unread: #d09a3e; --unfound: #8a5a9c; --unwindowed: #4f86b0;
  --error: #1d1c1a;
  --serif: Charter, "Bitstream Charter", "Iowan Old Style", Georgia, "DejaVu Serif", serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #151618; --card: #1c1e21; --ink: #e8e4da; --soft: #a29d92; --rule: #36383d;
    --accent: #82bad2; --tint: #24404d; --wrong: #e5938c; --right: #8ecb9d; --mark: #57491c;
    --refused: #66635c; --unread: #c48f37; --unfound: #a880b8; --unwindowed: #5f97c0;
    --error: #f4f0e6;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 var(--sans);
  overflow-wrap: break-word; }
main, header, footer { max-width: 1080px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 36px; border-bottom: 3px double var(--rule); padding-bottom: 14px; }
h1, h2 { font-family: var(--serif); font-weight: 600; line-height: 1.15; margin: 0; }
h1 { font-size: 2.3rem; letter-spacing: -0.01em; }
h2 { font-size: 1.75rem; }
h3 { font-size: 1rem; margin: 34px 0 8px; }
p { margin: 6px 0; max-width: 72ch; }
a { color: var(--accent); }
nav { margin-top: 10px; }
nav a { margin-right: 18px; }
section.set { padding: 34px 0 20px; border-bottom: 1px solid var(--rule); }
.soft { color: var(--soft); }
.small { font-size: 0.86rem; }
.alarm { color: var(--wrong); font-weight: 600; }
.scroll { overflow-x: auto; background:
  linear-gradient(to right, var(--paper) 40%, transparent) left / 48px 100% local no-repeat,
  linear-gradient(to left, var(--paper) 40%, transparent) right / 48px 100% local no-repeat,
  linear-gradient(to right, var(--rule), transparent) left / 14px 100% scroll no-repeat,
  linear-gradient(to left, var(--rule), transparent) right / 14px 100% scroll no-repeat; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr));
  gap: 18px 32px; margin: 22px 0 8px; }
.tiles > div { border-top: 2px solid var(--accent); padding-top: 6px; }
.tiles p { margin: 0; }
.tiles .large { font: 600 2.1rem/1.2 var(--serif); font-variant-numeric: tabular-nums; }
.legend { max-width: none; font-size: 0.86rem; display: flex; flex-wrap: wrap; gap: 4px 20px; }
.legend b { font-weight: 600; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 14px 6px 0; border-bottom: 1px solid var(--rule); vertical-align: baseline; }
th { font-weight: 400; text-align: left; }
thead th { font-size: 0.86rem; color: var(--soft); vertical-align: bottom; }
td, thead th { text-align: right; white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
td.interval { color: var(--soft); font-size: 0.86rem; }
td.value { font-weight: 600; }
td.whiskers { width: 150px; padding-right: 0; }
table.kinds thead th { white-space: normal; min-width: 6.5em; padding-left: 6px; }
table.kinds td span { font-size: 0.8rem; }
tr.group th { padding-top: 18px; font-weight: 600; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr));
  gap: 10px 40px; }
figure { margin: 22px 0 0; }
figcaption { font-size: 0.86rem; color: var(--soft); margin-top: 2px; max-width: 60ch; }
figure h3 { margin: 0 0 6px; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg.shares { height: 22px; }
svg.swatch { width: 11px; height: 11px; display: inline-block; margin-right: 3px; }
.stage-right { fill: var(--right); }
.stage-refused { fill: var(--refused); }
.stage-not_read { fill: var(--unread); }
.stage-not_retrieved { fill: var(--unfound); }
.stage-wrong_window { fill: var(--unwindowed); }
.stage-not_refused { fill: var(--wrong); }
.stage-error { fill: var(--error); }
svg.whisker { width: 120px; height: 16px; display: inline-block; vertical-align: middle; }
svg text { font: 12.5px var(--sans); fill: var(--soft); }
svg text.count { fill: var(--ink); font-size: 12px; paint-order: stroke; stroke: var(--paper);
  stroke-width: 3px; stroke-linejoin: round; }
.bar { fill: var(--accent); opacity: 0.62; }
.bar:hover { opacity: 1; }
.line { fill: none; stroke: var(--accent); stroke-width: 2.2; stroke-linejoin: round; }
.axis { stroke: var(--soft); stroke-width: 1; }
.grid, .rule { stroke: var(--rule); stroke-width: 1; }
.diagonal { stroke: var(--soft); stroke-width: 1.2; stroke-dasharray: 4 4; }
.mark { stroke: var(--ink); stroke-width: 1.6; }
.interval { stroke: var(--accent); stroke-width: 2.5; stroke-linecap: round; }
.point { fill: var(--accent); }
details { margin: 8px 0; }
summary { cursor: pointer; padding: 7px 0; }
summary:hover { color: var(--accent); }
summary b { font-weight: 600; }
details.stage { border-top: 1px solid var(--rule); margin: 0; }
details.kind { margin-left: 18px; }
article { background: var(--card); border: 1px solid var(--rule); border-radius: 6px;
  padding: 14px 18px; margin: 10px 0 14px; }
article h4 { margin: 0 0 2px; font-size: 1rem; font-weight: 600; }
article *, nav a { overflow-wrap: anywhere; }
.both { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 330px), 1fr));
  gap: 4px 32px; margin-top: 8px; }
.both h5 { margin: 6px 0 4px; font-size: 0.78rem; letter-spacing: 0.05em;
  text-transform: uppercase; color: var(--soft); font-weight: 600; }
blockquote { margin: 0 0 10px; padding-left: 12px; border-left: 3px solid var(--rule);
  font: 1.02rem/1.45 var(--serif); unicode-bidi: isolate; white-space: pre-line; }
.said blockquote { border-color: var(--wrong); }
.gold blockquote { border-color: var(--right); }
cite { display: block; font: 0.8rem/1.4 var(--sans); color: var(--soft); margin-top: 2px; }
mark { background: var(--mark); color: inherit; }
.turn { color: var(--soft); font-size: 0.9rem; margin: 0; }
footer { padding: 20px 20px 60px; color: var(--soft); font-size: 0.86rem; }
@media (max-width: 640px) {
  h1 { font-size: 1.8rem; }
  main, header, footer { padding-left: 16px; padding-right: 16px; }
  .headline .whiskers, .headline .interval ~ .all { display: none; }
  .headline tr { display: grid; grid-template-columns: minmax(0, 1fr) 70px 70px;
    column-gap: 6px;
    border-bottom: 1px solid var(--rule); padding: 5px 0; align-items: baseline; }
  .headline.single tr { grid-template-columns: minmax(0, 1fr) 70px; }
  .headline th, .headline td { border: 0; padding: 0; font-size: 0.92rem; }
  .headline td.interval { font-size: 0.8rem; }
  .headline thead th.interval { display: none; }
  .headline tr.group { padding-top: 18px; }
  .headline tr.group th { grid-column: 1 / -1; padding: 0; }
  .headline .interval { grid-row: 2; grid-column: 1 / 3; }
  .tiles { grid-template-columns: 1fr 1fr; gap: 16px; }
  .tiles .large { font-size: 1.7rem; }
  .tiles svg { display: none; }
  details.kind { margin-left: 0; }
  article { padding: 12px 14px; }
  th, td { padding-right: 10px; }
}
"""


Summary = Mapping[str, Any]
MOST_LARGE = 4
HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{HASH}'; base-uri 'none'; form-action 'none'"


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
    head = f'<th scope="rowgroup" colspan="{columns}">{html_text(title)}</th>'
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
    return html_text(metric.label.replace(" %", "\N{NO-BREAK SPACE}%"))


def kinds(part: Summary) -> str:
    """A row for each kind of question, a column for each metric that any of them has."""
    metrics = [
        named(name)
        for name in SLICED
        if any(name in slice_["metrics"] for slice_ in part["kinds"].values())
    ]
    heads = "".join(f'<th scope="col">{_says(metric)}</th>' for metric in metrics)
    rows = "".join(
        f'<tr><th scope="row">{html_text(kind)}</th><td>{slice_["questions"]}</td>'
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


def report_html(runs: Sequence[tuple[Run, Summary]]) -> str:
    """The page: no script, no other file; texts are shown and never interpreted."""
    names = [run.name for run, _ in runs]
    explained = _explained(halved=any(run.halved for run, _ in runs))
    links = "".join(f'<a href="#set-{i}">{html_text(name)}</a>' for i, name in enumerate(names))
    body = "".join(_set(i, run, summary) for i, (run, summary) in enumerate(runs))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>Dateline evals: {html_text(', '.join(names))}</title><style>{STYLE}</style></head>"
        f"<body><header><h1>Is it right, and by how much?</h1>{explained}"
        f"<nav>{links}</nav></header><main>{body}</main>{_footer()}</body></html>\n"
    )


def _explained(*, halved: bool) -> str:
    return (
        "<p>Reference questions, answered by Dateline. Square brackets are 95 % bootstrap "
        "intervals over questions."
        + (" No weight or threshold was fitted on the <b>test</b> questions." if halved else "")
        + "</p>"
    )


def _footer() -> str:
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    where = f"Python {platform.python_version()}, {platform.platform()}"
    return f"<footer>Written {now} · {html_text(where)}</footer>"


def _set(number: int, run: Run, summary: Summary) -> str:
    split = summary["headline"]
    part = summary["splits"][split]
    wrong = sum(outcome.stage != "right" for outcome in run.outcomes)
    asked = f"{split} questions" if run.halved else "questions"
    return (
        f'<section class="set" id="set-{number}"><h2>{html_text(run.name)}</h2>{_facts(run)}'
        f"{large(part)}"
        f"<h3>What became of the {part['questions']} {asked}</h3>{_stages(part['stages'])}"
        f"<h3>All in all</h3>{headline(summary)}"
        f"<h3>By kind of question{f', {split}' if run.halved else ''}</h3>{kinds(part)}"
        f"{_breakdown(summary)}{_plots(run, part, split)}"
        f"<h3>Where the wrong ones were lost: {wrong} of {len(run.outcomes)} questions</h3>"
        f"{wrong_answers(run.outcomes)}</section>"
    )


def _facts(run: Run) -> str:
    alarms = [f"{len(run.broken)} broken quotations: {', '.join(run.broken)}"] if run.broken else []
    alarms += run.warnings
    alarms += [f"{len(run.left_out)} lines of the set are left out"] if run.left_out else []
    held = "" if run.broken else "<p>Every quotation stands in its article, letter for letter.</p>"
    facts = [
        f"{len(run.outcomes)} questions on {run.index.articles} articles, "
        f"{run.index.passages} passages",
        f"peak memory {run.peak_memory_mb:.0f} MB",
        f"corpus {run.corpus[:12]}",
        f"index {run.index.fingerprint[:12]}",
        *changed(run.settings),
    ]
    return (
        "".join(f'<p class="alarm">{html_text(alarm)}</p>' for alarm in alarms)
        + held
        + f'<p class="soft small">{html_text(" · ".join(facts))}</p>'
    )


def _stages(counts: Mapping[str, int]) -> str:
    names = {"right": "Right", **{stage: title for stage, (title, _) in STAGES.items()}}
    found = {stage: counts[stage] for stage in names if counts[stage]}
    legend = "".join(
        f"<span>{plots.swatch(f'stage-{stage}')} {names[stage]} <b>{count}</b></span>"
        for stage, count in found.items()
    )
    bar = plots.shares({f"stage-{stage}": count for stage, count in found.items()})
    return f'{bar}<p class="legend">{legend}</p>'


def _breakdown(summary: Summary) -> str:
    """The counts by kind, by writer and by how it was asked, of a set that has writers."""
    groups = summary.get("breakdown", {})
    if not groups:
        return ""
    heads = "".join(f'<th scope="col">{html_text(name)}</th>' for name in COUNTED)
    rows = "".join(
        _counts_heading(group) + "".join(_counts_row(name, one) for name, one in parts.items())
        for group, parts in groups.items()
    )
    return (
        '<h3>By kind, by writer and by how it was asked</h3><div class="scroll" tabindex="0" '
        'role="region" aria-label="Counts"><table class="kinds"><thead><tr><td></td>'
        f"{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _counts_heading(group: str) -> str:
    if group == "all":
        return ""
    return f'<tr class="group"><th colspan="{1 + len(COUNTED)}">By {html_text(group)}</th></tr>'


def _counts_row(name: str, counts: Mapping[str, int]) -> str:
    cells = "".join(f"<td>{html_text(cell)}</td>" for cell in counted_cells(counts))
    return f'<tr><th scope="row">{html_text(name)}</th>{cells}</tr>'


def _plots(run: Run, part: Summary, split: str) -> str:
    curve = part["risk_coverage"]
    drawn = []
    if any(part["ranks"].values()):
        drawn.append(
            _figure(
                "Where the right article came",
                plots.rank_histogram(part["ranks"]),
                "Rank of the first article that holds an answer, of the questions that have one.",
            )
        )
    if curve["risk"]:
        drawn += [
            _figure(
                "Risk and coverage",
                plots.risk_coverage_plot(curve["coverage"], curve["risk"]),
                "Share of wrong answers, if only the surest share of the questions is answered. "
                "An answer to a question that has none is wrong.",
            ),
            _figure(
                "Is the confidence true?",
                plots.reliability_plot([Bin(**one) for one in part["reliability"]]),
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
        if not outcome.error and split in ("all", outcome.question.half)
    ]
    if not times:
        return ""
    found = part["latency_ms"]
    marks = {"median": found["p50"]["value"], "95 % within": found["p95"]["value"]}
    return _figure(
        "How long it took",
        plots.latency_plot(times, marks),
        f"From question to answer, one at a time: {len(times)} questions, 99 % within "
        f"{found['p99']['value']:.0f} ms.",
    )


def _figure(title: str, drawing: str, label: str) -> str:
    return f"<figure><h3>{title}</h3>{drawing}<figcaption>{label}</figcaption></figure>"
