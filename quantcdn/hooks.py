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
    """The status code of the response; None before one came, and where none came."""
    seconds: float | None = None
    """How long the attempt took, in seconds; None before it began."""
    error: str | None = None
    """Why there was no usable response, or None."""
    pause: float | None = None
    """How long the client now waits before the next attempt, in seconds; None where there is none."""


Hook = Callable[[AttemptRecord], object]
"""A function that is called with an attempt. What it returns does not count, but for ``on_request``: headers in a
mapping go with the attempt, unless that is for a file."""
