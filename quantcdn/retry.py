"""When a request is sent again, and after what pause: values and functions, no clock and no socket."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from quantcdn.exceptions import ApiTypeError, ApiValueError

_LARGEST_RETRIES = 100


class RetrySettings(Protocol):
    """The three settings of a ``urllib3.Retry`` that are obeyed."""

    @property
    def total(self) -> bool | int | None:
        """How many retries at most; False for none, None for the default number."""
        ...

    @property
    def status_forcelist(self) -> Collection[int] | None:
        """The statuses that are tried again."""
        ...

    @property
    def backoff_factor(self) -> float:
        """The longest first pause, in seconds."""
        ...


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When a request is sent again, and after what pause."""

    attempts: int = 3
    """How often a request is sent at most, 1 or more."""
    statuses: frozenset[int] = frozenset({408, 429, 500, 502, 503, 504})
    """The statuses that are tried again."""
    base: float = 0.5
    """The longest first pause, in seconds; it doubles with each attempt."""
    throttled_base: float = 1.0
    """The same after a 429."""
    maximum: float = 8.0
    """The longest pause, in seconds, unless the service asks for a longer one."""
    longest_retry_after: float = 60.0
    """The longest pause that the service may ask for, in seconds; a longer one ends the call."""

    def longest_pause(self, attempt: int, status: int) -> float:
        """Say how long the pause after an attempt may be; the pause is drawn below it.

        Args:
            attempt: The number of the attempt that failed, from 1.
            status: The status that it ended with, or 0.

        Returns:
            Seconds.
        """
        base = self.throttled_base if status == 429 else self.base
        return min(self.maximum, base * 2.0 ** (attempt - 1))


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
    if isinstance(setting, int) and not isinstance(setting, bool):
        return RetryPolicy(attempts=_checked_retries(setting) + 1)
    if not hasattr(setting, "status_forcelist") or isinstance(setting, bool):
        raise ApiTypeError(f"retries takes a number, a RetryPolicy or a urllib3.Retry, not {type(setting).__name__}")
    default = RetryPolicy()
    return RetryPolicy(
        attempts=default.attempts if setting.total is None else _checked_retries(int(setting.total)) + 1,
        statuses=frozenset(setting.status_forcelist or ()),
        base=setting.backoff_factor,
        throttled_base=setting.backoff_factor,
    )


def _checked_retries(retries: int) -> int:
    if not 0 <= retries <= _LARGEST_RETRIES:
        raise ApiValueError(f"retries must be from 0 to {_LARGEST_RETRIES}, not {retries}")
    return retries


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read how long the service asks to wait (RFC 9110 section 10.2.3).

    Args:
        headers: The headers of an answer.

    Returns:
        Seconds from the answer on, or None where the header is missing, in the past or no time.
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
