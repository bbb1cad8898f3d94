"""What the command line shows to people: headings, lines, tables, and what is said on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TypeVar

from quantcdn._display import terminal
from quantcdn._display.mixin import plain
from quantcdn._display.text import escaped, one_line
from quantcdn.cli.output.columns import RecordType
from quantcdn.cli.output.tables import Rows, rich_for, stdout_layout, table
from quantcdn.models._base import Model

M = TypeVar("M", bound=Model)

_LONGEST_LINE = 10_000


def brief_line(text: str) -> str:
    """Write a text that may have parts from outside as a line of stderr.

    Args:
        text: Any text.

    Returns:
        One line: control characters as escapes, signatures left out, and no longer than can be read.
    """
    return one_line(text, _LONGEST_LINE)


def say(text: str, *, label: str = "") -> None:
    """Say something on stderr.

    Args:
        text: One line; control characters in it are shown as escapes.
        label: What comes before it, in red where there are colours.
    """
    if label:
        label = f"\x1b[31m{label}\x1b[0m " if terminal.has_colours(sys.stderr) else f"{label} "
    sys.stderr.write(f"{label}{brief_line(text)}\n")
    sys.stderr.flush()


def display(obj: object) -> None:
    """Display a record to a person on stdout, as a prompt and a notebook do."""
    sys.stdout.write(f"{plain(obj, stdout_layout())}\n")
    sys.stdout.flush()


class Screen:
    """Tables and lines, as fit for where the output goes."""

    def heading(self, text: str) -> None:
        """Show what comes next.

        Args:
            text: One line.
        """
        self.line("")
        rich = rich_for(sys.stdout)
        if rich is None:
            self.line(f"== {text}")
        else:
            width = terminal.size(sys.stdout)[0]
            self.code("\n".join(rich.heading(escaped(text), width, terminal.has_colours(sys.stdout))))

    def line(self, text: str) -> None:
        """Show a line.

        Args:
            text: One line; control characters in it are shown as escapes.
        """
        self.code(escaped(text))

    def code(self, text: str) -> None:
        """Show text of several lines as it is.

        Args:
            text: Our own text, not from outside.
        """
        print(text, flush=True)  # noqa: T201 # a command line prints

    def table(self, columns: Sequence[str], rows: Rows) -> None:
        """Show records.

        Args:
            columns: The titles; all empty for a table without.
            rows: The records; None shows as nothing, and control characters as escapes.
        """
        for line in table(sys.stdout, columns, rows):
            self.code(line)

    def records(self, kind: RecordType[M], records: Iterable[M]) -> None:
        """Show records of a kind.

        Args:
            kind: What they are.
            records: The records.
        """
        self.table(kind.titles, kind.rows(records))
