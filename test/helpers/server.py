"""A server that does what a script says, for what no real server would do."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Answer = bytes | Callable[[socket.socket], object]


def answer(
    status: int = 200,
    body: bytes | str | dict[str, Any] | list[Any] = b"",
    headers: Iterable[tuple[str, str]] = (),
    *,
    reason: str = "Reason",
    length: int | None = None,
) -> bytes:
    """Write an answer, its length said unless headers say otherwise."""
    if isinstance(body, dict | list):
        body = json.dumps(body)
    raw = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers)]
    if not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in headers):
        lines.append(f"Content-Length: {len(raw) if length is None else length}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + raw


def reset(connection: socket.socket) -> None:
    """Break a connection with a reset instead of an end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise ConnectionAbortedError


def close(connection: socket.socket) -> None:
    """End a connection in good order."""
    raise ConnectionAbortedError


def then_close(data: bytes) -> Callable[[socket.socket], None]:
    """Send something, then end the connection."""

    def send(connection: socket.socket) -> None:
        connection.sendall(data)
        raise ConnectionAbortedError

    return send


@dataclass(frozen=True)
class Received:
    """A request as it arrived."""

    head: bytes
    connection: int

    @property
    def target(self) -> str:
        return self.head.split(b" ")[1].decode("ascii")

    @property
    def headers(self) -> dict[str, str]:
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}


class ScriptedServer:
    """Gives each request the next answer of a script; the last one again and again."""

    def __init__(self, *script: Answer, context: ssl.SSLContext | None = None, family: int = socket.AF_INET) -> None:
        self.requests: list[Received] = []
        self.connections = 0
        self._script = list(script)
        self._context = context
        self._lock = threading.Lock()
        self._own = threading.local()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._ended = threading.Event()
        self._listener = socket.create_server(
            ("::1" if family == socket.AF_INET6 else "127.0.0.1", 0), family=family, backlog=128
        )
        self.port: int = self._listener.getsockname()[1]
        host = "[::1]" if family == socket.AF_INET6 else "localhost" if context else "127.0.0.1"
        self.url = f"{'https' if context else 'http'}://{host}:{self.port}"
        self._start(self._accept)

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.add(connection)
                number = self.connections
            self._start(self._serve, connection, number)

    def _serve(self, plain: socket.socket, number: int) -> None:
        connection = plain
        with contextlib.suppress(OSError):
            if self._context is not None:
                connection = self._context.wrap_socket(plain, server_side=True)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while head := self._head(connection):
                with self._lock:
                    position = min(len(self.requests), len(self._script) - 1)
                    self._own.request = Received(head, number)
                    self.requests.append(self._own.request)
                step = self._script[position]
                if callable(step):
                    step(connection)
                else:
                    connection.sendall(step)
        connection.close()
        plain.close()

    @staticmethod
    def _head(connection: socket.socket) -> bytes:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = connection.recv(65_536)
            if not byte:
                return b""
            head += byte
        return head

    @property
    def request(self) -> Received:
        """The request that an answer which is a function answers."""
        request: Received = self._own.request
        return request

    def wait(self, seconds: float) -> None:
        """Wait within an answer, but not beyond the server's end."""
        self._ended.wait(seconds)

    def __enter__(self) -> ScriptedServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
