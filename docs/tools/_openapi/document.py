"""The API described in OpenAPI 3.1, from the endpoints' statements, the models and the docstrings of both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from _openapi import examples
from _openapi.schemas import schema_of
from docstrings import Docstring, class_node, functions, read
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue

from quantcdn import exceptions, models
from quantcdn.api.ai_tools_api import OPERATIONS, AIToolsApi
from quantcdn.emulator._handlers import DEFAULT_LIMIT, FILTERS
from quantcdn.models._base import Model, json_keys
from quantcdn.operation import Bounded, Check, Operation

_VERSION = "4.25"
"""The newest version of the service that is known to have these endpoints."""

_ABOUT = """\
Which tools an organisation may use, and the status of their executions and orchestrations.

This is what the Python client `quantcdn` reads, described from its code. It is not the service's own description, but
a client generated from it has the names that one generated from that has.

- A token is made in the QuantCDN dashboard, and every request carries it.
- Any object may have more keys than are described here, and any optional key may be `null`.
- A status is text. The known ones are named; any other is not the end.
- A time is described in its documented form. Others have been seen: text in other forms, in UTC where it names
  no zone, and seconds or milliseconds since 1970, as a number or as text.
- An execution or an orchestration is forgotten 24 hours after it was asked for.
- A signed URL is valid for an hour, and responds with 400 to a request that carries the token.
"""

_HEADERS = {
    "x-request-id": {
        "description": "The name of the request in the service's logs. Some responses have it under another name.",
        "schema": {"type": "string"},
    }
}

# Not "Error": in several languages, a class of that name would hide the language's own.
_ERROR_NAME = "ErrorResponse"

_ERROR: JsonSchemaValue = {
    "description": "What the service says of a request that it does not serve.",
    "type": "object",
    "properties": {
        "error": {"description": "What went wrong, in words or as a code.", "type": ["string", "null"]},
        "message": {"description": "More about it.", "type": ["string", "null"]},
    },
}

_EVERYWHERE: Mapping[int, tuple[str, str, Mapping[str, object]]] = {
    401: (
        "The token is missing or wrong.",
        _ERROR_NAME,
        {"usual": {"error": "Unauthorized", "message": "Wrong token"}},
    ),
    403: (
        "The token is for another organisation, or lacks a scope.",
        _ERROR_NAME,
        {
            "organisation": {"error": "Access denied", "message": "The token is for another organisation"},
            "scope": {"error": "insufficient_scope", "message": "Token is missing the scope ai"},
        },
    ),
    500: ("The service has failed.", _ERROR_NAME, {"usual": {"error": "Internal Server Error"}}),
}
"""What any endpoint may respond."""

_QUERY: Mapping[str, JsonSchemaValue] = {"status": {"enum": list(FILTERS)}, "limit": {"default": DEFAULT_LIMIT}}
"""What the service documents of query parameters beyond what the client checks."""


def description(servers: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """Describe the API, which is at the given servers."""
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        path = re.sub(r"{(\w+)}", lambda found: f"{{{to_camel(found[1])}}}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "QuantCDN AI tools",
            "version": _VERSION,
            "description": _ABOUT,
            "contact": {"name": "QuantCDN", "url": "https://www.quantcdn.io"},
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [dict(server) for server in servers],
        "security": [{"BearerAuth": []}],
        "tags": [{"name": "AI Tools", "description": "Tools, their executions and their orchestrations."}],
        "paths": paths,
        "components": {
            "securitySchemes": {"BearerAuth": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "headers": _HEADERS,
            "responses": {str(status): _response(*common) for status, common in _EVERYWHERE.items()},
            "schemas": {**{model.__name__: _in_words(schema_of(model)) for model in _models()}, _ERROR_NAME: _ERROR},
        },
    }


def operation_id(operation: Operation[Any]) -> str:
    """Name an operation as the service's own description does: ``listAITools`` for ``list_ai_tools``."""
    stated = operation.model.__name__.removesuffix("200Response")
    same = stated.lower() == operation.name.replace("_", "")
    return stated[0].lower() + stated[1:] if same else to_camel(operation.name)


def _operation(operation: Operation[Any]) -> dict[str, Any]:
    documented = read(functions(class_node(AIToolsApi))[operation.name])
    checks: dict[str, Check | None] = {**dict.fromkeys(operation.path_parameters), **operation.query}
    return {
        "operationId": operation_id(operation),
        "summary": documented.summary.removesuffix("."),
        "description": _in_json_words(documented.description or documented.summary),
        "tags": ["AI Tools"],
        "parameters": [_parameter(name, check, documented.arguments[name]) for name, check in checks.items()],
        "responses": dict(_responses(operation, documented)),
    }


def _parameter(name: str, check: Check | None, text: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "minLength": 1}
    if isinstance(check, Bounded):
        schema = {"type": "integer", "minimum": check.minimum, "maximum": check.maximum}
    elif check is not None and "enum" in _QUERY.get(name, {}):
        schema = {"type": "string"}
    values = {str(value): {"value": value} for value in examples.arguments(name)}
    return {
        "name": to_camel(name),
        "in": "path" if check is None else "query",
        "required": check is None,
        "description": _in_json_words(text),
        "schema": schema if check is None else {**schema, **_QUERY.get(name, {})},
        **({"examples": values} if values else {}),
    }


def _responses(operation: Operation[Any], documented: Docstring) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "200", _response(documented.returns, operation.model.__name__, examples.responses(operation))
    for status in range(400, 501):
        text = documented.raises.get(exceptions.exception_class(status).__name__)
        if status in _EVERYWHERE:
            yield str(status), {"$ref": f"#/components/responses/{status}"}
        elif status in operation.errors:
            unknown = {"unknown": examples.not_found(operation)}
            yield str(status), _response(text or "", operation.errors[status].__name__, unknown)
        elif text:
            yield str(status), _response(text, _ERROR_NAME, {})


def _response(text: str, schema: str, bodies: Mapping[str, object]) -> dict[str, Any]:
    named = {"examples": {name: {"value": body} for name, body in bodies.items()}} if bodies else {}
    return {
        "description": _in_json_words(text),
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS},
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}, **named}},
    }


def _models() -> list[type[Model]]:
    return [getattr(models, name) for name in sorted(models.__all__)]


def _in_words(schema: JsonSchemaValue) -> JsonSchemaValue:
    """Write a schema's texts for readers of another language."""
    properties = {
        key: {**described, "description": _in_json_words(described["description"])}
        for key, described in schema["properties"].items()
    }
    return {**schema, "description": _in_json_words(schema["description"]), "properties": properties}


def _in_json_words(text: str) -> str:
    """Write a docstring's text for readers of another language: names of the description in place of Python's."""
    return re.sub("``(.+?)``", lambda found: f"`{_names().get(found[1], found[1])}`", text)


@cache
def _names() -> dict[str, str]:
    keys = {name: key for model in _models() for name, key in json_keys(model).items()}
    return keys | {operation.name: operation_id(operation) for operation in OPERATIONS}
