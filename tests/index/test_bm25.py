"""BM25 against a plain count of words, and postings that do not depend on how they were made."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.index.bm25 import Lexical, Postings, PostingsWriter, best
from tests.index import small

Docs = list[Counter[str]]
QUICK = settings(deadline=None, max_examples=50)
WORDS = ["a", "b", "c", "é", "zz", "z", "東"]
DOCS = st.lists(st.dictionaries(st.sampled_from(WORDS), st.integers(1, 9)).map(Counter), max_size=8)


def written(folder: Path, docs: Docs) -> Postings:
    writer = PostingsWriter()
    writer.add(docs)
    writer.write(small.QuickDisk(), folder)
    return Postings(folder)


def plain_bm25(docs: Docs, terms: list[str], k1: float, b: float) -> list[float]:
    """The formula, word by word."""
    average = sum(doc.total() for doc in docs) / len(docs) if docs else 0
    scores = []
    for doc in docs:
        score = 0.0
        for term in terms:
            df = sum(term in other for other in docs)
            idf = math.log(1 + (len(docs) - df + 0.5) / (df + 0.5))
            if doc[term]:
                length = doc.total() / average
                score += idf * doc[term] / (doc[term] + k1 * (1 - b + b * length))
        scores.append(score)
    return scores


def test_bm25_by_hand(tmp_path: Path) -> None:
    """Two passages of 2 and 4 terms, average 3; "oil" is in both, "vote" in the second."""
    postings = written(tmp_path, [Counter(oil=2), Counter(oil=1, vote=3)])
    lexical = Lexical(postings, np.array([0, 0], np.int32), articles=1)
    passages, articles = lexical.scores(["vote", "oil", "nothing"], k1=1.2, b=0.75)
    both, one = math.log(1 + 0.5 / 2.5), math.log(1 + 1.5 / 1.5)
    assert passages == pytest.approx(
        [both * 2 / (2 + 1.2 * (0.25 + 0.75 * 2 / 3)), both / (1 + 1.5) + one * 3 / (3 + 1.5)]
    )
    # One article of oil x 3 and vote x 3, of average length.
    assert articles == pytest.approx([2 * math.log(1 + 0.5 / 1.5) * 3 / (3 + 1.2)])


@given(DOCS, st.lists(st.sampled_from([*WORDS, "none"]), max_size=6), st.integers(1, 4))
@QUICK
def test_scores_are_those_of_the_formula(docs: Docs, terms: list[str], articles: int) -> None:
    article_of = [row * articles // len(docs) for row in range(len(docs))]
    whole: Docs = [Counter() for _ in range(articles)]
    for article, doc in zip(article_of, docs, strict=True):
        whole[article].update(doc)
    with TemporaryDirectory() as folder:
        postings = written(Path(folder), docs)
        lexical = Lexical(postings, np.array(article_of, np.int32), articles=articles)
        passages, by_article = lexical.scores(terms, k1=0.9, b=0.4)
        again = lexical.scores(terms[::-1], k1=0.9, b=0.4)
    assert passages == pytest.approx(plain_bm25(docs, terms, 0.9, 0.4), abs=1e-6)
    assert by_article == pytest.approx(plain_bm25(whole, terms, 0.9, 0.4), abs=1e-6)
    assert again[0].tobytes() == passages.tobytes()


@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75]), max_size=12), st.integers(-1, 14))
def test_best_are_the_highest_above_0_by_row(scores: list[float], k: int) -> None:
    ranked = sorted((row for row, score in enumerate(scores) if score > 0),
                    key=lambda row: (-scores[row], row))  # fmt: skip
    assert best(np.array(scores, np.float32), k).tolist() == ranked[: max(0, k)]


@given(DOCS, DOCS, st.data())
@QUICK
def test_a_later_build_writes_the_same_bytes(old: Docs, new: Docs, data: st.DataObject) -> None:
    """Passages taken over from an older index, in any mixture with new ones."""
    order = data.draw(st.permutations([("old", row) for row in range(len(old))]
                                      + [("new", row) for row in range(len(new))]))  # fmt: skip
    docs = {"old": old, "new": new}
    with TemporaryDirectory() as first, TemporaryDirectory() as mixed, TemporaryDirectory() as full:
        before = written(Path(first), old)
        writer = PostingsWriter()
        for which, row in order:
            if which == "old":
                writer.add_rows(before.term_rows(range(row, row + 1)))
            else:
                writer.add([new[row]])
        records = writer.write(small.QuickDisk(), Path(mixed))
        fresh = PostingsWriter()
        fresh.add([docs[which][row] for which, row in order])
        assert records == fresh.write(small.QuickDisk(), Path(full))
        assert {name: (Path(mixed) / name).read_bytes() for name in records} == {
            path.name: path.read_bytes() for path in Path(full).iterdir()
        }


@given(DOCS)
@QUICK
def test_counts_can_be_read_back(docs: Docs) -> None:
    with TemporaryDirectory() as folder:
        postings = written(Path(folder), docs)
        postings.check()
        rows = postings.term_rows(range(len(docs)))
        terms = [rows.vocabulary[number].decode() for number in rows.ids]
        starts = [0, *rows.ends.tolist()]
        assert [
            Counter(dict(zip(terms[start:end], rows.counts[start:end].tolist(), strict=True)))
            for start, end in zip(starts, rows.ends.tolist(), strict=False)
        ] == docs
        assert [rows.vocabulary.find(word) for word in ("none", "", "\ud800")] == [-1] * 3


@pytest.mark.parametrize(
    ("term", "count"), [("a", 0), ("a", -1), ("a", 65_536), ("", 1), ("\n", 1)]
)
def test_what_cannot_be_counted_is_refused(term: str, count: int) -> None:
    writer = PostingsWriter()
    with pytest.raises(ValueError, match=f"cannot be counted {count} times"):
        writer.add([{"fine": 1, term: count}])
    assert len(writer) == 0
