"""Convert a response body to a type that is named as generated clients name it."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from types import GenericAlias
from typing import Any, get_args, get_origin
from uuid import UUID

from quantcdn import _validation, models
from quantcdn._file_formats import json_bounds
from quantcdn._types import is_array, is_object
from quantcdn.exceptions import ApiResponseException, ApiValueError

BYTES = ("bytes", "bytearray", bytes, bytearray)
"""The types for which a body stays as it is."""

_JSON_TYPE = re.compile(r"application/(json|[\w!#$&.+^-]+\+json)\s*(;|$)", re.IGNORECASE | re.ASCII)
_TEXT_TYPE = re.compile(r"text/[a-z.+-]+\s*(;|$)", re.IGNORECASE | re.ASCII)
_LATIN_1_TEXT = re.compile(r"text/.*charset=\"?(iso-8859-1|latin-?1)", re.IGNORECASE | re.ASCII)
_GENERIC = re.compile(r"(Optional|List|list|Dict|dict)\[(.*)\]", re.DOTALL)
_MAX_DEPTH = 20

_PRIMITIVES = (int, float, str, bool)
_TYPES: Mapping[str, type] = {
    **{kind.__name__: kind for kind in (*_PRIMITIVES, object, datetime.date, datetime.datetime, UUID)},
    "long": int,
    "decimal": Decimal,
}

# Whatever a class of the caller's own raises for a value that it does not take.
_REFUSALS = (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError)


def read_body(body: bytes, kind: Any, content_type: str | None) -> Any:
    """Convert a body; bytes stay as they are, and without a type the body is not read."""
    if kind is None or kind in BYTES:
        return None if kind is None else body
    return converted(parsed(_text_of(body, content_type), content_type), kind)


def json_or_none(body: bytes) -> Any:
    """Parse a body where it is JSON, as that of an error may be."""
    with suppress(ApiResponseException):
        return parsed(_text_of(body, None), "application/json") if body else None
    return None


def _text_of(body: bytes, content_type: str | None) -> str:
    """Decode a body: UTF-8 (RFC 8259 section 8.1), unless it is text in Latin-1 by its header."""
    if content_type is not None and _LATIN_1_TEXT.match(content_type):
        return body.decode("latin-1")
    with suppress(UnicodeDecodeError):
        return body.decode("utf-8-sig")
    raise ApiResponseException(0, "the body is no UTF-8")


def parsed(text: str, content_type: str | None) -> Any:
    """Parse a body by its content type; without one, as JSON where it is JSON, else as text."""
    if content_type is not None and _TEXT_TYPE.match(content_type):
        return text
    if content_type is not None and not _JSON_TYPE.match(content_type):
        reason = f"the content type {_validation.shown(content_type)} is neither JSON nor text"
        raise ApiResponseException(0, reason)
    excess = json_bounds.excess(text)
    if excess is None:
        with suppress(ValueError, RecursionError):
            return json.loads(text) if text else ""
        if content_type is None:
            return text
    raise ApiResponseException(0, excess or "the body is no JSON")


def converted(value: Any, kind: type | str) -> Any:
    """Convert parsed JSON to a class or a named type; null is None for all of them."""
    target = resolved(kind)
    try:
        return _converted(value, target)
    except ApiValueError as error:  # of a model, which names the field
        reason = str(error)
    except _REFUSALS:
        reason = f"the body is no {kind if isinstance(kind, str) else kind.__name__}"
    raise ApiResponseException(0, reason)


def resolved(kind: object, depth: int = 0) -> Any:
    """Find the type that a name stands for, before there is a value."""
    if isinstance(kind, type):
        return kind
    name = _validation.text("a response type", kind)
    generic = _GENERIC.fullmatch(name) if depth <= _MAX_DEPTH else None
    if generic is not None:
        container, inner = generic.groups()
        if container.lower() == "dict":
            return GenericAlias(dict, (str, resolved(inner.partition(",")[2].strip(), depth + 1)))
        item = resolved(inner.strip(), depth + 1)
        return item if container == "Optional" else GenericAlias(list, (item,))
    if name not in _TYPES and name not in models.__all__:
        raise ApiValueError(f"there is no response type {_validation.shown(name)}: give a class, or a model's name")
    return _TYPES[name] if name in _TYPES else getattr(models, name)


def _converted(value: Any, kind: Any) -> Any:
    if value is None or kind is object:
        return value
    container = get_origin(kind)
    if container is not None and not (is_array(value) if container is list else is_object(value)):
        raise ApiValueError(f"the body is no {'list' if container is list else 'object'} where one is expected")
    if container is not None:
        item = get_args(kind)[-1]
        if container is list:
            return [_converted(part, item) for part in value]
        return {key: _converted(part, item) for key, part in value.items()}
    if kind in _PRIMITIVES:
        with suppress(TypeError):
            return kind(value)
        return value  # as generated clients do
    if kind in (datetime.date, datetime.datetime):
        from dateutil.parser import parse  # only who reads times by hand pays for it

        moment = parse(value)
        return moment if kind is datetime.datetime else moment.date()
    convert = getattr(kind, "from_dict", None) or getattr(kind, "model_validate", None) or kind
    return convert(value)
