"""Watches the list of executions: what is new or has changed, and where something may have been missed."""

from __future__ import annotations

from collections.abc import Iterator

from quantcdn._clock import Cancel, TimeSource
from quantcdn._polling.history import ExecutionSummary, Gap, History, keyed
from quantcdn._polling.poller import Poller, Send
from quantcdn.exceptions import ApiException
from quantcdn.models.list_ai_tool_executions200_response import ListAIToolExecutions200Response
from quantcdn.polling import Poll


class Watch:
    """Polls the list of the newest executions; ``shows_all`` where it has those of every status."""

    def __init__(
        self,
        list_newest: Send[ListAIToolExecutions200Response],
        *,
        shows_all: bool,
        interval: float,
        timeout: float | None,
        clock: TimeSource,
        cancel: Cancel | None = None,
    ) -> None:
        self._poller = Poller(
            list_newest, poll=Poll(interval, 1.0, interval), timeout=timeout, clock=clock, cancel=cancel
        )
        self._history = History(shows_all)
        self._clock = clock
        self._read_at = (clock.monotonic(), clock.wall())

    def changes(self) -> Iterator[ExecutionSummary | Gap]:
        """Yield each execution that is new or has another status, oldest first, and gaps, until the deadline."""
        for response in self._poller.responses():
            if not isinstance(response, ApiException):
                rows = keyed(response.executions)
                gap = self._history.gap(rows, self._since_last())
                if gap is not None:
                    yield gap
                yield from self._history.changes(rows)

    def _since_last(self) -> float:
        """Return the seconds since the list before; the wall clock goes on while the machine sleeps, and counts too."""
        before, self._read_at = self._read_at, (self._clock.monotonic(), self._clock.wall())
        return max(now - then for now, then in zip(self._read_at, before, strict=True))
