"""Waits for many executions at once: one list shows up to 100 of them, the others are polled one by one."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import NoReturn, Self, cast

from quantcdn._clock import Cancel, Clock
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
from quantcdn.models.list_ai_tool_executions200_response_executions_inner import (
    ListAIToolExecutions200ResponseExecutionsInner,
)
from quantcdn.polling import (
    LAST_LOOK,
    MOST_FAILURES,
    Limit,
    Poll,
    Polled,
    asked_pause,
    cancelled,
    failure_of,
    past_limit,
)

POLL_TIMEOUT = 10.0
"""How long each request of a batch may take at most, in seconds."""

_MOST_NAMED = 10  # identifiers in the note on an interrupted wait
_MOST_AT_ONCE = 32  # as many connections as the client keeps by default

_OVERTAKING = 0.25
"""After how many seconds without a response the next one is polled: a quick service gets one request at a time."""

_LAST_OVERTAKING = 0.05
"""The same after the limit, in seconds."""

_HEAD_START = 1.0
"""For how many seconds of a list request none is polled that the list may show."""

_REAL_PAUSE, _PAUSE = 0.05, 0.01
"""How long a response is waited for in one go, by any clock, and how long the given sleep is then called, in seconds.

The sleep draws the line of progress, or moves the clock of a test: that must not run ahead of real requests.
"""

Execution = GetAIToolExecutionStatus200Response
Row = ListAIToolExecutions200ResponseExecutionsInner
Update = GetAIToolExecutionStatus200Response | ListAIToolExecutions200ResponseExecutionsInner
"""What ``on_update`` is called with: an execution, or its row in the list."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the wait for one of many executions ended."""

    identifier: str
    """The execution's identifier."""
    execution: Execution | None
    """The last that was seen of it; its end, unless ``error`` says otherwise."""
    error: OpenApiException | None
    """Why there is no good end: it failed, vanished, may not be seen, the limit passed, or the wait was cancelled."""
    seconds: float
    """How long it was waited for, in seconds."""


@dataclass(slots=True)
class _State:
    status: str | None = None
    failures: int = 0
    polls: int = 0
    last: Execution | None = None
    problem: ApiException | None = None
    outcome: Outcome | None = None


class ManyWaits(Iterator[Outcome]):
    """Waits for many executions: an iterator of their outcomes.

    All is decided in the caller's thread, in which ``on_update`` is called too; others only send requests. The list
    and single executions are polled side by side, and who takes long is overtaken. What raises in between ends
    nothing: the next step goes on, and what was found before it is not lost.

    Args:
        identifiers: What is waited for; one that comes twice counts once.
        look: Polls one execution; takes its identifier and the seconds that the poll may take.
        list_newest: Polls the newest 100 executions; takes the seconds that it may take.
        poll: How often the list is read.
        timeout: The limit for all, in seconds, or None.
        max_rate: How many executions are polled on their own in a second, at most, above 0.
        on_update: Is called at the first sight of each and at each change of status.
        clock: Where time and chance come from.
        cancel: Ends the wait when it is set, or None.
    """

    def __init__(
        self,
        identifiers: Iterable[str],
        look: Callable[[str, float | None], Polled[Execution]],
        list_newest: Callable[[float | None], Polled[ListAIToolExecutions200Response]],
        *,
        poll: Poll,
        timeout: float | None,
        max_rate: float,
        on_update: Callable[[Update], object] | None,
        clock: Clock,
        cancel: Cancel | None = None,
    ) -> None:
        self._waiting = {identifier: _State() for identifier in identifiers}
        self._look = look
        self._list_newest = list_newest
        self._pauses = poll.pauses(clock.uniform)
        self._limit = Limit(timeout, clock)
        self._max_rate = max_rate
        self._on_update = on_update
        self._clock = clock
        self._cancel = cancel
        self._workers = Workers()
        self._flying: dict[str | None, float] = {}
        """Since when which requests are under way; the list's has no identifier."""
        self._events: deque[str | Update] = deque()
        """What the caller is to get, in order: updates, and identifiers of those that have an outcome."""
        self._next_list = self._next_single = self._held_until = clock.monotonic()
        self._round = 0.0
        self._list_polls = self._list_failures = 0
        self._list_problem: ApiException | None = None
        self._shown: set[str] = set()
        self._ended: dict[str, None] = {}
        self._unlisted = dict.fromkeys(self._waiting, clock.monotonic())
        """Those that are polled in turn, each from when on."""
        self._finished = 0
        self._spread = len(self._waiting)
        """Over how many the polls of a round are spread."""
        self._is_last = self._needs_list = self._has_failed = False
        """Whether the limit has passed; then, whether the list is still to be read, and whether a poll has failed."""
        self._last_singles = math.ceil(max_rate)
        """How many that the list does not show may be polled after the limit."""
        self._left_at = clock.monotonic()
        self._end = self._limit.ends + LAST_LOOK if timeout else math.inf
        """When all that is left is given up."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Outcome:
        try:
            return self._next()
        except StopIteration:
            raise
        except BaseException as error:
            self.close()  # the traceback may keep this object; where it goes on, threads are started anew
            if not isinstance(error, OpenApiException):
                error.add_note(f"To go on waiting, for these: {self._unfinished()}")
            raise
        finally:
            self._left_at = self._clock.monotonic()

    def close(self) -> None:
        """Let the threads end; those under way when their requests do."""
        self._workers.close()

    def _next(self) -> Outcome:
        # What the caller does with an outcome while the limit passes does not count.
        self._end += max(0.0, self._clock.monotonic() - max(self._left_at, self._limit.ends))
        while self._waiting:
            if self._events:
                outcome = self._hand_over(self._events[0])
                if outcome is not None:
                    return outcome
            elif not self._take_results():
                self._step(self._clock.monotonic())
        self.close()
        raise StopIteration

    def _hand_over(self, event: str | Update) -> Outcome | None:
        """Call ``on_update``, which may raise, or return an outcome."""
        if not isinstance(event, str):
            self._events.popleft()
            if self._on_update is not None:
                self._on_update(event)
            return None
        state = self._waiting.pop(event, None)
        self._events.popleft()
        return None if state is None else state.outcome

    def _step(self, now: float) -> None:
        """Send what is due, or wait until something is."""
        if self._cancel is not None and self._cancel.is_set():
            self._end_all(self._cancelled)
        elif self._is_last:
            self._last_step(now)
        elif self._limit.is_reached or self._held_until > self._limit.ends:
            self._is_last = self._needs_list = True
            self._has_failed = False
        elif now < self._held_until:
            self._rest(self._held_until - now)
        elif self._may_list and now >= self._next_list:
            self._send_list(now)
        elif (moment := self._single_moment(_HEAD_START, self._next_turn)) <= now:
            self._send_single(now)
        else:
            next_list = self._next_list if self._may_list else math.inf
            self._rest(min(moment, next_list, self._limit.ends) - now)

    @property
    def _may_list(self) -> bool:
        return self._list_failures < MOST_FAILURES and None not in self._flying

    @property
    def _next_turn(self) -> float:
        return max(self._next_single, next(iter(self._unlisted.values()), 0.0))

    def _single_moment(self, head_start: float, earliest: float) -> float:
        """Say when the next may be polled on its own; ``earliest`` is for one that is not known to have ended."""
        if not (self._ended or self._unlisted) or len(self._flying) >= _MOST_AT_ONCE:
            return math.inf
        overtaking = _LAST_OVERTAKING if self._is_last else _OVERTAKING
        singles = [since for name, since in self._flying.items() if name is not None]
        free = max(singles, default=-math.inf) + overtaking
        if self._ended:
            return free
        return max(free, earliest, self._flying.get(None, -math.inf) + head_start)

    def _send_list(self, now: float) -> None:
        self._round = next(self._pauses)
        self._list_polls += 1
        self._send(None, now, partial(self._list_newest, self._seconds()))

    def _send_single(self, now: float) -> None:
        """Poll one that the list has shown to have ended, or else the one of the others whose turn it is."""
        if self._ended:
            identifier = next(iter(self._ended))
            del self._ended[identifier]
        else:
            self._next_single = now + max(1 / self._max_rate, self._round / self._spread)
            identifier = next(iter(self._unlisted))
        self._unlisted.pop(identifier, None)
        self._waiting[identifier].polls += 1
        self._send(identifier, now, partial(self._look, identifier, self._seconds()))

    def _send(self, name: str | None, now: float, call: Callable[[], object]) -> None:
        self._workers.start(name, call, running=len(self._flying))
        self._flying[name] = now

    def _seconds(self) -> float:
        """Say how long a request may take."""
        left = self._limit.for_look
        if self._is_last:
            left = self._end - self._clock.monotonic()
        return POLL_TIMEOUT if left is None else min(POLL_TIMEOUT, left)

    def _rest(self, seconds: float) -> None:
        """Wait for a response, or for something to be due."""
        if not self._flying:
            self._clock.pause(seconds, cancel=self._cancel)
        elif not self._workers.wait(min(seconds, _REAL_PAUSE)):
            self._clock.sleep(min(seconds, _PAUSE))

    def _take_results(self) -> bool:
        """Handle what has come back; say whether anything has."""
        came = bool(self._workers.done)
        while self._workers.done:
            name, result = self._workers.done[0]
            if name in self._flying:  # else it was handled already, just before an interrupt
                if name is None:
                    self._take_list(result)
                elif name in self._waiting and self._waiting[name].outcome is None:
                    self._take_single(name, self._waiting[name], result)
                self._flying.pop(name, None)
            self._workers.done.popleft()
        return came

    def _take_list(self, result: object) -> None:
        """Find out what the list shows; what it does not show is polled on its own."""
        self._next_list = self._clock.monotonic() + self._round
        rows: dict[str, Row] = {}
        if isinstance(result, ApiException):
            self._list_failed(result)
        elif isinstance(result, BaseException):
            self._give_back(None, result)
        else:
            polled = cast("Polled[ListAIToolExecutions200Response]", result)
            self._list_failures, self._list_problem = 0, None
            self._hold(asked_pause(polled))
            for row in polled.data.executions:
                if (identifier := str(row.execution_id)) in self._waiting:
                    rows.setdefault(identifier, row)  # of rows that contradict each other, the first counts
        self._shown = set(rows)
        for identifier, row in rows.items():
            self._unlisted.pop(identifier, None)
            if row.is_final and identifier not in self._flying and self._waiting[identifier].outcome is None:
                self._ended[identifier] = None
            self._seen(self._waiting[identifier], row)
        for identifier, state in self._waiting.items():
            if identifier not in rows and identifier not in self._flying and state.outcome is None:
                self._ended.pop(identifier, None)
                self._unlisted.setdefault(identifier, self._clock.monotonic())
        # Those that have ended since the last list count, since others may not have had their turn yet.
        self._spread = max(1, len(self._unlisted) + self._finished)
        self._finished = 0

    def _list_failed(self, error: ApiException) -> None:
        self._list_problem = error
        self._hold(asked_pause(error))
        if self._ends_all(error):
            self._refused(error)
        # Whoever may not list may still poll: they go on one by one.
        self._list_failures = self._list_failures + 1 if error.retryable else MOST_FAILURES
        self._has_failed = True

    def _take_single(self, identifier: str, state: _State, result: object) -> None:
        if isinstance(result, ApiException):
            self._single_failed(identifier, state, result)
        elif isinstance(result, BaseException):
            self._give_back(identifier, result)
        else:
            self._take_execution(identifier, state, cast("Polled[Execution]", result))
        self._queue(identifier, state)

    def _take_execution(self, identifier: str, state: _State, polled: Polled[Execution]) -> None:
        execution = state.last = polled.data
        state.failures, state.problem = 0, None
        self._hold(asked_pause(polled))
        self._seen(state, execution)
        if execution.is_final:
            polls, waited = self._polls(state), self._limit.waited
            failed = failure_of(ExecutionFailedException, execution, identifier=identifier, waited=waited, polls=polls)
            self._finish(identifier, failed)

    def _polls(self, state: _State) -> int:
        return state.polls + self._list_polls

    def _queue(self, identifier: str, state: _State) -> None:
        """Let one that the list does not show wait for its next turn."""
        if not self._is_last and state.outcome is None and identifier not in self._shown:
            self._unlisted[identifier] = max(self._clock.monotonic(), self._flying[identifier] + self._round)

    def _single_failed(self, identifier: str, state: _State, error: ApiException) -> None:
        state.failures += 1
        state.problem = error
        self._hold(asked_pause(error))
        self._has_failed = True
        if self._ends_all(error):
            self._refused(error)
        elif not error.retryable or state.failures >= MOST_FAILURES:
            self._end_by(identifier, state, error)

    def _give_back(self, name: str | None, error: BaseException) -> NoReturn:
        """Raise what no request raises: an option is wrong, or the caller's own function for the token has failed."""
        if name is not None:
            self._queue(name, self._waiting[name])
        self._flying.pop(name, None)
        self._workers.done.popleft()
        raise error

    def _ends_all(self, error: ApiException) -> bool:
        """Say whether each of the others would only fail in the same way: without a token, or a way to the host."""
        return isinstance(error, UnauthorizedException) or (not error.status and not error.retryable)

    def _refused(self, error: ApiException) -> None:
        for identifier, state in self._waiting.items():
            if state.outcome is None:
                self._end_by(identifier, state, error)

    def _end_by(self, identifier: str, state: _State, error: ApiException) -> None:
        error.last = state.last
        error.polls, error.waited = self._polls(state), self._limit.waited
        self._finish(identifier, error)

    def _finish(self, identifier: str, error: OpenApiException | None) -> None:
        state = self._waiting[identifier]
        self._events.append(identifier)
        state.outcome = Outcome(identifier, state.last, error, self._limit.waited)
        self._ended.pop(identifier, None)
        self._unlisted.pop(identifier, None)
        self._finished += identifier not in self._shown

    def _hold(self, seconds: float) -> None:
        """Ask for nothing until the service wants to be asked again."""
        if seconds > 0:
            self._held_until = max(self._held_until, self._clock.monotonic() + seconds)

    def _last_step(self, now: float) -> None:
        """Poll once more, as far as the service allows and that costs little, and give the rest up."""
        is_over = self._has_failed or now < self._held_until
        may_poll = not is_over and (self._ended or self._last_singles > 0)
        moment = self._single_moment(LAST_LOOK / 2, now) if may_poll else math.inf
        if now >= self._end:
            self._end_all(self._timed_out)
        elif not is_over and self._needs_list and self._may_list:
            self._needs_list = False
            self._send_list(now)
        elif moment <= now:
            self._last_singles -= 0 if self._ended else 1
            self._send_single(now)
        elif self._flying:
            self._rest(min(moment, self._end) - now)
        else:
            self._end_all(self._timed_out)

    def _end_all(self, error_of: Callable[[str, _State], OpenApiException]) -> None:
        for identifier, state in self._waiting.items():
            if state.outcome is None:
                self._finish(identifier, error_of(identifier, state))

    def _timed_out(self, identifier: str, state: _State) -> OpenApiException:
        asked = max(self._held_until - self._clock.monotonic(), 0.0)
        problem = state.problem or self._list_problem
        message = past_limit(state.status, self._limit.timeout, asked, problem)
        error = self._ended_early(WaitTimeoutException, message, identifier, state)
        error.__cause__ = problem
        return error

    def _cancelled(self, identifier: str, state: _State) -> OpenApiException:
        return self._ended_early(WaitCancelledException, cancelled(state.status), identifier, state)

    def _ended_early(self, kind: type[WaitException], message: str, identifier: str, state: _State) -> WaitException:
        waited, polls = self._limit.waited, self._polls(state)
        return kind(message, identifier=identifier, last=state.last, waited=waited, polls=polls)

    def _seen(self, state: _State, update: Update) -> None:
        if update.status != state.status:
            state.status = update.status
            if self._on_update is not None:
                self._events.append(update)

    def _unfinished(self) -> str:
        named = ", ".join(islice(self._waiting, _MOST_NAMED))
        more = len(self._waiting) - _MOST_NAMED
        return f"{named} and {more} more" if more > 0 else named
