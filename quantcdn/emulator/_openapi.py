"""The API described in OpenAPI 3.1, from the endpoints' statements, the models and the docstrings of both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from quantcdn import exceptions, models
from quantcdn.api.ai_tools_api import OPERATIONS, AIToolsApi
from quantcdn.emulator import _docstrings, _example_answers
from quantcdn.emulator._answer import Answer, json_answer
from quantcdn.emulator._handlers import Call
from quantcdn.emulator._wire import WIRES
from quantcdn.models._model import Model, json_keys
from quantcdn.operation import Bounded, Check, Operation

_ABOUT = """\
Which tools an organisation may use, and how far their executions and orchestrations are.

This is what the Python client `quantcdn` reads, described from its code. It is not the service's own description, and
it is wide enough for every version of the service that the client knows.

- A token is made in the QuantCDN dashboard, and every request carries it.
- Any object may have more keys than are described here, and any optional key may be `null`.
- A status is text. The known ones are named; any other is not the end.
- A time is described in its documented form first. Others have been seen: text in other forms, in UTC where it names
  no zone, and seconds or milliseconds since 1970, as a number or as text.
- An execution or an orchestration is forgotten 24 hours after it was asked for.
- A signed address is good for an hour, and answers 400 to a request that carries the token.
"""

_HEADERS = {
    "x-request-id": {
        "description": "The name of the request in the service's logs. Some answers have it under another name.",
        "schema": {"type": "string"},
    }
}

_ERROR: JsonSchemaValue = {
    "description": "What the service says of a request that it does not serve.",
    "type": "object",
    "properties": {
        "error": {"description": "What went wrong, in words.", "type": ["string", "null"]},
        "message": {"description": "More about it.", "type": ["string", "null"]},
    },
    "additionalProperties": True,
}

_EVERYWHERE: Mapping[int, tuple[str, str, Mapping[str, object]]] = {
    401: ("The token is missing or wrong.", "Error", {"usual": {"error": "Unauthorized", "message": "Wrong token"}}),
    403: ("The token is for another organisation.", "Error", {"usual": {"error": "Access denied"}}),
    500: ("The service has failed.", "Error", {"usual": {"error": "Internal Server Error"}}),
}
"""What any endpoint may answer."""


def description(servers: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """Describe the API.

    Args:
        servers: Where it is: for each, a ``url`` and, if there is one, a ``description``.

    Returns:
        An OpenAPI document.
    """
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "QuantCDN AI tools", "version": list(WIRES)[-1], "description": _ABOUT},
        "servers": [dict(server) for server in servers],
        "security": [{"token": []}],
        "tags": [{"name": "AI Tools", "description": "Tools, their executions and their orchestrations."}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "headers": _HEADERS,
            "responses": {str(status): _response(*common) for status, common in _EVERYWHERE.items()},
            "schemas": {**_schemas(), "Error": _ERROR},
        },
    }


@cache
def _served() -> Answer:
    return json_answer(200, description([{"url": "/", "description": "The local service"}]))


def serve_description(_call: Call) -> Answer:
    """Answer the description; its server is the one that it comes from."""
    return _served()


def _operation(operation: Operation[Any]) -> dict[str, Any]:
    documented = _docstrings.of_method(AIToolsApi, operation.name)
    checks: dict[str, Check | None] = {**dict.fromkeys(operation.path_parameters), **operation.query}
    return {
        "operationId": operation.name,
        "summary": documented.summary,
        "tags": ["AI Tools"],
        "parameters": [_parameter(name, check, documented.entries[name]) for name, check in checks.items()],
        "responses": dict(_responses(operation, documented)),
    }


def _parameter(name: str, check: Check | None, text: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "minLength": 1}
    if isinstance(check, Bounded):
        schema = {"type": "integer", "minimum": check.minimum, "maximum": check.maximum}
    examples = {str(value): {"value": value} for value in _example_answers.ARGUMENTS.get(name, ())}
    return {
        "name": name,
        "in": "path" if check is None else "query",
        "required": check is None,
        "description": _in_json_words(text),
        "schema": schema,
        **({"examples": examples} if examples else {}),
    }


def _responses(operation: Operation[Any], documented: _docstrings.Docstring) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "200", _response(documented.returns, operation.model.__name__, _example_answers.answers(operation))
    for status in range(400, 501):
        text = documented.entries.get(exceptions.exception_class(status).__name__)
        if status in _EVERYWHERE:
            yield str(status), {"$ref": f"#/components/responses/{status}"}
        elif status in operation.errors:
            examples = {"unknown": _example_answers.missing(operation)}
            yield str(status), _response(text or "", operation.errors[status].__name__, examples)
        elif text:
            yield str(status), _response(text, "Error", {})


def _response(text: str, schema: str, examples: Mapping[str, object]) -> dict[str, Any]:
    named = {"examples": {name: {"value": body} for name, body in examples.items()}} if examples else {}
    return {
        "description": _in_json_words(text),
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS},
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}, **named}},
    }


def _schemas() -> dict[str, JsonSchemaValue]:
    _, written = models_json_schema(
        [(getattr(models, name), "validation") for name in models.__all__],
        ref_template="#/components/schemas/{model}",
        schema_generator=_Schemas,
    )
    return dict(sorted(written["$defs"].items()))


class _Schemas(GenerateJsonSchema):
    """Writes models for a reader: without titles and defaults, with the docstrings as descriptions."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's signature
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        inner = self.generate_inner(schema["schema"])
        return {**inner, "type": [inner["type"], "null"]} if "type" in inner else super().nullable_schema(schema)

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        written = super().model_schema(schema)
        model = schema["cls"]
        texts = _docstrings.of_fields(model)
        known = getattr(model, "known_statuses", ())
        properties: dict[str, JsonSchemaValue] = {}
        keys = json_keys(model)
        for name, key in keys.items():
            text = texts[name].replace("``known_statuses``", ", ".join(f"``{status}``" for status in known))
            properties[key] = {"description": _in_json_words(text), **written["properties"][key]}
        if known:
            properties["status"]["examples"] = list(known)
        return {
            "description": written["description"],
            "type": "object",
            "required": [keys[name] for name, field in model.model_fields.items() if field.is_required()],
            "properties": properties,
            "additionalProperties": True,
        }


def _in_json_words(text: str) -> str:
    """Write a docstring's text for readers of another language: JSON keys in place of Python's names."""
    return re.sub("``(.+?)``", lambda found: f"`{_keys().get(found[1], found[1])}`", text)


@cache
def _keys() -> dict[str, str]:
    stated: list[type[Model]] = [getattr(models, name) for name in models.__all__]
    return {name: key for model in stated for name, key in json_keys(model).items()}
