"""What was measured of a system on a corpus: values in, one JSON file each on disk, values out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Built:
    """Builds of one index, the costs of each in order.

    ``embedding_seconds``, part of ``seconds``, begin with loading the model. The peak is that of
    the process, in MB.
    """

    seconds: tuple[float, ...]
    embedding_seconds: tuple[float, ...]
    index_bytes: int
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What one system did with the questions, in rounds.

    ``start_s``: from the start of a process to its first result. ``find_ms`` and ``answer_ms``:
    one question each; the latter is empty for a system that had nothing to read with.
    ``found`` are the ids of articles, best first, and ``answers`` the words, empty for none, by
    question.
    """

    start_s: tuple[float, ...] = ()
    find_ms: tuple[float, ...] = ()
    answer_ms: tuple[float, ...] = ()
    peak_mb: float = 0.0
    found: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """All there is of one system on one corpus.

    ``setting`` tells under what it was measured: a result of another setting is not used. Of
    what was asked with another ``reader``, only the builds are. ``code`` is a fingerprint of the
    Dateline and the workers that it was measured with, ``day`` the day. ``failed`` is the sentence
    that says why there is no more.
    """

    system: str
    corpus: str
    setting: Mapping[str, Any]
    reader: str = ""
    code: str = ""
    day: str = ""
    built: Built | None = None
    asked: Asked | None = None
    failed: str = ""


class Results:
    """The results below a folder: ``<corpus>/<system>.json``, each replaced as a whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, nothing: Result) -> Result:
        """What there is under the same setting as ``nothing``, or else ``nothing`` itself."""
        try:
            told = _result(json.loads(self._path(nothing).read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return nothing
        if told.setting != nothing.setting:
            return nothing
        if told.reader != nothing.reader:
            failed = "" if told.built else told.failed
            return replace(told, reader=nothing.reader, asked=None, failed=failed)
        return told

    def write(self, result: Result) -> None:
        path = self._path(result)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".tmp")
        draft.write_text(json.dumps(asdict(result), indent=1) + "\n", "utf-8")
        draft.replace(path)

    def _path(self, result: Result) -> Path:
        return self._folder / result.corpus / f"{result.system}.json"


def _result(told: dict[str, Any]) -> Result:
    built, asked = told.pop("built"), told.pop("asked")
    return Result(
        built=Built(**{name: _tuple(value) for name, value in built.items()}) if built else None,
        asked=_asked(asked) if asked else None,
        **told,
    )


def _asked(told: Mapping[str, Any]) -> Asked:
    asked = Asked(**{name: _tuple(value) for name, value in told.items()})
    return replace(asked, found={name: tuple(ids) for name, ids in told["found"].items()})


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
