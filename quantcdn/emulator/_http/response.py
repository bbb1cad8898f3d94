"""Responses as values: the server alone knows how they are sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.utils import formatdate

from quantcdn._version import __version__

_NO_BODY = frozenset({204, 304})


@dataclass(frozen=True)
class Response:
    """A response, and what goes wrong while it is sent."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    delay: float = 0.0
    """How many real seconds pass before it is sent."""
    reset: bool = False
    """Whether the connection is reset instead."""
    truncate: bool = False
    """Whether the connection ends after half of the body."""

    def with_headers(self, headers: Mapping[str, str]) -> Response:
        """Add headers; each wins over one of the same name, in whatever letter case."""
        names = {name.lower() for name in headers}
        kept = {name: value for name, value in self.headers.items() if name.lower() not in names}
        return replace(self, headers={**kept, **headers})

    def with_common_headers(self, now: float, request_id: str) -> Response:
        """Add the headers that every response has; its own win."""
        common = {
            "Server": f"quantcdn-emulator/{__version__}",
            "Date": formatdate(now, usegmt=True),
            "x-request-id": request_id,
        }
        if self.status in _NO_BODY:  # and no length either: RFC 9110 section 8.6
            return replace(self, body=b"", headers=common).with_headers(self.headers)
        # On a connection that is kept alive, nothing but its length says where a body ends (RFC 9112 section 6.3).
        return replace(self, headers={**common, "Content-Length": str(len(self.body))}).with_headers(self.headers)


def json_response(status: int, value: object, headers: Mapping[str, str] | None = None) -> Response:
    """Make a response of a JSON value."""
    return Response(status, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})


def xml_error(status: int, code: str, message: str) -> Response:
    """Make a response in the form in which S3 reports errors."""
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Response(status, body.encode(), {"Content-Type": "application/xml"})
