"""Feedback becomes questions that the reader of question files accepts, or a reason why not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.__main__ import main
from evals.feedback import IndexedArticles, LeftOut, question_rows, row_of
from evals.sets.own import load_articles, load_questions, question_of
from evals.sets.rows import BadRow
from rag import AskConfig, Pipeline
from rag.config import BuildConfig
from rag.feedback import (
    NAME,
    DamagedLine,
    Feedback,
    Quotation,
    StoredFeedback,
    Verdict,
    append,
    feedback_on,
    find_span,
)
from rag.index.local import LocalStore
from rag.types import Article, Kind, Window
from tests.conftest import SEEDS
from tests.judging import ARTICLES, NOW, TODAY, answered, article, cite, said, span

COLLECTION = IndexedArticles(ARTICLES, "f" * 64)
GROWN = IndexedArticles(ARTICLES, "0" * 64)
ICE = answered(cite("ferry", "because of ice"))
PASSED = cite("budget", "passed a budget of nine million crowns")


def gold(name: str, quote: str) -> dict[str, Any]:
    placed = span(name, quote)
    place = {"article_id": name, "start": placed.start, "end": placed.end}
    return {"text": quote, **place}


def test_a_right_answer_becomes_a_question_with_all_that_was_asked() -> None:
    window = Window(date(2024, 1, 1), date(2024, 2, 1), "in January")
    feedback = said(
        answered(cite("ferry", "because of ice"), window=window), history=["Which ferry?", " "]
    )
    row = row_of(feedback, COLLECTION)
    assert row.pop("id").startswith("feedback-")
    assert row == {
        "question": "Why was the ferry cancelled?",
        "history": ["Which ferry?"],
        "kind": "span",
        "answers": [gold("ferry", "because of ice")],
        "articles": ["ferry"],
        "unanswerable": False,
        "today": "2024-03-10",
        "window": {"after": "2024-01-01", "before": "2024-02-01"},
        "note": f"right, 2024-03-10, index 000002 {'f' * 64}",
    }


@pytest.mark.parametrize(
    ("feedback", "expected"),
    [
        (
            said(answered(PASSED, kind="yesno", text="yes")),
            {"label": "yes", "answers": [gold("budget", PASSED.quote)]},
        ),
        (
            said(answered(PASSED, kind="yesno", text="unclear")),
            {"label": "unclear", "unanswerable": False},
        ),
        (
            said(answered(cite("ferry", "on Monday"), kind="when", text="2024-01-08")),
            {"when": {"after": "2024-01-08", "before": "2024-01-09"}},
        ),
        (
            said(answered(cite("ferry", "Ida Holm"), cite("budget", "council"), kind="list")),
            {"all": True, "articles": ["ferry", "budget"]},
        ),
        (
            said(answered(cite("ferry", "Ida Holm"), cite("harbour", "Sund"), kind="timeline")),
            {"dates": ["2024-01-10", "2024-03-05"]},
        ),
        (said(answered()), {"unanswerable": True, "answers": [], "articles": []}),
        (
            said(ICE, "wrong_answer", chosen=span("ferry", "ice")),
            {"answers": [gold("ferry", "ice"), gold("ferry", "ice") | {"start": 100, "end": 103}]},
        ),
        (
            said(answered(), "wrong", chosen=span("harbour", "in 2023")),
            {"answers": [gold("harbour", "in 2023")], "unanswerable": False},
        ),
        (
            said(answered(PASSED, kind="when"), "wrong", chosen=span("ferry", "on Monday")),
            {"when": {"after": "2024-01-08", "before": "2024-01-09"}, "articles": ["ferry"]},
        ),
        (
            said(answered(PASSED, kind="when"), "wrong", chosen=span("ferry", "2024-01-10")),
            {"when": {"after": "2024-01-10", "before": "2024-01-11"}},
        ),
    ],
)
def test_every_kind_has_what_is_right_for_it(feedback: Feedback, expected: dict[str, Any]) -> None:
    row = row_of(feedback, COLLECTION)
    assert {name: row[name] for name in expected} == expected


def test_a_wrong_answer_does_not_say_that_its_window_is_right() -> None:
    window = Window(date(2024, 1, 1), None, "since January")
    asked = answered(PASSED, window=window)
    chosen = span("ferry", "because of ice")
    assert "window" not in row_of(said(asked, "wrong", chosen=chosen), COLLECTION)
    right_article = row_of(said(asked, "wrong_answer", chosen=chosen), COLLECTION)
    assert right_article["window"] == {"after": "2024-01-01"}


@pytest.mark.parametrize(
    ("feedback", "collection", "reason"),
    [
        (said(ICE, "wrong"), COLLECTION, "no words of an article say what would be"),
        (said(answered(), "wrong"), COLLECTION, "no words of an article say what would be"),
        (said(ICE, corrected=["dates"]), COLLECTION, "dates were set by hand"),
        (said(ICE, corrected=["kind", "words"]), COLLECTION, "removed by hand"),
        (said(answered(PASSED, question=" ")), COLLECTION, "no question"),
        (said(ICE), IndexedArticles({}, "f" * 64), "'ferry' is not in the index any more"),
        (
            said(ICE),
            IndexedArticles({"ferry": article("ferry", "Because of ice.")}, "f" * 64),
            "'because of ice' does not stand in 'ferry' any more",
        ),
        (
            said(ICE),
            IndexedArticles({"ferry": article("ferry", "x because of ice, because of ice")}, ""),
            "or more than once",
        ),
        (
            said(ICE, "wrong", chosen=span("budget", "nine million")),
            IndexedArticles({"budget": article("budget", "nine millions")}, ""),
            "'nine million' does not stand in 'budget' any more",
        ),
        (said(answered()), GROWN, "the index has changed"),
        (said(answered(PASSED, kind="latest")), GROWN, "the index has changed"),
        (said(answered(PASSED, kind="list")), GROWN, "the index has changed"),
        (
            said(answered(PASSED, kind="latest"), "wrong", chosen=span("harbour", "2023")),
            GROWN,
            "the index has changed",
        ),
        (
            said(answered(PASSED, kind="list"), "wrong", chosen=span("ferry", "ice")),
            COLLECTION,
            "one span is not all that a list has to hold",
        ),
        (
            said(answered(PASSED, kind="yesno", text="yes"), "wrong", chosen=span("ferry", "ice")),
            COLLECTION,
            "whether yes or no is right",
        ),
        (
            said(answered(PASSED, kind="when"), "wrong", chosen=span("ferry", "ice")),
            COLLECTION,
            "do not name one day",
        ),
        (said(answered(PASSED, kind="when", text="for a week")), COLLECTION, "do not name one"),
    ],
)
def test_what_makes_no_question_is_left_out_with_its_reason(
    feedback: Feedback, collection: IndexedArticles, reason: str
) -> None:
    with pytest.raises(BadRow, match=reason):
        row_of(feedback, collection)


def test_what_has_only_moved_is_found_again() -> None:
    text = "date 2024-01-10 Update: because of ice"
    moved = IndexedArticles({"ferry": article("ferry", text)}, "")
    [answer] = row_of(said(ICE), moved)["answers"]
    assert answer == {"text": "because of ice", "article_id": "ferry", "start": 24, "end": 38}


def test_what_was_said_last_of_a_question_counts() -> None:
    again = said(ICE, "wrong_answer", chosen=span("ferry", "ice"))
    other = said(ICE, history=["Which ferry?"])
    lines: Sequence[StoredFeedback | DamagedLine] = [
        StoredFeedback(1, said(ICE)),
        DamagedLine(2, "is not JSON"),
        StoredFeedback(3, other),
        StoredFeedback(4, again),
        StoredFeedback(5, said(ICE, "wrong", history=["Which boat?"])),
    ]
    rows, left_out = question_rows(lines, COLLECTION)
    assert [row["note"].split(",")[0] for row in rows] == ["right", "right article"]
    assert len({row["id"] for row in rows}) == 2
    assert [one.line for one in left_out] == [1, 2, 5]
    assert left_out[0].reason == "more was said later, in line 4"
    assert left_out[1] == LeftOut(2, "it is damaged: is not JSON")


SHELF = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.builds(
        lambda day, body: f"date 2024-01-{day:02} {body}",
        st.integers(1, 31),
        st.text(alphabet="xy é.\n", min_size=1, max_size=30).map(
            lambda t: t + " on Monday. in May"
        ),
    ),
    min_size=1,
)


@st.composite
def spans(draw: st.DrawFn, shelf: dict[str, Article]) -> Quotation:
    chosen = draw(st.sampled_from(sorted(shelf)))
    text = shelf[chosen].text
    start = draw(st.integers(0, len(text) - 1))
    return Quotation.of(shelf[chosen], start, draw(st.integers(start + 1, len(text))))


@st.composite
def lines_on(draw: st.DrawFn, shelf: dict[str, Article]) -> list[StoredFeedback | DamagedLine]:
    def one(line: int) -> StoredFeedback | DamagedLine:
        if draw(st.integers(0, 9)) == 0:
            return DamagedLine(line, "torn")
        cited = tuple(draw(st.lists(spans(shelf), max_size=3)))
        texts = st.sampled_from(["yes", "no", "unclear", "2024-01", "x"])
        return StoredFeedback(
            line,
            replace(
                said(ICE),
                question=draw(st.sampled_from(["Why?", "When?", "Who?", ""])),
                history=tuple(draw(st.lists(st.sampled_from(["", "Who?"]), max_size=2))),
                kind=draw(st.sampled_from(get_args(Kind))),
                window=draw(st.sampled_from([None, Window(before=date(2024, 2, 1))])),
                corrected=tuple(draw(st.lists(st.sampled_from(["kind", "dates"]), max_size=1))),
                answer=draw(texts) if cited else None,
                cited=cited,
                verdict=draw(st.sampled_from(get_args(Verdict))),
                chosen=draw(st.none() | spans(shelf)),
            ),
        )

    return [one(line) for line in range(1, draw(st.integers(1, 8)))]


def shelf_of(texts: dict[str, str]) -> dict[str, Article]:
    return {name: article(name, text) for name, text in texts.items()}


@given(st.data(), SHELF, SHELF, st.sampled_from(["f" * 64, "0" * 64]))
def test_every_line_is_told_once_and_every_span_is_literal(
    data: st.DataObject, before: dict[str, str], changed: dict[str, str], fingerprint: str
) -> None:
    lines = data.draw(lines_on(shelf_of(before)))
    now = shelf_of(data.draw(st.sampled_from([before, changed, {**before, **changed}])))
    rows, left_out = question_rows(lines, IndexedArticles(now, fingerprint))
    assert len(rows) + len(left_out) == len(lines)
    assert [one.line for one in left_out] == sorted({one.line for one in left_out})
    assert len({row["id"] for row in rows}) == len(rows)
    for row in json.loads(json.dumps(rows)):
        question = question_of(row, now, "")
        assert bool(question.answers) != question.unanswerable
        for answer in row["answers"]:
            text = now[answer["article_id"]].text
            assert text[answer["start"] : answer["end"]] == answer["text"] != ""


@pytest.fixture(scope="module")
def index(seed_index: BuildConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the seeds with feedback beside it: right, wrong with a span, wrong, damaged."""
    folder = tmp_path_factory.mktemp("judged") / "index"
    shutil.copytree(seed_index.index, folder)
    config = AskConfig(seed_index.articles, folder, models=seed_index.models)
    with Pipeline.open(config=config) as pipeline, LocalStore.open(folder) as opened:
        texts = opened
        for question, verdict, words in (
            ("Where did Sharif and Pezeshkian meet?", "right", ""),
            ("Did Sharif meet Pezeshkian in Cairo?", "right", ""),
            ("When did Sharif and Pezeshkian meet?", "right", ""),
            ("How do I bake sourdough bread?", "right", ""),
            ("What did Sharif extend?", "wrong_answer", "an invitation to President Pezeshkian"),
            ("Who is trying to come between Iran and Pakistan?", "wrong", ""),
        ):
            answer = pipeline.ask(question, today=TODAY)
            chosen = find_span(words, answer, texts) if words else None
            feedback = feedback_on(answer, verdict, chosen=chosen, today=TODAY, given_at=NOW)  # type: ignore[arg-type]
            append(folder, feedback)
    with (folder / NAME).open("ab") as file:
        file.write(b'{"format": 1,')
    return folder


@pytest.mark.slow
def test_the_command_writes_a_set_that_is_asked_and_scored(
    index: Path, seed_index: BuildConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.jsonl"
    assert main(["feedback", "--to", str(path), "--index", str(index)]) == 0
    told = capsys.readouterr()
    assert told.out.startswith(f"5 of 7 line(s) of feedback written to {path}; ask them:\n")
    assert told.err.splitlines()[0].startswith("line 6 is left out: the answer is not right")
    assert told.err.splitlines()[1].startswith("line 7 is left out: it is damaged: ")

    questions = load_questions(path, load_articles(SEEDS))
    assert [question.kind for question in questions] == ["span", "yesno", "when", "passage", "span"]
    asked = ["run", str(path), "--articles", str(SEEDS), "--index", str(index)]
    places = ["--models", str(seed_index.models), "--report", str(tmp_path / "out")]
    assert main([*asked, *places]) == 0
    outcomes = json.loads((tmp_path / "out" / "mine.json").read_text())["outcomes"]
    # What was right is scored as right; the answer that was too short is not refused as wrong.
    assert [one["scores"]["correct"] for one in outcomes[:4]] == [1.0] * 4
    assert outcomes[4]["scores"]["citation_right"] == 1.0


def test_a_file_that_is_there_is_never_overwritten(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text("mine")
    assert main(["feedback", "--to", str(path), "--index", str(index)]) == 1
    assert "is there already; name a new file" in capsys.readouterr().err
    assert path.read_text() == "mine"


def test_a_link_is_not_written_through(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, elsewhere = tmp_path / "mine.jsonl", tmp_path / "elsewhere"
    path.symlink_to(elsewhere)
    assert main(["feedback", "--to", str(path), "--index", str(index)]) == 1
    assert "is there already" in capsys.readouterr().err
    assert not elsewhere.exists()


def test_what_cannot_be_written_is_told_in_one_sentence(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "none" / "mine.jsonl", tmp_path / "file" / "mine.jsonl"):
        assert main(["feedback", "--to", str(path), "--index", str(index)]) == 1
        assert "cannot be written (" in capsys.readouterr().err.splitlines()[-1]


def test_without_a_question_nothing_is_written(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, folder = tmp_path / "mine.jsonl", tmp_path / "index"
    shutil.copytree(index, folder)
    (folder / NAME).write_text("torn")
    assert main(["feedback", "--to", str(path), "--index", str(folder)]) == 1
    (folder / NAME).unlink()
    assert main(["feedback", "--to", str(path), "--index", str(folder)]) == 1
    err = capsys.readouterr().err
    assert "None of the 1 line(s) of feedback makes a question" in err
    assert "There is no feedback in" in err
    assert not path.exists()
