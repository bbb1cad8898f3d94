"""Connections that keep time limits.

urllib3 sets a socket's timeout once an answer, so that a service which sends a byte now and then is
never late. Here every single receive gets what is left of the call, and never more.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import os
import queue
import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from urllib3 import HTTPHeaderDict, HTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, InvalidHeader, NameResolutionError, NewConnectionError, ProxyError
from urllib3.util.ssltransport import SSLTransport

from quantcdn._head import read_headers
from quantcdn.timeout import Timeout

# Few servers send a header larger than this, and few receives then fill a large body.
_BUFFER_SIZE = 65_536


class Limits:
    """How long the next step of one attempt may take.

    Args:
        timeout: The limits of the call.
        deadline: When the whole call ends, by ``clock``.
        clock: Returns seconds that never go backwards.
        target: What the request line asks for; urllib3 would rewrite it, and log the signature in it.
        authority: Host and port of what is asked, for the ``Host`` header.
    """

    __slots__ = ("_clock", "_connect_by", "_deadline", "_timeout", "authority", "reused", "target")

    def __init__(
        self,
        timeout: Timeout,
        deadline: float,
        clock: Callable[[], float] = time.monotonic,
        target: str = "/",
        authority: str = "",
    ) -> None:
        self.target = target
        self.authority = authority
        self._timeout = timeout
        self._deadline = deadline
        self._clock = clock
        self._connect_by: float | None = None
        self.reused = True
        """Whether this attempt went over a connection that was there before."""

    def start_connecting(self) -> None:
        """Let the limit for connecting begin."""
        self.reused = False
        self._connect_by = min(self._clock() + self._timeout.connect, self._deadline)

    def end_connecting(self) -> None:
        """Let the limit for connecting end."""
        self._connect_by = None

    def left(self) -> float:
        """Give the seconds until the deadline, or until the end of connecting; negative once past."""
        return (self._deadline if self._connect_by is None else self._connect_by) - self._clock()

    def seconds(self) -> float:
        """Give the seconds that the next step may take.

        Raises:
            TimeoutError: None are left.
        """
        left = self.left()
        if left <= 0:
            raise TimeoutError("timed out")
        return min(left, self._timeout.read) if self._connect_by is None else left


# urllib3 has no way to hand a value to the connection that it picks for a request.
current_limits: ContextVar[Limits] = ContextVar("current_limits")


class _LimitedReader(io.RawIOBase):
    """The receiving side of a socket; each receive has its own time limit."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, limits: Limits) -> None:
        self._sock = sock
        self._raw = raw
        self._limits = limits
        self.in_head = True
        """Whether the head of the answer is being read."""
        self._has_line = False
        self.ended = False
        """Whether the answer is complete, so that nothing more is received."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self.ended:
            return 0
        seconds = self._limits.seconds()
        if seconds != self._sock.gettimeout():
            self._sock.settimeout(seconds)
        count = self._raw.readinto(buffer)
        if self.in_head:
            self._find_cut(bytes(buffer[:count]))
        return count

    def _find_cut(self, received: bytes) -> None:
        # http.client sees an end without a status line, but takes half of the headers for all of them.
        if self._has_line and not received:
            raise http.client.IncompleteRead(b"")
        self._has_line |= b"\n" in received

    def readall(self) -> bytes:
        """Refuse to read without a bound, which http.client does for a chunk of size -1."""
        raise ValueError("the answer has a length that cannot be")

    def holds_more(self) -> bool:
        """Say whether bytes wait where no look at the socket itself can find them."""
        return isinstance(self._sock, ssl.SSLSocket) and self._sock.pending() > 0

    def shut_down(self) -> None:
        """End the connection, so that the pool finds it closed."""
        # By a copy, since not all that wraps a socket can be shut down.
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(self._sock.fileno())) as twin:
            twin.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _AnswerBuffer(io.BufferedReader):
    """What was received for one answer.

    More than the answer was not asked for, and the next caller must not get it. urllib3 finds what
    the socket still holds; for what was received already, the connection is shut down here.
    """

    def __init__(self, reader: _LimitedReader) -> None:
        super().__init__(reader, _BUFFER_SIZE)
        self._reader = reader

    def close(self) -> None:
        if not self.closed:
            self._reader.ended = True
            if self.peek(1) or self._reader.holds_more():
                self._reader.shut_down()
        super().close()


class _LimitedResponse(http.client.HTTPResponse):
    """An answer whose every receive keeps the limits, and which passes over interim answers."""

    # http.client has these, and typeshed lacks them.
    _method: str
    _read_status: Callable[[], tuple[str, int, str]]

    fields: HTTPHeaderDict
    """The headers."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self._reader = _LimitedReader(sock, self.fp.detach(), current_limits.get())
        self.fp = _AnswerBuffer(self._reader)

    def begin(self) -> None:
        """Read the head of the answer; interim ones (RFC 9110 section 15.2) are passed over."""
        if self.fp.peek(1)[:1] == b"\x15":
            raise http.client.BadStatusLine("\x15")  # a TLS alert, which has no end of line to wait for
        while True:
            version, status, reason = self._read_status()
            if not version.startswith("HTTP/1."):
                raise http.client.UnknownProtocol(version)
            self.fields = read_headers(self.fp)
            if status >= 200:
                break
        self._reader.in_head = False
        self.version = 10 if version == "HTTP/1.0" else 11
        self.code = self.status = status
        self.reason = reason.strip()
        self._find_end(self.fields)

    def _find_end(self, headers: HTTPHeaderDict) -> None:
        """Find where the body ends (RFC 9112 section 6.3)."""
        # The same length may come twice (RFC 9110 section 8.6).
        length, *others = {value.strip() for value in headers.getlist("content-length")} or {""}
        # http.client and urllib3 read forms such as "5, 5" and "+5" differently.
        if others or not re.fullmatch("[0-9]{0,18}", length):
            raise InvalidHeader("the length is no number")
        is_empty = self.status in (204, 304) or self._method == "HEAD"  # whatever the headers say
        self.chunked = not is_empty and headers.get("transfer-encoding", "").lower() == "chunked"
        self.chunk_left = None
        self.length = 0 if is_empty else int(length) if length and not self.chunked else None
        self.will_close = _closes(headers, self.version) or (self.length is None and not self.chunked)


def _closes(headers: HTTPHeaderDict, version: int) -> bool:
    """Say whether the connection ends with the answer (RFC 9112 section 9.3)."""
    wishes = headers.get("connection", "").lower()
    return "close" in wishes or (version == 10 and "keep-alive" not in wishes)


class LimitedConnection(HTTPConnection):
    """A connection whose making and whose answers keep the limits."""

    response_class = _LimitedResponse

    def connect(self) -> None:
        """Connect, through a proxy and with TLS where the pool says so, within the limits."""
        limits = current_limits.get()
        limits.start_connecting()
        super().connect()
        limits.end_connecting()
        if isinstance(self.sock, (ssl.SSLSocket, SSLTransport)):
            # An end of the connection without TLS's own end may be a cut; it must not pass for the body's end.
            self.sock.suppress_ragged_eofs = False  # type: ignore[union-attr] # typeshed lacks it

    def _tunnel(self) -> None:
        try:
            super()._tunnel()
        except (OSError, http.client.HTTPException) as error:
            # From here on urllib3 would take every failure for the service's.
            raise ProxyError("no tunnel", error) from error
        self.sock.settimeout(current_limits.get().seconds())  # or TLS would get the whole limit again

    def request(  # type: ignore[override] # pyright: ignore[reportIncompatibleMethodOverride] # urllib3's form
        self,
        method: str,
        url: str,  # noqa: ARG002 # the limits have the target
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        **_options: Any,
    ) -> None:
        """Send a request in one piece.

        urllib3 and http.client look at each header several times, which was a tenth of what a call cost. Those
        here were checked when they were set.
        """
        limits = current_limits.get()
        if self.sock is None:
            self.connect()
        else:
            self.sock.settimeout(limits.seconds())
        self._asked = method
        self.send(_head(f"{method} {limits.target} HTTP/1.1", limits.authority, headers or {}) + (body or b""))

    def getresponse(self) -> HTTPResponse:  # type: ignore[override] # urllib3's form
        """Receive the head of the answer.

        Returns:
            The answer; its body is still to be read.
        """
        answer = _LimitedResponse(self.sock, method=self._asked)
        try:
            answer.begin()
        except BaseException:
            answer.close()
            raise
        if answer.will_close:
            self.close()
        return HTTPResponse(
            body=answer,
            headers=answer.fields,
            status=answer.status,
            version=answer.version,
            version_string=f"HTTP/{answer.version / 10}",
            reason=answer.reason,
            preload_content=False,
            decode_content=False,
            original_response=answer,
            request_method=self._asked,
        )


def _head(request_line: str, authority: str, headers: Mapping[str, str]) -> bytes:
    """Write the head of a request (RFC 9112 section 2.1)."""
    lines = [request_line, *(f"{name}: {value}" for name, value in headers.items())]
    if not any(name.lower() == "host" for name in headers):
        lines.insert(1, f"Host: {authority}")
    head = "\r\n".join([*lines, "", ""])
    if head.count("\r") + head.count("\n") != 2 * len(lines) + 2:
        raise ValueError("a header has a line break in it")  # which would make two of it; they are checked before
    return head.encode("latin-1")


class DirectConnection(LimitedConnection):
    """A connection whose addresses share one limit."""

    def _new_conn(self) -> socket.socket:
        host, port = self._peer()
        try:
            addresses = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            unresolved = _as_gaierror(error, host)
            raise NameResolutionError(host, self, unresolved) from unresolved
        problem = OSError("the name has no address")
        for position, (family, _, _, _, address) in enumerate(addresses):
            try:
                return self._connected(self._socket(family), address, len(addresses) - position)
            except OSError as error:
                problem = error
        if isinstance(problem, TimeoutError):
            raise ConnectTimeoutError(self, f"no connection to {self.host} in time") from problem
        raise NewConnectionError(self, str(problem)) from problem

    def _peer(self) -> tuple[str, int | None]:
        return self._dns_host, self.port

    def _socket(self, family: int) -> socket.socket:
        return socket.socket(family, socket.SOCK_STREAM)

    def _connected(self, sock: socket.socket, address: Any, addresses_left: int) -> socket.socket:
        try:
            for option in self.socket_options or ():
                sock.setsockopt(*option)
            sock.settimeout(current_limits.get().seconds() / addresses_left)
            sock.connect(address)
            sock.settimeout(current_limits.get().seconds())
        except BaseException:
            sock.close()
            raise
        return sock


def _as_gaierror(error: Exception, host: str) -> socket.gaierror:
    if isinstance(error, socket.gaierror):
        return socket.gaierror(error.errno, f"{host}: {error.strerror}")
    return socket.gaierror(socket.EAI_NONAME, f"{host}: {error}")


class DirectHttps(DirectConnection, HTTPSConnection):
    """The same with TLS."""


class QuietQueue(queue.LifoQueue[Any]):
    """A pool's idle connections, the last one first; what it has no place for it closes.

    urllib3 fills a queue with None, for connections that are still to be made; an empty queue says the same. It would
    log a warning for each connection without a place. The base class's lock is not used, since a fork could leave it
    held for ever; a list's append and pop need none.
    """

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: ARG002 # urllib3's form
        """Keep a connection, or close it."""
        if item is None:
            return
        if len(self.queue) < self.maxsize:
            self.queue.append(item)
        else:
            item.close()

    def get(self, block: bool = True, timeout: float | None = None) -> Any:  # noqa: ARG002 # urllib3's form
        """Take an idle connection.

        Raises:
            queue.Empty: There is none.
        """
        try:
            return self.queue.pop()
        except IndexError:
            raise queue.Empty from None

    def close(self) -> None:
        """Close the connections, and from now on each that comes back."""
        self.maxsize = 0
        while self.queue:
            self.put(self.queue.pop())
