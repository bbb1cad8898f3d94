"""From a response body to a value of a type that is named as a generated client names it."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from quantcdn import _bounds, _validation, models
from quantcdn._types import is_array, is_object
from quantcdn.exceptions import ApiResponseException, ApiValueError

_JSON_TYPE = re.compile(r"application/(json|[\w!#$&.+^-]+\+json)\s*(;|$)", re.IGNORECASE | re.ASCII)
_TEXT_TYPE = re.compile(r"text/[a-z.+-]+\s*(;|$)", re.IGNORECASE | re.ASCII)
_LATIN_1_TEXT = re.compile(r"text/.*charset=\"?(iso-8859-1|latin-?1)", re.IGNORECASE | re.ASCII)
_GENERIC = re.compile(r"(?P<name>Optional|List|list|Dict|dict)\[(?P<inner>.*)\]", re.DOTALL)
_DEEPEST_TYPE = 20

# Whatever a class of the caller's own raises for a value that it does not take.
_REFUSALS = (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError)


class UnreadableError(Exception):
    """The text is no value of the type."""


def text_of(body: bytes, content_type: str | None) -> str:
    """Decode a body; it is UTF-8 (RFC 8259 section 8.1), unless it is text that says to be Latin-1.

    Args:
        body: The body.
        content_type: The header ``Content-Type``, or None.

    Returns:
        The text.

    Raises:
        UnreadableError: It is no UTF-8.
    """
    if content_type is not None and _LATIN_1_TEXT.match(content_type):
        return body.decode("latin-1")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        problem = UnreadableError("the body is no UTF-8")
    raise problem


def json_or_none(body: bytes) -> Any:
    """Parse an error's body where it is JSON.

    Args:
        body: The body.

    Returns:
        The JSON value, or None.
    """
    try:
        return json.loads(body) if _bounds.excess(body) is None else None
    except (ValueError, RecursionError):
        return None


def parsed(text: str, content_type: str | None) -> Any:
    """Parse a body by its content type.

    Args:
        text: The body.
        content_type: The header ``Content-Type``, or None for JSON where it is JSON, else text.

    Returns:
        The JSON value, or the text.

    Raises:
        UnreadableError: It is no JSON, or of an unknown content type.
    """
    if content_type is not None and _TEXT_TYPE.match(content_type):
        return text
    if content_type is not None and not _JSON_TYPE.match(content_type):
        raise UnreadableError(f"the content type {_validation.shown(content_type)} is neither JSON nor text")
    excess = _bounds.excess(text)
    if excess is not None:
        raise UnreadableError(excess)
    try:
        return json.loads(text) if text else ""
    except (ValueError, RecursionError):
        if content_type is None:
            return text
    raise UnreadableError("the body is no JSON")


def converted(value: Any, kind: type | str) -> Any:
    """Make a value of a type of parsed JSON.

    Args:
        value: The parsed JSON.
        kind: A class; or the name of one of ``quantcdn.models`` or of ``str``, ``int``, ``float``,
            ``bool``, ``object``, ``date``, ``datetime``, ``decimal`` and ``UUID``; or ``List[…]``,
            ``Dict[str, …]`` or ``Optional[…]`` of these.

    Returns:
        The value; None for null.

    Raises:
        ApiTypeError: The type is neither a class nor a name.
        ApiValueError: There is no type of that name.
        UnreadableError: The JSON is no such value.
    """
    read = reader(kind)
    try:
        return read(value)
    except UnreadableError:
        raise
    except ApiValueError as error:  # of a model, which names the field
        problem = UnreadableError(str(error))
    except _REFUSALS:
        problem = UnreadableError(f"the body is no {kind if isinstance(kind, str) else kind.__name__}")
    raise problem


def reader(kind: object, depth: int = 0) -> Callable[[Any], Any]:
    """Find what reads values of a type, before there is one.

    Args:
        kind: The type, as ``converted`` takes it.
        depth: How many types are around it.

    Returns:
        A function of the parsed JSON.

    Raises:
        ApiTypeError: The type is neither a class nor a name.
        ApiValueError: There is no type of that name.
    """
    if isinstance(kind, type):
        return _or_none(_reader_of_class(kind))
    name = _validation.text("a response type", kind)
    generic = _GENERIC.fullmatch(name)
    if generic is None or depth > _DEEPEST_TYPE:
        return _or_none(_reader_of_name(name))
    inner = generic["inner"]
    if generic["name"].lower() == "dict":
        read = reader(inner.partition(",")[2].strip(), depth + 1)
        return _or_none(lambda value: {key: read(item) for key, item in _object(value).items()})
    read = reader(inner.strip(), depth + 1)
    return read if generic["name"] == "Optional" else _or_none(lambda value: [read(item) for item in _array(value)])


def _or_none(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


def _reader_of_name(name: str) -> Callable[[Any], Any]:
    if name in _NATIVE:
        return _reader_of_class(_NATIVE[name])
    if name not in models.__all__:
        raise ApiValueError(f"there is no response type {_validation.shown(name)}: give a class, or a model's name")
    return _reader_of_class(getattr(models, name))


def _reader_of_class(kind: type) -> Callable[[Any], Any]:
    if kind in _READERS:
        return _READERS[kind]
    for method in ("from_dict", "model_validate"):
        found: Callable[[Any], Any] | None = getattr(kind, method, None)
        if found is not None:
            return found
    return kind


def _array(value: object) -> list[Any]:
    if not is_array(value):
        raise UnreadableError("the body is no list where one is expected")
    return value


def _object(value: object) -> Mapping[str, Any]:
    if not is_object(value):
        raise UnreadableError("the body is no object where one is expected")
    return value


def _primitive(kind: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Convert as the generated style does: what the class does not take stays as it is."""

    def read(value: Any) -> Any:
        try:
            return kind(value)
        except TypeError:
            return value

    return read


def _datetime(value: Any) -> datetime.datetime:
    from dateutil.parser import parse  # only who reads times by hand pays for it

    return parse(value)


def _decimal(value: Any) -> Decimal:
    try:
        return Decimal(value)
    except InvalidOperation:
        raise UnreadableError("the body is no decimal number") from None


_NATIVE: Mapping[str, type] = {
    "int": int,
    "long": int,
    "float": float,
    "str": str,
    "bool": bool,
    "date": datetime.date,
    "datetime": datetime.datetime,
    "decimal": Decimal,
    "UUID": UUID,
    "object": object,
}

_READERS: Mapping[type, Callable[[Any], Any]] = {
    **{kind: _primitive(kind) for kind in (int, float, str, bool)},
    object: lambda value: value,
    datetime.date: lambda value: _datetime(value).date(),
    datetime.datetime: _datetime,
    Decimal: _decimal,
    UUID: UUID,
}


def unreadable(problem: UnreadableError) -> ApiResponseException:
    """Make the error for a text that came without a response.

    Args:
        problem: What is wrong with it.

    Returns:
        The error, of status 0.
    """
    return ApiResponseException(0, str(problem))
