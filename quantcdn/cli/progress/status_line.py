"""A line on stderr that changes in place on a terminal while a command waits, its seconds running on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TextIO

from quantcdn._clock import TimeSource, sleep
from quantcdn._display.text import one_line
from quantcdn._polling.history import ExecutionSummary
from quantcdn._polling.progress import TerminalSink, WaitProgress, progress_of
from quantcdn._polling.progress import is_live as is_live
from quantcdn._polling.waiter import Pollable

_LONGEST_LINE = 1_000


def drawing_clock(draw: Callable[[], object]) -> TimeSource:
    """Make a clock whose sleep draws in between, some ten times a second."""
    return TimeSource(sleep=partial(sleep, between=draw))


class StatusLine:
    """A line that changes in place; where it cannot, each new text is a line."""

    def __init__(self, stream: TextIO, history: Callable[[], Iterable[ExecutionSummary] | None] | None = None) -> None:
        self.is_in_place = is_live(stream)
        """Whether it changes in place."""
        self._stream = stream
        self._progress = WaitProgress(TerminalSink(stream), TimeSource(), tenths=True)
        self._progress.history = history
        self._text = ""

    def show_status(self, response: Pollable | ExecutionSummary) -> None:
        """Show the status of the one that is waited for, with a bar; or write it, where it has changed."""
        if self.is_in_place:
            self._progress.show_status(response)
            return
        text, _ = progress_of(response)
        if text != self._text:
            self._text = text
            self.say(text)

    def count(self, text: str, done: int, total: int) -> None:
        """Show how many of several have finished, where it can change in place."""
        if self.is_in_place:
            self._progress.update(text, (done, total))

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
