"""Ranking candidate answers, by hand."""

from __future__ import annotations

from dataclasses import replace

from rag.answer.evidence import Weights, hits_to_read, rank
from rag.models.reader import PassageReading
from rag.types import Span
from tests.answer.making import hit, passage


def test_reader_and_retriever_are_joined_by_the_weight() -> None:
    hits = [hit(passage("one"), score=1.0), hit(passage("two", article_id="b"), score=0.0, rank=2)]
    readings = [PassageReading((Span(0, 3, 1.0),), 0.0), PassageReading((Span(0, 3, 1.5),), 0.0)]
    by_reader = rank(hits, readings, Weights(0.0))
    assert [c.score for c in by_reader] == [1.5, 1.0]
    by_both = rank(hits, readings, Weights(1.0))
    assert [(c.hit.passage.text, c.score) for c in by_both] == [("one", 2.0), ("two", 1.5)]


def test_of_overlapping_spans_in_an_article_the_best_is_kept() -> None:
    one = passage("abcdefgh")
    readings = [
        PassageReading((Span(0, 4, 1.0), Span(4, 8, 0.5)), 0.0),
        PassageReading((Span(2, 6, 0.8),), 0.0),
    ]
    kept = rank([hit(one), hit(one, rank=2)], readings, Weights(0.0))
    assert [(c.span.start, c.span.end) for c in kept] == [(0, 4), (4, 8)]


def test_equal_scores_go_by_rank_then_place() -> None:
    first, second = passage("abcd", article_id="a"), passage("abcd", article_id="b")
    readings = [
        PassageReading((Span(2, 4, 1.0), Span(0, 2, 1.0)), 0.0),
        PassageReading((Span(0, 4, 1.0),), 0.0),
    ]
    kept = rank([hit(first, rank=2), hit(second, rank=1)], readings, Weights(0.0))
    assert [(c.hit.passage.article.id, c.span.start) for c in kept] == [
        ("b", 0),
        ("a", 0),
        ("a", 2),
    ]


def test_nothing_read_gives_no_candidates() -> None:
    assert rank([], [], Weights(1.0)) == []
    assert rank([hit(passage("x"))], [PassageReading((), 0.0)], Weights(1.0)) == []


def test_the_null_score_counts_against_its_passage() -> None:
    hits = [hit(passage("one")), hit(passage("two", article_id="b"), rank=2)]
    readings = [PassageReading((Span(0, 3, 3.0),), 2.5), PassageReading((Span(0, 3, 2.0),), -1.0)]
    kept = rank(hits, readings, Weights(0.0, null=1.0))
    assert [(c.quote, c.score, c.null_score) for c in kept] == [
        ("two", 3.0, -1.0),
        ("one", 0.5, 2.5),
    ]


def test_the_best_passages_of_the_first_articles_are_read() -> None:
    names = ["a", "a", "a", "b", "a", "c", "b", "d", "e"]
    hits = [
        replace(hit(passage(f"{name}{number}", article_id=name)), rank=number)
        for number, name in enumerate(names, start=1)
    ]
    read = [one.rank for one in hits_to_read(hits, 4)]
    assert read == [1, 2, 4, 6, 7, 8]
    assert [one.rank for one in hits_to_read(hits, 1)] == [1, 2]
    many = [replace(one, rank=rank) for rank, one in enumerate([*hits, *hits], start=1)]
    assert len(hits_to_read(many, 5)) == 7
    assert len({one.passage.article.id for one in hits_to_read(many, 5)}) == 5
