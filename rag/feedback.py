"""Readers' verdicts on answers, stored as lines of ``feedback.jsonl`` in the index's folder."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from rag.dates.calendar import parse_day
from rag.errors import ConfigError, IndexUnusable, QuestionError
from rag.index.base import TextSearch
from rag.index.durability import Disk, make_folder, write_all
from rag.types import Answer, Article, Citation, Kind, Occurrence, Window

Verdict = Literal["right", "wrong_answer", "wrong"]
Part = Literal["kind", "dates", "words"]
Places = Sequence[tuple[int, int]]

MAX_SPAN = 1000
_MAX_LIKELY = 20
_MAX_LITERAL = 100
_CONTEXT_CHARS = 40


@dataclass(frozen=True, slots=True)
class Quotation:
    """``text`` at ``[start, end)`` of the article, as long as that has this ``sha256``."""

    article_id: str
    sha256: str
    start: int
    end: int
    text: str

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end or len(self.text) != self.end - self.start:
            raise ValueError(f"the span [{self.start}, {self.end}) is not one of {self.text!r}")

    @classmethod
    def of(cls, article: Article, start: int, end: int) -> Quotation:
        return cls(article.id, article.sha256, start, end, article.text[start:end])


@dataclass(frozen=True, slots=True)
class Feedback:
    """A reader's verdict on one answer, with all that is needed to ask the question again.

    ``verdict`` is ``wrong_answer`` where the article was the right one and the answer was not.
    ``chosen`` is the span that would have been right. ``answer`` is what was shown first, None for
    an abstention, which cites nothing. ``corrected`` are the parts of the understanding, ``kind``
    and ``window`` among them, that the reader had set by hand.
    """

    question: str
    history: tuple[str, ...]
    kind: Kind
    window: Window | None
    today: date
    corrected: tuple[Part, ...]
    answer: str | None
    cited: tuple[Quotation, ...]
    verdict: Verdict
    chosen: Quotation | None
    version: str
    fingerprint: str
    given_at: datetime

    def __post_init__(self) -> None:
        if self.given_at.tzinfo is None:
            raise ValueError(f"the time {self.given_at} has no zone")
        if (self.answer is None) != (not self.cited):
            raise ValueError("an answer has citations, and an abstention has none")


def feedback_on(
    answer: Answer,
    verdict: Verdict,
    *,
    chosen: Quotation | None = None,
    history: Sequence[str] = (),
    today: date,
    corrected: Sequence[Part] = (),
    given_at: datetime,
) -> Feedback:
    """The verdict on ``answer``, which was asked for after ``history`` on the day ``today``."""
    return Feedback(
        question=answer.query.question,
        history=tuple(history),
        kind=answer.kind,
        window=answer.query.window,
        today=today,
        corrected=tuple(corrected),
        answer=answer.text,
        cited=tuple(Quotation.of(one.article, one.start, one.end) for one in answer.citations),
        verdict=verdict,
        chosen=chosen,
        version=answer.index.version,
        fingerprint=answer.index.fingerprint,
        given_at=given_at,
    )


def find_span(typed: str, answer: Answer, texts: TextSearch) -> Quotation:
    """Where an article says what was typed, word for word; whitespace may differ.

    The articles that the answer quotes come first, and of several places the one nearest to what
    is quoted. Raises QuestionError when no article has these words, or when several others do,
    unless they are copies of one story.
    """
    typed = typed.strip()
    if len(typed) > MAX_SPAN or not any(map(str.isalnum, typed)):
        raise QuestionError(
            f"The right words have to be a piece of an article, of at most {MAX_SPAN:,} "
            "characters; copy them from it."
        )
    for citation in _quoted(answer):
        if found := find_words(typed, citation.article.text):
            near = min(found, key=lambda place: abs(place[0] - citation.start))
            return Quotation.of(citation.article, *near)
    others = _elsewhere(typed, answer, texts)
    if not others:
        raise QuestionError(
            f"No article has these words as they stand, “{typed[:80]}”; copy them from the article."
        )
    if len(set(map(_context, others))) > 1:
        raise QuestionError("Several articles have these words; copy a longer piece of the one.")
    return Quotation.of(others[0].article, others[0].start, others[0].end)


def find_words(typed: str, text: str) -> Places:
    """Where ``typed`` stands in ``text`` as whole words, in order; not where they overlap."""
    words = r"\s+".join(map(re.escape, typed.split()))
    pattern = rf"(?<!\w\B){words}(?!\B\w)"
    return [match.span() for match in re.finditer(pattern, text)] if words else []


def _quoted(answer: Answer) -> Iterator[Citation]:
    for citation in (*answer.citations, *answer.nearest):
        yield from (citation, *citation.also)


def _elsewhere(typed: str, answer: Answer, texts: TextSearch) -> list[Occurrence]:
    """The first place in each other article that has the words."""
    likely = [passage.article for passage in texts.passages_like(answer.query.text, k=_MAX_LIKELY)]
    literal = [place.article for place in texts.find_text(typed, limit=_MAX_LITERAL)]
    articles = {article.id: article for article in (*likely, *literal)}
    found = ((article, find_words(typed, article.text)) for article in articles.values())
    return [Occurrence(article, *first[0]) for article, first in found if first]


def _context(place: Occurrence) -> tuple[str, ...]:
    """The words around a place, which are the same in every copy of a story."""
    text = place.article.text
    return tuple(text[max(0, place.start - _CONTEXT_CHARS) : place.end + _CONTEXT_CHARS].split())


FORMAT = 1


def json_line(value: Mapping[str, Any]) -> bytes:
    """One line of JSON in UTF-8; a lone surrogate, as in a file's name, is escaped."""
    return json.dumps(value, ensure_ascii=False).encode(errors="backslashreplace") + b"\n"


def to_json(value: Feedback) -> dict[str, Any]:
    """The feedback as a JSON object, which ``from_json`` reads back."""
    row: dict[str, Any] = {"format": FORMAT, **asdict(value)}
    row["given_at"], row["today"] = value.given_at.isoformat(), value.today.isoformat()
    if value.window is not None:
        days = {name: day and day.isoformat() for name, day in _bounds(value.window).items()}
        row["window"] = {**days, "said": value.window.said}
    return row


def _bounds(window: Window) -> dict[str, date | None]:
    return {"after": window.after, "before": window.before}


def from_json(row: Any) -> Feedback:
    """The feedback of a JSON object. Raises ValueError with what is wrong with it."""
    if not isinstance(row, dict) or row.get("format") != FORMAT:
        raise ValueError(f"is not feedback of format {FORMAT}")
    try:
        return _feedback(row)
    except KeyError as error:
        raise ValueError(f"the field {error} is missing") from error
    except TypeError as error:
        raise ValueError(f"holds a value of the wrong type: {error}") from error


def _feedback(row: Mapping[str, Any]) -> Feedback:
    return Feedback(
        question=_text(row, "question"),
        history=tuple(_text({"history": one}, "history") for one in row["history"]),
        kind=_choice(row["kind"], Kind),
        window=None if row["window"] is None else _window(row["window"]),
        today=_day(row["today"]),
        corrected=tuple(_choice(one, Part) for one in row["corrected"]),
        answer=None if row["answer"] is None else _text(row, "answer"),
        cited=tuple(_quotation(one) for one in row["cited"]),
        verdict=_choice(row["verdict"], Verdict),
        chosen=None if row["chosen"] is None else _quotation(row["chosen"]),
        version=_text(row, "version"),
        fingerprint=_text(row, "fingerprint"),
        given_at=datetime.fromisoformat(row["given_at"]),
    )


def _quotation(row: Mapping[str, Any]) -> Quotation:
    if type(row["start"]) is not int or type(row["end"]) is not int:
        raise ValueError(f"the span [{row['start']!r}, {row['end']!r}) is not one of characters")
    return Quotation(
        article_id=_text(row, "article_id"),
        sha256=_text(row, "sha256"),
        start=row["start"],
        end=row["end"],
        text=_text(row, "text"),
    )


def _window(row: Mapping[str, Any]) -> Window:
    after, before = (row[name] and _day(row[name]) for name in ("after", "before"))
    return Window(after, before, _text(row, "said"))


def _text(row: Mapping[str, Any], name: str) -> str:
    if not isinstance(row[name], str):
        raise ValueError(f"{name!r} is {row[name]!r}, not a text")
    return str(row[name])


def _day(value: Any) -> date:
    day = parse_day(value) if isinstance(value, str) else None
    if day is None:
        raise ValueError(f"{value!r} is not a day as YYYY-MM-DD")
    return day


def _choice(value: Any, of: Any) -> Any:
    if value not in get_args(of):
        raise ValueError(f"{value!r} is none of {', '.join(get_args(of))}")
    return value


NAME = "feedback.jsonl"
MAX_LINE_BYTES = 256_000
MAX_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class StoredFeedback:
    """A line of the file, numbered from 1, and what it holds."""

    line: int
    feedback: Feedback


@dataclass(frozen=True, slots=True)
class DamagedLine:
    """A line of the file that holds no feedback, and why."""

    line: int
    reason: str


def append(folder: Path, feedback: Feedback, *, disk: Disk | None = None) -> None:
    """Adds a line to the file in ``folder``, the index's; when this returns, it is on the disk.

    Raises QuestionError for feedback that is too long, and IndexUnusable when the file is full or
    cannot be written; the file is then as it was.
    """
    line = json_line(to_json(feedback))
    if len(line) > MAX_LINE_BYTES:
        raise QuestionError(
            f"This feedback is too long to be kept ({len(line):,} bytes of {MAX_LINE_BYTES:,}); "
            "ask in a new conversation."
        )
    try:
        _append(disk or Disk(), folder / NAME, line)
    except OSError as error:
        why = "the disk is full" if error.errno == errno.ENOSPC else error.strerror
        raise IndexUnusable(
            f"The feedback could not be kept in {str(folder / NAME)!r} ({why}); fix that and give "
            "it again."
        ) from error


def _append(disk: Disk, path: Path, line: bytes) -> None:
    make_folder(disk, path.parent)
    descriptor = disk.extend(path)
    try:
        # Another process may add a line, too; where there are no locks, there is only this one.
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        size = os.fstat(descriptor).st_size
        _add(disk, descriptor, size, _line_end_if_torn(descriptor, size) + line, path)
    finally:
        os.close(descriptor)
    disk.sync_folder(path.parent)


def _line_end_if_torn(descriptor: int, size: int) -> bytes:
    """The line end that is missing if a power cut has torn the last line."""
    return b"\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else b""


def _add(disk: Disk, descriptor: int, size: int, data: bytes, path: Path) -> None:
    if size + len(data) > MAX_BYTES:
        raise IndexUnusable(
            f"The feedback in {str(path)!r} has reached {MAX_BYTES:,} bytes; make a question set "
            "of it with python -m evals feedback, then move the file away."
        )
    try:
        write_all(disk, descriptor, data)
        disk.sync(descriptor)
    except OSError:
        with suppress(OSError):
            disk.truncate(descriptor, size)
        raise


def read(folder: Path) -> list[StoredFeedback | DamagedLine]:
    """Every line of the file in ``folder``, in order. Raises ConfigError when it cannot be read."""
    path = folder / NAME
    try:
        with path.open("rb") as file:
            return [_line(number, raw) for number, raw in enumerate(file, 1)]
    except FileNotFoundError as error:
        raise ConfigError(
            f"There is no feedback in {str(path)!r}; say in the chat what its answers are worth, "
            "or name another folder with --index."
        ) from error
    except OSError as error:
        raise ConfigError(
            f"{str(path)!r} cannot be read ({error.strerror}); check its permissions."
        ) from error


def _line(number: int, raw: bytes) -> StoredFeedback | DamagedLine:
    try:
        return StoredFeedback(number, from_json(json.loads(raw.decode())))
    except (ValueError, RecursionError) as error:
        return DamagedLine(number, str(error))
