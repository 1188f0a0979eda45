"""Examples: cleaned rows in, endless batches of token ids with the places of the answers out.

A round goes once through the data. What is drawn in it (which rows, which edits, which windows)
depends on the seed and the number of the round alone, so that a training can be resumed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tokenizers import Encoding, Tokenizer

from training.mining import similar_contexts
from training.near_misses import names, near_miss
from training.rows import Row
from training.settings import Recipe

JOINED = frozenset({"qamr"})
POOL = 24  # batches that are sorted by length together
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids ``[CLS] question [SEP] window [SEP]``; the window begins at ``context``.

    ``answers`` are token spans with both ends inside; none means "not in here". Examples of the
    same ``group`` ask the same question.
    """

    ids: tuple[int, ...]
    context: int
    answers: tuple[Span, ...]
    group: int


class Rounds:
    """The data of a training, round by round."""

    def __init__(self, sets: Mapping[str, Sequence[Row]], tokenizer: Tokenizer, recipe: Recipe):
        self._sets = sets
        self._recipe = recipe
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._encode = lru_cache(maxsize=None)(
            lambda text: tokenizer.encode(text, add_special_tokens=False)
        )
        self._cls, self._sep = (_id_of(tokenizer, token) for token in ("[CLS]", "[SEP]"))
        self._similar = {
            name: similar_contexts(rows, recipe.unanswerable.similar)
            for name, rows in sets.items()
            if name not in JOINED
        }
        self._names = {
            name: sorted({n for row in rows[:3000] for n in names(row.context)})
            for name, rows in sets.items()
        }

    def batches(self, number: int) -> list[list[Example]]:
        """The batches of round ``number``; each holds examples of similar length."""
        chance = random.Random(f"{self._recipe.seed} round {number}")
        groups = list(self._groups(chance))
        chance.shuffle(groups)
        size = self._recipe.schedule.batch
        batches: list[list[Example]] = []
        for pool in _pools(groups, POOL * size):
            pool.sort(key=lambda group: max(len(example.ids) for example in group))
            flat = [example for group in pool for example in group]
            sorted_batches = [flat[i : i + size] for i in range(0, len(flat), size)]
            chance.shuffle(sorted_batches)
            batches += sorted_batches
        return batches

    def _groups(self, chance: random.Random) -> Iterator[list[Example]]:
        number = 0
        for name, rows in self._sets.items():
            for i, row in enumerate(rows):
                if chance.random() >= self._recipe.weights.get(name, 0.0):
                    continue
                for group in self._asked(name, i, row, chance, number):
                    yield group
                    number += 1

    def _asked(
        self, name: str, i: int, row: Row, chance: random.Random, number: int
    ) -> Iterator[list[Example]]:
        """The row's question where it stands and elsewhere, then its near miss."""
        settings = self._recipe.unanswerable
        if name in JOINED:
            row = _joined(row, self._sets[name], chance)
        group = self._windows(row.question, row.context, row.answers, chance, number)
        if not group:
            return
        similar = self._similar[name][i] if name in self._similar else []
        alone = row.answers and similar and len(group) == 1
        if alone and chance.random() < settings.other_passage:
            group += self._windows(row.question, chance.choice(similar), (), chance, number)
        yield group
        if row.answers and chance.random() < settings.near_miss:
            others = self._names[name]
            edited = near_miss(row.question, row.context, row.answers, others, chance)
            if edited is not None:
                place = row.answers[0]
                yield self._windows(edited, row.context, (), chance, number + 1, near=place)[:1]

    def _windows(
        self,
        question: str,
        context: str,
        answers: Sequence[Span],
        chance: random.Random,
        group: int,
        near: Span | None = None,
    ) -> list[Example]:
        """One window that holds an answer and, of a long context, at times one that does not.

        Without answers it is one window: that which holds ``near``, or any.
        """
        asked = self._encode(question).ids[: self._recipe.network.max_tokens // 3]
        encoded = self._encode(context)
        room = self._recipe.network.max_tokens - len(asked) - 3
        starts = _window_starts(len(encoded.ids), room, self._recipe.network.stride)
        spans = [span for span in (_token_span(encoded, *a) for a in answers) if span]
        wanted = spans or ([s for s in [_token_span(encoded, *near)] if s] if near else [])
        holding = [s for s in starts if any(s <= a and b < s + room for a, b in wanted)]
        if answers and not holding:
            return []
        chosen = [chance.choice(holding or starts)]
        empty = [s for s in starts if not any(s <= b and a < s + room for a, b in spans)]
        if answers and empty and chance.random() < 0.5:
            chosen.append(chance.choice(empty))
        return [self._example(asked, encoded, s, room, spans, group) for s in chosen]

    def _example(
        self,
        asked: Sequence[int],
        encoded: Encoding,
        start: int,
        room: int,
        spans: Sequence[Span],
        group: int,
    ) -> Example:
        context = len(asked) + 2
        window = encoded.ids[start : start + room]
        inside = tuple(
            (a - start + context, b - start + context)
            for a, b in spans
            if start <= a and b < start + len(window)
        )
        ids = (self._cls, *asked, self._sep, *window, self._sep)
        return Example(ids, context, inside, group)


def _id_of(tokenizer: Tokenizer, token: str) -> int:
    found = tokenizer.token_to_id(token)
    if found is None:
        raise ValueError(f"the tokenizer has no {token}")
    return int(found)


def _pools(groups: Sequence[list[Example]], size: int) -> Iterator[list[list[Example]]]:
    pool: list[list[Example]] = []
    held = 0
    for group in groups:
        pool.append(group)
        held += len(group)
        if held >= size:
            yield pool
            pool, held = [], 0
    if pool:
        yield pool


def _window_starts(tokens: int, room: int, stride: int) -> list[int]:
    if tokens <= room:
        return [0]
    step = room - stride
    return [*range(0, tokens - room, step), tokens - room]


def _token_span(encoded: Encoding, start: int, end: int) -> Span | None:
    """The tokens that ``[start, end)`` of the text touches, both ends inside; None if none."""
    touched = [i for i, (a, b) in enumerate(encoded.offsets) if a < end and start < b]
    return (touched[0], touched[-1]) if touched else None


def _joined(row: Row, rows: Sequence[Row], chance: random.Random) -> Row:
    """The row with one to three other contexts of its set around its own."""
    others = [chance.choice(rows).context for _ in range(chance.randint(1, 3))]
    place = chance.randint(0, len(others))
    parts = [*others[:place], row.context, *others[place:]]
    before = sum(len(part) + 1 for part in parts[:place])
    spans = tuple((start + before, end + before) for start, end in row.answers)
    return Row(row.set, row.title, " ".join(parts), row.question, spans)
