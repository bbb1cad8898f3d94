"""Connect to the first of a host's addresses that takes a connection, as RFC 8305 (Happy Eyeballs) says."""

from __future__ import annotations

import itertools
import selectors
import socket
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, cast

from quantcdn import _portability

ATTEMPT_DELAY = 0.25
"""Seconds before the next address is tried beside those that have not yet taken a connection (section 5)."""
DEAD_FOR = 60.0
"""Seconds for which an address that took no connection comes last."""
_MAX_DEAD = 256


class Address(NamedTuple):
    """One of a host's addresses."""

    family: int
    place: tuple[Any, ...]
    """What ``socket.connect`` takes."""


class DeadAddresses:
    """The addresses that took no connection a short time ago."""

    def __init__(self) -> None:
        self._until: dict[tuple[Any, ...], float] = {}

    def add(self, address: Address, now: float) -> None:
        """Remember an address for a while."""
        if len(self._until) >= _MAX_DEAD:
            self._until.clear()
        self._until[address.place] = now + DEAD_FOR

    def last(self, addresses: Iterable[Address], now: float) -> list[Address]:
        """Put the dead addresses after the others."""
        return sorted(addresses, key=lambda address: self._until.get(address.place, now) > now)


def in_turns(addresses: Sequence[Address]) -> list[Address]:
    """Let the families of addresses take turns, the first one's first (RFC 8305 section 4)."""
    families: dict[int, list[Address]] = {}
    for address in addresses:
        families.setdefault(address.family, []).append(address)
    rows = itertools.zip_longest(*families.values())
    return [address for row in rows for address in row if address is not None]


class Race:
    """Attempts to connect, of which the first that succeeds wins."""

    def __init__(self, make: Callable[[int], socket.socket], remaining: Callable[[], float]) -> None:
        self._make = make
        self._remaining = remaining
        self._problem: OSError | None = None
        self.lost: list[Address] = []
        """The addresses that were tried in vain; those after the one that won are not among them."""

    def run(self, addresses: Sequence[Address]) -> socket.socket:
        """Connect."""
        waiting = deque(addresses)
        with selectors.DefaultSelector() as selector:
            try:
                while True:
                    won = self._step(selector, waiting)
                    if won is not None:
                        return won
            finally:
                for key in list(selector.get_map().values()):
                    _socket_of(key).close()

    def _step(self, selector: selectors.BaseSelector, waiting: deque[Address]) -> socket.socket | None:
        won = self._start(selector, waiting.popleft()) if waiting else None
        if won is None and selector.get_map():
            return self._wait(selector, len(waiting))
        if won is None and not waiting:
            raise self._problem or OSError("the name has no address")
        return won

    def _start(self, selector: selectors.BaseSelector, address: Address) -> socket.socket | None:
        """Start an attempt; returns its socket if it succeeds at once."""
        self.lost.append(address)
        try:
            sock = self._make(address.family)
        except OSError as error:  # a family that this machine does not know
            self._problem = error
            return None
        sock.setblocking(False)
        code = sock.connect_ex(address.place)
        if code == 0:
            self.lost.remove(address)
            return sock
        if _portability.is_connecting(code):
            selector.register(sock, selectors.EVENT_WRITE, address)
        else:
            self._problem = _portability.socket_error(code)
            sock.close()
        return None

    def _wait(self, selector: selectors.BaseSelector, waiting: int) -> socket.socket | None:
        """Wait for an attempt to end, or until the next is due; returns the socket of one that succeeded."""
        remaining = self._remaining()
        # Each address has its share of a short limit, so that the last is tried too.
        delay = min(ATTEMPT_DELAY, remaining / (waiting + 1)) if waiting else remaining
        is_part = _portability.WINDOWS and delay > _portability.INTERRUPT_LATENCY
        ready = selector.select(_portability.INTERRUPT_LATENCY if is_part else delay) if remaining > 0 else []
        for key, _ in ready:
            sock = _socket_of(key)
            selector.unregister(sock)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code == 0:
                del self.lost[self.lost.index(key.data) :]
                return sock
            self._problem = _portability.socket_error(code)
            sock.close()
        if remaining <= 0 or not (ready or waiting or is_part):
            raise self._problem or TimeoutError("timed out")
        return None


def _socket_of(key: selectors.SelectorKey) -> socket.socket:
    return cast(socket.socket, key.fileobj)
