"""Threads that ask for a turn under a rate limit."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

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


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_child_process_waits_for_no_turn_that_its_parent_s_threads_wait_for() -> None:
    limiter = RateLimiter(RateLimit(1))
    assert [limiter.reserve(0.0, 10.0) for _ in range(4)] == [0, 1, 2, 3]
    child = os.fork()
    if not child:
        os._exit(0 if [limiter.reserve(0.5, 10.0) for _ in range(2)] == [0, 1] else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert limiter.reserve(0.5, 10.0) == 3.5
