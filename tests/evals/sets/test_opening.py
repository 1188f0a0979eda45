"""Opening sets by name or path, their parts and their fingerprints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evals.sets import SPLITS, open_set, read_question_set
from evals.sets.public import write_corpus
from evals.sets.rows import QuestionSetError
from evals.summary import summarise
from rag.errors import ConfigError, RagError
from tests.evals.sets.test_public import write_rows
from tests.evals.small import ARTICLES, QUESTIONS, run_small, small_set


def test_fingerprints_tell_other_articles_and_other_questions() -> None:
    here = small_set()
    texts = ARTICLES | {"bridge": replace(ARTICLES["bridge"], sha256="another")}
    harder = (replace(QUESTIONS[0], answers=()), *QUESTIONS[1:])
    noted = (replace(QUESTIONS[0], note="hard", source="small.jsonl:1"), *QUESTIONS[1:])
    assert small_set(articles=texts).corpus != here.corpus
    assert small_set(questions=harder).fingerprint != here.fingerprint
    assert small_set(questions=noted).fingerprint == here.fingerprint


def test_parts_of_a_set() -> None:
    whole = small_set()
    parts = [whole.part(split=split).questions for split in SPLITS]
    assert sorted(len(part) for part in parts) == [14, 16]
    assert {q.id for part in parts for q in part} == {q.id for q in QUESTIONS}
    assert whole.part(limit=3).questions == QUESTIONS[:3]
    assert [q.id for q in whole.every(12).questions] == ["q-0", "q-12", "q-24"]
    with pytest.raises(ConfigError, match="'small' has no question in its part 'dev'"):
        small_set(questions=(parts[0][0],)).part(split="dev")


def test_a_set_without_halves_is_asked_whole() -> None:
    public = small_set(questions=tuple(replace(question, half=None) for question in QUESTIONS))
    assert public.part(split="dev").questions == public.questions
    run = run_small(asked_set=public)
    assert not run.halved
    summary = summarise(run.outcomes, resamples=20)
    assert (summary["headline"], set(summary["splits"])) == ("all", {"all"})


@pytest.mark.parametrize("name", ["no-such-set", "seed"])
def test_an_unknown_set_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(RagError, match=name):
        open_set(name, tmp_path)


@pytest.mark.parametrize("name", ["seeds", "gazette"])
def test_our_own_sets_open(name: str, tmp_path: Path) -> None:
    opened = open_set(name, tmp_path)
    assert opened.name == name
    assert {article for q in opened.questions for article in q.articles} <= set(opened.articles)
    assert all(opened.part(split=split).questions for split in SPLITS)


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
