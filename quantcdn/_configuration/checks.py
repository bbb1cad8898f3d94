"""The check of each setting that is kept as its check returns it."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Generic, Self, TypeVar, overload
from urllib.parse import urlsplit

from urllib3.util import parse_url

from quantcdn import _validation
from quantcdn._secrets import Secret, hidden, type_name
from quantcdn._types import is_sequence
from quantcdn.exceptions import ApiTypeError, ApiValueError
from quantcdn.rate_limit import RateLimit
from quantcdn.retry import RetryPolicy, retry_policy
from quantcdn.timeout import Timeout

_INT32 = 2**31
_MOST_CONNECTIONS = 10_000
_PROXY_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")

SocketOption = tuple[int, int, int | bytes]
"""The arguments of ``socket.setsockopt``."""

Taken = TypeVar("Taken", contravariant=True)
Kept = TypeVar("Kept", covariant=True)


class ConvertedSetting(Generic[Taken, Kept]):
    """A setting that takes more forms than it keeps, as type checkers see it."""

    @overload
    def __get__(self, configuration: None, owner: object = ...) -> Self: ...
    @overload
    def __get__(self, configuration: object, owner: object = ...) -> Kept: ...
    def __get__(self, configuration: object, owner: object = None) -> Any:
        raise NotImplementedError

    def __set__(self, configuration: object, value: Taken) -> None:
        raise NotImplementedError


def _timeout(_name: str, value: Any) -> Timeout:
    return Timeout().changed(value)


def _retries(_name: str, value: Any) -> RetryPolicy:
    return retry_policy(value)


def _rate_limit(name: str, value: object) -> RateLimit | None:
    if value is not None and not isinstance(value, RateLimit):
        raise ApiTypeError(f"{name} takes a RateLimit, such as RateLimit(5, burst=10), not {type(value).__name__}")
    return value


def pool_size(name: str, value: object) -> int:
    """Check that a setting is a number of connections that a process may have open."""
    return _validation.integer(name, value, minimum=1, maximum=_MOST_CONNECTIONS)


def optional_segment(name: str, value: object) -> str | None:
    """Check that a setting is text that can be a segment of a path, or None."""
    return None if value is None else _validation.segment(name, value)


def optional_file(name: str, value: object) -> str | None:
    """Check that a setting is the path of a file that exists, or None."""
    path = _validation.optional_path(name, value)
    if path is not None and not os.path.isfile(path):
        raise ApiValueError(f"{name}: there is no file {_validation.without_control(path)}")
    return path


def optional_headers(name: str, value: object) -> dict[str, str] | None:
    """Check that a setting is a mapping of headers, or None; no message shows a value."""
    if value is None:
        return None
    return dict(_validation.header(*item) for item in _validation.required_mapping(name, value).items())


def optional_hostname(name: str, value: object) -> str | None:
    """Check that a setting is the name or address of a host, or None."""
    checked = _validation.optional_text(name, value)
    if checked is None or re.fullmatch(_validation.HOST_NAME, checked, re.IGNORECASE | re.ASCII):
        return checked
    with suppress(ValueError):
        return str(ipaddress.IPv6Address(checked.strip("[]")))
    raise ApiValueError(f"{name} must be the name or address of a host")


def optional_certificate_name(name: str, value: object) -> str | bool | None:
    """Check that a setting is the name of a host, False for any, or None for the host's own, as is True."""
    if isinstance(value, bool):
        return None if value else False
    return optional_hostname(name, value)


def optional_authorities(name: str, value: object) -> str | bytes | None:
    """Check that a setting is certificates of authorities, PEM text or DER bytes, or None."""
    if value is None:
        return None
    if not isinstance(value, str | bytes):
        raise ApiTypeError(f"{name} takes PEM as text or DER as bytes, not {type(value).__name__}")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=value)
    except (ValueError, TypeError, OSError):
        problem = ApiValueError(f"{name} cannot be used: it takes PEM as text or DER as bytes")
    else:
        return value
    raise problem


def optional_tls_context(name: str, value: object) -> ssl.SSLContext | None:
    """Check that a setting is a TLS context, or None."""
    if value is not None and not isinstance(value, ssl.SSLContext):
        raise ApiTypeError(f"{name} takes an ssl.SSLContext, not {type(value).__name__}")
    return value


def optional_socket_options(name: str, value: object) -> list[SocketOption] | None:
    """Check that a setting is a sequence of options that a socket of this system takes, or None."""
    if value is None:
        return None
    if not is_sequence(value) or isinstance(value, str | bytes):
        raise ApiTypeError(f"{name} takes a list of tuples, not {type(value).__name__}")
    return [_socket_option(f"{name}[{position}]", option) for position, option in enumerate(value)]


def _socket_option(name: str, value: object) -> SocketOption:
    if not is_sequence(value) or len(value) != 3:
        raise ApiTypeError(f"{name} takes a level, an option and its value")
    level, option = (_validation.integer(name, part, -_INT32, _INT32 - 1) for part in value[:2])
    wanted = value[2] if isinstance(value[2], bytes) else _validation.integer(name, value[2], -_INT32, _INT32 - 1)
    reason = "no such option"
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as trial:
                trial.setsockopt(level, option, wanted)
        except OSError as error:
            reason = error.strerror or reason
        else:
            return level, option, wanted
    raise ApiValueError(f"{name} is refused by the system: {reason}")


def optional_proxy(_name: str, value: object) -> str | None:
    """Check that a setting is the address of a proxy, "" or None."""
    return None if value is None else checked_proxy(value)


def checked_proxy(proxy: object) -> str:
    """Check the address of a proxy, "" for none, and give it a scheme; no message shows it, for its password's sake."""
    proxy = hidden(proxy)
    if not isinstance(proxy, str):
        raise ApiTypeError(f"proxy takes text, not {type_name(proxy)}")
    if not proxy:
        return ""
    address = proxy if "://" in proxy else Secret(f"http://{proxy}")
    if not _is_usable(address) or not address.isascii() or re.search(r"[\x00-\x20\x7f]", address):
        raise ApiValueError(f"proxy must be {', '.join(_PROXY_SCHEMES)}, ://, host and port, with nothing else")
    return address


def _is_usable(address: str) -> bool:
    try:
        parts = urlsplit(address)
        parse_url(address)  # urllib3 reads it again, and more strictly than the standard library
        name = parts.hostname or ""
        # Only an address of IPv6 may have a percent sign, before its zone; urllib3 2.7 lets any name have one.
        return parts.scheme in _PROXY_SCHEMES and bool(name) and parts.port != 0 and ("%" not in name or ":" in name)
    except ValueError:  # from either
        return False


SETTINGS: Mapping[str, Callable[[str, object], object]] = {
    "connection_pool_maxsize": pool_size,
    "max_response_size": _validation.size,
    "max_image_size": _validation.size,
    "max_error_size": _validation.size,
    "verify_ssl": _validation.boolean,
    "ssl_ca_cert": optional_file,
    "ca_cert_data": optional_authorities,
    "cert_file": optional_file,
    "key_file": optional_file,
    "assert_hostname": optional_certificate_name,
    "tls_server_name": optional_hostname,
    "proxy": optional_proxy,
    "no_proxy": _validation.optional_text,
    "proxy_headers": optional_headers,
    "ssl_context": optional_tls_context,
    "proxy_ssl_context": optional_tls_context,
    "socket_options": optional_socket_options,
    "client_side_validation": _validation.boolean,
    "verify_identifiers": _validation.boolean,
    "organisation": optional_segment,
    "on_request": _validation.optional_function,
    "on_response": _validation.optional_function,
    "on_retry": _validation.optional_function,
    "progress": _validation.boolean,
    "timeout": _timeout,
    "retries": _retries,
    "rate_limit": _rate_limit,
}
