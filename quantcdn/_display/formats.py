"""How times, durations and counts are written, the same everywhere that a person reads them."""

from __future__ import annotations

from datetime import UTC, datetime

_LONGEST = 1e12  # and neither NaN nor an integer that is too large for arithmetic is below it
_AGE_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """Write a time in UTC for scripts: ISO 8601 with a Z, in whole seconds or milliseconds."""
    precision = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")


def timestamp(value: object) -> str:
    """Write a time for people; nothing for what is none."""
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if isinstance(value, datetime) else ""


def duration(seconds: object) -> str:
    """Write seconds as ``12.5s``, ``2m05s``, ``6h02m`` or ``3d04h``; nothing for what is no finite number."""
    if not isinstance(seconds, int | float) or not abs(seconds) < _LONGEST:
        return ""
    if seconds < 0:
        return f"-{duration(-seconds)}"
    if round(seconds, 1) < 60:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    if days:
        return f"{days:,}d{hours_left:02}h"
    return f"{hours}h{minutes:02}m" if hours else f"{minutes}m{rest:02}s"


def between(start: object, end: object) -> str:
    """Write the duration between two times; nothing where one of them is none."""
    if isinstance(start, datetime) and isinstance(end, datetime):
        return duration((end - start).total_seconds())
    return ""


def age(moment: object) -> str:
    """Write how long ago a time was, as ``20s``, ``5m``, ``6h`` or ``3d``; 0s for the future."""
    if not isinstance(moment, datetime):
        return ""
    seconds = max(0, int((now() - moment).total_seconds()))
    unit, length = next(((unit, length) for unit, length in _AGE_UNITS if seconds >= length), _AGE_UNITS[-1])
    return f"{seconds // length}{unit}"


def count(number: int, noun: str) -> str:
    """Write how many there are of something: ``1 tool``, ``2,000 tools``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
