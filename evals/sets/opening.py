"""Opens a question set by name or path, whatever its format, with the articles it is about."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from evals.sets.bundles import read_bundles
from evals.sets.own import load_articles, load_questions
from evals.sets.public import (
    MULTIHOP_QUESTIONS,
    is_beir,
    is_multihop,
    read_beir,
    read_flat,
    read_multihop,
    read_squad,
    write_corpus,
)
from evals.sets.rows import Problems, QuestionSetError, json_rows
from evals.types import Question, QuestionSet, Split
from rag.errors import ConfigError
from rag.types import Article

EVALS = Path(__file__).parents[1]
OWN_SETS = {
    "seeds": EVALS.parent / "seeds",
    "gazette": EVALS / "corpora" / "gazette",
}
SPLITS: tuple[Split, ...] = ("test", "dev")


@dataclass(frozen=True, slots=True)
class EvalSet:
    """Questions, the folder of the articles that they are about, and those articles by id.

    ``left_out`` names the lines that make no question, each with its reason.
    """

    name: str
    folder: Path
    articles: Mapping[str, Article]
    questions: tuple[Question, ...]
    left_out: tuple[str, ...] = ()

    @property
    def corpus(self) -> str:
        """A fingerprint of the articles: their ids, dates, titles and texts."""
        return _sha256(
            [article_id, _plain(article.published), article.title, article.sha256]
            for article_id, article in sorted(self.articles.items())
        )

    @property
    def fingerprint(self) -> str:
        """A fingerprint of what is asked and counts as right; notes do not matter."""
        return _sha256(
            question_json(replace(question, note="", in_full="")) for question in self.questions
        )

    def part(self, *, split: str = "all", limit: int | None = None) -> EvalSet:
        """The first ``limit`` questions of ``split``, to which those without a half belong too.

        Of bundles, as many questions spread evenly over all of them. Raises ConfigError when
        there is none.
        """
        kept = [q for q in self.questions if split == "all" or q.half in (None, split)]
        if limit is not None:
            spread = any(question.writer for question in kept)
            kept = _spread(kept, limit) if spread else kept[:limit]
        if not kept:
            raise ConfigError(
                f"The set {self.name!r} has no question in its part {split!r}; choose another."
            )
        return replace(self, questions=tuple(kept))

    def every(self, step: int) -> EvalSet:
        """The first question and each that stands ``step`` after one: with 3, a third of them."""
        return replace(self, questions=self.questions[::step])

    def in_full(self) -> EvalSet:
        """The same questions, follow-ups written out so that they stand alone."""
        return replace(self, questions=tuple(map(written_out, self.questions)))


def written_out(question: Question) -> Question:
    """A follow-up as it is written out in full; any other question as it is."""
    if not question.in_full:
        return question
    return replace(question, question=question.in_full, history=())


def _spread(questions: Sequence[Question], count: int) -> list[Question]:
    """``count`` questions at equal distances, all of them where there are fewer."""
    count = min(count, len(questions))
    return [questions[place * len(questions) // count] for place in range(count)]


def open_set(name: str, work: Path, *, articles: Path | None = None) -> EvalSet:
    """One of ``OWN_SETS`` by name, or any other by its path, its documents written below ``work``.

    ``articles`` is the folder that questions in our own format are about. Raises a RagError that
    names the file, and for questions the line, that cannot be used.
    """
    if name in OWN_SETS:
        return _asked_of(OWN_SETS[name], EVALS / "questions" / f"{name}.jsonl")
    if articles is not None:
        return _asked_of(articles, Path(name))
    found = read_question_set(Path(name))
    folder = work / found.name / "articles"
    write_corpus(found, folder)
    return EvalSet(found.name, folder, load_articles(folder), found.questions)


def open_bundles(folder: Path, work: Path) -> EvalSet:
    """The newsroom bundles in ``folder``, over all their articles together.

    Raises QuestionSetError when there is no bundle or no question.
    """
    found = read_bundles(folder, work)
    return EvalSet(found.name, found.folder, found.articles, found.questions, found.left_out)


def _asked_of(folder: Path, path: Path) -> EvalSet:
    articles = load_articles(folder)
    found = read_question_set(path, articles)
    return EvalSet(found.name, folder, articles, found.questions)


def question_json(question: Question) -> dict[str, Any]:
    """The question as JSON, without its half, its source and what is left at its default."""
    empty = Question(id="", question="")
    return {
        field.name: _plain(getattr(question, field.name))
        for field in fields(Question)
        if field.name not in ("half", "source")
        and getattr(question, field.name) != getattr(empty, field.name)
    }


def _plain(value: Any) -> Any:
    """Dataclasses, dates and tuples as JSON has them."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


def _sha256(values: Iterable[Any]) -> str:
    total = hashlib.sha256()
    for value in values:
        total.update(json.dumps(value, ensure_ascii=False, sort_keys=True).encode() + b"\n")
    return total.hexdigest()


def read_question_set(path: Path, articles: Mapping[str, Article] | None = None) -> QuestionSet:
    """The set at ``path``: a folder like BEIR's or MultiHop-RAG's, SQuAD's JSON, flat rows, ours.

    ``articles`` are those that a file in our own format is about; without them its spans are not
    checked. Raises QuestionSetError when the format is not known or the set is bad.
    """
    if not path.exists():
        raise QuestionSetError(f"There is no question set at {path}; name a file or folder.")
    name = path.resolve().name.split(".")[0]
    if path.is_dir():
        return _folder(path, name)
    if path.name == MULTIHOP_QUESTIONS and is_multihop(path.parent):
        return read_multihop(path.parent, path.parent.resolve().name)
    suffix = path.name.removesuffix(".gz").rpartition(".")[2]
    if suffix == "json":
        return read_squad(path, name)
    if suffix == "jsonl":
        return _json_lines(path, name, articles)
    raise _unknown_format(path)


def _folder(path: Path, name: str) -> QuestionSet:
    if is_beir(path):
        return read_beir(path, name)
    if is_multihop(path):
        return read_multihop(path, name)
    raise _unknown_format(path)


def _json_lines(path: Path, name: str, articles: Mapping[str, Article] | None) -> QuestionSet:
    problems = Problems(path)
    _, first = next(json_rows(path, problems), ("", None))
    problems.stop_if_any()
    if first is None:
        raise QuestionSetError(f"{path} holds no question; nothing was scored: name another file.")
    if "context" in first:
        return read_flat(path, name)
    if "kind" in first or "articles" in first:
        return QuestionSet(name, tuple(load_questions(path, articles)))
    raise _unknown_format(path)


def _unknown_format(path: Path) -> QuestionSetError:
    return QuestionSetError(
        f"{path} is no question set that is known here: name SQuAD's .json, a .jsonl of rows with "
        "a context, a .jsonl in our own format, or a folder with corpus.jsonl, queries.jsonl and "
        f"qrels.tsv or with corpus.json and {MULTIHOP_QUESTIONS}."
    )
