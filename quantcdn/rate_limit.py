"""How many requests a client may send in a second, as one value."""

from __future__ import annotations

from dataclasses import dataclass

from quantcdn import _validation

_LARGEST_BURST = 1_000_000


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How many requests a client may send in a second, with retries, polls and downloads.

    Raises:
        ApiTypeError: A field is of a wrong type.
        ApiValueError: A field is out of its range.
    """

    per_second: float
    """The rate in requests a second, from 1e-9 to 1e9; 0.2 is one in five seconds."""
    burst: int = 1
    """How many may be sent at once after an idle time, 1 to 1,000,000; 1 spaces all of them evenly."""

    def __post_init__(self) -> None:
        checked = _validation.above_zero("RateLimit per_second", self.per_second)
        object.__setattr__(self, "per_second", checked)
        object.__setattr__(self, "burst", _validation.integer("RateLimit burst", self.burst, 1, _LARGEST_BURST))
