"""Writes a file and reads it, for the tests of this folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rag.ingest.formats.dispatch import Draft, Limits, Rejected, read_file

TODAY = date(2025, 1, 1)
LIMITS = Limits(max_file_bytes=10_000_000, max_article_chars=5_000, max_files=1000, max_depth=8)


def read(
    folder: Path, name: str, data: bytes | str, limits: Limits = LIMITS
) -> list[Draft | Rejected]:
    path = folder / name
    path.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    return list(read_file(path, limits=limits, today=TODAY))


def draft(folder: Path, name: str, data: bytes | str, limits: Limits = LIMITS) -> Draft:
    (only,) = read(folder, name, data, limits)
    assert isinstance(only, Draft), only
    return only


def reason(folder: Path, name: str, data: bytes | str, limits: Limits = LIMITS) -> str:
    (only,) = read(folder, name, data, limits)
    assert isinstance(only, Rejected), only
    return f"{only.where} {only.reason}".strip()
