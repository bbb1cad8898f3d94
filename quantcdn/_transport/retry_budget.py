"""How many retries a client may send, so that a service that is down is not asked many times over."""

from __future__ import annotations

from quantcdn._portability import ProcessLock

_CAPACITY = 500
_COST = 5
_COST_AFTER_TIMEOUT = 10
_SUCCESS = 1


class RetryBudget:
    """A token bucket for the retries of all threads of a client, with the numbers of botocore's standard mode.

    A client whose requests mostly succeed never empties it. Where all of them fail, it is empty after some
    hundred retries, and from then on each request is sent once, until some succeed.
    """

    def __init__(self) -> None:
        self._lock = ProcessLock()
        self._tokens = _CAPACITY

    def take(self, *, after_timeout: bool) -> int:
        """Take the tokens for a retry; return how many, or 0 where there are too few and no retry may be sent."""
        cost = _COST_AFTER_TIMEOUT if after_timeout else _COST
        with self._lock.of_process():
            if cost > self._tokens:
                return 0
            self._tokens -= cost
        return cost

    def give_back(self, cost: int) -> None:
        """Return after a success the tokens that the last retry before it took, or one where it needed none."""
        if self._tokens == _CAPACITY:
            return  # the usual case needs no lock
        with self._lock.of_process():
            self._tokens = min(_CAPACITY, self._tokens + (cost or _SUCCESS))
