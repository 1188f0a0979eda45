"""A build's report in; each file and its fate, in plain words as Markdown, out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rag.types import BuildReport, Fate, FileReport
from rag.web import words
from rag.web.escape import markdown, one_line

FILES = 200
_ORDER: tuple[Fate, ...] = ("skipped", "added", "changed", "removed", "duplicate", "unchanged")


def report_text(report: BuildReport) -> str:
    """What the build did, then the files: those that need a look first."""
    took = words.seconds(report.seconds)
    whole = f"{words.count(report.articles, 'article')}, {words.count(report.passages, 'passage')}"
    headline = "**The index is up to date**" if report.changed else "**Nothing had changed**"
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
        for note in file.notes[:5]:
            yield f"  - {markdown(one_line(note, limit=300))}"
        if len(file.notes) > 5:
            yield f"  - and {words.count(len(file.notes) - 5, 'more note')}"
