"""Reads JSON-lines files, plain or gzipped, and collects every problem with their rows."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TextIO, TypeVar, cast

from rag.errors import RagError

SHOWN_PROBLEMS = 100

Value = TypeVar("Value")


class QuestionSetError(RagError):
    """A question set that cannot be used; ``problems`` has ``file:line: reason`` for each."""

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class BadRow(ValueError):
    """The reason why one row cannot be used."""


class Problems:
    """Collects what is wrong with the files of a set, so that they are reported together."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: list[str] = []

    def add(self, where: str, reason: object) -> None:
        """``where`` is ``file:line`` or a file."""
        self._found.append(f"{where}: {reason}")

    def take(self, where: str, make: Callable[[], Value]) -> Value | None:
        """What ``make`` returns; None, and a problem more, when it raises BadRow."""
        try:
            return make()
        except BadRow as reason:
            self.add(where, reason)
            return None

    @property
    def found(self) -> tuple[str, ...]:
        """``file:line: reason`` for each problem so far."""
        return tuple(self._found)

    def stop_if_any(self) -> None:
        """Raise QuestionSetError when there is a problem."""
        if not self._found:
            return
        shown = self._found[:SHOWN_PROBLEMS]
        more = len(self._found) - len(shown)
        raise QuestionSetError(
            f"Nothing was scored, because the question set {self._path} has "
            f"{len(self._found):,} bad line(s); mend them:\n"
            + "\n".join(f"  {problem}" for problem in shown)
            + (f"\n  … and {more:,} more" if more else ""),
            tuple(self._found),
        )


def json_rows(
    path: Path, problems: Problems, *, above: str = ""
) -> Iterator[tuple[str, dict[str, Any]]]:
    """``file:line`` and the object of every line that holds one; blank lines are passed over.

    ``above`` is put before the file's name, for one of several files of a name.
    """
    for where, line in lines(path, problems, above=above):
        row = problems.take(where, partial(_object, line))
        if row is not None:
            yield where, row


def lines(path: Path, problems: Problems, *, above: str = "") -> Iterator[tuple[str, str]]:
    """``file:line`` and the text of every line that is not blank, one at a time."""
    number = 0
    try:
        with open_text(path) as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    yield f"{above}{path.name}:{number}", line
    except UnicodeDecodeError:
        problems.add(f"{above}{path.name}", f"is not UTF-8 somewhere after line {number}")
    except (OSError, EOFError) as error:
        problems.add(f"{above}{path.name}", f"cannot be read: {error}")


def json_file(path: Path) -> Any:
    """The one value in a JSON file. Raises QuestionSetError when there is none."""
    try:
        with open_text(path) as stream:
            return json.load(stream)
    except (OSError, EOFError, ValueError, RecursionError) as error:
        raise QuestionSetError(f"{path} cannot be read as JSON: {error}; mend it.") from error


def open_text(path: Path) -> TextIO:
    """The text of a file, which is gzipped if its name ends in ``.gz``."""
    if path.suffix == ".gz":
        return cast(TextIO, gzip.open(path, "rt", encoding="utf-8"))
    return path.open(encoding="utf-8")


def text_of(row: Mapping[str, Any], name: str) -> str:
    """The text in a field that must not be missing or blank. Raises BadRow."""
    if name not in row:
        raise BadRow(f"the field {name!r} is missing")
    value = row[name]
    if not isinstance(value, str) or not value.strip():
        raise BadRow(f"{name!r} is {value!r}, not a text")
    return value


def _object(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadRow(f"is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadRow("is not a JSON object")
    return value


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a gzipped JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows as a ``.jsonl`` file of articles."""
    with path.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
