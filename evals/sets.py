"""Sets: a name or a path in; the articles that are indexed and the questions on them out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from evals.adapters import read_question_set, write_corpus
from evals.questions import load_articles
from evals.types import Question, Split
from rag.errors import ConfigError
from rag.types import Article

HERE = Path(__file__).parent
OWN_SETS = {
    "seeds": HERE.parent / "seeds",
    "gazette": HERE / "corpora" / "gazette",
}
SPLITS: tuple[Split, ...] = ("test", "dev")


@dataclass(frozen=True, slots=True)
class EvalSet:
    """Questions, the folder of the articles that they are about, and those articles by id."""

    name: str
    folder: Path
    articles: Mapping[str, Article]
    questions: tuple[Question, ...]

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

        Raises ConfigError when there is none.
        """
        kept = [q for q in self.questions if split == "all" or q.half in (None, split)][:limit]
        if not kept:
            raise ConfigError(
                f"The set {self.name!r} has no question in its part {split!r}; choose another."
            )
        return replace(self, questions=tuple(kept))


def open_set(name: str, work: Path, *, articles: Path | None = None) -> EvalSet:
    """One of ``OWN_SETS`` by name, or any other by its path, its documents written below ``work``.

    ``articles`` is the folder that questions in our own format are about. Raises a RagError that
    names the file, and for questions the line, that cannot be used.
    """
    if name in OWN_SETS:
        return _asked_of(OWN_SETS[name], HERE / "questions" / f"{name}.jsonl")
    if articles is not None:
        return _asked_of(articles, Path(name))
    found = read_question_set(Path(name))
    folder = work / found.name / "articles"
    write_corpus(found, folder)
    return EvalSet(found.name, folder, load_articles(folder), found.questions)


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
