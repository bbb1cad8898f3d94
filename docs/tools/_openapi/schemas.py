"""The models described in JSON Schema: each field in the type that the service documents."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from datetime import datetime
from typing import get_args, get_origin

from docstrings import class_node, documented
from pydantic.json_schema import JsonSchemaValue

from quantcdn.emulator._example_model import types_of
from quantcdn.models._base import Model, json_keys

_BY_TYPE: Mapping[object, JsonSchemaValue] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    datetime: {"type": "string", "format": "date-time"},
    dict: {"type": "object", "additionalProperties": True},
}
"""What is not here may be anything."""


def schema_of(model: type[Model]) -> JsonSchemaValue:
    """Describe a model.

    Generated clients make a class of every schema with a choice in it, so a field has one: the type that the
    service documents. What else the models read has been seen, but is documented nowhere. Other models stand in it by
    their names.
    """
    texts = {name: text for name, (_, text) in documented(class_node(model)).items()}
    known: tuple[str, ...] = getattr(model, "known_statuses", ())
    properties: dict[str, JsonSchemaValue] = {}
    required: list[str] = []
    for name, key in json_keys(model).items():
        field = model.model_fields[name]
        text = texts[name].replace("``known_statuses``", ", ".join(f"``{status}``" for status in known))
        described = _type(field.annotation)
        if field.is_required():
            required.append(key)
        else:
            described = _or_null(described)
        properties[key] = {"description": text, **described}
    if known:
        properties["status"]["examples"] = list(known)
    return {
        "description": (inspect.getdoc(model) or "").partition("\n\nAttributes:\n")[0],
        "type": "object",
        **({"required": required} if required else {}),
        "properties": properties,
    }


def _type(annotation: object) -> JsonSchemaValue:
    allowed = types_of(annotation)
    kind = float if float in allowed else allowed[0]  # a number may be documented as whole or not
    known = _BY_TYPE.get(get_origin(kind) or kind, {})
    if get_origin(kind) is list:
        return {"type": "array", "items": _type(get_args(kind)[0])}
    if isinstance(kind, type) and issubclass(kind, Model):
        return {"$ref": f"#/components/schemas/{kind.__name__}"}
    return dict(known)


def _or_null(schema: JsonSchemaValue) -> JsonSchemaValue:
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]} if "type" in schema else schema
