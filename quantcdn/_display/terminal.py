"""What a stream can display: colours, lines that change in place, and how much fits; each stream on its own."""

from __future__ import annotations

import os
import unicodedata
from typing import TextIO

from quantcdn._portability import understands_escapes

_NARROWEST, _LOWEST = 20, 4


def has_colours(stream: TextIO) -> bool:
    """Say whether a stream is to have colours: by NO_COLOR, else FORCE_COLOR, else if it can be redrawn."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return can_redraw(stream)


def can_redraw(stream: TextIO) -> bool:
    """Say whether a stream is a terminal whose lines can be changed in place, and not ``TERM=dumb``."""
    return stream.isatty() and understands_escapes(stream)


def size(stream: TextIO) -> tuple[int, int]:
    """Return columns and lines: ``COLUMNS`` and ``LINES``, else what the terminal says, else 80 and 24."""
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
    """Count the columns of a printable text: two for a wide character (UAX #11), none for a combining one."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def cut(text: str, width: int) -> str:
    """Cut a printable text that is wider than some columns, 1 or more, and end it with an ellipsis."""
    if cells(text) <= width:
        return text
    kept, used = "", 1
    for character in text:
        used += _cells(character)
        if used > width:
            break
        kept += character
    return f"{kept}…"


def cut_middle(text: str, width: int) -> str:
    """Cut a printable text that is wider than some columns in its middle: what changes stands at its end."""
    if cells(text) <= width:
        return text
    head, tail = cut(text, width - width // 2), ""
    for character in reversed(text):
        if cells(head + character + tail) > width:
            break
        tail = character + tail
    return head + tail


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
