"""The loop of every wait for one thing: poll, pause, poll again, until there is no more point in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from quantcdn._clock import Cancel, TimeSource
from quantcdn._polling.deadline import Deadline
from quantcdn.exceptions import ApiException
from quantcdn.polling import Poll

MAX_CONSECUTIVE_FAILURES = 5
"""How many polls in a row may fail before a wait is over.

Each of them may have been retried by then; a service that is down for longer than these pauses is not coming back soon.
"""

RETENTION_SECONDS = 86_400.0
"""How long the service keeps a record, in seconds; no pause needs to be longer."""

MAX_PAGE_SIZE = 100
"""How many executions the service lists at most."""

R = TypeVar("R")
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Polled(Generic[R]):
    """The response to a poll."""

    data: R
    retry_after: float | None = None
    """How long the service asked to wait before the next request, in seconds, or None."""


def retry_after_of(polled: Polled[R] | ApiException) -> float:
    """Return how many seconds the service asked to wait, a day at most, after a success (RFC 9110 10.2.3) or not."""
    return min(polled.retry_after or 0.0, RETENTION_SECONDS)


Send = Callable[[float | None], Polled[R]]
"""Sends a poll, which may take so many seconds, or as long as any call where that is None."""


class Poller(Generic[R]):
    """Polls until a deadline, or an event."""

    def __init__(
        self,
        send: Send[R],
        *,
        poll: Poll,
        timeout: float | None,
        clock: TimeSource,
        cancel: Cancel | None = None,
    ) -> None:
        self._send = send
        self._clock = clock
        self._cancel = cancel
        self.deadline = Deadline(timeout, clock)
        self.polls = 0
        """How many polls were sent."""
        self.refused_pause = 0.0
        """The pause that the service asked for and that would have led beyond the deadline, in seconds."""
        self._retry_after = 0.0
        self._failures = 0
        self._pauses = poll.pauses(clock.uniform)

    def change_poll(self, poll: Poll) -> None:
        """Poll as often as this says, from its first pause on."""
        self._pauses = poll.pauses(self._clock.uniform)

    @property
    def is_cancelled(self) -> bool:
        """Whether the event is set."""
        return self._cancel is not None and self._cancel.is_set()

    def responses(self) -> Iterator[R | ApiException]:
        """Poll until no time remains, and yield each response, or why there is none.

        A failure that no repetition can mend is raised at once, and so is the fifth in a row.
        """
        while not self.is_cancelled:
            # Asked before the poll: the poll that is sent when the deadline has passed is the last one.
            is_last = self.deadline.is_passed
            yield self._poll_once()
            if is_last or self.deadline.is_overrun:
                return
            remaining = self.deadline.remaining
            if self._retry_after > remaining:
                # Nothing can be learned by a pause that leads beyond the deadline, so it is not begun.
                self.refused_pause = self._retry_after
                return
            self._clock.pause(min(max(next(self._pauses), self._retry_after), remaining), cancel=self._cancel)

    def send_between(self, send: Send[S], limit: float) -> S | None:
        """Send a request beside the polls that may take so many seconds; None where there is no time, or it fails."""
        if self._retry_after or self.is_cancelled or self.deadline.is_passed:
            return None
        try:
            with self.deadline.measuring_overrun():
                polled = send(min(limit, self.deadline.poll_timeout or limit))
        except ApiException as error:
            self._retry_after = retry_after_of(error)  # the service asks all requests to wait, not this one alone
            return None
        self._retry_after = retry_after_of(polled)
        return polled.data

    def _poll_once(self) -> R | ApiException:
        # Its timeout is what remains: a service that hangs would otherwise hold a wait for a whole call beyond its end.
        self.polls += 1
        try:
            with self.deadline.measuring_overrun():
                polled = self._send(self.deadline.poll_timeout)
        except ApiException as error:
            self._failures += 1
            self._retry_after = retry_after_of(error)
            if not error.retryable or self._failures >= MAX_CONSECUTIVE_FAILURES:
                error.polls, error.waited = self.polls, self.deadline.elapsed
                raise
            return error
        self._failures, self._retry_after = 0, retry_after_of(polled)
        return polled.data
