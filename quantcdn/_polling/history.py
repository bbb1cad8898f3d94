"""What lists of executions have shown so far, and the one rule that says where something may have been missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from quantcdn._polling.poller import RETENTION_SECONDS
from quantcdn.models.list_ai_tool_executions200_response_executions_inner import (
    ListAIToolExecutions200ResponseExecutionsInner,
)

ExecutionSummary = ListAIToolExecutions200ResponseExecutionsInner

# An execution may leave the list for a poll and come back: it is reported again only if it has changed.
_MAX_KNOWN = 10_000

# A service may list fewer than it was asked for. A page of as many rows as the longest before may have been cut,
# but no page is cut at fewer rows than this.
_MIN_PAGE_SIZE = 10


@dataclass(frozen=True, slots=True)
class Gap:
    """A period of which the list did not show everything: it has 100 executions of the last 24 hours at most."""

    after: datetime | None
    """When the newest execution that was listed before it was created, in UTC."""
    before: datetime | None
    """When the oldest execution that was listed after it was created, in UTC."""
    unfinished: tuple[str, ...]
    """Identifiers of executions that left the list before they were listed as finished."""


@dataclass(slots=True)
class History:
    """What lists have shown so far, and the one rule that says where a list leaves a gap."""

    shows_all: bool = True
    """Whether the lists have executions of every status: one that leaves another list may just have changed its own."""
    known: dict[str, str | None] = field(default_factory=dict[str, "str | None"])
    """The status of each that was listed, of the last 10,000."""
    unfinished: dict[str, None] = field(default_factory=dict[str, None])
    """Those of them that had not finished, until a gap reports that they have left the list."""
    newest: datetime | None = None
    """When the newest that was listed was created."""
    previous: dict[str, ExecutionSummary] | None = None
    """The rows of the list before; None before the first."""
    longest_page: int = _MIN_PAGE_SIZE
    """The most rows that a list has had."""

    def changes(self, rows: dict[str, ExecutionSummary]) -> Iterator[ExecutionSummary]:
        """Yield each execution that is new or has another status, oldest first; one is known once it is handled."""
        for key, row in reversed(rows.items()):
            if self._is_change(key, row):
                yield row
            self.learn(key, row)
        self.previous = rows

    def _is_change(self, key: str, row: ExecutionSummary) -> bool:
        return key not in self.known or self.known[key] != row.status

    def learn(self, key: str, row: ExecutionSummary) -> None:
        """Take in a row by its key."""
        is_change = self._is_change(key, row)
        self.known.pop(key, None)
        self.known[key] = row.status
        if len(self.known) > _MAX_KNOWN:
            del self.known[next(iter(self.known))]
        if row.is_final:
            self.unfinished.pop(key, None)
        elif is_change:
            self.unfinished[key] = None
        self.newest = newest([self.newest, row.created])

    def gap(self, rows: dict[str, ExecutionSummary], seconds: float) -> Gap | None:
        """Say what a list may have missed, before it is taken in; the list before is so many seconds old."""
        self.longest_page = max(self.longest_page, len(rows))
        if self.previous is None:
            return None
        left = [key for key in self.unfinished if key not in rows] if self.shows_all else []
        if not left and seconds < RETENTION_SECONDS and self._reaches_back(rows):
            return None
        for key in left:
            del self.unfinished[key]
        return Gap(self.newest, min(_times(rows.values()), default=None), tuple(left))

    def _reaches_back(self, rows: dict[str, ExecutionSummary]) -> bool:
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
        if len(rows) >= self.longest_page:
            return False
        # A short page has all that there is: nobody else's end is beyond it, unless all that was known has left it.
        return not self.shows_all or not rows.keys().isdisjoint(before) or not _unexpired(before.values(), rows)


def keyed(listed: Sequence[ExecutionSummary]) -> dict[str, ExecutionSummary]:
    """Key the rows of a list, newest first, by identifier; the first of those that have the same one counts."""
    # A row without identifier is keyed by its tool and its time, and counted from the oldest on, so that newer ones do
    # not change its key.
    rows: dict[str, ExecutionSummary] = {}
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
    """Return the latest of some times, of which any may be missing."""
    return max((time for time in times if time is not None), default=None)


def _nameless(row: ExecutionSummary) -> str:
    return f"{row.tool_name} {row.created_at}"


def _times(rows: Iterable[ExecutionSummary]) -> list[datetime]:
    return [row.created for row in rows if row.created is not None]


def _unexpired(before: Iterable[ExecutionSummary], rows: dict[str, ExecutionSummary]) -> bool:
    """Say whether the service still kept one of these, by its own times, when it made a list."""
    now = newest(_times(rows.values()))
    return any(
        row.created is None or now is None or now - row.created < timedelta(seconds=RETENTION_SECONDS) for row in before
    )
