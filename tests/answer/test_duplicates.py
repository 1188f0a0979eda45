"""Near-duplicates: agency copies share a slot, updates and other stories do not."""

from __future__ import annotations

from rag.retrieval.retriever import Original, containment, shingles
from rag.types import Passage
from tests.answer.making import article, passage

STORY = (
    "The old bridge over the Tarn collapsed on Monday morning after two days of heavy rain, "
    "and 12 people were taken to hospital, the mayor of Veldt said. Engineers had warned in May "
    "that the northern pier was unsafe. The bridge was built in 1931 and carried the only road "
    "between the two halves of the town."
)


def test_a_copy_with_small_edits_is_a_copy() -> None:
    copy = STORY.replace("heavy rain", "very heavy rain").replace("the mayor of", "the mayor in")
    assert Original(passage(STORY)).is_copied_by(passage(copy, article_id="b"))


def test_another_figure_makes_an_update() -> None:
    update = STORY.replace("12 people", "15 people")
    assert not Original(passage(STORY)).is_copied_by(passage(update, article_id="b"))


def test_another_name_makes_a_correction() -> None:
    correction = STORY.replace("mayor of Veldt", "mayor of Lindmouth")
    assert not Original(passage(STORY)).is_copied_by(passage(correction, article_id="b"))


def test_another_story_is_no_copy() -> None:
    other = "Voters in Veldt go to the polls on Sunday to choose a new council."
    assert not Original(passage(STORY)).is_copied_by(passage(other, article_id="b"))


def test_an_article_is_no_copy_of_itself() -> None:
    assert not Original(passage(STORY)).is_copied_by(passage(STORY))


def test_a_copy_may_be_cut_elsewhere() -> None:
    whole = article(f"{STORY} {STORY.replace('the ', 'a ')}")
    middle = STORY.index("Engineers")
    original = Original(Passage(whole, 0, len(STORY), 0))
    straddling = whole.text[middle : whole.text.rindex(" Engineers")]
    assert original.is_copied_by(passage(straddling, article_id="b"))


def test_containment_by_hand() -> None:
    part, whole = shingles("one two three four five six"), shingles("two three four five six")
    assert len(part) == 2
    assert containment(part, whole) == 0.5
    assert containment(frozenset(), whole) == 0.0
