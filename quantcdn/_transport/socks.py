"""Connections through a SOCKS proxy; importing this needs PySocks, which urllib3's extra ``socks`` brings."""

# PySocks has no types:
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import unquote

import socks  # type: ignore[import-untyped] # PySocks has no types
from urllib3.contrib.socks import (
    SOCKSConnection,
    SOCKSHTTPConnectionPool,
    SOCKSHTTPSConnection,
    SOCKSHTTPSConnectionPool,
    SOCKSProxyManager,
)
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError
from urllib3.util import parse_url

from quantcdn._secrets import Secret
from quantcdn._transport.connections import DeadlineConnection, current_limits
from quantcdn._transport.errors import TUNNEL_REFUSED
from quantcdn._transport.extension import ConnectionClass, LimitedPool
from quantcdn._transport.racing import Address

_PORT = 1080  # RFC 1928 section 3


_Socket: Any = socks.socksocket


class _SocksSocket(_Socket):  # type: ignore[misc] # PySocks has no types
    """A connection to a proxy that becomes one to a target through it, within the limits."""

    def __init__(self, sock: socket.socket, options: Any) -> None:
        super().__init__(sock.family, sock.type, sock.proto, sock.detach())
        host, port = options["proxy_host"], options["proxy_port"]
        self.set_proxy(options["socks_version"], host, port, options["rdns"], options["username"], options["password"])

    def reach(self, host: str, port: int) -> None:
        """Ask the proxy for a connection to a host.

        PySocks offers this only together with connecting to the proxy, whose addresses could then not be raced.
        """
        self.settimeout(current_limits.get().seconds())
        try:
            self._proxy_negotiators[self.proxy[0]](self, host, port)
        except (socks.SOCKS4Error, socks.SOCKS5Error, socks.SOCKS5AuthError) as error:
            raise ConnectionError(f"{TUNNEL_REFUSED}: {error}") from error

    def _readall(self, file: Any, count: int) -> bytes:
        # PySocks would give each receive the whole limit.
        data = b""
        while len(data) < count:
            self.settimeout(current_limits.get().seconds())
            data += super()._readall(file, 1)
        return data


class _SocksHttp(DeadlineConnection, SOCKSConnection):
    def _new_conn(self) -> Any:
        try:
            return super()._new_conn()
        except (ConnectTimeoutError, NewConnectionError) as error:
            raise ProxyError("no connection", error) from error

    def _first_connected(self, addresses: list[Address]) -> Any:
        sock = _SocksSocket(super()._first_connected(addresses), self._socks_options)
        try:
            sock.reach(self.host, self.port)
            sock.settimeout(current_limits.get().seconds())
        except BaseException:
            sock.close()
            raise
        return sock

    def _allowed(self, addresses: list[Any]) -> list[Any]:
        return addresses  # the proxy's own

    def _peer(self) -> tuple[str, int | None]:
        return self._socks_options["proxy_host"] or "", int(self._socks_options["proxy_port"] or _PORT)


class _SocksHttps(_SocksHttp, SOCKSHTTPSConnection):
    pass


class _SocksHttpPool(LimitedPool, SOCKSHTTPConnectionPool):
    ConnectionCls = ConnectionClass(_SocksHttp, SOCKSHTTPConnectionPool)


class _SocksHttpsPool(LimitedPool, SOCKSHTTPSConnectionPool):
    ConnectionCls = ConnectionClass(_SocksHttps, SOCKSHTTPSConnectionPool)


_POOL_CLASSES: dict[str, type[SOCKSHTTPConnectionPool] | type[SOCKSHTTPSConnectionPool]] = {
    "http": _SocksHttpPool,
    "https": _SocksHttpsPool,
}


def socks_manager(proxy: str, settings: dict[str, Any]) -> SOCKSProxyManager:
    """Make a maker of pools through a SOCKS proxy."""
    address = parse_url(proxy)._replace(auth=None).url
    user, _, password = (Secret(unquote(part)) for part in (parse_url(proxy).auth or "").partition(":"))
    manager = SOCKSProxyManager(address, user or None, password or None, **settings)
    manager.pool_classes_by_scheme = _POOL_CLASSES
    return manager
