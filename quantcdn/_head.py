"""The head of an answer, read without the email package's parser, which would be a large part of a call's cost."""

from __future__ import annotations

import http.client
import io
import re
from typing import Protocol

from urllib3 import HTTPHeaderDict

_LONGEST_LINE = 65_536
_MOST_HEADERS = 100

# One header in a line of its own (RFC 9112 section 5).
_HEADER = re.compile(r"^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n]*)\r?\n", re.MULTILINE)

# A value that goes on in the next line (RFC 9112 section 5.2); from the first of the blanks, so that many cost no more.
_FOLD = r"(?:(?<![ \t])[ \t]+)?\r?\n[ \t]+"


class LineReader(Protocol):
    """What lines can be read from."""

    def readline(self, size: int, /) -> bytes:
        """Read a line, or as much of it as ``size`` allows."""
        ...


def read_headers(file: LineReader) -> HTTPHeaderDict:
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
        message = http.client.parse_headers(io.BytesIO(head.encode("latin-1")))
        headers = [(name, re.sub(_FOLD, " ", str(value))) for name, value in message.items()]
    return HTTPHeaderDict(headers)


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
