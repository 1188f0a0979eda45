"""Cuts passages into overlapping windows of token ids, each with the whole question before it.

    [CLS] question [SEP] date · title · passage [SEP]

Date and title are read by networks that were trained with them; they are not part of the quotable
text, and no span can begin or end in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import ModelError, QuestionError
from rag.models.spans import Ints

OVERLAP = 128
MAX_PREFIX_TOKENS = 24
_DOT = " · "


@dataclass(frozen=True, slots=True)
class TokenWindow:
    """The whole question, a prefix, tokens of a passage in a row, and special tokens around them.

    ``inputs`` has the shape ``[2, length]``: token ids, then token types. The passage's tokens
    stand in it from column ``first``; they begin and end in the passage's text at ``starts`` and
    ``ends``. Column 0 is the token that stands for "no answer".
    """

    inputs: Ints
    first: int
    starts: Ints
    ends: Ints


class Windows:
    """Cuts passages into windows of at most ``max_tokens``, each with the whole question.

    How the two are joined is read from the tokenizer's own post-processor. Raises ModelError when
    ``file`` is no fast tokenizer, or joins two texts without a special token before them.
    """

    def __init__(self, file: Path, max_tokens: int) -> None:
        self._tokenizer = _load_tokenizer(file)
        self._max_tokens = max_tokens
        pair = self._tokenizer.encode("a", "b")
        inputs = np.array([pair.ids, pair.type_ids], dtype=np.int64)
        sides = np.array([-1 if side is None else side for side in pair.sequence_ids])
        question, passage = np.flatnonzero(sides == 0), np.flatnonzero(sides == 1)
        if not (len(question) and len(passage) and question[0] > 0 and question[-1] < passage[0]):
            raise ModelError(
                f"{str(file)!r} does not join a question and a passage after a special token; "
                "name a model whose tokenizer does."
            )
        self._before = inputs[:, : question[0]]
        self._between = inputs[:, question[-1] + 1 : passage[0]]
        self._after = inputs[:, passage[-1] + 1 :]
        self._question_type, self._passage_type = inputs[1, [question[0], passage[0]]]

    def opening(self, question: str) -> Ints:
        """What stands before the passage in every window: shape ``[2, length]``.

        Raises QuestionError when that and the end take more than half of a window.
        """
        ids = self._tokenizer.encode(question, add_special_tokens=False).ids
        opening = self._joined(self._before, _typed(ids, self._question_type), self._between)
        excess = opening.shape[1] + self._after.shape[1] - self._max_tokens // 2
        if excess > 0:
            raise QuestionError(
                f"The question has {len(ids)} tokens, and the reader takes at most "
                f"{len(ids) - excess}; ask it in fewer words."
            )
        return opening

    def prefix(self, date: str, title: str) -> Ints:
        """Date and title, each followed by a dot, cut to ``MAX_PREFIX_TOKENS``: ``[2, length]``."""
        dot = self._ids(_DOT)
        dated = self._ids(date) + dot if date else []
        room = MAX_PREFIX_TOKENS - len(dated) - len(dot)
        titled = self._ids(title)[:room] + dot if title else []
        return _typed(dated + titled, self._passage_type)

    def cut(
        self, opening: Ints, texts: Sequence[str], prefixes: Sequence[Ints] = ()
    ) -> list[list[TokenWindow]]:
        """The windows of each text, at least one, of which neighbours overlap by ``OVERLAP``.

        ``prefixes``, one for each text if any, stand before the passage in each of its windows.
        The last window reaches back as far as it has room. Where a long question leaves less than
        two overlaps of room, neighbours overlap by half of it.
        """
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        openings = [self._joined(opening, prefix) for prefix in prefixes] or [opening] * len(texts)
        return [
            list(self._windows(before, encoding))
            for before, encoding in zip(openings, encodings, strict=True)
        ]

    def _ids(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def _windows(self, opening: Ints, encoding: Any) -> Iterator[TokenWindow]:
        passage = _typed(encoding.ids, self._passage_type)
        offsets = np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2)
        room = self._max_tokens - opening.shape[1] - self._after.shape[1]
        spare = max(0, len(offsets) - room)
        for low in (*range(0, spare, room - min(OVERLAP, room // 2)), spare):
            part = slice(low, low + room)
            yield TokenWindow(
                self._joined(opening, passage[:, part], self._after),
                opening.shape[1],
                offsets[part, 0],
                offsets[part, 1],
            )

    @staticmethod
    def _joined(*parts: Ints) -> Ints:
        return np.concatenate(parts, axis=1)


def _typed(ids: Sequence[int], type_id: int) -> Ints:
    return np.array([ids, [type_id] * len(ids)], dtype=np.int64).reshape(2, -1)


def _load_tokenizer(file: Path) -> Any:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:
        # The library raises nothing narrower.
        raise ModelError(
            f"{str(file)!r} cannot be read as a fast tokenizer; save the model's tokenizer again."
        ) from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.encode_special_tokens = True  # "[SEP]" in an article is text
    return tokenizer
