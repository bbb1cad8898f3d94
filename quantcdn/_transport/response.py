"""An answer and the reading of its body: in pieces, unpacked, within limits of time and size."""

from __future__ import annotations

import contextlib
import http.client
import json
import operator
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from types import TracebackType
from typing import Any, Self

import urllib3

from quantcdn import _bounds
from quantcdn._redaction import header_secrets, redacted, without_part
from quantcdn._transport.errors import Failure, UnusableBodyError, failure, out_of_time, wrong_scheme
from quantcdn.exceptions import (
    ApiException,
    ApiResponseException,
    ApiTypeError,
    ApiValueError,
    RequestInfo,
    exception_class,
)
from quantcdn.retry import retry_after
from quantcdn.timeout import Timeout

TRANSPORT_ERRORS = (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError, UnusableBodyError)
"""What urllib3 and what is under it may raise for a request that is in order."""

_PIECE_SIZE = 65_536
_LARGE_BODY = 1_048_576
_LARGEST_KEPT = 16_777_216
# The last letter of UTF-8, where its end is missing.
_CUT_LETTER = rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z"
_REQUEST_ID_HEADERS = ("x-request-id", "x-amzn-requestid", "apigw-requestid", "x-correlation-id")


@dataclass(slots=True)
class Call:
    """One call as it goes on: what is asked, since when, and how often it was tried."""

    method: str
    host: str
    path: str
    request_secrets: Callable[[], tuple[str, ...]]
    timeout: Timeout
    clock: Callable[[], float]
    started: float = field(init=False)
    attempts: int = 0
    proxy_headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """What goes to a proxy with its last attempt, which may respond in the service's place."""
    hook_headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """What ``on_request`` has added to its last attempt."""
    resent: bool = False
    retry_cost: int = 0
    """What its last retry took of the client's retry budget."""
    is_budget_spent: bool = False
    """Whether that budget was too small for another retry."""
    reused: bool = False
    """Whether its last attempt went over a connection that was there before."""

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

    def secrets(self) -> tuple[str, ...]:
        """List what authorised the request, which no error may show."""
        return (*self.request_secrets(), *header_secrets(self.proxy_headers), *header_secrets(self.hook_headers))

    def without_secrets(self, text: str) -> str:
        """Put ``[secret]`` where an answer repeats what the request was authorised by."""
        return redacted(text, self.secrets())

    def info(self) -> RequestInfo:
        """Give what an error says of the call."""
        return RequestInfo(
            self.method, self.host + self.path, self.attempts, self.clock() - self.started, self.is_budget_spent
        )

    def explain(self, error: Exception) -> Failure:
        """Tell what an error means for the call."""
        failed = failure(error, overdue=self.left <= 0, seconds=self.timeout.total)
        return failed._replace(reason=self.without_secrets(failed.reason))


class RESTResponse:
    """A response; its body is read once, within the time and size limits of its call.

    Where the body is not read to its end, ``close`` or a ``with`` block gives the connection up. A pickle or a copy
    has the body that was read, and no connection.
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
        self._is_begun = False
        self._is_cut = False

    @property
    def request(self) -> RequestInfo:
        """What was asked, how often, and for how long by now."""
        return self._call.info()

    @property
    def reused(self) -> bool:
        """Whether it came over a connection that was there before."""
        return self._call.reused

    @property
    def request_id(self) -> str | None:
        """The service's own name for the request, where the answer has one."""
        return next((self.headers[name] for name in _REQUEST_ID_HEADERS if name in self.headers), None)

    @property
    def data(self) -> bytes:
        """The whole body; it is kept, so that it can be asked for again.

        Raises:
            ApiException: The body breaks off, takes too long or is too large.
            ApiValueError: Some of the body was read by ``read`` or ``stream``, and is not kept.
        """
        if self._data is None:
            if self._is_begun:
                raise ApiValueError(
                    "data has no whole body, since read or stream took some of it; use one or the other"
                )
            self.read()
        return self._data or b""

    def read(self, amt: int | None = None) -> bytes:
        """Read the body, or some of it.

        Args:
            amt: How many bytes at most; None or a negative number for all that is left.

        Returns:
            The bytes; none at the end. What is read whole stays in ``data`` too.

        Raises:
            ApiTypeError: ``amt`` is no whole number.
            ApiException: The body breaks off, takes too long or is too large.
        """
        wanted = _amount(amt)
        gathered = [self._rest]
        size = len(self._rest)
        is_whole = wanted is None and not self._is_begun
        self._is_begun = self._is_begun or wanted != 0
        while (wanted is None or size < wanted) and (piece := self._next_piece()):
            gathered.append(piece)
            size += len(piece)
        body = b"".join(gathered)
        end = size if wanted is None else wanted
        self._rest = body[end:]
        if is_whole:
            self._data = body
        return body[:end]

    def stream(self, amt: int | None = _PIECE_SIZE) -> Iterator[bytes]:
        """Read the body piece by piece.

        Args:
            amt: How many bytes a piece has, 1 or more; the last may have fewer. None or a negative number for one
                piece with all that is left.

        Returns:
            An iterator over the pieces.

        Raises:
            ApiTypeError: ``amt`` is no whole number.
            ApiValueError: ``amt`` is 0.
            ApiException: The body breaks off, takes too long or is too large.
        """
        wanted = _amount(amt)
        if wanted == 0:
            raise ApiValueError("a piece of a body has 1 byte or more, not 0")
        return iter(partial(self.read, wanted), b"")

    def pieces(self) -> Iterator[bytes]:
        """Read the body in such pieces as it comes in, so that little is lost where it breaks off.

        Returns:
            An iterator over the pieces, none of which is empty.
        """
        self._is_begun = True
        return iter(self._next_piece, b"")

    def _next_piece(self) -> bytes:
        try:
            return next(self._pieces, b"")
        except TRANSPORT_ERRORS as error:
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
                    if _LARGE_BODY <= self._raw.length_remaining <= _LARGEST_KEPT:
                        _keep_memory(self._raw.length_remaining.bit_length())
                    self._data = self._rest = self._raw.read()
                    return None
                with contextlib.suppress(*TRANSPORT_ERRORS):  # it is too large, whatever becomes of its start
                    gathered.append(self._raw.read(self._kept))
                raise _too_large(self._limit)
            for piece in self._pieces:
                gathered.append(piece)
        except TRANSPORT_ERRORS as error:
            problem = self._call.explain(error)
        else:
            self._data = self._rest = b"".join(gathered)
            return None
        self._data, self._is_cut = _start(gathered, self._kept), True
        self.close()
        return problem

    def json(self) -> Any:
        """Parse the body.

        Returns:
            The JSON value.

        Raises:
            ApiResponseException: The body is no JSON.
            ApiException: The body breaks off, takes too long or is too large.
            ApiValueError: Some of the body was read by ``read`` or ``stream``, and is not kept.
        """
        body = self.data
        why = _bounds.excess(body)
        try:
            if why is None:
                return json.loads(body)
        except (ValueError, RecursionError):
            why = "the body is no JSON"
        raise self.unusable(Failure(ApiResponseException, why or "the body is no JSON"))

    def is_overdue(self) -> bool:
        """Say whether the limit of the whole call has passed."""
        return self._call.left <= 0

    def overdue(self) -> Failure:
        """Say that the limit of the whole call has passed."""
        return out_of_time(self._call.timeout.total)

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
            The body, or as much of its start as ``max_error_size`` says; where the service repeats a token or a
            cookie in it, ``[secret]`` stands there.
        """
        body = self._data or b""
        start = body[: self._kept]
        text = self._call.without_secrets(start.decode("latin-1"))  # any bytes are Latin-1, and come back from it
        if not self._is_cut and len(start) == len(body) and len(text) <= self._kept:
            return text.encode("latin-1")
        text = without_part(text, self._call.secrets())
        return re.sub(_CUT_LETTER, b"", text[: self._kept].encode("latin-1"))

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

        Raises:
            ApiTypeError: The name is not text, or ``default`` neither text nor None.
        """
        for value in (name, default or ""):
            if not isinstance(value, str):
                raise ApiTypeError(f"getheader takes text, not {type(value).__name__}")
        return self.headers.get(name, default)

    def close(self) -> None:
        """Give the connection up, unless the body was read to its end."""
        self._raw.close()

    def release_conn(self) -> None:
        """Give the connection up, unless the body was read to its end; urllib3's name for it."""
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        # Neither the connection can travel nor what would read from it, and what authorises must not.
        left_out = ("_raw", "_pieces", "_call")
        return {**{name: value for name, value in vars(self).items() if name not in left_out}, "_request": self.request}

    def __setstate__(self, state: dict[str, Any]) -> None:
        request: RequestInfo = state.pop("_request")
        self.__dict__.update(state)
        self._raw = urllib3.HTTPResponse(preload_content=False)
        self._call = Call(request.method, request.url, "", tuple, Timeout(), float)  # a clock that stands still
        self._call.follow(request)
        self._pieces = iter(()) if self._data is not None else _left_behind()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _amount(amt: int | None) -> int | None:
    """Check how much is asked for; a negative number stands for all, as it does where files are read."""
    if amt is None:
        return None
    if isinstance(amt, bool) or not hasattr(amt, "__index__"):
        raise ApiTypeError(f"amt takes a whole number or None, not {type(amt).__name__}")
    return None if (number := operator.index(amt)) < 0 else number


def _left_behind() -> Iterator[bytes]:
    """Stand for the rest of a body whose response was pickled or copied."""
    raise UnusableBodyError("the body was not read before the response was pickled or copied")
    yield b""


@cache
def _keep_memory(magnitude: int) -> None:
    """Let glibc keep the memory of large bodies and of their texts for those of later responses.

    It returns what is free beyond twice the largest block of up to 32 MiB that was ever freed. A body and the
    text in it are just above that, and getting their pages anew at each response costs several times the parsing.
    The block that is made and freed here, once for a magnitude, is larger than either. No page of it is touched,
    since ``bytes`` takes zeroed memory from the system.

    Args:
        magnitude: The number of bits of the body's size in bytes.
    """
    bytes(min(5 << magnitude - 2, 2 * _LARGEST_KEPT - 65_536))  # 1.25 times the largest size of that many bits


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
        pieces = _received_pieces(raw) if packed else iter(partial(raw.read1, _PIECE_SIZE), b"")
    elif packed and encoding in ("gzip", "x-gzip"):
        pieces = _gunzipped(_received_pieces(raw))
    else:
        known = re.fullmatch(r"[a-z, -]{1,20}", encoding)  # the rest of what a service can say here is shown nowhere
        raise UnusableBodyError(
            f"the body is packed {f'as {encoding!r}' if known else 'oddly'}, which was not asked for"
        )
    left = limit
    for piece in pieces:
        left -= len(piece)
        if left >= 0:
            yield piece
            continue
        if start := piece[:left]:  # an empty piece would pass for the end
            yield start
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
