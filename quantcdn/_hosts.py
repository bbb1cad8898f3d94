"""What the name of a host and the address of a proxy say by themselves."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from urllib3.util import parse_url

from quantcdn._secrets import Secret, hidden, type_name
from quantcdn.exceptions import ApiTypeError, ApiValueError

_PROXY_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")


def is_loopback(name: str) -> bool:
    """Say whether a host is this machine by its very name: ``localhost`` or a loopback address.

    ``api.localhost`` is not among them: whether such a name stays on the machine is the resolver's choice.
    """
    name = name.strip("[]").removesuffix(".").lower()
    if name == "localhost":
        return True
    address = ip_address(name)
    return address is not None and address.is_loopback


def ip_address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read an address; one of IPv4 in the form of IPv6 is one of IPv4."""
    try:
        address = ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


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
