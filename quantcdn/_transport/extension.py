"""The one place where urllib3 is extended: its pools make our connections, unless something replaced its own.

VCR.py, Pyodide, mocks and tracers put classes or functions of their own in the place of urllib3's. They get their way.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Self

import urllib3
from urllib3 import connectionpool

from quantcdn._secrets import Secret
from quantcdn._transport import browser
from quantcdn._transport.connections import (
    AttemptTimeouts,
    DeadlineConnection,
    DeadlineHttpsConnection,
    current_limits,
)
from quantcdn._transport.downloads import without_query_values
from quantcdn._transport.idle_connections import IdleConnections

_LOGGER = logging.getLogger("quantcdn")
_OWN_MODULES = ("urllib3.connection", "urllib3.contrib.socks")

# The loop of the client is the only one; urllib3 would make this of ``retries=False`` at every call.
_NO_RETRIES = urllib3.Retry(False, redirect=False)


class _NoTimeout(urllib3.Timeout):
    """No time limit of urllib3's, which would copy one at each of its steps; our connections keep those of the call."""

    def clone(self) -> Self:
        """Return the same, which nothing changes."""
        return self

    def start_connect(self) -> float:
        """Start no clock."""
        return 0.0


_NO_TIMEOUT = _NoTimeout()


class ConnectionClass:
    """The attribute ``ConnectionCls`` of a pool: our class while urllib3's own is in place, else what is there.

    Args:
        ours: The class that keeps the limits.
        pool: urllib3's class of pools, whose ``ConnectionCls`` tools replace.
    """

    def __init__(self, ours: type[DeadlineConnection], pool: type[urllib3.HTTPConnectionPool]) -> None:
        self._ours = ours
        self._pool = pool
        self._name = "HTTPSConnection" if pool.scheme == "https" else "HTTPConnection"

    def __get__(self, instance: object, owner: object) -> Any:
        for current in (self._pool.ConnectionCls, getattr(connectionpool, self._name)):
            if getattr(current, "__module__", None) not in _OWN_MODULES:
                return current
        return self._ours


class LimitedPool(urllib3.HTTPConnectionPool):
    """A pool of which no connection is idle that is of another class than new ones are."""

    QueueCls = IdleConnections  # type: ignore[assignment] # pyright: ignore[reportAssignmentType] # it has what is used

    def _get_conn(self, timeout: float | None = None) -> Any:
        while True:
            connection = super()._get_conn(timeout)
            if isinstance(connection, DeadlineConnection) == keeps_limits(self):
                return connection
            connection.close()  # made before a tool was put in place, or by a tool that is gone


class HttpPool(LimitedPool):
    """Connections without TLS."""

    ConnectionCls = ConnectionClass(DeadlineConnection, urllib3.HTTPConnectionPool)  # pyright: ignore[reportAssignmentType] # what it yields is one


class HttpsPool(LimitedPool, urllib3.HTTPSConnectionPool):
    """Connections with TLS."""

    ConnectionCls = ConnectionClass(DeadlineHttpsConnection, urllib3.HTTPSConnectionPool)  # pyright: ignore[reportAssignmentType] # what it yields is one


def keeps_limits(pool: urllib3.HTTPConnectionPool) -> bool:
    """Tell whether new connections of a pool are ours."""
    current: object = pool.ConnectionCls
    return isinstance(current, type) and issubclass(current, DeadlineConnection)


def send(
    pool: urllib3.HTTPConnectionPool, method: str, limits: AttemptTimeouts, headers: Mapping[str, str], body: bytes
) -> urllib3.BaseHTTPResponse:
    """Send a request by urllib3, which gets the whole target; of a signed one, our connection alone has the values."""
    target: str = limits.target
    timeout: urllib3.Timeout = _NO_TIMEOUT
    in_browser = False
    if keeps_limits(pool):
        if isinstance(target, Secret):  # urllib3 logs it, and tracers keep it
            target = without_query_values(target)
    else:
        _LOGGER.debug(
            "urllib3's connections are replaced by %r: time limits are kept for each receive alone, and addresses "
            "that hosts of files resolve to are not checked",
            pool.ConnectionCls,
        )
        _hide_signatures()
        limits.reused = False
        # What records requests writes them by their type.
        headers = {str(name): str(value) for name, value in headers.items()}
        in_browser = browser.makes(pool.ConnectionCls)
        if in_browser:
            headers = browser.left_to_caller(headers)
        timeout = limits.for_urllib3(connects=not in_browser)
    before = current_limits.set(limits)
    try:
        raw = pool.urlopen(
            method,
            target,
            body=body or None,
            headers=headers,
            retries=_NO_RETRIES,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
            decode_content=False,
            timeout=timeout,
        )
        return browser.as_decoded(raw) if in_browser else raw
    except Exception as error:
        if not in_browser:
            raise
        raise browser.explained(error) from None
    finally:
        current_limits.reset(before)


def _hide_signatures() -> None:
    """Let urllib3 log no values of a signed target, which a replaced connection gets from it."""
    if _without_signature not in connectionpool.log.filters:
        connectionpool.log.addFilter(_without_signature)


def _without_signature(record: logging.LogRecord) -> bool:
    limits = current_limits.get(None)
    if limits is not None and isinstance(limits.target, Secret) and isinstance(record.args, tuple):
        signed = limits.target.partition("?")[2] or limits.target
        record.args = tuple(
            without_query_values(value) if isinstance(value, str) and signed in value else value
            for value in record.args
        )
    return True
