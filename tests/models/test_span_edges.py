"""Where a quoted span begins and ends: whole words, and no mark without its partner."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.models.spans import Edges
from rag.text.sentences import word_spans


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
