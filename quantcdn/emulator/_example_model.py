"""Answers made from a model alone, for endpoints that have no handler of their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel

from quantcdn.models._base import json_keys

_MOMENT = "2026-01-01T00:00:00.000Z"
_UNIX_SECONDS = 1_767_225_600

_BY_TYPE: Mapping[object, object] = {
    str: "example",
    bool: True,
    int: 1,
    float: 1.5,
    datetime: _MOMENT,
    dict: {"example": True},
    list: [],
    Any: "example",
}

_ABSENT = object()


def example_of(model: type[BaseModel]) -> dict[str, Any]:
    """Make an answer that a model can be read from.

    Args:
        model: The model.

    Returns:
        A value of the right type for every field that it states, by JSON keys; optional fields
        too, but for those that would hold the model itself again.
    """
    return _example(model, ())


def _example(model: type[BaseModel], outer: tuple[type[BaseModel], ...]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for name, key in json_keys(model).items():
        field = model.model_fields[name]
        value = _named(model, name, field.annotation)
        if value is _ABSENT:
            value = _value(field.annotation, (*outer, model))
        if value is not _ABSENT:
            body[key] = value
    return body


def _named(model: type[BaseModel], name: str, annotation: object) -> object:
    """Give what a field's name asks for beyond its type."""
    if name == "status" and hasattr(model, "known_statuses"):
        return "complete"
    if name.endswith("_at") and int in choices(annotation):
        return _UNIX_SECONDS
    return _ABSENT


def choices(annotation: object) -> list[object]:
    """List the types that an annotation allows.

    Args:
        annotation: The annotation of a field.

    Returns:
        The types in their order, so that the documented one is the first; None is the last.
    """
    if get_origin(annotation) is Annotated:
        return choices(get_args(annotation)[0])
    inner = get_args(annotation)
    if not inner or get_origin(annotation) in (list, dict, Literal):
        return [annotation]
    found = [choice for part in inner for choice in choices(part)]
    return sorted(found, key=lambda choice: choice is NoneType)


def _value(annotation: object, outer: tuple[type[BaseModel], ...]) -> object:
    kind = choices(annotation)[0]
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if get_origin(kind) is list:
        item = _value(get_args(kind)[0], outer)
        return [] if item is _ABSENT else [item]
    if get_origin(kind) is dict:
        item = _value(get_args(kind)[1], outer)
        return {} if item is _ABSENT else {"example": item}
    known = _BY_TYPE.get(get_origin(kind) or kind, _ABSENT)
    if known is not _ABSENT or not isinstance(kind, type):
        return known
    if issubclass(kind, BaseModel):
        return _ABSENT if kind in outer else _example(kind, outer)
    return next(iter(kind)).value if issubclass(kind, Enum) else _ABSENT
