"""Spans: where they may begin and end, and which are best under given logits."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rag.models.spans import (
    MAX_SPAN_TOKENS,
    MAX_SPANS,
    Edges,
    best_spans,
    marked_spans,
    merge_spans,
)
from rag.text.sentences import word_spans
from rag.types import Span


def pieces(text: str) -> list[str]:
    edges = Edges(text)
    return [text[a:b] for a, b in zip(edges.starts.tolist(), edges.ends.tolist(), strict=True)]


def quoted(marked: str) -> str:
    """What becomes of the part of ``marked`` that stands between ``<`` and ``>``."""
    text = marked.replace("<", "").replace(">", "")
    edges = Edges(text)
    start = edges.widen_starts(np.array([marked.index("<")]))
    end = edges.widen_ends(np.array([marked.index(">") - 1]))
    first, last = edges.first_pieces(start), edges.last_pieces(end)
    low, high = edges.trim(int(start[0]), int(end[0]), int(first[0]), int(last[0]))
    return text[low:high]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Iran’s US-led D-8 talks.", ["Iran", "’s", "US", "led", "D", "8", "talks"]),
        ("the U.S.-based group", ["the", "U.S.", "based", "group"]),
        ("O'Neill won't", ["O'Neill", "won't"]),
        ("5.93 or 1,250 dawn.com", ["5.93", "or", "1,250", "dawn.com"]),
        ("北京の会", ["北", "京", "の", "会"]),
        ("ประเทศ กี่", ["ป", "ร", "ะ", "เ", "ท", "ศ", "กี่"]),
        ("e\u0301te\u0301", ["e\u0301te\u0301"]),
        ("… — !", []),
    ],
)
def test_the_pieces_of_words(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("in <Cairo,> on", "Cairo"),
        ("in< Cairo >on", "Cairo"),
        ("in Ca<i>ro on", "Cairo"),
        ("1,<250> people", "1,250"),
        ("<Iran’>s talks", "Iran’s"),
        ("<Iran>’s talks", "Iran"),
        ("a <14->story house", "14"),
        ("the 5<-10> range", "10"),
        ("at <-5> degrees", "-5"),
        ("some< .5> percent", ".5"),
        ("cost <$5> each", "$5"),
        ("rose <5%>.", "5%"),
        ("the <U.S.> said", "U.S."),
        ("agency <(AP)> said", "(AP)"),
        ("agency <(AP> said)", "AP"),
        ("agency (<AP).> He", "AP"),
        ("he said “<Yes.”> Then", "Yes"),
        ("he said <“Yes.”> Then", "“Yes.”"),
        ('he said <"Yes> it is"', "Yes"),
        ('he said <"Yes".>', '"Yes"'),
        ("<‘Iran’s oil’> was", "‘Iran’s oil’"),
        ("the <'Iran's oil> of'", "Iran's oil"),
        ("a list <[1> of", "1"),
        ("<\x00\u202e\u200bCairo\ufeff> said", "Cairo"),
        ("<، القاهرة،> و", "القاهرة"),
        ("<🎺 Cairo> x", "🎺 Cairo"),
    ],
)
def test_a_span_is_widened_and_trimmed(marked: str, expected: str) -> None:
    assert quoted(marked) == expected


def test_a_possessive_leads_no_span() -> None:
    edges = Edges("Iran’s oil")
    assert edges.leads.tolist() == [True, False, True]


@given(st.text())
def test_pieces_lie_in_words_in_order(text: str) -> None:
    edges = Edges(text)
    starts, ends = edges.starts.tolist(), edges.ends.tolist()
    assert all(start < end for start, end in zip(starts, ends, strict=True))
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))
    words = word_spans(text)
    for start, end in zip(starts, ends, strict=True):
        assert any(first <= start and end <= last for first, last in words)
    covered = {place for span in zip(starts, ends, strict=True) for place in range(*span)}
    letters = {place for span in words for place in range(*span)}
    assert {text[place] for place in letters - covered} <= set("-‐‑")


CHARACTERS = "ab1.,-’s ('\")\r\n\x00é\u0301🎺中ع\u202e$"


@dataclass(frozen=True)
class Window:
    """A text, its tokens' offsets and their logits."""

    text: str
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    logits: NDArray[np.float32]


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """Tokens in any order of gaps, several to a word or to a character; few values, so that ties
    are many."""
    text = draw(st.text(st.sampled_from(CHARACTERS), max_size=60))
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=45)))
    starts = np.array(places, dtype=np.int64)
    widths = np.array([draw(st.integers(0, 2)) for _ in places], dtype=np.int64)
    ends = np.maximum.accumulate(np.minimum(starts + widths, len(text)))
    value = st.sampled_from([-2.5, -1.0, 0.0, 0.5, 3.0])
    logits = draw(st.lists(st.tuples(value, value), min_size=len(places), max_size=len(places)))
    return Window(
        text,
        starts,
        ends,
        np.array(logits, dtype=np.float32).reshape(-1, 2).T,
    )


def oracle(window: Window) -> list[Span]:
    """Every pair of tokens looked at, best first, and taken where it overlaps none before."""
    edges = Edges(window.text)
    pieces = list(zip(edges.starts.tolist(), edges.ends.tolist(), strict=True))
    pairs = []
    for i, start in enumerate(window.starts.tolist()):
        for j in range(i, min(i + MAX_SPAN_TOKENS, len(window.starts))):
            low = next((a for a, b in pieces if a < start < b), start)
            end = int(window.ends[j])
            high = next((b for a, b in pieces if a < end < b), end)
            held = [n for n, (a, b) in enumerate(pieces) if low <= a and b <= high]
            within = window.text[pieces[held[0]][0] : pieces[held[-1]][0]] if held else ""
            torn = re.search(r"\n\s*\n", within) is not None
            if held and edges.leads[held[0]] and not torn:
                score = float(window.logits[0, i] + window.logits[1, j])
                pairs.append((-score, i, j, low, high, held))
    taken: list[Span] = []
    for negative, _, _, low, high, held in sorted(pairs):
        if all(high <= span.start or span.end <= low for span in taken):
            taken.append(Span(*edges.trim(low, high, held[0], held[-1]), -negative))
    return taken[:MAX_SPANS]


@given(windows())
def test_the_best_spans_are_those_of_a_slow_search(window: Window) -> None:
    edges = Edges(window.text)
    assert best_spans(window.logits, window.starts, window.ends, edges) == oracle(window)


def test_a_span_is_no_longer_than_the_limit() -> None:
    text = "a " * (MAX_SPAN_TOKENS + 1)
    starts = np.arange(0, len(text), 2)
    logits = np.zeros((2, len(starts)), dtype=np.float32)
    logits[0, 0] = logits[1, -1] = 100  # one token too far apart
    best = best_spans(logits, starts, starts + 1, Edges(text))[0]
    assert best == Span(0, 1, 100.0)
    logits[1, -1], logits[1, -2] = 0, 100
    best = best_spans(logits, starts, starts + 1, Edges(text))[0]
    assert best == Span(0, 2 * MAX_SPAN_TOKENS - 1, 200.0)


def test_an_end_before_its_start_is_no_span() -> None:
    starts = np.array([0, 2])
    logits = np.array([[0, 9], [9, 0]], dtype=np.float32)
    spans = best_spans(logits, starts, starts + 1, Edges("a b"))
    assert spans == [Span(0, 1, 9.0), Span(2, 3, 9.0)]


def test_a_span_stays_inside_its_paragraph_whatever_its_score() -> None:
    text = "at 10.52 p.m.\n\nThe missing"
    starts, ends = np.array([3, 9, 15, 19]), np.array([8, 13, 18, 26])
    logits = np.array([[5.0, 0, 0, 0], [0, 1.0, 0, 5.0]], dtype=np.float32)
    [best, *_] = best_spans(logits, starts, ends, Edges(text))
    assert text[best.start : best.end] == "10.52 p.m."
    wrapped = text.replace("\n\n", " \n")
    [best, *_] = best_spans(logits, starts, ends, Edges(wrapped))
    assert wrapped[best.start : best.end] == "10.52 p.m. \nThe missing"


def test_of_several_windows_the_best_that_do_not_overlap_are_kept() -> None:
    one = [Span(0, 5, 3.0), Span(8, 9, 1.0)]
    two = [Span(0, 5, 4.0), Span(4, 9, 3.5), Span(20, 21, 0.5), Span(30, 31, 0.5)]
    assert merge_spans(one + two) == [
        Span(0, 5, 4.0),
        Span(8, 9, 1.0),
        Span(20, 21, 0.5),
        Span(30, 31, 0.5),
    ]
    many = [Span(place, place + 1, 0.0) for place in range(9)]
    assert merge_spans(reversed(many)) == many[:MAX_SPANS]


def test_marked_tokens_become_whole_words_in_order() -> None:
    text = "Lena Olm, Piet Maas (AP) and Ada Roe were there."
    words = [(m.start(), m.end()) for m in re.finditer(r"\w\w|\w|[^\w\s]", text)]  # pieces of words
    starts, ends = (np.array(side) for side in zip(*words, strict=True))
    marked = [text.index("na Olm"), text.index("Piet"), text.index("aas"), text.index("Roe") + 2]
    likely = {i for i, (a, b) in enumerate(words) for place in marked if a <= place < b}
    likely |= {i for i, (a, _) in enumerate(words) if text[a:].startswith(("Pi", "et Maas", "Ma"))}
    marks = np.array([0.9 if i in likely else 0.1 for i in range(len(words))], dtype=np.float32)
    found = marked_spans(marks, starts, ends, Edges(text))
    assert [text[span.start : span.end] for span in found] == ["Lena", "Piet Maas", "Roe"]
    assert all(span.score == pytest.approx(0.9) for span in found)
    assert marked_spans(marks * 0, starts, ends, Edges(text)) == []
