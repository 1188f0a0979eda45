"""A build's report in; each file and its fate, in plain words as Markdown, out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from rag.text.escape import markdown, one_line
from rag.types import BuildReport, Fate, FileReport
from rag.web import words

FILES = 200
_ORDER: tuple[Fate, ...] = ("skipped", "added", "changed", "removed", "duplicate", "unchanged")


def report_text(report: BuildReport, *, ended: str = "", now: datetime | None = None) -> str:
    """What the build did, and when it ``ended``, then the files: those that need a look first."""
    took = words.seconds(report.seconds) + (f" · {words.age(ended, now=now)}" if ended else "")
    whole = f"{words.count(report.articles, 'article')}, {words.count(report.passages, 'passage')}"
    came = "the index was brought up to date" if report.changed else "nothing had changed"
    headline = f"**Last build: {came}**"
    read = f"{words.count(report.embedded, 'passage')} read anew, {report.reused:,} reused"
    parts = [f"{headline}\n<small>{whole} · {read} · took {took}</small>", _tally(report.files)]
    files = sorted(report.files, key=lambda file: (_ORDER.index(file.fate), file.path))
    parts.append("\n".join(_rows(files[:FILES])))
    if len(files) > FILES:
        parts.append(f"and {words.count(len(files) - FILES, 'more file')}.")
    return "\n\n".join(part for part in parts if part)


def _tally(files: Iterable[FileReport]) -> str:
    counted = Counter(file.fate for file in files)
    return " · ".join(f"{counted[fate]:,} {fate}" for fate in _ORDER if counted[fate])


def _rows(files: Iterable[FileReport]) -> Iterable[str]:
    for file in files:
        why = f": {markdown(one_line(file.reason, limit=300))}" if file.reason else ""
        name = markdown(one_line(file.path, limit=90))
        yield f"- <samp>{name}</samp> {words.FATES[file.fate]}{why}"
        # The one note of a copy says again what it is a copy of.
        notes = file.notes if file.fate != "duplicate" else file.notes[1:]
        for note in notes[:5]:
            yield f"  - {markdown(one_line(note, limit=300))}"
        if len(notes) > 5:
            yield f"  - and {words.count(len(notes) - 5, 'more note')}"
