"""Pyodide's modules ``js`` and ``pyodide``, simulated, so that urllib3's own connection for Pyodide runs here."""

from __future__ import annotations

import gzip
import http.client
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import urllib3
from urllib3 import connection


class JsError(Exception):
    """What ``pyodide.ffi.JsException`` is."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name, self.message = name, message


class XMLHttpRequest:
    """A synchronous one: it decodes bodies, and gives no reason for what fails."""

    sent: list[tuple[str, dict[str, str]]]
    timeout = 0

    def open(self, method: str, url: str, _is_async: bool) -> None:
        self._method, self._url = method, urlsplit(url)
        self._headers: dict[str, str] = {}

    def setRequestHeader(self, name: str, value: str) -> None:  # noqa: N802 - the name of the standard
        self._headers[name.lower()] = value

    def send(self, _body: object) -> None:
        self.sent.append((self._url.geturl(), self._headers))
        with_gzip = {**self._headers, "Accept-Encoding": "gzip"}
        asked = http.client.HTTPConnection(self._url.netloc, timeout=self.timeout / 1000 or None)
        try:
            asked.request(self._method, f"{self._url.path}?{self._url.query}".rstrip("?"), headers=with_gzip)
            response = asked.getresponse()
            body = response.read()
        except TimeoutError as error:
            raise JsError("TimeoutError", "The operation timed out") from error
        except (OSError, http.client.HTTPException) as error:
            raise JsError("NetworkError", "A network error occurred") from error
        finally:
            asked.close()
        self.status = response.status
        self._response_headers = str(response.headers)
        packed = response.headers["Content-Encoding"] == "gzip"
        self._body = gzip.decompress(body) if packed else body

    def getAllResponseHeaders(self) -> str:  # noqa: N802 - the same
        return self._response_headers

    @property
    def response(self) -> Any:
        return SimpleNamespace(to_py=lambda: memoryview(self._body))

    @classmethod
    def new(cls) -> XMLHttpRequest:
        return cls()


@contextmanager
def fake_pyodide() -> Iterator[type[XMLHttpRequest]]:
    """Let urllib3 put its connections for Pyodide in place, as it does there; yield what sends the requests."""
    request = type("XMLHttpRequest", (XMLHttpRequest,), {"sent": []})
    js: Any = ModuleType("js")
    js.XMLHttpRequest, js.console = request, SimpleNamespace(warn=lambda _: None)
    ffi: Any = ModuleType("pyodide.ffi")
    ffi.JsArray, ffi.JsProxy, ffi.JsException, ffi.to_js = object, object, JsError, lambda value: value
    modules = {"js": js, "pyodide": ModuleType("pyodide"), "pyodide.ffi": ffi}
    pools = urllib3.HTTPConnectionPool, urllib3.HTTPSConnectionPool
    with mock.patch.dict(sys.modules, modules):  # which drops urllib3's own modules too, that have these
        emscripten: Any = importlib.import_module("urllib3.contrib.emscripten")
        names = ("HTTPConnection", "HTTPSConnection", "VerifiedHTTPSConnection")
        before = [(pool, "ConnectionCls", pool.ConnectionCls) for pool in pools]
        before += [(connection, name, getattr(connection, name)) for name in names]
        emscripten.inject_into_urllib3()
        try:
            yield request
        finally:
            for owner, name, value in before:
                setattr(owner, name, value)
