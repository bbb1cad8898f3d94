"""Watches the list of executions: what is new or has changed, and where something may have been missed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from quantcdn._clock import Cancel, Clock
from quantcdn._polling.history import ExecutionSummary, Gap, History, keyed
from quantcdn._polling.poller import Polled, Poller
from quantcdn.exceptions import ApiException
from quantcdn.models.list_ai_tool_executions200_response import ListAIToolExecutions200Response
from quantcdn.polling import Poll


class Watch:
    """Polls the list again and again.

    Args:
        list_newest: Lists the newest 100 executions; takes the seconds that it may take, or None.
        shows_all: Whether the list shows executions of every status.
        interval: The pause between two polls, in seconds.
        timeout: In seconds, or None.
        clock: Where time and chance come from.
        cancel: Ends the watch when it is set, or None.
    """

    def __init__(
        self,
        list_newest: Callable[[float | None], Polled[ListAIToolExecutions200Response]],
        *,
        shows_all: bool,
        interval: float,
        timeout: float | None,
        clock: Clock,
        cancel: Cancel | None = None,
    ) -> None:
        self._poller = Poller(
            list_newest, poll=Poll(interval, 1.0, interval), timeout=timeout, clock=clock, cancel=cancel
        )
        self._history = History(shows_all)
        self._clock = clock
        self._read_at = (clock.monotonic(), clock.wall())

    def changes(self) -> Iterator[ExecutionSummary | Gap]:
        """Watch until the deadline, or until the event is set.

        Yields:
            Each execution when it is new and whenever its status has changed, oldest first; a gap
            where some may have been missed.

        Raises:
            ApiException: A poll failed in a way that no repetition can mend, or five in a row failed.
        """
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
