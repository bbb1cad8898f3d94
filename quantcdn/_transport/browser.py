"""What is otherwise in Pyodide, where urllib3 has the browser (or Node.js) make the connections."""

from __future__ import annotations

import http.client
from collections.abc import Mapping

import urllib3

from quantcdn.configuration import Configuration
from quantcdn.exceptions import ApiValueError

_PACKAGE = "urllib3.contrib.emscripten"

# What else a page sends makes a browser first ask the service whether it may; these two, many services forbid.
_ITS_OWN_HEADERS = ("accept-encoding", "user-agent")

_SETTINGS = (
    "ssl_ca_cert",
    "ca_cert_data",
    "cert_file",
    "key_file",
    "ssl_context",
    "assert_hostname",
    "tls_server_name",
    "proxy_headers",
    "proxy_ssl_context",
    "socket_options",
)

_NO_REASON = "; a browser gives no reason: the host may be down, or may not let pages call it (CORS)"


def makes(connection: object) -> bool:
    """Tell whether a class of connections is urllib3's for Pyodide."""
    return getattr(connection, "__module__", "").startswith(_PACKAGE)


def check_settings(configuration: Configuration, proxy: str) -> None:
    """Refuse settings that a browser leaves to its own user; in silence, they would promise what is not kept."""
    given = [name for name in _SETTINGS if getattr(configuration, name) is not None]
    if not configuration.verify_ssl:
        given.append("verify_ssl")
    if proxy:
        given.append("proxy")
    if given:
        raise ApiValueError(
            f"{given[0]} has no effect in Pyodide, where the browser makes the connections: leave it out"
        )


def left_to_caller(headers: Mapping[str, str]) -> dict[str, str]:
    """Leave out the headers that a browser sets itself."""
    return {name: value for name, value in headers.items() if name.lower() not in _ITS_OWN_HEADERS}


def explained(error: Exception) -> Exception:
    """Say more of an error, or make one of urllib3's of what it lets through from JavaScript."""
    if isinstance(error, http.client.HTTPException | urllib3.exceptions.ProtocolError):
        return urllib3.exceptions.ProtocolError(f"{error.args[-1] if error.args else error}{_NO_REASON}")
    if isinstance(error, urllib3.exceptions.HTTPError | OSError | ValueError):
        return error
    return urllib3.exceptions.ProtocolError(f"the browser's response cannot be read: {error}")


def as_decoded(raw: urllib3.BaseHTTPResponse) -> urllib3.BaseHTTPResponse:
    """Let a response say that its body is decoded, as it is, and not how long it was before."""
    raw.headers.discard("content-encoding")
    raw.length_remaining = None
    return raw
