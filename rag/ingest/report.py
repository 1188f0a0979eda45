"""Follows a build while it runs, and reports afterwards what it did with every file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from rag.errors import BuildCancelled
from rag.index.base import Store
from rag.index.durability import Disk, replace_file
from rag.index.versions import read_current, seal, timestamp, unseal
from rag.ingest.corpus import SourceFile
from rag.types import BuildReport, Fate, FileReport, Progress


class BuildMonitor:
    """Reports to ``progress`` how far a build is, and asks ``cancelled`` whether to stop it."""

    def __init__(
        self,
        progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self._progress = progress
        self._cancelled = cancelled

    def report(self, step: Progress) -> None:
        if self._progress is not None:
            self._progress(step)

    def check(self) -> None:
        """Raises BuildCancelled once the build was cancelled."""
        if self._cancelled is not None and self._cancelled():
            raise BuildCancelled(
                "The build was cancelled; what was embedded is kept, and the version that was "
                "live still serves."
            )


def file_records(files: Sequence[SourceFile]) -> list[dict[str, Any]]:
    """What the index records of each file, to find later what has changed and what is not in it."""
    return [
        {
            "path": file.path,
            "size_bytes": file.size_bytes,
            "sha256": file.sha256,
            "articles": len(file.articles),
            "skipped": file.skipped,
            "duplicate_of": file.duplicate_of,
        }
        for file in files
    ]


def file_reports(
    files: Sequence[SourceFile], previous: Store | None, new_ids: Collection[str]
) -> tuple[FileReport, ...]:
    """One report per file in order of path, removed ones included.

    ``new_ids`` are the articles that ``previous`` did not hold in the same words.
    """
    before = {str(file["path"]): file for file in previous.files()} if previous else {}
    ids_before = _ids_by_path(files, before, previous)
    reports = [
        _report(file, before.get(file.path), ids_before.get(file.path, frozenset()), new_ids)
        for file in files
    ]
    removed = before.keys() - {file.path for file in files}
    reports += [FileReport(path, "removed") for path in removed if before[path]["articles"]]
    return tuple(sorted(reports, key=lambda report: report.path))


def _ids_by_path(
    files: Sequence[SourceFile],
    before: Mapping[str, Mapping[str, Any]],
    previous: Store | None,
) -> dict[str, frozenset[str]]:
    """The ids that changed files held before; only files of several articles need them."""
    wanted = {
        file.path
        for file in files
        if len(file.articles) > 1 and before.get(file.path, {}).get("sha256") != file.sha256
    }
    ids: dict[str, set[str]] = {path: set() for path in wanted & before.keys()}
    if ids and previous:
        for entry in previous.entries():
            if entry.path in ids:
                ids[entry.path].add(entry.id)
    return {path: frozenset(held) for path, held in ids.items()}


def _report(
    file: SourceFile,
    before: Mapping[str, Any] | None,
    ids_before: frozenset[str],
    new_ids: Collection[str],
) -> FileReport:
    notes = file.notes
    if ids_before:
        new = sum(article in new_ids for article in file.articles)
        gone = len(ids_before - set(file.articles))
        notes = (
            f"{new:,} of {len(file.articles):,} articles new or changed, {gone:,} gone",
            *notes,
        )
    reason = file.skipped or (f"a copy of {file.duplicate_of}" if file.duplicate_of else "")
    return FileReport(file.path, _fate(file, before), reason, len(file.articles), notes)


def _fate(file: SourceFile, before: Mapping[str, Any] | None) -> Fate:
    if file.skipped:
        return "skipped"
    if file.duplicate_of:
        return "duplicate"
    if before is None or not before["articles"]:
        return "added"
    return "unchanged" if before["sha256"] == file.sha256 else "changed"


REPORT_FILE = "last-build.json"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class LastBuild:
    """What the last build did, and when it ended: ISO, UTC."""

    report: BuildReport
    ended: str


def save_report(
    report: BuildReport, folder: Path, *, disk: Disk, say: Callable[[str], None]
) -> None:
    """Writes ``report`` into the index ``folder``; only ``say`` so if that fails."""
    values = {"format": _FORMAT, "ended": timestamp(), "report": asdict(report)}
    try:
        replace_file(disk, folder / REPORT_FILE, seal(values))
    except OSError as error:
        say(f"The index is live, but the report of its build was not kept ({error.strerror}).")


def load_report(folder: Path) -> LastBuild | None:
    """The report of the build that the live version comes from, if it is there and undamaged."""
    try:
        values = unseal((folder / REPORT_FILE).read_bytes())
    except OSError:
        return None
    if values is None or values["format"] != _FORMAT:
        return None
    report = _report_from_json(values["report"])
    if not read_current(folder).startswith(f"{report.version} ".encode()):
        return None
    return LastBuild(report, values["ended"])


def _report_from_json(values: dict[str, Any]) -> BuildReport:
    files = tuple(FileReport(**{**file, "notes": tuple(file["notes"])}) for file in values["files"])
    known = {field.name: values[field.name] for field in fields(BuildReport)}
    return BuildReport(**{**known, "files": files})
