"""The head of an answer, read without the email package's parser, which would be a large part of a call's cost."""

from __future__ import annotations

import http.client
import io
import re
from email._policybase import Compat32  # email.policy would import all kinds of headers too
from typing import Protocol

_LONGEST_LINE = 65_536
_MOST_HEADERS = 100

# One header in a line of its own (RFC 9112 section 5).
_HEADER = re.compile(r"^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n]*)\r?\n", re.MULTILINE)


class LineReader(Protocol):
    """What lines can be read from."""

    def readline(self, size: int, /) -> bytes:
        """Read a line, or as much of it as ``size`` allows."""
        ...


class _AsRead(Compat32):
    """Gives a header as it was read: what came from Latin-1 has no characters to repair."""

    def header_fetch_parse(self, name: str, value: str) -> str:  # noqa: ARG002 # the base class's form
        return value


_AS_READ = _AsRead()


def read_headers(file: LineReader) -> http.client.HTTPMessage:
    """Read headers up to the empty line.

    Args:
        file: Where they come from; the status line has been read.

    Returns:
        The headers.

    Raises:
        http.client.HTTPException: A line is too long, or there are too many.
    """
    lines = _read_lines(file)
    head = b"".join(lines).decode("latin-1")
    headers = _HEADER.findall(head)
    if len(headers) != len(lines) - 1:
        # Something else is among them, such as a value of several lines.
        return http.client.parse_headers(io.BytesIO(head.encode("latin-1")))
    message = http.client.HTTPMessage(policy=_AS_READ)
    for name, value in headers:
        message.set_raw(name, value)
    return message


def _read_lines(file: LineReader) -> list[bytes]:
    lines: list[bytes] = []
    while True:
        line = file.readline(_LONGEST_LINE + 1)
        if len(line) > _LONGEST_LINE:
            raise http.client.LineTooLong("header line")
        lines.append(line)
        if len(lines) > _MOST_HEADERS:
            raise http.client.HTTPException(f"got more than {_MOST_HEADERS} headers")
        if line in (b"\r\n", b"\n", b""):
            return lines
