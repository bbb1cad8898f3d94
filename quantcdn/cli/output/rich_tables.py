"""How rich draws headings and tables; importing this needs the extra ``cli``."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console, OverflowMethod, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

# Only what asks for attention has a colour, and red is one that themes keep readable on dark and on light.
_STYLES = {"failed": "bold red", "running": "bold"}
_STATUS = "STATUS"

# To be copied whole, so the other columns make room.
_IDENTIFIERS = ("EXECUTION", "ORCHESTRATION")

# Of one word, which is easier to read when it is cut than when it goes on in the next line.
_WORDS = ("TOOL", "STATUS", "AGE", "DURATION")


def heading(text: str, width: int, coloured: bool) -> list[str]:
    """Draw a heading with a rule after it."""
    return _lines(Rule(Text(text), align="left"), width, coloured)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int, coloured: bool) -> list[str]:
    """Draw a table, its cells wrapped to the terminal's width; titles that are all empty are left out."""
    drawn = Table(box=None, pad_edge=False, header_style="bold", show_header=any(columns))
    for column in columns:
        overflow: OverflowMethod = "ellipsis" if column in _WORDS else "fold"
        drawn.add_column(column, overflow=overflow, no_wrap=column in (*_IDENTIFIERS, _STATUS))
    for row in rows:
        drawn.add_row(*(_cell(column, cell) for column, cell in zip(columns, row, strict=True)))
    return _lines(drawn, width, coloured)


def _cell(column: str, cell: str) -> Text:
    # As a Text it is shown as it is: square brackets are no markup, and :words: no pictures.
    return Text(cell, _STYLES.get(cell.strip().casefold(), "") if column == _STATUS else "")


def _lines(drawn: RenderableType, width: int, coloured: bool) -> list[str]:
    text = io.StringIO()
    console = Console(
        file=text,
        width=width,
        force_terminal=coloured,
        color_system="standard" if coloured else None,
        no_color=not coloured,
        legacy_windows=False,
    )
    console.print(drawn)
    return [line.rstrip() for line in text.getvalue().splitlines()]
