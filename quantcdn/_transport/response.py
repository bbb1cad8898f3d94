"""A response and the reading of its body, within the limits of its call."""

from __future__ import annotations

import contextlib
import io
import json
import operator
import re
from collections.abc import Iterator, Mapping
from functools import partial
from types import TracebackType
from typing import Any, Self

import urllib3

from quantcdn._file_formats import json_bounds
from quantcdn._transport.call import Call
from quantcdn._transport.decoding import LARGEST_KEPT, PIECE_SIZE, decoded, is_plain, keep_memory, too_large
from quantcdn._transport.errors import TRANSPORT_ERRORS, Failure, UnusableBodyError, out_of_time, wrong_scheme
from quantcdn._transport.redaction import redacted, without_part
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

_LARGE_BODY = 1_048_576
# The last letter of UTF-8, where its end is missing.
_CUT_LETTER = rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z"
_REQUEST_ID_HEADERS = ("x-request-id", "x-amzn-requestid", "apigw-requestid", "x-correlation-id")


class RESTResponse:
    """A response; its body is read once, within the time and size limits of its call.

    Where the body is not read to its end, ``close`` or a ``with`` block gives the connection up. A pickle or a copy
    has the body that was read, and no connection.
    """

    def __init__(
        self, raw: urllib3.BaseHTTPResponse, call: Call, limit: int, max_error_body: int, *, allow_gzip: bool = True
    ) -> None:
        self.status: int = raw.status
        self.reason: str | None = raw.reason
        self.headers: Mapping[str, str] = raw.headers
        self._raw = raw
        self._call = call
        self._limit = limit
        self._max_error_body = max_error_body
        self._pieces = _in_time(decoded(raw, limit, allow_gzip=allow_gzip), call)
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
        """The service's own name for the request, where the response has one."""
        return next((self.headers[name] for name in _REQUEST_ID_HEADERS if name in self.headers), None)

    @property
    def data(self) -> bytes:
        """The whole body; it is kept, so that it can be read again.

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
        is_whole = wanted is None and not self._is_begun
        self._is_begun = self._is_begun or wanted != 0
        # No variable holds bytes while more are read: a frame of an error would show what they repeat.
        gathered = io.BytesIO()
        gathered.write(self._rest)
        while (wanted is None or gathered.tell() < wanted) and gathered.write(self._next_piece()):
            pass
        body = gathered.getvalue()
        end = len(body) if wanted is None else wanted
        self._rest = body[end:]
        if is_whole:
            self._data = body
        return body[:end]

    def stream(self, amt: int | None = PIECE_SIZE) -> Iterator[bytes]:
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
        """Read the whole body now; return why that failed, where ``data`` is then the start of the body."""
        gathered: list[bytes] = []
        try:
            if is_plain(self._raw) and self._raw.length_remaining is not None:
                # The length is known: one read, and no second copy.
                if self._raw.length_remaining <= self._limit:
                    if _LARGE_BODY <= self._raw.length_remaining <= LARGEST_KEPT:
                        keep_memory(self._raw.length_remaining.bit_length())
                    self._data = self._rest = self._raw.read()
                    return None
                with contextlib.suppress(*TRANSPORT_ERRORS):  # it is too large, whatever becomes of its start
                    gathered.append(self._raw.read(self._max_error_body))
                raise too_large(self._limit)
            for piece in self._pieces:
                gathered.append(piece)
        except TRANSPORT_ERRORS as error:
            problem = self._call.explain(error)
        else:
            self._data = self._rest = b"".join(gathered)
            return None
        self._data, self._is_cut = _start(gathered, self._max_error_body), True
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
        why = json_bounds.excess(body)
        try:
            if why is None:
                return json.loads(body)
        except (ValueError, RecursionError):
            why = "the body is no JSON"
        raise self.unusable(Failure(ApiResponseException, why or "the body is no JSON"))

    def is_overdue(self) -> bool:
        """Say whether the limit of the whole call has passed."""
        return self._call.remaining <= 0

    def overdue(self) -> Failure:
        """Say that the limit of the whole call has passed."""
        return out_of_time(self._call.timeout.total)

    def unusable(self, why: Failure) -> ApiException:
        """Make the error that says why this response cannot be used."""
        status = self.status if issubclass(why.error, ApiResponseException) else 0
        return self._error(why.error, status, why.reason)

    def failed(self, data: Any = None) -> ApiException:
        """Make the error that the status of this response stands for."""
        error = self._error(exception_class(self.status), self.status, self.reason)
        error.data = data
        error.retry_after = retry_after(self.headers)
        error.hint = wrong_scheme(self.status, error.raw_data or b"") or error.hint
        return error

    def _error(self, kind: type[ApiException], status: int, reason: str | None) -> ApiException:
        """Make an error with what came of this response, its secrets left out."""
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
        """Give what was read of the body for an error, which may be logged or sent elsewhere."""
        body = self._data or b""
        start = body[: self._max_error_body]
        written = start.decode("latin-1")  # any bytes are Latin-1, and come back from it
        text = self._call.without_secrets(written)
        if text == written and not self._is_cut and len(start) == len(body):
            return body  # without a second copy of what may be large
        del written
        if not self._is_cut and len(start) == len(body) and len(text) <= self._max_error_body:
            return text.encode("latin-1")
        text = without_part(text, self._call.secrets())
        return re.sub(_CUT_LETTER, b"", text[: self._max_error_body].encode("latin-1"))

    def _public(self, text: str | None) -> str | None:
        return None if text is None else self._call.without_secrets(text)

    def public_headers(self) -> Mapping[str, str]:
        """Give the headers for an error, which may be logged or sent elsewhere."""
        secrets = self._call.secrets()
        headers = urllib3.HTTPHeaderDict((name, redacted(value, secrets)) for name, value in self.headers.items())
        headers.discard("set-cookie")
        if "location" in headers:
            headers["location"] = re.sub(r"[?#].*|(?<=//)[^/]*@", "", headers["location"])
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
        self._call.resume(request)
        self._pieces = iter(()) if self._data is not None else _left_behind()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _in_time(pieces: Iterator[bytes], call: Call) -> Iterator[bytes]:
    """End with the call, of whose limit a replaced connection does not know."""
    for piece in pieces:
        if call.remaining <= 0:
            raise TimeoutError("timed out")
        yield piece


def _amount(amt: int | None) -> int | None:
    """Check how much is to be read; a negative number stands for all, as it does where files are read."""
    if amt is None:
        return None
    if isinstance(amt, bool) or not hasattr(amt, "__index__"):
        raise ApiTypeError(f"amt takes a whole number or None, not {type(amt).__name__}")
    return None if (number := operator.index(amt)) < 0 else number


def _left_behind() -> Iterator[bytes]:
    """Stand for the rest of a body whose response was pickled or copied."""
    raise UnusableBodyError("the body was not read before the response was pickled or copied")
    yield b""


def _start(pieces: list[bytes], size: int) -> bytes:
    start = bytearray()
    for piece in pieces:
        start += piece[: size - len(start)]
    return bytes(start)
