"""Waits for many executions at once: one list shows up to 100 of them, the others are looked at one by one."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from quantcdn.exceptions import (
    ApiException,
    ExecutionFailedException,
    OpenApiException,
    UnauthorizedException,
    WaitTimeoutException,
)
from quantcdn.models.get_ai_tool_execution_status200_response import GetAIToolExecutionStatus200Response
from quantcdn.models.list_ai_tool_executions200_response import ListAIToolExecutions200Response
from quantcdn.models.list_ai_tool_executions200_response_executions_inner import (
    ListAIToolExecutions200ResponseExecutionsInner,
)
from quantcdn.polling import (
    FINAL_ERRORS,
    LAST_LOOK,
    MOST_FAILURES,
    Limit,
    Poll,
    Timing,
    asked_pause,
    failure_of,
    past_limit,
)

_MOST_NAMED = 10  # identifiers in the note on an interrupted wait

Execution = GetAIToolExecutionStatus200Response
Update = GetAIToolExecutionStatus200Response | ListAIToolExecutions200ResponseExecutionsInner
"""What ``on_update`` is told: an execution's own answer, or its line in the list."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the wait for one of many executions ended."""

    identifier: str
    """The execution's identifier."""
    execution: Execution | None
    """The last that was seen of it; its end, unless ``error`` says otherwise."""
    error: OpenApiException | None
    """Why there is no good end: it failed, vanished, may not be seen, or the limit passed. Else None."""
    seconds: float
    """How long it was waited for, in seconds."""


@dataclass(slots=True)
class _State:
    status: str | None = None
    failures: int = 0
    last: Execution | None = None


class ManyWaits:
    """Waits for many executions, in one thread.

    Args:
        identifiers: What is waited for; one that comes twice counts once.
        look: Returns one execution; takes its identifier and the seconds that the look may take, or None.
        list_newest: Returns the newest 100 executions; takes the seconds that it may take, or None.
        poll: How often the list is read.
        timeout: The limit for all, in seconds, or None.
        max_rate: How many executions are looked at on their own in a second, at most, above 0.
        on_update: Is told of the first sight of each and of each change of status.
        timing: Where time and chance come from.
    """

    def __init__(
        self,
        identifiers: Iterable[str],
        look: Callable[[str, float | None], Execution],
        list_newest: Callable[[float | None], ListAIToolExecutions200Response],
        *,
        poll: Poll,
        timeout: float | None,
        max_rate: float,
        on_update: Callable[[Update], object] | None,
        timing: Timing,
    ) -> None:
        self._waiting = {identifier: _State() for identifier in identifiers}
        self._look = look
        self._list_newest = list_newest
        self._pauses = poll.pauses(timing.uniform)
        self._limit = Limit(timeout, timing)
        self._max_rate = max_rate
        self._on_update = on_update
        self._timing = timing
        self._next_list = self._next_single = self._held_until = timing.clock()
        self._round = 0.0
        self._list_failures = 0
        self._ended: deque[str] = deque()
        self._unlisted: deque[str] = deque(self._waiting)

    def outcomes(self) -> Iterator[Outcome]:
        """Wait.

        Yields:
            An outcome for each execution, as it ends.
        """
        try:
            while self._waiting:
                yield from self._step(self._timing.clock())
        except KeyboardInterrupt as interrupt:
            interrupt.add_note(f"To go on waiting, for these: {self._unfinished()}")
            raise

    def _step(self, now: float) -> Iterator[Outcome]:
        """Do the most urgent thing, or sleep until there is one."""
        end = now + self._limit.left
        if self._limit.is_reached or self._held_until > end:
            yield from self._at_the_limit(now)
        elif now < self._held_until:
            self._timing.sleep(self._held_until - now)
        elif self._ended:
            yield from self._looked_at(self._ended.popleft())  # if that fails, the next list shows it again
        elif self._uses_list and now >= self._next_list:
            yield from self._read_list()
        elif self._unlisted and now >= self._next_single:
            self._next_single = now + max(1 / self._max_rate, self._round / len(self._unlisted))
            identifier = self._unlisted.popleft()
            yield from self._looked_at(identifier)
            if identifier in self._waiting:
                self._unlisted.append(identifier)
        else:
            due = [end, *([self._next_list] if self._uses_list else [])]
            self._timing.sleep(min([*due, self._next_single] if self._unlisted else due) - now)

    @property
    def _uses_list(self) -> bool:
        return self._list_failures < MOST_FAILURES

    def _read_list(self) -> Iterator[Outcome]:
        """Find out what the list shows; what it does not show is looked at on its own."""
        self._round = next(self._pauses)
        self._next_list = self._timing.clock() + self._round
        try:
            listed = self._list_newest(self._limit.for_look).executions
            self._list_failures = 0
        except UnauthorizedException as error:
            yield from self._refused(error)
            return
        except ApiException as error:
            # Whoever may not list may still look: they go on one by one.
            self._list_failures = MOST_FAILURES if isinstance(error, FINAL_ERRORS) else self._list_failures + 1
            self._hold(error)
            listed = []
        shown = {item.execution_id: item for item in listed if item.execution_id in self._waiting}
        for identifier, item in shown.items():
            self._seen(self._waiting[identifier], item)
            if item.is_final:
                self._ended.append(identifier)
        queued = set(self._unlisted)
        self._unlisted = deque(identifier for identifier in self._unlisted if identifier not in shown)
        self._unlisted.extend(i for i in self._waiting if i not in shown and i not in queued)

    def _looked_at(self, identifier: str) -> Iterator[Outcome]:
        """Look at one on its own; yield its outcome if this is the end of it."""
        state = self._waiting[identifier]
        try:
            execution = self._look(identifier, self._limit.for_look)
        except ApiException as error:
            yield from self._failed_look(identifier, state, error)
            return
        state.failures = 0
        state.last = execution
        self._seen(state, execution)
        if execution.is_final:
            waited = self._limit.waited
            failed = failure_of(ExecutionFailedException, execution, identifier=identifier, waited=waited)
            yield self._outcome(identifier, failed)

    def _failed_look(self, identifier: str, state: _State, error: ApiException) -> Iterator[Outcome]:
        state.failures += 1
        if isinstance(error, UnauthorizedException):
            yield from self._refused(error)
        elif isinstance(error, FINAL_ERRORS) or state.failures >= MOST_FAILURES:
            error.last = state.last
            yield self._outcome(identifier, error)
        self._hold(error)

    def _refused(self, error: UnauthorizedException) -> Iterator[Outcome]:
        """End all: without a token, asking for the rest would only repeat the answer."""
        for identifier in list(self._waiting):
            yield self._outcome(identifier, error)

    def _hold(self, error: ApiException) -> None:
        """Ask for nothing until the service wants to be asked again."""
        self._held_until = max(self._held_until, self._timing.clock() + asked_pause(error))

    def _at_the_limit(self, now: float) -> Iterator[Outcome]:
        """Look once more, as far as the service allows and that costs little, and give the rest up."""
        if now >= self._held_until:
            yield from self._last_looks()
        asked = max(self._held_until - self._timing.clock(), 0.0)
        for identifier, state in list(self._waiting.items()):
            message = past_limit(state.status, self._limit.timeout, asked)
            error = WaitTimeoutException(message, identifier=identifier, last=state.last, waited=self._limit.waited)
            yield self._outcome(identifier, error)

    def _last_looks(self) -> Iterator[Outcome]:
        if self._uses_list:
            yield from self._read_list()
            if self._uses_list and self._list_failures:
                return  # the service fails, and each further look could take as long as this one
        spent = 0.0  # in looks alone: what the caller does with an outcome does not count
        for identifier in dict.fromkeys([*self._ended, *islice(self._unlisted, math.ceil(self._max_rate))]):
            if self._limit.timeout and spent >= LAST_LOOK:
                return
            if identifier in self._waiting:
                begun = self._timing.clock()
                outcomes = list(self._looked_at(identifier))
                spent += self._timing.clock() - begun
                yield from outcomes
            if identifier in self._waiting and self._waiting[identifier].failures:
                return

    def _outcome(self, identifier: str, error: OpenApiException | None) -> Outcome:
        state = self._waiting.pop(identifier)
        return Outcome(identifier, state.last, error, self._limit.waited)

    def _seen(self, state: _State, update: Update) -> None:
        if update.status != state.status:
            state.status = update.status
            if self._on_update is not None:
                self._on_update(update)

    def _unfinished(self) -> str:
        named = ", ".join(islice(self._waiting, _MOST_NAMED))
        more = len(self._waiting) - _MOST_NAMED
        return f"{named} and {more} more" if more > 0 else named
