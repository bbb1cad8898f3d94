"""Which proxy a host is reached through, by the environment variables as curl reads them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from quantcdn.exceptions import ApiTypeError, ApiValueError

_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")


def checked_proxy(proxy: object) -> str:
    """Check the address of a proxy.

    Args:
        proxy: Scheme, host and port, with user and password where needed; without a scheme it is
            ``http``; "" for no proxy.

    Returns:
        The address with its scheme, or "".

    Raises:
        ApiTypeError: It is not text.
        ApiValueError: It is no such address. The message does not show it, for its password's sake.
    """
    if not isinstance(proxy, str):
        raise ApiTypeError(f"proxy takes text, not {type(proxy).__name__}")
    if not proxy:
        return ""
    address = proxy if "://" in proxy else f"http://{proxy}"
    try:
        parts = urlsplit(address)
        usable = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not address.isascii() or re.search(r"[\x00-\x20\x7f]", address):
        raise ApiValueError(f"proxy must be {', '.join(_SCHEMES)}, ://, host and port, with nothing else")
    return address


def chosen_proxy(url: str, proxy: str | None, no_proxy: str | None, environ: Mapping[str, str]) -> str:
    """Find the proxy that an address is reached through, by the settings and the environment.

    Args:
        url: Scheme and host.
        proxy: The setting: an address, "" for no proxy, or None for that of the environment.
        no_proxy: The setting: hosts that are reached without, or None for those of the environment.
        environ: Environment variables.

    Returns:
        The proxy's address, or "" for none.

    Raises:
        ApiValueError: The variable holds no usable address.
    """
    if no_proxy is None:
        no_proxy = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    if bypasses_proxy(url, no_proxy):
        return ""
    return environment_proxy(url, environ) if proxy is None else proxy


def environment_proxy(url: str, environ: Mapping[str, str]) -> str:
    """Find the proxy that the environment names for an address.

    Args:
        url: Scheme and host.
        environ: Environment variables; small letters win, and ``HTTP_PROXY`` does not count where
            a web server has set ``REQUEST_METHOD``, since a visitor may then have set it.

    Returns:
        The proxy's address, or "" for none.

    Raises:
        ApiValueError: The variable holds no usable address.
    """
    name = proxy_variable(url, environ)
    if not name:
        return ""
    try:
        return checked_proxy(environ[name])
    except ApiValueError as error:
        problem = f"{name}: {error}"
    raise ApiValueError(problem)


def proxy_variable(url: str, environ: Mapping[str, str]) -> str:
    """Find the environment variable that names the proxy for an address.

    Args:
        url: Scheme and host.
        environ: Environment variables, read as ``environment_proxy`` says.

    Returns:
        The variable's name, or "" for none.
    """
    scheme = urlsplit(url).scheme
    names = [f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY"]
    if "REQUEST_METHOD" in environ:
        names.remove("HTTP_PROXY") if "HTTP_PROXY" in names else None
    return next((name for name in names if environ.get(name)), "")


def bypasses_proxy(url: str, no_proxy: str) -> bool:
    """Say whether an address is reached without a proxy.

    Args:
        url: Scheme and host.
        no_proxy: Host names, which stand for their subdomains too, addresses and networks
            (``10.0.0.0/8``), separated by commas or blanks; ``*`` for everything.

    Returns:
        Whether one of them matches.
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    return any(_matches(host, entry) for entry in re.split(r"[,\s]+", no_proxy.lower()) if entry)


def _matches(host: str, entry: str) -> bool:
    if entry == "*":
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        name = entry.strip(".")
        return bool(name) and (host == name or host.endswith(f".{name}"))
