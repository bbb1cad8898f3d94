"""The time limits of a call, as one value."""

from __future__ import annotations

from dataclasses import dataclass

from quantcdn import _validation
from quantcdn.exceptions import ApiValueError

LONGEST_TIMEOUT = 86_400.0
"""The longest limit that can be set: a day, in seconds."""

TimeoutSetting = float | tuple[float, float]
"""Seconds for the whole call, or a pair: for connecting and for each silence of the service."""


@dataclass(frozen=True, slots=True)
class Timeout:
    """The time limits of a call, in seconds, each above 0 and at most a day.

    Raises:
        ApiTypeError: A limit is not a number.
        ApiValueError: A limit is not above 0 and at most 86,400.
    """

    connect: float = 5.0
    """For connecting: all addresses of the host, proxy and TLS included."""
    read: float = 30.0
    """For each wait for data from the service."""
    total: float = 60.0
    """For the whole call: every attempt and every backoff."""

    def __post_init__(self) -> None:
        for name in ("connect", "read", "total"):
            object.__setattr__(self, name, checked_seconds(f"timeout {name}", getattr(self, name)))

    def changed(self, setting: TimeoutSetting | Timeout | None) -> Timeout:
        """Apply a setting to these limits.

        Args:
            setting: None for no change; seconds for the whole call, silences included, so that a
                number above 30 lifts the limit of a silence too; a pair of seconds for connecting
                and for each silence, which the whole call then outlasts; or limits.

        Returns:
            The limits that hold.

        Raises:
            ApiTypeError: The setting is none of these.
            ApiValueError: A number is not above 0 and at most 86,400.
        """
        if setting is None:
            return self
        if isinstance(setting, Timeout):
            return setting
        if isinstance(setting, (tuple, list)):
            if len(setting) != 2:
                raise ApiValueError(f"a timeout is a number or a pair, not {len(setting)} numbers")
            connect, read = (checked_seconds("timeout", seconds) for seconds in setting)
            return Timeout(connect, read, min(max(self.total, connect + read), LONGEST_TIMEOUT))
        total = checked_seconds("timeout", setting)
        return Timeout(min(self.connect, total), total, total)


def checked_seconds(name: str, value: object) -> float:
    """Check a time limit.

    Args:
        name: What the message calls it.
        value: Seconds, above 0 and at most a day.

    Returns:
        The seconds.

    Raises:
        ApiTypeError: It is not a number.
        ApiValueError: It is out of range, or no number at all.
    """
    seconds = _validation.number(name, value)
    if not 0 < seconds <= LONGEST_TIMEOUT:
        raise ApiValueError(
            f"{name} must be above 0 and at most {LONGEST_TIMEOUT:g} seconds, not {_validation.shown(value)}"
        )
    return seconds


def seconds_text(seconds: float) -> str:
    """Write a time limit for a person, without the remainder that subtracting leaves (0.999693 is 1).

    Args:
        seconds: The limit.

    Returns:
        The seconds with three digits, or whole where there are more.
    """
    return f"{round(seconds)}" if seconds >= 100 else f"{float(f'{seconds:.3g}'):g}"
