"""What a hook is called with: an immutable record, without a token, a header or a body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One attempt to get a response."""

    method: str
    """The HTTP method."""
    host: str
    """Scheme and host."""
    path: str
    """The path, without a query."""
    attempt: int
    """Its number within the call, from 1."""
    status: int | None = None
    """The status code of the response; None before the response, or if there was none."""
    seconds: float | None = None
    """How long the attempt took, in seconds; None before it began."""
    error: str | None = None
    """Why there was no usable response, or None."""
    pause: float | None = None
    """The backoff before the next attempt, in seconds; None if there is none."""


Hook = Callable[[AttemptRecord], object]
"""A function that is called with an attempt. A mapping that ``on_request`` returns is sent as headers with the attempt,
except to hosts of files; any other return value is ignored."""
