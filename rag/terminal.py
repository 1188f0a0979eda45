"""The terminal: answers, hits, reports and progress in, text to read out.

Text from articles is shown as it is, but for control characters, which could move the cursor or
colour the screen: those are shown as their pictures.
"""

from __future__ import annotations

import os
import sys
import textwrap
import time
import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import date
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

from rag.answer.render import REASONS
from rag.types import Answer, BuildReport, Citation, Hit, Progress

if TYPE_CHECKING:
    from rag.answer.verify import Exported, Verdict
    from rag.index.index import Index

WIDTH = 78
_BOLD, _DIM, _MARK, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[7m", "\x1b[0m"


def has_colour(stream: TextIO) -> bool:
    """Whether to colour: a terminal, and https://no-color.org is not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def note(message: str) -> None:
    """Something to know that is no answer goes to stderr."""
    print(visible(message), file=sys.stderr)


def visible(text: str) -> str:
    """``text`` on one line, with control and bidirectional characters made visible."""
    return "".join(map(_picture, " ".join(text.split())))


def _picture(character: str) -> str:
    if unicodedata.category(character) in {"Cc", "Cf", "Cs"}:
        return f"\\u{ord(character):04x}"
    return character


def answer_text(answer: Answer, *, colour: bool) -> str:
    """The quotation in its sentence with its source, or why there is none and what is nearest."""
    lines: list[str] = []
    if answer.reason is not None:
        lines.append(REASONS[answer.reason])
        if answer.nearest:
            lines += ["", "Nearest, but not an answer:"]
    for citation in answer.citations or answer.nearest:
        lines += ["", *_citation_lines(citation, answered=not answer.abstained, colour=colour)]
    for path in answer.changed_files:
        lines += ["", f"{visible(path)} has changed or gone since the index was built."]
    if answer.citations:
        lines += ["", f"confidence {answer.confidence:.0%}"]
    return "\n".join(lines).strip("\n")


def _citation_lines(citation: Citation, *, answered: bool, colour: bool) -> list[str]:
    article = citation.article
    place = f"{visible(article.path)} [{citation.start}:{citation.end}]"
    source = f"— {visible(article.headline)}, {_said_day(article.published)}"
    lines = [*_sentence_lines(citation, mark=answered and colour), *textwrap.wrap(source, WIDTH)]
    lines.append(f"  {_DIM}{place}{_PLAIN}" if colour else f"  {place}")
    if citation.copies:
        lines.append(f"  also in {', '.join(visible(c.article.id) for c in citation.copies)}")
    return [f"  {line}" for line in lines]


def _sentence_lines(citation: Citation, *, mark: bool) -> list[str]:
    """The sentence, wrapped; the quotation in it stands out if ``mark`` is set."""
    text = citation.article.text
    # "visible" leaves no control character, so that these two can hold the quotation's place.
    parts = (
        visible(text[citation.sentence_start : citation.start]),
        f"\x02{visible(citation.quote)}\x03",
        visible(text[citation.end : citation.sentence_end]),
    )
    wrapped = textwrap.wrap(" ".join(part for part in parts if part), WIDTH)
    lines, inside = [], False
    for line in wrapped:
        marked = f"{_MARK}{line}" if inside and mark else line
        inside = inside ^ ("\x02" in line) ^ ("\x03" in line)
        closed = f"{marked}{_PLAIN}" if inside and mark else marked
        on, off = (_MARK, _PLAIN) if mark else ("", "")
        lines.append(closed.replace("\x02", on).replace("\x03", off))
    return lines


def hit_text(hit: Hit, *, colour: bool) -> str:
    """A passage with its rank, source and scores."""
    passage = hit.passage
    title = visible(passage.article.headline)
    head = f"{hit.rank}. {title}, {_said_day(passage.article.published)}"
    scores = f"score {hit.score:.3f}  dense {hit.dense:.3f}  lexical {hit.lexical:.2f}"
    place = f"{visible(passage.article.path)} [{passage.start}:{passage.end}]  {scores}"
    text = textwrap.fill(
        visible(passage.text), WIDTH, initial_indent="   ", subsequent_indent="   "
    )
    if colour:
        head, place = f"{_BOLD}{head}{_PLAIN}", f"{_DIM}{place}{_PLAIN}"
    return f"{head}\n{text}\n   {place}\n"


def _said_day(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else "undated"


def report_text(report: BuildReport) -> str:
    """Every file and its fate, except those that did not change, which are only counted."""
    fates = Counter(file.fate for file in report.files)
    lines = [
        f"{file.fate:<10}{visible(file.path)}"
        + (f": {visible(file.reason)}" if file.reason else "")
        for file in report.files
        if file.fate != "unchanged" or file.notes
    ]
    notes = [
        f"          {visible(file.path)}: {visible(said)}"
        for file in report.files
        for said in file.notes
    ]
    counted = ", ".join(f"{count:,} {fate}" for fate, count in sorted(fates.items())) or "no files"
    state = "is live" if report.changed else "was up to date"
    return "\n".join(
        [
            *lines,
            *notes,
            f"{counted}.",
            f"Version {report.version} {state}: {report.articles:,} articles, "
            f"{report.passages:,} passages ({report.embedded:,} embedded, "
            f"{report.reused:,} kept) in {report.seconds:.1f} s.",
        ]
    )


def report_json(report: BuildReport) -> dict[str, Any]:
    """The report as a JSON object."""
    return {
        "version": report.version,
        "changed": report.changed,
        "articles": report.articles,
        "passages": report.passages,
        "embedded": report.embedded,
        "reused": report.reused,
        "seconds": round(report.seconds, 3),
        "files": [
            {
                "path": file.path,
                "fate": file.fate,
                "reason": file.reason,
                "articles": file.articles,
                "notes": list(file.notes),
            }
            for file in report.files
        ],
    }


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """One verdict as a JSON object."""
    quoted = verdict.exported
    return {
        "state": verdict.state,
        "question": quoted.question,
        "nearest": quoted.nearest,
        "article_id": quoted.article_id,
        "start": quoted.start,
        "end": quoted.end,
        "quote": quoted.quote,
        "now_article_id": verdict.article_id or None,
        "now_start": verdict.start if verdict.start >= 0 else None,
    }


def _role(exported: Exported) -> str:
    """What the quotation was exported as, and for which question."""
    role = "nearest to" if exported.nearest else "answers"
    return f"{role} {visible(exported.question)[:40]}"


def verdicts_text(verdicts: Sequence[Verdict]) -> str:
    """A line for each quotation, and the counts."""
    lines = [
        f"{v.state:<8}{visible(v.exported.article_id)} [{v.exported.start}:{v.exported.end}] "
        f"{visible(v.exported.quote)[:60]} ({_role(v.exported)})"
        + (f" -> {visible(v.article_id)} at {v.start}" if v.state == "moved" else "")
        for v in verdicts
    ]
    counts = Counter(verdict.state for verdict in verdicts)
    counted = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    return "\n".join([*lines, f"{len(verdicts)} quotations: {counted or 'none'}."])


def info_json(index: Index) -> dict[str, Any]:
    """What is indexed, and how."""
    info = index.info
    return {
        "version": info.version,
        "built_at": info.built_at,
        "articles": info.articles,
        "passages": info.passages,
        "oldest_article": info.oldest_article.isoformat() if info.oldest_article else None,
        "newest_article": info.newest_article.isoformat() if info.newest_article else None,
        "fingerprint": info.fingerprint,
        "model": index.model_fingerprint,
        "settings": dict(index.settings),
    }


class Meter:
    """Shows progress on ``stream``: one line rewritten in a terminal, else a line now and then.

    Used as a context, it leaves nothing of the rewritten line behind.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = 0.0
        self._stage = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._stage and self._stream.isatty():
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def __call__(self, progress: Progress) -> None:
        rewrites = self._stream.isatty()
        now = time.monotonic()
        if progress.stage == self._stage and now - self._shown < (0.1 if rewrites else 10.0):
            return
        self._stage, self._shown = progress.stage, now
        self._stream.write(
            f"\r{_progress(progress):<70}\r" if rewrites else f"{_progress(progress)}\n"
        )
        self._stream.flush()


def _progress(progress: Progress) -> str:
    of = f" of {progress.total:,}" if progress.total else ""
    rate = f", {progress.rate:,.0f} a second" if progress.rate else ""
    left = f", {_duration(progress.seconds_left)} left" if progress.seconds_left else ""
    return f"{progress.stage} {progress.done:,}{of}{rate}{left}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
