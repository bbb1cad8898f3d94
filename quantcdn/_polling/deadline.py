"""The deadline of a wait."""

from __future__ import annotations

import math
from collections.abc import Generator
from contextlib import contextmanager

from quantcdn import _validation
from quantcdn._clock import TimeSource
from quantcdn.exceptions import ApiValueError

FINAL_POLL_TIMEOUT = 0.5
"""How long after its deadline a wait may end, in seconds.

A wait polls once more when its deadline passes: an execution that completed during the last pause was in time, and a
timeout in its place would be wrong.
"""

_CLOCK_ERROR = 0.001  # what rounding may leave of a timeout after a sleep that was meant to use it up, in seconds


class Deadline:
    """The end of a wait that begins now; ``timeout`` is in seconds, 0 for a single poll, None for no deadline."""

    def __init__(self, timeout: float | None, clock: TimeSource) -> None:
        if timeout is not None and _validation.number("timeout", timeout) < 0:
            raise ApiValueError(f"timeout must be 0 or more, not {timeout}")
        self.timeout = timeout
        self._monotonic = clock.monotonic
        self._started = clock.monotonic()
        self.at = math.inf if timeout is None else self._started + timeout
        """When it passes, by the clock."""
        self._overrun = 0.0

    @property
    def elapsed(self) -> float:
        """The seconds since the wait began."""
        return self._monotonic() - self._started

    @property
    def remaining(self) -> float:
        """The seconds that are left; infinite without a deadline."""
        return math.inf if self.timeout is None else max(0.0, self.timeout - self.elapsed)

    @property
    def is_passed(self) -> bool:
        """Whether no time remains."""
        return self.remaining < _CLOCK_ERROR

    @property
    def poll_timeout(self) -> float | None:
        """The seconds that the next poll may take; None for as long as any call."""
        # One poll alone, and a wait without an end, have the limits of a call.
        if not self.timeout:
            return None
        remaining = self.remaining
        if remaining >= FINAL_POLL_TIMEOUT:
            return remaining
        # One that begins shortly before the deadline and the very last one share what is allowed after it; otherwise
        # each of the two could take all of it.
        return remaining + FINAL_POLL_TIMEOUT - self._overrun

    @property
    def is_overrun(self) -> bool:
        """Whether polls have used up what they may take after the deadline."""
        return bool(self.timeout) and self._overrun > FINAL_POLL_TIMEOUT - _CLOCK_ERROR

    @contextmanager
    def measuring_overrun(self) -> Generator[None]:
        """Measure what a poll takes beyond the deadline; what the caller takes between polls does not count."""
        begun = self._monotonic()
        try:
            yield
        finally:
            self._overrun += max(0.0, self._monotonic() - max(begun, self.at))
