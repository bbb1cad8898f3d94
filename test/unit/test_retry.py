"""When a request is sent again, and after what pause."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantcdn.retry import RetryPolicy, retry_after


def test_the_longest_pause_doubles_up_to_eight_seconds() -> None:
    policy = RetryPolicy()
    assert [policy.longest_pause(attempt, 503) for attempt in range(1, 8)] == [0.5, 1, 2, 4, 8, 8, 8]
    assert [policy.longest_pause(attempt, 429) for attempt in range(1, 6)] == [1, 2, 4, 8, 8]
    assert policy.longest_pause(10**400, 503) == 8


def test_the_numbers_are_the_documented_ones() -> None:
    policy = RetryPolicy()
    assert policy.attempts == 3
    assert policy.statuses == {408, 429, 500, 502, 503, 504}
    assert policy.longest_retry_after == 60


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("1.5", 1.5),
        ("120", 120.0),
        ("Thu, 01 Jan 2026 00:00:30 GMT", 30.0),
        ("Thursday, 01-Jan-26 00:00:30 GMT", 30.0),
        ("Wed, 31 Dec 2025 23:59:59 GMT", None),
        ("-1", None),
        ("+5", None),
        ("nan", None),
        ("inf", None),
        ("1e3", None),
        ("soon", None),
        ("", None),
        ("9" * 400, None),
        ("Thu, 99 Jan 2026 00:00:30 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_nonsense_is_ignored(header: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": header, "Date": "Thu, 01 Jan 2026 00:00:00 GMT"}) == seconds


def test_a_date_is_measured_by_our_clock_where_the_service_sends_none() -> None:
    far = retry_after({"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"})
    assert far is not None
    assert far > 10**9
    assert retry_after({"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT", "Date": "nonsense"}) is not None


def test_no_header_asks_for_nothing() -> None:
    assert retry_after({}) is None


@given(header=st.text(), date=st.text())
def test_any_header_is_seconds_or_nothing(header: str, date: str) -> None:
    seconds = retry_after({"Retry-After": header, "Date": date})
    assert seconds is None or 0 <= seconds < float("inf")
