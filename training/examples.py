"""Draws questions from all sources and turns them into batches of token ids.

A block is a fixed number of questions. What is drawn for it depends on the recipe and the number
of the block alone, so that a training can be resumed.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from training.recipe import Recipe
from training.sources import Asked, Label, Passage, Source, Span, typed

POOL = 12  # batches that are sorted by length together
PREFIX_TOKENS = 24
OVERLAP = 96
SEPARATOR = " · "


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids ``[CLS] question [SEP] prefix passage [SEP]``.

    The second side begins at ``second`` and the passage, after date and title, at ``first``: only
    from there on may anything be marked. ``spans`` are token spans with both ends inside; none
    means "not in here". ``items`` and ``evidence`` are token spans, too. None masks an output.
    ``start`` is the number of the passage's token that stands at ``first``.
    Examples of the same ``group`` ask the same question.
    """

    ids: tuple[int, ...]
    second: int
    first: int
    start: int
    group: int
    label: Label | None
    spans: tuple[Span, ...] | None
    items: tuple[Span, ...] | None
    evidence: tuple[Span, ...] | None
    weight: float


class Encoder:
    """Encodes questions and passages with one tokenizer."""

    def __init__(self, tokenizer: Tokenizer, max_tokens: int) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._encode = lru_cache(maxsize=20_000)(
            lambda text: tokenizer.encode(text, add_special_tokens=False)
        )
        self._max_tokens = max_tokens
        joined = tokenizer.encode("a", "b")
        sides = joined.sequence_ids
        self._opening = joined.ids[: sides.index(0)]
        self._between = joined.ids[sides.index(0) + 1 : sides.index(1)]
        self._closing = joined.ids[sides.index(1) + 1 :]

    def prefix(self, date: str, title: str) -> list[int]:
        """Token ids of date and title, each followed by a dot; at most ``PREFIX_TOKENS``."""
        parts = [part for part in (date, title) if part]
        if not parts:
            return []
        mark = self._encode(SEPARATOR).ids
        dated = self._encode(date).ids + mark if date else []
        titled = self._encode(title).ids[: PREFIX_TOKENS - len(dated) - len(mark)]
        return [*dated, *titled, *(mark if title else [])]

    def windows(self, question: str, passage: Passage, group: int = 0) -> list[Example]:
        """Every window of the passage, each with the whole question, its prefix and its labels.

        A window with no span of its own has no answer, whatever the passage's label.
        """
        asked = self._encode(question).ids[: self._max_tokens // 3]
        prefix = self.prefix(passage.date, passage.title)
        encoded = self._encode(passage.text)
        opening = [*self._opening, *asked, *self._between]
        room = self._max_tokens - len(opening) - len(prefix) - len(self._closing)
        first = len(opening) + len(prefix)
        labels = (passage.spans, passage.items, passage.evidence)
        marked = [_token_spans(encoded, spans) for spans in labels]
        found = []
        for start in _window_starts(len(encoded.ids), room):
            window = encoded.ids[start : start + room]
            spans, items, evidence = (_shifted(s, start, len(window), first) for s in marked)
            label = passage.label
            if len(encoded.ids) > room:
                label = _window_label(label, spans if spans is not None else evidence)
            ids = (*opening, *prefix, *window, *self._closing)
            known = (label, spans, items, evidence, passage.weight)
            found.append(Example(ids, len(opening), first, start, group, *known))
        return found

    def offsets(self, text: str) -> list[Span]:
        """Where each token of a passage begins and ends in its characters."""
        return list(self._encode(text).offsets)


class Blocks:
    """The data of a training, block by block."""

    def __init__(self, sources: Mapping[str, Source], encoder: Encoder, recipe: Recipe) -> None:
        self._sources, self._encoder, self._recipe = sources, encoder, recipe
        self._families = {
            name: _Family(recipe.seed, name, {s: sources[s] for s in weights}, weights)
            for name, weights in recipe.weights.items()
        }

    def batches(self, number: int) -> list[list[Example]]:
        """The batches of block ``number``; each holds whole groups of similar length."""
        chance = random.Random(f"{self._recipe.seed} block {number}")
        groups = [
            group
            for i, asked in enumerate(self._asked(number, chance))
            if (group := self._group(asked, i, chance))
        ]
        chance.shuffle(groups)
        size = self._recipe.batch
        batches: list[list[Example]] = []
        for pool in _filled(groups, POOL * size):
            pool.sort(key=lambda group: max(len(example.ids) for example in group))
            batches += [[e for g in part for e in g] for part in _filled(pool, size)]
        chance.shuffle(batches)
        return batches

    def _asked(self, number: int, chance: random.Random) -> Iterator[Asked]:
        for name, count in self._recipe.questions.items():
            for source, row in self._families[name].draw(number * count, count):
                asked = self._sources[source].ask(row, chance)
                if asked is not None:
                    yield asked

    def _group(self, asked: Asked, number: int, chance: random.Random) -> list[Example]:
        question = typed(asked.question, chance)
        bare = chance.random() < self._recipe.bare
        group: list[Example] = []
        for passage in asked.passages:
            shown = _bare(passage) if bare else _dated(passage, chance)
            windows = self._encoder.windows(question, shown, number)
            holding = [w for w in windows if w.spans or w.evidence or w.items]
            group.append(chance.choice(holding or windows))
        return group


def _bare(passage: Passage) -> Passage:
    return replace(passage, date="", title="")


def _dated(passage: Passage, chance: random.Random) -> Passage:
    """An undated passage at times gets some date, so that a date means nothing by itself."""
    if passage.date or chance.random() < 0.5:
        return passage
    year, month, day = chance.randint(1990, 2026), chance.randint(1, 12), chance.randint(1, 28)
    return replace(passage, date=f"{year}-{month:02d}-{day:02d}")


class _Family:
    """An endless, repeatable order of the rows of some sources.

    In each cycle a source's row takes part with the source's weight as its chance.
    """

    def __init__(
        self, seed: int, name: str, sources: Mapping[str, Source], weights: Mapping[str, float]
    ) -> None:
        self._names = list(sources)
        self._starts = [0, *accumulate(len(source) for source in sources.values())]
        parts = [np.full(len(source), weights[name]) for name, source in sources.items()]
        self._weights: NDArray[np.float64] = np.concatenate(parts)
        self._seed = [seed, zlib.crc32(name.encode())]
        if not self._weights.sum():
            raise ValueError(f"no rows for the family {name!r}; give its data or drop it")

    def draw(self, start: int, count: int) -> list[tuple[str, int]]:
        """The source and row of draws ``start`` to ``start + count``."""
        drawn: list[int] = []
        cycle = 0
        while len(drawn) < count:
            order = self._cycle(cycle)
            drawn += order[start : start + count - len(drawn)].tolist()
            start = max(0, start - len(order))
            cycle += 1
        return [self._place(number) for number in drawn]

    def _cycle(self, cycle: int) -> NDArray[np.int64]:
        numbers = np.random.default_rng([*self._seed, cycle])
        kept = np.flatnonzero(numbers.random(len(self._weights)) < self._weights)
        return np.asarray(numbers.permutation(kept), dtype=np.int64)

    def _place(self, number: int) -> tuple[str, int]:
        source = int(np.searchsorted(self._starts, number, side="right")) - 1
        return self._names[source], number - self._starts[source]


def _filled(groups: Sequence[list[Example]], size: int) -> Iterator[list[list[Example]]]:
    """Runs of groups with at least ``size`` examples, but for the last."""
    part: list[list[Example]] = []
    held = 0
    for group in groups:
        part.append(group)
        held += len(group)
        if held >= size:
            yield part
            part, held = [], 0
    if part:
        yield part


def _window_label(label: Label | None, places: Sequence[Span] | None) -> Label | None:
    """What a window of a longer passage says, by the answer's ``places`` in it, if known."""
    if label in (None, Label.NONE) or places:
        return label
    return None if places is None else Label.NONE


def _window_starts(tokens: int, room: int) -> list[int]:
    if tokens <= room:
        return [0]
    return [*range(0, tokens - room, max(1, room - OVERLAP)), tokens - room]


def _token_spans(encoded: Encoding, spans: Sequence[Span] | None) -> tuple[Span, ...] | None:
    """The tokens that each span touches, both ends inside."""
    if spans is None:
        return None
    found = []
    for start, end in spans:
        touched = [i for i, (a, b) in enumerate(encoded.offsets) if a < end and start < b]
        if touched:
            found.append((touched[0], touched[-1]))
    return tuple(found)


def _shifted(
    spans: Sequence[Span] | None, start: int, length: int, first: int
) -> tuple[Span, ...] | None:
    """The spans that lie in the window ``[start, start + length)``, as places in the example."""
    if spans is None:
        return None
    return tuple(
        (a - start + first, b - start + first)
        for a, b in spans
        if start <= a and b < start + length
    )
