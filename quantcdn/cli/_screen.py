"""What the command line shows: with rich on a terminal, plainly everywhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from types import ModuleType

from quantcdn.exceptions import escaped


def _rich() -> ModuleType | None:
    if not sys.stdout.isatty():
        return None
    try:
        from quantcdn.cli import _rich
    except ImportError:
        return None
    return _rich


class Screen:
    """Tables, lines and a live line, as fit for where the output goes."""

    def __init__(self) -> None:
        self._rich = _rich()

    def heading(self, text: str) -> None:
        """Show what comes next.

        Args:
            text: One line.
        """
        self.line("")
        if self._rich:
            self._rich.heading(text)
        else:
            self.line(f"== {text}")

    def line(self, text: str) -> None:
        """Show a line.

        Args:
            text: One line; control characters in it are shown as escapes.
        """
        print(escaped(text), flush=True)  # noqa: T201 - a command line prints

    def code(self, text: str) -> None:
        """Show text of several lines as it is.

        Args:
            text: Our own text, not from outside.
        """
        print(text, flush=True)  # noqa: T201 - a command line prints

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Show records.

        Args:
            columns: The names of the fields.
            rows: The records; None shows as nothing.
        """
        cells = [["" if cell is None else escaped(str(cell)) for cell in row] for row in rows]
        if self._rich:
            self._rich.table(columns, cells)
            return
        widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
        for row in [list(columns), *cells]:
            padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            print("  ".join(padded).rstrip(), flush=True)  # noqa: T201 - a command line prints

    @contextmanager
    def live(self) -> Generator[Callable[[str], None]]:
        """Show a line that changes in place; where there is no terminal, each new text is a line.

        Yields:
            A function that shows a text.
        """
        if not sys.stderr.isatty():
            yield _Changes().show
            return
        try:
            yield _show_in_place
        finally:
            sys.stderr.write("\n")


class _Changes:
    """Shows a text only where it differs from the last one, its changing numbers aside."""

    def __init__(self) -> None:
        self._last = ""

    def show(self, text: str) -> None:
        what = text.partition(" · ")[0]
        if what != self._last:
            self._last = what
            sys.stderr.write(f"{escaped(what)}\n")
            sys.stderr.flush()


def _show_in_place(text: str) -> None:
    sys.stderr.write(f"\r\x1b[K{escaped(text)}")
    sys.stderr.flush()
