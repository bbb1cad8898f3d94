"""The deadline of a call holds for each receive of its connection."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import urllib3

from quantcdn._transport.connections import AttemptTimeouts, DeadlineConnection, current_limits
from quantcdn.timeout import Timeout
from test.helpers.http1_vectors import BODY, CHUNK, CHUNKED, LAST, LENGTH, OK

GOOD = OK + LENGTH + b"\r\n" + BODY


WHOLE = {
    "a length": GOOD,
    "chunks": OK + CHUNKED + b"\r\n" + CHUNK[:4] + BODY + b"\r\n" + LAST,
    "chunks and all that may be beside them": OK + CHUNKED + b"\r\n" + CHUNK + b"0;a=b\r\nX: y\r\n\r\n",
    "an interim response": b"HTTP/1.1 100 Continue\r\n\r\n" + GOOD,
}


@contextmanager
def received(data: bytes, limit: int) -> Iterator[tuple[DeadlineConnection, Iterator[int]]]:
    """Give a connection that brings a byte with each receive, and its clock, of which each look takes a second."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    clock = itertools.count()
    token = current_limits.set(AttemptTimeouts(Timeout(1000, 1000, 1000), limit, lambda: next(clock)))
    connection = DeadlineConnection("service.test")
    connection.sock = ours
    connection._asked = "GET"
    try:
        for position in range(len(data)):
            theirs.send(data[position : position + 1])
        theirs.close()
        yield connection, clock
    finally:
        ours.close()
        current_limits.reset(token)


# Fails if the deadline is looked at between lines, or between chunks, and not before each receive.
@pytest.mark.parametrize("what", WHOLE)
def test_the_deadline_holds_for_every_receive(what: str) -> None:
    data = WHOLE[what]
    for limit in range(0, len(data), 7):
        with received(data, limit) as (connection, clock):
            with pytest.raises((TimeoutError, urllib3.exceptions.ReadTimeoutError)):
                connection.getresponse().read()
            assert next(clock) == limit + 1
    with received(data, len(data)) as (connection, clock):
        assert connection.getresponse().read() == BODY
