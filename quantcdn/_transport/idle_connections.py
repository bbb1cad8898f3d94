"""The idle connections of a pool."""

from __future__ import annotations

import contextlib
import queue
from typing import Any


class IdleConnections:
    """A pool's idle connections, the last one first; what it has no place for it closes.

    No ``queue.LifoQueue``: gevent replaces that by one with other attributes, a fork may leave its lock held for ever,
    and a list's append and pop need none. urllib3 fills a queue with None; an empty one says the same.
    """

    def __init__(self, maxsize: int = 0) -> None:
        self._connections: list[Any] = []
        self._maxsize = maxsize

    def qsize(self) -> int:
        """Count the connections."""
        return len(self._connections)

    # urllib3 puts None in place of a connection that broke. Above others, it lets the next request make a new
    # connection, since what broke one may have broken them too.

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: ARG002 # urllib3's form
        """Keep a connection, or close it."""
        if item is None and not self._connections:
            return
        self._connections.append(item)
        # Afterwards, since another thread may put one too, or close all, between a look and a step.
        if len(self._connections) > self._maxsize:
            self._close_surplus()

    def get(self, block: bool = True, timeout: float | None = None) -> Any:  # noqa: ARG002 # urllib3's form
        """Take an idle connection, or raise queue.Empty."""
        try:
            return self._connections.pop()
        except IndexError:
            raise queue.Empty from None

    def close(self) -> None:
        """Close the connections, and from now on each that comes back."""
        self._maxsize = 0
        self._close_surplus()

    def _close_surplus(self) -> None:
        """Close what there is no place for."""
        while len(self._connections) > self._maxsize:
            with contextlib.suppress(IndexError):  # another thread took the last one
                surplus = self._connections.pop()
                if surplus is not None:
                    surplus.close()
