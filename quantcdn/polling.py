"""How often to poll: the values that users pass to waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from quantcdn import _clock, _validation
from quantcdn.exceptions import ApiValueError


class Timing(NamedTuple):
    """The clock, sleep and randomness of a client's waits and retries, as ``AIToolsApi.timing``; for tests."""

    clock: Callable[[], float] = _clock.monotonic
    """Returns seconds that never go backwards."""
    sleep: Callable[[float], object] = _clock.sleep
    """Waits for some seconds."""
    uniform: Callable[[float, float], float] = _clock.uniform
    """Returns a random number between two."""
    wall: Callable[[], float] = _clock.wall_clock
    """Returns seconds that go on while the machine sleeps, and that may be set; a watch alone reads them."""


@dataclass(frozen=True, slots=True)
class Poll:
    """How often to poll.

    Raises:
        ApiTypeError: A number is no number.
        ApiValueError: A number is out of its range.
    """

    initial: float = 1.0
    """The first interval, in seconds, above 0."""
    factor: float = 1.5
    """The multiplier after each poll, 1 or more."""
    maximum: float = 5.0
    """The longest interval, in seconds, not shorter than the first."""
    jitter: float = 0.25
    """By which part an interval is longer or shorter at random, from 0 to below 1."""

    def __post_init__(self) -> None:
        for name in ("initial", "factor", "maximum", "jitter"):
            _validation.number(f"poll {name}", getattr(self, name))
        if self.initial <= 0 or self.maximum < self.initial:
            raise ApiValueError("poll needs an initial pause above 0 and a maximum that is not shorter")
        if self.factor < 1 or not 0 <= self.jitter < 1:
            raise ApiValueError("poll needs a factor of 1 or more and a jitter from 0 to below 1")

    def pauses(self, uniform: Callable[[float, float], float]) -> Iterator[float]:
        """Draw the intervals between polls.

        Each is within ``jitter`` of its length without jitter. Over a whole wait, jitter is only ever
        added: waits that began together drift apart, and none sends more polls than without jitter.

        Args:
            uniform: Returns a random number between two.

        Yields:
            Seconds, without end.
        """
        pause, delay = self.initial, 0.0
        while True:
            reach = self.jitter * pause
            # How late a poll is may shrink or grow, but is reflected at 0: pauses jitter to both sides, polls to one.
            new_delay = abs(delay + uniform(-reach, reach))
            yield pause + new_delay - delay
            delay = new_delay
            pause = min(pause * self.factor, self.maximum)


EVERY_2_SECONDS = Poll(initial=2.0, factor=1.0, maximum=2.0)
"""For images and orchestrations, as the API page recommends."""
