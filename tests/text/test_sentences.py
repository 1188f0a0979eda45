"""Sentences and words: hand-marked news, single cases, properties, and text made to be slow."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.text.sentences import sentence_spans, word_spans

DATA = Path(__file__).parents[1] / "data"
HALVES = [DATA / "sentences_seen.txt", DATA / "sentences_unseen.txt"]


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def words(text: str) -> list[str]:
    return [text[start:end] for start, end in word_spans(text)]


def marked_paragraphs(path: Path) -> list[list[str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    return [paragraph.splitlines() for paragraph in text.strip().split("\n\n")]


def inner_ends(spans: list[tuple[int, int]]) -> set[int]:
    """Where a sentence ends inside a paragraph; that it ends with the paragraph is no finding."""
    return {end for _, end in spans[:-1]}


def spans_of_lines(lines: list[str]) -> list[tuple[int, int]]:
    spans, start = [], 0
    for line in lines:
        spans.append((start, start + len(line)))
        start += len(line) + 1
    return spans


def boundary_f1(paths: list[Path], *, width: int | None) -> tuple[int, float, list[str]]:
    """Number of marked boundaries, F1, and what was wrong, for text wrapped to ``width``."""
    right, wrong, report = 0, 0, []
    for lines in (lines for path in paths for lines in marked_paragraphs(path)):
        text = " ".join(lines)
        if width:
            text = textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)
        marked, found = inner_ends(spans_of_lines(lines)), inner_ends(sentence_spans(text))
        right, wrong = right + len(marked & found), wrong + len(marked ^ found)
        report += [
            f"{'missed' if end in marked else 'extra'}: {text[max(0, end - 40) : end]!r} | "
            f"{text[end : end + 30]!r}"
            for end in sorted(marked ^ found)
        ]
    return right, 2 * right / (2 * right + wrong), report


@pytest.mark.parametrize("width", [None, 72], ids=["one line", "wrapped at 72"])
@pytest.mark.parametrize(
    ("paths", "boundaries"), [(HALVES[:1], 150), (HALVES[1:], 150), (HALVES, 300)]
)
def test_marked_boundaries_of_news_are_found(
    paths: list[Path], boundaries: int, width: int | None
) -> None:
    right, f1, report = boundary_f1(paths, width=width)
    print(f"{right} boundaries found, F1 {f1:.4f}", *report, sep="\n")
    assert right >= boundaries
    assert f1 >= 0.985


@pytest.mark.parametrize(
    "expected",
    [
        # abbreviations, initials, decimals
        ["Gen. Asim Munir met Sen. J. F. Kerry at 5.30 p.m. on Jan. 3."],
        ["He lives in the U.S. Army barracks.", "He likes it."],
        ["He moved to the U.S.", "The president did not."],
        ["They left at 5 p.m.", "Officials were angry."],
        ["It ends at 5 p.m. New York time.", "Be there."],
        ["It was bought by Acme Inc.", "It said nothing."],
        ["Prices rose 5.93 percent to Rs. 250, i.e. more than in Feb.", "Wages did not."],
        ["No. 10 said no.", "The No. 2 official agreed."],
        ["He came from Dayton, Ill.", "Nobody knew him."],
        ["The answer is no.", "Ten people left."],
        ["It lacks vitamin C.", "Khan sells it."],
        ["iPhone sales fell.", "iPhone prices did not."],
        # quotations and brackets
        ["“Why?” he asked.", "Nobody knew."],
        ["“Stop!” Khan said.", "He ran."],
        ["“Stop!” Khan, 54, a guard, said.", "He ran."],
        ["“Stop!”", "The guards ran."],
        ['He said "it is over."', "She left."],
        ["He called it ‘over’.", "She left."],
        ["«C’est fini.»", "Il est parti."],
        ["»Ende.«", "Er ging."],
        ["(He left.)", "She stayed (for now).", "He wept."],
        ["Lt. Khan (retd.) Nasir left.", "So did I."],
        ['HE SAID: " I AM TIRED. "', "THE CROWD LEFT."],
        ['" WHO IS THERE? " HE ASKED.', "NO ONE REPLIED."],
        # ellipses
        ["Well... maybe.", "We tried…", "The rest is history."],
        ["He said [...] Khan knew."],
        # lists, addresses, footnotes, a missing space
        ["The aims are: 1. Raise taxes.", "2. Cut costs."],
        ["See www.dawn.example/a.html?x=1.Y for more.", "Or write to a.b@dawn.example."],
        ["He left.[12]", "She stayed."],
        ["LONDON (Reuters) - Oil fell.", "Gold rose."],
        # capitals, lower case, other scripts
        ["MR. J. R. SMITH LEFT THE U.S. IN MARCH.", "DR. WHO STAYED."],
        ["he left.", "she stayed."],
        ["کیا وہ آئے گا؟", "ہاں۔", "نہیں۔"],
        ["¿Qué?", "Nada."],
    ],
    ids=lambda expected: " | ".join(expected)[:60],
)
def test_single_cases(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("他来了。她走了！「好。」", ["他来了。", "她走了！", "「好。」"]),
        ("Oil fell.The bank said so.", ["Oil fell.", "The bank said so."]),
        ("Oil falls\n\nIt fell by 2 pct", ["Oil falls", "It fell by 2 pct"]),
        ("Oil falls\r\n \t\r\nIt fell", ["Oil falls", "It fell"]),
        (
            "Oil prices fall\nOil fell by 2 percent on Monday, he said",
            ["Oil prices fall", "Oil fell by 2 percent on Monday, he said"],
        ),
        (
            "He works for Acme Inc.\nShares of the company fell on Monday",
            ["He works for Acme Inc.", "Shares of the company fell on Monday"],
        ),
        (
            "The talks were led by Gen.\nKhan. He left on Monday at\nnoon.",
            ["The talks were led by Gen.\nKhan.", "He left on Monday at\nnoon."],
        ),
        ("according to\nKhan and the others there", ["according to\nKhan and the others there"]),
        ("Here is why: • it is big\n• it is red", ["Here is why: • it is big", "• it is red"]),
        ("\u00a0He left.\u00a0She\tstayed. ", ["He left.", "She\tstayed."]),
        ("", []),
        (" \r\n\t", []),
        ("...", ["..."]),
        ('He left. "', ['He left. "']),
    ],
)
def test_spaces_line_breaks_and_edges(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


# Text that is made of what matters to the rules, beside any text at all.
PARTS = [*'.?!…。؟۔,"“”’()«»-•😀\u200b', "...", "1.", "5.9", "[1]", "a.b@c.d", "left.The"]
WORDS = ["Gen.", "U.S.", "p.m.", "said", "Khan", "The", "he", "cafe\u0301", "שלום"]
SPACES = [" ", "  ", "\n", "\r\n", "\n\n", "\t", "\u00a0", "\u2029"]
NEWS = st.lists(st.sampled_from(PARTS + WORDS + SPACES), max_size=40).map("".join)
TEXTS = st.one_of(
    st.text(max_size=80), st.lists(st.sampled_from(PARTS + SPACES), max_size=40).map("".join)
)


@settings(deadline=None)
@given(TEXTS)
def test_spans_are_ordered_disjoint_trimmed_and_cover_everything(text: str) -> None:
    spans = sentence_spans(text)
    position = 0
    for start, end in spans:
        assert position <= start < end <= len(text)
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip()
        position = end
    assert not text[position:].strip()


@settings(deadline=None)
@given(TEXTS, st.data())
def test_a_part_is_split_as_it_would_be_alone(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    for spans in (sentence_spans, word_spans):
        alone = [(start + a, start + b) for a, b in spans(text[start:end])]
        assert spans(text, start, end) == alone


@settings(deadline=None)
@given(st.lists(st.sampled_from(["He left.", "Why?", "“No,” he said."]), min_size=1, max_size=6))
def test_blank_lines_always_end_a_sentence(paragraphs: list[str]) -> None:
    unmarked = [paragraph.rstrip(".?") for paragraph in paragraphs]
    assert sentences("\n\n".join(unmarked)) == unmarked


@settings(deadline=None)
@given(TEXTS)
def test_words_are_ordered_and_hold_every_letter_and_digit(text: str) -> None:
    position = 0
    for start, end in word_spans(text):
        assert position <= start < end
        assert not any(character.isalnum() for character in text[position:start])
        position = end
    assert not any(character.isalnum() for character in text[position:])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Iran’s D-8 U.S.-led (5.93%)", ["Iran’s", "D-8", "U.S.-led", "5.93"]),
        ("In the U.S. on 1,250.", ["In", "the", "U.S.", "on", "1,250"]),
        ("dawn.com left.The end", ["dawn.com", "left", "The", "end"]),
        ("cafe\u0301 हिन्दी می‌رود", ["cafe\u0301", "हिन्दी", "می‌رود"]),
        ("don't 'quote' -", ["don't", "quote"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


MEGABYTE = 1_000_000
UNITS = [*'a.("“ \n', "[1]", "x\u0301", "a-", "a\n", ". ", ".)", '." ', "A, ", "U.S. ", "?” A, "]


@pytest.mark.timeout(60)  # quadratic work on a megabyte takes minutes or hours
@pytest.mark.parametrize("unit", UNITS)
def test_a_megabyte_of_anything_is_split_in_linear_time(unit: str) -> None:
    text = unit * (MEGABYTE // len(unit)) + "x"
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())
    assert words(text)[-1].endswith("x")
