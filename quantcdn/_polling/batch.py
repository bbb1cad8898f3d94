"""Waits for many executions at once: one list shows up to 100 of them, the others are polled one by one."""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import NoReturn, Self, cast

from quantcdn._clock import Cancel, CancelFlag, TimeSource
from quantcdn._display.mixin import DisplayMixin
from quantcdn._polling.deadline import FINAL_POLL_TIMEOUT, Deadline
from quantcdn._polling.history import ExecutionSummary, keyed
from quantcdn._polling.poller import MAX_CONSECUTIVE_FAILURES, Polled, Send, retry_after_of
from quantcdn._polling.schedule import Schedule
from quantcdn._polling.waiter import cancelled_message, failed_exception, timeout_message
from quantcdn._polling.workers import Workers
from quantcdn.exceptions import (
    ApiException,
    ExecutionFailedException,
    OpenApiException,
    UnauthorizedException,
    WaitCancelledException,
    WaitException,
    WaitTimeoutException,
)
from quantcdn.models.get_ai_tool_execution_status200_response import GetAIToolExecutionStatus200Response
from quantcdn.models.list_ai_tool_executions200_response import ListAIToolExecutions200Response
from quantcdn.polling import Poll

POLL_TIMEOUT = 10.0
"""How long each request of a batch may take at most, in seconds.

A status comes within a second. One that takes ten is stuck, on a dead connection or in a queue: it would keep its place
for the 60 s of a call, and its execution would not be polled in the meantime. The next poll may well get through.
"""

_MAX_NAMED = 10  # identifiers in the note on an interrupted wait

# How long a response is waited for in one go, by any clock, and how long the given sleep is then called, in seconds.
# The sleep draws the progress, or moves the clock of a test: that must not run ahead of real requests.
_REAL_PAUSE, _PAUSE = 0.05, 0.01

Execution = GetAIToolExecutionStatus200Response
Update = Execution | ExecutionSummary
"""What ``on_update`` is called with: an execution, or its row in the list."""


@dataclass(frozen=True, slots=True)
class Outcome(DisplayMixin):
    """How the wait for one of many executions ended."""

    identifier: str
    """The execution's identifier."""
    execution: Execution | None
    """The last model that was received; the finished execution, unless ``error`` says otherwise."""
    error: OpenApiException | None
    """Why it is not complete: it failed, vanished, may not be read, the deadline passed, or the wait was cancelled."""
    seconds: float
    """How long it was waited for, in seconds."""


@dataclass(slots=True)
class _Tracked:
    """What is known of one execution."""

    identifier: str
    status: str | None = None
    failures: int = 0
    polls: int = 0
    last: Execution | None = None
    problem: ApiException | None = None
    outcome: Outcome | None = None


@dataclass(slots=True)
class _FinalPolls:
    """What is still to be polled after the deadline."""

    singles: int
    """How many that the list does not show."""
    needs_list: bool = True
    has_failed: bool = False


class BatchWait(Iterator[Outcome]):
    """Waits for many executions: an iterator of their outcomes.

    All is decided in the caller's thread, in which ``on_update`` is called too; others only send requests. The list
    and single executions are polled side by side, and a slow request is overtaken. An exception, of ``on_update`` or by
    Ctrl-C, ends nothing: the next step goes on, and no response that has come is lost.
    """

    def __init__(
        self,
        identifiers: Iterable[str],
        get_status: Callable[[str, float | None], Polled[Execution]],
        list_newest: Send[ListAIToolExecutions200Response],
        *,
        poll: Poll,
        timeout: float | None,
        max_rate: float,
        on_update: Callable[[Update], object] | None,
        clock: TimeSource,
        cancel: Cancel | None = None,
        ended: CancelFlag | None = None,
    ) -> None:
        self._tracked = {identifier: _Tracked(identifier) for identifier in identifiers}
        """Those whose outcome the caller does not have."""
        self._get_status = get_status
        self._list_newest = list_newest
        self._schedule = Schedule(self._tracked, poll=poll, max_rate=max_rate, clock=clock)
        self._deadline = Deadline(timeout, clock)
        self._max_rate = max_rate
        self._on_update = on_update
        self._clock = clock
        self._cancel = cancel
        self._ended = ended or CancelFlag(None)
        self._workers = Workers(self._ended)
        self._process = os.getpid()
        self._events: deque[_Tracked | Update] = deque()
        """What the caller is to get, in order: updates, and those that have an outcome."""
        self._list_polls = self._list_failures = 0
        self._list_problem: ApiException | None = None
        self._final: _FinalPolls | None = None
        """Not None once the deadline has passed."""
        self._left_at = clock.monotonic()
        self._end = self._deadline.at + FINAL_POLL_TIMEOUT if timeout else math.inf
        """When what has no outcome is given up."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Outcome:
        try:
            outcome = self._next()
        except BaseException as error:
            self.close()  # the traceback may keep this object; where it goes on, threads are started anew
            if not isinstance(error, OpenApiException):
                error.add_note(f"To go on waiting, for these: {self._unfinished()}")
            if isinstance(error, StopIteration):  # of the caller's own: it would pass for the end of this (PEP 479)
                raise RuntimeError("on_update or the function for the token raised StopIteration") from error
            raise
        finally:
            self._left_at = self._clock.monotonic()
        if outcome is None:
            self.close()
            raise StopIteration
        return outcome

    def close(self) -> None:
        """Let the threads end; those under way when their requests do."""
        self._workers.close()

    def _next(self) -> Outcome | None:
        if self._process != os.getpid():
            self._begin_in_child_process()
        # What the caller does with an outcome while the deadline passes does not count.
        self._end += max(0.0, self._clock.monotonic() - max(self._left_at, self._deadline.at))
        while self._tracked:
            if self._events:
                outcome = self._hand_over(self._events[0])
                if outcome is not None:
                    return outcome
            elif not self._take_results():
                self._step(self._clock.monotonic())
        return None

    def _begin_in_child_process(self) -> None:
        """Poll anew what the parent's threads are polling, which a fork leaves to the parent."""
        done = self._workers.done
        self._workers, self._process = Workers(self._ended), os.getpid()
        self._workers.done.extend(done)
        has_come = {identifier for identifier, _ in done}
        for identifier in [one for one in self._schedule.in_flight if one not in has_come]:
            if identifier is not None:
                self._schedule.queue(identifier)
            del self._schedule.in_flight[identifier]

    def _hand_over(self, event: _Tracked | Update) -> Outcome | None:
        """Call ``on_update``, which may raise, or return an outcome."""
        if not isinstance(event, _Tracked):
            self._events.popleft()  # before the call: an update is not repeated where the callback has failed
            if self._on_update is not None:
                self._on_update(event)
            return None
        tracked = self._tracked.pop(event.identifier, None)
        self._events.popleft()
        return None if tracked is None else tracked.outcome

    def _step(self, now: float) -> None:
        """Send what is due, or wait until something is."""
        schedule = self._schedule
        if self._cancel is not None and self._cancel.is_set():
            self._end_all(self._cancelled)
        elif self._final is not None:
            self._final_step(self._final, now)
        elif self._deadline.is_passed or schedule.backed_off_until > self._deadline.at:
            self._final = _FinalPolls(singles=math.ceil(self._max_rate))
        elif now < schedule.backed_off_until:
            self._rest(schedule.backed_off_until - now)
        # The list comes first: what it shows need not be polled. It cannot come twice in a row, since its next turn is
        # a round after its response, so that single polls are never starved; nor are they held up by a slow list.
        elif self._may_list and now >= schedule.next_list:
            self._send_list(now)
        elif (moment := schedule.single_moment()) <= now:
            self._send_single(now)
        else:
            next_list = schedule.next_list if self._may_list else math.inf
            self._rest(min(moment, next_list, self._deadline.at) - now)

    def _final_step(self, final: _FinalPolls, now: float) -> None:
        """Poll once more, as far as the service allows and that costs little, and give the rest up."""
        may_poll = not final.has_failed and now >= self._schedule.backed_off_until
        may_poll_single = may_poll and (self._schedule.has_finished or final.singles > 0)
        moment = self._schedule.single_moment(is_final=True) if may_poll_single else math.inf
        if now >= self._end:
            self._end_all(self._timed_out)
        elif may_poll and final.needs_list and self._may_list:
            final.needs_list = False
            self._send_list(now)
        elif moment <= now:
            final.singles -= 0 if self._schedule.has_finished else 1
            self._send_single(now)
        elif self._schedule.in_flight:
            self._rest(min(moment, self._end) - now)
        else:
            self._end_all(self._timed_out)

    @property
    def _may_list(self) -> bool:
        return self._list_failures < MAX_CONSECUTIVE_FAILURES and None not in self._schedule.in_flight

    def _send_list(self, now: float) -> None:
        self._list_polls += 1
        self._schedule.begin_round()
        self._send(None, now, partial(self._list_newest, self._poll_timeout()))

    def _send_single(self, now: float) -> None:
        identifier = self._schedule.next_single(now)
        self._tracked[identifier].polls += 1
        self._send(identifier, now, partial(self._get_status, identifier, self._poll_timeout()))

    def _send(self, identifier: str | None, now: float, call: Callable[[], object]) -> None:
        self._workers.start(identifier, call, running=len(self._schedule.in_flight))
        # After the start: an interrupt between the two wastes a response. The other way round, one would be awaited
        # that nobody has asked for, and its execution would not be polled again.
        self._schedule.in_flight[identifier] = now

    def _poll_timeout(self) -> float:
        remaining = self._deadline.poll_timeout if self._final is None else self._end - self._clock.monotonic()
        return POLL_TIMEOUT if remaining is None else min(POLL_TIMEOUT, remaining)

    def _rest(self, seconds: float) -> None:
        """Wait for a response, or for something to be due."""
        if not self._schedule.in_flight:
            self._clock.pause(seconds, cancel=self._cancel)
        elif not self._workers.wait(min(seconds, _REAL_PAUSE)):
            self._clock.sleep(min(seconds, _PAUSE))

    def _take_results(self) -> bool:
        """Handle the responses that have come; say whether there were any."""
        have_come = bool(self._workers.done)
        while self._workers.done:
            identifier, result = self._workers.done[0]
            if identifier in self._schedule.in_flight:  # else it was handled already, just before an interrupt
                if identifier is None:
                    self._take_list(result)
                elif (tracked := self._tracked.get(identifier)) is not None and tracked.outcome is None:
                    self._take_single(tracked, result)
                self._schedule.in_flight.pop(identifier, None)
            self._workers.done.popleft()
        return have_come

    def _take_list(self, result: object) -> None:
        rows: dict[str, ExecutionSummary] = {}
        if isinstance(result, ApiException):
            self._list_failed(result)
        elif isinstance(result, BaseException):
            self._raise_error(None, result)
        else:
            polled = cast("Polled[ListAIToolExecutions200Response]", result)
            self._list_failures, self._list_problem = 0, None
            self._schedule.back_off(retry_after_of(polled))
            rows = keyed(polled.data.executions)
        waiting = {identifier: tracked for identifier, tracked in self._tracked.items() if tracked.outcome is None}
        rows = {identifier: row for identifier, row in rows.items() if identifier in waiting and _says_status(row)}
        self._schedule.take_list(rows, waiting, failed=isinstance(result, ApiException))
        for identifier, row in rows.items():
            self._update(waiting[identifier], row)

    def _list_failed(self, error: ApiException) -> None:
        self._list_problem = error
        # Whoever may not list may still poll: the batch goes on one by one.
        self._list_failures = self._list_failures + 1 if error.retryable else MAX_CONSECUTIVE_FAILURES
        self._failed(error)

    def _take_single(self, tracked: _Tracked, result: object) -> None:
        if isinstance(result, ApiException):
            tracked.failures += 1
            tracked.problem = result
            self._failed(result)
            if tracked.outcome is None and (not result.retryable or tracked.failures >= MAX_CONSECUTIVE_FAILURES):
                self._fail(tracked, result)
        elif isinstance(result, BaseException):
            self._raise_error(tracked, result)
        else:
            self._take_execution(tracked, cast("Polled[Execution]", result))
        if self._final is None and tracked.outcome is None:
            self._schedule.queue(tracked.identifier)

    def _take_execution(self, tracked: _Tracked, polled: Polled[Execution]) -> None:
        execution = tracked.last = polled.data
        tracked.failures, tracked.problem = 0, None
        self._schedule.back_off(retry_after_of(polled))
        self._update(tracked, execution)
        if execution.is_final:
            identifier, polls, elapsed = tracked.identifier, self._polls(tracked), self._deadline.elapsed
            kind = ExecutionFailedException
            self._finish(tracked, failed_exception(kind, execution, identifier=identifier, waited=elapsed, polls=polls))

    def _failed(self, error: ApiException) -> None:
        """Draw from a failure, of the list or of one, what it means for all."""
        self._schedule.back_off(retry_after_of(error))
        if self._final is not None:
            self._final.has_failed = True
        # Without a token, or without a way to the host, each of the others would only fail in the same way.
        if isinstance(error, UnauthorizedException) or (not error.status and not error.retryable):
            self._fail_all(error)

    def _raise_error(self, tracked: _Tracked | None, error: BaseException) -> NoReturn:
        """Raise what no request raises: an option is wrong, or the caller's own function for the token has failed."""
        if tracked is not None and self._final is None:
            self._schedule.queue(tracked.identifier)
        self._schedule.in_flight.pop(None if tracked is None else tracked.identifier, None)
        self._workers.done.popleft()
        raise error

    def _fail_all(self, error: ApiException) -> None:
        for tracked in self._tracked.values():
            if tracked.outcome is None:
                self._fail(tracked, error)

    def _fail(self, tracked: _Tracked, error: ApiException) -> None:
        error.last = tracked.last
        error.polls, error.waited = self._polls(tracked), self._deadline.elapsed
        self._finish(tracked, error)

    def _end_all(self, error_of: Callable[[_Tracked], OpenApiException]) -> None:
        for tracked in self._tracked.values():
            if tracked.outcome is None:
                self._finish(tracked, error_of(tracked))

    def _timed_out(self, tracked: _Tracked) -> OpenApiException:
        pause = max(self._schedule.backed_off_until - self._clock.monotonic(), 0.0)
        problem = tracked.problem or self._list_problem
        message = timeout_message(tracked.status, self._deadline.timeout, pause, problem)
        error = self._ended_early(WaitTimeoutException, message, tracked)
        error.__cause__ = problem
        return error

    def _cancelled(self, tracked: _Tracked) -> OpenApiException:
        return self._ended_early(WaitCancelledException, cancelled_message(tracked.status), tracked)

    def _ended_early(self, kind: type[WaitException], message: str, tracked: _Tracked) -> WaitException:
        elapsed, polls = self._deadline.elapsed, self._polls(tracked)
        return kind(message, identifier=tracked.identifier, last=tracked.last, waited=elapsed, polls=polls)

    def _finish(self, tracked: _Tracked, error: OpenApiException | None) -> None:
        self._events.append(tracked)
        tracked.outcome = Outcome(tracked.identifier, tracked.last, error, self._deadline.elapsed)
        self._schedule.drop(tracked.identifier)

    def _polls(self, tracked: _Tracked) -> int:
        return tracked.polls + self._list_polls

    def _update(self, tracked: _Tracked, update: Update) -> None:
        if update.status != tracked.status:
            tracked.status = update.status
            if self._on_update is not None:
                self._events.append(update)

    def _unfinished(self) -> str:
        named = ", ".join(islice(self._tracked, _MAX_NAMED))
        more = len(self._tracked) - _MAX_NAMED
        return f"{named} and {more} more" if more > 0 else named


def _says_status(row: ExecutionSummary) -> bool:
    """Say whether a row shows how far its execution is; without a status, its time of completion does."""
    return row.is_final or (isinstance(row.status, str) and bool(row.status.strip()))
