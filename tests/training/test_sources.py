"""What each kind of question teaches from each passage."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from training.newsroom import Bundle, StoryPassage, StoryQuestion, passages, read_bundles
from training.rows import Row
from training.sources import (
    Label,
    Passage,
    RowSource,
    Similar,
    Stories,
    StorySource,
    YesNoRow,
    YesNoSource,
    claim_question,
    label_passage,
    other_identifier,
    shortest,
    typed,
)

SIGNED = (
    "date 2003-03-11 POKHARA – The pact was signed on Tuesday by Commerce Minister Anisul Mridha. "
    "Nepal, Bhutan and Bangladesh joined. The police made no arrests. "
    "Trucks pay 11 dollars because the bridges are old."
)
PREVIEW = "date 2003-03-04 KATHMANDU – Leaders will meet next week. Trucks were to pay 14 dollars."
ELSEWHERE = "date 2010-01-01 OSLO – The pact on trucks was signed by nobody, and the police slept."
STEM, EARLIER = "2003-03-11-signed", "2003-03-04-preview"


def bundle(tmp_path: Path, *questions: dict[str, Any]) -> Bundle:
    folder = tmp_path / "a01-transit"
    folder.mkdir()
    (folder / f"{STEM}.txt").write_text(SIGNED, "utf-8")
    (folder / f"{EARLIER}.txt").write_text(PREVIEW, "utf-8")
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    (folder / "questions.jsonl").write_text(lines, "utf-8")
    other = tmp_path / "b01-oslo"
    other.mkdir()
    (other / "2010-01-01-oslo.txt").write_text(ELSEWHERE, "utf-8")
    (other / "questions.jsonl").write_text("", "utf-8")
    return read_bundles(tmp_path)[0]


def taught(tmp_path: Path, question: dict[str, Any]) -> dict[str, Passage | None]:
    """What the first passage of each article teaches, by the article's stem."""
    made = bundle(tmp_path, question)
    first = {stem: passages(article)[0] for stem, article in made.articles.items()}
    return {stem: label_passage(made.questions[0], passage) for stem, passage in first.items()}


def words(passage: Passage | None, spans: tuple[tuple[int, int], ...] | None) -> list[str]:
    assert passage is not None
    assert spans is not None
    return [passage.text[start:end] for start, end in spans]


def test_a_span_is_the_shortest_variant_and_other_articles_have_none(tmp_path: Path) -> None:
    answers = [[STEM, "Commerce Minister Anisul Mridha"], [STEM, "Anisul Mridha"]]
    made = taught(tmp_path, {"q": "Who signed?", "k": "span", "a": answers})
    gold, other = made[STEM], made[EARLIER]
    assert gold is not None
    assert other is not None
    assert (gold.label, words(gold, gold.spans)) == (Label.SPAN, ["Anisul Mridha"])
    assert words(gold, gold.evidence)[0].startswith("POKHARA")
    assert (other.label, other.spans, other.evidence) == (Label.NONE, (), ())
    assert (gold.date, gold.title[:7]) == ("2003-03-11", "POKHARA")


def test_an_article_with_the_words_of_an_answer_teaches_nothing(tmp_path: Path) -> None:
    made = taught(tmp_path, {"q": "Who pays?", "k": "span", "a": [[STEM, "Trucks"]]})
    assert made[EARLIER] is None


def test_when_is_the_words_of_the_date(tmp_path: Path) -> None:
    answers = [[STEM, "on Tuesday"], [STEM, "Tuesday"]]
    made = taught(tmp_path, {"q": "When?", "k": "when", "a": answers, "when": "2003-03-11"})
    assert words(made[STEM], made[STEM].spans if made[STEM] else None) == ["Tuesday"]


def test_yes_and_no_stand_at_the_evidence_and_other_articles_are_masked(tmp_path: Path) -> None:
    question = {"q": "Did police arrest any?", "k": "yesno", "label": "no"}
    made = taught(tmp_path, {**question, "a": [[STEM, "The police made no arrests."]]})
    gold = made[STEM]
    assert gold is not None
    assert (gold.label, gold.spans) == (Label.NO, None)
    assert words(gold, gold.evidence) == ["The police made no arrests."]
    assert made[EARLIER] is None


def test_a_near_on_an_answered_yes_no_question_is_the_older_state(tmp_path: Path) -> None:
    question = {
        "q": "Is the toll 11 dollars?",
        "k": "yesno",
        "label": "yes",
        "a": [[STEM, "Trucks pay 11 dollars"]],
        "near": [EARLIER, "Trucks were to pay 14 dollars."],
    }
    older = taught(tmp_path, question)[EARLIER]
    assert older is not None
    assert older.label == Label.NO
    assert words(older, older.evidence) == ["Trucks were to pay 14 dollars."]


def test_a_near_on_an_unanswered_one_is_no_answer(tmp_path: Path) -> None:
    question = {"q": "Was a loan signed?", "k": "yesno", "label": "none", "a": []}
    near = taught(tmp_path, {**question, "near": [STEM, "The pact was signed"]})[STEM]
    assert near is not None
    assert (near.label, near.spans, near.evidence) == (Label.NONE, None, ())


def test_a_list_has_items(tmp_path: Path) -> None:
    answers = [[STEM, "Nepal", 1], [STEM, "Bhutan", 1], [STEM, "Bangladesh", 1]]
    gold = taught(tmp_path, {"q": "Which countries?", "k": "list", "a": answers})[STEM]
    assert gold is not None
    assert words(gold, gold.items) == ["Nepal", "Bhutan", "Bangladesh"]


@pytest.mark.parametrize("kind", ["passage", "latest"])
def test_a_sentence_that_answers_never_teaches_a_span(tmp_path: Path, kind: str) -> None:
    question = {"q": "Why do trucks pay?", "k": kind, "a": [[STEM, "because the bridges are old"]]}
    made = taught(tmp_path, question)
    gold = made[STEM]
    assert gold is not None
    assert (gold.label, gold.spans) == (Label.SPAN, None)
    assert words(gold, gold.evidence) == ["Trucks pay 11 dollars because the bridges are old."]
    other = made[EARLIER]
    assert other is None if kind == "latest" else (other is not None and other.spans is None)


def test_articles_outside_the_window_of_the_question_teach_nothing(tmp_path: Path) -> None:
    question = {"q": "What toll?", "k": "span", "a": [[EARLIER, "14 dollars"]]}
    made = taught(tmp_path, {**question, "w": [None, "2003-03-11"]})
    assert made[STEM] is None
    assert made[EARLIER] is not None


def test_near_and_other_stories_are_asked_as_negatives(tmp_path: Path) -> None:
    question = {"q": "Who signed the pact on trucks?", "k": "span", "a": []}
    bundle(tmp_path, {**question, "near": [STEM, "Anisul Mridha"]})
    source = StorySource(Stories(read_bundles(tmp_path)), "span")
    asked = source.ask(0, random.Random(1))
    assert asked is not None
    assert {passage.label for passage in asked.passages} == {Label.NONE}
    assert [p.date for p in asked.passages if p.weight == 1.0] == ["2003-03-11"]
    assert any("OSLO" in passage.text for passage in asked.passages)


def test_a_row_with_a_list_for_an_answer_has_items() -> None:
    text = "They visited Rome, Oslo and Bern. Ada wrote it."
    row = Row("squad_v1_part_a", "T_x", text, "Where?", ((13, 32),))
    asked = RowSource("squad_v1_part_a", [row], Similar([text, "Rome"])).ask(0, random.Random(1))
    assert asked is not None
    [gold] = asked.passages
    assert words(gold, gold.items) == ["Rome", "Oslo", "Bern"]
    assert words(gold, gold.evidence) == ["They visited Rome, Oslo and Bern."]
    assert gold.title == "T x"


def test_clauses_never_teach_a_span() -> None:
    row = Row("quac_val", "", "It rained. They left since it rained.", "Why?", ((16, 36),))
    source = RowSource("quac_val", [row], Similar([row.context, "Other words"]))
    asked = source.ask(0, random.Random(1))
    assert asked is not None
    assert asked.passages[0].spans is None
    assert words(asked.passages[0], asked.passages[0].evidence) == ["They left since it rained."]


def test_a_yes_no_question_is_also_asked_elsewhere() -> None:
    rows = [YesNoRow("Cats sleep all day.", "Do cats sleep?", Label.YES)]
    rows.append(YesNoRow("Some cats never ran.", "Did cats run?", Label.NO))
    asked = YesNoSource(rows, other_passage=1.0).ask(0, random.Random(1))
    assert asked is not None
    assert [p.label for p in asked.passages] == [Label.YES, Label.NONE]


@pytest.mark.parametrize(
    ("claim", "question"),
    [
        ("The tower is in Paris.", "Is The tower in Paris?"),
        ("Fox released the film.", "Is it true that Fox released the film?"),
        ("It was not built.", "Is it true that It was not built?"),
    ],
)
def test_a_claim_becomes_a_question(claim: str, question: str) -> None:
    assert claim_question(claim) == question


@pytest.mark.parametrize(
    "question",
    ["Where did flight KL240 land?", "What does 2024/77 say?", "Who won the fourth day?"],
)
def test_another_identifier_is_not_in_the_text(question: str) -> None:
    context = "Flight KL240 landed. Regulation 2024/77 applies. Ada won the fourth day."
    for seed in range(20):
        changed = other_identifier(question, context, random.Random(seed))
        assert changed is not None
        assert changed != question
        assert set(changed.split()) - set(question.split()) - set(context.split())


def test_a_question_without_an_identifier_of_the_text_is_not_changed() -> None:
    assert other_identifier("Where did flight KL240 land?", "It landed.", random.Random(1)) is None


def test_of_overlapping_spans_the_shortest_is_kept() -> None:
    assert shortest([(0, 9), (4, 9), (20, 22), (19, 30)]) == ((4, 9), (20, 22))


def test_typing_changes_little() -> None:
    question = "Who signed the agreement in Cairo?"
    made = [typed(question, random.Random(seed)) for seed in range(300)]
    assert 0.5 < made.count(question) / 300 < 0.9
    assert all(abs(len(one) - len(question)) <= 2 for one in made)


def test_a_passage_keeps_the_spans_inside_it(tmp_path: Path) -> None:
    article = bundle(tmp_path).articles[STEM]
    passage = StoryPassage(article, 16, 40)
    assert passage.inside([(0, 20), (16, 23), (30, 41)]) == ((0, 7),)


def test_a_bundle_needs_dated_articles(tmp_path: Path) -> None:
    made = bundle(tmp_path)
    (tmp_path / made.name / "undated.txt").write_text("No date.", "utf-8")
    with pytest.raises(ValueError, match="undated"):
        read_bundles(tmp_path)


def test_questions_of_a_conversation_are_asked_in_full(tmp_path: Path) -> None:
    full = "Who signed the pact for Bangladesh?"
    made = bundle(tmp_path, {"q": "And who?", "h": ["x"], "full": full, "k": "span", "a": []})
    question: StoryQuestion = made.questions[0]
    assert (question.asked, question.full) == ("And who?", full)
