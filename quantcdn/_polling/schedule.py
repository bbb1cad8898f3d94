"""When a batch reads the list, and when it polls which execution on its own: decisions by the clock, no requests.

The list says of up to 100 executions at once whether they have finished, but it has no results, and no old ones. So a
batch reads it once in a round, and polls on their own those that it has shown as finished, for their results, and those
that it does not show, one after the other and spread over the round.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from quantcdn._clock import TimeSource
from quantcdn._polling.deadline import FINAL_POLL_TIMEOUT
from quantcdn._polling.history import ExecutionSummary
from quantcdn.polling import Poll

_MAX_CONCURRENT = 32  # as many connections as the client keeps by default: more would be opened for one request each

# A quick service gets one request at a time, which is all that it needs. Where a response takes longer than this, in
# seconds, the next poll overtakes it: one that hangs, or a connection that is dead, must not hold up the others.
_OVERTAKE_AFTER = 0.25

# After the deadline half a second is left for all that is still to be polled: there is no time to be modest.
_FINAL_OVERTAKE_AFTER = 0.05

# While a list is on its way, nothing is polled that it may be about to show: most polls would be wasted. A list that
# takes longer than this, in seconds, hangs or is slower than polling, and is waited for no more.
_LIST_HEAD_START = 1.0


class Schedule:
    """What is in flight, what is due when, and until when the service wants to be left alone."""

    def __init__(self, identifiers: Iterable[str], *, poll: Poll, max_rate: float, clock: TimeSource) -> None:
        now = clock.monotonic()
        self._monotonic = clock.monotonic
        self._pauses = poll.pauses(clock.uniform)
        self._min_spacing = 1 / max_rate
        self.in_flight: dict[str | None, float] = {}
        """Since when which requests are under way; the list's has no identifier."""
        self.next_list = self.backed_off_until = now
        self._next_single = now
        self._round = 0.0
        self._finished: dict[str, None] = {}
        """Those that the list has shown as finished: their results are due, whatever the rate."""
        self._unlisted = dict.fromkeys(identifiers, now)
        """Those that are polled in turn, the next one first, each from when on."""
        self._listed: set[str] = set()
        self._spread = len(self._unlisted)
        """Over how many the polls of a round are spread."""
        self._done = 0
        """How many that the list does not show have finished in this round."""

    @property
    def has_finished(self) -> bool:
        """Whether the list has shown one as finished whose result is still to be polled."""
        return bool(self._finished)

    def back_off(self, seconds: float) -> None:
        """Ask for nothing until the service wants to be asked again."""
        if seconds > 0:
            self.backed_off_until = max(self.backed_off_until, self._monotonic() + seconds)

    def begin_round(self) -> None:
        """Draw the length of a round, which begins with a list."""
        self._round = next(self._pauses)

    def single_moment(self, *, is_final: bool = False) -> float:
        """Say when one may be polled on its own: as usual, or after the deadline; never where there is none."""
        if not (self._finished or self._unlisted) or len(self.in_flight) >= _MAX_CONCURRENT:
            return math.inf
        overtake_after = _FINAL_OVERTAKE_AFTER if is_final else _OVERTAKE_AFTER
        sent = [since for identifier, since in self.in_flight.items() if identifier is not None]
        free = max(sent, default=-math.inf) + overtake_after
        if self._finished:
            return free
        # After the deadline the list and the polls have half of the time each, and nobody waits for a turn.
        head_start = FINAL_POLL_TIMEOUT / 2 if is_final else _LIST_HEAD_START
        turn = -math.inf if is_final else max(self._next_single, next(iter(self._unlisted.values())))
        return max(free, turn, self.in_flight.get(None, -math.inf) + head_start)

    def next_single(self, now: float) -> str:
        """Choose the one to poll: one that has finished, or else the one of the others whose turn it is."""
        if self._finished:
            identifier = next(iter(self._finished))
            del self._finished[identifier]
        else:
            # Spread over the round, so that a thousand that are not listed make a steady stream and no burst.
            self._next_single = now + max(self._min_spacing, self._round / self._spread)
            identifier = next(iter(self._unlisted))
        self._unlisted.pop(identifier, None)
        return identifier

    def take_list(self, rows: Mapping[str, ExecutionSummary], waiting: Iterable[str], *, failed: bool = False) -> None:
        """Take in what the list shows of those that have no outcome; the others are polled in turn."""
        now = self._monotonic()
        # The pause begins with the response, not with the request: where a list takes longer than the interval, the
        # next one would be due at once, and single polls would never get their turn.
        # Nor would they where the service asks again and again to wait with the list.
        self.next_list = (max(now, self.backed_off_until) if failed else now) + self._round
        self._listed = set(rows)
        for identifier, row in rows.items():
            self._unlisted.pop(identifier, None)
            if row.is_final and identifier not in self.in_flight:
                self._finished[identifier] = None
        for identifier in waiting:
            if identifier not in rows and identifier not in self.in_flight:
                self._finished.pop(identifier, None)
                self._unlisted.setdefault(identifier, now)
        # Those that have finished since the last list count, since others may not have had their turn yet.
        self._spread = max(1, len(self._unlisted) + self._done)
        self._done = 0

    def queue(self, identifier: str) -> None:
        """Let one that was polled, and that the list does not show, wait for its next turn: a round later."""
        if identifier not in self._listed:
            self._unlisted[identifier] = max(self._monotonic(), self.in_flight[identifier] + self._round)

    def drop(self, identifier: str) -> None:
        """Poll one no more."""
        self._finished.pop(identifier, None)
        self._unlisted.pop(identifier, None)
        self._done += identifier not in self._listed
