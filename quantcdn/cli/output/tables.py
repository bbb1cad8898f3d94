"""Tables as lines of text: by rich where it is installed and on a terminal, plainly everywhere else."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import ModuleType
from typing import TextIO

from quantcdn._display import terminal
from quantcdn._display.elements import Layout
from quantcdn._display.tables import table_lines
from quantcdn._display.text import escaped, one_line

Rows = Sequence[Sequence[object]]


def rich_for(stream: TextIO) -> ModuleType | None:
    """Find the module that draws with rich; None where the stream is no terminal, or rich is not installed."""
    if not stream.isatty():
        return None
    try:
        from quantcdn.cli.output import rich_tables
    except ImportError:
        return None
    return rich_tables


def table(stream: TextIO, columns: Sequence[str], rows: Rows) -> list[str]:
    """Draw a table of any values, None as nothing, within the width of the stream where it is a terminal."""
    width = terminal.size(stream)[0] if stream.isatty() else None
    write = escaped if width is None else one_line
    texts = [["" if cell is None else write(str(cell)) for cell in row] for row in rows]
    titles = [write(column) for column in columns]
    if width is not None and titles[:1] in (["EXECUTION"], ["ORCHESTRATION"]):
        titles, texts = _without_times(titles, texts, width)
    return _draw(stream, titles, texts, width)


def _without_times(titles: list[str], rows: list[list[str]], width: int) -> tuple[list[str], list[list[str]]]:
    """Leave out the last columns of times where there is no room for them: better none than a status of two letters."""
    while titles[-1] in ("DURATION", "AGE"):
        widths = [max(map(terminal.cells, column)) for column in zip(titles, *rows, strict=True)]
        if sum(widths) + 2 * (len(widths) - 1) <= width:
            break
        titles, rows = titles[:-1], [row[:-1] for row in rows]
    return titles, rows


def _draw(stream: TextIO, columns: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> list[str]:
    rich = rich_for(stream)
    if rich is None:
        return table_lines(columns, rows, width)
    drawn: list[str] = rich.table(columns, rows, width, terminal.has_colours(stream))
    return drawn


def stdout_layout() -> Layout:
    """Lay out what stdout displays to people."""
    return Layout(
        width=terminal.size(sys.stdout)[0],
        has_colours=terminal.has_colours(sys.stdout),
        hint=", which --json shows",
        table=lambda header, rows, width: _draw(sys.stdout, header, rows, width),
    )
