"""What changes while a command waits: a line on stderr that stays in place on a terminal, its seconds running on."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TextIO

from quantcdn.cli import _terminal
from quantcdn.exceptions import escaped

_TICK = 0.1
"""How often the line is drawn anew, in seconds."""


def is_live(stream: TextIO) -> bool:
    """Say whether what a stream shows may be changed in place.

    Args:
        stream: Stdout or stderr.

    Returns:
        Whether it is a terminal that can, and no log comes in between.
    """
    return _terminal.can_redraw(stream) and not logging.getLogger("quantcdn").isEnabledFor(logging.DEBUG)


def sleep_and(draw: Callable[[], object], tick: float = _TICK) -> Callable[[float], None]:
    """Make a sleep that draws in between.

    Args:
        draw: Draws what runs on.
        tick: How often, in seconds.

    Returns:
        A function that sleeps for some seconds.
    """

    def sleep(seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, tick))
            draw()

    return sleep


class Line:
    """A line that changes in place; where it cannot, each new text is a line.

    Args:
        stream: Where it is.
    """

    def __init__(self, stream: TextIO) -> None:
        self.is_in_place = is_live(stream)
        """Whether it changes in place."""
        self._stream = stream
        self._text = ""
        self._is_drawn = False
        self._started = time.monotonic()

    def update(self, text: str) -> None:
        """Show a text.

        Args:
            text: How far it is; control characters in it are shown as escapes.
        """
        if text == self._text:
            return
        self._text = text
        if self.is_in_place:
            self.draw()
        else:
            self.say(text)

    def draw(self) -> None:
        """Show how long it has been."""
        if not (self.is_in_place and self._text):
            return
        text = f"{self._text} · {time.monotonic() - self._started:.1f} s"
        # One column stays free: some terminals begin a new line as soon as the last one is full.
        shown = _terminal.cut(escaped(text), _terminal.size(self._stream)[0] - 1)
        self._is_drawn = True
        self._write(f"\r\x1b[K{shown}")

    def say(self, text: str) -> None:
        """Show a line that stays, above the one that changes.

        Args:
            text: One line; control characters in it are shown as escapes.
        """
        self.clear()
        self._write(f"{escaped(text)}\n")

    def clear(self) -> None:
        """Take the line away, until it is drawn again."""
        if self._is_drawn:
            self._is_drawn = False
            self._write("\r\x1b[K")

    def end(self) -> None:
        """Leave the line where it is."""
        if self._is_drawn:
            self._is_drawn = False
            self._write("\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
