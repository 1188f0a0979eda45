"""The folder of an index: its layout, its numbered versions, and the articles switched off.

::

    index/
      CURRENT              the live version's name and the SHA-256 of its manifest
      versions/000042/     one immutable version; the newest have the highest numbers
        manifest.json      written last: format, settings, model, counts, and the length and
                           SHA-256 of every other file
        articles.txt       the texts of all articles, one after another (rag.index.articles)
        articles.jsonl     their metadata, a line each
        articles.npy       where each one's text, line and passages begin; its day and hashes
        passages.npy       article, start and end of each passage; its number is its row
        files.jsonl        what the build recorded of each file it read
        terms.txt/.npy     the sorted vocabulary of BM25 (rag.index.bm25)
        postings.npy       where each term's postings begin in the next two
        rows.npy counts.npy lengths.npy
        vectors.faiss      a unit vector for each passage (rag.index.vectors)
      cache/               embeddings by text, a file for each model (rag.index.cache)
      models/              compiled embedders and readers, unless kept elsewhere
      last-build.json      the report of the build that CURRENT comes from
      switched-off.json    ids of articles that are not searched
      feedback.jsonl       what readers noted about answers (rag.feedback)
      .lock                held while a build runs (rag.index.durability)
      .tmp-*               left by a killed build; the next one removes them

Readers hold one version, which is never changed. A build writes the next one under a temporary
name, renames it, reads it back (``rag.index.writer``), and only then replaces ``CURRENT``, by one
rename; versions that nobody holds are then removed, but for the one that served before.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rag.errors import IndexDamaged, IndexMismatch, IndexUnusable
from rag.index.durability import (
    Disk,
    FileRecord,
    exclusive_lock,
    explain_write_errors,
    removal_lock,
    remove_tree,
    replace_file,
    write_file,
)

FORMAT = 1
CURRENT = "CURRENT"
VERSIONS = "versions"
CACHE = "cache"
MANIFEST = "manifest.json"
SWITCHES = "switched-off.json"
TEMPORARY = ".tmp-"
REBUILD = "build it again with: dateline build --full"

# Names under which a build or a replaced file may have left a temporary file in the index folder.
_REPLACED = (CURRENT, "last-build.json", "texts")
_VERSION_NAME = re.compile(r"\d{6,18}")
_SWITCHES_FORMAT = 1
_SWITCHES_LOCK = ".switched-off.lock"
# Not a name that a build sweeps away: it may run while an article is switched.
_NEW_SWITCHES = ".switched-off.new"


def seal(values: dict[str, Any]) -> bytes:
    """``values`` as JSON with its own SHA-256 as the last key."""
    body = json.dumps(values, indent=1, ensure_ascii=False, default=_encode_day)
    checksum = hashlib.sha256(body.encode(errors="surrogatepass")).hexdigest()
    return f'{body[:-2]},\n "sha256": "{checksum}"\n}}\n'.encode(errors="surrogatepass")


def unseal(raw: bytes) -> dict[str, Any] | None:
    """The values that were sealed; ``None`` unless sealing them again gives the same bytes."""
    try:
        values: dict[str, Any] = json.loads(raw)
        del values["sha256"]
        return values if "format" in values and seal(values) == raw else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _encode_day(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} cannot be written into {MANIFEST}")


def timestamp() -> str:
    """The time in UTC, to the second; ``SOURCE_DATE_EPOCH`` overrides it for repeatable builds."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What ``manifest.json`` holds.

    ``fingerprint`` depends on articles and settings alone, ``built_at`` (UTC) on the clock.
    ``analysis`` is the version of the lexical analysis; ``vectors`` says how FAISS searches them.
    """

    settings: Mapping[str, Any]
    model_fingerprint: str
    dim: int
    analysis: int
    vectors: Mapping[str, Any]
    articles: int
    passages: int
    oldest_article: date | None
    newest_article: date | None
    built_at: str
    fingerprint: str
    files: Mapping[str, FileRecord]


def encode_manifest(manifest: Manifest) -> bytes:
    """The bytes of ``manifest.json``: the format number first, the checksum last."""
    values: dict[str, Any] = {"format": FORMAT}
    for field in fields(manifest):
        values[field.name] = getattr(manifest, field.name)
    values["files"] = {name: [file.size, file.sha256] for name, file in manifest.files.items()}
    return seal(values)


def decode_manifest(raw: bytes) -> Manifest:
    """The manifest of these bytes.

    Raises IndexDamaged when a bit of them has changed, IndexMismatch for another format.
    """
    values = unseal(raw)
    if values is None:
        raise IndexDamaged(f"{MANIFEST} has changed since it was written; {REBUILD}")
    number = values.pop("format")
    if number != FORMAT:
        raise IndexMismatch(
            f"The index has format {number}, and this Dateline reads format {FORMAT}; {REBUILD}"
        )
    values["files"] = {name: FileRecord(*file) for name, file in values["files"].items()}
    for name in ("oldest_article", "newest_article"):
        values[name] = values[name] and date.fromisoformat(values[name])
    return Manifest(**values)


def check_files(folder: Path, files: Mapping[str, FileRecord]) -> None:
    """Raises IndexDamaged unless every file is there with its length and its SHA-256."""
    for name, file in files.items():
        if _size(folder / name) != file.size:
            raise IndexDamaged(f"{name} does not have the {file.size} bytes it was written with")
    for name, file in files.items():
        if _sha256(folder / name) != file.sha256:
            raise IndexDamaged(f"{name} has changed since it was written")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise IndexDamaged(f"{path.name} cannot be read ({error.strerror})") from error


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise IndexDamaged(f"{path.name} cannot be read ({error.strerror})") from error


# The live version and the others.


def read_current(folder: Path) -> bytes:
    """The bytes of CURRENT; empty if there is none."""
    try:
        return (folder / CURRENT).read_bytes()
    except FileNotFoundError:
        return b""


def live_version(folder: Path, current: bytes) -> str:
    """The version that ``current``, the bytes of CURRENT, names.

    Raises IndexDamaged unless its manifest is the very one for which ``set_current`` wrote them.
    """
    match = re.fullmatch(rb"(\d{6,18}) ([0-9a-f]{64})\n", current)
    if match is None:
        raise IndexDamaged(f"{CURRENT} does not name a version")
    version, checksum = match[1].decode(), match[2].decode()
    try:
        manifest = (folder / VERSIONS / version / MANIFEST).read_bytes()
    except OSError as error:
        reason = f"its {MANIFEST} cannot be read ({error.strerror})"
        raise IndexDamaged(f"{CURRENT} names version {version}, but {reason}") from error
    if hashlib.sha256(manifest).hexdigest() != checksum:
        raise IndexDamaged(f"{CURRENT} names version {version}, but with another {MANIFEST}")
    return version


def set_current(disk: Disk, folder: Path, version: str, manifest: bytes) -> None:
    """Makes ``version`` the live one, at once and durably."""
    checksum = hashlib.sha256(manifest).hexdigest()
    replace_file(disk, folder / CURRENT, f"{version} {checksum}\n".encode())


def version_names(folder: Path) -> list[str]:
    """Every version there is, newest first."""
    with suppress(FileNotFoundError, NotADirectoryError):
        names = [path.name for path in (folder / VERSIONS).iterdir()]
        return sorted(filter(_VERSION_NAME.fullmatch, names), key=int, reverse=True)
    return []


def next_name(folder: Path) -> str:
    """The name of the version to write: one more than the highest number there is."""
    names = version_names(folder)
    return f"{int(names[0]) + 1 if names else 1:06d}"


def remove_leftovers(disk: Disk, folder: Path) -> None:
    """Removes what killed builds left half written; only for the holder of the lock.

    Other programs may keep files in the folder too: in it, only our own names are removed.
    """
    own = [folder / f"{TEMPORARY}{name}" for name in _REPLACED]
    for parent in (folder / VERSIONS, folder / CACHE):
        own += sorted(parent.glob(f"{TEMPORARY}*"))
    for path in own:
        if path.is_symlink() or path.exists():
            remove_tree(disk, path)


def remove_old_versions(disk: Disk, folder: Path, keep: Iterable[str]) -> None:
    """Removes every version but those to ``keep`` and those that a reader holds.

    A version leaves by one rename, so that a build killed here leaves no half of one. What cannot
    be removed now is tried again by the next build: a published version is not undone for it.
    """
    keep = set(keep)
    for name in version_names(folder):
        if name not in keep:
            with suppress(OSError):
                _remove(disk, folder / VERSIONS / name)


def _remove(disk: Disk, version: Path) -> None:
    gone = version.with_name(TEMPORARY + version.name)
    with removal_lock(version / MANIFEST) as free:
        if not free:
            return
        disk.rename(version, gone)
    remove_tree(disk, gone)


# Articles switched off.


@dataclass(frozen=True, slots=True)
class Switches:
    """What ``switched-off.json`` holds.

    ``off``: ids of articles, which need not be in the index. ``warning``: why the file is ignored,
    if it is. ``raw``: its bytes, empty where there is none.
    """

    off: frozenset[str] = frozenset()
    warning: str = ""
    raw: bytes = b""


def read_switches(folder: Path) -> Switches:
    """The switches of the index in ``folder``; none, with a warning, if the file is damaged."""
    try:
        raw = (folder / SWITCHES).read_bytes()
    except FileNotFoundError:
        return Switches()
    except OSError as error:
        return Switches(warning=_ignored_warning(folder, f"cannot be read ({error.strerror})"))
    ids = _parse_ids(raw)
    if ids is None:
        return Switches(warning=_ignored_warning(folder, "is not as Dateline wrote it"), raw=raw)
    return Switches(ids, raw=raw)


def raw_switches(folder: Path) -> bytes:
    """The file's bytes, to tell whether anything was switched; empty where there is none."""
    try:
        return (folder / SWITCHES).read_bytes()
    except OSError:
        return b""


def set_switches(
    folder: Path, ids: Iterable[str], *, on: bool, disk: Disk | None = None
) -> Switches:
    """Switch articles ``on`` or off, durably and at once; several may do so at the same time.

    Raises IndexUnusable when the file cannot be written, or what is there must not be replaced.
    """
    disk = disk or Disk()
    with explain_write_errors(folder), exclusive_lock(disk, folder / _SWITCHES_LOCK):
        before = read_switches(folder)
        if before.warning:
            raise IndexUnusable(
                f"{str(folder / SWITCHES)!r} is not a file that Dateline wrote, so nothing was "
                "switched; move it away and try again."
            )
        off = before.off - set(ids) if on else before.off | set(ids)
        if off == before.off:
            return before
        raw = seal({"format": _SWITCHES_FORMAT, "off": sorted(off)})
        write_file(disk, folder / _NEW_SWITCHES, raw)
        disk.rename(folder / _NEW_SWITCHES, folder / SWITCHES)
        disk.sync_folder(folder)
    return Switches(frozenset(off), raw=raw)


def _parse_ids(raw: bytes) -> frozenset[str] | None:
    """The ids in the file; ``None`` unless every bit of it is as it was written."""
    values = unseal(raw)
    off = values.get("off") if values is not None and values["format"] == _SWITCHES_FORMAT else None
    if not isinstance(off, list) or not all(isinstance(article_id, str) for article_id in off):
        return None
    return frozenset(off)


def _ignored_warning(folder: Path, reason: str) -> str:
    return (
        f"{str(folder / SWITCHES)!r} {reason} and is ignored, so no article is switched off; "
        "move it away and switch them off again."
    )
