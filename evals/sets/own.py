"""Question files in our own format: JSON lines, each checked against the articles it is about."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, get_args

from evals.sets.rows import BadRow, Problems, QuestionSetError, json_rows, text_of
from evals.types import Gold, Question, Split
from rag.dates.calendar import parse_day
from rag.types import Article, Kind, Window

REQUIRED = ("id", "question", "kind", "answers", "articles")
OPTIONAL = (
    *("history", "in_full", "unanswerable", "window", "as_of", "today"),
    *("label", "when", "dates", "all", "note"),
)
NEEDED = ("label", "when")
LABELS = ("yes", "no", "unclear")


def question_of(
    row: dict[str, Any], articles: Mapping[str, Article] | None, source: str
) -> Question:
    """The question of a row. Raises BadRow with the first thing that is wrong with it.

    Without ``articles``, spans and article ids are taken as they are.
    """
    _check_fields(row)
    named = _texts(row, "articles")
    question = Question(
        id=text_of(row, "id"),
        question=text_of(row, "question"),
        kind=_choice(row, "kind", get_args(Kind)),
        answers=_answers(row, articles),
        articles=named,
        newest=_newest(named, articles),
        unanswerable=_flag(row, "unanswerable"),
        history=_texts(row, "history"),
        in_full=text_of(row, "in_full") if "in_full" in row else "",
        window=_window(row, "window"),
        as_of=_optional_day(row, "as_of"),
        today=_optional_day(row, "today"),
        label=_choice(row, "label", LABELS) if "label" in row else "",
        when=_window(row, "when"),
        dates=tuple(_day(value, "dates") for value in _list(row, "dates")),
        all_answers=_flag(row, "all"),
        note=text_of(row, "note") if "note" in row else "",
        half=split_of(text_of(row, "id")),
        source=source,
    )
    _check(question, articles)
    return question


def split_of(question_id: str) -> Split:
    """The half that a question belongs to, for ever: the lowest bit of the SHA-256 of its id."""
    return "dev" if hashlib.sha256(question_id.encode()).digest()[-1] % 2 == 0 else "test"


def _check_fields(row: Mapping[str, Any]) -> None:
    missing = [name for name in REQUIRED if name not in row]
    if missing:
        raise BadRow(f"the field {missing[0]!r} is missing")
    unknown = [name for name in row if name not in (*REQUIRED, *OPTIONAL)]
    if unknown:
        raise BadRow(f"the field {unknown[0]!r} is unknown")


def _check(question: Question, articles: Mapping[str, Article] | None) -> None:
    """Check the fields against each other."""
    if question.unanswerable and question.answers:
        raise BadRow("is unanswerable and has answers")
    if not question.unanswerable and not question.answers:
        raise BadRow("has no answers and is not marked unanswerable")
    if question.in_full and not question.history:
        raise BadRow("has 'in_full' but no 'history' that it would follow on")
    _check_of_kind(question)
    for name in question.articles:
        if articles is not None and name not in articles:
            raise BadRow(f"there is no article {name!r}")
    for gold in question.answers:
        if gold.article_id not in question.articles:
            raise BadRow(f"the article {gold.article_id!r} of an answer is not among 'articles'")


def _check_of_kind(question: Question) -> None:
    """Check the fields that a kind of question needs, and those that belong to one kind only."""
    own = (
        ("label", "yesno", bool(question.label)),
        ("when", "when", question.when is not None),
        ("dates", "timeline", bool(question.dates)),
    )
    for name, kind, given in own:
        if given and question.kind != kind:
            raise BadRow(f"has {name!r} but is of kind {question.kind!r}")
        if question.kind == kind and name in NEEDED and not given and not question.unanswerable:
            raise BadRow(f"is of kind {kind!r} and has no {name!r}, by which it would be judged")


def _newest(named: tuple[str, ...], articles: Mapping[str, Article] | None) -> tuple[str, ...]:
    days = {
        name: day
        for name in named
        if articles and name in articles and (day := articles[name].published)
    }
    return tuple(name for name, day in days.items() if day == max(days.values()))


def _answers(row: Mapping[str, Any], articles: Mapping[str, Article] | None) -> tuple[Gold, ...]:
    return tuple(
        gold for value in _list(row, "answers") for gold in _places(_gold(value), articles)
    )


def _gold(value: Any) -> Gold:
    if not isinstance(value, dict):
        raise BadRow(f"'answers' holds {value!r}, not an object")
    if unknown := [name for name in value if name not in ("text", "article_id", "start", "end")]:
        raise BadRow(f"the field {unknown[0]!r} of an answer is unknown")
    start, end = value.get("start"), value.get("end")
    if (start is None) != (end is None):
        raise BadRow("an answer has only one of 'start' and 'end'")
    if start is not None and not (type(start) is int and type(end) is int and 0 <= start < end):
        raise BadRow(f"an answer has the impossible span [{start!r}, {end!r})")
    return Gold(text_of(value, "text"), text_of(value, "article_id"), start, end)


def _places(gold: Gold, articles: Mapping[str, Article] | None) -> Iterator[Gold]:
    """The gold answer, checked; one without offsets once for every place where its text stands."""
    if articles is None:
        yield gold
        return
    if gold.article_id not in articles:
        raise BadRow(f"there is no article {gold.article_id!r}")
    text = articles[gold.article_id].text
    if gold.start is not None:
        if text[gold.start : gold.end] != gold.text:
            raise BadRow(
                f"the span [{gold.start}, {gold.end}) of {gold.article_id!r} is "
                f"{text[gold.start : gold.end]!r}, not {gold.text!r}"
            )
        yield gold
        return
    starts = occurrences(text, gold.text)
    if not starts:
        raise BadRow(f"{gold.text!r} does not stand in {gold.article_id!r}")
    for start in starts:
        yield Gold(gold.text, gold.article_id, start, start + len(gold.text))


def occurrences(text: str, part: str) -> list[int]:
    """Where ``part`` stands in ``text``, overlapping places included."""
    starts, start = [], text.find(part)
    while start >= 0:
        starts.append(start)
        start = text.find(part, start + 1)
    return starts


def _window(row: Mapping[str, Any], name: str) -> Window | None:
    value = row.get(name)
    if value is None:
        return None
    if not isinstance(value, dict) or not value.keys() <= {"after", "before"}:
        raise BadRow(f"{name!r} is {value!r}, not an object of 'after' and 'before'")
    after, before = _optional_day(value, "after"), _optional_day(value, "before")
    if after is None and before is None:
        raise BadRow(f"{name!r} has no bound")
    if after and before and after >= before:
        raise BadRow(f"no day lies in {name!r} from {after} to before {before}")
    return Window(after, before)


def _optional_day(row: Mapping[str, Any], name: str) -> date | None:
    value = row.get(name)
    return None if value is None else _day(value, name)


def _day(value: Any, name: str) -> date:
    day = parse_day(value) if isinstance(value, str) else None
    if day is None:
        raise BadRow(f"{name!r} holds {value!r}, not a day as YYYY-MM-DD")
    return day


def _choice(row: Mapping[str, Any], name: str, choices: tuple[Any, ...]) -> Any:
    if row[name] not in choices:
        raise BadRow(f"{name!r} is {row[name]!r}, none of {', '.join(choices)}")
    return row[name]


def _flag(row: Mapping[str, Any], name: str) -> bool:
    value = row.get(name, False)
    if not isinstance(value, bool):
        raise BadRow(f"{name!r} is {value!r}, neither true nor false")
    return value


def _list(row: Mapping[str, Any], name: str) -> list[Any]:
    value = row.get(name, [])
    if not isinstance(value, list):
        raise BadRow(f"{name!r} is {value!r}, not a list")
    return value


def _texts(row: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = _list(row, name)
    for value in values:
        if not isinstance(value, str) or not value:
            raise BadRow(f"{name!r} holds {value!r}, not a text")
    return tuple(values)


def load_questions(path: Path, articles: Mapping[str, Article] | None) -> list[Question]:
    """The questions of a file in our own format, every span checked against its article.

    An answer without offsets stands for every place where its text occurs in its article. Without
    ``articles`` spans are taken as they are. Raises QuestionSetError, which names every bad line
    with its number and reason, when any line is bad or none holds a question.
    """
    problems = Problems(path)
    questions: list[Question] = []
    first: dict[str, str] = {}
    for where, row in json_rows(path, problems):
        question = problems.take(where, partial(question_of, row, articles, where))
        if question is None:
            continue
        if question.id in first:
            problems.add(where, f"the id {question.id!r} is that of {first[question.id]}")
        first.setdefault(question.id, where)
        questions.append(question)
    problems.stop_if_any()
    if not questions:
        raise QuestionSetError(f"{path} holds no question; nothing was scored: name another file.")
    return questions


@dataclass(frozen=True, slots=True)
class ArticleFiles:
    """The articles of a folder by id, and the ids by the path of their file below it.

    A file that is a copy of another has the id of that one's article.
    """

    articles: Mapping[str, Article]
    ids_by_path: Mapping[str, tuple[str, ...]]


def load_articles(folder: Path) -> dict[str, Article]:
    """The articles below ``folder`` by id, as a build reads them; no date counts as future.

    Raises ArticleError when the folder cannot be read.
    """
    return dict(load_article_files(folder).articles)


def load_article_files(folder: Path) -> ArticleFiles:
    """The same, with the files that they are from."""
    from rag.config import BuildConfig
    from rag.ingest.build import limits
    from rag.ingest.corpus import Corpus

    corpus = Corpus(folder, limits=limits(BuildConfig(articles=folder)), today=date.max)
    articles = {article.id: article for article in corpus.articles()}
    ids = {file.path: file.articles or (file.duplicate_of,) for file in corpus.files}
    return ArticleFiles(articles, {path: found for path, found in ids.items() if any(found)})
