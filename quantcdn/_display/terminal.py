"""What a stream can show: colours, lines that change in place, and how much fits; each stream on its own."""

from __future__ import annotations

import os
import unicodedata
from typing import TextIO

_NARROWEST, _LOWEST = 20, 4


def has_colours(stream: TextIO) -> bool:
    """Say whether a stream is to have colours.

    Args:
        stream: Stdout or stderr.

    Returns:
        ``NO_COLOR`` says no and ``FORCE_COLOR`` says yes, in this order; else it is so for a terminal
        that is not ``TERM=dumb``.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return can_redraw(stream)


def can_redraw(stream: TextIO) -> bool:
    """Say whether what a stream shows can be changed in place.

    Args:
        stream: Stdout or stderr.

    Returns:
        Whether it is a terminal, and not ``TERM=dumb``.
    """
    return stream.isatty() and os.environ.get("TERM") not in (None, "", "dumb")


def size(stream: TextIO) -> tuple[int, int]:
    """Say how much a terminal shows.

    Args:
        stream: Stdout or stderr.

    Returns:
        Columns and lines; ``COLUMNS`` and ``LINES`` win, and 80 and 24 are for where nothing is known.
    """
    try:
        columns, lines = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        columns, lines = 0, 0
    columns = _set_to("COLUMNS") or columns or 80
    lines = _set_to("LINES") or lines or 24
    return max(columns, _NARROWEST), max(lines, _LOWEST)


def _set_to(variable: str) -> int:
    value = os.environ.get(variable, "")
    return int(value) if value.isdecimal() else 0


def cells(text: str) -> int:
    """Count the columns that a text takes on a terminal.

    Args:
        text: Printable text.

    Returns:
        Two for each wide character, none for each combining one, one for each other.
    """
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def cut(text: str, width: int) -> str:
    """Cut a text that is too wide.

    Args:
        text: Printable text.
        width: How many columns there are, 1 or more.

    Returns:
        The text, or as much of its start as fits with an ellipsis.
    """
    if cells(text) <= width:
        return text
    kept, used = "", 1
    for character in text:
        used += _cells(character)
        if used > width:
            break
        kept += character
    return f"{kept}…"


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
