"""Checks of what a test gives the local service: each returns the value that is kept, or raises."""

from __future__ import annotations

import copy
import json
import math

from quantcdn.exceptions import ApiTypeError, ApiValueError


def seconds(name: str, value: object) -> float:
    """Check that an argument is a finite number of seconds, 0 or more."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ApiTypeError(f"{name} takes seconds as a number, not {type(value).__name__}")
    if not 0 <= value < math.inf:  # also refuses NaN
        raise ApiValueError(f"{name} must be 0 seconds or more, not {value}")
    return float(value)


def json_value(name: str, value: object) -> object:
    """Check that an argument can be sent as JSON, and copy it, so that a later change of it does no harm."""
    try:
        json.dumps(value)
    except (TypeError, ValueError, RecursionError) as error:
        problem = ApiTypeError(f"{name} takes a JSON value: {error}")
    else:
        return copy.deepcopy(value)
    raise problem
