"""What changes while a command waits: a line on stderr that stays in place on a terminal, its seconds running on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TextIO

from quantcdn._clock import Clock, sleep
from quantcdn._polling.progress import TerminalSink, WaitProgress
from quantcdn._polling.progress import is_live as is_live
from quantcdn.cli.output.tables import brief_text

_LONGEST_LINE = 1_000


def drawing_clock(draw: Callable[[], object]) -> Clock:
    """Make a clock whose sleep draws in between, some ten times in a second."""
    return Clock(sleep=partial(sleep, between=draw))


class Line:
    """A line that changes in place; where it cannot, each new text is a line.

    Args:
        stream: Where it is.
    """

    def __init__(self, stream: TextIO) -> None:
        self.is_in_place = is_live(stream)
        """Whether it changes in place."""
        self._stream = stream
        self._progress = WaitProgress(TerminalSink(stream), Clock(), tenths=True)
        self._text = ""

    def update(self, text: str) -> None:
        """Show a text.

        Args:
            text: How far it is; control characters in it are shown as escapes.
        """
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
        """Show a line that stays, above the one that changes.

        Args:
            text: One line; control characters in it are shown as escapes.
        """
        self.clear()
        self._stream.write(f"{brief_text(text, _LONGEST_LINE)}\n")
        self._stream.flush()

    def clear(self) -> None:
        """Take the line away, until it is drawn again."""
        self._progress.clear()

    def end(self) -> None:
        """Leave the line where it is."""
        self._progress.end()
