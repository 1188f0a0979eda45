"""A small world for the evals: four articles, questions on them, and an engine done by hand.

The engine answers with the sentence that shares most words with the question, and is as sure as
the share of the question's words that stand in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from evals.run import Run, ask_all
from evals.sets import EvalSet
from evals.sets.own import split_of
from evals.types import Gold, Question
from rag.types import Answer, Article, Citation, Hit, IndexInfo, Passage, Query

TEXTS = {
    "harbour": "The harbour of Lund froze in January. Captain Ida Holm lost two barges there.",
    "bridge": "The old bridge was closed on Monday. Mayor Per Dahl promised a new one by June.",
    "market": "Herring cost nine crowns at the market. Eva Lind sold the last barrel at noon.",
    "theatre": "The theatre opened a new play. Its author Karl Berg did not come to the opening.",
}
INFO = IndexInfo("000001", "f" * 64, date(2024, 1, 4), date(2024, 1, 1), "2024-01-05", 4, 8)


def article(name: str, text: str) -> Article:
    day = date(2024, 1, 1 + sorted(TEXTS).index(name)) if name in TEXTS else None
    return Article(name, text, 0, day, text.split(".")[0], True, "", f"{name}.txt", name * 8)


ARTICLES = {name: article(name, text) for name, text in TEXTS.items()}


def asked(number: int, question: str, name: str = "", answer: str = "") -> Question:
    """A question that ``answer`` in article ``name`` answers, or none."""
    question_id = f"q-{number}"
    half = split_of(question_id)
    if not name:
        return Question(question_id, question, kind="passage", unanswerable=True, half=half)
    start = TEXTS[name].index(answer)
    gold = Gold(answer, name, start, start + len(answer))
    return Question(
        question_id, question, kind="passage", answers=(gold,), articles=(name,), half=half
    )


QUESTIONS = tuple(
    asked(number, *row)
    for number, row in enumerate(
        [
            ("When did the harbour of Lund freeze?", "harbour", "in January"),
            ("How many barges were lost there by Captain Ida Holm?", "harbour", "two barges"),
            ("Was the old bridge closed on Monday?", "bridge", "closed on Monday"),
            ("What has Mayor Per Dahl promised?", "bridge", "a new one by June"),
            ("How many crowns did herring cost?", "market", "nine crowns"),
            ("Who sold the last barrel?", "market", "Eva Lind"),
            ("Which theatre opened a new play?", "theatre", "a new play"),
            ("Did its author come to the opening?", "theatre", "did not come"),
            ("What is the capital of Mongolia?",),
            ("Who won the chess tournament?",),
        ]
        * 3
    )
)


def small_set(
    articles: dict[str, Article] = ARTICLES, questions: tuple[Question, ...] = QUESTIONS
) -> EvalSet:
    return EvalSet("small", Path("small"), articles, questions)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


@dataclass
class Words:
    """The engine by hand; ``worst`` makes it quote what shares fewest words."""

    articles: dict[str, Article] = field(default_factory=lambda: dict(ARTICLES))
    worst: bool = False
    least: float = 0.5
    top_k: int = 2
    searches: bool = True
    info: IndexInfo = INFO
    warnings: tuple[str, ...] = ()

    def ask(self, question: Question) -> Answer:
        return self._answer(question, self.least)

    def force_answer(self, question: Question) -> Answer:
        return self._answer(question, 0.0)

    def search(self, answer: Answer) -> Sequence[Hit]:
        ranked = self._ranked(answer.query.text)
        passages = [Passage(article, start, end, 0) for _, article, start, end in ranked]
        return [Hit(passage, 1 / r, r, 0.0, 0.0) for r, passage in enumerate(passages, 1)]

    def _answer(self, question: Question, least: float) -> Answer:
        score, found, start, end = self._ranked(question.question)[0]
        cited = (Citation(found, start, end, start, end, score),)
        sure = score >= least
        return Answer(
            query=Query(question.question, question.question, kind="passage"),
            kind="passage",
            text=cited[0].quote if sure else None,
            citations=cited if sure else (),
            confidence=score,
            reason=None if sure else "low_confidence",
            nearest=() if sure else cited,
            index=self.info,
        )

    def _ranked(self, question: str) -> list[tuple[float, Article, int, int]]:
        words = _words(question)
        found = [
            (len(words & _words(article.text[start:end])) / len(words), article, start, end)
            for article in self.articles.values()
            for start, end in _sentences(article.text)
        ]
        return sorted(found, key=lambda one: (one[0] if self.worst else -one[0], one[1].id))


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in re.finditer(r"[^ .][^.]*\.", text))


class Failing(Words):
    """Raises for one question."""

    def ask(self, question: Question) -> Answer:
        if question.id == "q-4":
            raise RuntimeError("the reader fell over")
        return super().ask(question)


def shifted() -> Words:
    """An engine whose index holds another text than the files: its quotations are broken."""
    others = {name: replace(one, text="x" + one.text) for name, one in ARTICLES.items()}
    return Words(articles=others)


def run_small(engine: Words | None = None, asked_set: EvalSet | None = None) -> Run:
    return ask_all(asked_set or small_set(), engine or Words(), settings={"build": {}, "ask": {}})
