"""Reads newsroom bundles: folders of dated articles, each with its ``questions.jsonl``.

A folder that has such a file is one bundle; of any other, every folder below it that has one. The
articles of all bundles are one collection, over which every question is asked. Stems of articles
are unique within a bundle only, so an article's id begins with its bundle.

| field | value |
|---|---|
| ``q``, ``k`` | the question and its kind |
| ``a`` | answers ``[stem, text]``, at all places of the text, or ``[stem, text, n]``, at its n-th |
| ``near`` | a tempting wrong answer, written like one of ``a`` |
| ``label`` | of a yes/no question: yes, no, or none where no article says so |
| ``when`` | the days of an event: a day, a month, a year, or ``from/to``, half-open |
| ``w`` | ``[from, to]``, half-open: the publication window that the question sets |
| ``today`` | the day of asking |
| ``h``, ``full`` | the earlier questions of a follow-up, and the follow-up written out in full |
| ``why`` | a remark |

Answers are alternatives, for a list its entries; there are none where no article says so. Other
fields are ignored.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from evals.metrics.answers import parse_when
from evals.sets.own import ArticleFiles, load_article_files, occurrences, question_of
from evals.sets.rows import BadRow, Problems, QuestionSetError, json_rows, text_of
from evals.types import Gold, Question
from rag.types import Article

QUESTIONS = "questions.jsonl"
REQUIRED = ("q", "k", "a")
LABELS = ("yes", "no", "none")
PARTS = ("train", "dev", "test")  # Named with the folder above them: on their own they say little.


@dataclass(frozen=True, slots=True)
class Bundle:
    """One bundle: ``name`` begins the ids of its articles, ``ids`` has those by their stems."""

    name: str
    folder: Path
    ids: Mapping[str, str]

    @property
    def writer(self) -> str:
        """Who wrote the bundle: the first letter of its folder's name."""
        return PurePosixPath(self.name).name[:1]


@dataclass(frozen=True, slots=True)
class BundleSet:
    """What was read: questions, the folder of all articles together, and the lines left out."""

    name: str
    folder: Path
    articles: Mapping[str, Article]
    questions: tuple[Question, ...]
    left_out: tuple[str, ...]


def read_bundles(folder: Path, work: Path) -> BundleSet:
    """Every question of the bundles in ``folder``; their articles are copied below ``work``.

    A line that makes no question is left out and named with its file, number and reason. Raises
    QuestionSetError when there is no bundle or no question.
    """
    folders = _bundle_folders(folder)
    name = _set_name(folder)
    collected = _collect(folders, work / name)
    files = load_article_files(collected)
    questions: list[Question] = []
    problems = Problems(folder)
    for bundle_name, place in folders.items():
        bundle = Bundle(bundle_name, place, _ids_by_stem(bundle_name, files))
        questions += _questions(bundle, files.articles, problems)
    if not questions:
        problems.stop_if_any()
        raise QuestionSetError(f"The bundles in {folder} hold no question; nothing was scored.")
    return BundleSet(name, collected, files.articles, tuple(questions), problems.found)


def _set_name(folder: Path) -> str:
    own, above = folder.resolve().name, folder.resolve().parent.name
    return f"{above}-{own}" if own in PARTS and above else own


def _bundle_folders(folder: Path) -> dict[str, Path]:
    """The folder of every bundle by its name, in order."""
    if not folder.is_dir():
        raise QuestionSetError(f"There is no folder {folder}; name one that holds bundles.")
    if (folder / QUESTIONS).is_file():
        return {folder.resolve().name: folder}
    found = sorted(path.parent for path in folder.rglob(QUESTIONS) if path.is_file())
    if not found:
        raise QuestionSetError(
            f"There is no {QUESTIONS} in {folder} or below it; name a bundle, or a folder of them."
        )
    return {place.relative_to(folder).as_posix(): place for place in found}


def _collect(folders: Mapping[str, Path], work: Path) -> Path:
    """A folder with a copy of all articles below the names of their bundles.

    It is named after its contents, so that the same articles are copied once and nothing is ever
    overwritten. Raises QuestionSetError when a file cannot be read or written.
    """
    try:
        return _copied(folders, work)
    except OSError as error:
        raise QuestionSetError(
            f"The articles of the bundles cannot be copied to {work} ({error}); mend that."
        ) from error


def _copied(folders: Mapping[str, Path], work: Path) -> Path:
    files = {
        f"{name}/{path.relative_to(place).as_posix()}": path
        for name, place in folders.items()
        for path in _article_files(place)
    }
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        digest.update(f"{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    collected = work / f"articles-{digest.hexdigest()[:12]}"
    if not collected.exists():
        draft = work / f".{collected.name}"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        for name, path in files.items():
            (draft / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, draft / name)
        draft.replace(collected)
    return collected


def _article_files(bundle: Path) -> Iterator[Path]:
    """The files of a bundle but for its questions, and but for bundles inside it."""
    for path in sorted(bundle.iterdir()):
        if path.name.startswith(".") or path.is_symlink() or path.name == QUESTIONS:
            continue
        if path.is_file():
            yield path
        elif path.is_dir() and not (path / QUESTIONS).is_file():
            yield from _article_files(path)


def _ids_by_stem(bundle: str, files: ArticleFiles) -> dict[str, str]:
    """Article ids by the stem of their file; of a file with several articles, by their own names.

    A copy of another bundle's article goes by that article's id.
    """
    ids: dict[str, str] = {}
    for path, found in files.ids_by_path.items():
        if not path.startswith(f"{bundle}/"):
            continue
        if len(found) == 1:
            ids.setdefault(PurePosixPath(path).stem, found[0])
        for article_id in found:
            ids.setdefault(PurePosixPath(article_id).name.rpartition("#")[2], article_id)
    return ids


def _questions(
    bundle: Bundle, articles: Mapping[str, Article], problems: Problems
) -> Iterator[Question]:
    for where, row in json_rows(bundle.folder / QUESTIONS, problems, above=f"{bundle.name}/"):
        question_id = f"{bundle.name}:{where.rpartition(':')[2]}"
        question = problems.take(
            where, partial(_question, row, question_id, bundle, articles, where)
        )
        if question is not None:
            yield question


def _question(
    row: Mapping[str, Any],
    question_id: str,
    bundle: Bundle,
    articles: Mapping[str, Article],
    source: str,
) -> Question:
    """The question of a row, checked as one in our own format is. Raises BadRow."""
    question = question_of(_own_row(row, question_id, bundle, articles), articles, source)
    near = _near(row, bundle, articles)
    return replace(question, near=near, writer=bundle.writer, half=None)


def _own_row(
    row: Mapping[str, Any], question_id: str, bundle: Bundle, articles: Mapping[str, Article]
) -> dict[str, Any]:
    """The row in our own format, without the fields that say nothing."""
    missing = [name for name in REQUIRED if name not in row]
    if missing:
        raise BadRow(f"the field {missing[0]!r} is missing")
    answers = [_answer(value, bundle, articles) for value in _entries(row["a"], "a")]
    named = list(dict.fromkeys(answer["article_id"] for answer in answers))
    own = {
        "id": question_id,
        "question": text_of(row, "q"),
        "kind": row["k"],
        "answers": answers,
        "articles": named,
        "unanswerable": not answers,
        "history": row.get("h") or None,
        "in_full": row.get("full"),
        "today": row.get("today"),
        "window": _window(row.get("w")),
        "label": _label(row, answerable=bool(answers)),
        "when": _when(row.get("when")),
        "dates": _dates(named, articles) if row["k"] == "timeline" else None,
        "all": True if row["k"] == "list" else None,
        "note": row.get("why"),
    }
    return {name: value for name, value in own.items() if value is not None}


def _entries(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise BadRow(f"{name!r} is {value!r}, not a list")
    return value


def _answer(value: Any, bundle: Bundle, articles: Mapping[str, Article]) -> dict[str, Any]:
    """``[stem, text]`` or ``[stem, text, n]`` as an answer in our own format."""
    parts = _entries(value, "an answer")
    if len(parts) not in (2, 3) or not all(isinstance(one, str) and one for one in parts[:2]):
        raise BadRow(f"{value!r} is not an answer: [stem, text], or [stem, text, n]")
    stem, text = parts[0], parts[1]
    if stem not in bundle.ids:
        raise BadRow(f"there is no article {stem!r} in the bundle")
    answer = {"text": text, "article_id": bundle.ids[stem]}
    if len(parts) == 2:
        return answer
    starts, number = occurrences(articles[answer["article_id"]].text, text), parts[2]
    if type(number) is not int or not 1 <= number <= len(starts):
        raise BadRow(f"{text!r} does not stand {number!r} times in {stem!r}")
    return {**answer, "start": starts[number - 1], "end": starts[number - 1] + len(text)}


def _near(
    row: Mapping[str, Any], bundle: Bundle, articles: Mapping[str, Article]
) -> tuple[Gold, ...]:
    if row.get("near") is None:
        return ()
    answer = _answer(row["near"], bundle, articles)
    text, article_id = answer["text"], answer["article_id"]
    if "start" in answer:
        return (Gold(text, article_id, answer["start"], answer["end"]),)
    starts = occurrences(articles[article_id].text, text)
    if not starts:
        raise BadRow(f"{text!r} does not stand in {article_id!r}")
    return tuple(Gold(text, article_id, start, start + len(text)) for start in starts)


def _window(value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2:
        raise BadRow(f"'w' is {value!r}, not [from, to]")
    window = {name: day for name, day in zip(("after", "before"), value, strict=True) if day}
    return window or None


def _label(row: Mapping[str, Any], *, answerable: bool) -> str | None:
    """Yes or no; nothing for a question without an answer, whose label is none."""
    label = row.get("label")
    if label is None and row["k"] != "yesno":
        return None
    if label not in LABELS and (answerable or label is not None):
        raise BadRow(f"'label' is {label!r}, none of {', '.join(LABELS)}")
    if answerable != (label in ("yes", "no")):
        raise BadRow(
            f"the label is {label!r}, but 'a' holds {'some' if answerable else 'no'} answers"
        )
    return label if answerable else None


def _when(value: Any) -> dict[str, str] | None:
    if value is None:
        return None
    window = parse_when(value) if isinstance(value, str) else None
    if window is None:
        raise BadRow(f"'when' is {value!r}, neither a day, month or year nor from/to")
    days = {"after": window.after, "before": window.before}
    return {name: day.isoformat() for name, day in days.items() if day}


def _dates(named: Sequence[str], articles: Mapping[str, Article]) -> list[str] | None:
    """The days of a timeline: those of the articles that its entries are from."""
    days = {articles[name].published for name in named}
    return sorted(day.isoformat() for day in days if day) or None
