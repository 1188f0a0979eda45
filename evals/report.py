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
from evals.report_tables import headline, kinds, large
from evals.run import Run
from evals.settings import changed
from evals.style import STYLE
from evals.wrong import STAGES, shown, wrong_answers

Summary = Mapping[str, Any]
HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{HASH}'; base-uri 'none'; form-action 'none'"


def report_html(runs: Sequence[tuple[Run, Summary]]) -> str:
    """The page: no script, no other file; texts are shown and never interpreted."""
    names = [run.name for run, _ in runs]
    explained = _explained(halved=any(run.halved for run, _ in runs))
    links = "".join(f'<a href="#set-{i}">{shown(name)}</a>' for i, name in enumerate(names))
    body = "".join(_set(i, run, summary) for i, (run, summary) in enumerate(runs))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>Dateline evals: {shown(', '.join(names))}</title><style>{STYLE}</style></head>"
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
    return f"<footer>Written {now} · {shown(where)}</footer>"


def _set(number: int, run: Run, summary: Summary) -> str:
    split = summary["headline"]
    part = summary["splits"][split]
    wrong = sum(outcome.stage != "right" for outcome in run.outcomes)
    asked = f"{split} questions" if run.halved else "questions"
    return (
        f'<section class="set" id="set-{number}"><h2>{shown(run.name)}</h2>{_facts(run)}'
        f"{large(part)}"
        f"<h3>What became of the {part['questions']} {asked}</h3>{_stages(part['stages'])}"
        f"<h3>All in all</h3>{headline(summary)}"
        f"<h3>By kind of question{f', {split}' if run.halved else ''}</h3>{kinds(part)}"
        f"{_plots(run, part, split)}"
        f"<h3>Where the wrong ones were lost: {wrong} of {len(run.outcomes)} questions</h3>"
        f"{wrong_answers(run.outcomes)}</section>"
    )


def _facts(run: Run) -> str:
    alarms = [f"{len(run.broken)} broken quotations: {', '.join(run.broken)}"] if run.broken else []
    alarms += run.warnings
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
        "".join(f'<p class="alarm">{shown(alarm)}</p>' for alarm in alarms)
        + held
        + f'<p class="soft small">{shown(" · ".join(facts))}</p>'
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
        if not outcome.error and split in ("all", outcome.question.half)
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
