"""A fast service in a process of its own that fails now and then, always for the same identifiers.

``python -m test.helpers.busy_service reset=0.01 503=0.01`` writes its port on a line and serves until its input ends.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping
from itertools import accumulate
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parent.parent.parent


def _answer(body: bytes, status: str = "200 OK", headers: str = "", length: int | None = None) -> bytes:
    said = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {said}\r\n\r\n".encode() + body


def _execution(identifier: str) -> bytes:
    result = {"for": identifier, "text": "some text that is part of a result " * 20}
    return json.dumps(
        {"executionId": identifier, "toolName": "x", "status": "complete", "createdAt": 1, "result": result}
    ).encode()


class Faults:
    """Says what goes wrong with a request; with the second one for the same identifier nothing does."""

    def __init__(self, shares: Mapping[str, float]) -> None:
        self._limits = dict(zip(shares, accumulate(shares.values()), strict=True))
        self._failed: set[str] = set()

    def next(self, identifier: str) -> str:
        draw = random.Random(identifier).random()
        kind = next((kind for kind, limit in self._limits.items() if draw < limit), "")
        if identifier in self._failed:
            self._failed.discard(identifier)
            return ""
        if kind:
            self._failed.add(identifier)
        return kind


class _Connection(asyncio.Protocol):
    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received and not self._transport.is_closing():
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            self._serve(head.split(b" ")[1].decode().rpartition("/")[2])

    def _serve(self, identifier: str) -> None:
        body = _execution(identifier)
        kind = self._faults.next(identifier)
        if kind == "reset":
            connection = self._transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()
        elif kind == "cut":
            self._transport.write(_answer(body[:100], length=len(body)))
            self._transport.close()
        elif kind == "leave":  # the answer is whole, and the connection is closed without a word of it
            self._transport.write(_answer(body))
            self._transport.close()
        elif kind == "interim":
            self._transport.write(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + _answer(body))
        elif kind == "page":
            self._transport.write(_answer(b"<!doctype html>"))
        elif kind == "garbage":
            self._transport.write(b"\x00\x01garbage\r\n\r\n")
            self._transport.close()
        elif kind:
            self._transport.write(_answer(b'{"error": "as asked"}', f"{kind} Fault"))
        else:
            self._transport.write(_answer(body))


class BusyService:
    """Runs the service.

    Args:
        shares: How often each fault comes: ``reset``, ``cut``, ``leave``, ``interim``, ``page``, ``garbage`` or a
            status, each with a share from 0 to 1.
    """

    def __init__(self, shares: Mapping[str, float]) -> None:
        arguments = [f"{kind}={share}" for kind, share in shares.items()]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "test.helpers.busy_service", *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=10)


async def _main(shares: Mapping[str, float]) -> None:
    faults = Faults(shares)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(faults), "127.0.0.1", 0, backlog=512)
    ended = asyncio.Event()

    def wait_for_the_end() -> None:
        sys.stdin.buffer.read()
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(
        _main({kind: float(share) for kind, _, share in (argument.partition("=") for argument in sys.argv[1:])})
    )
