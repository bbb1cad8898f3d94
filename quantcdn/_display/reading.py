"""Reads an object of any type and with anything in it, as far as it is to be displayed; nothing here raises."""

from __future__ import annotations

import json
from typing import Any

from quantcdn._display import formats
from quantcdn._display.elements import Cell, Code
from quantcdn._types import is_array, is_object

MAX_ROWS = 50


def get(obj: object, name: str) -> object:
    """Read an attribute of a model, or a key of JSON; what is not there is None."""
    if is_object(obj):
        return obj.get(name)
    try:
        return getattr(obj, name, None)
    except Exception:
        return None  # a property that reads what a model made without a check lacks


def items(value: object) -> list[tuple[Any, Any]]:
    """List keys and values of JSON's object; anything else has none."""
    return list(value.items()) if is_object(value) else []


def first(value: object, most: int = MAX_ROWS) -> tuple[list[Any], int]:
    """Take the first items of a list, and count the others."""
    if not is_array(value):
        return [], 0
    return value[:most], max(0, len(value) - most)


def fields(obj: object) -> list[tuple[str, object]]:
    """List the fields of a model, or the keys of a JSON object, that have a value."""
    known = items(obj) or items(get(obj, "__dict__")) + items(get(obj, "__pydantic_extra__"))
    return [(text(name), value) for name, value in known if value is not None]


def extra_fields(obj: object) -> list[tuple[str, Cell]]:
    """List what the service sent beside the fields of a model."""
    return [(text(name), cell(value)) for name, value in items(get(obj, "__pydantic_extra__"))]


def text(value: object) -> str:
    """Write a value for reading: text as it is, None as nothing, all else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else as_json(value)


def cell(value: object) -> Cell:
    """Write a value for reading, JSON in code font."""
    return value if isinstance(value, str) else Code(text(value))


def code(value: object) -> Code:
    """Write an identifier, a name of code or a URL."""
    return Code(text(value))


def as_json(value: object, indent: int | None = None) -> str:
    """Write a value as JSON, or by its type where JSON cannot."""
    try:
        return json.dumps(value, ensure_ascii=False, indent=indent, default=_plain)
    except Exception:
        return f"<{type(value).__name__}>"


def _plain(value: object) -> object:
    return dict(fields(value)) or repr(value)


def total_duration(obj: object) -> str:
    """Write the time from created to completed, which the service itself sends of an orchestration alone."""
    return formats.between(get(obj, "created"), get(obj, "completed"))


def run_time(obj: object) -> str:
    """Write the time from started to completed, as the service measured it where it did."""
    measured = get(obj, "duration")
    return formats.duration(measured) or formats.between(get(obj, "started"), get(obj, "completed"))
