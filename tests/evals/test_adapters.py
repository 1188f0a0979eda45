"""Question sets of others: folders like BEIR's and MultiHop-RAG's, our own, and what is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.adapters import Document, read_question_set, write_corpus
from evals.questions import QuestionSetError, load_articles
from evals.types import Gold
from tests.evals.public_sets import (
    FLAT,
    NEWS,
    SQUAD,
    STRIKE,
    beir,
    documents,
    multihop,
    write_json,
    write_rows,
)


@pytest.mark.parametrize(
    "layout", [{}, {"ending": ".gz"}, {"key": "_id", "qrels": "qrels/test.tsv"}]
)
def test_a_folder_like_beir_s(layout: dict[str, str], tmp_path: Path) -> None:
    found = read_question_set(beir(tmp_path / "time", **layout))
    first, second = found.questions
    assert (first.id, first.question, first.kind) == ("1", "BRIDGES .", "passage")
    assert (first.grades, first.articles) == ({"d1": 2, "d2": 0}, ("d1",))
    assert second.grades == {"d2": 1}
    assert documents(found) == documents(found)
    assert documents(found)[1] == Document("d2", STRIKE, title="Strike", date="1963-01-11")


def test_judgments_of_what_is_not_there_are_listed_and_not_fatal(tmp_path: Path) -> None:
    assert read_question_set(beir(tmp_path / "time")).notes == (
        "qrels.tsv:5: query '2' names document 'lost', not in corpus",
        "query '3' has no relevant document",
        "there is no query '9' to judge",
    )


def test_a_bad_judgment_is_named(tmp_path: Path) -> None:
    folder = beir(tmp_path / "time")
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n1 d1 2\n", encoding="utf-8")
    with pytest.raises(QuestionSetError, match=r"qrels\.tsv:2: is not query, document"):
        read_question_set(folder)


def test_judgments_need_no_header(tmp_path: Path) -> None:
    folder = beir(tmp_path / "time")
    (folder / "qrels.tsv").write_text("1\td1\t1\n2\td2\t1\n", encoding="utf-8")
    assert [question.grades for question in read_question_set(folder).questions] == [
        {"d1": 1},
        {"d2": 1},
    ]


@pytest.mark.parametrize("by", ["folder", "file"])
def test_multihop_rag(by: str, tmp_path: Path) -> None:
    path = multihop(tmp_path / "multihop")
    found = read_question_set(path if by == "file" else path.parent)
    bridge, strike = documents(found)
    assert (bridge.title, bridge.date) == ("Bridge falls", "2023-05-18")
    inference, comparison, temporal, null = found.questions
    assert (inference.kind, inference.answers) == ("span", (Gold("The bridge"),))
    assert inference.articles == (bridge.id, strike.id)
    assert (comparison.kind, comparison.label) == ("yesno", "no")
    assert comparison.answers == (
        Gold("Nine people were hurt.", bridge.id, 39, 61),
        Gold("Not to the letter", strike.id),
    )
    assert (temporal.label, temporal.note) == ("yes", "temporal_query")
    assert null.unanswerable
    assert (null.answers, null.articles) == ((), ())


def test_evidence_from_nowhere_is_noted(tmp_path: Path) -> None:
    path = multihop(tmp_path / "multihop")
    write_json(path.parent / "corpus.json", NEWS[:1])
    found = read_question_set(path)
    assert len(found.notes) == 2
    assert "MultiHopRAG.json[0]: evidence from 'https://post.example/strike" in found.notes[0]


def test_our_own_format(tmp_path: Path) -> None:
    row = {"id": "o", "question": "?", "kind": "span", "articles": ["a"]}
    row["answers"] = [{"text": "x", "article_id": "a", "start": 0, "end": 1}]
    path = write_rows(tmp_path / "own.jsonl", [row])
    found = read_question_set(path)
    assert (found.name, found.documents) == ("own", None)
    with pytest.raises(QuestionSetError, match="no article 'a'"):
        read_question_set(path, articles={})
    with pytest.raises(QuestionSetError, match="name the folder of its articles"):
        write_corpus(found, tmp_path / "out")


@pytest.mark.parametrize("make", ["squad", "flat", "beir", "multihop"])
def test_what_is_written_is_indexed_under_the_same_ids_with_the_same_text(
    make: str, tmp_path: Path
) -> None:
    path = {
        "squad": lambda: write_json(tmp_path / "dev.json", SQUAD),
        "flat": lambda: write_rows(tmp_path / "rows.jsonl", FLAT),
        "beir": lambda: beir(tmp_path / "time"),
        "multihop": lambda: multihop(tmp_path / "multihop"),
    }[make]()
    found = read_question_set(path)
    written = write_corpus(found, tmp_path / "out")
    first = written.read_bytes()
    articles = load_articles(tmp_path / "out")
    assert {name: article.text for name, article in articles.items()} == {
        document.id: document.text for document in documents(found)
    }
    for question in found.questions:
        assert set(question.articles) <= set(articles)
        for gold in question.answers:
            if gold.start is not None:
                assert articles[gold.article_id].text[gold.start : gold.end] == gold.text
    assert write_corpus(read_question_set(path), tmp_path / "out").read_bytes() == first


def test_dates_reach_the_articles(tmp_path: Path) -> None:
    write_corpus(read_question_set(multihop(tmp_path / "m")), tmp_path / "out")
    days = [str(article.published) for article in load_articles(tmp_path / "out").values()]
    assert days == ["2023-05-18", "2023-08-21"]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("rows.jsonl", b'{"text": "only"}\n', "is no question set that is known here"),
        ("rows.csv", b"a,b\n", "is no question set that is known here"),
        ("folder/other.txt", b"x", "is no question set that is known here"),
        ("rows.jsonl", b"", "holds no question"),
        ("rows.jsonl", b"{broken\n", "rows.jsonl:1: is not JSON"),
        ("rows.jsonl.gz", b"not gzipped", "cannot be read"),
        ("dev.json", b"{broken", "cannot be read as JSON"),
        ("dev.json", b'{"rows": []}', "'data' is not a list of objects"),
        ("dev.json", b'{"data": []}', "holds no question"),
    ],
)
def test_what_is_no_question_set(name: str, data: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    with pytest.raises(QuestionSetError) as caught:
        read_question_set(path.parent if "/" in name else path)
    assert reason in str(caught.value)


def test_no_path(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match="There is no question set at"):
        read_question_set(tmp_path / "nothing")
