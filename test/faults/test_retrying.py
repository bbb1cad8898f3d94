"""A call is tried again where that may help, after the right pause, and never past its limit."""

from __future__ import annotations

import email.utils
import time
from typing import Any

import pytest
import urllib3
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import quantcdn
from quantcdn.api_client import TimeSource
from quantcdn.retry import RetryPolicy
from quantcdn.timeout import Timeout
from test.helpers.responses import (
    CHUNKED,
    NAMES,
    Pauses,
    ends_within,
    hang,
    head,
    refused,
    serving,
    then_hang,
)
from test.helpers.server import Answer, answer, close, then_close
from test.helpers.table import table

AGAIN = [408, 429, 500, 502, 503, 504]
NOT_AGAIN = [400, 402, 403, 404, 405, 409, 410, 413, 418, 421, 422, 423, 425, 426, 451, 501, 505, 507, 508, 511, 529]
DATE = "Thu, 01 Jan 2026 00:00:00 GMT"


def asked(value: str, date: str | None = None, *, status: int = 503) -> bytes:
    """Write an answer that asks to wait."""
    headers = [("Retry-After", value), *([("Date", date)] if date else [])]
    return answer(status, {"error": "busy"}, headers)


# Fails if a status is missing from those tried again, or if the pauses do not grow.
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("status", AGAIN)
def test_a_status_that_may_pass_is_tried_three_times(status: int, share: float) -> None:
    pauses = Pauses(share)
    with serving(answer(status, {"error": "busy"}), pauses=pauses) as (server, api):
        error = refused(api, quantcdn.exceptions.exception_class(status))
        base = 1.0 if status == 429 else 0.5
        assert pauses.drawn == [(0.0, base), (0.0, 2 * base)]
        assert pauses.slept == [share * base, share * 2 * base]
        assert (error.attempts, error.retry_after, len(server.requests), server.connections) == (3, None, 3, 1)


# Fails if an answer that comes in the end is not returned.
@pytest.mark.parametrize("failures", [1, 2])
@pytest.mark.parametrize("status", AGAIN)
def test_a_response_after_failures_is_returned(status: int, failures: int) -> None:
    pauses = Pauses()
    with serving(*[answer(status)] * failures, answer(200, NAMES), pauses=pauses) as (server, api):
        assert api.list_ai_tool_names("acme").to_dict() == NAMES
        assert (len(server.requests), len(pauses.slept)) == (failures + 1, failures)
        assert len({request.head for request in server.requests}) == 1


# Fails if anything but the listed statuses is tried again.
@pytest.mark.parametrize("status", NOT_AGAIN)
def test_a_status_that_will_not_pass_is_tried_once(status: int) -> None:
    pauses = Pauses()
    with serving(asked("1", status=status), pauses=pauses) as (server, api):
        error = refused(api, quantcdn.exceptions.exception_class(status))
        assert (error.attempts, error.retry_after, len(server.requests)) == (1, 1.0, 1)
        assert (pauses.drawn, pauses.slept) == ([], [])


# Fails if the pause after one attempt is drawn by what another attempt ended with.
def test_each_pause_is_drawn_by_the_attempt_before_it() -> None:
    pauses = Pauses()
    script: list[Answer] = [close, answer(429), answer(503), answer(429), then_close(answer(200, b"", length=9))]
    with serving(*script, answer(200, NAMES), retries=9, pauses=pauses, timeout=60) as (server, api):
        assert api.list_ai_tool_names("acme").count == 1
        assert pauses.drawn == [(0, 0.5), (0, 2.0), (0, 2.0), (0, 8.0), (0, 8.0)]
        assert len(server.requests) == 6


# Fails if the longest pause grows for ever.
def test_no_pause_is_drawn_above_eight_seconds() -> None:
    pauses = Pauses(share=0)
    with serving(answer(503), retries=100, pauses=pauses) as (server, api):
        error = refused(api, quantcdn.ServiceException)
        assert (error.attempts, len(server.requests)) == (101, 101)
        assert [high for _, high in pauses.drawn] == [0.5, 1, 2, 4] + [8.0] * 96


# Fails if a number of retries is taken for a number of attempts.
@pytest.mark.parametrize("said", [answer(503), close, then_close(head(CHUNKED))])
@pytest.mark.parametrize("retries", [0, 1, 4])
def test_a_number_of_retries_is_obeyed(retries: int, said: Answer) -> None:
    pauses = Pauses()
    with serving(said, retries=retries, pauses=pauses, timeout=60) as (server, api):
        with pytest.raises(quantcdn.ApiException) as caught:
            api.list_ai_tool_names("acme")
        assert (caught.value.attempts, len(server.requests), len(pauses.slept)) == (retries + 1, retries + 1, retries)


# Fails if any field of a policy has no effect.
def test_a_policy_is_obeyed() -> None:
    policy = RetryPolicy(
        attempts=4, statuses=frozenset({404, 429}), base=0.1, throttled_base=0.2, maximum=0.3, longest_retry_after=2
    )
    pauses = Pauses()
    with serving(answer(404), answer(429), answer(404), answer(429), retries=policy, pauses=pauses) as (server, api):
        refused(api, quantcdn.TooManyRequestsException)
        assert pauses.drawn == [(0, 0.1), (0, 0.3), (0, 0.3)]
        assert len(server.requests) == 4
    for said, requests in ((answer(503), 1), (asked("2", status=404), 4), (asked("2.1", status=404), 1)):
        with serving(said, retries=policy, timeout=60) as (server, api):
            with pytest.raises(quantcdn.ApiException):
                api.list_ai_tool_names("acme")
            assert len(server.requests) == requests


# Fails if urllib3's own loop is used: it keeps no limit, or if one of the three settings is not read.
@pytest.mark.parametrize(
    ("retry", "said", "requests", "drawn"),
    [
        (urllib3.Retry(4, status_forcelist=[418], backoff_factor=0.25), answer(418), 5, [0.25, 0.5, 1, 2]),
        (urllib3.Retry(4, status_forcelist=[418], backoff_factor=0.25), answer(503), 1, []),
        (urllib3.Retry(1, status_forcelist=[429], backoff_factor=2), answer(429), 2, [2]),
        (urllib3.Retry(2, backoff_factor=0), answer(503), 1, []),
        (urllib3.Retry(2, backoff_factor=0), close, 3, [0, 0]),
        (urllib3.Retry(0, status_forcelist=[503]), answer(503), 1, []),
        (urllib3.Retry(False, status_forcelist=[503]), answer(503), 1, []),
        (urllib3.Retry(None, status_forcelist=[503], backoff_factor=9), answer(503), 3, [8, 8]),
    ],
)
def test_a_retry_of_urllib3_is_obeyed(retry: urllib3.Retry, said: Answer, requests: int, drawn: list[float]) -> None:
    pauses = Pauses()
    with serving(said, retries=retry, pauses=pauses, timeout=60) as (server, api):
        with pytest.raises(quantcdn.ApiException):
            api.list_ai_tool_names("acme")
        assert len(server.requests) == requests
        assert [high for _, high in pauses.drawn] == drawn


# Fails if what the service asks for takes the place of the pause, or is left out.
@table("status", AGAIN)
@table(
    "value, date, share, slept",
    [
        ("3", None, 0, [3, 3]),
        ("3", None, 1, [3, 3]),
        ("0", None, 1, [0.5, 1]),
        ("0.75", None, 1, [0.75, 1]),
        ("00003", None, 0, [3, 3]),
        (" 3 ", None, 0, [3, 3]),
        ("60", None, 0, [60, 60]),
        ("Thu, 01 Jan 2026 00:00:07 GMT", DATE, 0, [7, 7]),
        ("Thu, 01 Jan 2026 00:01:00 GMT", DATE, 1, [60, 60]),
        ("Thu, 01 Jan 2026 01:00:07 +0100", DATE, 0, [7, 7]),
        ("Thursday, 01-Jan-26 00:00:07 GMT", DATE, 0, [7, 7]),
        ("Thu Jan  1 00:00:07 2026", DATE, 0, [7, 7]),
        (DATE, DATE, 1, [0.5, 1]),
    ],
)
def test_a_wait_that_is_asked_for_is_the_least_pause(
    status: int, value: str, date: str | None, share: float, slept: list[float]
) -> None:
    pauses = Pauses(share)
    with serving(asked(value, date, status=status), pauses=pauses, timeout=300) as (server, api):
        refused(api, quantcdn.exceptions.exception_class(status))
        base = 1 if status == 429 else 0.5
        assert pauses.drawn == [(0, base), (0, 2 * base)]
        assert pauses.slept == [max(wait, share * high) for wait, (_, high) in zip(slept, pauses.drawn, strict=True)]
        assert len(server.requests) == 3


NONSENSE = [
    "-1", "-0.5", "+5", "nan", "inf", "-inf", "1e3", "0x10", "soon", "", "1 2", "5 s", "5;", "5, 5", "\u0665", "\u00b2",
    "9" * 400, "1." + "9" * 400, "Thu, 99 Jan 2026 00:00:30 GMT", "Thu, 01 Jan 99999 00:00:00 GMT", "Thu, 01",
    "Wed, 31 Dec 2025 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 01 Jan 2026 00:00:30 +9999",
]  # fmt: skip


# Fails if a header that is no time stops the retries or is slept through.
@pytest.mark.parametrize("value", NONSENSE)
def test_a_wait_that_is_nonsense_or_past_is_ignored(value: str) -> None:
    raw = asked("@", DATE).replace(b"@", value.encode())
    pauses = Pauses()
    with serving(raw, pauses=pauses) as (server, api):
        error = refused(api, quantcdn.ServiceException)
        assert (error.retry_after, len(server.requests), pauses.slept) == (None, 3, [0.5, 1.0])


# Fails if a long wait is slept, or shortened to one that the service did not agree to.
@pytest.mark.parametrize("status", AGAIN)
@pytest.mark.parametrize(
    ("value", "seconds"),
    [("61", 61), ("60.001", 60.001), ("999999999", 999_999_999), ("Thu, 01 Jan 2026 00:01:01 GMT", 61),
     ("Fri, 01 Jan 2100 00:00:00 GMT", 2_335_219_200)],
)  # fmt: skip
def test_a_wait_longer_than_a_minute_is_raised_at_once(status: int, value: str, seconds: float) -> None:
    pauses = Pauses()
    with serving(asked(value, DATE, status=status), pauses=pauses, timeout=3600) as (server, api):
        with ends_within(0):
            error = refused(api, quantcdn.exceptions.exception_class(status))
        assert (error.retry_after, error.attempts, len(server.requests), pauses.slept) == (seconds, 1, 1, [])
        assert "asked to wait" in str(error)


# Fails if a pause is slept that leaves no time for another attempt.
@pytest.mark.parametrize("value", ["2", "30", "Thu, 01 Jan 2026 00:00:10 GMT"])
def test_a_wait_longer_than_the_time_left_is_raised_at_once(value: str) -> None:
    pauses = Pauses(share=0)
    with serving(asked(value, DATE), pauses=pauses, timeout=2) as (server, api):
        with ends_within(0):
            error = refused(api, quantcdn.ServiceException)
        assert error.retry_after in (2, 30, 10)
        assert (error.attempts, len(server.requests), pauses.slept) == (1, 1, [])


# Fails if our own clock is taken where the answer tells the service's.
@pytest.mark.parametrize("years", [-30, 30])
def test_a_date_is_measured_against_the_response_s_own(years: int) -> None:
    moment = time.time() + years * 365 * 86_400
    until, now = (email.utils.formatdate(moment + seconds, usegmt=True) for seconds in (9, 0))
    pauses = Pauses(share=0)
    with serving(asked(until, now), pauses=pauses, timeout=60) as (server, api):
        assert refused(api, quantcdn.ServiceException).retry_after == 9
        assert (pauses.slept, len(server.requests)) == ([9, 9], 3)


# Fails if a date without another beside it, or with nonsense beside it, is dropped.
@pytest.mark.parametrize("date", [None, "", "today", "Thu, 99 Jan 2026 00:00:00 GMT"])
def test_a_date_without_another_is_measured_against_the_clock(date: str | None) -> None:
    pauses = Pauses(share=0)
    until = email.utils.formatdate(time.time() + 30, usegmt=True)
    with serving(asked(until, date), pauses=pauses, timeout=100) as (server, api):
        refused(api, quantcdn.ServiceException)
        assert len(server.requests) == 3
        assert all(25 < seconds <= 30 for seconds in pauses.slept)


# Fails if a wait is counted from the wrong answer.
def test_each_response_asks_for_itself() -> None:
    pauses = Pauses(share=0)
    with serving(asked("3"), answer(503), answer(200, NAMES), pauses=pauses) as (server, api):
        assert api.list_ai_tool_names("acme").count == 1
        assert (pauses.slept, len(server.requests)) == ([3, 0], 3)


# Fails if a wait is read from an answer whose body broke off, or a broken body is not tried again for it.
def test_a_wait_asked_for_by_a_broken_response_does_not_count() -> None:
    pauses = Pauses(share=0)
    said = then_close(answer(200, b"", [("Retry-After", "999")], length=9))
    with serving(said, pauses=pauses) as (server, api):
        refused(api, quantcdn.ApiConnectionException)
        assert (pauses.slept, len(server.requests)) == ([0, 0], 3)


# Fails if a drawn pause may end after the limit: the call would sleep only to fail.
@pytest.mark.parametrize("said", [answer(503), close])
def test_a_drawn_pause_longer_than_the_time_left_is_not_slept(said: Answer) -> None:
    pauses = Pauses()
    with serving(said, pauses=pauses, timeout=0.4) as (server, api):
        with ends_within(0):
            with pytest.raises(quantcdn.ApiException) as caught:
                api.list_ai_tool_names("acme")
        assert (caught.value.attempts, len(server.requests), pauses.slept) == (1, 1, [])
        assert pauses.drawn == [(0, 0.5)]


# Fails if the time that pauses take is not counted; these are slept.
def test_real_pauses_are_within_the_limit() -> None:
    with serving(answer(503), timeout=0.5, retries=9) as (server, api):
        api.api_client.clock = TimeSource(uniform=lambda low, high: 0.2)
        with ends_within(0.5, after=0.4):
            error = refused(api, quantcdn.ServiceException)
        assert (error.attempts, len(server.requests)) == (3, 3)


# Fails if the limit of one attempt is counted from the wrong moment.
def test_an_attempt_after_a_failure_has_what_is_left_of_the_limit() -> None:
    with serving(answer(503), hang, timeout=0.4, pauses=Pauses(share=0)) as (server, api):
        with ends_within(0.4, after=0.35):
            error = refused(api, quantcdn.ApiTimeoutException)
        assert (error.attempts, len(server.requests)) == (2, 2)


# Fails if what is worth another attempt is decided by the last answer only.
def test_the_last_attempt_s_error_is_raised() -> None:
    with serving(close, answer(503), answer(404, {"error": "gone"})) as (server, api):
        error = refused(api, quantcdn.NotFoundException)
        assert (error.attempts, len(server.requests), error.data) == (3, 3, {"error": "gone"})


# Fails if the body of an answer that is tried again stays on the connection.
def test_the_body_of_a_response_that_is_tried_again_is_out_of_the_way() -> None:
    with serving(answer(503, b"x" * 200_000), answer(503, b"y" * 5000), answer(200, NAMES)) as (server, api):
        assert api.list_ai_tool_names("acme").to_dict() == NAMES
        assert [request.connection for request in server.requests] == [1, 2, 2]


# Fails if an answer that is left to the caller is not tried again, or is returned unread and closed.
def test_a_response_that_the_caller_reads_is_tried_again_too() -> None:
    with serving(answer(503, b"busy"), answer(200, b"read me")) as (server, api):
        with api.list_ai_tool_names_without_preload_content("acme") as response:
            assert (response.status, response.read()) == (200, b"read me")
        assert len(server.requests) == 2
    with serving(answer(503, b"busy")) as (server, api):
        with api.list_ai_tool_names_without_preload_content("acme") as response:
            assert (response.status, response.read()) == (503, b"busy")
        assert len(server.requests) == 3


def tokens(*values: str) -> Any:
    left = list(values)
    return lambda: left.pop(0)


def sent(server: Any) -> list[str]:
    return [request.headers["authorization"] for request in server.requests]


# Fails if a function is not asked again, or again and again.
def test_a_token_function_is_asked_once_more_after_a_401() -> None:
    with serving(answer(401), answer(200, NAMES), access_token=tokens("one", "two")) as (server, api):
        assert api.list_ai_tool_names("acme").count == 1
        assert sent(server) == ["Bearer one", "Bearer two"]
    with serving(answer(401), access_token=tokens("one", "two")) as (server, api):
        refused(api, quantcdn.UnauthorizedException)
        assert sent(server) == ["Bearer one", "Bearer two"]


# Fails if a 401 is tried again where nothing could be different.
@pytest.mark.parametrize("options", [{}, {"_request_auth": {"in": "header", "key": "Authorization", "value": "Own x"}}])
def test_a_401_with_a_fixed_token_is_raised_at_once(options: dict[str, Any]) -> None:
    token: Any = tokens("unused", "unused", "unused") if options else "fixed"
    with serving(answer(401), access_token=token) as (server, api):
        assert refused(api, quantcdn.UnauthorizedException, **options).attempts == 1
        assert sent(server) == ["Own x" if options else "Bearer fixed"]


# Fails if what follows a 401 counts as more than one call.
def test_the_attempts_before_and_after_a_401_are_told_together() -> None:
    with serving(answer(401), access_token=tokens("one", "two")) as (server, api):
        assert refused(api, quantcdn.UnauthorizedException).attempts == len(server.requests) == 2
    with serving(answer(503), answer(401), answer(503), access_token=tokens("one", "two")) as (server, api):
        assert refused(api, quantcdn.ServiceException).attempts == len(server.requests) == 3
        assert sent(server) == ["Bearer one", "Bearer one", "Bearer two"]
    script = (answer(503), answer(503), answer(401), answer(200, NAMES))
    with serving(*script, access_token=tokens("one", "two")) as (server, api):
        assert api.list_ai_tool_names("acme").count == 1
        assert sent(server) == ["Bearer one", "Bearer one", "Bearer one", "Bearer two"]


# Fails if the request after a 401 begins a new limit.
def test_a_401_and_what_follows_it_share_one_limit() -> None:
    def late(connection: Any) -> None:
        server.wait(0.6)
        connection.sendall(answer(401))

    with serving(late, hang, timeout=0.7, access_token=tokens("one", "two")) as (server, api):
        with ends_within(0.7, after=0.65):
            error = refused(api, quantcdn.ApiTimeoutException)
        assert len(server.requests) == 2
        assert "limit of 0.7 s" in str(error)


# Fails if a 401 whose body takes all the time is followed by another request.
def test_a_401_that_takes_the_whole_limit_is_raised() -> None:
    said = then_hang(answer(401, b"x", length=9))
    with serving(said, timeout=0.3, access_token=tokens("one", "two")) as (server, api):
        with ends_within(0.3, after=0.27):
            refused(api, quantcdn.UnauthorizedException)
        assert sent(server) == ["Bearer one"]


# Fails if a token is kept from one call to the next: it may have been changed in between.
def test_a_token_function_is_asked_for_every_call() -> None:
    with serving(answer(200, NAMES), access_token=tokens("one", "two", "three")) as (server, api):
        for _ in range(3):
            api.list_ai_tool_names("acme")
        assert sent(server) == ["Bearer one", "Bearer two", "Bearer three"]


def test_the_numbers_are_the_documented_ones() -> None:
    policy = quantcdn.Configuration().retries
    assert (policy.attempts, policy.base, policy.throttled_base, policy.maximum) == (3, 0.5, 1.0, 8.0)
    assert (sorted(policy.statuses), policy.longest_retry_after) == (AGAIN, 60.0)


# Fails if any header makes a pause that is below zero, above a minute, or past the limit.
@settings(max_examples=60)
@given(
    value=st.text(st.characters(max_codepoint=255, exclude_characters="\0\n\v\f\r")) | st.floats(-99, 99).map(str),
    date=st.sampled_from(["", DATE, "nonsense"]),
    limit=st.sampled_from([2, 50, 600]),
)
@example(value="1.5", date=DATE, limit=600)
@example(value="59", date=DATE, limit=50)
def test_whatever_is_asked_for_no_pause_is_too_long(value: str, date: str, limit: float) -> None:
    pauses = Pauses()
    said = asked("@", date).replace(b"@", value.encode("latin-1"))
    assume(len(value) < 9999)
    with serving(said, pauses=pauses, timeout=Timeout(total=limit)) as (server, api):
        with ends_within(0):
            error = refused(api, quantcdn.ServiceException)
        assert all(0 <= seconds <= min(60, limit) for seconds in pauses.slept)
        assert len(server.requests) == error.attempts == len(pauses.slept) + 1
        assert error.retry_after is None or error.retry_after >= 0
