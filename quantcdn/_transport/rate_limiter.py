"""When a client with a rate limit may send its next request."""

from __future__ import annotations

import math
import os

from quantcdn._portability import ProcessLock
from quantcdn.rate_limit import RateLimit


class RateLimiter:
    """A token bucket for all threads of a client: it reserves moments, in the order in which they are requested.

    It is kept as the generic cell rate algorithm keeps it (ITU-T I.371): the one number is when the bucket would be
    full again, so that nothing has to fill it, and whoever waits knows for how long and sleeps once.
    """

    def __init__(self, limit: RateLimit) -> None:
        self.limit = limit
        self._interval = 1 / limit.per_second
        self._tolerance = (limit.burst - 1) * self._interval
        self._full_at = -math.inf
        self._process = os.getpid()
        self._lock = ProcessLock()

    def delay(self, now: float) -> float:
        """Say how many seconds after ``now`` the next request may be sent; nothing is reserved."""
        return max(0.0, self._full_at - self._tolerance - now)

    def reserve(self, now: float, longest: float) -> float | None:
        """Reserve the next moment and return the seconds until then; None where these are ``longest`` or more."""
        with self._lock.of_process():
            if self._process != os.getpid():  # those who wait for the moments reserved by now are the parent's threads
                self._full_at, self._process = -math.inf, os.getpid()
            pause = self.delay(now)
            if pause and pause >= longest:
                return None
            self._full_at = max(self._full_at, now) + self._interval
        return pause
