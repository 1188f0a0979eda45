"""A comparison and its tables in; one HTML page that needs nothing else out."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from html import escape

from evals.bench import growth
from evals.bench.comparison import Comparison
from evals.bench.systems import SYSTEMS
from evals.bench.table import Table
from evals.style import STYLE

_STYLE = (
    STYLE
    + growth.STYLE
    + "\n"
    + """
svg.growth { max-width: 560px; }
table.figures thead th:first-child { text-align: left; }
table.prose td, table.prose thead th { text-align: left; white-space: normal; }
"""
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"


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
        f'<figure><svg class="growth" viewBox="0 0 {growth.WIDTH} {growth.HEIGHT}" role="img">'
        f"{panel}</svg></figure>"
        for panel in growth.growth_panels(comparison)
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
