"""A sleep that Ctrl-C ends soon, whenever it is pressed, and one that an event ends too."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

_LONGEST = 0.1
"""The longest that a signal may go unnoticed, in seconds."""

_LONGEST_UNCANCELLED = 0.05
"""The same for an event: half of what is promised, since a part may also begin late."""


class Cancel(Protocol):
    """What ends a wait early: a ``threading.Event``, or one of ``multiprocessing``."""

    def is_set(self) -> bool:
        """Say whether the wait is to end."""
        ...


def sleep(seconds: float, *, between: Callable[[], object] | None = None) -> None:
    """Sleep in short parts.

    A signal wakes a sleeping system call, but not one that it came just before, nor one of the main
    thread where the system gave the signal to another thread: its Python handler, which is what
    raises KeyboardInterrupt, then runs when the call is over (``signal``, "Execution of Python
    signal handlers"). So no part is longer than a person would notice.

    Args:
        seconds: How long; at once where it is 0 or less.
        between: Is called after each part.
    """
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, _LONGEST))
        if between is not None:
            between()


def cancellable(pause: Callable[[float], object], seconds: float, cancel: Cancel | None) -> None:
    """Sleep until an event is set.

    Args:
        pause: Sleeps for some seconds.
        seconds: How long, at most.
        cancel: The event, or None.
    """
    if cancel is None:
        pause(seconds)
        return
    while seconds > 0 and not cancel.is_set():
        part = min(seconds, _LONGEST_UNCANCELLED)
        pause(part)
        seconds -= part
