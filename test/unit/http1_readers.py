"""Reads a response as the package does and as h11 does, so that their verdicts can be compared."""

from __future__ import annotations

import http.client
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import h11

from quantcdn._transport.http1 import MAX_HEAD_SIZE, Body, ResponseError, framing_of, read_head

BUFFER_SIZE = 65_536


@dataclass(frozen=True)
class Reading:
    """What a reader makes of a response whose connection ends after it."""

    outcome: str
    """``read``, ``refused``, or ``short`` where only the end of the connection is wrong with it."""
    status: int = 0
    fields: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    keeps: bool = False
    """Whether the connection can be used again."""
    retryable: bool = False


class Pieces(io.RawIOBase):
    """What comes in the pieces of a list, one a receive."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = list(pieces)[::-1]

    @property
    def left(self) -> int:
        """How many bytes were not received."""
        return sum(map(len, self._pieces))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._pieces:
            return 0
        piece = self._pieces.pop()
        if len(piece) > len(buffer):
            self._pieces.append(piece[len(buffer) :])
            piece = piece[: len(buffer)]
        buffer[: len(piece)] = piece
        return len(piece)


def ours(data: bytes, method: str = "GET", *, piece: int = BUFFER_SIZE, amount: int | None = None) -> Reading:
    """Read a response as the package does.

    Args:
        data: The response.
        method: The method of the request.
        piece: How many bytes a receive brings.
        amount: How many bytes of the body are read at a time, or None for all at once.
    """
    file = io.BufferedReader(Pieces(data[at : at + piece] for at in range(0, len(data), piece)), BUFFER_SIZE)
    completed: list[bool] = []
    try:
        head = read_head(file)
        framing = framing_of(head, method)
        body = Body(file, framing, completed.append)
        read = body.read() if amount is None else b"".join(iter(lambda: body.read(amount), b""))
    except (http.client.IncompleteRead, http.client.RemoteDisconnected):
        return Reading("short", retryable=True)
    except http.client.BadStatusLine:
        return Reading("refused", retryable=True)
    except ResponseError as error:
        return Reading("refused", retryable=error.retryable)
    assert body.closed
    assert completed == [True]
    keeps = not framing.closes and file.read(1) == b""
    return Reading("read", head.status, _sorted(head.headers.iteritems()), read, keeps)


def theirs(data: bytes, method: str = "GET") -> Reading:
    """Read a response as h11 does."""
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_SIZE)
    connection.send(h11.Request(method=method, target="/", headers=[("Host", "a")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(data)
    ended = False
    status, fields, body = 0, _sorted([]), b""
    while True:
        try:
            event = connection.next_event()
        except h11.RemoteProtocolError:
            return Reading("short" if ended else "refused")
        if event is h11.NEED_DATA:
            ended = True
            connection.receive_data(b"")
        elif isinstance(event, h11.Response):
            status = event.status_code
            fields = _sorted((name.decode(), value.decode("latin-1")) for name, value in event.headers)
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            keeps = connection.their_state is h11.DONE and connection.trailing_data == (b"", False)
            return Reading("read", status, fields, body, keeps)
        elif isinstance(event, h11.ConnectionClosed):
            return Reading("short")


def _sorted(fields: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Order fields so that they can be compared; h11 writes a length anew, which the body shows as well."""
    return tuple(sorted((name.lower(), value) for name, value in fields if name.lower() != "content-length"))
