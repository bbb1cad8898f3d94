"""A table of executions that stays in place on a terminal while they change."""

from __future__ import annotations

import sys
import time
from collections import Counter

from quantcdn._display import terminal
from quantcdn._display.formats import duration
from quantcdn._display.text import escaped
from quantcdn._polling.watcher import Gap
from quantcdn.cli.output.tables import table
from quantcdn.cli.output.writer import Output
from quantcdn.models import ListAIToolExecutions200ResponseExecutionsInner as Listed

_MOST_KEPT = 1_000

_LONGEST_STATUS = 40

_AGE = 1.0
"""After which time without a change it is drawn anew, since it shows ages, in seconds."""


class WatchTable:
    """The newest executions, drawn anew in the same place."""

    def __init__(self, output: Output[Listed], title: str) -> None:
        self._output = output
        self._title = title
        self._rows: dict[str, Listed] = {}
        self._gaps = 0
        self._looked = time.monotonic()
        self._height = 0
        self._due = time.monotonic()

    def show(self, change: Listed | Gap) -> None:
        """Take in an execution that is new or has changed, or a gap."""
        if isinstance(change, Gap):
            self._gaps += 1
            return
        self._rows[change.execution_id or f"{change.tool_name} {change.created_at}"] = change
        for key in list(self._rows)[: max(0, len(self._rows) - _MOST_KEPT)]:
            del self._rows[key]

    def looked(self) -> None:
        """Take in that the list has just been read."""
        self._looked = self._due = time.monotonic()

    def draw_if_due(self) -> None:
        """Draw where something has changed, or the ages are a second old."""
        if time.monotonic() >= self._due:
            self.draw()

    def draw(self) -> None:
        """Draw all that the terminal has room for, the newest first."""
        width, height = terminal.size(sys.stdout)
        room = height - 3  # the titles, the line below, and where the cursor is
        shown = list(reversed(self._rows.values()))[:room]
        lines = [*table(sys.stdout, *self._output.rows(shown))[: room + 1], terminal.cut(self._summary(), width - 1)]
        up = f"\x1b[{self._height}F" if self._height else ""
        sys.stdout.write(up + "".join(f"{line}\x1b[K\n" for line in lines) + "\x1b[J")
        sys.stdout.flush()
        self._height = len(lines)
        self._due = time.monotonic() + _AGE

    def _summary(self) -> str:
        counts = Counter((execution.status or "unknown")[:_LONGEST_STATUS] for execution in self._rows.values())
        parts = [
            f"{self._title}, {duration(time.monotonic() - self._looked)} ago",
            "1 execution" if len(self._rows) == 1 else f"{len(self._rows)} executions",
            *(f"{count} {status}" for status, count in counts.items()),
            *([f"{self._gaps} times some may have been missed"] if self._gaps else []),
        ]
        return escaped(" · ".join(parts))
