"""The one door to the network: a request goes out, again where that helps, and an answer or an error comes back."""

from __future__ import annotations

import copy
import http.client
import json
import logging
import os
import random
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import urllib3

from quantcdn._failures import Failure, UnusableBodyError, failure
from quantcdn._pools import Limits, current_limits, make_pool
from quantcdn.configuration import Configuration
from quantcdn.exceptions import ApiConnectionException, ApiResponseException, ApiValueError, RequestInfo
from quantcdn.exceptions import ApiException as ApiException
from quantcdn.retry import retry_after
from quantcdn.timeout import Timeout

_LOGGER = logging.getLogger("quantcdn")
_PIECE_SIZE = 65_536
_FOREIGN_ERRORS = (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError, UnusableBodyError)
_REQUEST_ID_HEADERS = ("x-request-id", "x-amzn-requestid", "apigw-requestid", "x-correlation-id")


@dataclass(slots=True)
class _Call:
    """One call as it goes on: what is asked, since when, and how often it was tried."""

    method: str
    url: str
    secrets: tuple[bytes, ...]
    timeout: Timeout
    clock: Callable[[], float]
    started: float = field(init=False)
    attempts: int = 0

    def __post_init__(self) -> None:
        self.started = self.clock()

    @property
    def deadline(self) -> float:
        return self.started + self.timeout.total

    @property
    def left(self) -> float:
        return self.deadline - self.clock()

    def info(self) -> RequestInfo:
        return RequestInfo(self.method, self.url, self.attempts, self.clock() - self.started)

    def explain(self, error: Exception) -> Failure:
        return failure(error, overdue=self.left <= 0, seconds=self.timeout.total)


class RESTResponse:
    """An answer; its body is read once, within the time and size limits of its call.

    Where the body is not read to its end, ``close`` or a ``with`` block gives the connection up.
    """

    def __init__(self, raw: urllib3.BaseHTTPResponse, call: _Call, limit: int, kept: int) -> None:
        self.status: int = raw.status
        self.reason: str | None = raw.reason
        self.headers: Mapping[str, str] = raw.headers
        self._raw = raw
        self._call = call
        self._limit = limit
        self._kept = kept
        self._pieces = _pieces(raw, limit)
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
        except _FOREIGN_ERRORS as error:
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
                gathered.append(self._raw.read(self._kept))
                raise _too_large(self._limit)
            for piece in self._pieces:
                gathered.append(piece)
        except _FOREIGN_ERRORS as error:
            problem = self._call.explain(error)
        else:
            self._data = b"".join(gathered)
            return None
        self._data = b"".join(gathered)[: self._kept]
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
        body = self.public_data()
        return why.error(
            self.status if issubclass(why.error, ApiResponseException) else 0,
            why.reason,
            body=body.decode(errors="replace"),
            raw_data=body,
            headers=self.public_headers(),
            request_id=self.request_id,
            request=self.request,
        )

    def public_data(self) -> bytes:
        """Give what was read of the body for an error, which may be logged or sent elsewhere.

        Returns:
            The body; where the service repeats a token or a cookie in it, ``[secret]`` stands there.
        """
        body = self._data or b""
        for secret in self._call.secrets:
            body = body.replace(secret, b"[secret]")
        return body

    def public_headers(self) -> Mapping[str, str]:
        """Give the headers for an error, which may be logged or sent elsewhere.

        Returns:
            The headers without cookies, and without the query of a location, which may be signed.
        """
        headers = urllib3.HTTPHeaderDict(self.headers)
        headers.discard("set-cookie")
        if "location" in headers:
            headers["location"] = headers["location"].partition("?")[0]
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


RESTResponseType = RESTResponse


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one attempt came to: an answer, or a failure with what came of an answer."""

    answer: RESTResponse | None
    failure: Failure | None
    stale: bool = False

    @property
    def status(self) -> int:
        return self.answer.status if self.answer else 0

    def result(self, call: _Call) -> RESTResponse:
        if self.failure is None and self.answer is not None:
            return self.answer
        failed = self.failure or Failure(ApiException, "no answer")
        raise self.answer.unusable(failed) if self.answer else failed.error(0, failed.reason, request=call.info())


class RESTClientObject:
    """Pools of connections, and the loop that sends a request until it is answered or hopeless.

    Args:
        configuration: The settings; of a later change of them only the host and the token count.
        clock: Returns seconds that never go backwards.
        sleep: Waits for some seconds.
        uniform: Returns a random number between two.
    """

    def __init__(
        self,
        configuration: Configuration,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._configuration = copy.copy(configuration)
        self._clock = clock
        self._sleep = sleep
        self._uniform = uniform
        self._lock = threading.Lock()
        self._pools: dict[str, urllib3.HTTPConnectionPool] = {}
        self._process = os.getpid()
        self._closed = False
        self._pool(configuration.host)  # settings that cannot work are found now, not at the first call

    def request(
        self,
        method: str,
        host: str,
        target: str,
        headers: Mapping[str, str],
        *,
        timeout: Timeout | None = None,
        preload: bool = True,
    ) -> RESTResponse:
        """Send a request, again where that helps.

        Args:
            method: The HTTP method; it must be safe to repeat (RFC 9110 section 9.2.2).
            host: Scheme and host.
            target: Path and query.
            headers: The headers.
            timeout: The time limits, or None for the configured ones.
            preload: Whether the body is read before the answer is returned.

        Returns:
            The answer, whatever its status.

        Raises:
            ApiConnectionException: No connection could be made, or it broke.
            ApiTimeoutException: A time limit passed.
            ApiResponseException: The body is too large, damaged or packed in a way not asked for.
            ApiValueError: The client is closed.
        """
        url = host + target.partition("?")[0]
        call = _Call(method, url, _secrets(headers), timeout or self._configuration.timeout, self._clock)
        while True:
            call.attempts += 1
            outcome = self._attempt(call, host, target, headers, preload)
            if outcome.stale:
                # A service may close a kept connection at any time (RFC 9112 section 9.3.1).
                outcome = self._attempt(call, host, target, headers, preload)
            pause = self._pause(call, outcome)
            _log(call, outcome, pause)
            if pause is None:
                return outcome.result(call)
            if outcome.answer is not None:
                outcome.answer.close()
            self._sleep(pause)

    def close(self) -> None:
        """Close every idle connection; one that is in use closes when its answer has been read."""
        self._closed = True
        with self._lock:
            for pool in self._pools.values():
                pool.close()

    def _pool(self, host: str) -> urllib3.HTTPConnectionPool:
        if self._closed:
            raise ApiValueError("this ApiClient is closed; make a new one")
        if self._process != os.getpid():
            # Parent and child would write to the same sockets; the lock may have been held in the fork.
            self._process, self._lock, self._pools = os.getpid(), threading.Lock(), {}
        pool = self._pools.get(host)
        if pool is None:
            with self._lock:
                pool = self._pools.setdefault(host, make_pool(self._configuration, host, os.environ))
        return pool

    def _attempt(self, call: _Call, host: str, target: str, headers: Mapping[str, str], preload: bool) -> _Outcome:
        pool = self._pool(host)
        forwarded = pool.proxy is not None and pool.scheme == "http"
        limits = Limits(call.timeout, call.deadline, self._clock)
        before = current_limits.set(limits)
        try:
            raw = pool.urlopen(
                call.method,
                host + target if forwarded else _path_of(host) + target,
                headers=headers,
                retries=False,
                redirect=False,
                assert_same_host=False,
                timeout=urllib3.Timeout(connect=call.timeout.connect, read=call.timeout.read),
                preload_content=False,
                decode_content=False,
            )
        except _FOREIGN_ERRORS as error:
            failed = call.explain(error)
            return _Outcome(None, failed, stale=failed.again and not limits.connected)
        finally:
            current_limits.reset(before)
        if forwarded and raw.status == 407:
            raw.close()
            return _Outcome(None, Failure(ApiConnectionException, "the proxy refused to connect: 407"))
        return self._received(raw, call, preload)

    def _received(self, raw: urllib3.BaseHTTPResponse, call: _Call, preload: bool) -> _Outcome:
        usable = 200 <= raw.status <= 299
        settings = self._configuration
        limit = settings.max_response_size if usable else settings.max_error_size
        answer = RESTResponse(raw, call, limit, settings.max_error_size)
        failed = answer.preload() if preload else None
        # An error's status counts whatever became of its body.
        return _Outcome(answer, failed if usable else None)

    def _pause(self, call: _Call, outcome: _Outcome) -> float | None:
        """Say how long to wait before the next attempt, or None where there is none."""
        policy = self._configuration.retries
        again = outcome.failure.again if outcome.failure else outcome.status in policy.statuses
        if not again or call.attempts >= policy.attempts:
            return None
        asked = 0.0
        if outcome.answer is not None and outcome.failure is None:
            asked = retry_after(outcome.answer.headers) or 0.0
        pause = max(asked, self._uniform(0.0, policy.longest_pause(call.attempts, outcome.status)))
        return pause if asked <= policy.longest_retry_after and pause < call.left else None


def _log(call: _Call, outcome: _Outcome, pause: float | None) -> None:
    if not _LOGGER.isEnabledFor(logging.DEBUG if pause is None else logging.INFO):
        return
    what = outcome.failure.reason if outcome.failure else outcome.status
    if pause is None:
        _LOGGER.debug("%s %s: %s", call.method, call.url, what)
    else:
        _LOGGER.info("%s %s: %s; again in %.1f s", call.method, call.url, what, pause)


def _secrets(headers: Mapping[str, str]) -> tuple[bytes, ...]:
    values = [value for name, value in headers.items() if name.lower() in ("authorization", "cookie")]
    return tuple(value.rpartition(" ")[2].encode("latin-1") for value in values if value)


def _path_of(host: str) -> str:
    return urlsplit(host).path


def _is_plain(raw: urllib3.BaseHTTPResponse) -> bool:
    return raw.headers.get("content-encoding", "").strip().lower() in ("", "identity")


def _too_large(limit: int) -> UnusableBodyError:
    return UnusableBodyError(f"the body is larger than the limit of {limit} bytes")


def _pieces(raw: urllib3.BaseHTTPResponse, limit: int) -> Iterator[bytes]:
    """Yield a body, unpacked, and refuse what is beyond the limit."""
    encoding = raw.headers.get("content-encoding", "").strip().lower()
    if _is_plain(raw):
        pieces = _received_pieces(raw)
    elif encoding in ("gzip", "x-gzip"):
        pieces = _gunzipped(_received_pieces(raw))
    else:
        raise UnusableBodyError(f"the body is packed as {encoding!r}, which was not asked for")
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
