"""Windows: every token of a passage in at least one, the question whole in each."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from rag.errors import ModelError, QuestionError
from rag.models.windows import MAX_PREFIX_TOKENS, OVERLAP, Windows
from tests.models.readers import VOCABULARY, byte_level, wordpiece

QUESTION = "is cairo the new york?"


@pytest.fixture(scope="module")
def tokenizer_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tokenizer")
    wordpiece(folder)
    return folder / "tokenizer.json"


@pytest.mark.parametrize("make", [wordpiece, byte_level])
def test_a_short_passage_is_joined_as_the_tokenizer_joins_it(
    make: Callable[[Path], None], tmp_path: Path
) -> None:
    make(tmp_path)
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    expected = tokenizer.encode(QUESTION, "Zanzibar is new.")
    windows = Windows(tmp_path / "tokenizer.json", 384)
    ((window,),) = windows.cut(windows.opening(QUESTION), ["Zanzibar is new."])
    assert window.inputs.tolist() == [expected.ids, expected.type_ids]
    offsets = [list(pair) for pair in expected.offsets[window.first : -1]]
    assert np.column_stack([window.starts, window.ends]).tolist() == offsets


@pytest.mark.parametrize("words", [0, 1, 373, 374, 375, 500, 619, 620, 2000])
def test_windows_cover_a_long_passage_and_overlap(tokenizer_file: Path, words: int) -> None:
    windows = Windows(tokenizer_file, 384)
    opening = windows.opening(QUESTION)
    room = 384 - opening.shape[1] - 1
    assert room == 375
    (cut,) = windows.cut(opening, ["the " * words])
    spans = [(w.starts[0] // 4, w.starts[-1] // 4 + 1) for w in cut if len(w.starts)]
    assert [n for n, _ in spans[:1]] == [0] * (words > 0)
    assert [n for _, n in spans[-1:]] == [words] * (words > 0)
    assert all(before[1] - after[0] >= OVERLAP for before, after in pairwise(spans))
    assert all(window.inputs.shape[1] == 384 for window in cut[: len(cut) if words > room else 0])
    assert len(cut) == 1 + max(0, -(-(words - room) // (room - OVERLAP)))
    for window in cut:
        assert window.inputs[:, : window.first].tolist() == opening.tolist()


def test_the_longest_question_leaves_half_a_window(tokenizer_file: Path) -> None:
    windows = Windows(tokenizer_file, 384)
    opening = windows.opening("the " * 189)
    (cut,) = windows.cut(opening, ["is " * 400])
    assert [len(window.starts) for window in cut] == [192, 192, 192, 192]
    assert [int(window.starts[0]) // 3 for window in cut] == [0, 96, 192, 208]
    with pytest.raises(QuestionError, match="has 190 tokens, and the reader takes at most 189"):
        windows.opening("the " * 190)


def test_special_tokens_in_a_text_are_text(tokenizer_file: Path) -> None:
    windows = Windows(tokenizer_file, 384)
    ((window,),) = windows.cut(windows.opening("[CLS]?"), ["a [SEP] b"])
    tokens = [VOCABULARY[number] for number in window.inputs[0]]
    assert tokens == ("[CLS] [ c ##l ##s ] ? [SEP] a [ s ##e ##p ] b [SEP]".split())


def test_tokenizers_that_cannot_join_are_refused(tmp_path: Path, tokenizer_file: Path) -> None:
    file = tmp_path / "tokenizer.json"
    file.write_text("{}")
    with pytest.raises(ModelError, match="cannot be read as a fast tokenizer"):
        Windows(file, 384)
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.post_processor = None
    tokenizer.save(str(file))
    with pytest.raises(ModelError, match="does not join a question and a passage after a special"):
        Windows(file, 384)


def test_date_and_title_stand_before_the_passage_of_every_window(tokenizer_file: Path) -> None:
    windows = Windows(tokenizer_file, 40)
    opening = windows.opening("is cairo new?")
    prefix = windows.prefix("2024-05-01", "the new york " * 30)
    assert prefix.shape[1] == MAX_PREFIX_TOKENS
    text = "cairo the new york " * 20
    (bare,) = Windows(tokenizer_file, 400).cut(opening, [text])
    (cut,) = windows.cut(opening, [text], [prefix])
    assert len(cut) > 1
    for window in cut:
        before = window.inputs[:, : window.first]
        assert before[:, opening.shape[1] :].tolist() == prefix.tolist()
        assert window.inputs.shape[1] <= 40
    covered = sorted({start for window in cut for start in window.starts.tolist()})
    assert covered == bare[0].starts.tolist()


def test_without_date_and_title_there_is_no_prefix(tokenizer_file: Path) -> None:
    windows = Windows(tokenizer_file, 40)
    assert windows.prefix("", "").shape == (2, 0)
    opening = windows.opening("is cairo new?")
    ((bare,),) = windows.cut(opening, ["cairo"])
    ((empty,),) = windows.cut(opening, ["cairo"], [windows.prefix("", "")])
    assert bare.inputs.tolist() == empty.inputs.tolist()
