"""Tables as lines of text: by rich where it is installed and on a terminal, plainly everywhere else."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import TextIO

from quantcdn._display import terminal
from quantcdn._redaction import without_signatures
from quantcdn.exceptions import escaped

Rows = Sequence[Sequence[object]]

_LONGEST_CELL = 300

_NARROWEST = 4
"""How narrow a column may become, in columns of the terminal."""


def rich_for(stream: TextIO) -> ModuleType | None:
    """Find the module that draws with rich.

    Args:
        stream: Where it draws.

    Returns:
        The module; None where the stream is no terminal, or rich is not installed.
    """
    if not stream.isatty():
        return None
    try:
        from quantcdn.cli.output import rich_tables
    except ImportError:
        return None
    return rich_tables


def table(stream: TextIO, columns: Sequence[str], rows: Rows) -> list[str]:
    """Draw a table.

    Args:
        stream: Where it will be shown; on a terminal no line is wider than that.
        columns: The titles; all empty for a table without.
        rows: The records; None shows as nothing, and control characters as escapes.

    Returns:
        The lines.
    """
    width = terminal.size(stream)[0] if stream.isatty() else None
    write = escaped if width is None else brief_text
    columns = [write(column) for column in columns]
    texts = [["" if cell is None else write(str(cell)) for cell in row] for row in rows]
    rich = rich_for(stream)
    if rich is not None:
        drawn: list[str] = rich.table(columns, texts, width, terminal.has_colours(stream))
        return drawn
    return _plain(columns, texts, width)


def brief_text(text: str, longest: int = _LONGEST_CELL) -> str:
    """Write a text from outside for a terminal.

    Args:
        text: Any text.
        longest: How many characters of it stay.

    Returns:
        One line: control characters as escapes, signatures left out, and no longer than that.
    """
    more = len(text) > 10 * longest
    clean = without_signatures(text[: 10 * longest])
    return escaped(f"{clean[:longest]}…" if more or len(clean) > longest else clean)


def _plain(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> list[str]:
    shown = [list(columns), *rows] if any(columns) else rows
    widths = [max(map(terminal.cells, column)) for column in zip(*shown, strict=True)]
    if width is not None:
        _shrink(widths, width)
    return ["  ".join(map(_padded, row, widths)).rstrip() for row in shown]


def _shrink(widths: list[int], width: int) -> None:
    """Let the widest columns make room; the first has an identifier or a name, which is to be copied whole."""
    while sum(widths) + 2 * (len(widths) - 1) > width and max(widths[1:], default=0) > _NARROWEST:
        widest = max(range(1, len(widths)), key=widths.__getitem__)
        widths[widest] -= 1


def _padded(cell: str, width: int) -> str:
    cell = terminal.cut(cell, width)
    return cell + " " * (width - terminal.cells(cell))
