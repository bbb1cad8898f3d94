"""The clocks that move executions on."""

from __future__ import annotations

import math
import threading
import time
from typing import Protocol

from quantcdn.emulator import _arguments
from quantcdn.exceptions import ApiTypeError, ApiValueError


class AnyClock(Protocol):
    """Anything that can say what time it is."""

    def now(self) -> float:
        """Say what time it is, in seconds since 1970."""
        ...


class Clock:
    """A clock that runs by itself, from the real time on.

    Args:
        speed: How many seconds pass on it in one real second, above 0.

    Raises:
        ApiTypeError: The speed is not a number.
        ApiValueError: The speed is not above 0.
    """

    def __init__(self, speed: float = 1.0) -> None:
        if isinstance(speed, bool) or not isinstance(speed, (int, float)):
            raise ApiTypeError(f"speed takes a number, not {type(speed).__name__}")
        if not 0 < speed < math.inf:
            raise ApiValueError(f"speed must be above 0, not {speed}")
        self._speed = speed
        self._start = time.time()
        self._started = time.monotonic()

    def now(self) -> float:
        """Say what time it is.

        Returns:
            Seconds since 1970.
        """
        return self._start + (time.monotonic() - self._started) * self._speed

    def __repr__(self) -> str:
        return f"Clock(speed={self._speed:g})"


class ManualClock:
    """A clock that stands still until it is told to move. Threads may share it.

    Args:
        start: The time at first, in seconds since 1970, 0 or more.

    Raises:
        ApiTypeError: The time is not a number.
        ApiValueError: The time is negative or not finite.
    """

    def __init__(self, start: float = 1_767_225_600.0) -> None:
        self._now = _arguments.seconds("start", start)
        self._lock = threading.Lock()

    def now(self) -> float:
        """Say what time it is.

        Returns:
            Seconds since 1970.
        """
        with self._lock:
            return self._now

    def advance(self, seconds: float) -> None:
        """Move on.

        Args:
            seconds: By how many seconds, 0 or more.

        Raises:
            ApiTypeError: ``seconds`` is not a number.
            ApiValueError: ``seconds`` is negative or not finite.
        """
        step = _arguments.seconds("seconds", seconds)
        with self._lock:
            self._now += step

    def __repr__(self) -> str:
        return f"ManualClock(start={self.now()!r})"
