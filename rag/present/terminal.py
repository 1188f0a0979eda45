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
from typing import TYPE_CHECKING, Self, TextIO

from rag.present import wording
from rag.present.wording import by_sentence, pieces
from rag.types import Answer, BuildReport, Citation, Hit, Occurrence, Progress

if TYPE_CHECKING:
    from rag.quotes.check import CheckedQuotation, DiffRun, NearestText
    from rag.quotes.verify import Exported, VerificationResult

WIDTH = 78
_SPACE = re.compile(r"\s+")
BOLD, DIM, MARK, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[7m", "\x1b[0m"


def has_colour(stream: TextIO) -> bool:
    """Whether to colour: a terminal, and https://no-color.org is not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def note(message: str) -> None:
    """Print something that is no answer, to stderr."""
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


def citation_lines(
    *citations: Citation, answered: bool, colour: bool, before: Citation | None = None
) -> list[str]:
    """The sentence that the citations share, with the quotations marked, and the source below.

    The title is not repeated where the citation ``before`` is from the same article.
    """
    first = citations[0]
    if wording.is_date_line(first):
        return [f"{_INDENT}“{visible(first.quote)}”, the date line of {_place(first)}"]
    source = _source(first, colour=colour)
    if before is not None and before.article.id == first.article.id:
        source = ["— the same article", *_place_and_facts(first, colour=colour)]
    lines = [*_sentence(citations, mark=answered and colour), *source]
    return [f"{_INDENT}{line}" for line in lines]


def _source(citation: Citation, *, colour: bool, width: int = WIDTH) -> list[str]:
    """Title and day, and below them place and facts."""
    article = citation.article
    title = f"— {article.headline}, {wording.day(article.published)}"
    return [*wrapped(title, width=width), *_place_and_facts(citation, colour=colour, width=width)]


def _place_and_facts(citation: Citation, *, colour: bool, width: int = WIDTH) -> list[str]:
    """The place and the facts, indented."""
    facts = (wrapped(fact, width=width - len(_INDENT)) for fact in _facts(citation))
    return [
        styled(f"{_INDENT}{_place(citation)}", DIM, colour=colour),
        *(f"{_INDENT}{line}" for lines in facts for line in lines),
    ]


def _place(citation: Citation) -> str:
    return f"{visible(citation.article.path)} [{citation.start}:{citation.end}]"


def _facts(citation: Citation) -> Iterator[str]:
    facts = wording.facts(citation)
    if facts.speaker:
        yield f"said by {facts.speaker}"
    for words, days in facts.dates:
        yield f"“{words}” = {days}"
    if facts.also:
        others = "; ".join(map(_source_in_words, facts.also))
        yield f"also reported by {wording.count(len(facts.also), 'article')}: {others}"
    if facts.copies:
        yield f"also in {', '.join(copy.id for copy in facts.copies)}"


def _source_in_words(citation: Citation) -> str:
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


def numbered_entries(answer: Answer, *, colour: bool) -> Iterator[list[str]]:
    """Every entry in its order, under its number and, where time orders them, its day."""
    number, before = 0, None
    for group in by_sentence(answer.citations):
        heads = [_head(answer, number + n, one) for n, one in enumerate(group, 1)]
        number += len(group)
        lines = [styled(line, BOLD, colour=colour) for head in heads for line in wrapped(head)]
        yield [*lines, *citation_lines(*group, answered=True, colour=colour, before=before)]
        before = group[-1]


def _head(answer: Answer, number: int, citation: Citation) -> str:
    if answer.kind == "list":
        return f"{number}. {citation.quote}"
    head = wording.day(citation.article.published)
    if answer.kind == "latest":
        head = f"{'The latest' if number == 1 else 'Previously'}, {head}"
    return f"{number}. {head}"


def side_by_side(citations: Sequence[Citation]) -> Iterator[list[str]]:
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
        *(line for text in sentence for line in wrapped(text, width=width)),
        *_source(citation, colour=False, width=width),
    ]


def answer_text(answer: Answer, *, colour: bool) -> str:
    """What was understood, and the quotations with their sources; or why there are none."""
    parts = [_understood(answer, colour=colour)]
    parts += _abstention(answer, colour=colour) if answer.abstained else _quotations(answer, colour)
    parts += [[visible(wording.changed_file(path))] for path in answer.changed_files]
    if answer.citations:
        parts.append([f"confidence {answer.confidence:.0%}"])
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def _understood(answer: Answer, *, colour: bool) -> list[str]:
    """One line, long as it may be: it is about the question, and no part of the answer."""
    parts = wording.understood(answer.query)
    text = f"Understood: {', '.join(visible(part) for part in parts)}" if parts else ""
    return [styled(text, DIM, colour=colour)] if text else []


def _quotations(answer: Answer, colour: bool) -> Iterator[list[str]]:
    if answer.disagreement:
        yield [wording.DISAGREEMENT]
    elif lead := wording.lead(answer):
        yield [styled(line, BOLD, colour=colour) for line in wrapped(lead)]
    if answer.disagreement and answer.kind not in wording.ORDERED:
        yield from side_by_side(answer.citations)
    elif answer.kind in wording.ORDERED:
        yield from numbered_entries(answer, colour=colour)
    else:
        for citation in answer.citations:
            yield citation_lines(citation, answered=True, colour=colour)


def _abstention(answer: Answer, *, colour: bool) -> Iterator[list[str]]:
    assert answer.reason is not None
    yield [wording.REASONS[answer.reason], *wrapped(answer.advice)]
    if answer.nearest:
        yield [f"{wording.NEAREST}:"]
    for nearest in answer.nearest:
        yield citation_lines(nearest, answered=False, colour=colour)


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
_DIFF_LEGEND = "[-words of the article that your text lacks-] {+words that only your text has+}"
_DIFF_FORMS = {"equal": "{}", "missing": "[-{}-]", "added": "{{+{}+}}"}


def checked_text(checked: CheckedQuotation, *, colour: bool) -> str:
    """Where the text stands exactly, or what is most like it, with the difference."""
    if checked.near is not None:
        parts = list(_near(checked.near, colour=colour))
    elif checked.places:
        parts = list(_exact(checked, colour=colour))
    else:
        parts = [["Not found: no article says this, nor anything like it word for word."]]
    return "\n\n".join("\n".join(lines) for lines in parts)


def _exact(checked: CheckedQuotation, *, colour: bool) -> Iterator[list[str]]:
    count = len(checked.places)
    more = "more than " if checked.more else ""
    yield [styled(f"Exact, in {more}{wording.count(count, 'place')}:", BOLD, colour=colour)]
    for place in checked.places[:SHOWN]:
        yield _occurrence_lines(place, colour=colour)
    if count > SHOWN:
        yield [f"These are the first {SHOWN}; --json lists {'100' if checked.more else 'all'}."]


def _occurrence_lines(place: Occurrence, *, colour: bool) -> list[str]:
    from rag.answer.citations import citation, inside_word

    lines = citation_lines(citation(place), answered=True, colour=colour)
    return [*lines, "  It begins or ends inside a word."] if inside_word(place) else lines


def _near(near: NearestText, *, colour: bool) -> Iterator[list[str]]:
    if near.but_for:
        yield [styled(f"Exact but for {near.typography}:", BOLD, colour=colour)]
    else:
        yield [styled("Not to the letter; the nearest words are:", BOLD, colour=colour)]
        yield [f"  {line}" for line in _difference(near.runs)]
        yield [_DIFF_LEGEND]
    yield _occurrence_lines(near.place, colour=colour)


def _difference(runs: Sequence[DiffRun]) -> list[str]:
    """The words of both texts in the manner of ``git diff --word-diff``."""
    return textwrap.wrap("".join(map(_marked, runs)), WIDTH - 2)


def _marked(run: DiffRun) -> str:
    text = inline(run.display)
    words = text.rstrip()
    return _DIFF_FORMS[run.kind].format(words) + text[len(words) :]


def report_text(report: BuildReport) -> str:
    """A line for each file that is not unchanged, and the counts."""
    fates = Counter(file.fate for file in report.files)
    lines = [
        f"{file.fate:<10}{visible(file.path)}"
        + (f": {visible(file.reason)}" if file.reason else "")
        for file in report.files
        if file.fate != "unchanged" or file.notes
    ]
    notes = [
        f"          {visible(file.path)}: {visible(text)}"
        for file in report.files
        for text in file.notes
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


def verification_text(results: Sequence[VerificationResult]) -> str:
    """A line for each quotation, and the counts."""
    lines = [
        f"{result.state:<8}{_exported(result.exported)}"
        + (f" -> {visible(result.article_id)} at {result.start}" if result.state == "moved" else "")
        for result in results
    ]
    counts = Counter(result.state for result in results)
    counted = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    return "\n".join([*lines, f"{len(results)} quotations: {counted or 'none'}."])


def _exported(exported: Exported) -> str:
    """Where the quotation stood, and for which question it was exported as what."""
    place = f"{visible(exported.article_id)} [{exported.start}:{exported.end}]"
    role = "nearest to" if exported.nearest else "answers"
    question = visible(exported.question)[:40]
    return f"{place} {visible(exported.quote)[:60]} ({role} {question})"


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
