"""What the command line prints: answers, checked quotations, reports and progress."""

from __future__ import annotations

import os
import re
import sys
import textwrap
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

from rag.answer.citations import citation, inside_word
from rag.present import wording
from rag.present.json import REASONS
from rag.present.wording import by_sentence, pieces
from rag.quotes.check import CheckedQuotation, DiffRun, NearestText
from rag.types import Answer, BuildReport, Citation, Hit, Occurrence, Progress

WIDTH = 78
_SPACE = re.compile(r"\s+")
BOLD, DIM, MARK, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[7m", "\x1b[0m"


def has_colour(stream: TextIO) -> bool:
    """Whether to colour: a terminal, and https://no-color.org is not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def note(message: str) -> None:
    """Something to know that is no answer goes to stderr."""
    print(visible(message), file=sys.stderr)


def visible(text: str) -> str:
    """``text`` on one line, with control and bidirectional characters made visible."""
    return inline(text).strip()


def inline(text: str) -> str:
    """The same for a part of a line, whose spaces at the edges stay."""
    return "".join(map(_picture, _SPACE.sub(" ", text)))


def _picture(character: str) -> str:
    if unicodedata.category(character) in {"Cc", "Cf", "Cs"}:
        return f"\\u{ord(character):04x}"
    return character


def styled(text: str, style: str, *, colour: bool) -> str:
    """``text`` in a style, if there is colour."""
    return f"{style}{text}{PLAIN}" if colour else text


def wrapped(text: str, *, width: int = WIDTH) -> list[str]:
    """``text``, made visible, in lines of at most ``width`` characters."""
    return textwrap.wrap(visible(text), width)


_INDENT = "  "
_COLUMNS, _GAP = 2, "   "


def cited(
    *citations: Citation, answered: bool, colour: bool, before: Citation | None = None
) -> list[str]:
    """The sentence that the citations share, with the quotations marked, and the source below.

    The title is not told again where the citation ``before`` is from the same article.
    """
    first = citations[0]
    if wording.is_date_line(first):
        return [f"{_INDENT}“{visible(first.quote)}”, the date line of {_place(first)}"]
    told = _source(first, colour=colour)
    if before is not None and before.article.id == first.article.id:
        told = ["— the same article", *_below(first, colour=colour)]
    lines = [*_sentence(citations, mark=answered and colour), *told]
    return [f"{_INDENT}{line}" for line in lines]


def _source(citation: Citation, *, colour: bool, width: int = WIDTH) -> list[str]:
    """Title and day, and all that is known of the quotation."""
    article = citation.article
    title = f"— {article.headline}, {wording.day(article.published)}"
    return [*wrapped(title, width=width), *_below(citation, colour=colour, width=width)]


def _below(citation: Citation, *, colour: bool, width: int = WIDTH) -> list[str]:
    """The place; who says so, which days are meant, and where else it is reported."""
    facts = (wrapped(fact, width=width - len(_INDENT)) for fact in _facts(citation))
    return [
        styled(f"{_INDENT}{_place(citation)}", DIM, colour=colour),
        *(f"{_INDENT}{line}" for lines in facts for line in lines),
    ]


def _place(citation: Citation) -> str:
    return f"{visible(citation.article.path)} [{citation.start}:{citation.end}]"


def _facts(citation: Citation) -> Iterator[str]:
    if who := wording.speaker(citation):
        yield f"said by {who}"
    for said, meant in wording.resolved(citation):
        yield f"“{said}” = {meant}"
    if citation.also:
        number = len(citation.also)
        others = "; ".join(_named(other) for other in citation.also)
        yield f"also reported by {number} article{'' if number == 1 else 's'}: {others}"
    if citation.copies:
        yield f"also in {', '.join(copy.article.id for copy in citation.copies)}"


def _named(citation: Citation) -> str:
    article = citation.article
    return f"{article.headline}, {wording.day(article.published)} ({_place(citation)})"


def _sentence(citations: Sequence[Citation], *, mark: bool) -> list[str]:
    """The sentence, wrapped; the quotations in it stand out if ``mark`` is set."""
    # "inline" leaves no control character, so that these two can hold a quotation's place.
    parts = [
        f"\x02{inline(part)}\x03" if quoted else inline(part) for part, quoted in pieces(citations)
    ]
    lines, inside = [], False
    for line in textwrap.wrap("".join(parts).strip(), WIDTH):
        marked = f"{MARK}{line}" if inside and mark else line
        inside = line.rfind("\x02") > line.rfind("\x03") or (inside and "\x03" not in line)
        closed = f"{marked}{PLAIN}" if inside and mark else marked
        on, off = (MARK, PLAIN) if mark else ("", "")
        lines.append(closed.replace("\x02", on).replace("\x03", off))
    return lines


def numbered(answer: Answer, *, colour: bool) -> Iterator[list[str]]:
    """Every entry in its order, under its number and, where time orders them, its day."""
    number, before = 0, None
    for group in by_sentence(answer.citations):
        heads = [_head(answer, number + n, one) for n, one in enumerate(group, 1)]
        number += len(group)
        lines = [styled(line, BOLD, colour=colour) for head in heads for line in wrapped(head)]
        yield [*lines, *cited(*group, answered=True, colour=colour, before=before)]
        before = group[-1]


def _head(answer: Answer, number: int, citation: Citation) -> str:
    if answer.kind == "list":
        return f"{number}. {citation.quote}"
    said = wording.day(citation.article.published)
    if answer.kind == "latest":
        said = f"{'The latest' if number == 1 else 'Previously'}, {said}"
    return f"{number}. {said}"


def beside(citations: Sequence[Citation]) -> Iterator[list[str]]:
    """The quotations side by side, two in a row: what each article says, and when."""
    width = (WIDTH - len(_GAP)) // _COLUMNS
    cells = [_cell(citation, width) for citation in citations]
    for at in range(0, len(cells), _COLUMNS):
        yield [
            f"{_INDENT}{_GAP.join(f'{line:<{width}}' for line in lines).rstrip()}"
            for lines in zip_longest(*cells[at : at + _COLUMNS], fillvalue="")
        ]


def _cell(citation: Citation, width: int) -> list[str]:
    sentence = [] if citation.quote == citation.sentence else [f"“{citation.sentence}”"]
    return [
        *wrapped(citation.quote, width=width),
        *(line for said in sentence for line in wrapped(said, width=width)),
        *_source(citation, colour=False, width=width),
    ]


def answer_text(answer: Answer, *, colour: bool) -> str:
    """What was understood, and the quotations with their sources; or why there are none."""
    parts = [_understood(answer, colour=colour)]
    parts += _abstention(answer, colour=colour) if answer.abstained else _told(answer, colour)
    parts += [
        [f"{visible(path)} has changed or gone since the index was built."]
        for path in answer.changed_files
    ]
    if answer.citations:
        parts.append([f"confidence {answer.confidence:.0%}"])
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def _understood(answer: Answer, *, colour: bool) -> list[str]:
    """One line, long as it may be: it is about the question, and no part of the answer."""
    parts = wording.understood(answer.query)
    text = f"Understood: {', '.join(visible(part) for part in parts)}" if parts else ""
    return [styled(text, DIM, colour=colour)] if text else []


def _told(answer: Answer, colour: bool) -> Iterator[list[str]]:
    if answer.disagreement:
        yield ["The articles do not agree on this; each is quoted, and none preferred."]
    elif lead := wording.lead(answer):
        yield [styled(line, BOLD, colour=colour) for line in wrapped(lead)]
    if answer.disagreement and answer.kind not in wording.ORDERED:
        yield from beside(answer.citations)
    elif answer.kind in wording.ORDERED:
        yield from numbered(answer, colour=colour)
    else:
        for citation in answer.citations:
            yield cited(citation, answered=True, colour=colour)


def _abstention(answer: Answer, *, colour: bool) -> Iterator[list[str]]:
    assert answer.reason is not None
    yield [REASONS[answer.reason], *wrapped(answer.advice)]
    if answer.nearest:
        yield ["Nearest, but not an answer:"]
    for nearest in answer.nearest:
        yield cited(nearest, answered=False, colour=colour)


def hit_text(hit: Hit, *, colour: bool) -> str:
    """A passage with its rank, source and scores."""
    passage = hit.passage
    title = visible(passage.article.headline)
    head = f"{hit.rank}. {title}, {wording.day(passage.article.published)}"
    scores = f"score {hit.score:.3f}  dense {hit.dense:.3f}  lexical {hit.lexical:.2f}"
    place = f"{visible(passage.article.path)} [{passage.start}:{passage.end}]  {scores}"
    text = textwrap.fill(
        visible(passage.text), WIDTH, initial_indent="   ", subsequent_indent="   "
    )
    head, place = styled(head, BOLD, colour=colour), styled(place, DIM, colour=colour)
    return f"{head}\n{text}\n   {place}\n"


SHOWN = 10
_LEGEND = "[-words of the article that your text lacks-] {+words that only your text has+}"
_FORMS = {"equal": "{}", "missing": "[-{}-]", "added": "{{+{}+}}"}


def checked_text(checked: CheckedQuotation, *, colour: bool) -> str:
    """Where the text stands to the letter; or what is nearest to it, with the difference."""
    if checked.near is not None:
        parts = list(_near(checked.near, colour=colour))
    elif checked.places:
        parts = list(_exact(checked, colour=colour))
    else:
        parts = [["Not found: no article says this, nor anything like it word for word."]]
    return "\n\n".join("\n".join(lines) for lines in parts)


def _exact(checked: CheckedQuotation, *, colour: bool) -> Iterator[list[str]]:
    count = len(checked.places)
    number = f"{'more than ' if checked.more else ''}{count} place{'' if count == 1 else 's'}"
    yield [styled(f"Exact, in {number}:", BOLD, colour=colour)]
    for place in checked.places[:SHOWN]:
        yield _shown(place, colour=colour)
    if count > SHOWN:
        yield [f"These are the first {SHOWN}; --json lists {'100' if checked.more else 'all'}."]


def _shown(place: Occurrence, *, colour: bool) -> list[str]:
    lines = cited(citation(place), answered=True, colour=colour)
    return [*lines, "  It begins or ends inside a word."] if inside_word(place) else lines


def _near(near: NearestText, *, colour: bool) -> Iterator[list[str]]:
    if near.but_for:
        yield [styled(f"Exact but for {near.typography}:", BOLD, colour=colour)]
    else:
        yield [styled("Not to the letter; the nearest words are:", BOLD, colour=colour)]
        yield [f"  {line}" for line in _difference(near.runs)]
        yield [_LEGEND]
    yield _shown(near.place, colour=colour)


def _difference(runs: Sequence[DiffRun]) -> list[str]:
    """The words of both texts in the manner of ``git diff --word-diff``."""
    return textwrap.wrap("".join(map(_marked, runs)), WIDTH - 2)


def _marked(run: DiffRun) -> str:
    text = inline(run.shown)
    words = text.rstrip()
    return _FORMS[run.kind].format(words) + text[len(words) :]


if TYPE_CHECKING:
    from rag.index.base import Store
    from rag.quotes.verify import Exported, VerificationResult


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


def verdict_json(verdict: VerificationResult) -> dict[str, Any]:
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


def verdicts_text(verdicts: Sequence[VerificationResult]) -> str:
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


def info_json(index: Store) -> dict[str, Any]:
    """What is indexed, and how."""
    info = index.info
    return {
        "version": info.version,
        "built_at": info.built_at,
        "articles": info.articles,
        "switched_off": index.switched_off,
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
