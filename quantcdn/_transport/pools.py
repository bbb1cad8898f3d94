"""Pools of connections to a host, by the settings for TLS and proxy."""

from __future__ import annotations

import codecs
import copy
import os
import ssl
import threading
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import unquote_to_bytes

import urllib3
from urllib3.util import parse_url

from quantcdn._portability import ProcessLock
from quantcdn._secrets import Secret
from quantcdn._transport import browser
from quantcdn._transport.downloads import Reach
from quantcdn._transport.extension import HttpPool, HttpsPool
from quantcdn._transport.headers import set_header
from quantcdn._transport.idle_connections import IdleConnections
from quantcdn._transport.proxies import chosen_proxy, proxy_variables
from quantcdn.configuration import Configuration
from quantcdn.exceptions import ApiValueError

_MOST_FILE_POOLS = 16
_IN_CONTEXT = ("ssl_ca_cert", "ca_cert_data", "cert_file", "key_file")


_POOL_CLASSES: dict[str, type[urllib3.HTTPConnectionPool]] = {"http": HttpPool, "https": HttpsPool}


def make_pool(
    configuration: Configuration,
    host: str,
    environ: Mapping[str, str],
    make_context: Callable[[], ssl.SSLContext] | None = None,
) -> urllib3.HTTPConnectionPool:
    """Make the pool of connections to a host, through a proxy where one is set for it."""
    # Every look-up of a name needs this codec. Were it first loaded there, a fork made in that moment would hang.
    codecs.lookup("idna")
    proxy = chosen_proxy(host, configuration.proxy, configuration.no_proxy, environ)
    if browser.makes(HttpPool.ConnectionCls):
        browser.check_settings(configuration, proxy)
    make_context = make_context or partial(_tls_context, configuration)
    context = make_context() if host.lower().startswith("https:") else None
    settings: dict[str, Any] = {"maxsize": configuration.connection_pool_maxsize, "block": False, "retries": False}
    if context is not None:
        settings |= {"ssl_context": context, "cert_reqs": context.verify_mode}
    if configuration.assert_hostname is not None:
        settings["assert_hostname"] = configuration.assert_hostname
    if configuration.tls_server_name is not None:
        settings["server_hostname"] = configuration.tls_server_name
    if configuration.socket_options is not None:
        settings["socket_options"] = list(configuration.socket_options)
    return _manager(configuration, proxy, settings, make_context).connection_from_url(host)


def close_idle(pool: urllib3.HTTPConnectionPool) -> None:
    """Close the idle connections of a pool, and from now on each that comes back; calls under way go on."""
    if isinstance(pool.pool, IdleConnections):
        pool.pool.close()


class FilePools:
    """The pools for the hosts of files: all with one TLS context, and no more than a few.

    Which hosts there are, the service says; a pool and a context for each would take memory without an end.
    """

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = _without_identity(configuration)
        self._lock = threading.Lock()
        self._pools: OrderedDict[tuple[str, Reach], urllib3.HTTPConnectionPool] = OrderedDict()
        self._context: ssl.SSLContext | None = None
        self._closed = False

    def get(self, host: str, reach: Reach) -> urllib3.HTTPConnectionPool:
        """Get the pool of a host; the one that was not used for longest may have to go."""
        with self._lock:
            pool = self._pools.pop((host, reach), None)
            if pool is None:
                pool = make_pool(self._configuration, host, proxy_variables(os.environ), self._shared_context)
            self._pools[host, reach] = pool
            if self._closed:  # by another thread, while this call goes on
                close_idle(pool)
            if len(self._pools) > _MOST_FILE_POOLS:
                close_idle(self._pools.popitem(last=False)[1])
        return pool

    def close(self) -> None:
        """Close every idle connection, and from now on each that comes back."""
        with self._lock:
            self._closed = True
            for pool in self._pools.values():
                close_idle(pool)

    def _shared_context(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = _tls_context(self._configuration)
        return self._context


class ConnectionPools:
    """The pools of a client and of its copies: those of the service's hosts, and those of the hosts of files."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._lock = ProcessLock()
        self._process = os.getpid()
        self._service: dict[str, urllib3.HTTPConnectionPool] = {}
        self._files = FilePools(configuration)
        self.is_closed = False
        """Whether ``close`` was called."""

    def of_service(self, host: str) -> urllib3.HTTPConnectionPool:
        """Get the pool of one of the service's hosts."""
        self._renew_after_fork()
        pool = self._service.get(host)
        if pool is None:
            with self._lock.of_process():
                pool = self._service.get(host) or make_pool(self._configuration, host, proxy_variables(os.environ))
                self._service[host] = pool
                if self.is_closed:  # by another thread, while this call goes on
                    close_idle(pool)
        return pool

    def of_files(self, host: str, reach: Reach) -> urllib3.HTTPConnectionPool:
        """Get the pool of a host of files."""
        self._renew_after_fork()
        return self._files.get(host, reach)

    def close(self) -> None:
        """Close every idle connection; one that is in use closes when its response has been read."""
        self._renew_after_fork()
        with self._lock.of_process():
            self.is_closed = True
            for pool in self._service.values():
                close_idle(pool)
        self._files.close()

    def close_idle(self) -> None:
        """Close the idle connections to the service, and go on with new ones; calls under way finish."""
        self._renew_after_fork()
        with self._lock.of_process():
            pools, self._service = self._service, {}
        for pool in pools.values():
            close_idle(pool)

    def _renew_after_fork(self) -> None:
        """Leave the parent's connections to the parent: both would write to the same sockets."""
        if self._process == os.getpid():
            return
        with self._lock.of_process():
            if self._process != os.getpid():
                self._service, self._files = {}, FilePools(self._configuration)
                self._process = os.getpid()  # last: from here on, other threads use them


def _without_identity(configuration: Configuration) -> Configuration:
    """Leave out the settings that are meant for the service's own host alone."""
    settings = copy.copy(configuration)
    settings.cert_file = settings.key_file = settings.tls_server_name = settings.assert_hostname = None
    return settings


def _manager(
    configuration: Configuration, proxy: str, settings: dict[str, Any], make_context: Callable[[], ssl.SSLContext]
) -> urllib3.PoolManager:
    if not proxy:
        manager = urllib3.PoolManager(**settings)
        manager.pool_classes_by_scheme = _POOL_CLASSES
        return manager
    if proxy.startswith("socks"):
        return _socks_manager(proxy, settings)
    address = without_auth(proxy)
    # No HTTPHeaderDict, whose repr has the plain values.
    headers = dict(configuration.proxy_headers or {})
    authorisation = _proxy_authorisation(proxy)
    if authorisation is not None:
        set_header(headers, "Proxy-Authorization", authorisation)
    if address.startswith("https:"):
        context = configuration.proxy_ssl_context or make_context()
        settings["proxy_ssl_context"] = context
        # urllib3 2.7 takes these for a plain host behind such a proxy.
        settings = {"ssl_context": context, "cert_reqs": context.verify_mode, **settings}
    manager = urllib3.ProxyManager(address, proxy_headers=headers, **settings)
    manager.pool_classes_by_scheme = _POOL_CLASSES
    return manager


def without_auth(proxy: str) -> str:
    """Give a proxy's address without user and password."""
    return parse_url(proxy)._replace(auth=None).url


def _proxy_authorisation(proxy: str) -> Secret | None:
    auth = parse_url(proxy).auth  # in the very bytes, as curl sends them
    return Secret(f"Basic {b64encode(unquote_to_bytes(auth)).decode()}") if auth else None


def _socks_manager(proxy: str, settings: dict[str, Any]) -> urllib3.PoolManager:
    try:
        from quantcdn._transport.socks import socks_manager
    except ImportError:
        problem = ApiValueError("a SOCKS proxy needs PySocks: pip install 'urllib3[socks]'")
    else:
        return socks_manager(proxy, settings)
    raise problem


def _tls_context(configuration: Configuration) -> ssl.SSLContext:
    if configuration.ssl_context is not None:
        beside = [name for name in _IN_CONTEXT if getattr(configuration, name) is not None]
        if beside or not configuration.verify_ssl:
            name = (*beside, "verify_ssl")[0]
            raise ApiValueError(f"{name} has no effect beside ssl_context: set that in the context itself")
        return configuration.ssl_context
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
