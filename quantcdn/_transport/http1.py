"""HTTP/1.1 responses by the letter of RFC 9112: from received bytes to a head, its framing and a body."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable
from typing import NamedTuple, Protocol

from urllib3 import HTTPHeaderDict

MAX_HEAD_SIZE = 65_536
"""The most bytes of a head, of the trailers, and of all chunk extensions of a response."""
MAX_FIELDS = 100
MAX_INTERIM_RESPONSES = 100
ONLY_HTTP2 = "the server speaks HTTP/2 alone, which this client does not; a host or proxy with HTTP/1.1 is needed"

_MAX_CHUNK_LINE = 4_096
_PIECE_SIZE = 1_048_576
_MAX_READ_SIZE = 2**30  # more than that is gathered; a length that is only said may be larger than any memory

# What a field value and a reason phrase may have (RFC 9110 section 5.5), with the control characters that may be kept.
_TEXT = r"[^\x00\n\v\f\r]*+"

# RFC 9112 section 4; some servers leave out the reason together with its blank. A line may end in LF (section 2.2).
_STATUS_LINE = re.compile(rf"HTTP/1\.([01]) ([1-9][0-9][0-9])(?: ({_TEXT}))?\r?\n")

# RFC 9112 section 5. Nothing here can give back what it took, so that no value costs more than its length.
_FIELD = re.compile(rf"^([!#$%&'*+.^_`|~0-9A-Za-z-]++):[ \t]*+({_TEXT})\r?\n", re.MULTILINE)

# A value that goes on in the next line (RFC 9112 section 5.2); from the first of the blanks, so that many cost no more.
_FOLD = re.compile(r"(?:(?<![ \t])[ \t]++)?\r?\n[ \t]++")

_HEAD_END = re.compile(rb"\n\r?\n")

_LENGTH = re.compile("[0-9]{1,20}").fullmatch  # Python reads more as a number, such as "+5" and "5_0"

# RFC 9112 section 7.1, with blanks before the line's end, which some servers pad with. CRLF alone ends such a line.
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,20})[ \t]*+(?:;[^\x00-\x08\n-\x1f\x7f]*+)?\r\n")


class ResponseError(http.client.HTTPException):
    """A response that cannot be read as HTTP/1.1; the message has no text of it."""

    def __init__(self, reason: str, *, retryable: bool = False) -> None:
        super().__init__(reason)
        self.retryable = retryable
        """Whether the response to another request may be in order."""


class ByteReader(Protocol):
    """Where the bytes of a response come from; each method waits for as much as it needs."""

    def peek(self, size: int = ..., /) -> bytes:
        """Return what is buffered, after one receive where nothing is; no bytes at the end."""
        ...

    def read(self, size: int, /) -> bytes:
        """Read that many bytes; fewer only before the end."""
        ...

    def readline(self, size: int, /) -> bytes:
        """Read a line, or as much of it as the size allows; less only before the end."""
        ...


class Head(NamedTuple):
    """The head of a response."""

    version: int
    """10 for HTTP/1.0, 11 for HTTP/1.1, as urllib3 writes them."""
    status: int
    reason: str
    headers: HTTPHeaderDict


class Framing(NamedTuple):
    """Where the body of a response ends."""

    length: int | None
    """Its bytes; None where chunks or the end of the connection tell."""
    chunked: bool
    closes: bool
    """Whether the connection is not used again."""


def read_head(file: ByteReader) -> Head:
    """Read the head of a response; interim ones (RFC 9110 section 15.2) are skipped."""
    if not file.peek(1):
        raise http.client.RemoteDisconnected("Remote end closed connection without response")
    for _ in range(MAX_INTERIM_RESPONSES + 1):
        head = parse_head(_receive_head(file))
        if head.status >= 200:
            return head
        if head.status == 101:
            raise ResponseError("the response switches to another protocol, which was not requested")
    raise ResponseError(f"more than {MAX_INTERIM_RESPONSES} interim responses came")


def _receive_head(file: ByteReader) -> bytes:
    received = file.peek(1)
    end = _HEAD_END.search(received)
    if end is not None and end.end() <= MAX_HEAD_SIZE:
        return file.read(end.end())
    # A server's first frame is SETTINGS, type 4, of fewer than 256 bytes (RFC 9113 sections 3.4 and 4.1).
    if received[:2] == b"\0\0" and received[3:4] == b"\4":
        raise ResponseError(ONLY_HTTP2)
    if received[:1] not in (b"H", b""):  # a TLS alert, for one, has no end of line to wait for
        raise _no_status_line(received[:1])
    return _read_lines(file, "head")


def _read_lines(file: ByteReader, what: str) -> bytes:
    """Read lines up to an empty one, which is included."""
    block = bytearray()
    while True:
        line = file.readline(MAX_HEAD_SIZE - len(block) + 1)
        block += line
        if len(block) > MAX_HEAD_SIZE:
            raise ResponseError(f"the {what} of the response is too large: more than {MAX_HEAD_SIZE} bytes")
        if not line.endswith(b"\n"):
            if what == "head" and block and b"\n" not in block:
                raise _no_status_line(bytes(block[:1]))
            raise http.client.IncompleteRead(b"")
        if line in (b"\r\n", b"\n"):
            return bytes(block)


def _no_status_line(start: bytes) -> http.client.BadStatusLine:
    return http.client.BadStatusLine(start.decode("latin-1"))


def parse_head(block: bytes) -> Head:
    """Parse the head of a response."""
    text = block.decode("latin-1")
    line = _STATUS_LINE.match(text)
    if line is None:
        raise _no_status_line(block[:1])
    version, status, reason = line.groups("")
    headers = HTTPHeaderDict()
    for name, value in parse_fields(text[line.end() :]):
        headers.add(name, value)  # its constructor would do the same, and take twice the time
    return Head(10 + int(version), int(status), reason.strip(" \t"), headers)


def parse_fields(text: str) -> list[tuple[str, str]]:
    """Parse field lines."""
    # A line that is no field is not skipped: whatever reads it differently would see other fields after it, and what
    # follows may be a Content-Length (RFC 9112 sections 5.1 and 11.2).
    fields = _FIELD.findall(text)
    if len(fields) != text.count("\n") - 1:
        # Something else is among them, if it is not a value of several lines.
        text = _FOLD.sub(" ", text)
        fields = _FIELD.findall(text)
        if len(fields) != text.count("\n") - 1:
            raise ResponseError("the response has a malformed header line")
    if len(fields) > MAX_FIELDS:
        raise ResponseError(f"the head of the response is too large: more than {MAX_FIELDS} fields")
    return [(name, value.rstrip(" \t")) for name, value in fields]


def framing_of(head: Head, method: str) -> Framing:
    """Find where the body of a response ends (RFC 9112 section 6.3)."""
    version, status, _, headers = head
    chunked = "transfer-encoding" in headers
    # Of other codings nobody knows where they end (section 6.3 item 4), and none was requested with TE (section 7.4).
    if chunked and _members(headers["transfer-encoding"]) != ["chunked"]:
        raise ResponseError("the response has a transfer coding that was not requested")
    length = _content_length(headers["content-length"]) if "content-length" in headers else None
    # A length beside chunks is one for an intermediary that reads them differently, and so may be the next response
    # (RFC 9112 section 6.1); HTTP/1.0 has no chunks.
    closes = _closes(headers, version) or (chunked and (length is not None or version == 10))
    if status in (204, 304) or method == "HEAD":  # whatever the headers say
        # What a 204 says of a body may be sent all the same; it must not be read as the head of the next response.
        return Framing(0, False, closes or (status == 204 and (chunked or bool(length))))
    if chunked:
        return Framing(None, True, closes)
    return Framing(length, False, closes or length is None)


def _members(value: str) -> list[str]:
    """List the members of a header's value in lower case; empty ones are none (RFC 9110 section 5.6.1.2)."""
    return [member for part in value.lower().split(",") if (member := part.strip(" \t"))]


def _content_length(value: str) -> int:
    if "," in value:  # the same length may come twice (RFC 9110 section 8.6)
        value = ",".join({member.strip(" \t") for member in value.split(",")})
    if _LENGTH(value) is None:
        raise ResponseError("the response has two different lengths, or one that is no number")
    return int(value)


def _closes(headers: HTTPHeaderDict, version: int) -> bool:
    """Tell whether the connection ends with the response (RFC 9112 section 9.3)."""
    options = _members(headers["connection"]) if "connection" in headers else ()
    return "close" in options or (version == 10 and "keep-alive" not in options)


class Body:
    """The body of a response; an error in reading it gives it up."""

    def __init__(self, file: ByteReader, framing: Framing, on_close: Callable[[bool], None]) -> None:
        self._file = file
        self._left = framing.length
        self._chunks = _Chunks(file) if framing.chunked else None
        self._on_close = on_close
        self.closed = False
        """Whether it was read to its end or given up."""

    @property
    def length_remaining(self) -> int | None:
        """The bytes that were not read yet; None where the response did not say how many there are."""
        return self._left

    def read(self, amount: int | None = None, *, at_once: bool = False) -> bytes:
        """Read the body, or some of it; with ``at_once``, no more than has come."""
        if self.closed or amount == 0:
            return b""
        try:
            data, ended = self._next(amount, at_once)
        except BaseException:
            self._end(complete=False)
            raise
        if ended:
            self._end(complete=True)
        return data

    def read1(self, amount: int = _PIECE_SIZE) -> bytes:
        """Read what has come of the body, after one receive where nothing has, so that a break loses none of it."""
        return self.read(amount, at_once=True)

    def _next(self, amount: int | None, at_once: bool) -> tuple[bytes, bool]:
        if self._chunks is not None:
            if at_once:
                data = self._chunks.read(amount or _PIECE_SIZE, at_once=True)
            else:
                data = _gathered(self._chunks.read, amount)
            return data, self._chunks.ended
        if at_once and self._left != 0:  # a body of no bytes has nothing to wait for
            amount = min(amount or _PIECE_SIZE, len(self._file.peek(1)) or 1)
        if self._left is not None:
            size = self._left if amount is None else min(amount, self._left)
            data = _read_exactly(self._file, size)
            self._left -= size
            return data, self._left == 0
        data = _gathered(self._file.read, amount)
        return data, amount is None or len(data) < amount

    def close(self) -> None:
        """Give the body up, unless it was read to its end."""
        if not self.closed:
            self._end(complete=False)

    def _end(self, *, complete: bool) -> None:
        self.closed = True
        self._on_close(complete)


class _Chunks:
    """A body in chunks (RFC 9112 section 7.1)."""

    def __init__(self, file: ByteReader) -> None:
        self._file = file
        self._left = 0
        self._extensions_left = MAX_HEAD_SIZE
        self.ended = False

    def read(self, amount: int, *, at_once: bool = False) -> bytes:
        """Read some bytes, of one chunk at most; none at the end. With ``at_once``, no more than have come."""
        if self.ended:
            return b""
        if not self._left:
            self._left = self._read_size()
            if not self._left:
                # Trailers are checked, so that the next response begins where they end, and dropped (section 7.1.2).
                parse_fields(_read_lines(self._file, "trailer section").decode("latin-1"))
                self.ended = True
                return b""
        amount = min(amount, len(self._file.peek(1)) or 1) if at_once else amount
        data = _read_exactly(self._file, min(amount, self._left))
        self._left -= len(data)
        # Without this check, data that is longer than its chunk says would be read as the size of the next one.
        if not self._left and _read_exactly(self._file, 2) != b"\r\n":
            raise ResponseError("the response has a chunk that is longer than its size", retryable=True)
        return data

    def _read_size(self) -> int:
        line = self._file.readline(_MAX_CHUNK_LINE + 1)
        if len(line) > _MAX_CHUNK_LINE:
            raise ResponseError(f"a chunk's size line is too large: more than {_MAX_CHUNK_LINE} bytes")
        if not line.endswith(b"\n"):
            raise http.client.IncompleteRead(b"")
        size = _CHUNK_LINE.fullmatch(line)
        if size is None:
            raise ResponseError("the response has a chunk whose size is no number", retryable=True)
        self._extensions_left -= len(line) - size.end(1) - 2
        if self._extensions_left < 0:
            raise ResponseError(f"the chunk extensions are too large: more than {MAX_HEAD_SIZE} bytes")
        return int(size[1], 16)


def _read_exactly(file: ByteReader, size: int) -> bytes:
    data = file.read(size) if size <= _MAX_READ_SIZE else _gathered(file.read, size)
    if len(data) < size:
        raise http.client.IncompleteRead(b"", size - len(data))
    return data


def _gathered(read: Callable[[int], bytes], amount: int | None) -> bytes:
    """Read until there is enough, or to the end."""
    pieces: list[bytes] = []
    left = amount
    while left is None or left > 0:
        piece = read(_PIECE_SIZE if left is None else min(left, _PIECE_SIZE))
        if not piece:
            break
        pieces.append(piece)
        left = None if left is None else left - len(piece)
    return b"".join(pieces)
