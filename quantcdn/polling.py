"""When to look again, and when to give up: values and functions, to which clock, sleep and chance are given."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

from quantcdn import _checks, _sleep
from quantcdn.exceptions import (
    ApiException,
    ApiValueError,
    ForbiddenException,
    NotFoundException,
    UnauthorizedException,
    WaitException,
    WaitTimeoutException,
)

MOST_FAILURES = 5
"""How many looks in a row may fail before the wait is over."""

FINAL_ERRORS = (UnauthorizedException, ForbiddenException, NotFoundException)
"""The errors after which another look is no use."""

LAST_LOOK = 0.5
"""How long the look at the very end of a wait may take, in seconds, so that an end which is there is seen."""

CLOCK_ERROR = 0.001
"""What rounding may leave of a limit after a sleep that was meant to use it up, in seconds."""

LONGEST_LIST = 100
"""How many executions the service lists at most."""

LIFETIME = 86_400.0
"""How long the service keeps a record, in seconds; no pause needs to be longer."""


class Followed(Protocol):
    """What can be waited for."""

    @property
    def status(self) -> str | None:
        """How far it is."""
        ...

    @property
    def is_final(self) -> bool:
        """Whether it has ended."""
        ...

    @property
    def is_failed(self) -> bool:
        """Whether it has ended badly."""
        ...

    @property
    def error(self) -> str | None:
        """Why, in the service's words."""
        ...


M = TypeVar("M", bound=Followed)


class Timing(NamedTuple):
    """Where a wait takes time and chance from."""

    clock: Callable[[], float] = time.monotonic
    """Returns seconds that never go backwards."""
    sleep: Callable[[float], object] = _sleep.sleep
    """Waits for some seconds."""
    uniform: Callable[[float, float], float] = random.uniform
    """Returns a random number between two."""


@dataclass(frozen=True, slots=True)
class Poll:
    """How often to look.

    Raises:
        ApiTypeError: A number is no number.
        ApiValueError: A number is out of its range.
    """

    initial: float = 1.0
    """The first pause, in seconds, above 0."""
    factor: float = 1.5
    """What each pause is multiplied by for the next one, 1 or more."""
    maximum: float = 5.0
    """The longest pause, in seconds, not shorter than the first."""
    jitter: float = 0.25
    """By which part a pause is longer or shorter at random, from 0 to below 1."""

    def __post_init__(self) -> None:
        for name in ("initial", "factor", "maximum", "jitter"):
            _checks.number(f"poll {name}", getattr(self, name))
        if self.initial <= 0 or self.maximum < self.initial:
            raise ApiValueError("poll needs an initial pause above 0 and a maximum that is not shorter")
        if self.factor < 1 or not 0 <= self.jitter < 1:
            raise ApiValueError("poll needs a factor of 1 or more and a jitter from 0 to below 1")

    def pauses(self, uniform: Callable[[float, float], float]) -> Iterator[float]:
        """Draw the pauses between looks.

        Each is within ``jitter`` of its length without chance, and so drawn that no look comes
        earlier than it would without chance: waits that began together drift apart, and none of
        them costs the service more looks for it.

        Args:
            uniform: Returns a random number between two.

        Yields:
            Seconds, without end.
        """
        pause, late = self.initial, 0.0
        while True:
            reach = self.jitter * pause
            later = abs(late + uniform(-reach, reach))
            yield pause + later - late
            late = later
            pause = min(pause * self.factor, self.maximum)


EVERY_2_SECONDS = Poll(initial=2.0, factor=1.0, maximum=2.0)
"""For pictures and orchestrations, as the API page recommends."""


class Limit:
    """How much is left of a wait, which begins now.

    Args:
        timeout: Seconds, 0 or more; 0 for a single look, None for no limit.
        timing: Where time comes from.

    Raises:
        ApiTypeError: The timeout is not a number.
        ApiValueError: It is negative, or no number at all.
    """

    def __init__(self, timeout: float | None, timing: Timing) -> None:
        if timeout is not None and _checks.number("timeout", timeout) < 0:
            raise ApiValueError(f"timeout must be 0 or more, not {timeout}")
        self.timeout = timeout
        self._clock = timing.clock
        self._started = timing.clock()

    @property
    def waited(self) -> float:
        """How long it has taken by now, in seconds."""
        return self._clock() - self._started

    @property
    def left(self) -> float:
        """The seconds that are left; infinite where there is no limit."""
        return math.inf if self.timeout is None else max(0.0, self.timeout - self.waited)

    @property
    def is_reached(self) -> bool:
        """Whether none are left."""
        return self.left < CLOCK_ERROR

    @property
    def for_look(self) -> float | None:
        """The seconds that the next look may take; None for as long as any call."""
        return max(self.left, LAST_LOOK) if self.timeout else None


class Wait(Generic[M]):
    """Looks at one thing again and again until it has ended.

    Args:
        identifier: What is waited for.
        look: Returns how far it is; takes the seconds that the look may take, or None for as long
            as any call.
        poll_for: Chooses how often to look, from what the first look has shown, where ``poll`` does not say it.
        poll: How often to look, or None.
        timeout: The limit in seconds, or None.
        on_update: Is told of the first look and of each change.
        timing: Where time and chance come from.
    """

    def __init__(
        self,
        identifier: str,
        look: Callable[[float | None], M],
        *,
        poll_for: Callable[[M], Poll],
        poll: Poll | None = None,
        timeout: float | None,
        on_update: Callable[[M], object] | None,
        timing: Timing,
    ) -> None:
        self._identifier = identifier
        self._look = look
        self._poll_for = poll_for
        self._poll = poll
        self._limit = Limit(timeout, timing)
        self._on_update = on_update
        self._timing = timing
        self._failures = 0
        self._pauses = (poll or Poll()).pauses(timing.uniform)  # until the first look has shown what it is
        self.last: M | None = None
        """What was seen last."""
        self.polls = 0
        """How many times it was looked at."""

    def until_final(self, failed: type[WaitException] | None) -> M:
        """Look until it has ended.

        Args:
            failed: The error to raise where it has failed, or None to return it.

        Returns:
            The model of its end.

        Raises:
            WaitException: It has failed.
            WaitTimeoutException: The limit passed, and the last look was made when it did; or the
                service asked to wait for longer than was left.
            ApiException: A look failed with 401, 403 or 404, or five in a row failed.
        """
        while True:
            out_of_time = self._limit.is_reached
            problem = self._one_look()
            if self.last is not None and problem is None and self.last.is_final:
                return self._end(self.last, failed)
            if problem is not None and self._is_over(problem):
                problem.last = self.last
                raise problem
            if out_of_time:
                raise self._timed_out() from problem
            self._pause(problem)

    def _end(self, last: M, failed: type[WaitException] | None) -> M:
        error = None
        if failed is not None:
            error = failure_of(failed, last, identifier=self._identifier, waited=self._limit.waited, polls=self.polls)
        if error is not None:
            raise error
        return last

    def _one_look(self) -> ApiException | None:
        """Look once; return why that failed, or None."""
        self.polls += 1
        try:
            seen = self._look(self._limit.for_look)
        except ApiException as error:
            self._failures += 1
            return error
        self._failures = 0
        if self.last is None:
            self._pauses = (self._poll or self._poll_for(seen)).pauses(self._timing.uniform)
        changed = self.last is None or _stage(seen) != _stage(self.last)
        self.last = seen
        if changed and self._on_update is not None:
            self._on_update(seen)
        return None

    def _is_over(self, problem: ApiException) -> bool:
        return isinstance(problem, FINAL_ERRORS) or self._failures >= MOST_FAILURES

    def _pause(self, problem: ApiException | None) -> None:
        pause, asked = next(self._pauses), asked_pause(problem)
        left = self._limit.left
        if asked > left:
            raise self._timed_out(asked) from problem
        self._timing.sleep(min(max(pause, asked), left))

    def _timed_out(self, asked: float = 0.0) -> WaitTimeoutException:
        return WaitTimeoutException(
            past_limit(None if self.last is None else self.last.status, self._limit.timeout, asked),
            identifier=self._identifier,
            last=self.last,
            waited=self._limit.waited,
            polls=self.polls,
        )


def asked_pause(problem: ApiException | None) -> float:
    """Read from a failed look how long the service asked to wait.

    Args:
        problem: Why it failed, or None.

    Returns:
        Seconds, up to a day; 0 where it asked for nothing.
    """
    asked = None if problem is None else problem.retry_after
    return min(asked or 0.0, LIFETIME)


def past_limit(status: str | None, timeout: float | None, asked: float = 0.0) -> str:
    """Say that a limit has passed, or will before the service may be asked again.

    Args:
        status: What was seen last, or None.
        timeout: The limit, in seconds.
        asked: The pause that the service asked for and that leads beyond the limit, in seconds, or 0.

    Returns:
        The message.
    """
    seen = "nothing was seen of it" if status is None else f"still {status}"
    limit = f"the limit of {timeout or 0.0:g} s"
    return f"{seen}; the service asked to wait {asked:g} s, beyond {limit}" if asked else f"{seen} after {limit}"


def _stage(seen: Followed) -> tuple[object, object]:
    return seen.status, getattr(seen, "completed_tools", None)


def failure_of(
    kind: type[WaitException], seen: Followed, *, identifier: str, waited: float, polls: int = 0
) -> WaitException | None:
    """Make the error that a failed execution or orchestration stands for.

    Args:
        kind: The class of the error.
        seen: Its model.
        identifier: What was waited for.
        waited: How long, in seconds.
        polls: How many times it was looked at.

    Returns:
        The error; None where it has not failed.
    """
    if not seen.is_failed:
        return None
    message = f"failed: {seen.error}" if seen.error else "failed"
    return kind(message, identifier=identifier, last=seen, waited=waited, polls=polls)
