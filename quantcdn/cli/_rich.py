"""How rich shows headings and tables; importing this needs the extra ``cli``."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table


def heading(text: str) -> None:
    """Show a heading with a rule after it.

    Args:
        text: One line.
    """
    Console().rule(escape(text), align="left")


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Show records, wrapped to the terminal's width.

    Args:
        columns: The names of the fields.
        rows: The records.
    """
    shown = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        shown.add_row(*map(escape, row))
    Console().print(shown)
