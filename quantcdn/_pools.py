"""Connections that keep time limits, and pools of them; with ``rest`` and ``_failures`` all that knows urllib3.

urllib3 sets a socket's timeout once an answer, so that a service which sends a byte now and then is
never late. Here every single receive gets what is left of the call, and never more.
"""

from __future__ import annotations

import http.client
import io
import queue
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import unquote

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util import parse_url

from quantcdn.configuration import Configuration
from quantcdn.exceptions import ApiValueError
from quantcdn.proxy import bypasses_proxy, environment_proxy
from quantcdn.timeout import Timeout

# Few servers send a header larger than this, and few receives then fill a large body.
_BUFFER_SIZE = 65_536


class Limits:
    """How long the next step of one attempt may take.

    Args:
        timeout: The limits of the call.
        deadline: When the whole call ends, by ``clock``.
        clock: Returns seconds that never go backwards.
    """

    __slots__ = ("_clock", "_connect_by", "_deadline", "_timeout", "reused")

    def __init__(self, timeout: Timeout, deadline: float, clock: Callable[[], float] = time.monotonic) -> None:
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

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        seconds = self._limits.seconds()
        if seconds != self._sock.gettimeout():
            self._sock.settimeout(seconds)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _LimitedResponse(http.client.HTTPResponse):
    """An answer whose every receive keeps the limits, and which passes over interim answers."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_LimitedReader(sock, self.fp.detach(), current_limits.get()), _BUFFER_SIZE)

    def begin(self) -> None:
        """Read the head of the answer; interim ones (RFC 9110 section 15.2) are passed over."""
        super().begin()
        while self.status < 200:
            self.headers = self.msg = None  # type: ignore[assignment] # begin() reads on only without headers
            super().begin()


class LimitedConnection(HTTPConnection):
    """A connection whose making and whose answers keep the limits."""

    response_class = _LimitedResponse

    def connect(self) -> None:
        """Connect, through a proxy and with TLS where the pool says so, within the limits."""
        limits = current_limits.get()
        limits.start_connecting()
        super().connect()
        limits.end_connecting()
        if isinstance(self.sock, ssl.SSLSocket):
            # An end of the connection without TLS's own end may be a cut; it must not pass for the body's end.
            self.sock.suppress_ragged_eofs = False  # type: ignore[attr-defined] # typeshed lacks it


class _DirectConnection(LimitedConnection):
    """A connection whose addresses share one limit."""

    def _new_conn(self) -> socket.socket:
        try:
            addresses = socket.getaddrinfo(self._dns_host, self.port, 0, socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise NameResolutionError(self.host, self, _as_gaierror(error)) from error
        problem = OSError("the name has no address")
        for position, (family, kind, protocol, _, address) in enumerate(addresses):
            try:
                return self._connected(socket.socket(family, kind, protocol), address, len(addresses) - position)
            except OSError as error:
                problem = error
        if isinstance(problem, TimeoutError):
            raise ConnectTimeoutError(self, f"no connection to {self.host} in time") from problem
        raise NewConnectionError(self, str(problem)) from problem

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


def _as_gaierror(error: Exception) -> socket.gaierror:
    return error if isinstance(error, socket.gaierror) else socket.gaierror(socket.EAI_NONAME, str(error))


class _DirectHttps(_DirectConnection, HTTPSConnection):
    pass


class QuietQueue(queue.LifoQueue[Any]):
    """Closes what it has no place for, where urllib3 would log a warning for each."""

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Keep a connection, or close it."""
        try:
            super().put(item, block, timeout)
        except queue.Full:
            item.close()


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _DirectConnection  # pyright: ignore[reportAssignmentType] # urllib3's own class is refused too
    QueueCls = QuietQueue


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _DirectHttps  # pyright: ignore[reportAssignmentType] # urllib3's own class is refused too
    QueueCls = QuietQueue


_POOL_CLASSES: dict[str, type[urllib3.HTTPConnectionPool]] = {"http": _HttpPool, "https": _HttpsPool}


def make_pool(configuration: Configuration, host: str, environ: Mapping[str, str]) -> urllib3.HTTPConnectionPool:
    """Make the pool of connections to a host.

    Args:
        configuration: The settings for TLS, proxy and sockets.
        host: Scheme and host.
        environ: Environment variables, for the proxy.

    Returns:
        The pool; through a proxy where one is set for this host.

    Raises:
        ApiValueError: A file, a certificate or a proxy of the settings cannot be used.
    """
    context = _tls_context(configuration) if host.startswith("https") else None
    settings: dict[str, Any] = {"maxsize": configuration.connection_pool_maxsize, "block": False, "retries": False}
    if context is not None:
        settings |= {"ssl_context": context, "cert_reqs": context.verify_mode}
    if configuration.assert_hostname is not None:
        settings["assert_hostname"] = configuration.assert_hostname
    if configuration.tls_server_name is not None:
        settings["server_hostname"] = configuration.tls_server_name
    if configuration.socket_options is not None:
        settings["socket_options"] = list(configuration.socket_options)
    return _manager(configuration, _proxy_for(configuration, host, environ), settings).connection_from_url(host)


def _proxy_for(configuration: Configuration, host: str, environ: Mapping[str, str]) -> str:
    no_proxy = configuration.no_proxy
    if no_proxy is None:
        no_proxy = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    if bypasses_proxy(host, no_proxy):
        return ""
    return environment_proxy(host, environ) if configuration.proxy is None else configuration.proxy


def _manager(configuration: Configuration, proxy: str, settings: dict[str, Any]) -> urllib3.PoolManager:
    if not proxy:
        manager = urllib3.PoolManager(**settings)
        manager.pool_classes_by_scheme = _POOL_CLASSES
        return manager
    if proxy.startswith("socks"):
        return _socks_manager(proxy, settings)
    address = parse_url(proxy)
    headers = urllib3.HTTPHeaderDict(configuration.proxy_headers)
    if address.auth:
        headers.update(urllib3.make_headers(proxy_basic_auth=unquote(address.auth)))
    if address.scheme == "https":
        settings["proxy_ssl_context"] = _tls_context(configuration)
    manager = urllib3.ProxyManager(address._replace(auth=None).url, proxy_headers=headers, **settings)
    manager.pool_classes_by_scheme = _POOL_CLASSES
    return manager


def _socks_manager(proxy: str, settings: dict[str, Any]) -> urllib3.PoolManager:
    try:
        from quantcdn._socks import socks_manager
    except ImportError:
        problem = ApiValueError("a SOCKS proxy needs PySocks: pip install 'urllib3[socks]'")
    else:
        return socks_manager(proxy, settings)
    raise problem


def _tls_context(configuration: Configuration) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=configuration.ssl_ca_cert, cadata=configuration.ca_cert_data)
        if configuration.cert_file is not None:
            # Without a password function, OpenSSL would ask for one on the terminal.
            context.load_cert_chain(configuration.cert_file, configuration.key_file, password=lambda: b"")
    except (OSError, ValueError, TypeError) as error:
        problem = ApiValueError(f"a certificate or key of the settings cannot be used: {error}")
        raise problem from None
    if not configuration.verify_ssl:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
