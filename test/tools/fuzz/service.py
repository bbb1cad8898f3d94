"""A service that sends what a case says, and then the right response to whoever asks for it."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator

from test.tools.fuzz.cases import PLACE, Case, Step

_PROBE = re.compile(rb"probe-([0-9]+)")
_DRIP_PAUSE = 0.002
_DRIP_SECONDS = 0.25


def probe_body(number: int) -> bytes:
    """Give the body of the right response to a probe."""
    return json.dumps({"tools": [f"probe-{number}"], "count": 1}).encode()


class HostileService:
    """Plays cases; it is a service, a host of files and a proxy at the same time."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self.place = f"127.0.0.1:{self.port}"
        if len(self.place) != len(PLACE):
            raise RuntimeError(f"the port {self.port} has not five digits")
        self._steps: tuple[Step, ...] = ()
        self._played = 0
        self._busy = 0
        self._changed = threading.Condition()
        threading.Thread(target=self._accept, daemon=True).start()

    def play(self, case: Case) -> None:
        """Begin with the first response of a case."""
        with self._changed:
            self._steps, self._played = case.steps, 0

    @property
    def played(self) -> int:
        """How many hostile responses the case has had."""
        return self._played

    def settle(self) -> None:
        """Wait until all is sent, so that nothing of it comes later than the next request."""
        with self._changed:
            self._changed.wait_for(lambda: not self._busy, timeout=2.0)

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while (head := _head(connection)) and self._respond(connection, head):
                pass

    def _respond(self, connection: socket.socket, head: bytes) -> bool:
        """Respond to a request; returns whether the connection stays open."""
        probe = _PROBE.search(head.partition(b"\r\n")[0])
        if probe is not None:
            body = probe_body(int(probe[1]))
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            return True
        with self._changed:
            step = self._steps[min(self._played, len(self._steps) - 1)]
            self._played += 1
            self._busy += 1
        try:
            for piece in _pieces(step.data.replace(PLACE, self.place.encode()), step.slicing):
                connection.sendall(piece)
            if step.ending == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if step.ending != "keep":
                connection.close()
            return step.ending == "keep"
        finally:
            with self._changed:
                self._busy -= 1
                self._changed.notify_all()


def _head(connection: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        piece = connection.recv(65_536)
        if not piece:
            return b""
        head += piece
    return head


def _pieces(data: bytes, slicing: str) -> Iterator[bytes]:
    if slicing == "whole":
        yield data
    elif slicing == "thirds":
        third = len(data) // 3 + 1
        yield from (data[at : at + third] for at in range(0, len(data), third))
    elif slicing == "bytes":
        yield from (data[at : at + 1] for at in range(min(len(data), 200)))
        yield data[200:]
    else:
        end = time.monotonic() + _DRIP_SECONDS
        at = 0
        while at < len(data) and time.monotonic() < end:
            yield data[at : at + 1]
            at += 1
            time.sleep(_DRIP_PAUSE)
        yield data[at:]
