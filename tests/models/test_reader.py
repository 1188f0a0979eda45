"""The span reader: exact slices of the article, alike alone and in company."""

from __future__ import annotations

import json
import shutil
import tracemalloc
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer
from transformers import AutoModelForQuestionAnswering

from rag.errors import ModelError, QuestionError
from rag.models.compile import export_reader
from rag.models.reader import SHIPPED, PassageReading, Reader, SpanReader
from rag.models.spans import MAX_SPANS, Edges
from rag.types import Article, Passage

QUESTION = "Where is Zanzibar?"
KINDS = ("bert_reader", "distilbert_reader", "roberta_reader")
# Pieces that shift offsets: marks that BERT strips, line ends, right-to-left, astral, very long.
PIECES = (
    *("é", "e\u0301", "🎺", "\U0001f469\U0001f3fd\u200d\U0001f692", "🇮🇷", "\r\n", "\x00", "\t"),
    *("\u200b", "\ufeff", "\u202e", "\u00ad", "عربي", "שלום", "中文", "ไทย", "İ", "ß", "ﬁ"),
    *("x" * 300, "’s", "U.S.", "(AP)", "“", "”", "cairo", " ", "  ", ".", ",", "-", "5.93", "$5"),
    *("[SEP]", "[CLS]", "new york"),
)
texts = st.one_of(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=30).map("".join),
    st.text(min_size=1, max_size=60),
)


def article(text: str, *, name: str = "a") -> Article:
    return Article(name, text, 0, None, "A title", False, "", "a.txt", "0" * 64)


def whole(text: str) -> Passage:
    return Passage(article(text), 0, len(text), 0)


def assert_exact(passage: Passage, reading: PassageReading) -> None:
    """Spans are words of the passage, trimmed, apart from each other, and best first."""
    edges = Edges(passage.text)
    starts, ends = passage.start + edges.starts, passage.start + edges.ends
    assert len(reading.spans) <= MAX_SPANS
    for span in reading.spans:
        quote = passage.article.text[span.start : span.end]
        assert passage.start <= span.start < span.end <= passage.end
        assert quote == quote.strip()
        assert ((span.start <= starts) & (ends <= span.end)).any()
        for edge in (span.start, span.end):
            assert not ((starts < edge) & (edge < ends)).any()
    assert all(one.score >= two.score for one, two in pairwise(reading.spans))
    in_text = sorted(reading.spans, key=lambda span: span.start)
    assert all(one.end <= two.start for one, two in pairwise(in_text))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60)
@given(before=texts, text=texts, after=texts)
def test_spans_are_exact_in_any_text(
    request: pytest.FixtureRequest, kind: str, before: str, text: str, after: str
) -> None:
    reader: SpanReader = request.getfixturevalue(kind)
    passage = Passage(article(before + text + after), len(before), len(before + text), 0)
    (reading,) = reader.read(QUESTION, [passage])
    assert_exact(passage, reading)
    assert bool(reading.spans) == bool(Edges(text).leads.any())
    moved = reader.read(QUESTION, [whole(text)])[0]
    assert [(s.start + len(before), s.end + len(before), s.score) for s in moved.spans] == [
        (s.start, s.end, s.score) for s in reading.spans
    ]


@given(before=texts, between=texts, after=texts)
@example(before="x" * 5000, between="the " * 900, after="\x00")
def test_offsets_point_at_the_answer_in_any_surroundings(
    planted_reader: SpanReader, before: str, between: str, after: str
) -> None:
    text = f"{before} Zanzibar, {between} “New  York” {after}"
    passage = whole(text)
    (reading,) = planted_reader.read(QUESTION, [passage])
    assert_exact(passage, reading)
    best, second = sorted(reading.spans[:2], key=lambda span: span.start)
    if "new york" not in (before + between + after).lower():
        assert text[best.start : best.end] == "Zanzibar"
        assert best.start == len(before) + 1
        assert text[second.start : second.end] in {"New  York", "“New  York”"}
        assert text.index("New  York") - second.start in {0, 1}


def test_a_reading_does_not_depend_on_the_other_passages(bert_reader: SpanReader) -> None:
    passages = [whole(f"{'the new york ' * (n * 13 % 90)}cairo {n}") for n in range(70)]
    together = bert_reader.read(QUESTION, passages)
    assert together == bert_reader.read(QUESTION, passages)
    assert together == [bert_reader.read(QUESTION, [passage])[0] for passage in passages]
    assert together[::-1] == bert_reader.read(QUESTION, passages[::-1])


def test_the_compiled_network_scores_as_the_original(
    bert_reader: SpanReader, bert_folder: Path
) -> None:
    tokenizer = Tokenizer.from_file(str(bert_folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    network = AutoModelForQuestionAnswering.from_pretrained(bert_folder).eval()
    for text in ("Zanzibar is the new York.", "Cairo " * 40, "¿?"):
        pair = tokenizer.encode(QUESTION, text)
        with torch.no_grad():
            logits = network(torch.tensor([pair.ids]), token_type_ids=torch.tensor([pair.type_ids]))
        start, end = logits.start_logits[0].numpy(), logits.end_logits[0].numpy()
        (reading,) = bert_reader.read(QUESTION, [whole(text)])
        assert reading.null_score == pytest.approx(float(start[0] + end[0]), abs=0.15)
        inside = [n for n, side in enumerate(pair.sequence_ids) if side == 1]
        best = max(
            (start[i] + end[j] for i in inside for j in inside if i <= j < i + 30), default=0
        )
        if reading.spans:
            assert reading.spans[0].score == pytest.approx(best, abs=0.3)


def test_the_null_score_is_the_least_of_the_windows(bert_reader: SpanReader) -> None:
    words = ["the"] * 360 + ["lahore"] * 700
    windows = bert_reader._windows
    opening = windows.opening(QUESTION)
    (cut,) = windows.cut(opening, [" ".join(words)])
    alone = [
        bert_reader.read(QUESTION, [whole(" ".join(words)[w.starts[0] : w.ends[-1]])])[0].null_score
        for w in cut
    ]
    assert len(alone) > 2
    assert min(alone) < max(alone)
    (reading,) = bert_reader.read(QUESTION, [whole(" ".join(words))])
    assert reading.null_score == min(alone)


def test_an_answer_in_the_overlap_of_two_windows_is_found_once(planted_reader: SpanReader) -> None:
    text = "the " * 300 + "Zanzibar " + "the " * 300
    (reading,) = planted_reader.read(QUESTION, [whole(text)])
    assert [text[s.start : s.end] for s in reading.spans].count("Zanzibar") == 1
    assert reading.spans[0].start == 1200


def test_no_passages_and_passages_without_a_word(bert_reader: SpanReader) -> None:
    assert bert_reader.read(QUESTION, []) == []
    readings = bert_reader.read(QUESTION, [whole(text) for text in (" ", "\x00", "…?!", "🎺", "’")])
    assert [reading.spans for reading in readings] == [()] * 5
    assert np.isfinite([reading.null_score for reading in readings]).all()


@pytest.mark.parametrize("question", ["", "?!…", "\x00", "ᚠᚢᚦ ꙮ", "🎺" * 150])
@pytest.mark.parametrize("kind", KINDS[:2])
def test_questions_of_any_characters(
    request: pytest.FixtureRequest, kind: str, question: str
) -> None:
    passage = whole("Cairo is new. ᚠᚢᚦᚨᚱᚲ ꙮ")
    (reading,) = request.getfixturevalue(kind).read(question, [passage])
    assert reading.spans
    assert_exact(passage, reading)


def test_a_question_that_fills_the_window_is_refused(bert_reader: SpanReader) -> None:
    with pytest.raises(QuestionError, match="has 400 tokens, and the reader takes at most 189"):
        bert_reader.read("the " * 400, [whole("Cairo")])


def test_ten_thousand_passages_are_read_in_little_memory(planted_reader: SpanReader) -> None:
    passages = [whole(". " * 20)] * 10_000
    tracemalloc.start()
    readings = planted_reader.read(QUESTION, passages)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert readings == [readings[0]] * 10_000
    assert peak < 6_000_000


def test_only_a_model_that_tells_token_types_apart_is_given_them(
    bert_reader: SpanReader, distilbert_reader: SpanReader, roberta_reader: SpanReader
) -> None:
    assert bert_reader._runtime.inputs == ["input_ids", "token_type_ids"]
    assert distilbert_reader._runtime.inputs == roberta_reader._runtime.inputs == ["input_ids"]


def test_what_it_says_of_itself(bert_reader: SpanReader, roberta_reader: SpanReader) -> None:
    reader: Reader = bert_reader
    assert reader.name.startswith("bert")
    assert len(bert_reader.fingerprint) == 64
    assert bert_reader.fingerprint != roberta_reader.fingerprint
    assert (bert_reader.max_tokens, roberta_reader.max_tokens) == (384, 64)


def test_its_calibration_is_in_its_folder_or_that_of_the_shipped_reader(
    bert_folder: Path, bert_compiled: Path, tmp_path: Path
) -> None:
    shipped = json.loads((SHIPPED / "calibration.json").read_text("utf-8"))
    borrowed = SpanReader(bert_compiled, threads=1).calibration
    assert borrowed.threshold == shipped["threshold"]
    assert borrowed.retrieval_weight == shipped["retrieval_weight"]
    assert borrowed.confidence.weights == tuple(shipped["confidence"]["weights"])
    source = Path(shutil.copytree(bert_folder, tmp_path / "source"))
    (source / "calibration.json").write_text(json.dumps({**shipped, "threshold": 0.75}), "utf-8")
    export_reader(source, tmp_path / "compiled")
    assert SpanReader(tmp_path / "compiled", threads=1).calibration.threshold == 0.75


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"threshold": 1}'])
def test_a_damaged_calibration_is_named(bert_compiled: Path, tmp_path: Path, content: str) -> None:
    folder = Path(shutil.copytree(bert_compiled, tmp_path / "reader"))
    (folder / "calibration.json").write_text(content, "utf-8")
    with pytest.raises(ModelError, match=r"calibration\.json"):
        SpanReader(folder, threads=1)
