"""A table of executions that stays in place on a terminal while they change."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence

from quantcdn._display import terminal
from quantcdn._display.formats import count, duration
from quantcdn._display.text import escaped
from quantcdn._polling.history import Gap
from quantcdn.cli.output.tables import table
from quantcdn.cli.output.writer import Output
from quantcdn.models import ListAIToolExecutions200ResponseExecutionsInner as ExecutionSummary

_MOST_KEPT = 1_000

_LONGEST_STATUS = 40

_SEPARATOR = " · "

_SHORTEST_IDENTIFIER = 12
"""How many columns an identifier keeps on a narrow terminal; ``executions list`` shows it whole."""

_AGE = 1.0
"""After which time without a change it is drawn anew, since it shows ages, in seconds."""


class WatchTable:
    """Executions that change, drawn anew in the same place."""

    def __init__(self, output: Output[ExecutionSummary], title: str) -> None:
        self._output = output
        self._title = title
        self._rows: dict[str, ExecutionSummary] = {}
        self._gaps = 0
        self._polled = time.monotonic()
        self._height = 0
        self._due = time.monotonic()

    def show(self, change: ExecutionSummary | Gap) -> None:
        """Take in an execution that is new or has changed, or a gap."""
        if isinstance(change, Gap):
            self._gaps += 1
            return
        self._rows[change.execution_id or f"{change.tool_name} {change.created_at}"] = change
        if len(self._rows) > _MOST_KEPT:
            done = (key for key, row in self._rows.items() if row.is_final and not row.is_failed)
            del self._rows[next(done, next(iter(self._rows)))]

    def polled(self) -> None:
        """Take in that the list has just been read."""
        self._polled = self._due = time.monotonic()

    def draw_if_due(self) -> None:
        """Draw where something has changed, or the ages are a second old."""
        if time.monotonic() >= self._due:
            self.draw()

    def draw(self) -> None:
        """Draw all that the terminal has room for, and count the rest."""
        width, height = terminal.size(sys.stdout)
        summary = _wrapped(self._summary(), width - 1)
        room = height - 3 - len(summary)  # beside it the titles, what is not shown, and where the cursor is
        shown, left_out = self._chosen(room)
        below = _wrapped(_left_out(left_out), width - 1)
        if len(below) > 1:
            room -= len(below) - 1
            shown, left_out = self._chosen(room)
            below = _wrapped(_left_out(left_out), width - 1)
        titles, rows = self._output.rows(shown)
        lines = table(sys.stdout, titles, _narrowed(titles, rows, width))[: max(room, 0) + 1]
        lines = [*lines, *below, *summary][-(height - 1) :]
        up = f"\x1b[{self._height}F" if self._height else ""
        sys.stdout.write(up + "".join(f"{line}\x1b[K\n" for line in lines) + "\x1b[J")
        sys.stdout.flush()
        self._height = len(lines)
        self._due = time.monotonic() + _AGE

    def _chosen(self, room: int) -> tuple[list[ExecutionSummary], list[ExecutionSummary]]:
        """Choose what is shown: unfinished ones first, then failed ones, then the others, the newest first of each."""
        newest_first = list(reversed(self._rows.values()))
        unfinished = [row for row in newest_first if not row.is_final]
        failed = [row for row in newest_first if row.is_failed]
        others = [row for row in newest_first if row.is_final and not row.is_failed]
        # However many are unfinished, they take no more than half of the room from those that failed.
        room = max(room, 0)
        most = room - min(len(failed), room // 2)
        shown = [*unfinished[:most], *failed, *others][:room]
        names = set(map(id, shown))
        return shown, [row for row in newest_first if id(row) not in names]

    def _summary(self) -> str:
        parts = [
            f"{self._title}, {duration(time.monotonic() - self._polled)} ago",
            count(len(self._rows), "execution"),
            *([_counts(self._rows.values())] if self._rows else []),
            *([f"{self._gaps} times some may have been missed"] if self._gaps else []),
        ]
        return _SEPARATOR.join(parts)


def _left_out(rows: list[ExecutionSummary]) -> str:
    return f"… {len(rows):,} not shown: {_counts(rows)}" if rows else ""


def _wrapped(text: str, width: int) -> list[str]:
    """Break a text between its parts where it is wider than the terminal; none of its counts is lost."""
    lines: list[str] = []
    for part in escaped(text).split(_SEPARATOR) if text else []:
        longer = f"{lines[-1]}{_SEPARATOR}{part}" if lines else part
        if lines and terminal.cells(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(terminal.cut(part, width))
    return lines


def _counts(rows: Iterable[ExecutionSummary]) -> str:
    counts = Counter((row.status or "unknown")[:_LONGEST_STATUS] for row in rows)
    return _SEPARATOR.join(f"{number:,} {status}" for status, number in counts.items())


def _narrowed(titles: Sequence[str], rows: list[list[str]], width: int) -> list[list[str]]:
    """Truncate the identifiers where they would leave no room for the rest, which is what a table is watched for."""
    if not rows or not titles or titles[0] != "EXECUTION":
        return rows
    widths = [max(map(terminal.cells, [title, *cells])) for title, *cells in zip(titles, *rows, strict=True)]
    # One column stays free: what clears the rest of a line would clear a character in the last one.
    most = max(width - 1 - sum(widths[1:]) - 2 * (len(widths) - 1), _SHORTEST_IDENTIFIER)
    return [[terminal.cut(row[0], most), *row[1:]] for row in rows]
