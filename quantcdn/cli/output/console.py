"""What the command line displays to people: headings, lines, records, and messages on stderr."""

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
    """Write a text that may have parts from outside as a line of stderr, no longer than can be read."""
    return one_line(text, _LONGEST_LINE)


def say(text: str, *, label: str = "") -> None:
    """Write a line to stderr, behind a label that is red where there are colours."""
    if label:
        label = f"\x1b[31m{label}\x1b[0m " if terminal.has_colours(sys.stderr) else f"{label} "
    sys.stderr.write(f"{label}{brief_line(text)}\n")
    sys.stderr.flush()


def display(obj: object) -> None:
    """Display a record on stdout, as a prompt and a notebook do."""
    sys.stdout.write(f"{plain(obj, stdout_layout())}\n")
    sys.stdout.flush()


class Screen:
    """Tables and lines, as they fit where the output goes."""

    def heading(self, text: str) -> None:
        """Write a heading of one line."""
        self.line("")
        rich = rich_for(sys.stdout)
        if rich is None:
            self.line(f"== {text}")
        else:
            width = terminal.size(sys.stdout)[0]
            self.code("\n".join(rich.heading(escaped(text), width, terminal.has_colours(sys.stdout))))

    def line(self, text: str) -> None:
        """Write a line; control characters in it are escaped."""
        self.code(escaped(text))

    def code(self, text: str) -> None:
        """Write text of our own as it is."""
        print(text, flush=True)  # noqa: T201 # a command line prints

    def table(self, columns: Sequence[str], rows: Rows) -> None:
        """Write a table of records."""
        for line in table(sys.stdout, columns, rows):
            self.code(line)

    def records(self, kind: RecordType[M], records: Iterable[M]) -> None:
        """Write a table of records of a type."""
        self.table(kind.titles, kind.rows(records))
