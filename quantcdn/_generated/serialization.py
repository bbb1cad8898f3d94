"""Write parameters and values as the parts of a request, in the forms of generated clients."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from decimal import Decimal
from enum import Enum
from typing import Any
from urllib.parse import quote
from uuid import UUID

from quantcdn import _validation
from quantcdn._transport.headers import find_header, set_header
from quantcdn._types import is_array, is_mapping, is_sequence, is_tuple
from quantcdn.exceptions import ApiTypeError, ApiValueError

Parameters = Mapping[str, Any] | Iterable[tuple[str, Any]]
"""Parameters by their names, or as pairs."""

_BODILESS = frozenset({"GET", "HEAD"})
_WITH_LENGTH = frozenset({"POST", "PUT", "PATCH"})  # also where it is 0 (RFC 9110 section 8.6)
_MAX_BITS = 14_284  # of an integer whose 4,300 digits Python still writes
_SEPARATORS: Mapping[str, str] = {"csv": ",", "ssv": " ", "tsv": "\t", "pipes": "|"}


def plain(value: object) -> Any:
    """Convert models, times and the like to the types of JSON; tuples stay tuples, and bytes stay bytes."""
    with suppress(RecursionError):
        return _plain(value)
    raise ApiValueError("the value contains itself, or is nested too deep")


def _plain(value: Any) -> Any:
    if isinstance(value, type):
        raise ApiTypeError(f"the class {value.__name__} cannot be sent")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, int) and value.bit_length() > _MAX_BITS:
        raise ApiValueError(f"{_validation.shown(value)} cannot be sent")
    if value is None or isinstance(value, str | bytes | bool | int | float):
        return value
    if isinstance(value, datetime.date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if is_array(value) or is_tuple(value):
        items = [_plain(item) for item in value]
        return items if is_array(value) else tuple(items)
    if is_mapping(value):
        return {key: _plain(item) for key, item in value.items()}
    for method in ("get_secret_value", "to_dict", "model_dump"):
        convert = getattr(value, method, None)
        if callable(convert):
            return _plain(convert())
    if not hasattr(value, "__dict__"):
        raise ApiTypeError(f"{type(value).__name__} cannot be sent")
    return _plain(vars(value))


def pairs(name: str, parameters: Parameters | None) -> list[tuple[str, Any]]:
    """List parameters as pairs, whatever form they were given in."""
    items: Any = parameters.items() if is_mapping(parameters) else parameters or ()
    try:
        return [(_validation.text(f"a name in {name}", key), plain(value)) for key, value in items]
    except (ApiTypeError, ApiValueError) as error:
        problem: Exception = error
    except (TypeError, ValueError):  # of the unpacking
        problem = ApiTypeError(f"{name} takes a mapping or pairs")
    raise problem


def parameter_text(value: object) -> str:
    """Write a parameter's value: True and False in lower case, mappings as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        _validation.number("a parameter", value)
        return str(value)
    if is_mapping(value):
        return json_text(value)
    raise ApiTypeError(f"a parameter takes text or a number, not {type(value).__name__}")


def path(template: object, parameters: Parameters | None, formats: Mapping[str, Any]) -> str:
    """Fill path parameters into the path of an endpoint."""
    filled = _validation.text("resource_path", template)
    if not filled.startswith("/"):
        raise ApiValueError("resource_path must begin with a slash")  # else it would go on with the host's name
    for name, value in pairs("path_params", parameters):
        filled = filled.replace(f"{{{name}}}", _path_value(name, value, formats))
    missing = re.search(r"\{([^{}/]*)\}", filled)
    if missing is not None:
        raise ApiValueError(f"path_params has no {_validation.shown(missing[1])}")
    return filled


def _path_value(name: str, value: Any, formats: Mapping[str, str]) -> str:
    """Write a path parameter as one segment of the path."""
    joined = _separator(formats.get(name, "csv")).join(_texts(value))
    return quote(_validation.segment(name, joined), safe="")


def query_parts(parameters: Parameters | None, formats: Mapping[str, str]) -> Iterable[str]:
    """Yield the parts of a query, percent-encoded."""
    for name, value in pairs("query_params", parameters):
        if value is None:
            continue
        items = [quote(text) for text in _texts(value)]
        if formats.get(name, "multi") != "multi":
            items = [quote(_separator(formats[name]), safe=",|").join(items)]
        yield from (f"{quote(name, safe='')}={item}" for item in items)


def _texts(value: object) -> list[str]:
    items = value if is_sequence(value) and not isinstance(value, str | bytes) else [value]
    return [parameter_text(item) for item in items]


def _separator(name: str) -> str:
    if name not in _SEPARATORS:
        raise ApiValueError(f"a collection format is multi, {', '.join(_SEPARATORS)}, not {_validation.shown(name)}")
    return _SEPARATORS[name]


def target(url: object, host: str) -> str:
    """Take the path and query off a URL of the configured host, by its letters: nothing can be read in two ways."""
    text = _validation.text("url", url)
    rest = text[len(host) :].partition("#")[0]
    if not text.startswith(host) or rest[:1] not in ("", "/", "?"):
        raise ApiValueError(f"url is not below {host}, and the token goes nowhere else: set Configuration.host")
    if not re.fullmatch(r"[!-~]*", rest):
        raise ApiValueError("url has blanks, control characters or letters outside ASCII: percent-encode them")
    return rest if rest.startswith("/") else f"/{rest}"


def request_body(method: str, headers: dict[str, str], body: object) -> bytes:
    """Write a request body, and the headers that describe it."""
    if body is None:
        if method in _WITH_LENGTH:
            set_header(headers, "Content-Length", "0")
        return b""
    if method in _BODILESS:
        raise ApiValueError(f"{method} takes no body")
    content_type = find_header(headers, "content-type")
    if content_type is None:
        content_type = headers["Content-Type"] = "application/json"
    if re.match(r"application/([\w.+-]+\+)?json\s*(;|$)", content_type, re.IGNORECASE | re.ASCII):
        written = json_text(plain(body)).encode()
    elif isinstance(body, str | bytes):
        written = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    else:
        raise ApiTypeError(f"body takes text or bytes with Content-Type {content_type}, not {type(body).__name__}")
    set_header(headers, "Content-Length", str(len(written)))
    return written


def json_text(value: object) -> str:
    """Write a value as JSON."""
    try:
        return json.dumps(value, allow_nan=False)
    except (ValueError, TypeError, RecursionError) as error:
        kind = ApiTypeError if isinstance(error, TypeError) else ApiValueError
    raise kind("the value cannot be written as JSON")
