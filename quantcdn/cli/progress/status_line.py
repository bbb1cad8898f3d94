"""A line on stderr that changes in place on a terminal while a command waits, its seconds running on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TextIO

from quantcdn._clock import TimeSource, sleep
from quantcdn._display.text import one_line
from quantcdn._polling.progress import TerminalSink, WaitProgress
from quantcdn._polling.progress import is_live as is_live

_LONGEST_LINE = 1_000


def drawing_clock(draw: Callable[[], object]) -> TimeSource:
    """Make a clock whose sleep draws in between, some ten times a second."""
    return TimeSource(sleep=partial(sleep, between=draw))


class StatusLine:
    """A line that changes in place; where it cannot, each new text is a line."""

    def __init__(self, stream: TextIO) -> None:
        self.is_in_place = is_live(stream)
        """Whether it changes in place."""
        self._stream = stream
        self._progress = WaitProgress(TerminalSink(stream), TimeSource(), tenths=True)
        self._text = ""

    def update(self, text: str) -> None:
        """Show the status; control characters in it are escaped."""
        if text == self._text:
            return
        self._text = text
        if self.is_in_place:
            self._progress.update(text)
        else:
            self.say(text)

    def draw(self) -> None:
        """Show how long it has been."""
        self._progress.draw()

    def say(self, text: str) -> None:
        """Write a line that stays, above the one that changes."""
        self.clear()
        self._stream.write(f"{one_line(text, _LONGEST_LINE)}\n")
        self._stream.flush()

    def clear(self) -> None:
        """Take the line away, until it is drawn again."""
        self._progress.clear()

    def end(self) -> None:
        """Leave the line where it is."""
        self._progress.end()
