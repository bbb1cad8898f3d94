"""The one door to the network: a request goes out, again where that helps, and a response or an error comes back."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from typing import Self
from urllib.parse import urlsplit

import urllib3

from quantcdn._clock import Cancel, TimeSource
from quantcdn._secrets import Secret, hidden
from quantcdn._transport import downloads
from quantcdn._transport.attempts import AttemptResult, Request, authority, notify, report
from quantcdn._transport.call import Call
from quantcdn._transport.connections import AttemptTimeouts
from quantcdn._transport.errors import TRANSPORT_ERRORS, Failure
from quantcdn._transport.extension import send
from quantcdn._transport.headers import are_secured, check_framing, checked_headers, set_header
from quantcdn._transport.pools import ConnectionPools
from quantcdn._transport.rate_limiter import RateLimiter
from quantcdn._transport.redaction import header_secrets
from quantcdn._transport.response import RESTResponse as RESTResponse
from quantcdn._transport.retry_budget import RetryBudget
from quantcdn.configuration import Configuration
from quantcdn.exceptions import ApiConnectionException, ApiResponseException, ApiTimeoutException, ApiValueError
from quantcdn.exceptions import ApiException as ApiException
from quantcdn.hooks import AttemptRecord
from quantcdn.retry import retry_after
from quantcdn.timeout import Timeout, seconds_text

_FILE_HEADERS: Mapping[str, str] = {"Accept-Encoding": "identity"}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

_REAL_CLOCK = TimeSource()

RESTResponseType = RESTResponse

poll_attempts: ContextVar[int | None] = ContextVar("poll_attempts", default=None)
"""How often a wait's poll may be sent; None for another call. Pauses that the service asks for are left to the wait."""

poll_cancel: ContextVar[Cancel | None] = ContextVar("poll_cancel", default=None)
"""What cancels the wait that a poll belongs to; None for another call."""


class RESTClientObject:
    """Pools of connections, and the loop that sends a request until there is a response or no hope of one.

    Args:
        configuration: The settings; a later change of them has no effect here.
        clock: Where time and chance come from.

    Raises:
        ApiValueError: A file, a certificate or a proxy of the settings cannot be used.
    """

    def __init__(self, configuration: Configuration, clock: TimeSource = _REAL_CLOCK) -> None:
        self._configuration = copy.copy(configuration)
        self.clock = clock
        self._budget = RetryBudget()
        self._rate_limiter = _rate_limiter(self._configuration)
        self._pools = ConnectionPools(self._configuration)
        self._is_copy = self._closed = False
        self._pools.of_service(configuration.host)  # settings that cannot work are found now, not at the first call

    def with_configuration(self, configuration: Configuration, *, own_rate_limit: bool = False) -> Self:
        """Make a copy with other settings, over the same connections and with the same retry budget.

        Args:
            configuration: The settings; those for TLS, proxy and sockets have no effect.
            own_rate_limit: Whether the copy keeps the rate limit of the settings, and not that of this object with it.

        Returns:
            The copy. Closing it leaves the connections open.
        """
        twin = copy.copy(self)
        twin._configuration, twin._is_copy = copy.copy(configuration), True
        if own_rate_limit:
            twin._rate_limiter = _rate_limiter(configuration)
        return twin

    def request(
        self,
        method: str,
        host: str,
        target: str,
        headers: Mapping[str, str],
        *,
        timeout: Timeout | None = None,
        preload: bool = True,
        after: RESTResponse | None = None,
        private: Collection[str] = (),
        body: bytes = b"",
    ) -> RESTResponse:
        """Send a request to the service, again where that helps and the method is safe.

        Args:
            method: The HTTP method; one that is not safe (RFC 9110 section 9.2.1) is sent once.
            host: Scheme and host.
            target: Path and query.
            headers: The headers.
            timeout: The time limits, or None for the configured ones.
            preload: Whether the body is read before the response is returned.
            after: The response that this request follows in the same call, whose limit and attempts go on.
            private: Names of headers whose values no error may show, beside those that always authorise.
            body: What is sent after the headers.

        Returns:
            The response, whatever its status.

        Raises:
            ApiConnectionException: No connection could be made, or it broke.
            ApiTimeoutException: A time limit passed.
            ApiResponseException: The body is too large, damaged or of an unexpected content coding.
            ApiValueError: The client is closed, or a header contradicts the body.
        """
        if not are_secured(headers):
            headers = hidden(headers)  # before anything can fail
            headers = checked_headers(headers)
        check_framing(headers, len(body))
        if after is None:  # else the call has begun
            self._check_open()
        call = self._call(method, host, target, partial(header_secrets, headers, private), timeout)
        if after is not None:
            call.resume(after.request)
        limit = self._configuration.max_response_size
        return self._send_with_retries(call, Request(target, headers, limit, preload, body=body))

    def download(
        self,
        url: str,
        *,
        timeout: Timeout | None = None,
        limit: int | None = None,
        service: str | None = None,
        headers: Mapping[str, str] | None = None,
        preload: bool = True,
    ) -> RESTResponse:
        """Download a file from a signed URL, without the token and with no header but what HTTP needs.

        Args:
            url: The URL, ``https`` unless it is on this machine. Up to 3 redirects are followed.
            timeout: The time limits, or None for the configured ones.
            limit: The most bytes of the file, or None for ``max_image_size``.
            service: Scheme and host of the service that sent the URL, or None for the configured one. Where
                it is public, so must be every address that a connection is made to.
            headers: Further headers, such as a range of the file.
            preload: Whether the body is read before the response is returned.

        Returns:
            The response; its status is 200 to 299.

        Raises:
            ApiValueError: The address cannot be used, or the client is closed.
            ForbiddenException: The address has expired.
            ApiConnectionException: No connection could be made, or it broke.
            ApiTimeoutException: A time limit passed.
            ApiResponseException: The file is larger than the limit, or the address leads into a local network.
            ApiException: The status of the response is another error.
        """
        url, headers = hidden(url), hidden(headers)
        self._check_open()
        limits = timeout or self._configuration.timeout
        reach = downloads.reach_of(service or self._configuration.host)
        most = self._configuration.max_image_size if limit is None else limit
        started = self.clock.monotonic()
        redirects = 0
        targets: tuple[str, ...] = ()
        while True:
            host, target = downloads.download_target(url, reach)
            targets = (*targets, target)  # what a redirect leads to may repeat where it came from
            left = limits.total - (self.clock.monotonic() - started)
            secrets = partial(downloads.signed_values, *targets)
            call = self._call(
                "GET", host, downloads.shown_path(target), secrets, replace(limits, total=max(left, 0.001))
            )
            request = Request(target, {**_FILE_HEADERS, **(headers or {})}, most, preload, reach)
            response = self._send_with_retries(call, request)
            next_url = downloads.redirected(url, response, reach)
            if next_url is None or redirects == downloads.MOST_REDIRECTS:
                break
            redirects += 1
            url = next_url
        if not 200 <= response.status <= 299:
            raise downloads.add_hint(response.failed())
        if response.status == 206 and "Range" not in request.headers:
            response.close()
            raise response.unusable(Failure(ApiResponseException, "only a part came, which was not requested"))
        return response

    def now(self) -> float:
        """Give the time by which limits are kept, in seconds; it never goes backwards."""
        return self.clock.monotonic()

    def back_off(self, failures: int, at_most: float) -> None:
        """Wait before the next attempt, as between those of one call.

        Args:
            failures: How many attempts have failed in a row.
            at_most: The longest pause, in seconds.
        """
        pause = self.clock.uniform(0.0, self._configuration.retries.longest_pause(failures, 0))
        self.clock.sleep(min(pause, at_most))

    @property
    def is_closed(self) -> bool:
        """Whether ``close`` was called, of this object or of the one whose connections it shares."""
        return self._closed or self._pools.is_closed

    def close(self) -> None:
        """Close every idle connection; one that is in use closes when its response has been read.

        A copy by ``with_configuration`` closes none, since they are not its own: it refuses further calls.
        """
        self._closed = True
        if not self._is_copy:
            self._pools.close()

    def close_idle(self) -> None:
        """Close the idle connections, and go on with new ones; calls under way finish."""
        self._pools.close_idle()

    def _call(
        self, method: str, host: str, target: str, secrets: Callable[[], tuple[str, ...]], timeout: Timeout | None
    ) -> Call:
        limits = timeout or self._configuration.timeout
        return Call(method, host, target.partition("?")[0], secrets, limits, self.clock.monotonic)

    def _send_with_retries(self, call: Call, request: Request) -> RESTResponse:
        """Send until there is a response, or no more hope of one."""
        # The loop is the client's own, since no limit of urllib3's holds for a whole call: its Retry gives each attempt
        # the whole timeout again, and sleeps for as long as a Retry-After asks.
        settings = self._configuration
        while True:
            if self._rate_limiter is not None:
                self._await_turn(call, self._rate_limiter)
            call.attempts += 1
            outcome = self._send_once(call, self._with_hook_headers(call, request))
            resend = outcome.stale and not call.resent and call.method in SAFE_METHODS
            # A service may close an idle connection at any time (RFC 9112 section 9.3.1). That is no sign of trouble:
            # the request is sent again at once, once, beside the retries and at no cost to their budget.
            call.resent = call.resent or resend
            pause = 0.0 if resend else self._within_budget(call, outcome, self._pause(call, outcome))
            report(settings, call, outcome, pause)
            if pause is None:
                return outcome.result(call)
            if outcome.response is not None:
                outcome.response.close()  # its connection is kept only if the body was read to its end
            if not resend:
                self.clock.sleep(pause)

    def _with_hook_headers(self, call: Call, request: Request) -> Request:
        """Call the hook with an attempt, and add the headers that it returns; hosts of files get none of them."""
        hook = self._configuration.on_request
        if hook is None:
            return request
        added = notify(hook, AttemptRecord(call.method, call.host, call.path, call.attempts), returns_headers=True)
        call.hook_headers = {} if request.file else added
        if not call.hook_headers:
            return request
        headers = dict(request.headers)
        for name, value in call.hook_headers.items():
            set_header(headers, name, value)
        return request._replace(headers=headers)

    def _await_turn(self, call: Call, limiter: RateLimiter) -> None:
        """Wait until the rate limit lets the next attempt pass; raise at once where the call has no time for that."""
        pause, cancel = limiter.reserve(self.clock.monotonic(), call.remaining), poll_cancel.get()
        if pause:
            self.clock.pause(pause, cancel=cancel)
            if cancel is not None and cancel.is_set():
                raise ApiTimeoutException(0, "cancelled before it was sent", request=call.info())
        if pause is not None:
            return
        reason = (
            f"the client's own rate limit of {limiter.limit.per_second:g} requests a second lets none pass within "
            f"the limit of {seconds_text(call.timeout.total)} s for the whole call"
        )
        delay = limiter.delay(self.clock.monotonic())
        error = ApiTimeoutException(0, reason, request=call.info(), retry_after=delay)
        error.hint = "Wait before the next call, send fewer requests, or raise Configuration.rate_limit"
        raise error

    def _within_budget(self, call: Call, outcome: AttemptResult, pause: float | None) -> float | None:
        """Let the retry after a pause take its tokens, and a success give some back."""
        # Every layer that retries multiplies the load of a service that is down. A budget bounds the sum, however many
        # threads there are (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/).
        if pause is None:
            if outcome.failure is None and outcome.status not in self._configuration.retries.statuses:
                self._budget.give_back(call.retry_cost)
            return None
        timed_out = outcome.failure is not None and issubclass(outcome.failure.error, ApiTimeoutException)
        call.retry_cost = self._budget.take(after_timeout=timed_out)
        call.is_budget_spent = not call.retry_cost
        return None if call.is_budget_spent else pause

    def _send_once(self, call: Call, request: Request) -> AttemptResult:
        pools = self._pools
        pool = pools.of_files(call.host, request.file) if request.file else pools.of_service(call.host)
        call.proxy_headers = pool.proxy_headers
        forwarded = pool.proxy is not None and call.host.lower().startswith("http:")
        target = (call.host if forwarded else urlsplit(call.host).path) + request.target
        if request.file:
            target = Secret(target)
        limits = AttemptTimeouts(call.timeout, call.deadline, self.clock.monotonic, target, authority(call.host))
        limits.public_only = request.file == "public"
        started = self.clock.monotonic()
        try:
            raw = send(pool, call.method, limits, request.headers, request.body)
        except TRANSPORT_ERRORS as error:
            failed = call.explain(error)
            stale = limits.reused and failed.retryable and failed.error is ApiConnectionException
            return AttemptResult(self.clock.monotonic() - started, failure=failed, stale=stale)
        finally:
            call.reused = limits.reused
        if forwarded and raw.status == 407:
            raw.close()
            refused = Failure(ApiConnectionException, "the proxy refused to connect: 407", permanent=True)
            return AttemptResult(self.clock.monotonic() - started, failure=refused)
        response, failed_body = self._read(raw, call, request)
        return AttemptResult(self.clock.monotonic() - started, response, failed_body)

    def _read(self, raw: urllib3.BaseHTTPResponse, call: Call, request: Request) -> tuple[RESTResponse, Failure | None]:
        max_error_body = self._configuration.max_error_size
        if 200 <= raw.status <= 299:
            response = RESTResponse(raw, call, request.limit, max_error_body, allow_gzip=request.file is None)
            return response, response.preload() if request.preload else None
        response = RESTResponse(raw, call, max_error_body, max_error_body)
        if request.preload or request.file:
            response.preload()  # the status counts, whatever became of the body
        return response, None

    def _pause(self, call: Call, outcome: AttemptResult) -> float | None:
        """Say how long to wait before the next attempt, or None where there is none."""
        policy = self._configuration.retries
        if not (outcome.failure.retryable if outcome.failure else outcome.status in policy.statuses):
            return None
        attempts = poll_attempts.get()
        if attempts is not None:
            policy = replace(policy, attempts=min(attempts, policy.attempts), longest_retry_after=0.0)
        tries = call.attempts - call.resent  # one that met a closed connection is no retry
        if tries >= policy.attempts or call.method not in SAFE_METHODS:
            return None
        asked = 0.0
        if outcome.response is not None and outcome.failure is None:
            asked = retry_after(outcome.response.headers) or 0.0
        pause = max(asked, self.clock.uniform(0.0, policy.longest_pause(tries, outcome.status)))
        soonest = pause
        if self._rate_limiter is not None:
            soonest = max(pause, self._rate_limiter.delay(self.clock.monotonic()))
        return pause if asked <= policy.longest_retry_after and soonest < call.remaining else None

    def _check_open(self) -> None:
        if self._closed or self._pools.is_closed:
            raise ApiValueError("this ApiClient is closed; make a new one")


def _rate_limiter(configuration: Configuration) -> RateLimiter | None:
    return None if configuration.rate_limit is None else RateLimiter(configuration.rate_limit)
