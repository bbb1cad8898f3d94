"""An answer and the reading of its body: in pieces, unpacked, within limits of time and size."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import urllib3

from quantcdn._failures import Failure, UnusableBodyError, failure, wrong_scheme
from quantcdn.exceptions import ApiException, ApiResponseException, RequestInfo, exception_class
from quantcdn.retry import retry_after
from quantcdn.timeout import Timeout

FOREIGN_ERRORS = (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError, UnusableBodyError)
"""What urllib3 and what is under it may raise for a request that is in order."""

_PIECE_SIZE = 65_536
_REQUEST_ID_HEADERS = ("x-request-id", "x-amzn-requestid", "apigw-requestid", "x-correlation-id")


@dataclass(slots=True)
class Call:
    """One call as it goes on: what is asked, since when, and how often it was tried."""

    method: str
    host: str
    path: str
    secrets: Callable[[], tuple[str, ...]]
    timeout: Timeout
    clock: Callable[[], float]
    started: float = field(init=False)
    attempts: int = 0
    resent: bool = False

    def __post_init__(self) -> None:
        self.started = self.clock()

    def follow(self, before: RequestInfo) -> None:
        """Go on with a call: its limit and its count of attempts."""
        self.started -= before.seconds
        self.attempts = before.attempts

    @property
    def deadline(self) -> float:
        """When the whole call ends, by the clock."""
        return self.started + self.timeout.total

    @property
    def left(self) -> float:
        """The seconds until the deadline; negative once past."""
        return self.deadline - self.clock()

    def without_secrets(self, text: str) -> str:
        """Put ``[secret]`` where an answer repeats what the request was authorised by."""
        for secret in self.secrets():
            # JSON may be written with an escaped slash, as PHP does.
            for written in (secret, json.dumps(secret)[1:-1], secret.replace("/", "\\/")):
                text = text.replace(written, "[secret]")
        return text

    def info(self) -> RequestInfo:
        """Give what an error says of the call."""
        return RequestInfo(self.method, self.host + self.path, self.attempts, self.clock() - self.started)

    def explain(self, error: Exception) -> Failure:
        """Tell what an error means for the call."""
        failed = failure(error, overdue=self.left <= 0, seconds=self.timeout.total)
        return failed._replace(reason=self.without_secrets(failed.reason))


class RESTResponse:
    """An answer; its body is read once, within the time and size limits of its call.

    Where the body is not read to its end, ``close`` or a ``with`` block gives the connection up.
    """

    def __init__(
        self, raw: urllib3.BaseHTTPResponse, call: Call, limit: int, kept: int, *, packed: bool = True
    ) -> None:
        self.status: int = raw.status
        self.reason: str | None = raw.reason
        self.headers: Mapping[str, str] = raw.headers
        self._raw = raw
        self._call = call
        self._limit = limit
        self._kept = kept
        self._pieces = _pieces(raw, limit, packed)
        self._rest = b""
        self._data: bytes | None = None

    @property
    def request(self) -> RequestInfo:
        """What was asked, how often, and for how long by now."""
        return self._call.info()

    @property
    def request_id(self) -> str | None:
        """The service's own name for the request, where the answer has one."""
        return next((self.headers[name] for name in _REQUEST_ID_HEADERS if name in self.headers), None)

    @property
    def data(self) -> bytes:
        """The whole body; it is kept, so that it can be asked for again."""
        if self._data is None:
            self._data = self.read()
        return self._data

    def read(self, amt: int | None = None) -> bytes:
        """Read the body, or some of it.

        Args:
            amt: How many bytes at most; None for all that is left.

        Returns:
            The bytes; none at the end.

        Raises:
            ApiException: The body breaks off, takes too long or is too large.
        """
        gathered = [self._rest]
        size = len(self._rest)
        while (amt is None or size < amt) and (piece := self._next_piece()):
            gathered.append(piece)
            size += len(piece)
        body = b"".join(gathered)
        end = size if amt is None else amt
        self._rest = body[end:]
        return body[:end]

    def stream(self, amt: int = _PIECE_SIZE) -> Iterator[bytes]:
        """Read the body piece by piece.

        Args:
            amt: How many bytes a piece has; the last may have fewer.

        Yields:
            The pieces.

        Raises:
            ApiException: The body breaks off, takes too long or is too large.
        """
        while piece := self.read(amt):
            yield piece

    def _next_piece(self) -> bytes:
        try:
            return next(self._pieces, b"")
        except FOREIGN_ERRORS as error:
            problem = self.unusable(self._call.explain(error))
        self.close()
        raise problem

    def preload(self) -> Failure | None:
        """Read the whole body now.

        Returns:
            None, or why that failed; ``data`` is then the start of the body.
        """
        gathered: list[bytes] = []
        try:
            if _is_plain(self._raw) and self._raw.length_remaining is not None:
                # The length is known: one read, and no second copy.
                if self._raw.length_remaining <= self._limit:
                    self._data = self._raw.read()
                    return None
                with contextlib.suppress(*FOREIGN_ERRORS):  # it is too large, whatever becomes of its start
                    gathered.append(self._raw.read(self._kept))
                raise _too_large(self._limit)
            for piece in self._pieces:
                gathered.append(piece)
        except FOREIGN_ERRORS as error:
            problem = self._call.explain(error)
        else:
            self._data = b"".join(gathered)
            return None
        self._data = _start(gathered, self._kept)
        self.close()
        return problem

    def json(self) -> Any:
        """Parse the body.

        Returns:
            The JSON value.

        Raises:
            ApiResponseException: The body is no JSON.
            ApiException: The body breaks off, takes too long or is too large.
        """
        try:
            return json.loads(self.data)
        except (ValueError, RecursionError):
            problem = self.unusable(Failure(ApiResponseException, "the body is no JSON"))
        raise problem

    def unusable(self, why: Failure) -> ApiException:
        """Make the error that says why this answer cannot be used.

        Args:
            why: The failure.

        Returns:
            The error, with what came of the answer.
        """
        status = self.status if issubclass(why.error, ApiResponseException) else 0
        return self._error(why.error, status, why.reason)

    def failed(self, data: Any = None) -> ApiException:
        """Make the error that the status of this answer stands for.

        Args:
            data: The body as a model or as parsed JSON.

        Returns:
            The error, with the answer, its secrets left out.
        """
        error = self._error(exception_class(self.status), self.status, self.reason)
        error.data = data
        error.retry_after = retry_after(self.headers)
        error.hint = wrong_scheme(self.status, error.raw_data or b"") or error.hint
        return error

    def _error(self, kind: type[ApiException], status: int, reason: str | None) -> ApiException:
        """Make an error with what came of this answer, its secrets left out."""
        body = self.public_data()
        return kind(
            status,
            self._public(reason),
            body=body.decode(errors="replace"),
            headers=self.public_headers(),
            request_id=self._public(self.request_id),
            raw_data=body,
            request=self.request,
        )

    def public_data(self) -> bytes:
        """Give what was read of the body for an error, which may be logged or sent elsewhere.

        Returns:
            The body; where the service repeats a token or a cookie in it, ``[secret]`` stands there.
        """
        text = (self._data or b"").decode("latin-1")  # any bytes are Latin-1, and come back from it
        return self._call.without_secrets(text).encode("latin-1")

    def _public(self, text: str | None) -> str | None:
        return None if text is None else self._call.without_secrets(text)

    def public_headers(self) -> Mapping[str, str]:
        """Give the headers for an error, which may be logged or sent elsewhere.

        Returns:
            The headers without cookies, a location without query and password, and ``[secret]``
            where the service repeats a token or a cookie.
        """
        headers = urllib3.HTTPHeaderDict(
            (name, self._call.without_secrets(value)) for name, value in self.headers.items()
        )
        headers.discard("set-cookie")
        if "location" in headers:
            headers["location"] = re.sub(r"[?#].*|(?<=//)[^/@]*@", "", headers["location"])
        return headers

    def getheaders(self) -> Mapping[str, str]:
        """Get the headers; the old name of ``headers``.

        Returns:
            The headers.
        """
        return self.headers

    def getheader(self, name: str, default: str | None = None) -> str | None:
        """Get one header; the old name of ``headers.get``.

        Args:
            name: The header's name, in any letter case.
            default: What to return where it is missing.

        Returns:
            Its value.
        """
        return self.headers.get(name, default)

    def close(self) -> None:
        """Give the connection up, unless the body was read to its end."""
        self._raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _start(pieces: list[bytes], size: int) -> bytes:
    start = bytearray()
    for piece in pieces:
        start += piece[: size - len(start)]
    return bytes(start)


def _is_plain(raw: urllib3.BaseHTTPResponse) -> bool:
    return raw.headers.get("content-encoding", "").strip().lower() in ("", "identity")


def _too_large(limit: int) -> UnusableBodyError:
    return UnusableBodyError(f"the body is larger than the limit of {limit} bytes")


def _pieces(raw: urllib3.BaseHTTPResponse, limit: int, packed: bool) -> Iterator[bytes]:
    """Yield a body, unpacked, and refuse what is beyond the limit."""
    encoding = raw.headers.get("content-encoding", "").strip().lower()
    if _is_plain(raw):
        pieces = _received_pieces(raw)
    elif packed and encoding in ("gzip", "x-gzip"):
        pieces = _gunzipped(_received_pieces(raw))
    else:
        known = re.fullmatch(r"[a-z, -]{1,20}", encoding)  # the rest of what a service can say here is shown nowhere
        raise UnusableBodyError(
            f"the body is packed {f'as {encoding!r}' if known else 'oddly'}, which was not asked for"
        )
    left = limit
    for piece in pieces:
        yield piece[:left]
        left -= len(piece)
        if left < 0:
            raise _too_large(limit)


def _received_pieces(raw: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    while piece := raw.read(_PIECE_SIZE):
        yield piece


def _gunzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack gzip (RFC 1952) so that no step yields more than a piece, however far it expands."""
    decoder = zlib.decompressobj(wbits=31)
    started = False
    for piece in pieces:
        started = True
        waiting = piece
        while waiting or decoder.unconsumed_tail:
            if decoder.eof:  # another member follows
                decoder = zlib.decompressobj(wbits=31)
            try:
                unpacked = decoder.decompress(waiting, _PIECE_SIZE)
            except zlib.error as error:
                raise UnusableBodyError("the packed body is damaged") from error
            waiting = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
            if unpacked:
                yield unpacked
    if started and not decoder.eof:
        raise UnusableBodyError("the packed body ends early")
