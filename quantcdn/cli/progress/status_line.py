"""What changes while a command waits: a line on stderr that stays in place on a terminal, its seconds running on."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TextIO

from quantcdn import _sleep
from quantcdn._display.text import one_line
from quantcdn._polling.progress import Terminal
from quantcdn._polling.progress import is_live as is_live

_LONGEST_LINE = 1_000


def sleep_and(draw: Callable[[], object]) -> Callable[[float], None]:
    """Make a sleep that draws in between, some ten times in a second.

    Args:
        draw: Draws what runs on.

    Returns:
        A function that sleeps for some seconds.
    """
    return partial(_sleep.sleep, between=draw)


class Line:
    """A line that changes in place; where it cannot, each new text is a line.

    Args:
        stream: Where it is.
    """

    def __init__(self, stream: TextIO) -> None:
        self.is_in_place = is_live(stream)
        """Whether it changes in place."""
        self._stream = stream
        self._place = Terminal(stream)
        self._text = ""
        self._started = time.monotonic()

    def update(self, text: str) -> None:
        """Show a text.

        Args:
            text: How far it is; control characters in it are shown as escapes.
        """
        if text == self._text:
            return
        self._text = text if len(text) <= _LONGEST_LINE else text[:_LONGEST_LINE]
        if self.is_in_place:
            self.draw()
        else:
            self.say(text)

    def draw(self) -> None:
        """Show how long it has been."""
        if self.is_in_place and self._text:
            self._place.show(f"{self._text} · {time.monotonic() - self._started:.1f} s")

    def say(self, text: str) -> None:
        """Show a line that stays, above the one that changes.

        Args:
            text: One line; control characters in it are shown as escapes.
        """
        self.clear()
        self._stream.write(f"{one_line(text, _LONGEST_LINE)}\n")
        self._stream.flush()

    def clear(self) -> None:
        """Take the line away, until it is drawn again."""
        self._place.clear()

    def end(self) -> None:
        """Leave the line where it is."""
        self._place.leave()
