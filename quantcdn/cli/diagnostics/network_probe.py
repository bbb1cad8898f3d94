"""A connection to a host, made step by step with plain sockets, so that the step that fails is known.

The transport of the client makes the same connection in one piece: urllib3 resolves a name, connects, opens a tunnel
and encrypts within one call, and raises the same error for a name that is unknown and for addresses that refuse. What
can be shared is how a response is read, here that of the proxy.
"""

from __future__ import annotations

import base64
import contextlib
import http.client  # for the family of errors of read_head
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

from quantcdn import _portability
from quantcdn._transport.http1 import read_head

_Result = TypeVar("_Result")
_PORTS = {"http": 80, "https": 443}
_SOCKS_PORT = 1080


class NotTriedError(Exception):
    """There is nothing to do in this step, or it cannot be done on its own."""


def within(seconds: float, work: Callable[[], _Result]) -> _Result:
    """Do something in a thread, and raise TimeoutError when its time is up.

    Nothing else ends a name resolution, or a response in single bytes. The thread goes on, but no process waits for it.
    """
    if _portability.IN_BROWSER:
        return work()
    future: Future[_Result] = Future()

    def do() -> None:
        """Do the work, and hand over what it returns or raises."""
        try:
            future.set_result(work())
        except BaseException as error:  # it is raised where it is waited for
            future.set_exception(error)

    threading.Thread(target=do, daemon=True).start()
    end = time.monotonic() + seconds
    while not future.done() and (remaining := end - time.monotonic()) > 0:
        # In parts, since Ctrl-C does not interrupt such a wait on Windows.
        wait([future], min(remaining, _portability.INTERRUPT_LATENCY))
    return future.result(0)


class ConnectionProbe:
    """A connection to a host, through a proxy where there is one; each step says what it found.

    Args:
        url: Scheme and host.
        proxy: The proxy's address, or "" for none.
        seconds: How long each step may take.
    """

    def __init__(self, url: str, proxy: str, seconds: float) -> None:
        self._host = urlsplit(url)
        self._proxy = urlsplit(proxy)
        self._seconds = seconds
        self._found: list[tuple[Any, ...]] = []
        self._socket: socket.socket | None = None

    @property
    def peer(self) -> str:
        """What is connected to: the proxy, or else the host, and the port."""
        name, port = _peer(self._proxy if self._proxy.scheme else self._host)
        return f"{name} port {port}"

    @property
    def steps(self) -> dict[str, Callable[[], str]]:
        """The steps in their order; each raises OSError or ValueError where it fails."""
        if _portability.IN_BROWSER:
            return {"connection": self.leave_to_browser}
        steps = {"name": self.resolve, "connection": self.connect}
        if self._proxy.scheme == "http" and self._host.scheme == "https":
            steps["tunnel"] = self.tunnel
        return {**steps, "tls": self.encrypt}

    def leave_to_browser(self) -> str:
        """Connect to nothing: a page gets no socket."""
        raise NotTriedError("the browser makes it, and tells nothing of its steps")

    def resolve(self) -> str:
        """Find the addresses of the host, or of the proxy."""
        name, port = _peer(self._proxy if self._proxy.scheme else self._host)
        started = time.monotonic()
        self._found = list(socket.getaddrinfo(name, port, type=socket.SOCK_STREAM))
        with contextlib.suppress(ValueError):
            ipaddress.ip_address(name)
            return f"{name} is an address"
        addresses = ", ".join(dict.fromkeys(str(found[4][0]) for found in self._found))
        return f"{name} is {addresses}, found in {time.monotonic() - started:.2f} s"

    def connect(self) -> str:
        """Connect to the first address that accepts; all share the timeout, as they do in the client."""
        started = time.monotonic()
        problem: OSError = OSError("the name has no address")
        for position, (family, kind, protocol, _, address) in enumerate(self._found):
            remaining = self._seconds - (time.monotonic() - started)
            connecting = socket.socket(family, kind, protocol)
            try:
                connecting.settimeout(max(remaining / (len(self._found) - position), 0.001))
                connecting.connect(address)
            except OSError as error:
                connecting.close()
                problem = error
            else:
                self._socket = connecting
                return f"{address[0]} port {address[1]}, made in {time.monotonic() - started:.2f} s"
        raise problem

    def tunnel(self) -> str:
        """Ask the proxy for a tunnel to the host (RFC 9110 section 9.3.6)."""
        connection = self._connected()
        name, port = _peer(self._host)
        authority = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
        lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
        user = self._proxy.netloc.rpartition("@")[0]
        if user:
            lines.append(f"Proxy-Authorization: Basic {base64.b64encode(unquote_to_bytes(user)).decode()}")
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        try:
            head = read_head(connection.makefile("rb"))
        except (ConnectionError, TimeoutError):
            raise
        except http.client.HTTPException as error:
            raise OSError(f"no response that is HTTP: {type(error).__name__}") from error
        if 200 <= head.status <= 299:
            return f"the proxy reaches {authority}"
        raise OSError(f"the proxy refused to connect: {head.status} {head.reason}")

    def encrypt(self) -> str:
        """Make the TLS connection, and check the host's certificate as the client does."""
        if self._host.scheme == "http":
            raise NotTriedError("the host is http, which is not encrypted")
        if self._proxy.scheme not in ("", "http"):
            raise NotTriedError(
                f"not tried through a proxy that is {self._proxy.scheme}; the call shows whether it works"
            )
        encrypted = ssl.create_default_context().wrap_socket(
            self._connected(), server_hostname=_peer(self._host)[0], do_handshake_on_connect=False
        )
        self._socket = encrypted
        encrypted.do_handshake()
        certificate = encrypted.getpeercert() or {}
        ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
        return f"{encrypted.version()}, certificate from {_issuer(certificate)}, good until {ends:%Y-%m-%d}"

    def _connected(self) -> socket.socket:
        if self._socket is None:
            raise OSError("there is no connection")
        self._socket.settimeout(self._seconds)
        return self._socket

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._socket is not None:
            self._socket.close()


def _peer(address: SplitResult) -> tuple[str, int]:
    return address.hostname or "", address.port or _PORTS.get(address.scheme, _SOCKS_PORT)


def _issuer(certificate: Any) -> str:
    names = {key: value for part in certificate.get("issuer", ()) for key, value in part}
    return str(names.get("organizationName") or names.get("commonName") or "an authority without a name")
