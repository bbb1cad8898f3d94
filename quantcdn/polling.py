"""When to poll again, and when to give up: values and functions, to which clock, sleep and chance are given."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

from quantcdn import _clock, _validation
from quantcdn._clock import Cancel, Clock
from quantcdn._display.text import error_text
from quantcdn.exceptions import (
    ApiException,
    ApiValueError,
    WaitCancelledException,
    WaitException,
    WaitTimeoutException,
)

MOST_FAILURES = 5
"""How many polls in a row may fail before the wait is over."""

LAST_LOOK = 0.5
"""How long after its limit a wait may end, in seconds: a poll at the very end sees an end which is there."""

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
    def error(self) -> object:
        """Why, in the service's words."""
        ...


M = TypeVar("M", bound=Followed)
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Polled(Generic[R]):
    """What a poll has returned."""

    data: R
    """The model."""
    retry_after: float | None = None
    """How long the service asked to wait before the next request, in seconds, or None."""


class Timing(NamedTuple):
    """Where the waits and retries of a client take time and chance from, as ``AIToolsApi.timing``."""

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
    """The first pause, in seconds, above 0."""
    factor: float = 1.5
    """What each pause is multiplied by for the next one, 1 or more."""
    maximum: float = 5.0
    """The longest pause, in seconds, not shorter than the first."""
    jitter: float = 0.25
    """By which part a pause is longer or shorter at random, from 0 to below 1."""

    def __post_init__(self) -> None:
        for name in ("initial", "factor", "maximum", "jitter"):
            _validation.number(f"poll {name}", getattr(self, name))
        if self.initial <= 0 or self.maximum < self.initial:
            raise ApiValueError("poll needs an initial pause above 0 and a maximum that is not shorter")
        if self.factor < 1 or not 0 <= self.jitter < 1:
            raise ApiValueError("poll needs a factor of 1 or more and a jitter from 0 to below 1")

    def pauses(self, uniform: Callable[[float, float], float]) -> Iterator[float]:
        """Draw the pauses between polls.

        Each is within ``jitter`` of its length without chance, and so drawn that no poll comes
        earlier than it would without chance: waits that began together drift apart, and none of
        them costs the service more polls for it.

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
        timeout: Seconds, 0 or more; 0 for a single poll, None for no limit.
        clock: Where time comes from.

    Raises:
        ApiTypeError: The timeout is not a number.
        ApiValueError: It is negative, or no number at all.
    """

    def __init__(self, timeout: float | None, clock: Clock) -> None:
        if timeout is not None and _validation.number("timeout", timeout) < 0:
            raise ApiValueError(f"timeout must be 0 or more, not {timeout}")
        self.timeout = timeout
        self._monotonic = clock.monotonic
        self._started = clock.monotonic()
        self.ends = math.inf if timeout is None else self._started + timeout
        """When it has passed, by the clock."""
        self._overrun = 0.0

    @property
    def waited(self) -> float:
        """How long it has taken by now, in seconds."""
        return self._monotonic() - self._started

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
        """The seconds that the next poll may take; None for as long as any call.

        One that begins shortly before the limit may end as long after it as the very last one.
        """
        if not self.timeout:
            return None
        left = self.left
        return left if left >= LAST_LOOK else left + LAST_LOOK - self._overrun

    @property
    def is_used_up(self) -> bool:
        """Whether a poll has taken all of the time that the last ones have after the limit."""
        return bool(self.timeout) and self._overrun > LAST_LOOK - CLOCK_ERROR

    @contextmanager
    def polling(self) -> Generator[None]:
        """Count what a poll takes beyond the limit; what others take between polls does not count."""
        begun = self._monotonic()
        try:
            yield
        finally:
            self._overrun += max(0.0, self._monotonic() - max(begun, self.ends))


class Wait(Generic[M]):
    """Polls one thing again and again until it has ended.

    Args:
        identifier: What is waited for.
        look: Polls; takes the seconds that the poll may take, or None for as long as any call.
        poll_for: Chooses how often to poll, from what the first poll has shown, where ``poll`` does not say it.
        poll: How often to poll, or None.
        timeout: The limit in seconds, or None.
        on_update: Is called at the first poll that succeeds and at each change.
        clock: Where time and chance come from.
        cancel: Ends the wait when it is set, or None.
    """

    def __init__(
        self,
        identifier: str,
        look: Callable[[float | None], Polled[M]],
        *,
        poll_for: Callable[[M], Poll],
        poll: Poll | None = None,
        timeout: float | None,
        on_update: Callable[[M], object] | None,
        clock: Clock,
        cancel: Cancel | None = None,
    ) -> None:
        self._identifier = identifier
        self._look = look
        self._poll_for = poll_for
        self._poll = poll
        self._limit = Limit(timeout, clock)
        self._on_update = on_update
        self._clock = clock
        self._cancel = cancel
        self._failures = 0
        self._asked = 0.0
        self._pauses = (poll or Poll()).pauses(clock.uniform)  # until the first poll has shown what it is
        self.last: M | None = None
        """What was seen last."""
        self.polls = 0
        """How many times it was polled."""

    def until_final(self, failed: type[WaitException] | None) -> M:
        """Poll until it has ended.

        Args:
            failed: The error to raise where it has failed, or None to return it.

        Returns:
            The model of its end.

        Raises:
            WaitException: It has failed.
            WaitTimeoutException: The limit passed, and the last poll was sent when it did; or the
                service asked to wait for longer than was left.
            WaitCancelledException: The event was set.
            ApiException: A poll failed in a way that no repetition can mend, or five in a row failed.
        """
        while True:
            self._raise_if_cancelled()
            out_of_time = self._limit.is_reached
            problem = self._one_look()
            if self.last is not None and problem is None and self.last.is_final:
                return self._end(self.last, failed)
            if problem is not None and self._is_over(problem):
                problem.last, problem.polls, problem.waited = self.last, self.polls, self._limit.waited
                raise problem
            if out_of_time or self._limit.is_used_up:
                raise self._timed_out(problem) from problem
            self._pause(problem)

    def _end(self, last: M, failed: type[WaitException] | None) -> M:
        error = None
        if failed is not None:
            error = failure_of(failed, last, identifier=self._identifier, waited=self._limit.waited, polls=self.polls)
        if error is not None:
            raise error
        return last

    def _one_look(self) -> ApiException | None:
        """Poll once; return why that failed, or None."""
        self.polls += 1
        try:
            with self._limit.polling():
                polled = self._look(self._limit.for_look)
        except ApiException as error:
            self._failures += 1
            self._asked = asked_pause(error)
            return error
        self._failures = 0
        self._asked = asked_pause(polled)
        seen = polled.data
        if self.last is None:
            self._pauses = (self._poll or self._poll_for(seen)).pauses(self._clock.uniform)
        changed = self.last is None or _stage(seen) != _stage(self.last)
        self.last = seen
        if changed and self._on_update is not None:
            self._on_update(seen)
        return None

    def _is_over(self, problem: ApiException) -> bool:
        return not problem.retryable or self._failures >= MOST_FAILURES

    def _pause(self, problem: ApiException | None) -> None:
        pause, left = next(self._pauses), self._limit.left
        if self._asked > left:
            raise self._timed_out(problem, self._asked) from problem
        self._clock.pause(min(max(pause, self._asked), left), cancel=self._cancel)

    def _raise_if_cancelled(self) -> None:
        if self._cancel is not None and self._cancel.is_set():
            raise self._error(WaitCancelledException, cancelled(self._status))

    def _timed_out(self, problem: ApiException | None, asked: float = 0.0) -> WaitException:
        return self._error(WaitTimeoutException, past_limit(self._status, self._limit.timeout, asked, problem))

    @property
    def _status(self) -> str | None:
        return None if self.last is None else self.last.status

    def _error(self, kind: type[WaitException], message: str) -> WaitException:
        return kind(message, identifier=self._identifier, last=self.last, waited=self._limit.waited, polls=self.polls)


def asked_pause(polled: Polled[R] | ApiException) -> float:
    """Read from a poll how long the service asked to wait.

    Args:
        polled: What it returned, or why it failed.

    Returns:
        Seconds, up to a day; 0 where it asked for nothing.
    """
    return min(polled.retry_after or 0.0, LIFETIME)


def past_limit(
    status: str | None, timeout: float | None, asked: float = 0.0, problem: ApiException | None = None
) -> str:
    """Say that a limit has passed, or will before the service may be asked again.

    Args:
        status: What was seen last, or None.
        timeout: The limit, in seconds.
        asked: The pause that the service asked for and that leads beyond the limit, in seconds, or 0.
        problem: Why the last poll failed, or None.

    Returns:
        The message.
    """
    limit = f"the limit of {timeout or 0.0:g} s"
    when = f"; the service asked to wait {asked:g} s, beyond {limit}" if asked else f" after {limit}"
    return f"{_seen(status)}{when}" + (f"; last problem: {problem.problem}" if problem else "")


def cancelled(status: str | None) -> str:
    """Say that a wait was cancelled.

    Args:
        status: What was seen last, or None.

    Returns:
        The message.
    """
    return f"cancelled; {_seen(status)}"


def _seen(status: str | None) -> str:
    return "nothing was seen of it" if status is None else f"still {error_text(status)}"


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
        polls: How many times it was polled.

    Returns:
        The error; None where it has not failed, which of an unknown terminal status nobody can say.
    """
    if not seen.is_failed:
        return None
    status, reason = error_text(seen.status) or "failed", error_text(seen.error)
    message = f"{status}: {reason}" if reason else status
    return kind(message, identifier=identifier, last=seen, waited=waited, polls=polls)
