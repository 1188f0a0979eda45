"""A small question set in each of the public formats."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from evals.adapters import Document, QuestionSet

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
