"""A sleep that Ctrl-C ends soon, whenever it is pressed."""

from __future__ import annotations

import time
from collections.abc import Callable

_LONGEST = 0.1
"""The longest that a signal may go unnoticed, in seconds."""


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
