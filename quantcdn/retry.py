"""When a request is retried, and after what backoff: values and functions, no clock and no socket."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol, SupportsIndex

from quantcdn import _validation
from quantcdn._types import is_collection
from quantcdn.exceptions import ApiTypeError

_LARGEST_RETRIES = 100
_LONGEST_PAUSE = 86_400.0
_MOST_DOUBLINGS = 900  # of any pause; more would exceed a float
_OBEYED = ("total", "status_forcelist", "backoff_factor")


class RetrySettings(Protocol):
    """The three settings of a ``urllib3.Retry`` that are obeyed."""

    @property
    def total(self) -> bool | int | None:
        """How many retries at most; False for none, None for the default number."""
        ...

    @property
    def status_forcelist(self) -> Collection[int] | None:
        """The statuses that are retried."""
        ...

    @property
    def backoff_factor(self) -> float:
        """The longest first backoff, in seconds."""
        ...


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When a request is retried, and after what backoff: 0 to 86,400 seconds.

    Raises:
        ApiTypeError: A field is of a wrong type.
        ApiValueError: A field is out of its range.
    """

    attempts: int = 3
    """How often a request is sent at most, the first time included, 1 to 101."""
    statuses: frozenset[int] = frozenset({408, 429, 500, 502, 503, 504})
    """The statuses that are retried, each 100 to 999; any collection of integers is taken."""
    base: float = 0.5
    """The longest first backoff, in seconds; it doubles with each attempt, and jitter draws below it."""
    throttled_base: float = 1.0
    """The longest first backoff after a 429, in seconds."""
    maximum: float = 8.0
    """The longest backoff, in seconds, unless ``Retry-After`` asks for a longer one."""
    longest_retry_after: float = 60.0
    """The longest ``Retry-After`` that is obeyed, in seconds; a longer one ends the call."""

    def __post_init__(self) -> None:
        checked: dict[str, object] = {
            "attempts": _validation.integer("RetryPolicy attempts", self.attempts, 1, _LARGEST_RETRIES + 1),
            "statuses": _checked_statuses(self.statuses),
        }
        for name in ("base", "throttled_base", "maximum", "longest_retry_after"):
            checked[name] = _checked_pause(f"RetryPolicy {name}", getattr(self, name))
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    def longest_pause(self, attempt: int, status: int) -> float:
        """Return how long the backoff after an attempt may be; jitter draws below it.

        Args:
            attempt: The number of the attempt that failed, from 1.
            status: The status that it ended with, or 0.

        Returns:
            Seconds.

        Raises:
            ApiTypeError: A number is not an integer.
            ApiValueError: A number is out of its range.
        """
        doublings = _validation.integer("attempt", attempt, 1) - 1
        base = self.throttled_base if _validation.integer("status", status, 0, 999) == 429 else self.base
        return min(self.maximum, math.ldexp(base, min(doublings, _MOST_DOUBLINGS)))


def retry_policy(setting: RetryPolicy | RetrySettings | int | None) -> RetryPolicy:
    """Read the ``retries`` setting.

    Args:
        setting: None for the defaults, a number of retries from 0 to 100, a ``RetryPolicy``, or a
            ``urllib3.Retry``, of which ``total``, ``status_forcelist`` and ``backoff_factor`` count.

    Returns:
        The policy.

    Raises:
        ApiTypeError: The setting is none of these.
        ApiValueError: A number is out of its range.
    """
    if setting is None:
        return RetryPolicy()
    if isinstance(setting, RetryPolicy):
        return setting
    if isinstance(setting, SupportsIndex) and not isinstance(setting, bool):
        return RetryPolicy(attempts=_checked_retries(setting) + 1)
    if isinstance(setting, bool) or not all(hasattr(setting, name) for name in _OBEYED):
        raise ApiTypeError(f"retries takes a number, a RetryPolicy or a urllib3.Retry, not {type(setting).__name__}")
    return _policy_of_urllib3(setting)


def _policy_of_urllib3(setting: RetrySettings) -> RetryPolicy:
    default = RetryPolicy()
    total = int(setting.total) if isinstance(setting.total, bool) else setting.total
    backoff = _checked_pause("retries backoff_factor", setting.backoff_factor)
    return RetryPolicy(
        attempts=default.attempts if total is None else _checked_retries(total) + 1,
        statuses=_checked_statuses(setting.status_forcelist or ()),
        base=backoff,
        throttled_base=backoff,
    )


def _checked_retries(retries: object) -> int:
    return _validation.integer("retries", retries, 0, _LARGEST_RETRIES)


def _checked_statuses(statuses: object) -> frozenset[int]:
    if not is_collection(statuses) or isinstance(statuses, str | bytes):
        raise ApiTypeError(f"statuses takes a collection of integers, not {type(statuses).__name__}")
    return frozenset(_validation.integer("a status that is tried again", status, 100, 999) for status in statuses)


def _checked_pause(name: str, value: object) -> float:
    return _validation.seconds(name, value, _LONGEST_PAUSE)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read how long the service asks to wait (RFC 9110 section 10.2.3).

    Args:
        headers: The headers of a response.

    Returns:
        Seconds from the response on, or None where the header is missing, in the past or no time.
    """
    asked = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", asked):
        return float(asked)
    until = _http_date(asked)
    if until is None:
        return None
    # The service's own clock counts: ours may be wrong by more than the pause.
    now = _http_date(headers.get("Date", "")) or datetime.now(UTC)
    seconds = (until - now).total_seconds()
    return seconds if seconds >= 0 else None


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
