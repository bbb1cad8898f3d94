"""Which proxy a host is reached through, by the environment variables as curl reads them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from quantcdn._configuration.checks import checked_proxy
from quantcdn._secrets import hidden
from quantcdn._validation import ip_address, is_loopback
from quantcdn.exceptions import ApiValueError

# An address of IPv6 has colons of its own, and a port only behind brackets.
_ENTRY_WITH_PORT = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[^:\[\]]+):(?P<port>[0-9]{1,5})", re.ASCII)
_LOWER = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_VARIABLES = (*_LOWER, *map(str.upper, _LOWER), "REQUEST_METHOD")


def proxy_variables(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Take from the environment what says of proxies, hidden from tracebacks, and nothing else that it holds."""
    return {name: hidden(environ[name]) for name in _VARIABLES if name in environ}


def chosen_proxy(url: str, proxy: str | None, no_proxy: str | None, environ: Mapping[str, str]) -> str:
    """Find the proxy that an address is reached through, by the settings and the environment.

    What the environment says is not for this machine itself: curl, which obeys it there too, would
    show another machine the token of a local service in the clear. What a setting says is obeyed.
    """
    environ = proxy_variables(environ)
    if proxy is None and is_loopback(urlsplit(url).hostname or ""):
        return ""
    if no_proxy is None:
        no_proxy = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    if bypasses_proxy(url, no_proxy):
        return ""
    return environment_proxy(url, environ) if proxy is None else proxy


def environment_proxy(url: str, environ: Mapping[str, str]) -> str:
    """Find the proxy that the environment names for an address."""
    environ = proxy_variables(environ)
    name = proxy_variable(url, environ)
    if not name:
        return ""
    try:
        return checked_proxy(environ[name])
    except ApiValueError as error:
        problem = f"{name}: {error}"
    raise ApiValueError(problem)


def proxy_variable(url: str, environ: Mapping[str, str]) -> str:
    """Find the environment variable that names the proxy for an address."""
    scheme = urlsplit(url).scheme
    names = [f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY"]
    if "REQUEST_METHOD" in environ:  # a visitor of a web server may have set HTTP_PROXY, by a header Proxy (httpoxy)
        names.remove("HTTP_PROXY") if "HTTP_PROXY" in names else None
    return next((name for name in names if environ.get(name)), "")


def bypasses_proxy(url: str, no_proxy: str) -> bool:
    """Say whether a host is reached without a proxy.

    ``no_proxy`` has host names, which stand for their subdomains too, as ``.host`` does, while ``*.host`` stands for
    these alone; addresses and networks; each of them with a port for that port alone; ``*`` for everything.
    """
    parts = urlsplit(url.lower())
    host = (parts.hostname or "").removesuffix(".")
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return any(_matches(host, port, entry) for entry in re.split(r"[,\s]+", no_proxy.lower()) if entry)


def _matches(host: str, port: int | None, entry: str) -> bool:
    if entry == "*":
        return True
    match = _ENTRY_WITH_PORT.fullmatch(entry)
    if match is not None:
        entry = match["name"]
        if int(match["port"]) != port:
            return False
    address = ip_address(host)
    if address is not None:  # whose digits are no labels of a name
        network = _network(entry)
        return network is not None and address in network
    name = entry.removeprefix("*").strip(".")
    return bool(name) and (host.endswith(f".{name}") or (host == name and not entry.startswith("*")))


def _network(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return None
