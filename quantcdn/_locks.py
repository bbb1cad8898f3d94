"""What a fork changes: a lock that it cannot leave held for ever, and whether there was one."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

_FIRST_PROCESS = os.getpid()


def is_child_process() -> bool:
    """Say whether this process was forked off one that had this package, or started by ``multiprocessing``."""
    multiprocessing = sys.modules.get("multiprocessing.process")
    is_started = multiprocessing is not None and multiprocessing.parent_process() is not None
    return is_started or os.getpid() != _FIRST_PROCESS


class ProcessLock:
    """A lock for the threads of one process; a process that was forked off has a free one of its own.

    Args:
        make: Makes a lock.
    """

    # A thread that is not in the child may have held the parent's lock when the fork was made.

    def __init__(self, make: Callable[[], AbstractContextManager[bool]] = threading.Lock) -> None:
        self._make = make
        self._locks: dict[int, AbstractContextManager[bool]] = {}

    def of_process(self) -> AbstractContextManager[bool]:
        """Get the lock of this process."""
        process = os.getpid()
        lock = self._locks.get(process)
        # One step, so that threads that come here at once get the same lock.
        return self._locks.setdefault(process, self._make()) if lock is None else lock
