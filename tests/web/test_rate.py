from __future__ import annotations

from rag.web.security import RateLimit


def test_a_burst_then_a_steady_rate() -> None:
    now = [0.0]
    rate = RateLimit(burst=2, per_second=1, clock=lambda: now[0])
    assert [rate.allows("a") for _ in range(3)] == [True, True, False]
    now[0] = 1.0
    assert [rate.allows("a") for _ in range(2)] == [True, False]
    now[0] = 100.0
    assert [rate.allows("a") for _ in range(3)] == [True, True, False]


def test_clients_do_not_share() -> None:
    rate = RateLimit(burst=1, per_second=0, clock=lambda: 0.0)
    assert [rate.allows(client) for client in "aabb"] == [True, False, True, False]


def test_the_client_unused_for_longest_is_forgotten() -> None:
    rate = RateLimit(burst=1, per_second=0, clients=2, clock=lambda: 0.0)
    assert [rate.allows(client) for client in "abcba"] == [True, True, True, False, True]


def test_looking_whether_it_is_spent_takes_nothing() -> None:
    now = [0.0]
    rate = RateLimit(burst=1, per_second=1, clock=lambda: now[0])
    assert [rate.is_spent("a") for _ in range(3)] == [False] * 3
    assert rate.allows("a")
    assert rate.is_spent("a")
    now[0] = 1.0
    assert not rate.is_spent("a")
