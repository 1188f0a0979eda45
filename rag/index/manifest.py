"""What a version of the index holds goes in; ``manifest.json``, which proves it whole, comes out.

The last key of the file is the SHA-256 of everything before it, so that no bit of it can change
unseen; ``files`` does the same for every other file of the version.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rag.errors import IndexDamaged, IndexMismatch
from rag.index.disk import FileRecord

FORMAT = 1
MANIFEST = "manifest.json"
REBUILD = "build it again with: python -m rag build --full"


@dataclass(frozen=True, slots=True)
class Manifest:
    """``fingerprint`` depends on articles and settings alone, ``built_at`` (UTC) on the clock.

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


def encode(manifest: Manifest) -> bytes:
    """The bytes of ``manifest.json``: the format number first, the checksum last."""
    values: dict[str, Any] = {"format": FORMAT}
    for field in fields(manifest):
        values[field.name] = getattr(manifest, field.name)
    values["files"] = {name: [file.size, file.sha256] for name, file in manifest.files.items()}
    return seal(values)


def seal(values: dict[str, Any]) -> bytes:
    """``values`` as JSON with its own SHA-256 as the last key."""
    body = json.dumps(values, indent=1, ensure_ascii=False, default=_day)
    checksum = hashlib.sha256(body.encode(errors="surrogatepass")).hexdigest()
    return f'{body[:-2]},\n "sha256": "{checksum}"\n}}\n'.encode(errors="surrogatepass")


def unseal(raw: bytes) -> dict[str, Any] | None:
    """What was sealed, if sealing it again gives the same bytes: order, spaces and checksum too."""
    try:
        values: dict[str, Any] = json.loads(raw)
        del values["sha256"]
        return values if "format" in values and seal(values) == raw else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _day(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} cannot be written into {MANIFEST}")


def decode(raw: bytes) -> Manifest:
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


def now() -> str:
    """The time in UTC, to the second; ``SOURCE_DATE_EPOCH`` overrides it for repeatable builds."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
