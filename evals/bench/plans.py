"""Folders of public data in; the corpora to compare on, from small to large, out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

Kind = Literal["judged", "reading", "news", "repeated"]

ASKED_AMONG = 1000


@dataclass(frozen=True, slots=True)
class Plan:
    """One corpus, and how often it is measured what.

    ``judged`` has questions with relevant articles and ``reading`` with answers, both at ``path``,
    with ``size`` of their articles (0: all); ``news`` are the first ``size`` stories, ``repeated``
    copies of those of ``of`` up to ``size`` passages. ``questions`` of them are asked (0: all), in
    ``rounds``; ``builds`` and cold ``starts`` are repeated. Systems that would not fit beside each
    other are asked alone, one after the other: ``together`` is False.
    """

    name: str
    kind: Kind
    size: int = 0
    path: Path | None = None
    of: Plan | None = None
    builds: int = 1
    starts: int = 3
    rounds: int = 3
    questions: int = 50
    together: bool = True

    @property
    def asked_among(self) -> int:
        """From how many of the first stories the questions about news are drawn."""
        stories = self.of.size if self.of else self.size
        return min(stories, ASKED_AMONG)


def full_plans(data: Path, reading: Path | None) -> tuple[Plan, ...]:
    """The whole comparison. ``reading`` is a SQuAD-like set, asked where there is a reader."""
    news = Plan("reuters-18k", "news", 18_000)
    plans = (
        Plan("time", "judged", path=data / "ir" / "time", builds=3, starts=5, questions=0),
        Plan("reuters-1k", "news", 1_000),
        Plan("reuters-5k", "news", 5_000),
        news,
        Plan("repeated-100k", "repeated", 100_000, of=news, questions=20),
        Plan("repeated-1m", "repeated", 1_000_000, of=news, questions=20, together=False),
    )
    return (*plans, *_reading(reading))


def quick_plans(data: Path, reading: Path | None) -> tuple[Plan, ...]:
    """The same on a few articles: a smoke test, whose figures mean nothing."""
    news = _quick(Plan("reuters-50", "news", 50))
    plans = (
        _quick(Plan("time", "judged", 12, data / "ir" / "time")),
        news,
        _quick(Plan("repeated-300", "repeated", 300, of=news, together=False)),
    )
    return (*plans, *map(_quick, _reading(reading, size=20)))


def _quick(plan: Plan) -> Plan:
    return replace(plan, builds=1, starts=1, rounds=1, questions=5)


def _reading(path: Path | None, *, size: int = 0) -> tuple[Plan, ...]:
    if path is None:
        return ()
    return (Plan("reading", "reading", size, path, starts=1, rounds=1, questions=200),)
