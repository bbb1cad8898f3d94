"""Watches the list of executions and tells what is new or has changed, and where something may have been missed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from quantcdn.exceptions import ApiException
from quantcdn.models.list_ai_tool_executions200_response import ListAIToolExecutions200Response
from quantcdn.models.list_ai_tool_executions200_response_executions_inner import (
    ListAIToolExecutions200ResponseExecutionsInner,
)
from quantcdn.polling import (
    FINAL_ERRORS,
    LIFETIME,
    LONGEST_LIST,
    MOST_FAILURES,
    Limit,
    Poll,
    Timing,
    asked_pause,
)

Listed = ListAIToolExecutions200ResponseExecutionsInner

# An execution may leave the list for a look and come back; it is told again only if it has changed.
_MOST_TOLD = 10_000


@dataclass(frozen=True, slots=True)
class Gap:
    """A time of which the list did not show everything: it shows 100 executions, and those of 24 hours, at most."""

    after: datetime | None
    """The newest execution that was seen before it, by when it was asked for, in UTC."""
    before: datetime | None
    """The oldest execution that was seen after it, by when it was asked for, in UTC."""
    unfinished: tuple[str, ...]
    """Identifiers of executions that left the list before their end was seen."""


class Watch:
    """Reads the list again and again.

    Args:
        list_newest: Returns the newest 100 executions; takes the seconds that it may take, or None.
        shows_all: Whether the list shows executions of every status: one that leaves another list
            may just have changed its status.
        interval: The pause between two looks, in seconds.
        timeout: The limit in seconds, or None.
        timing: Where time and chance come from.
    """

    def __init__(
        self,
        list_newest: Callable[[float | None], ListAIToolExecutions200Response],
        *,
        shows_all: bool,
        interval: float,
        timeout: float | None,
        timing: Timing,
    ) -> None:
        self._list_newest = list_newest
        self._shows_all = shows_all
        self._pauses = Poll(interval, 1.0, interval).pauses(timing.uniform)
        self._limit = Limit(timeout, timing)
        self._timing = timing
        self._failures = 0
        self._asked = 0.0
        self._seen_at = timing.clock()
        self._previous: dict[str, Listed] | None = None
        self._told: dict[str, str | None] = {}

    def changes(self) -> Iterator[Listed | Gap]:
        """Watch until the limit.

        Yields:
            Each execution when it is new and whenever its status has changed, oldest first; a gap
            where some may have been missed.

        Raises:
            ApiException: A look failed with 401, 403 or 404, or five in a row failed.
        """
        while True:
            out_of_time = self._limit.is_reached
            listed = self._look()
            if listed is not None:
                yield from self._news(listed)
            left = self._limit.left
            if out_of_time or self._asked > left:
                return
            self._timing.sleep(min(max(next(self._pauses), self._asked), left))

    def _look(self) -> list[Listed] | None:
        try:
            listed = self._list_newest(self._limit.for_look).executions
        except ApiException as error:
            self._failures += 1
            self._asked = asked_pause(error)
            if isinstance(error, FINAL_ERRORS) or self._failures >= MOST_FAILURES:
                raise
            return None
        self._failures, self._asked = 0, 0.0
        return listed

    def _news(self, listed: list[Listed]) -> Iterator[Listed | Gap]:
        """Compare a list, newest first, with what was told before."""
        now = self._timing.clock()
        gap = self._gap(listed, now - self._seen_at)
        self._seen_at = now
        if gap is not None:
            yield gap
        for execution in reversed(listed):
            key = _key(execution)
            is_news = key not in self._told or self._told.pop(key) != execution.status
            self._told[key] = execution.status
            if is_news:
                yield execution
        for key in list(islice(self._told, max(0, len(self._told) - _MOST_TOLD))):
            del self._told[key]
        self._previous = {_key(execution): execution for execution in listed}

    def _gap(self, listed: list[Listed], seconds: float) -> Gap | None:
        if self._previous is None or (len(listed) < LONGEST_LIST and seconds < LIFETIME):
            return None
        keys = {_key(execution) for execution in listed}
        left = [execution for key, execution in self._previous.items() if key not in keys and not execution.is_final]
        left = left if self._shows_all else []
        if not left and keys & self._previous.keys() and seconds < LIFETIME:
            return None
        newest = max((execution.created for execution in self._previous.values() if execution.created), default=None)
        oldest = min((execution.created for execution in listed if execution.created), default=None)
        return Gap(newest, oldest, tuple(_key(execution) for execution in left))


def _key(execution: Listed) -> str:
    return execution.execution_id or f"{execution.tool_name} {execution.created_at}"
