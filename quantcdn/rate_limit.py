"""How many requests a client may send in a second, as one value."""

from __future__ import annotations

from dataclasses import dataclass

from quantcdn import _validation

_LARGEST_BURST = 1_000_000


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How many requests a client may send in a second: retries, polls and downloads are among them.

    Raises:
        ApiTypeError: A field is of a wrong type.
        ApiValueError: A field is out of its range.
    """

    per_second: float
    """How many a second, in the long run; from 1e-9 to 1e9, so that 0.2 is one in five seconds."""
    burst: int = 1
    """How many may be sent at once after a silence, 1 to 1,000,000; 1 spaces all of them evenly."""

    def __post_init__(self) -> None:
        checked = _validation.above_zero("RateLimit per_second", self.per_second)
        object.__setattr__(self, "per_second", checked)
        object.__setattr__(self, "burst", _validation.integer("RateLimit burst", self.burst, 1, _LARGEST_BURST))
