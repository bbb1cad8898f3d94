"""What a fork changes: a lock that it cannot leave held for ever, and whether there was one."""

from __future__ import annotations

import os
import sys
import threading

_FIRST_PROCESS = os.getpid()


def is_child_process() -> bool:
    """Say whether this process was forked off one that had this package, or started by ``multiprocessing``."""
    multiprocessing = sys.modules.get("multiprocessing.process")
    is_started = multiprocessing is not None and multiprocessing.parent_process() is not None
    return is_started or os.getpid() != _FIRST_PROCESS


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
