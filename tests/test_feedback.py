"""What readers say about answers: made, written as lines, and read again."""

from __future__ import annotations

import errno
import json
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import feedback
from rag.errors import ConfigError, IndexUnusable, QuestionError
from rag.feedback import (
    MAX_SPAN,
    NAME,
    DamagedLine,
    Feedback,
    Quotation,
    StoredFeedback,
    Verdict,
    append,
    find_span,
    find_words,
    from_json,
    json_line,
    read,
    to_json,
)
from rag.index.durability import Disk
from rag.types import Kind, Window
from tests.index.faulty import (
    FailingDisk,
    KillingDisk,
    PowerCutDisk,
    SteppingDisk,
    TearingDisk,
    in_child,
)
from tests.index.small import QuickDisk
from tests.judging import ARTICLES, NOW, TEXTS, Shelf, answered, article, cite, said, span

ICE = answered(cite("ferry", "because of ice"))


@pytest.mark.parametrize(
    ("typed", "name", "start"),
    [
        ("ice", "ferry", TEXTS["ferry"].index("ice.")),
        ("  cancelled on Monday ", "ferry", TEXTS["ferry"].index("cancelled")),
        ("was thick", "ferry", TEXTS["ferry"].index("was\nthick")),  # a wrapped line
        ("2024-01-10", "ferry", 5),
        ("two million", "budget", TEXTS["budget"].index("two million")),
        ("retired", "harbour", TEXTS["harbour"].index("retired")),
    ],
)
def test_the_span_is_found_where_it_is_meant(typed: str, name: str, start: int) -> None:
    found = find_span(typed, ICE, Shelf())
    assert (found.article_id, found.start) == (name, start)
    assert found.text == ARTICLES[name].text[found.start : found.end]
    assert found.sha256 == ARTICLES[name].sha256


def test_of_several_places_the_one_nearest_to_the_citation_is_meant() -> None:
    late = answered(cite("ferry", "due in March"))
    assert find_span("The ferry", late, Shelf()).start == TEXTS["ferry"].rindex("The ferry")
    assert find_span("The ferry", ICE, Shelf()).start == TEXTS["ferry"].index("The ferry")


def test_where_nothing_was_answered_the_nearest_passages_are_looked_at_first() -> None:
    abstained = answered(nearest=[cite("harbour", "Ida Holm")])
    assert find_span("Ida Holm", abstained, Shelf()).article_id == "harbour"


def test_an_article_that_says_the_same_is_quoted_too() -> None:
    agreed = replace(cite("ferry", "because of ice"), also=(cite("harbour", "Sund"),))
    assert find_span("of Sund opened", answered(agreed), Shelf(())).article_id == "harbour"


def test_words_of_several_other_articles_have_to_be_told_apart() -> None:
    story = "On Friday Per Dahl left the council of Sund after nine long years, he said."
    left, copied = article("left", story), article("copied", f"{story} More follows.")
    stayed = article("stayed", "Per Dahl stayed.")
    assert find_span("Per Dahl left", ICE, Shelf((left, stayed))).article_id == "left"
    assert find_span("Per Dahl", ICE, Shelf((left, copied))).article_id == "left"
    with pytest.raises(QuestionError, match="Several articles have these words"):
        find_span("Per Dahl", ICE, Shelf((left, stayed)))


def test_a_wrapped_line_is_found_in_an_article_that_the_question_leads_to() -> None:
    shelf = Shelf((article("far", "Per\nDahl left the ferry."),))
    asked = answered(question="Who left the ferry?")
    assert find_span("Per Dahl left", asked, shelf).text == "Per\nDahl left"


@pytest.mark.parametrize(
    "typed",
    ["because of snow", "becaus", "Because of ice", "…", "", " \n", "x" * (MAX_SPAN + 1)],
)
def test_words_that_no_article_has_are_refused_in_one_sentence(typed: str) -> None:
    with pytest.raises(QuestionError) as refused:
        find_span(typed, ICE, Shelf())
    assert str(refused.value).count(".") == 1
    assert "copy them from " in str(refused.value)


@pytest.mark.parametrize(
    ("typed", "text", "found"),
    [
        ("art", "party art, artful art", [(6, 9), (18, 21)]),
        ("5", "25 5 $5.", [(3, 4), (6, 7)]),
        ("a b", "a\n b, ab, a b", [(0, 4), (10, 13)]),
        ("(x)", "f(x) (x)", [(1, 4), (5, 8)]),
        ("é.", "né. é.", [(4, 6)]),
        (" \n", "a \n b", []),
    ],
)
def test_only_whole_words_are_found(typed: str, text: str, found: list[tuple[int, int]]) -> None:
    assert find_words(typed, text) == found


@given(st.text(alphabet="ab \n.é5", min_size=1), st.data())
def test_every_place_holds_the_words(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    typed = text[start : data.draw(st.integers(start + 1, len(text)))]
    found = find_words(typed, text)
    assert all(text[first:last].split() == typed.split() != [] for first, last in found)


def test_feedback_holds_what_was_asked_and_shown() -> None:
    window = Window(date(2024, 1, 1), date(2024, 2, 1), "in January")
    answer = answered(cite("ferry", "because of ice"), window=window)
    chosen = span("ferry", "ice")
    feedback = said(answer, "wrong_answer", history=["And then?"], chosen=chosen)
    assert feedback == Feedback(
        question="Why was the ferry cancelled?",
        history=("And then?",),
        kind="span",
        window=window,
        today=date(2024, 3, 10),
        corrected=(),
        answer="because of ice",
        cited=(span("ferry", "because of ice"),),
        verdict="wrong_answer",
        chosen=chosen,
        version="000002",
        fingerprint="f" * 64,
        given_at=NOW,
    )


def test_a_quotation_is_as_long_as_its_span() -> None:
    with pytest.raises(ValueError, match="is not one of"):
        Quotation("a", "", 3, 5, "ice")


def test_the_time_has_a_zone() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        said(ICE, given_at=datetime(2024, 3, 10))


QUOTATIONS = st.builds(
    lambda name, start, text: Quotation(name, "0" * 64, start, start + len(text), text),
    st.text(min_size=1),
    st.integers(0, 10**6),
    st.text(alphabet=st.characters(), min_size=1),
)
WINDOWS = st.builds(
    lambda after, before, said: Window(after, before, said),
    st.none() | st.dates(max_value=date(2024, 1, 1)),
    st.none() | st.dates(min_value=date(2024, 1, 2)),
    st.text(),
)


@st.composite
def feedbacks(draw: st.DrawFn) -> Feedback:
    cited = draw(st.lists(QUOTATIONS, max_size=3))
    return Feedback(
        question=draw(st.text(alphabet=st.characters())),
        history=tuple(draw(st.lists(st.text(), max_size=3))),
        kind=draw(st.sampled_from(get_args(Kind))),
        window=draw(st.none() | WINDOWS),
        today=draw(st.dates()),
        corrected=tuple(draw(st.lists(st.sampled_from(["kind", "dates", "words"]), unique=True))),
        answer=draw(st.text()) if cited else None,
        cited=tuple(cited),
        verdict=draw(st.sampled_from(get_args(Verdict))),
        chosen=draw(st.none() | QUOTATIONS),
        version=draw(st.text()),
        fingerprint=draw(st.text()),
        given_at=draw(st.datetimes(timezones=st.just(UTC))),
    )


@given(feedbacks())
def test_json_gives_back_what_was_said(feedback: Feedback) -> None:
    line = json_line(to_json(feedback))
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert from_json(json.loads(line.decode())) == feedback


def test_half_a_character_in_a_name_survives() -> None:
    odd = replace(said(ICE), question="a\udc80b", cited=(Quotation("\udcff", "", 0, 1, "x"),))
    assert from_json(json.loads(json_line(to_json(odd)).decode())) == odd


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"format": 2}, "format 1"),
        ({"kind": "guess"}, "'guess' is none of span"),
        ({"verdict": ["right"]}, "is none of right"),
        ({"today": "2024-02-30"}, "'2024-02-30' is not a day"),
        ({"given_at": "2024-03-10T09:30:00"}, "has no zone"),
        ({"given_at": 5}, "wrong type"),
        ({"history": [1]}, "'history' is 1"),
        ({"history": "ab", "question": None}, "'question' is None"),
        ({"window": {"after": "2024-01-02", "before": "2024-01-01", "said": ""}}, "no day"),
        ({"window": []}, "wrong type"),
        ({"cited": ["x"]}, "wrong type"),
        ({"cited": []}, "an abstention has none"),
        ({"chosen": {"article_id": "a"}}, "'start' is missing"),
        ({"chosen": {**to_json(said(ICE))["cited"][0], "start": True}}, "not one of characters"),
        ({"chosen": {**to_json(said(ICE))["cited"][0], "text": "snow"}}, "is not one of 'snow'"),
    ],
)
def test_what_is_wrong_with_a_line_is_named(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        from_json({**to_json(said(ICE)), **changes})


def test_a_line_that_is_no_object_is_named() -> None:
    with pytest.raises(ValueError, match="format 1"):
        from_json([1])


FIRST, SECOND, THIRD = (
    said(answered(cite("ferry", quote), question=f"Why {number}?"))
    for number, quote in enumerate(("because of ice", "Captain Ida Holm", "in March"))
)


def kept(folder: Path) -> list[Feedback]:
    """What the file holds; no line of it is damaged."""
    lines = read(folder)
    assert [line.line for line in lines] == list(range(1, len(lines) + 1))
    return [line.feedback for line in lines if isinstance(line, StoredFeedback)]


def test_lines_are_read_as_they_were_said(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "index"
    for one in (FIRST, SECOND, FIRST):
        append(folder, one)
    assert kept(folder) == [FIRST, SECOND, FIRST]
    assert [path.name for path in folder.iterdir()] == [NAME]


def test_where_nothing_was_said_that_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no feedback in"):
        read(tmp_path)
    (tmp_path / NAME).mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (b'{"format": 1, "question": "Wh\n', "control character"),
        (b"\xff\xfe\n", "can't decode"),
        (b"[" * 100_000 + b"\n", "recursion"),
        (b"\0\0\0\n", "Expecting value"),
        (b"{}\n", "format 1"),
        (b"\n", "Expecting value"),
    ],
)
def test_a_damaged_line_is_named_and_the_others_are_read(
    tmp_path: Path, damage: bytes, reason: str
) -> None:
    append(tmp_path, FIRST)
    with (tmp_path / NAME).open("ab") as file:
        file.write(damage)
    append(tmp_path, SECOND)
    first, damaged, second = read(tmp_path)
    assert (first, second) == (StoredFeedback(1, FIRST), StoredFeedback(3, SECOND))
    assert isinstance(damaged, DamagedLine)
    assert damaged.line == 2
    assert reason in damaged.reason


@pytest.mark.parametrize("share", [0.3, 0.99])
def test_a_torn_last_line_costs_only_itself(tmp_path: Path, share: float) -> None:
    append(tmp_path, FIRST)
    torn = json_line(to_json(SECOND))
    with (tmp_path / NAME).open("ab") as file:
        file.write(torn[: int(share * len(torn))])
    append(tmp_path, THIRD)
    first, damaged, third = read(tmp_path)
    assert (first, third) == (StoredFeedback(1, FIRST), StoredFeedback(3, THIRD))
    assert isinstance(damaged, DamagedLine)


def test_a_last_line_that_lacks_only_its_end_is_whole(tmp_path: Path) -> None:
    append(tmp_path, FIRST)
    os.truncate(tmp_path / NAME, (tmp_path / NAME).stat().st_size - 1)
    append(tmp_path, SECOND)
    assert kept(tmp_path) == [FIRST, SECOND]


def test_what_is_too_long_is_refused(tmp_path: Path) -> None:
    long = said(answered(cite("ferry", "because of ice")), history=["x" * 2000] * 200)
    with pytest.raises(QuestionError, match="too long to be kept"):
        append(tmp_path, long)
    assert list(tmp_path.iterdir()) == []


def test_a_full_file_is_refused_and_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(json_line(to_json(FIRST)))
    monkeypatch.setattr(feedback, "MAX_BYTES", 2 * size)
    append(tmp_path, FIRST)
    append(tmp_path, FIRST)
    with pytest.raises(IndexUnusable, match="python -m evals feedback"):
        append(tmp_path, FIRST)
    assert kept(tmp_path) == [FIRST, FIRST]


def test_many_may_speak_at_once(tmp_path: Path) -> None:
    class Slow(Disk):
        def write(self, descriptor: int, data: bytes | bytearray | memoryview) -> int:
            time.sleep(0.001)  # lets the others in
            return os.write(descriptor, data[:200])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: append(tmp_path, FIRST, disk=Slow()), range(24)))
    assert kept(tmp_path) == [FIRST] * 24


def steps() -> int:
    """How many steps it takes to add a line to a file that is there."""
    return 4  # extend, write, sync, sync_folder


def test_the_steps_are_those_that_are_broken_below(ram_path: Path) -> None:
    append(ram_path, FIRST, disk=QuickDisk())
    disk = SteppingDisk()
    append(ram_path, SECOND, disk=disk)
    assert disk.done == ["extend", "write", "sync", "sync_folder"]
    assert len(disk.done) == steps()


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("number", range(steps()))
def test_whatever_fails_the_file_is_whole_and_can_be_added_to(
    ram_path: Path, number: int, error: int
) -> None:
    append(ram_path, FIRST, disk=QuickDisk())
    with pytest.raises(IndexUnusable) as refused:
        append(ram_path, SECOND, disk=FailingDisk(number, error, for_good=False))
    assert str(ram_path / NAME) in str(refused.value)
    assert ("the disk is full" in str(refused.value)) == (error == errno.ENOSPC)
    # Only the folder's own sync comes after the line is there for good.
    assert kept(ram_path) == ([FIRST, SECOND] if number == 3 else [FIRST])
    append(ram_path, THIRD, disk=QuickDisk())
    assert kept(ram_path)[-1] == THIRD


class FillingDisk(QuickDisk):
    """Writes half of what it is given, and then has no room."""

    def __init__(self) -> None:
        self.writes = 0

    def write(self, descriptor: int, data: bytes | bytearray | memoryview) -> int:
        self.writes += 1
        if self.writes > 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(descriptor, data[: len(data) // 2])


def test_half_a_line_on_a_full_disk_is_taken_back(tmp_path: Path) -> None:
    append(tmp_path, FIRST)
    before = (tmp_path / NAME).read_bytes()
    with pytest.raises(IndexUnusable, match="the disk is full"):
        append(tmp_path, SECOND, disk=FillingDisk())
    assert (tmp_path / NAME).read_bytes() == before


@pytest.mark.parametrize("dying", [KillingDisk, TearingDisk, PowerCutDisk])
@pytest.mark.parametrize("number", range(steps()))
def test_killed_at_any_step_what_was_said_before_is_there(
    ram_path: Path, number: int, dying: Callable[[int], Disk]
) -> None:
    append(ram_path, FIRST, disk=QuickDisk())
    status = in_child(lambda: append(ram_path, SECOND, disk=dying(number)))
    assert status == -signal.SIGKILL
    append(ram_path, THIRD, disk=QuickDisk())
    lines = [line.feedback for line in read(ram_path) if isinstance(line, StoredFeedback)]
    assert lines in ([FIRST, THIRD], [FIRST, SECOND, THIRD])


def test_what_was_said_outlives_a_power_cut_right_afterwards(ram_path: Path) -> None:
    folder = ram_path / "index"

    def say_and_lose_power() -> None:
        disk = PowerCutDisk(6)  # the folder is made in two steps more
        append(folder, FIRST, disk=disk)
        disk.sync_folder(ram_path)

    assert in_child(say_and_lose_power) == -signal.SIGKILL
    assert kept(folder) == [FIRST]
