"""The figures of a reader by hand."""

from __future__ import annotations

from training.measure import Said, figures, said_to
from training.rows import Row

ANSWERED = (
    Said("Ada Lovelace", 5.0, ("Ada Lovelace", "Ada")),
    Said("the year 1843", 1.0, ("1843",)),
    Said("in Paris", -2.0, ("London",)),
)


def test_only_answerable_rows_count_for_em_and_f1() -> None:
    """By hand: "the year 1843" has F1 2/3, as articles do not count. The best threshold answers two
    rows and refuses two, one of them rightly: (1 + 2/3 + 0 + 1) / 4."""
    refused = Said("Bob", -9.0, ())
    told = figures([*ANSWERED, refused])
    assert told == {"exact_match": 0.3333, "f1": 0.5556, "f1_with_unanswerable": 0.6667}


def test_sure_words_where_there_is_no_answer_cost() -> None:
    tempted = Said("Bob", 9.0, ())
    assert figures([*ANSWERED, tempted])["f1_with_unanswerable"] == 0.4167  # (1 + 2/3) / 4


def test_the_answers_are_those_of_the_row() -> None:
    row = Row("set", "T", "Ada wrote it.", "Who wrote it?", ((0, 3), (4, 9)))
    assert said_to(row, "Ada", 1.5) == Said("Ada", 1.5, ("Ada", "wrote"))
