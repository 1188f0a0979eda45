"""What readers said about answers in; a question set of it, and why the rest is left out, out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.feedback_row import Collection, question_id, row_of
from evals.rows import Bad
from rag.errors import ConfigError, QuestionError
from rag.feedback import DamagedLine, StoredFeedback, json_line, read
from rag.index.local import LocalStore
from rag.types import Article


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line of the feedback that becomes no question, and why."""

    line: int
    reason: str


def run(options: argparse.Namespace) -> int:
    """Write the question set, say what was left out; ConfigError when it cannot be written."""
    if options.to.exists():
        raise _taken(options.to)
    lines = read(options.index)
    with LocalStore.open(options.index) as index:
        rows, left_out = question_rows(lines, _collection(index, lines))
    for one in left_out:
        print(f"line {one.line} is left out: {one.reason}", file=sys.stderr)
    if not rows:
        raise ConfigError(
            f"None of the {len(lines):,} line(s) of feedback makes a question; nothing was written."
        )
    _write_new(options.to, b"".join(map(json_line, rows)))
    print(f"{len(rows):,} of {len(lines):,} line(s) of feedback written to {options.to}; ask them:")
    print(f"  python -m evals run {options.to} --articles FOLDER")
    return 0


def question_rows(
    lines: Sequence[StoredFeedback | DamagedLine], collection: Collection
) -> tuple[list[dict[str, Any]], list[LeftOut]]:
    """The rows of a question file in our own format, each accepted by its reader; and the rest.

    What was said last about a question, asked after the same ones in the same window, counts.
    """
    rows: list[dict[str, Any]] = []
    left_out: list[LeftOut] = []
    last = {question_id(one.feedback): one.line for one in lines if isinstance(one, StoredFeedback)}
    for one in lines:
        try:
            if isinstance(one, DamagedLine):
                raise Bad(f"it is damaged: {one.reason}")
            if last[question_id(one.feedback)] != one.line:
                raise Bad(f"more was said later, in line {last[question_id(one.feedback)]}")
            rows.append(row_of(one.feedback, collection))
        except Bad as reason:
            left_out.append(LeftOut(one.line, str(reason)))
    return rows, left_out


def _collection(index: LocalStore, lines: Sequence[StoredFeedback | DamagedLine]) -> Collection:
    """The articles that the lines name, as far as they are in the index."""
    articles: dict[str, Article] = {}
    for given in (one.feedback for one in lines if isinstance(one, StoredFeedback)):
        for quoted in (*given.cited, *filter(None, [given.chosen])):
            with suppress(QuestionError):
                articles[quoted.article_id] = index.article(quoted.article_id)
    return Collection(articles, index.info.fingerprint)


def _write_new(path: Path, data: bytes) -> None:
    """A file that was not there before, with these bytes, or none."""
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError as error:
        raise _taken(path) from error
    except OSError as error:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        raise ConfigError(f"{path} cannot be written ({error.strerror}); mend that.") from error


def _taken(path: Path) -> ConfigError:
    return ConfigError(f"{path} is there already; name a new file, or remove it.")
