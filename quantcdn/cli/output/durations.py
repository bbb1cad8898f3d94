"""Moments and durations as text."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Say what time it is, in UTC."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """Write a moment for scripts.

    Args:
        moment: In UTC.

    Returns:
        ISO 8601 with a Z, whole seconds or milliseconds.
    """
    precision = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")


def duration(seconds: float) -> str:
    """Write a duration for people.

    Args:
        seconds: How long.

    Returns:
        Such as ``12.5s``, ``2m05s`` or ``6h02m``.
    """
    if round(seconds, 1) < 60:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02}m" if hours else f"{minutes}m{rest:02}s"


def age(moment: datetime) -> str:
    """Say for people how long ago a moment was.

    Args:
        moment: In UTC.

    Returns:
        Such as ``20s``, ``5m``, ``6h`` or ``3d``; 0s for the future.
    """
    seconds = max(0, int((now() - moment).total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"
