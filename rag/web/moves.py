"""Two rankings of the same question in; what moved, entered or left, in words, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.types import Hit, Passage


@dataclass(frozen=True, slots=True)
class Move:
    """The ranks of a passage before and after; ``None`` where it has none.

    ``copied`` is the rank of the story that it is listed as a copy of, where it has no rank.
    """

    before: int | None
    after: int | None
    copied: int | None = None


@dataclass(frozen=True, slots=True)
class Moves:
    """A move for each hit of the first ranking, and for each of the second."""

    first: tuple[Move, ...]
    second: tuple[Move, ...]


def moves(before: Sequence[Hit], after: Sequence[Hit]) -> Moves:
    """Where each passage is in the other ranking."""
    return Moves(
        tuple(Move(hit.rank, *_place(hit.passage, after)) for hit in before),
        tuple(_turned(Move(hit.rank, *_place(hit.passage, before))) for hit in after),
    )


def _turned(move: Move) -> Move:
    return Move(move.after, move.before, move.copied)


def _place(passage: Passage, ranked: Sequence[Hit]) -> tuple[int | None, int | None]:
    """Its own rank, or that of the story it is a copy of."""
    own = next((hit.rank for hit in ranked if _same(hit.passage, passage)), None)
    if own is not None:
        return own, None
    holders = (hit.rank for hit in ranked if any(_same(copy, passage) for copy in hit.copies))
    return None, next(holders, None)


def _same(one: Passage, other: Passage) -> bool:
    return (one.article.id, one.start, one.end) == (other.article.id, other.start, other.end)


def told(move: Move, *, second: bool) -> str:
    """What is said beside a hit of the first or the ``second`` ranking; nothing if it stays.

    >>> told(Move(5, 2), second=True), told(Move(5, 2), second=False)
    ('up from 5', 'up to 2')
    """
    if move.before is None or move.after is None:
        copy = f", a copy of {move.copied} {'before' if second else 'now'}" if move.copied else ""
        return ("entered" if second else "left") + copy
    if move.before == move.after:
        return ""
    way = "up" if move.after < move.before else "down"
    return f"{way} from {move.before}" if second else f"{way} to {move.after}"


def summary(of: Moves) -> str:
    """``3 moved, 1 entered, 1 left``."""
    entered = sum(move.before is None for move in of.second)
    left = sum(move.after is None for move in of.first)
    moved = sum(move.before != move.after for move in of.second) - entered
    return f"{moved} moved, {entered} entered, {left} left"
