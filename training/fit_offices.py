"""Dated news in; how often the holder of an office that is read from it is the right one, out.

    python -m training.fit_offices NEWS.jsonl.gz

NEWS has rows of ``id, date, title, text``. Where articles say whose an office is, two articles of
a country's office within 90 days should name the same holder; the square root of the share that do
is how often one is right. Where an article does not say whose it is, the holder should be the one
whom articles that do say it name within 90 days. Holders change seldom in so short a time, so both
are a little too low.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import sqrt
from pathlib import Path

from rag.answer.rules.offices import (
    FORMER,
    NamedOffice,
    belongs_to,
    core_words,
    is_country,
    may_belong_to,
    offices_in,
)
from rag.text.lexicon import PLACES
from rag.types import Article

DAYS = 90


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many of ``asked`` were named alike; ``told`` says whose the office is, or it is not."""

    told: bool
    alike: int
    asked: int

    @property
    def likely(self) -> float:
        """How often one holder is right."""
        share = self.alike / self.asked if self.asked else 0.0
        return sqrt(share) if self.told else share


def agreements(articles: Iterable[Article]) -> tuple[Agreement, Agreement]:
    """Over countries' offices: where it is said whose an office is, and where it is not."""
    said: defaultdict[tuple[str, frozenset[str]], list[tuple[date, str]]] = defaultdict(list)
    unsaid: list[tuple[Article, NamedOffice]] = []
    for article in articles:
        for told in offices_in(article.text):
            country = _country(told.owner)
            if told.words & FORMER:
                continue
            if country and article.published:
                said[country, core_words(told.words)].append((article.published, _last(told)))
            elif not told.owner and article.published:
                unsaid.append((article, told))
    pairs = [
        one[1] == other[1]
        for holders in said.values()
        for one, other in pairwise(sorted(holders))
        if (other[0] - one[0]).days <= DAYS
    ]
    supposed = list(_supposed(unsaid, said))
    return (
        Agreement(True, sum(pairs), len(pairs)),
        Agreement(False, sum(supposed), len(supposed)),
    )


def _supposed(
    unsaid: Iterable[tuple[Article, NamedOffice]],
    said: dict[tuple[str, frozenset[str]], list[tuple[date, str]]],
) -> Iterator[bool]:
    """For each holder and country that an article lets suppose, whether others say so, too."""
    for article, told in unsaid:
        for (country, words), holders in said.items():
            if words != core_words(told.words) or not may_belong_to(article, told, country):
                continue
            assert article.published is not None
            near = [name for day, name in holders if abs((day - article.published).days) <= DAYS]
            if near:
                yield _last(told) in near


def _country(owner: str) -> str:
    if not owner or not any(is_country(word) for word in owner.split()):
        return ""
    return next((place for place in sorted(PLACES) if belongs_to(place, owner)), "")


def _last(told: NamedOffice) -> str:
    return told.holder.split()[-1].lower()


def _articles(path: Path) -> Iterator[Article]:
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        for line in rows:
            row = json.loads(line)
            day = date.fromisoformat(row["date"]) if row["date"] else None
            yield Article(row["id"], row["text"], 0, day, row["title"], False, "", row["id"], "")


def main() -> None:
    parser = argparse.ArgumentParser(description="How often an office's holder is read rightly.")
    parser.add_argument("news", type=Path, metavar="NEWS.jsonl.gz")
    for found in agreements(_articles(parser.parse_args().news)):
        whose = "said whose it is" if found.told else "supposed whose it is"
        print(f"{whose}: {found.alike} of {found.asked} alike, so right in {found.likely:.2f}")


if __name__ == "__main__":
    main()
