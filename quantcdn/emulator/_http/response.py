"""What goes back to a client, as a value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.utils import formatdate

from quantcdn._version import __version__

_NO_BODY = frozenset({204, 304})


@dataclass(frozen=True)
class Answer:
    """What goes back to a client, and in what way."""

    status: int
    """The status code."""
    body: bytes = b""
    """The body, whole."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """The headers."""
    delay: float = 0.0
    """How many real seconds pass before it is sent."""
    reset: bool = False
    """Whether the connection is reset in its place."""
    truncate: bool = False
    """Whether the connection ends after half of the body."""

    def with_headers(self, headers: Mapping[str, str]) -> Answer:
        """Add headers; each wins over one of the same name, in whatever letter case."""
        names = {name.lower() for name in headers}
        kept = {name: value for name, value in self.headers.items() if name.lower() not in names}
        return replace(self, headers={**kept, **headers})

    def completed(self, now: float, request_id: str) -> Answer:
        """Add the headers that every answer has, where it has none of that name yet."""
        body = b"" if self.status in _NO_BODY else self.body
        common = {
            "Server": f"quantcdn-emulator/{__version__}",
            "Date": formatdate(now, usegmt=True),
            "x-request-id": request_id,
            "Content-Length": str(len(body)),
        }
        if self.status in _NO_BODY:
            del common["Content-Length"]  # RFC 9110 section 8.6
        return replace(self, body=body, headers=common).with_headers(self.headers)


def json_answer(status: int, value: object, headers: Mapping[str, str] | None = None) -> Answer:
    """Make an answer of a JSON value."""
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})


def xml_error(status: int, code: str, message: str) -> Answer:
    """Make an answer in the form in which S3 reports errors."""
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Answer(status, body.encode(), {"Content-Type": "application/xml"})
