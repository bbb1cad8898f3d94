"""Connections through a SOCKS proxy; importing this needs PySocks, which urllib3's extra ``socks`` brings."""

from __future__ import annotations

from typing import Any

from urllib3.contrib.socks import (
    SOCKSConnection,
    SOCKSHTTPConnectionPool,
    SOCKSHTTPSConnection,
    SOCKSHTTPSConnectionPool,
    SOCKSProxyManager,
)

from quantcdn._pools import LimitedConnection, QuietQueue


class _SocksHttp(LimitedConnection, SOCKSConnection):
    pass


class _SocksHttps(LimitedConnection, SOCKSHTTPSConnection):
    pass


class _SocksHttpPool(SOCKSHTTPConnectionPool):
    ConnectionCls = _SocksHttp
    QueueCls = QuietQueue


class _SocksHttpsPool(SOCKSHTTPSConnectionPool):
    ConnectionCls = _SocksHttps
    QueueCls = QuietQueue


_POOL_CLASSES: dict[str, type[SOCKSHTTPConnectionPool] | type[SOCKSHTTPSConnectionPool]] = {
    "http": _SocksHttpPool,
    "https": _SocksHttpsPool,
}


def socks_manager(proxy: str, settings: dict[str, Any]) -> SOCKSProxyManager:
    """Make a maker of pools through a SOCKS proxy.

    Args:
        proxy: The proxy's address.
        settings: What every pool is made with.

    Returns:
        The maker of pools.
    """
    manager = SOCKSProxyManager(proxy, **settings)
    manager.pool_classes_by_scheme = _POOL_CLASSES
    return manager
