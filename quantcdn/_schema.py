"""Where a value does not fit a JSON Schema; importing this needs jsonschema, from the extra ``chat``."""

from __future__ import annotations

from typing import Any

import jsonschema
import referencing
import referencing.exceptions
from jsonschema.validators import validator_for

from quantcdn.exceptions import ApiValueError, render_path

_LONGEST_MESSAGE = 200


def violations(schema: dict[str, Any], value: Any) -> list[str]:
    """Find where a value does not fit.

    Args:
        schema: A JSON Schema, of the draft that it names, else the newest.
        value: A JSON value.

    Returns:
        A line for each place; none where it fits.

    Raises:
        ApiValueError: The schema is not valid, or refers to another that is not in it.
    """
    try:
        kind = validator_for(schema, default=jsonschema.Draft202012Validator)
        kind.check_schema(schema)
        # An empty registry: a schema from outside must not make this machine fetch an address.
        lines = [_line(error) for error in kind(schema, registry=referencing.Registry()).iter_errors(value)]
    except jsonschema.SchemaError as error:
        problem = f"the tool's schema is not valid: {_shortened(error.message)}"
    except referencing.exceptions.Unresolvable as error:
        problem = f"the tool's schema refers to what is not in it: {error}"
    except Exception as error:  # a schema without an end, an address that is none: jsonschema has no class for these
        problem = f"the tool's schema cannot be used: {type(error).__name__}: {_shortened(str(error))}"
    else:
        return sorted(lines)
    raise ApiValueError(problem)


def _line(error: jsonschema.ValidationError) -> str:
    path, text = render_path(error.absolute_path), _shortened(error.message)
    return f"{path}: {text}" if path else text


def _shortened(message: str) -> str:
    """Leave out the middle: jsonschema shows the value first, and last what is wrong with it."""
    half = _LONGEST_MESSAGE // 2
    return message if len(message) <= _LONGEST_MESSAGE else f"{message[:half]} … {message[-half:]}"
