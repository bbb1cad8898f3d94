"""Proxies and a relay that misbehave as asked."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
from collections.abc import Callable

from test.helpers.server import Answer, ScriptedServer, reset


def join(one: socket.socket, other: socket.socket) -> None:
    """Pass bytes both ways until one side ends."""
    ends = {one: other, other: one}
    while True:
        # What TLS has unpacked already, select cannot see.
        unpacked = [end for end in ends if isinstance(end, ssl.SSLSocket) and end.pending()]
        for source in unpacked or select.select(list(ends), [], [])[0]:
            data = source.recv(65_536)
            if not data:
                return
            ends[source].sendall(data)


class ConnectProxy(ScriptedServer):
    """A proxy that makes tunnels, or gives each request the next answer of a script."""

    def __init__(self, *script: Answer, context: ssl.SSLContext | None = None) -> None:
        super().__init__(*(script or (self.tunnel,)), context=context)

    def tunnel(self, connection: socket.socket) -> None:
        host, _, port = self.requests[-1].target.rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port)), 5) as target:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            join(connection, target)
        raise ConnectionAbortedError


class SocksProxy(ScriptedServer):
    """A SOCKS5 proxy (RFC 1928, RFC 1929).

    Args:
        user: Who may use it; "" for everybody.
        password: The user's password.
        reply: How a request is answered; 0 is yes.
        drip: Seconds before each byte of an answer.
        stall: What is never answered: ``hello``, ``request`` or nothing.
    """

    def __init__(self, user: str = "", password: str = "", *, reply: int = 0, drip: float = 0, stall: str = "") -> None:
        self._secret = (user.encode(), password.encode())
        self._reply = reply
        self._drip = drip
        self._stall = stall
        self.targets: list[tuple[str, int]] = []
        super().__init__()
        self.url = f"socks5h://127.0.0.1:{self.port}"

    def _serve(self, plain: socket.socket, number: int) -> None:
        # An early end of what the client says shows as an index out of range.
        with contextlib.suppress(OSError, IndexError), plain, plain.makefile("rb") as received:
            received.read(received.read(2)[1])
            method = 2 if self._secret[0] else 0
            self._say(plain, bytes([5, method]), "hello")
            if method and not self._is_known(plain, received.read):
                return
            address = self._asked(received.read)
            self.targets.append(address)
            self._say(plain, bytes([5, self._reply, 0, 1, 0, 0, 0, 0, 0, 0]), "request")
            if self._reply == 0:
                with socket.create_connection(address, 5) as target:
                    join(plain, target)

    def _say(self, connection: socket.socket, data: bytes, step: str) -> None:
        if step == self._stall:
            self.wait(5)
        for byte in data:
            self.wait(self._drip)
            connection.sendall(bytes([byte]))

    def _is_known(self, connection: socket.socket, read: Callable[[int], bytes]) -> bool:
        user = read(read(2)[1])
        known = (user, read(read(1)[0])) == self._secret
        self._say(connection, bytes([1, not known]), "secret")
        return known

    @staticmethod
    def _asked(read: Callable[[int], bytes]) -> tuple[str, int]:
        kind = read(4)[3]
        name = read(read(1)[0]).decode() if kind == 3 else socket.inet_ntop(*_ADDRESSES[kind](read))
        return name, int.from_bytes(read(2), "big")


_ADDRESSES: dict[int, Callable[[Callable[[int], bytes]], tuple[int, bytes]]] = {
    1: lambda read: (socket.AF_INET, read(4)),
    4: lambda read: (socket.AF_INET6, read(16)),
}


class Relay(ScriptedServer):
    """Passes bytes on to a port of this machine, and the answers back with faults.

    Args:
        port: Where to.
        latency: Seconds before each piece of an answer.
        piece: How many bytes of an answer are passed on at once; 0 for as they come.
        cut: After how many bytes of answers the connection is reset.
        stall: After how many bytes of answers nothing more comes.
    """

    def __init__(
        self, port: int, *, latency: float = 0, piece: int = 0, cut: int | None = None, stall: int | None = None
    ) -> None:
        self._to = port
        self._latency = latency
        self._piece = piece
        self._cut = cut
        self._stop = cut if cut is not None else stall
        super().__init__()

    def _serve(self, plain: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError), plain, socket.create_connection(("127.0.0.1", self._to), 5) as target:
            passed = 0
            while True:
                ready = select.select([plain, target], [], [])[0]
                if plain in ready:
                    target.sendall(self._received(plain))
                if target in ready:
                    passed += self._answer(plain, self._received(target), passed)

    @staticmethod
    def _received(source: socket.socket) -> bytes:
        data = source.recv(65_536)
        if not data:
            raise ConnectionAbortedError
        return data

    def _answer(self, plain: socket.socket, data: bytes, passed: int) -> int:
        allowed = data if self._stop is None else data[: max(self._stop - passed, 0)]
        size = self._piece or len(data)
        for start in range(0, len(allowed), size):
            self.wait(self._latency)
            plain.sendall(allowed[start : start + size])
        if len(allowed) < len(data) and self._cut is not None:
            reset(plain)
        return len(data)
