"""Examples made from a model alone, for endpoints without a handler and for the pages about models."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from types import MappingProxyType, NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel

from quantcdn.models._base import json_keys

_BY_TYPE: Mapping[object, object] = {
    str: "example",
    bool: True,
    int: 1,
    float: 1.5,
    datetime: "2026-01-01T00:00:00Z",
    dict: {"example": True},
    list: [],
    Any: "example",
}
_UNIX_SECONDS = 1_767_225_600

_ABSENT = object()


def example_of(model: type[BaseModel], values: Mapping[str, object] = MappingProxyType({})) -> dict[str, Any]:
    """Make JSON that a model can be read from; ``values``, by ``Model.field`` or ``field``, win; None leaves it out."""
    return _example(model, values, ())


def example_value(annotation: object) -> object:
    """Make an example of a type."""
    return _value(annotation, {}, ())


def types_of(annotation: object) -> list[object]:
    """List the types that an annotation allows: the documented one first, None last."""
    if get_origin(annotation) is Annotated:
        return types_of(get_args(annotation)[0])
    inner = get_args(annotation)
    if not inner or get_origin(annotation) in (list, dict, Literal):
        return [annotation]
    found = [allowed for part in inner for allowed in types_of(part)]
    return sorted(found, key=lambda allowed: allowed is NoneType)


def _example(
    model: type[BaseModel], values: Mapping[str, object], outer: tuple[type[BaseModel], ...]
) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for name, key in json_keys(model).items():
        annotation = model.model_fields[name].annotation
        by_name = values.get(f"{model.__name__}.{name}", values.get(name, _by_name(model, name, annotation)))
        value = _value(annotation, values, (*outer, model)) if by_name is _ABSENT else by_name
        if value is not _ABSENT and value is not None:
            body[key] = value
    return body


def _by_name(model: type[BaseModel], name: str, annotation: object) -> object:
    """Choose what a field's name asks for beyond its type."""
    if name == "status" and hasattr(model, "known_statuses"):
        return "complete"
    if name.endswith("_at") and int in types_of(annotation):
        return _UNIX_SECONDS
    return _ABSENT


def _value(annotation: object, values: Mapping[str, object], outer: tuple[type[BaseModel], ...]) -> object:
    """Make an example of a type; a model that would hold itself again is absent."""
    type_ = types_of(annotation)[0]
    origin, inner = get_origin(type_), get_args(type_)
    if origin is Literal:
        return inner[0]
    if origin in (list, dict):
        item = _value(inner[-1], values, outer)
        if origin is list:
            return [] if item is _ABSENT else [item]
        return {} if item is _ABSENT else {"example": item}
    known = _BY_TYPE.get(type_, _ABSENT)
    if known is not _ABSENT or not isinstance(type_, type):
        return known
    if issubclass(type_, BaseModel):
        return _ABSENT if type_ in outer else _example(type_, values, outer)
    return next(iter(type_)).value if issubclass(type_, Enum) else _ABSENT
