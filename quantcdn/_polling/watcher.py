"""Watches the list of executions: what is new or has changed, and where something may have been missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from quantcdn._clock import Cancel, Clock
from quantcdn.exceptions import ApiException
from quantcdn.models.list_ai_tool_executions200_response import ListAIToolExecutions200Response
from quantcdn.models.list_ai_tool_executions200_response_executions_inner import (
    ListAIToolExecutions200ResponseExecutionsInner,
)
from quantcdn.polling import LIFETIME, MOST_FAILURES, Limit, Poll, Polled, asked_pause

Listed = ListAIToolExecutions200ResponseExecutionsInner

# An execution may leave the list for a poll and come back; it is told again only if it has changed.
_MOST_KNOWN = 10_000

# A service may list fewer than it was asked for. A page of as many rows as the longest before may have been cut,
# but no page is cut at fewer rows than this.
_SHORTEST_PAGE = 10


@dataclass(frozen=True, slots=True)
class Gap:
    """A time of which the list did not show everything: it shows 100 executions, and those of 24 hours, at most."""

    after: datetime | None
    """The newest execution that was seen before it, by when it was asked for, in UTC."""
    before: datetime | None
    """The oldest execution that was seen after it, by when it was asked for, in UTC."""
    unfinished: tuple[str, ...]
    """Identifiers of executions that left the list before their end was seen."""


@dataclass(slots=True)
class History:
    """What lists have shown so far, and the one rule that says where a list leaves a gap."""

    shows_all: bool = True
    """Whether the lists have executions of every status: one that leaves another list may just have changed its own."""
    known: dict[str, str | None] = field(default_factory=dict[str, "str | None"])
    """The status of each that was seen, the 10,000 that were seen last."""
    unfinished: dict[str, None] = field(default_factory=dict[str, None])
    """Those of them that had not ended, as long as it was not told that they left."""
    newest: datetime | None = None
    """When the newest that was seen was asked for."""
    previous: dict[str, Listed] | None = None
    """What the list before had; None before the first."""
    longest: int = _SHORTEST_PAGE

    def news(self, rows: dict[str, Listed]) -> Iterator[Listed]:
        """Take a list in, each row when the one before has been dealt with.

        Args:
            rows: The list, from ``keyed``.

        Yields:
            Each execution that is new or has another status, oldest first.
        """
        for key, row in reversed(rows.items()):
            if self._is_news(key, row):
                yield row
            self.learn(key, row)
        self.previous = rows

    def _is_news(self, key: str, row: Listed) -> bool:
        return key not in self.known or self.known[key] != row.status

    def learn(self, key: str, row: Listed) -> None:
        """Take a row in.

        Args:
            key: Its name, from ``keyed``.
            row: The row.
        """
        is_news = self._is_news(key, row)
        self.known.pop(key, None)
        self.known[key] = row.status
        if len(self.known) > _MOST_KNOWN:
            del self.known[next(iter(self.known))]
        if row.is_final:
            self.unfinished.pop(key, None)
        elif is_news:
            self.unfinished[key] = None
        self.newest = newest([self.newest, row.created])

    def gap(self, rows: dict[str, Listed], seconds: float) -> Gap | None:
        """Compare a list with what is known, before it is taken in.

        Args:
            rows: The list, from ``keyed``.
            seconds: How long ago the list before was read.

        Returns:
            What may have been missed, or None.
        """
        self.longest = max(self.longest, len(rows))
        if self.previous is None:
            return None
        left = [key for key in self.unfinished if key not in rows] if self.shows_all else []
        if not left and seconds < LIFETIME and self._reaches_back(rows):
            return None
        for key in left:
            del self.unfinished[key]
        return Gap(self.newest, min(_times(rows.values()), default=None), tuple(left))

    def _reaches_back(self, rows: dict[str, Listed]) -> bool:
        """Say whether whatever is newer than the list before is on this one.

        Lists are sorted by age and cut at the old end. So nothing is missing where the oldest row is known; but not
        where just any row is, since one that is dated in the future stays on top for ever.
        """
        before = self.previous or {}
        if rows.keys() <= self.known.keys() or (before and before.keys() <= rows.keys()):
            return True
        earliest = min(_times(rows.values()), default=None)
        oldest = [key for key, row in rows.items() if row.created is not None and row.created == earliest]
        if any(key in self.known for key in [next(reversed(rows)), *oldest]):
            return True
        if len(rows) >= self.longest:
            return False
        # A short page has all that there is: nobody else's end is beyond it, unless all that was known has left it.
        return not self.shows_all or not rows.keys().isdisjoint(before) or not _unexpired(before.values(), rows)


def keyed(listed: Sequence[Listed]) -> dict[str, Listed]:
    """Give each row of a list a name.

    Args:
        listed: The rows, newest first.

    Returns:
        The rows by identifier, newest first; the first of those that have the same one. A row without is named by
        its tool and its time, and counted from the oldest on, so that newer ones do not change its name.
    """
    rows: dict[str, Listed] = {}
    counts: Counter[str] = Counter(_nameless(row) for row in listed if not row.execution_id)
    for row in listed:
        key = str(row.execution_id)
        if not row.execution_id:
            name = _nameless(row)
            counts[name] -= 1
            key = f"{name} #{counts[name] + 1}" if counts[name] else name
        rows.setdefault(key, row)
    return rows


def newest(times: Iterable[datetime | None]) -> datetime | None:
    """Find the latest of some times, of which any may be missing."""
    return max((time for time in times if time is not None), default=None)


def _nameless(row: Listed) -> str:
    return f"{row.tool_name} {row.created_at}"


def _times(rows: Iterable[Listed]) -> list[datetime]:
    return [row.created for row in rows if row.created is not None]


def _unexpired(before: Iterable[Listed], rows: dict[str, Listed]) -> bool:
    """Say whether the service still kept one of these, by its own times, when it made a list."""
    now = newest(_times(rows.values()))
    return any(row.created is None or now is None or now - row.created < timedelta(seconds=LIFETIME) for row in before)


class Watch:
    """Reads the list again and again.

    Args:
        list_newest: Polls the newest 100 executions; takes the seconds that it may take, or None.
        shows_all: Whether the list shows executions of every status.
        interval: The pause between two polls, in seconds.
        timeout: The limit in seconds, or None.
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
        self._list_newest = list_newest
        self._history = History(shows_all)
        self._pauses = Poll(interval, 1.0, interval).pauses(clock.uniform)
        self._limit = Limit(timeout, clock)
        self._clock = clock
        self._cancel = cancel
        self._failures = self._polls = 0
        self._asked = 0.0
        self._read_at = (clock.monotonic(), clock.wall())

    def changes(self) -> Iterator[Listed | Gap]:
        """Watch until the limit, or until the event is set.

        Yields:
            Each execution when it is new and whenever its status has changed, oldest first; a gap
            where some may have been missed.

        Raises:
            ApiException: A poll failed in a way that no repetition can mend, or five in a row failed.
        """
        while not self._is_cancelled():
            out_of_time = self._limit.is_reached
            listed = self._look()
            if listed is not None:
                yield from self._news(keyed(listed))
            left = self._limit.left
            if out_of_time or self._limit.is_used_up or self._asked > left:
                return
            pause = min(max(next(self._pauses), self._asked), left)
            self._clock.pause(pause, cancel=self._cancel)

    def _is_cancelled(self) -> bool:
        return self._cancel is not None and self._cancel.is_set()

    def _look(self) -> list[Listed] | None:
        self._polls += 1
        try:
            with self._limit.polling():
                polled = self._list_newest(self._limit.for_look)
        except ApiException as error:
            self._failures += 1
            self._asked = asked_pause(error)
            if not error.retryable or self._failures >= MOST_FAILURES:
                error.polls, error.waited = self._polls, self._limit.waited
                raise
            return None
        self._failures, self._asked = 0, asked_pause(polled)
        return polled.data.executions

    def _news(self, rows: dict[str, Listed]) -> Iterator[Listed | Gap]:
        gap = self._history.gap(rows, self._since_last())
        if gap is not None:
            yield gap
        yield from self._history.news(rows)

    def _since_last(self) -> float:
        """Say how long ago the list was read before, by the clock that goes on while the machine sleeps too."""
        before, self._read_at = self._read_at, (self._clock.monotonic(), self._clock.wall())
        return max(now - then for now, then in zip(self._read_at, before, strict=True))
