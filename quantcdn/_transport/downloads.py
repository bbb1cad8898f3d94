"""Where files may be fetched from, and what is requested there: pure functions over URLs and responses."""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import TYPE_CHECKING, Literal
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from quantcdn._secrets import Secret, hidden
from quantcdn._transport.redaction import redacted
from quantcdn._validation import host as checked_host
from quantcdn._validation import is_loopback
from quantcdn.exceptions import ApiException, ApiValueError

if TYPE_CHECKING:
    from quantcdn._transport.response import RESTResponse

Reach = Literal["public", "local", "loopback"]
"""Where files may come from: public addresses alone, any, or any and without TLS from this machine."""

MOST_REDIRECTS = 3
"""How many redirects a download follows."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SHORTEST_SECRET = 8  # an address also has dates and numbers
_EXPIRED_HINT = "The signed URL is valid for 1 hour; get the execution's status again for a new one"

# Names that no public resolver knows (RFC 6761, RFC 6762, RFC 8375, and ICANN's resolution of 2024-07-29).
_LOCAL_NAME = r"(?:.*\.)?(?:localhost|local|internal|home\.arpa)"

# Special networks that not every supported Python knows as such (IANA), 6to4 among them, which RFC 7526 has ended, and
# what only Azure's machines reach: the first and the last have a cloud's metadata.
_SPECIAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "2002::/16", "3fff::/20", "168.63.129.16/32")))

# RFC 6052 section 2.1: an IPv4 address in the last 32 bits, for a translator to reach.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def reach_of(service: str) -> Reach:
    """Say where a service, scheme and host, may send its clients for files; names are not resolved."""
    name = urlsplit(service).hostname or ""
    return "loopback" if is_loopback(name) else "local" if _is_local(name) else "public"


def _is_local(name: str) -> bool:
    name = name.rstrip(".").lower()
    address = _address(name)
    return not is_public(address) if address else bool(re.fullmatch(_LOCAL_NAME, name))


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the public Internet, and so no IPv6 form of an IPv4 one that is not."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inside = parsed.ipv4_mapped
        if parsed in _NAT64:
            inside = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(str(inside))
        if parsed.is_site_local:  # deprecated by RFC 3879, and still in use here and there
            return False
    if any(parsed.version == network.version and parsed in network for network in _SPECIAL):
        return False
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def download_target(url: str, reach: Reach) -> tuple[str, str]:
    """Take an address apart, and refuse it where files must not come from there; no message shows it, it is signed."""
    url = hidden(url)
    parts = _split(url)
    if parts is None or not parts.hostname:
        raise ApiValueError("the address of a file cannot be used")
    if reach == "public" and _is_local(parts.hostname):
        raise ApiValueError("the address of a file is in a local network, where a public service's files cannot be")
    is_plain = parts.scheme == "http" and reach == "loopback" and is_loopback(parts.hostname)
    if parts.scheme != "https" and not is_plain:
        raise ApiValueError("the address of a file must be https")
    return f"{parts.scheme}://{parts.netloc}", _path_of(url)


def redirected(url: str, response: RESTResponse, reach: Reach) -> str | None:
    """Find where a response sends a download to, or None where it does not or must not."""
    location = response.getheader("location")
    if response.status not in _REDIRECTS or location is None:
        return None
    try:
        target = Secret(urljoin(url, hidden(location)))
        download_target(target, reach)
    except ValueError:  # from urljoin, or an ApiValueError
        return None
    return None if url.startswith("https:") and not target.startswith("https:") else target


def signed_values(*targets: str) -> tuple[str, ...]:
    """List what of signed URLs no error may show; S3 repeats the signature in some responses."""
    parts = [part for target in targets for part in _parts_of(target) if "=" in part]
    values = [part.partition("=")[2] for part in parts]
    return tuple({secret for v in values for secret in (v, unquote(v)) if len(secret) >= _SHORTEST_SECRET})


def _parts_of(target: str) -> list[str]:
    path, _, query = target.partition("?")
    return [*path.split("/"), *query.split("&")]


def shown_path(target: str) -> str:
    """Write the path of a signed target as errors and logs may have it; some hosts sign in the path."""
    path = target.partition("?")[0]
    return redacted(path, signed_values(path))


def without_query_values(target: str) -> str:
    """Write a signed target as logs may have it: with the names of its query alone."""
    _, mark, query = target.partition("?")
    return (
        shown_path(target) + mark + "&".join(part.partition("=")[0] + "=REDACTED" for part in query.split("&") if part)
    )


def add_hint(error: ApiException) -> ApiException:
    """Say what to do where an address has expired: S3 answers 403 for its own time, 400 for that of its signer."""
    if error.status == 403 or (error.status == 400 and b"<Code>ExpiredToken</Code>" in (error.raw_data or b"")):
        error.hint = _EXPIRED_HINT
    return error


def _path_of(url: str) -> Secret:
    """Give path and query, which the signature is in."""
    parts = urlsplit(url)
    return Secret(f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/")


def _split(url: str) -> SplitResult | None:
    """Take an address apart; the query is left out."""
    if not re.fullmatch(r"[!-~]+", url) or "\\" in url:  # urlsplit would drop line ends, and others read \\ as /
        return None
    try:
        parts = urlsplit(url)
        checked_host(f"https://{parts.netloc}", allow_http=False)
    except ValueError:  # from urlsplit, or an ApiValueError
        return None
    return parts._replace(query="", fragment="")


def _address(name: str) -> str | None:
    """Read a host as an address, in the old forms of IPv4 too (127.1, 0x7f000001), which resolvers still take."""
    try:
        return str(ipaddress.ip_address(name.partition("%")[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(name))
    except OSError:
        return None
