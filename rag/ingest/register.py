"""Drafts in, in canonical order; unique ids, and the ids that copies are copies of, out."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from itertools import count
from pathlib import PurePosixPath

from rag.ingest.draft import Draft


class Register:
    """What a reading of the corpus has kept so far: digests and ids, never texts."""

    def __init__(self) -> None:
        self._taken: set[bytes] = set()
        self._kept: dict[bytes, str] = {}

    def kept_as(self, draft: Draft) -> str:
        """The id of the article that ``draft`` is a copy of; empty when it is the first."""
        return self._kept.get(_content(draft), "")

    def keep(self, draft: Draft, path: str) -> str:
        """Give ``draft`` the first of its names that nobody has, and remember it as kept."""
        for name in names(draft, path):
            digest = _digest(name)
            if digest not in self._taken:
                self._taken.add(digest)
                self._kept[_content(draft)] = name
                return name
        raise AssertionError("names never end")


def names(draft: Draft, path: str) -> Iterator[str]:
    """The ids that ``draft`` may get, in order of preference, without end.

    A file is named by its path without the extension, else by all of it; a row by its own id,
    else by the file's name and its own id or the first 12 digits of its hash.
    """
    stem = path.removesuffix(PurePosixPath(path).suffix)
    if not draft.where:
        yield stem
        name = path
    elif draft.key:
        yield draft.key
        yield f"{stem}#{draft.key}"
        name = f"{path}#{draft.key}"
    else:
        yield f"{stem}#{draft.sha256[:12]}"
        name = f"{path}#{draft.sha256[:12]}"
    yield name
    yield from (f"{name}~{number}" for number in count(2))


def _content(draft: Draft) -> bytes:
    """What makes two articles the same: day, own title, and the story's words."""
    title = "" if draft.title_derived else draft.title
    story = " ".join(draft.text[draft.body :].split())
    return _digest(f"{draft.published or ''}\0{title}\0{story}")


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8"), digest_size=16).digest()
