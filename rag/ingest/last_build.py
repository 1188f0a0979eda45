"""A build's report goes in, and out again after the program was started anew.

It stands beside the versions, not in one: equal articles give equal versions, but two reports
differ. It is written once the version that it tells of is live, and counts only for that one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from rag.index.disk import Disk, replace_file
from rag.index.versions import now, read_current, seal, unseal
from rag.types import BuildReport, FileReport

FILE = "last-build.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class LastBuild:
    """What the last build did, and when it ended: ISO, UTC."""

    report: BuildReport
    ended: str


def keep(report: BuildReport, folder: Path, *, disk: Disk, say: Callable[[str], None]) -> None:
    """Keep ``report`` in the index ``folder``; a live version is not undone for it, so ``say``."""
    values = {"format": FORMAT, "ended": now(), "report": asdict(report)}
    try:
        replace_file(disk, folder / FILE, seal(values))
    except OSError as error:
        say(f"The index is live, but the report of its build was not kept ({error.strerror}).")


def last(folder: Path) -> LastBuild | None:
    """The report of the build that the live version comes from, if it was kept and is whole."""
    try:
        values = unseal((folder / FILE).read_bytes())
    except OSError:
        return None
    if values is None or values["format"] != FORMAT:
        return None
    report = _report(values["report"])
    if not read_current(folder).startswith(f"{report.version} ".encode()):
        return None
    return LastBuild(report, values["ended"])


def _report(values: dict[str, Any]) -> BuildReport:
    files = tuple(FileReport(**{**file, "notes": tuple(file["notes"])}) for file in values["files"])
    known = {field.name: values[field.name] for field in fields(BuildReport)}
    return BuildReport(**{**known, "files": files})
