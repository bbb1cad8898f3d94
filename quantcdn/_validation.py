"""Checks of single settings: each returns the value that is kept, or raises an error of the family."""

from __future__ import annotations

import ipaddress
import json
import math
import operator
import re
from collections.abc import Mapping
from contextlib import suppress
from numbers import Rational, Real
from pathlib import PurePath
from typing import SupportsIndex

from quantcdn._display.text import escaped
from quantcdn._secrets import Secret, hidden, is_known_header, type_name
from quantcdn._types import is_mapping
from quantcdn.exceptions import ApiTypeError, ApiValueError

HOST_NAME = r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_.])?"
_HOST = re.compile(
    rf"(?P<scheme>https?)://(?P<name>\[[0-9a-f:.]+\]|{HOST_NAME})(:(?P<port>[0-9]{{1,5}}))?(?P<path>/[a-z0-9/_.~%+-]*)?",
    # Without ASCII, letters that only look like these would match too.
    re.IGNORECASE | re.ASCII,
)
_LONGEST_SHOWN = 60
_LARGEST_NUMBER = 1e9
_SMALLEST_NUMBER = 1e-9
# Three steps of an orchestration that starts at the latest time still end before the year 10,000.
_LONGEST_DURATION = 1e9
_LATEST_TIME = 2e11


def shown(value: object) -> str:
    """Write any value for a message: on one line, short, and never with an error of its own."""
    if isinstance(value, int) and value.bit_length() > 200:
        # Python refuses to write an integer of more than 4,300 digits.
        return f"an integer of about {int(value.bit_length() * math.log10(2)) + 1} digits"
    try:
        text = repr(value)
    except Exception:  # whatever the value's own class does
        text = f"<{type(value).__name__}>"
    return escaped(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")


def boolean(name: str, value: object) -> bool:
    """Check that a setting is True or False."""
    if not isinstance(value, bool):
        raise ApiTypeError(f"{name} takes True or False, not {type(value).__name__}")
    return value


def integer(name: str, value: object, minimum: int, maximum: int | None = None) -> int:
    """Check that a setting is an integer within bounds; anything with ``__index__`` is one, but True and False."""
    checked = _index(value)
    if checked is None:
        raise ApiTypeError(f"{name} takes a whole number, not {type(value).__name__}")
    if checked < minimum or (maximum is not None and checked > maximum):
        bounds = f"{minimum} or more" if maximum is None else f"from {minimum} to {maximum}"
        raise ApiValueError(f"{name} must be {bounds}, not {shown(checked)}")
    return checked


def _index(value: object) -> int | None:
    if isinstance(value, bool | float):  # a protocol's check of a float takes ten times as long as all else here
        return None
    if isinstance(value, int | SupportsIndex):
        with suppress(Exception):  # whatever the value's own class raises
            return operator.index(value)
    return None


def number(name: str, value: object) -> float:
    """Check that an argument is an integer or a finite float, numpy's among them; Decimal and Fraction are neither."""
    checked = _index(value)
    is_float = isinstance(value, Real) and not isinstance(value, bool | Rational)
    if checked is None and not is_float:
        raise ApiTypeError(f"{name} takes a number, not {type(value).__name__}")
    try:
        as_float = float(value if checked is None else checked)  # type: ignore[arg-type] # a Real has __float__
    except (OverflowError, ValueError):
        as_float = math.inf
    if not math.isfinite(as_float):
        raise ApiValueError(f"{name} must be finite and fit a float, not {shown(value)}")
    return as_float


def above_zero(name: str, value: object) -> float:
    """Check that an argument is a number above 0, and neither so small nor so large that no use is left."""
    checked = number(name, value)
    if checked <= 0:
        raise ApiValueError(f"{name} must be above 0, not {shown(value)}")
    if not _SMALLEST_NUMBER <= checked <= _LARGEST_NUMBER:
        raise ApiValueError(f"{name} must be from {_SMALLEST_NUMBER:g} to {_LARGEST_NUMBER:g}, not {shown(value)}")
    return checked


def seconds(name: str, value: object, maximum: float) -> float:
    """Check that an argument is a number of seconds from 0 to a maximum."""
    checked = number(name, value)
    if not 0 <= checked <= maximum:
        raise ApiValueError(f"{name} must be from 0 to {maximum:.0f} seconds, not {shown(value)}")
    return checked


def duration(name: str, value: object) -> float:
    """Check that an argument is a number of seconds that a step of an execution may take."""
    return seconds(name, value, _LONGEST_DURATION)


def timestamp(name: str, value: object) -> float:
    """Check that an argument is a time in seconds since 1970."""
    return seconds(name, value, _LATEST_TIME)


def json_value(name: str, value: object) -> object:
    """Check that an argument can be sent as JSON, and copy it, so that a later change of it does no harm."""
    try:
        return json.loads(json.dumps(value))
    except (TypeError, ValueError, RecursionError) as error:
        problem = ApiTypeError(f"{name} takes a JSON value: {error}")
    raise problem


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
        # What str and format write of an Enum with text for its members is the member's name.
        return value if isinstance(value, Secret) else str.__str__(value)
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
    return {} if value is None else required_mapping(name, value)


def required_mapping(name: str, value: object) -> Mapping[str, object]:
    """Check that an argument is a mapping."""
    if not is_mapping(value):
        raise ApiTypeError(f"{name} takes a mapping, not {type_name(value)}")
    return value


def optional_text(name: str, value: object) -> str | None:
    """Check that a setting is text or None."""
    if value is not None and not isinstance(value, str):
        raise ApiTypeError(f"{name} takes text, not {type(value).__name__}")
    return value


def optional_path(name: str, value: object) -> str | None:
    """Check that a setting is a path or None."""
    return optional_text(name, str(value) if isinstance(value, PurePath) else value)


def without_control(text: str) -> str:
    """Write text from outside for a message, as it is where it is short and printable."""
    return escaped(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")


def optional_function(name: str, value: object) -> object:
    """Check that a setting can be called, or is None."""
    if isinstance(value, type):
        raise ApiTypeError(f"{name} takes a function, not the class {value.__name__}")
    if value is not None and not callable(value):
        raise ApiTypeError(f"{name} takes a function, not {type(value).__name__}")
    return value


def token(value: object) -> str:
    """Check a token, and take blank ends and a leading ``Bearer`` off it; no message shows it."""
    value = hidden(value)
    if not isinstance(value, str):
        raise ApiTypeError(f"access_token takes text or a function that returns text, not {type_name(value)}")
    bare = Secret(re.sub(r"^bearer(\s+|$)", "", value.strip(), flags=re.IGNORECASE))
    if not bare:
        raise ApiValueError("access_token is empty")
    if not re.fullmatch(r"[\x21-\x7e]+", bare):
        raise ApiValueError("access_token has blanks, control characters or letters outside ASCII inside")
    return bare


def host(value: object, allow_http: bool) -> str:
    """Check the address of a service; the message does not show it, since it may hold a password."""
    value = hidden(value)
    if not isinstance(value, str):
        raise ApiTypeError(f"host takes text, not {type_name(value)}")
    match = _HOST.fullmatch(value.strip())
    if not match:
        raise ApiValueError(
            "host must be https://, a name or address, and at most a port and a path: no user, no query, no blank"
        )
    if match["port"]:
        integer("host's port", int(match["port"]), minimum=1, maximum=65_535)
    if match["scheme"].lower() == "http" and not allow_http and not is_loopback(match["name"]):
        raise ApiValueError(
            f"host {without_control(match['name'])} would be reached without encryption; "
            "use https, or allow_http=True if the network is trusted"
        )
    return value.strip().rstrip("/")


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


def header(name: object, value: object) -> tuple[str, str]:
    """Check a header (RFC 9110 section 5); no message shows its value, nor a name that may be a token by mistake."""
    name, value = hidden(name), hidden(value)
    if not isinstance(name, str):
        raise ApiValueError(f"the name of a header is text, not {type_name(name)}")
    if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
        raise ApiValueError(f"a text of {len(name)} characters, not shown here, cannot be the name of a header")
    label = f"the header {name}" if is_known_header(name) else f"a header with a name of {len(name)} characters"
    if not isinstance(value, str):
        raise ApiTypeError(f"{label} takes text, not {type_name(value)}")
    if not re.fullmatch(r"[\t\x20-\x7e\x80-\xff]*", value):
        raise ApiValueError(f"{label} has control characters or letters outside Latin-1")
    return str(name) if is_known_header(name) else name, value
