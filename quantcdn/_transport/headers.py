"""Headers of a request, by their names in any letter case."""

from __future__ import annotations

from collections.abc import Mapping

from quantcdn import _validation
from quantcdn._secrets import Secret, header_value, hidden
from quantcdn.exceptions import ApiValueError

# What a client sends of itself, and what authorises nothing.
_OWN = frozenset({"Accept", "Accept-Encoding", "User-Agent"})

_FRAMING = frozenset({"transfer-encoding", "content-length"})


def set_header(headers: dict[str, str], name: object, value: object) -> None:
    """Set a header; one of the same name in other letter case gives way."""
    name, value = hidden(name), hidden(value)
    checked_name, checked_value = _validation.header(name, value)
    # Removed first, it would be missing from a request that another thread sends meanwhile.
    headers[checked_name] = header_value(checked_name, checked_value)
    remove_header(headers, checked_name, keep=checked_name)


def are_secured(headers: Mapping[str, str]) -> bool:
    """Say whether headers are of those that a client makes: checked, and hidden where they may authorise."""
    # An instance check of a mapping would cost more than all of this.
    return isinstance(headers, dict) and all(type(value) is Secret or name in _OWN for name, value in headers.items())


def checked_headers(headers: Mapping[str, object]) -> dict[str, str]:
    """Check headers that were given to no client but to what is below it."""
    checked: dict[str, str] = {}
    for name, value in _validation.required_mapping("headers", headers).items():
        set_header(checked, name, value)
    return checked


def check_framing(headers: Mapping[str, str], length: int) -> None:
    """Refuse a header by which a request would seem to end elsewhere than it does."""
    # The server would take the next request on the connection for the rest of this one (RFC 9112 section 11.2).
    if _FRAMING.isdisjoint(map(str.lower, headers)):
        return
    for name, value in headers.items():
        lower = name.lower()
        if lower == "transfer-encoding" or (lower == "content-length" and value != str(length)):
            raise ApiValueError(f"the header {lower} cannot be set to anything else than what is sent: leave it out")


def remove_header(headers: dict[str, str], name: str, *, keep: str | None = None) -> None:
    """Remove a header, in whatever letter case it is there but that of ``keep``."""
    for known in list(headers):
        if known != keep and known.lower() == name.lower():
            headers.pop(known, None)


def set_authorisation(headers: dict[str, str], auth: Mapping[str, object]) -> None:
    """Set the header by which a caller authorises a single call."""
    if auth.get("in") == "header":
        set_header(headers, auth.get("key"), auth.get("value"))
    elif auth.get("in") == "cookie":
        set_header(headers, "Cookie", auth.get("value"))
    else:
        raise ApiValueError("_request_auth needs 'in' ('header' or 'cookie'), 'key' and 'value'")


def has_header(headers: Mapping[str, str], name: str) -> bool:
    """Say whether a header is there, whose name is given in lower case."""
    return name in map(str.lower, headers)


def find_header(headers: Mapping[str, str], name: str) -> str | None:
    """Find the value of a header, whose name is given in lower case."""
    return next((value for known, value in headers.items() if known.lower() == name), None)
