"""Threads that ask for a turn under a rate limit."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from quantcdn import RateLimit
from quantcdn._transport.rate_limiter import RateLimiter


def test_no_turn_is_given_to_two_threads() -> None:
    class Slow(RateLimiter):
        def delay(self, now: float) -> float:
            found = super().delay(now)
            os.sched_yield()  # lets another thread go on
            return found

    limiter = Slow(RateLimit(2))
    with ThreadPoolExecutor(8) as threads:
        turns = list(threads.map(lambda _: limiter.reserve(0.0, 10_000.0), range(400)))
    assert sorted(turn or 0.0 for turn in turns) == [number / 2 for number in range(400)]
