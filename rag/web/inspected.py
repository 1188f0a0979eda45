"""A question and two settings in; the passages that each finds, and what moved, as Markdown out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from rag.config import AskConfig
from rag.errors import ConfigError
from rag.present import wording
from rag.query.understand import Corrections, understand
from rag.text.escape import markdown
from rag.types import Hit, IndexInfo, Query
from rag.web import words
from rag.web.conversation import window_of
from rag.web.moves import moves, summary, told
from rag.web.source_text import file, isolated, label, title

MOST = 50


@dataclass(frozen=True, slots=True)
class Setting:
    """How to search: how many stories, meaning against words, one place for all copies of a story.

    Raises ConfigError for a value that is out of range.
    """

    top_k: int
    dense_weight: float
    collapse: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.top_k <= MOST or not 0 <= self.dense_weight <= 1:
            raise ConfigError(
                f"No search finds {self.top_k} stories with a weight of {self.dense_weight}; "
                f"choose 1 to {MOST} stories, and a weight from 0 to 1."
            )

    @classmethod
    def of(cls, config: AskConfig) -> Setting:
        """How questions are answered."""
        return cls(min(config.top_k, MOST), config.dense_weight)


class Engine(Protocol):
    """An engine that also searches under other settings than its own."""

    @property
    def info(self) -> IndexInfo: ...
    def inspect(
        self, query: Query, *, top_k: int, dense_weight: float, collapse: bool
    ) -> Sequence[Hit]: ...


@dataclass(frozen=True, slots=True)
class Inspected:
    """What is shown: how the question was understood, and each setting's list, as Markdown."""

    head: str
    lists: tuple[str, ...]


def inspected(
    engine: Engine, question: str, dates: str, settings: Sequence[Setting], today: date
) -> Inspected:
    """The passages that ``question`` finds under one setting or two, the second against the first.

    ``dates`` are typed as in the chat and take the place of the question's own. Raises
    QuestionError for a question or dates that cannot be asked.
    """
    newest = engine.info.newest_article
    query = understand(
        question,
        today=today,
        newest=newest,
        window=window_of(dates, today, newest) if dates.strip() else None,
        corrections=Corrections(undated=bool(dates.strip())),
    ).query
    found = [_found(engine, query, setting) for setting in settings]
    if len(found) == 1:
        return Inspected(_head(query), (_list(found[0], [""] * len(found[0])),))
    changes = moves(found[0], found[1])
    first = [told(move, second=False) for move in changes.first]
    second = [told(move, second=True) for move in changes.second]
    changed = f"<small>With the second setting {summary(changes)}.</small>"
    lists = (_list(found[0], first), _list(found[1], second))
    return Inspected(f"{_head(query)}\n{changed}", lists)


def _found(engine: Engine, query: Query, setting: Setting) -> Sequence[Hit]:
    return engine.inspect(
        query,
        top_k=setting.top_k,
        dense_weight=setting.dense_weight,
        collapse=setting.collapse,
    )


def _head(query: Query) -> str:
    """What was searched for."""
    if not query.text:
        return "Type a question to see which passages it finds."
    window = f" · published {label(wording.window(query.window))}" if query.window else ""
    note = f" · {label(query.note)}" if query.note else ""
    return f"Searched for “{isolated(query.text, limit=300)}”{window}{note}"


def _list(hits: Sequence[Hit], marks: Sequence[str]) -> str:
    entries = (_entry(hit, mark) for hit, mark in zip(hits, marks, strict=True))
    return "\n".join(entries) or "No passage was found."


def _entry(hit: Hit, mark: str) -> str:
    number = f"{hit.rank}. "
    return number + f"\n{' ' * len(number)}".join(_lines(hit, mark))


def _lines(hit: Hit, mark: str) -> Iterator[str]:
    article = hit.passage.article
    yield f"**{title(article)}**" + (f" <kbd>{mark}</kbd>" if mark else "")
    yield f"<small>{wording.day(article.published)} · {file(article)}</small>"
    scores = f"score {hit.score:.3f} · meaning {hit.dense:.3f} · words {hit.lexical:.2f}"
    yield f"<small>{scores}</small>"
    yield f"<q>{markdown(hit.passage.text)}</q>"
    copies = dict.fromkeys(copy.article.id for copy in hit.copies)
    if copies:
        others = words.count(len(copies), "other article")
        names = " · ".join(isolated(name) for name in copies)
        yield f"<small>The same story in {others}: {names}</small>"
