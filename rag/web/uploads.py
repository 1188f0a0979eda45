"""Saves uploaded files in the articles' folder, under safe names."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import tempfile
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rag.errors import ArticleError
from rag.ingest.formats.dispatch import EXTENSIONS, Limits, read_file
from rag.ingest.records import Draft
from rag.text.escape import one_line

MAX_BYTES = 50_000_000
MAX_FILES = 50
_COPY_BYTES = 1 << 20
_PREFIX = ".upload-"


@dataclass(frozen=True, slots=True)
class SavedUpload:
    """An upload: ``label`` is its own name, ``name`` its new one; ``known`` ones were there."""

    label: str
    name: str
    known: bool


def save(upload: Path, folder: Path, limits: Limits) -> SavedUpload:
    """Copy ``upload`` into ``folder`` so that it is there whole, on disk, or not at all.

    The name is made of the plain letters of the file's own name and a hash of its bytes, so
    nothing is ever overwritten and the same bytes are kept once.

    Raises ArticleError when the file is of another kind, empty, too large, holds no article or
    cannot be written.
    """
    label = one_line(upload.name, limit=80)
    _check(upload, label)
    _check_content(upload, label, limits)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _store(upload, folder, label)
    except OSError as error:
        raise ArticleError(
            f"“{label}” was not saved: {error.strerror}; check the folder {folder} and try again."
        ) from error


def _check(upload: Path, label: str) -> None:
    if upload.suffix.lower() not in EXTENSIONS:
        raise ArticleError(f"“{label}” was not saved: articles are {', '.join(EXTENSIONS)} files.")
    size = upload.stat().st_size
    if not size:
        raise ArticleError(f"“{label}” was not saved: it is empty.")
    if size > MAX_BYTES:
        raise ArticleError(
            f"“{label}” was not saved: it has {size / 1e6:.0f} MB, at most "
            f"{MAX_BYTES / 1e6:.0f} MB can be uploaded; "
            "put larger files into the articles' folder yourself."
        )


def _check_content(upload: Path, label: str, limits: Limits) -> None:
    """Raise ArticleError for a file in which a build would find no article."""
    reason = "there is no article in it"
    for found in read_file(upload, limits=limits, today=date.max):
        if isinstance(found, Draft):
            return
        reason = found.reason
    raise ArticleError(f"“{label}” was not saved: {one_line(reason)}.")


def sweep(folder: Path) -> None:
    """Remove what uploads left in ``folder`` when their process was killed."""
    for path in folder.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
            finally:
                os.close(descriptor)


def _store(upload: Path, folder: Path, label: str) -> SavedUpload:
    descriptor, temporary = tempfile.mkstemp(prefix=_PREFIX, dir=folder)
    try:
        digest = _copy(upload, descriptor)
        name = f"{_slug(upload.stem)}-{digest[:12]}{upload.suffix.lower()}"
        known = not _link(temporary, folder / name)
    finally:
        Path(temporary).unlink(missing_ok=True)
    _sync_folder(folder)
    return SavedUpload(label, name, known)


def _copy(upload: Path, descriptor: int) -> str:
    digest = hashlib.sha256()
    with upload.open("rb") as source, os.fdopen(descriptor, "wb") as target:
        fcntl.flock(target, fcntl.LOCK_EX)
        os.fchmod(target.fileno(), 0o644)
        while block := source.read(_COPY_BYTES):
            digest.update(block)
            target.write(block)
        target.flush()
        os.fsync(target.fileno())
    return digest.hexdigest()


def _slug(stem: str) -> str:
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-") or "article"


def _link(temporary: str, final: Path) -> bool:
    """Give the file its name unless that is taken; a hard link cannot overwrite."""
    try:
        os.link(temporary, final)
    except FileExistsError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
