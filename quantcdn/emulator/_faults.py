"""Fault injection: what can go wrong with a request, and whose turn it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from quantcdn import _validation
from quantcdn.emulator._http.response import Response, json_response
from quantcdn.exceptions import ApiTypeError


@dataclass(frozen=True)
class Fault:
    """What goes wrong with a request.

    Without ``status`` and ``body``, the response stays as it would have been, but late, with more
    headers, or truncated.

    Raises:
        ApiTypeError: A value is of a wrong type.
        ApiValueError: A status or a delay is out of its range, or a header cannot be sent.
    """

    status: int | None = None
    """The status of the response, 200 to 599; the body is then a JSON error, unless ``body`` is given."""
    body: bytes | None = None
    """The body of the response, sent as it is; the status is then 200, unless ``status`` is given."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Headers that win over the response's own."""
    delay: float = 0.0
    """How many real seconds pass before the response, 0 to 1,000,000,000."""
    retry_after: float | str | None = None
    """The header ``Retry-After``: seconds, or any text."""
    reset: bool = False
    """Whether the connection is reset, without a response."""
    truncate: bool = False
    """Whether the connection ends after half of the body, whose whole length was announced."""

    def __post_init__(self) -> None:
        if self.status is not None:
            _validation.integer("status", self.status, 200, 599)
        if self.body is not None and not isinstance(self.body, bytes):
            raise ApiTypeError(f"body takes bytes, not {type(self.body).__name__}")
        _validation.duration("delay", self.delay)
        _validation.boolean("reset", self.reset)
        _validation.boolean("truncate", self.truncate)
        if self.retry_after is not None and not isinstance(self.retry_after, str):
            _validation.number("retry_after", self.retry_after)
        _validation.required_mapping("headers", self.headers)
        for name, value in self.all_headers().items():
            _validation.header(name, value)

    def all_headers(self) -> dict[str, str]:
        """List the headers that the response gets.

        Returns:
            ``headers``, and ``Retry-After`` where it is set.
        """
        if self.retry_after is None:
            return dict(self.headers)
        value = self.retry_after if isinstance(self.retry_after, str) else f"{self.retry_after:g}"
        return {"Retry-After": value, **self.headers}

    def apply_to(self, response: Response) -> Response:
        """Make the response that is sent of the one that would have been."""
        if self.body is not None:
            response = Response(self.status or 200, self.body, {"Content-Type": "application/json"})
        elif self.status is not None:
            response = json_response(self.status, {"error": _reason(self.status)})
        response = response.with_headers(self.all_headers())
        return replace(response, delay=self.delay, reset=self.reset, truncate=self.truncate)


class FaultQueue:
    """The faults that wait for their requests."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Fault, str | None, int | None]] = []

    def add(self, fault: Fault, operation: str | None, times: int | None) -> None:
        """Put a fault behind those that wait."""
        self._waiting.append((fault, operation, times))

    def take(self, operation: str | None) -> Fault:
        """Take the first fault for a request, or one that does nothing."""
        for place, (fault, wanted, times) in enumerate(self._waiting):
            if wanted in (None, operation):
                left = None if times is None else times - 1
                self._waiting[place : place + 1] = [] if left == 0 else [(fault, wanted, left)]
                return fault
        return Fault()


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"
