"""Turns the feedback that readers gave in the chat into a question set."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.metrics.answers import parse_when
from evals.sets.own import question_of
from evals.sets.rows import BadRow
from rag.dates.anchoring import dates_in
from rag.errors import ConfigError, QuestionError
from rag.feedback import (
    DamagedLine,
    Feedback,
    Quotation,
    StoredFeedback,
    find_words,
    json_line,
    read,
)
from rag.index.local import LocalStore
from rag.text.sentences import Offsets, sentence_spans
from rag.types import Article, Kind, Window

# One span says nothing of the other entries, and more articles may add some.
ENTRIES: frozenset[Kind] = frozenset({"list", "timeline", "summary"})
SAID = {"right": "right", "wrong_answer": "right article, wrong answer", "wrong": "wrong"}


@dataclass(frozen=True, slots=True)
class IndexedArticles:
    """The articles that spans are held against, by id, and the fingerprint of their index."""

    articles: Mapping[str, Article]
    fingerprint: str


def question_id(given: Feedback) -> str:
    """The same for feedback on the same question: the id that it has in the set."""
    window = given.window
    days = (window.after, window.before) if window else (None, None)
    asked = repr((given.question, given.history, tuple(map(str, days))))
    return f"feedback-{hashlib.sha256(asked.encode(errors='surrogatepass')).hexdigest()[:16]}"


def row_of(given: Feedback, collection: IndexedArticles) -> dict[str, Any]:
    """The question, as a line of a file in our own format; its reader has accepted it.

    Raises BadRow with the reason why the feedback makes none.
    """
    _check_asked(given)
    _check_collection(given, collection)
    spans = _spans(given, collection.articles)
    row: dict[str, Any] = {
        "id": question_id(given),
        "question": given.question,
        "history": [one for one in given.history if one.strip()],
        "kind": given.kind,
        "answers": [_gold(one) for one in spans],
        "articles": list(dict.fromkeys(one.article_id for one in spans)),
        "unanswerable": not spans,
        "today": given.today.isoformat(),
        **_right(given, spans, collection.articles),
        "note": f"{SAID[given.verdict]}, {given.given_at.date()}, index {given.version} "
        f"{given.fingerprint}",
    }
    question_of(row, collection.articles, "")
    return row


def _check_asked(given: Feedback) -> None:
    """A question set asks as the question was typed."""
    if "dates" in given.corrected:
        raise BadRow("its dates were set by hand, which a question set cannot say")
    if "words" in given.corrected:
        raise BadRow(
            "words of earlier questions were removed by hand, which a question set cannot say"
        )
    if not given.question.strip():
        raise BadRow("it has no question")


def _check_collection(given: Feedback, collection: IndexedArticles) -> None:
    """What holds for all articles together does not outlive a change of them."""
    refused = given.verdict == "right" and not given.cited
    of_all = refused or given.kind in ENTRIES or given.kind == "latest"
    if of_all and given.fingerprint != collection.fingerprint:
        raise BadRow("the index has changed since, so that there may be more to answer now")


def _spans(given: Feedback, articles: Mapping[str, Article]) -> list[Quotation]:
    """What would be a right answer; nothing where refusing is."""
    if given.verdict == "right":
        return [_standing(one, articles) for one in given.cited]
    if given.chosen is None:
        raise BadRow("the answer is not right, and no words of an article say what would be")
    if given.kind in ENTRIES:
        raise BadRow(f"one span is not all that a {given.kind} has to hold")
    if given.kind == "yesno":
        raise BadRow("a span does not say whether yes or no is right")
    article = _article(given.chosen, articles)
    found = find_words(given.chosen.text, article.text)
    if not found:
        raise _changed(given.chosen)
    return [Quotation.of(article, start, end) for start, end in found]


def _standing(quoted: Quotation, articles: Mapping[str, Article]) -> Quotation:
    """The quotation where it stands now: at its old place, or at the only other one."""
    article = _article(quoted, articles)
    if article.text[quoted.start : quoted.end] == quoted.text:
        return Quotation.of(article, quoted.start, quoted.end)
    if article.text.count(quoted.text) != 1:
        raise _changed(quoted)
    start = article.text.index(quoted.text)
    return Quotation.of(article, start, start + len(quoted.text))


def _article(quoted: Quotation, articles: Mapping[str, Article]) -> Article:
    if quoted.article_id not in articles:
        raise BadRow(f"the article {quoted.article_id!r} is not in the index any more")
    return articles[quoted.article_id]


def _changed(quoted: Quotation) -> BadRow:
    return BadRow(
        f"{quoted.text[:80]!r} does not stand in {quoted.article_id!r} any more, or more than once"
    )


def _right(
    given: Feedback, spans: Sequence[Quotation], articles: Mapping[str, Article]
) -> dict[str, Any]:
    """What else has to be right, by the kind of question."""
    right: dict[str, Any] = {}
    if given.window is not None and given.verdict != "wrong":
        right["window"] = _days(given.window)
    if not spans:
        return right
    if given.kind == "yesno":
        right["label"] = given.answer
    elif given.kind == "when":
        right["when"] = _days(_when(given, spans, articles))
    elif given.kind == "list":
        right["all"] = True
    elif given.kind == "timeline":
        days = {articles[one.article_id].published for one in spans}
        right["dates"] = sorted(day.isoformat() for day in days if day)
    return right


def _when(given: Feedback, spans: Sequence[Quotation], articles: Mapping[str, Article]) -> Window:
    """The days of the answer, or those that the chosen words name wherever they stand."""
    if given.verdict == "right":
        named = {parse_when(given.answer or "")}
    else:
        named = {_named(one, articles[one.article_id]) for one in spans}
    window = named.pop()
    if named or window is None:
        raise BadRow("its words do not name one day, month or year")
    return window


def _named(span: Quotation, article: Article) -> Window | None:
    """The days that the date words in the span name; None when there is not one such expression."""
    if written := parse_when(span.text):
        return written
    found = [
        one
        for sentence in sentence_spans(article.text, article.body)
        if _overlap(sentence, (span.start, span.end))
        for one in dates_in(article, sentence)
        if _overlap((one.start, one.end), (span.start, span.end))
    ]
    return Window(found[0].after, found[0].before) if len(found) == 1 else None


def _overlap(one: Offsets, other: Offsets) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _days(window: Window) -> dict[str, str]:
    days = {"after": window.after, "before": window.before}
    return {name: day.isoformat() for name, day in days.items() if day}


def _gold(span: Quotation) -> dict[str, Any]:
    place = {"article_id": span.article_id, "start": span.start, "end": span.end}
    return {"text": span.text, **place}


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
    lines: Sequence[StoredFeedback | DamagedLine], collection: IndexedArticles
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
                raise BadRow(f"it is damaged: {one.reason}")
            if last[question_id(one.feedback)] != one.line:
                raise BadRow(f"more was said later, in line {last[question_id(one.feedback)]}")
            rows.append(row_of(one.feedback, collection))
        except BadRow as reason:
            left_out.append(LeftOut(one.line, str(reason)))
    return rows, left_out


def _collection(
    index: LocalStore, lines: Sequence[StoredFeedback | DamagedLine]
) -> IndexedArticles:
    """The articles that the lines name, as far as they are in the index."""
    articles: dict[str, Article] = {}
    for given in (one.feedback for one in lines if isinstance(one, StoredFeedback)):
        for quoted in (*given.cited, *filter(None, [given.chosen])):
            with suppress(QuestionError):
                articles[quoted.article_id] = index.article(quoted.article_id)
    return IndexedArticles(articles, index.info.fingerprint)


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
