"""Clients and the time in; whether a client may do one more thing now out."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable


class RateLimit:
    """A bucket of ``burst`` tokens for each client, refilled with ``per_second`` of them.

    At most ``clients`` buckets are kept; the one unused for longest is forgotten first.
    """

    def __init__(
        self,
        *,
        burst: float = 120,
        per_second: float = 10,
        clients: int = 1024,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._burst = burst
        self._per_second = per_second
        self._clients = clients
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, client: str) -> bool:
        """Take one token from the client's bucket, if there is one."""
        now = self._clock()
        tokens = self._tokens(client, now)
        allowed = tokens >= 1
        self._buckets.pop(client, None)
        self._buckets[client] = (tokens - allowed, now)
        if len(self._buckets) > self._clients:
            self._buckets.popitem(last=False)
        return allowed

    def is_spent(self, client: str) -> bool:
        """Whether ``allows`` would say no; nothing is taken."""
        return self._tokens(client, self._clock()) < 1

    def _tokens(self, client: str, now: float) -> float:
        tokens, then = self._buckets.get(client, (self._burst, now))
        return min(self._burst, tokens + (now - then) * self._per_second)
