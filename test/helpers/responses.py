"""What the tests of answers share: a client against a script, answers that take their time, and a stopwatch."""

from __future__ import annotations

import contextlib
import functools
import gzip
import json
import socket
import ssl
import struct
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import trustme

import quantcdn
from quantcdn.api_client import TimeSource
from test.helpers.server import Answer, ScriptedServer, answer

NAMES = {"tools": ["get_weather"], "count": 1}
BODY = json.dumps(NAMES).encode()
GZIP = ("Content-Encoding", "gzip")
CHUNKED = ("Transfer-Encoding", "chunked")
SLACK = 0.5
"""How many seconds a call may end after its limit."""


@dataclass
class Pauses:
    """Stands for chance and for sleep: says what was asked of both, and takes no time."""

    share: float = 1.0
    """Which part of the longest pause chance gives."""
    drawn: list[tuple[float, float]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def uniform(self, low: float, high: float) -> float:
        self.drawn.append((low, high))
        return low + self.share * (high - low)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@contextlib.contextmanager
def serving(
    *script: Answer, pauses: Pauses | None = None, tls: bool = False, **settings: Any
) -> Iterator[tuple[ScriptedServer, quantcdn.AIToolsApi]]:
    """Give a server and an API whose pauses take no time."""
    settings = {"access_token": "t0ken", "proxy": "", "timeout": 5, **settings}
    pauses = pauses or Pauses()
    context, authority = tls_server() if tls else (None, None)
    with ScriptedServer(*script, context=context) as server:
        configuration = quantcdn.Configuration(server.url, ca_cert_data=authority, **settings)
        with quantcdn.ApiClient(configuration) as client:
            client.clock = TimeSource(sleep=pauses.sleep, uniform=pauses.uniform)
            yield server, quantcdn.AIToolsApi(client)


@functools.cache
def tls_server() -> tuple[ssl.SSLContext, str]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context, authority.cert_pem.bytes().decode()


@contextlib.contextmanager
def ends_within(limit: float, *, after: float = 0.0) -> Iterator[None]:
    """Check that a call ends no later than half a second after its limit, and not long before it."""
    started = time.monotonic()
    yield
    seconds = time.monotonic() - started
    assert after <= seconds < limit + SLACK


@contextlib.contextmanager
def costs_less_than(megabytes: float) -> Iterator[None]:
    """Check how much memory is taken at most."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (peak - before) / 2**20 < megabytes


def refused(api: quantcdn.AIToolsApi, error: type[quantcdn.ApiException], **options: Any) -> quantcdn.ApiException:
    """Make a call that must end with exactly this class of error."""
    with pytest.raises(quantcdn.ApiException) as caught:
        api.list_ai_tool_names("acme", **options)
    assert type(caught.value) is error, caught.value
    return caught.value


def hang(connection: socket.socket) -> None:
    """Say nothing until the client gives up."""
    connection.recv(1)


def then_hang(data: bytes) -> Callable[[socket.socket], None]:
    def send(connection: socket.socket) -> None:
        connection.sendall(data)
        connection.recv(1)

    return send


def then_reset(data: bytes) -> Callable[[socket.socket], None]:
    """Send something, let it arrive, then break the connection."""

    def send(connection: socket.socket) -> None:
        connection.sendall(data)
        time.sleep(0.05)  # a reset throws away what the client has not yet read
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise ConnectionAbortedError

    return send


def drip(start: bytes, rest: bytes, *, pause: float = 0.02) -> Callable[[socket.socket], None]:
    """Send a start at once and the rest byte by byte, again and again until the client gives up."""

    def send(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            for position in range(len(rest)):
                connection.sendall(rest[position : position + 1])
                time.sleep(pause)

    return send


def flood(start: bytes, piece: bytes) -> Callable[[socket.socket], None]:
    """Send a start and then the same piece without an end, as fast as the client reads."""

    def send(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(piece)

    return send


def head(*headers: tuple[str, str], status: int = 200) -> bytes:
    """Write the head of an answer that says nothing of its length."""
    lines = [f"HTTP/1.1 {status} Reason", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def packed(body: bytes = BODY) -> bytes:
    return answer(200, gzip.compress(body), [GZIP])
