"""Time and chance: the clock of a client, and the only loop of the package that sleeps."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import BuiltinFunctionType
from typing import Protocol

# No part of a sleep is longer, in seconds, so that Ctrl-C is noticed whenever it is pressed. A signal wakes a sleeping
# system call, but not one that it came just before, nor one of the main thread where the system gave the signal to
# another thread: the Python handler, which raises KeyboardInterrupt, then runs when the call is over
# (https://docs.python.org/3/library/signal.html#execution-of-python-signal-handlers).
_SIGNAL_LATENCY = 0.1

# The same for an event that cancels a wait: half of what is promised, since a part may also begin late.
_CANCEL_LATENCY = 0.05

# A generator with a state would be copied by fork, pickle and copy: the waits of all workers would then poll in step.
_SYSTEM_RANDOM = random.SystemRandom()


def _real_monotonic() -> Callable[[], float]:
    """Get the system's clock, though this be imported where freezegun has stopped ``time.monotonic``.

    A wait by a clock that stands still would never end.
    """
    if isinstance(time.monotonic, BuiltinFunctionType):
        return time.monotonic
    from importlib.util import find_spec, module_from_spec

    spec = find_spec("time")
    return time.monotonic if spec is None else module_from_spec(spec).monotonic


# freezegun replaces what modules have, and neither what classes have nor what is in a tuple.
_MONOTONIC = (_real_monotonic(),)


def monotonic() -> float:
    """Return seconds that never go backwards, nor stand still in a test that has stopped the time."""
    return _MONOTONIC[0]()


def uniform(least: float, most: float) -> float:
    """Draw a number between two from the system's own source, so that no two processes share what they draw."""
    return _SYSTEM_RANDOM.uniform(least, most)


class Cancel(Protocol):
    """What ends a wait early: a ``threading.Event``, or one of ``multiprocessing``."""

    def is_set(self) -> bool:
        """Say whether the wait is to end."""
        ...


@dataclass(slots=True)
class CancelFlag:
    """A switch of the package's own beside an event of the caller's."""

    event: Cancel | None
    is_raised: bool = False

    def is_set(self) -> bool:
        """Say whether either is set."""
        return self.is_raised or (self.event is not None and self.event.is_set())


def sleep(seconds: float, *, between: Callable[[], object] | None = None) -> None:
    """Sleep for some seconds of real time, and call ``between`` at least ten times in each."""
    _sleep_in_parts(seconds, _SIGNAL_LATENCY, time.sleep, time.monotonic, between=between)


def _sleep_in_parts(
    seconds: float,
    part: float,
    sleep_once: Callable[[float], object],
    monotonic: Callable[[], float],
    *,
    between: Callable[[], object] | None = None,
    cancel: Cancel | None = None,
) -> None:
    end = monotonic() + seconds
    while seconds > 0 and not (cancel is not None and cancel.is_set()):
        sleep_once(min(seconds, part))
        # The clock, since each part may overrun; the count too, since a test may have stopped the clock (freezegun).
        seconds = min(seconds - part, end - monotonic())
        if between is not None:
            between()


def wall_clock() -> float:
    """Return seconds since 1970."""
    return time.time()  # looked up at each call, for tests that patch it


@dataclass(frozen=True, slots=True)
class TimeSource:
    """Where retries and waits take time and chance from; tests give functions of their own."""

    monotonic: Callable[[], float] = _MONOTONIC[0]
    """Returns seconds that never go backwards."""
    sleep: Callable[[float], object] = sleep
    """Waits for some seconds."""
    uniform: Callable[[float, float], float] = uniform
    """Returns a random number between two."""
    wall: Callable[[], float] = wall_clock
    """Returns seconds that go on while the machine sleeps, and that may be set; a watch alone reads them."""

    def pause(
        self,
        seconds: float,
        *,
        cancel: Cancel | None = None,
        between: Callable[[], object] | None = None,
        part: float = math.inf,
    ) -> None:
        """Sleep until an event is set, in parts of so many seconds at most, and call ``between`` after each."""
        if cancel is not None:
            part = min(part, _CANCEL_LATENCY)
        _sleep_in_parts(seconds, part, self.sleep, self.monotonic, between=between, cancel=cancel)
