"""A table as lines of text, within the width of a terminal where there is one."""

from __future__ import annotations

from collections.abc import Sequence

from quantcdn._display import terminal

_NARROWEST = 4
"""How narrow a column may become, in columns of the terminal."""


def table_lines(header: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> list[str]:
    """Align the columns of printable texts; a header of empty texts is left out."""
    shown = [list(header), *rows] if any(header) else rows
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
