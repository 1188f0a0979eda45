"""Stages of work in; how many milliseconds each took out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Notes what is done inside ``stage`` in ``spent_ms``, by the stage's name."""

    def __init__(self) -> None:
        self.spent_ms: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.spent_ms[name] = round((time.perf_counter() - start) * 1000, 2)
