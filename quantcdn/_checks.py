"""Checks of single settings: each returns the value that is kept, or raises an error of the family."""

from __future__ import annotations

import ipaddress
import math
import os
import re
from collections.abc import Mapping
from pathlib import PurePath

from quantcdn._json import is_mapping
from quantcdn.exceptions import ApiTypeError, ApiValueError
from quantcdn.proxy import checked_proxy

_HOST = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9_]([a-z0-9_.-]*[a-z0-9_.])?)"
    r"(:(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[a-z0-9/_.~%+-]*)?",
    re.IGNORECASE,
)


def boolean(name: str, value: object) -> bool:
    """Check that a setting is True or False."""
    if not isinstance(value, bool):
        raise ApiTypeError(f"{name} takes True or False, not {type(value).__name__}")
    return value


def integer(name: str, value: object, minimum: int, maximum: int | None = None) -> int:
    """Check that a setting is a whole number within bounds."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ApiTypeError(f"{name} takes a whole number, not {type(value).__name__}")
    if value < minimum or (maximum is not None and value > maximum):
        bounds = f"{minimum} or more" if maximum is None else f"from {minimum} to {maximum}"
        raise ApiValueError(f"{name} must be {bounds}, not {value}")
    return value


def number(name: str, value: object) -> float:
    """Check that an argument is a finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ApiTypeError(f"{name} takes a number, not {type(value).__name__}")
    if not math.isfinite(value):
        raise ApiValueError(f"{name} must be finite, not {value}")
    return value


def above_zero(name: str, value: object) -> float:
    """Check that an argument is a finite number above 0."""
    if number(name, value) <= 0:
        raise ApiValueError(f"{name} must be above 0, not {value}")
    return number(name, value)


def size(name: str, value: object) -> int:
    """Check that a setting is a whole number above 0."""
    return integer(name, value, minimum=1)


def text(name: str, value: object) -> str:
    """Check that an argument is text that is not blank."""
    if not isinstance(value, str):
        raise ApiTypeError(f"{name} takes text, not {type(value).__name__}")
    if not value.strip():
        raise ApiValueError(f"{name} is {'blank' if value else 'empty'}")
    try:
        value.encode()
    except UnicodeEncodeError:
        problem = ApiValueError(f"{name} has surrogates, which are no characters")
    else:
        return value
    raise problem


def segment(name: str, value: object) -> str:
    """Check that an argument is text that can be a segment of a path."""
    checked = text(name, value)
    # A server resolves dot segments (RFC 3986 section 5.2.4), percent-encoded or not.
    if checked in (".", ".."):
        raise ApiValueError(f"{name} cannot be {checked!r}")
    return checked


def mapping(name: str, value: object) -> Mapping[str, object]:
    """Check that an option is a mapping, and take None for an empty one."""
    if value is None:
        return {}
    if not is_mapping(value):
        raise ApiTypeError(f"{name} takes a mapping, not {type(value).__name__}")
    return value


def optional_text(name: str, value: object) -> str | None:
    """Check that a setting is text or None."""
    if value is not None and not isinstance(value, str):
        raise ApiTypeError(f"{name} takes text, not {type(value).__name__}")
    return value


def optional_file(name: str, value: object) -> str | None:
    """Check that a setting is the path of a file that exists, or None."""
    path = optional_text(name, str(value) if isinstance(value, PurePath) else value)
    if path is not None and not os.path.isfile(path):
        raise ApiValueError(f"{name}: there is no file {path}")
    return path


def optional_function(name: str, value: object) -> object:
    """Check that a setting can be called, or is None."""
    if value is not None and not callable(value):
        raise ApiTypeError(f"{name} takes a function, not {type(value).__name__}")
    return value


def optional_proxy(_name: str, value: object) -> str | None:
    """Check that a setting is the address of a proxy, "" or None."""
    return None if value is None else checked_proxy(value)


def token(value: object) -> str:
    """Check a token, and take blank ends and a leading ``Bearer`` off it; no message shows it."""
    if not isinstance(value, str):
        raise ApiTypeError(f"access_token takes text or a function that returns text, not {type(value).__name__}")
    bare = re.sub(r"^bearer(\s+|$)", "", value.strip(), flags=re.IGNORECASE)
    if not bare:
        raise ApiValueError("access_token is empty")
    if not re.fullmatch(r"[\x21-\x7e]+", bare):
        raise ApiValueError("access_token has blanks, control characters or letters outside ASCII inside")
    return bare


def host(value: object, allow_http: bool) -> str:
    """Check the address of a service; the message does not show it, since it may hold a password."""
    if not isinstance(value, str):
        raise ApiTypeError(f"host takes text, not {type(value).__name__}")
    match = _HOST.fullmatch(value.strip())
    if not match:
        raise ApiValueError(
            "host must be https://, a name or address, and at most a port and a path: no user, no query, no blank"
        )
    if match["port"]:
        integer("host's port", int(match["port"]), minimum=1, maximum=65_535)
    if match["scheme"].lower() == "http" and not allow_http and not is_loopback(match["name"]):
        raise ApiValueError(
            f"host {match['name']} would be reached without encryption; "
            "use https, or allow_http=True if the network is trusted"
        )
    return value.strip().rstrip("/")


def header(name: object, value: object) -> tuple[str, str]:
    """Check a header (RFC 9110 section 5); no message shows its value."""
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
        raise ApiValueError(f"{name!r} cannot be the name of a header")
    if not isinstance(value, str):
        raise ApiTypeError(f"the header {name} takes text, not {type(value).__name__}")
    if not re.fullmatch(r"[\t\x20-\x7e\x80-\xff]*", value):
        raise ApiValueError(f"the header {name} has control characters or letters outside Latin-1")
    return name, value


def is_loopback(name: str) -> bool:
    """Say whether a host is this machine itself, by its name or address."""
    name = name.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
