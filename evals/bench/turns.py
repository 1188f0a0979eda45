"""Those who take part in; each in turn given the same to do, and those who fail left out, out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from evals.bench.systems import BenchError

Runner = TypeVar("Runner")

Fail = Callable[[str, BenchError], None]


class Turns(Generic[Runner]):
    """Who still takes part, by name. The order moves on by one with each number.

    So what slows the machine for a while slows all of them, and nobody always runs after the same.
    ``fail`` is told of each who raises BenchError, and who is then left out.
    """

    def __init__(self, runners: Mapping[str, Runner], fail: Fail) -> None:
        self.still_in = dict(runners)
        self._fail = fail

    def each(self, number: int, do: Callable[[Runner], None]) -> None:
        """``do`` with everyone who is still in."""
        names = list(self.still_in)
        first = number % len(names) if names else 0
        for name in names[first:] + names[:first]:
            try:
                do(self.still_in[name])
            except BenchError as error:
                del self.still_in[name]
                self._fail(name, error)
