"""Checks of what a test gives the local service: each returns the value that is kept, or raises."""

from __future__ import annotations

import json

from quantcdn import _validation
from quantcdn.exceptions import ApiTypeError

# Three steps of an orchestration that starts at the last moment still end before the year 10,000.
LONGEST_STEP = 1_000_000_000.0
"""The longest duration, in seconds."""
LAST_MOMENT = 200_000_000_000.0
"""The latest time of a clock, in seconds since 1970."""


def duration(name: str, value: object) -> float:
    """Check that an argument is a number of seconds that something may take."""
    return _validation.seconds(name, value, LONGEST_STEP)


def moment(name: str, value: object) -> float:
    """Check that an argument is a time in seconds since 1970."""
    return _validation.seconds(name, value, LAST_MOMENT)


def json_value(name: str, value: object) -> object:
    """Check that an argument can be sent as JSON, and copy it, so that a later change of it does no harm."""
    try:
        return json.loads(json.dumps(value))
    except (TypeError, ValueError, RecursionError) as error:
        problem = ApiTypeError(f"{name} takes a JSON value: {error}")
    raise problem
