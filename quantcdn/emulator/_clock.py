"""The clocks that move executions on."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from typing import Protocol, TypeGuard

from quantcdn import _validation
from quantcdn._clock import monotonic
from quantcdn.exceptions import ApiTypeError


class AnyClock(Protocol):
    """Anything that knows the time."""

    def now(self) -> float:
        """Return the time in seconds since 1970."""
        ...


def checked_clock(value: object) -> AnyClock:
    """Check that an argument is a clock."""
    if not _is_clock(value):
        raise ApiTypeError(f"clock takes an object with a method now, not {type(value).__name__}")
    return value


def _is_clock(value: object) -> TypeGuard[AnyClock]:
    # A class is none of its objects, and a datetime has a method of this name that returns no seconds.
    return not isinstance(value, type | datetime) and callable(getattr(value, "now", None))


class Clock:
    """A clock that runs by itself, from the real time on.

    Args:
        speed: How many seconds pass on it in one real second, from 1e-9 to 1e9.

    Raises:
        ApiTypeError: The speed is not a number.
        ApiValueError: The speed is out of its range.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = _validation.above_zero("speed", speed)
        self._start = time.time()
        self._started = monotonic()

    def now(self) -> float:
        """Return the time in seconds since 1970."""
        return self._start + (monotonic() - self._started) * self._speed

    def __repr__(self) -> str:
        return f"Clock(speed={self._speed:g})"


class ManualClock:
    """A clock that stands still until ``advance`` moves it. Threads may share it.

    Args:
        start: The time at first, in seconds since 1970, from 0 to 200 thousand million.

    Raises:
        ApiTypeError: The time is not a number.
        ApiValueError: The time is out of its range.
    """

    def __init__(self, start: float = 1_767_225_600.0) -> None:
        self._now = _validation.timestamp("start", start)
        self._lock = threading.Lock()

    def now(self) -> float:
        """Return the time in seconds since 1970."""
        with self._lock:
            return self._now

    def advance(self, seconds: float) -> None:
        """Move the clock on.

        Args:
            seconds: By how many seconds, 0 or more.

        Raises:
            ApiTypeError: ``seconds`` is not a number.
            ApiValueError: ``seconds`` is negative, or leads beyond the last time that ``start`` may be.
        """
        step = _validation.timestamp("seconds", seconds)
        with self._lock:
            self._now = _validation.timestamp("the time", self._now + step)

    def __repr__(self) -> str:
        return f"ManualClock(start={self.now()!r})"
