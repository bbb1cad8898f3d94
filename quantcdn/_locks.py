"""A lock that a fork cannot leave held for ever."""

from __future__ import annotations

import os
import threading


class ProcessLock:
    """A lock for the threads of one process; a process that was forked off has a free one of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = os.getpid()

    def of_process(self) -> threading.Lock:
        """Get the lock of this process."""
        if self._process != os.getpid():
            # A thread that is not in the child may have held the parent's when the fork was made.
            self._lock, self._process = threading.Lock(), os.getpid()
        return self._lock
