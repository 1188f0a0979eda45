"""Newsroom bundles: one collection of all their articles, and every field of a question."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evals.sets import EvalSet, QuestionSetError, open_bundles
from evals.types import Gold, Question
from rag.types import Window

DAY = "date 2024-01-02 The harbour of Lund froze on Monday. Captain Ida Holm lost two barges."
THAW = (
    "date 2024-01-09 The harbour of Lund is open again. Captain Eva Lind took over from Ida Holm."
)
BRIDGE = "date 2024-02-01 The old bridge was closed. Mayor Per Dahl promised a new bridge by June."
ARTICLES = {"g01-lund": {"day": DAY, "thaw": THAW}, "h02-bridge": {"day": BRIDGE}}


def write_bundles(folder: Path, questions: dict[str, list[Any]]) -> Path:
    """The bundles with these questions, a row or a line of text each."""
    for bundle, articles in ARTICLES.items():
        (folder / bundle).mkdir(parents=True, exist_ok=True)
        for stem, text in articles.items():
            (folder / bundle / f"{stem}.txt").write_text(text)
        rows = [row if isinstance(row, str) else json.dumps(row) for row in questions[bundle]]
        (folder / bundle / "questions.jsonl").write_text("".join(f"{row}\n" for row in rows))
    return folder


def opened(tmp_path: Path, *rows: Any) -> EvalSet:
    """The set of questions on the first bundle, and one on the second."""
    bridge = {"q": "Who promised it?", "k": "span", "a": [["day", "Per Dahl"]]}
    folder = write_bundles(tmp_path / "news", {"g01-lund": list(rows), "h02-bridge": [bridge]})
    return open_bundles(folder, tmp_path / "work")


def asked(tmp_path: Path, **row: Any) -> Question:
    found = opened(tmp_path, {"q": "What?", "k": "span", "a": [["day", "two barges"]], **row})
    assert found.left_out == ()
    return found.questions[0]


def gold(name: str, article: str, text: str) -> Gold:
    start = article.index(text)
    return Gold(text, name, start, start + len(text))


def test_the_articles_of_all_bundles_are_one_collection_and_equal_stems_stay_apart(
    tmp_path: Path,
) -> None:
    found = opened(tmp_path, {"q": "How many?", "k": "span", "a": [["day", "two barges"]]})
    assert found.name == "news"
    assert list(found.articles) == ["g01-lund/day", "g01-lund/thaw", "h02-bridge/day"]
    first, second = found.questions
    assert (first.id, second.id) == ("g01-lund:1", "h02-bridge:1")
    assert (first.writer, second.writer) == ("g", "h")
    assert first.source == "g01-lund/questions.jsonl:1"
    assert first.answers == (gold("g01-lund/day", DAY, "two barges"),)
    assert second.answers == (gold("h02-bridge/day", BRIDGE, "Per Dahl"),)
    assert (first.half, first.kind_known) == (None, True)


def test_what_is_asked_besides(tmp_path: Path) -> None:
    question = asked(
        tmp_path,
        h=["Which harbour froze?"],
        full="How many barges were lost at Lund?",
        w=[None, "2024-01-05"],
        today="2024-01-04",
        why="disagree",
        near=["thaw", "Ida Holm"],
    )
    assert question.history == ("Which harbour froze?",)
    assert question.in_full == "How many barges were lost at Lund?"
    assert question.window == Window(None, date(2024, 1, 5))
    assert question.today == date(2024, 1, 4)
    assert question.note == "disagree"
    assert question.near == (gold("g01-lund/thaw", THAW, "Ida Holm"),)


def test_follow_ups_are_asked_in_full_on_demand(tmp_path: Path) -> None:
    row = {
        "q": "And barges?",
        "k": "span",
        "a": [],
        "h": ["Who froze?"],
        "full": "How many barges?",
    }
    found = opened(tmp_path, row)
    follow_up, alone = found.in_full().questions
    assert (follow_up.question, follow_up.history) == ("How many barges?", ())
    assert follow_up.in_full == "How many barges?"
    assert alone == found.questions[1]


@pytest.mark.parametrize(
    ("when", "after", "before"),
    [
        ("2024-01-01", "2024-01-01", "2024-01-02"),
        ("2024-01", "2024-01-01", "2024-02-01"),
        ("2024-01-01/2024-01-08", "2024-01-01", "2024-01-08"),
    ],
)
def test_when_is_a_day_or_a_period(when: str, after: str, before: str, tmp_path: Path) -> None:
    question = asked(tmp_path, k="when", a=[["day", "on Monday"]], when=when)
    assert question.when == Window(date.fromisoformat(after), date.fromisoformat(before))


def test_the_fields_of_a_kind(tmp_path: Path) -> None:
    found = opened(
        tmp_path,
        {"q": "Is it open?", "k": "yesno", "a": [["thaw", "is open again"]], "label": "yes"},
        {"q": "Is it deep?", "k": "yesno", "a": [], "label": "none"},
        {"q": "Who lost them?", "k": "list", "a": [["day", "Ida Holm"], ["thaw", "Eva Lind"]]},
        {"q": "How did it go?", "k": "timeline", "a": [["day", "froze"], ["thaw", "open again"]]},
        {"q": "And now?", "k": "latest", "a": [["day", "froze"], ["thaw", "is open again"]]},
    )
    yes, none, several, timeline, latest, _ = found.questions
    assert (yes.label, yes.unanswerable) == ("yes", False)
    assert (none.label, none.unanswerable) == ("", True)
    assert several.all_answers
    assert timeline.dates == (date(2024, 1, 2), date(2024, 1, 9))
    assert latest.newest == ("g01-lund/thaw",)


def test_a_numbered_occurrence_is_one_place_and_any_other_answer_is_all_of_them(
    tmp_path: Path,
) -> None:
    first = BRIDGE.index("bridge")
    second = BRIDGE.index("bridge", first + 1)
    rows = [
        {"q": "What?", "k": "span", "a": [["day", "bridge", 2]]},
        {"q": "What?", "k": "span", "a": [["day", "bridge"]]},
    ]
    folder = write_bundles(tmp_path / "news", {"g01-lund": [], "h02-bridge": rows})
    one, every = open_bundles(folder, tmp_path / "work").questions
    assert [gold.start for gold in one.answers] == [second]
    assert [gold.start for gold in every.answers] == [first, second]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("{torn", "is not JSON"),
        ('{"q": "What?", "k": "span"}', "the field 'a' is missing"),
        ({"k": "essay"}, "'kind' is 'essay', none of span"),
        ({"q": " "}, "'q' is ' ', not a text"),
        ({"a": [["night", "two barges"]]}, "there is no article 'night' in the bundle"),
        ({"a": [["day", "three barges"]]}, "'three barges' does not stand in 'g01-lund/day'"),
        ({"a": [["day", "two barges", 2]]}, "'two barges' does not stand 2 times in 'day'"),
        ({"a": ["two barges"]}, "'an answer' is 'two barges', not a list"),
        ({"a": [["day"]]}, "['day'] is not an answer: [stem, text], or [stem, text, n]"),
        ({"near": ["day", "nowhere"]}, "'nowhere' does not stand in 'g01-lund/day'"),
        ({"w": ["2024-01-01"]}, "'w' is ['2024-01-01'], not [from, to]"),
        ({"w": ["2024-01-08", "2024-01-01"]}, "no day lies in 'window'"),
        ({"full": "How many?"}, "has 'in_full' but no 'history'"),
        ({"k": "yesno", "label": "none"}, "the label is 'none', but 'a' holds some answers"),
        ({"k": "yesno", "label": "maybe"}, "'label' is 'maybe', none of yes, no, none"),
        ({"k": "yesno", "a": [], "label": "no"}, "the label is 'no', but 'a' holds no answers"),
        ({"k": "when"}, "is of kind 'when' and has no 'when'"),
        ({"k": "when", "when": "soon"}, "'when' is 'soon', neither a day, month or year"),
    ],
)
def test_a_bad_line_is_left_out_and_named_with_its_reason(
    row: Any, reason: str, tmp_path: Path
) -> None:
    good = {"q": "How many?", "k": "span", "a": [["day", "two barges"]]}
    found = opened(tmp_path, good, row if isinstance(row, str) else good | row)
    (line,) = found.left_out
    assert line.startswith("g01-lund/questions.jsonl:2: ")
    assert reason in line
    assert [question.id for question in found.questions] == ["g01-lund:1", "h02-bridge:1"]


def test_one_bundle_is_a_set_and_other_fields_are_ignored(tmp_path: Path) -> None:
    row = {"q": "How many?", "k": "span", "a": [["day", "two barges"]], "mood": "calm"}
    folder = write_bundles(tmp_path / "dev", {"g01-lund": [row], "h02-bridge": []})
    found = open_bundles(folder / "g01-lund", tmp_path / "work")
    assert (found.name, list(found.articles)) == ("g01-lund", ["g01-lund/day", "g01-lund/thaw"])
    assert [question.id for question in found.questions] == ["g01-lund:1"]


def test_folders_without_questions_and_the_question_files_are_no_articles(tmp_path: Path) -> None:
    row = {"q": "How many?", "k": "span", "a": [["day", "two barges"]]}
    folder = write_bundles(tmp_path / "news", {"g01-lund": [row], "h02-bridge": []})
    (folder / "drafts").mkdir()
    (folder / "drafts" / "draft.txt").write_text("date 2024-01-01 A draft.")
    (folder / "README.txt").write_text("About these bundles.")
    found = open_bundles(folder, tmp_path / "work")
    assert len(found.articles) == 3
    again = open_bundles(folder, tmp_path / "work")
    assert (again.folder, again.corpus) == (found.folder, found.corpus)


def test_a_copy_of_an_article_goes_by_the_id_of_the_first(tmp_path: Path) -> None:
    folder = write_bundles(
        tmp_path / "news",
        {"g01-lund": [], "h02-bridge": [{"q": "Who?", "k": "span", "a": [["copy", "Ida Holm"]]}]},
    )
    (folder / "h02-bridge" / "copy.txt").write_text(DAY)
    found = open_bundles(folder, tmp_path / "work")
    assert found.questions[0].articles == ("g01-lund/day",)


@pytest.mark.parametrize("rows", [[], ["{torn"]])
def test_without_a_question_nothing_is_asked(rows: list[str], tmp_path: Path) -> None:
    folder = write_bundles(tmp_path / "news", {"g01-lund": rows, "h02-bridge": []})
    with pytest.raises(QuestionSetError, match=r"[Nn]othing was scored"):
        open_bundles(folder, tmp_path / "work")


@pytest.mark.parametrize("name", ["empty", "missing"])
def test_a_folder_without_bundles_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(QuestionSetError, match=rf"{name}.* name"):
        open_bundles(tmp_path / name, tmp_path / "work")


def test_the_parts_of_a_collection_are_named_with_the_folder_above(tmp_path: Path) -> None:
    folder = write_bundles(tmp_path / "news" / "dev", {"g01-lund": [], "h02-bridge": []})
    row = {"q": "How many?", "k": "span", "a": [["day", "two barges"]]}
    write_bundles(folder, {"g01-lund": [row], "h02-bridge": []})
    assert open_bundles(folder, tmp_path / "work").name == "news-dev"


def test_a_limit_is_spread_over_the_bundles(tmp_path: Path) -> None:
    row = {"q": "How many?", "k": "span", "a": [["day", "two barges"]]}
    found = opened(tmp_path, *[row] * 5)
    ids = [question.id for question in found.part(limit=3).questions]
    assert ids == ["g01-lund:1", "g01-lund:3", "g01-lund:5"]
    assert len(found.part(limit=99).questions) == 6
    assert found.part(split="dev").questions == found.questions


def test_articles_that_cannot_be_copied_are_one_sentence(tmp_path: Path) -> None:
    folder = write_bundles(tmp_path / "news", {"g01-lund": [], "h02-bridge": []})
    (tmp_path / "work").write_text("a file where the folder would be")
    with pytest.raises(QuestionSetError, match="cannot be copied to") as caught:
        open_bundles(folder, tmp_path / "work")
    assert len(str(caught.value).splitlines()) == 1


def test_a_bundle_without_articles_has_questions_that_nothing_answers(tmp_path: Path) -> None:
    bundle = tmp_path / "news" / "a01-none"
    bundle.mkdir(parents=True)
    (bundle / "questions.jsonl").write_text('{"q": "Who?", "k": "span", "a": []}\n')
    found = open_bundles(bundle, tmp_path / "work")
    assert (found.articles, found.questions[0].unanswerable) == ({}, True)
