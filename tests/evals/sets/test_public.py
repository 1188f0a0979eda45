"""Public question sets: SQuAD, flat rows, folders like BEIR's and MultiHop-RAG."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from evals.sets import read_question_set
from evals.sets.own import load_articles
from evals.sets.public import write_corpus
from evals.sets.rows import QuestionSetError
from evals.types import Document, Gold, QuestionSet

BRIDGE = "A span of the bridge fell on Thursday. Nine people were hurt."
STRIKE = "The dockers walked out on Monday."
SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "Coopers'_Bridge",
            "paragraphs": [
                {
                    "context": BRIDGE,
                    "qas": [
                        {
                            "id": "q1",
                            "question": "When did it fall?",
                            "is_impossible": False,
                            "answers": [
                                {"text": "Thursday", "answer_start": 29},
                                {"text": "Thursday", "answer_start": 29},
                                {"text": "on Thursday", "answer_start": 26},
                            ],
                        },
                        {
                            "id": "q2",
                            "question": "Who built it?",
                            "is_impossible": True,
                            "answers": [],
                            "plausible_answers": [{"text": "Nine people", "answer_start": 39}],
                        },
                    ],
                }
            ],
        }
    ],
}
FLAT = [
    {
        "id": name,
        "set": "s",
        "title": "T",
        "context": context,
        "question": question,
        "answers": answers,
        "is_impossible": not answers,
    }
    for name, context, question, answers in (
        ("f1", BRIDGE, "How many were hurt?", [{"text": "Nine", "answer_start": 39}]),
        ("f2", BRIDGE, "Who built it?", []),
        ("f3", STRIKE, "Who walked out?", [{"text": "The dockers", "answer_start": 0}]),
    )
]
NEWS = [
    {
        "title": "Bridge falls",
        "author": "A. Writer",
        "source": "The Echo",
        "published_at": "2023-05-18T22:00:00+00:00",
        "category": "news",
        "url": "https://echo.example/bridge",
        "body": BRIDGE,
    },
    {
        "title": "Strike begins",
        "source": "The Post",
        "published_at": "2023-08-21T06:00:00+00:00",
        "url": "https://post.example/strike",
        "body": STRIKE,
    },
]


def evidence(number: int, fact: str) -> dict[str, str]:
    return {"title": NEWS[number]["title"], "url": NEWS[number]["url"], "fact": fact}


MULTIHOP = [
    {
        "query": "Which structure fell before the dockers walked out?",
        "answer": "The bridge",
        "question_type": "inference_query",
        "evidence_list": [evidence(0, "A span of the bridge fell"), evidence(1, STRIKE)],
    },
    {
        "query": "Do both papers report that people were hurt?",
        "answer": "No",
        "question_type": "comparison_query",
        "evidence_list": [evidence(0, "Nine people were hurt."), evidence(1, "Not to the letter")],
    },
    {
        "query": "Did the bridge fall before the strike?",
        "answer": "Yes",
        "question_type": "temporal_query",
        "evidence_list": [evidence(0, "A span of the bridge fell on Thursday.")],
    },
    {
        "query": "What did the mayor of Fennick say?",
        "answer": "Insufficient information.",
        "question_type": "null_query",
        "evidence_list": [],
    },
]


def write_json(path: Path, value: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def write_rows(path: Path, rows: list[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def beir(folder: Path, *, ending: str = "", key: str = "id", qrels: str = "qrels.tsv") -> Path:
    corpus = [
        {key: "d1", "date": "1963-01-04", "title": "", "text": BRIDGE},
        {key: "d2", "date": "1963-01-11", "title": "Strike", "text": STRIKE},
    ]
    queries = [{key: "1", "text": "BRIDGES ."}, {key: "2", "text": "STRIKES ."}]
    write_rows(folder / f"corpus.jsonl{ending}", corpus)
    write_rows(folder / f"queries.jsonl{ending}", [*queries, {key: "3", "text": "UNJUDGED ."}])
    path = folder / qrels
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        "query-id\tcorpus-id\tscore\n1\td1\t2\n1\td2\t0\n2\td2\t1\n2\tlost\t1\n9\td1\t1\n",
        encoding="utf-8",
    )
    return folder


def multihop(folder: Path) -> Path:
    write_json(folder / "corpus.json", NEWS)
    return write_json(folder / "MultiHopRAG.json", MULTIHOP)


def documents(found: QuestionSet) -> list[Document]:
    assert found.documents is not None
    return list(found.documents)


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


def test_squad_as_published(tmp_path: Path) -> None:
    found = read_question_set(write_json(tmp_path / "dev-v2.0.json", SQUAD))
    first, second = found.questions
    (document,) = documents(found)
    assert (found.name, document.title, document.text) == ("dev-v2", "Coopers' Bridge", BRIDGE)
    assert first.answers == (
        Gold("Thursday", document.id, 29, 37),
        Gold("on Thursday", document.id, 26, 37),
    )
    assert first.articles == (document.id,)
    assert first.context == second.context == BRIDGE
    assert (first.unanswerable, second.unanswerable) == (False, True)
    assert (second.answers, second.articles) == ((), ())
    assert not first.kind_known


def test_squad_1_has_no_impossible_questions(tmp_path: Path) -> None:
    value = json.loads(json.dumps(SQUAD))
    questions = value["data"][0]["paragraphs"][0]["qas"]
    del questions[1], questions[0]["is_impossible"]
    found = read_question_set(write_json(tmp_path / "train.json", value))
    assert [question.unanswerable for question in found.questions] == [False]


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz"])
def test_flat_rows(name: str, tmp_path: Path) -> None:
    found = read_question_set(write_rows(tmp_path / name, FLAT))
    assert [question.id for question in found.questions] == ["f1", "f2", "f3"]
    assert [document.text for document in documents(found)] == [BRIDGE, STRIKE]
    assert found.questions[0].context is found.questions[1].context
    assert [question.unanswerable for question in found.questions] == [False, True, False]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"answers": [{"text": "Ten", "answer_start": 39}]}, "'Ten' does not stand at 39"),
        ({"answers": [{"text": "Nine", "answer_start": None}]}, "'Nine' does not stand at None"),
        ({"answers": [{"text": ".", "answer_start": -1}]}, "'.' does not stand at -1"),
        ({"answers": []}, "has no answers and is not marked impossible"),
        ({"answers": None}, "'answers' is not a list of objects"),
        ({"question": None}, "'question' is None, not a text"),
        ({"id": "f2"}, "the id 'f2' occurs twice"),
    ],
)
def test_a_bad_row_is_named(change: dict[str, Any], reason: str, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "rows.jsonl", [FLAT[1], {**FLAT[0], **change}])
    with pytest.raises(QuestionSetError) as caught:
        read_question_set(path)
    assert "rows.jsonl:2: " in str(caught.value)
    assert reason in str(caught.value)


def test_a_bad_question_of_squad_is_named_by_its_place(tmp_path: Path) -> None:
    value = json.loads(json.dumps(SQUAD))
    value["data"][0]["paragraphs"][0]["qas"][0]["answers"][0]["answer_start"] = 3
    with pytest.raises(QuestionSetError, match=r"data\[0\]\.paragraphs\[0\]\.qas\[0\]: 'Thursday'"):
        read_question_set(write_json(tmp_path / "dev.json", value))
