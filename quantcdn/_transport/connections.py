"""Connections that keep the deadline of a call.

urllib3 sets a socket's timeout once a response, so that a service which sends a byte now and then is
never late. Here every single receive gets what is left of the call, and never more.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import sys
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast

from urllib3 import Timeout as Urllib3Timeout

# Not from urllib3.connection, where VCR.py has put its own if this is first imported while a cassette is in use.
from urllib3.connectionpool import (  # type: ignore[attr-defined] # it imports them and does not export them
    HTTPConnection,  # pyright: ignore[reportPrivateImportUsage] # the same
    HTTPSConnection,  # pyright: ignore[reportPrivateImportUsage] # the same
)
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError, ProxyError
from urllib3.util.ssltransport import SSLTransport

from quantcdn import _portability
from quantcdn._clock import monotonic
from quantcdn._secrets import SecretBytes
from quantcdn._transport.downloads import is_public
from quantcdn._transport.errors import TUNNEL_REFUSED, UnusableBodyError
from quantcdn._transport.headers import has_header
from quantcdn._transport.http1 import Body, ByteReader, Framing, Head, ResponseError, framing_of, read_head
from quantcdn._transport.racing import Address, DeadAddresses, Race, in_turns
from quantcdn.timeout import Timeout

if TYPE_CHECKING:
    from urllib3 import HTTPConnectionPool, HTTPResponse
    from urllib3._base_connection import BaseHTTPConnection

# Few servers send a header larger than this, and few receives then fill a large body.
_BUFFER_SIZE = 65_536


class AttemptTimeouts:
    """How long the next step of one attempt may take."""

    __slots__ = ("_clock", "_connect_by", "_deadline", "_timeout", "authority", "public_only", "reused", "target")

    def __init__(
        self,
        timeout: Timeout,
        deadline: float,
        clock: Callable[[], float] = monotonic,
        target: str = "/",
        authority: str = "",
    ) -> None:
        self.target = target
        """What the request line asks for; urllib3 would rewrite it, and log the signature in it."""
        self.authority = authority
        """Host and port of what is asked, for the ``Host`` header."""
        self._timeout = timeout
        self._deadline = deadline
        self._clock = clock
        self._connect_by: float | None = None
        self.reused = True
        """Whether this attempt went over a connection that was there before."""
        self.public_only = False
        """Whether a connection may be made to public addresses alone."""

    def start_connecting(self) -> None:
        """Let the limit for connecting begin."""
        self.reused = False
        self._connect_by = min(self._clock() + self._timeout.connect, self._deadline)

    def end_connecting(self) -> None:
        """Let the limit for connecting end."""
        self._connect_by = None

    def now(self) -> float:
        """Return the time by the clock of the call."""
        return self._clock()

    def remaining(self) -> float:
        """Give the seconds until the deadline, or until the end of connecting; negative once past."""
        return (self._deadline if self._connect_by is None else self._connect_by) - self._clock()

    def seconds(self) -> float:
        """Give the seconds that the next step may take, and raise TimeoutError where none are left."""
        remaining = self.remaining()
        if remaining <= 0:
            raise TimeoutError("timed out")
        return min(remaining, self._timeout.read) if self._connect_by is None else remaining

    def for_urllib3(self, *, connects: bool = True) -> Urllib3Timeout:
        """Give what urllib3 can keep of the limits, for a connection that is not ours.

        One that does not connect by itself takes the limit for connecting for that of every silence.
        """
        connect = self._timeout.connect if connects else self._timeout.read
        return Urllib3Timeout(max(self.remaining(), 0.001), connect, self._timeout.read)


# A load balancer or a NAT on the way may forget a connection after a minute, and tell neither side.
MAX_IDLE_SECONDS = 50.0

# urllib3 has no way to hand a value to the connection that it picks for a request.
current_limits: ContextVar[AttemptTimeouts] = ContextVar("current_limits")


class _LimitedReader(io.RawIOBase):
    """The receiving side of a socket; each receive has its own time limit."""

    limits: AttemptTimeouts

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.ended = False
        """Whether the response is complete, so that nothing more is received."""

    def readable(self) -> bool:
        """Say that it can be read, as ``io`` asks."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Receive what there is, within the deadline; nothing once the response has ended."""
        if self.ended:
            return 0
        # A timeout of a socket is for one receive: a head or a body that drips a byte at a time would renew it with
        # each byte. So it is set before each, to the limit of a silence or to what is left of the call.
        seconds = self.limits.seconds()
        if _portability.WINDOWS:
            return _portability.receive_in_parts(self._sock, buffer, seconds)
        _set_timeout(self._sock, seconds)
        return self._sock.recv_into(buffer)


class _Receiver:
    """What is received on a connection, response by response."""

    __slots__ = ("_file", "_reader", "sock")

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._reader = _LimitedReader(sock)
        self._file = io.BufferedReader(self._reader, _BUFFER_SIZE)

    def begin(self, limits: AttemptTimeouts) -> ByteReader:
        """Begin with the next response, and give where it is read."""
        self._reader.limits, self._reader.ended = limits, False
        return self._file

    def holds_more(self) -> bool:
        """Tell, once the response is complete, whether more was received, which nobody requested.

        The next caller must not get it. urllib3 finds what the socket still holds, but neither what was
        received already nor what TLS has decrypted.
        """
        self._reader.ended = True
        return bool(self._file.peek(1)) or (isinstance(self.sock, ssl.SSLSocket) and self.sock.pending() > 0)


def _set_timeout(sock: socket.socket, seconds: float) -> None:
    if seconds != sock.gettimeout():  # a system call saved, where the limit of a silence is what counts
        sock.settimeout(seconds)


class PooledResponse(Body):
    """A response as a pool of urllib3 hands it on, with what the pool sets and reads of one.

    urllib3's own class would look for a decoder, read the headers again and wrap each error once more.
    """

    _pool: HTTPConnectionPool
    _connection: BaseHTTPConnection | None = None
    retries: object = None

    def __init__(self, head: Head, framing: Framing, file: ByteReader, on_close: Callable[[bool], None]) -> None:
        super().__init__(file, framing, on_close)
        self.version, self.status, self.reason, self.headers = head
        self.version_string = "HTTP/1.1" if head.version == 11 else "HTTP/1.0"

    def close(self) -> None:
        """Give the body up, unless it was read to its end, and the connection with it."""
        self._connection = None
        super().close()

    def __del__(self) -> None:
        self.close()  # of a body that nobody has read

    def _end(self, *, complete: bool) -> None:
        super()._end(complete=complete)
        if self._connection is not None:
            # A broken one too: above others, it lets the next request make a new connection.
            self._pool._put_conn(self._connection)  # pyright: ignore[reportPrivateUsage] # as urllib3's own class does
            self._connection = None


_DEAD = DeadAddresses()


class DeadlineConnection(HTTPConnection):
    """A connection that is made, and whose responses are received, within the deadline of the call."""

    # http.client has these, and typeshed lacks them.
    _tunnel_host: str | None
    _tunnel_port: int | None
    _tunnel_headers: dict[str, str]

    _idle_since: float | None = None
    _receiver: _Receiver | None = None

    @property
    def is_connected(self) -> bool:
        """Whether the connection can be used again: it is open, silent, and has not been idle for long."""
        if self._idle_since is not None and current_limits.get().now() - self._idle_since > MAX_IDLE_SECONDS:
            return False
        return super().is_connected

    def connect(self) -> None:
        """Connect, through a proxy and with TLS where the pool says so, within the limits."""
        limits = current_limits.get()
        limits.start_connecting()
        self._idle_since = None
        super().connect()
        limits.end_connecting()
        if isinstance(self.sock, (ssl.SSLSocket, SSLTransport)):
            # An end of the connection without TLS's own end may be a cut; it must not pass for the body's end.
            self.sock.suppress_ragged_eofs = False  # type: ignore[union-attr] # typeshed lacks it

    def _tunnel(self) -> None:
        try:
            self._open_tunnel()
        except (OSError, http.client.HTTPException) as error:
            # From here on urllib3 would take every failure for the service's.
            raise ProxyError("no tunnel", error) from error
        self.sock.settimeout(current_limits.get().seconds())  # or TLS would get the whole limit again

    def _open_tunnel(self) -> None:
        """Ask the proxy to connect to the service (RFC 9110 section 9.3.6)."""
        host = self._tunnel_host or ""
        authority = f"{f'[{host}]' if ':' in host and host[0] != '[' else host}:{self._tunnel_port}"
        self.send(_head("CONNECT", authority, authority, self._tunnel_headers))
        receiver = _Receiver(self.sock)
        head = read_head(receiver.begin(current_limits.get()))
        if not 200 <= head.status <= 299:
            self.close()
            raise OSError(f"{TUNNEL_REFUSED}: {head.status} {head.reason}")
        if receiver.holds_more():
            raise ResponseError("the proxy sent more than its response")

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
            _set_timeout(self.sock, limits.seconds())
        self._asked = method
        head = _head(method, limits.target, limits.authority, headers or {})
        self.send(SecretBytes(head + body) if body else head)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override] # urllib3's form
        """Receive the head of the response."""
        limits, receiver = current_limits.get(), self._receiver
        if receiver is None or receiver.sock is not self.sock:
            receiver = self._receiver = _Receiver(self.sock)
        file = receiver.begin(limits)
        head = read_head(file)
        framing = framing_of(head, self._asked)
        if framing.chunked:
            head.headers.discard("content-length")  # it says nothing (RFC 9112 section 6.3)

        def end(complete: bool) -> None:
            """Keep the connection only where the next response begins here."""
            if framing.closes or not complete or receiver.holds_more():
                self.close()
            else:
                self._idle_since = limits.now()

        return cast("HTTPResponse", PooledResponse(head, framing, file, end))  # it has what pools use of one

    def _new_conn(self) -> socket.socket:
        host, port = self._peer()
        try:
            addresses = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
            if not addresses:
                raise socket.gaierror(socket.EAI_NONAME, "it has no address")
        except (socket.gaierror, UnicodeError) as error:
            unresolved = _as_gaierror(error, host)
            raise NameResolutionError(host, self, unresolved) from unresolved
        addresses = self._allowed(addresses)
        try:
            sock = self._first_connected([Address(family, place) for family, _, _, _, place in addresses])
        except TimeoutError as problem:
            raise ConnectTimeoutError(self, f"no connection to {self.host} in time") from problem
        except OSError as problem:
            raise NewConnectionError(self, str(problem)) from problem
        sys.audit("http.client.connect", self, self.host, self.port)
        return sock

    def _first_connected(self, addresses: list[Address]) -> socket.socket:
        limits = current_limits.get()
        if len(addresses) == 1 and not _portability.WINDOWS:  # where Ctrl-C would not interrupt it
            return self._connected(addresses[0], limits.seconds())
        race = Race(self._made, limits.remaining)
        try:
            sock = race.run(_DEAD.last(in_turns(addresses), limits.now()))
        finally:
            for address in race.lost:
                _DEAD.add(address, limits.now())
        sock.settimeout(max(limits.remaining(), 0.001))
        return sock

    def _allowed(self, addresses: list[Any]) -> list[Any]:
        """Leave out the addresses that must not be connected to; what a proxy connects to, it resolves itself."""
        if not current_limits.get().public_only or self.proxy is not None:
            return addresses
        allowed = [address for address in addresses if is_public(address[4][0])]
        if not allowed:
            raise UnusableBodyError("the host leads into a local network, where a public service's files cannot be")
        return allowed

    def _peer(self) -> tuple[str, int | None]:
        return self._dns_host, self.port

    def _made(self, family: int) -> socket.socket:
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            for option in self.socket_options or ():
                sock.setsockopt(*option)
        except BaseException:
            sock.close()
            raise
        return sock

    def _connected(self, address: Address, seconds: float) -> socket.socket:
        sock = self._made(address.family)
        try:
            sock.settimeout(seconds)
            sock.connect(address.place)
            sock.settimeout(current_limits.get().seconds())
        except BaseException:
            sock.close()
            raise
        return sock


def _head(method: str, target: str, authority: str, headers: Mapping[str, str]) -> SecretBytes:
    """Write the head of a request (RFC 9112 section 2.1); no local variable here or below shows it."""
    host = () if has_header(headers, "host") else (f"Host: {authority}",)
    head = SecretBytes(
        "\r\n".join((f"{method} {target} HTTP/1.1", *host, *map(": ".join, headers.items()), "", "")), "latin-1"
    )
    if head.count(b"\r") + head.count(b"\n") != 2 * (len(headers) + len(host) + 2):
        raise ValueError("a header has a line break in it")  # which would make two of it; they are checked before
    return head


def _as_gaierror(error: Exception, host: str) -> socket.gaierror:
    if isinstance(error, socket.gaierror):
        return socket.gaierror(error.errno, f"{host}: {error.strerror}")
    return socket.gaierror(socket.EAI_NONAME, f"{host}: {error}")


class DeadlineHttpsConnection(DeadlineConnection, HTTPSConnection):
    """The same with TLS."""
