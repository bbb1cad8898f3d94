"""A line that shows a person how far a wait is: in place in a notebook or on a terminal, and elsewhere not at all."""

from __future__ import annotations

import logging
import math
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from quantcdn._clock import Clock
from quantcdn._display import terminal
from quantcdn._display.text import one_line
from quantcdn._locks import ProcessLock
from quantcdn.models.get_ai_orchestration_status200_response import GetAIOrchestrationStatus200Response
from quantcdn.models.get_ai_tool_execution_status200_response import GetAIToolExecutionStatus200Response

if TYPE_CHECKING:
    from quantcdn._polling.batch import ManyWaits, Outcome

_LONGEST_LINE = 1_000

Followed = GetAIToolExecutionStatus200Response | GetAIOrchestrationStatus200Response

# Three eighths have no rounding error, so that the parts of a pause add up to it.
_GAP = 0.375
"""The least time between two texts, in seconds: with the last one, there are at most four in a second."""

# A terminal has room for one such line: of several waits at once, the first has it.
_ROOM = ProcessLock()


class Place(Protocol):
    """Where a line can be shown."""

    def show(self, text: str, part: tuple[int, int] | None) -> None:
        """Show a text in place of the last one; ``part`` is how many of how many are done, or None."""
        ...

    def clear(self) -> None:
        """Make room for what others write."""
        ...

    def leave(self) -> None:
        """Let the last text stand."""
        ...


class Terminal:
    """The last row of a terminal.

    Args:
        stream: Where it is written to.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._room: threading.Lock | None = None

    def show(self, text: str, part: tuple[int, int] | None = None) -> None:  # noqa: ARG002 - the text says it too
        """Show a text in place of the last one, cut where it would go on in the next row."""
        room = _ROOM.of_process()
        if self._room is None and room.acquire(blocking=False):
            self._room = room
        if self._room is not None:
            # One column stays free: some terminals begin a new line as soon as the last one is full.
            shown = terminal.cut(one_line(text, _LONGEST_LINE), terminal.size(self._stream)[0] - 1)
            self._write(f"\r\x1b[K{shown}")

    def clear(self) -> None:
        """Make room for what others write."""
        self._give_up("\r\x1b[K")

    def leave(self) -> None:
        """Let the last text stand."""
        self._give_up("\n")

    def _give_up(self, written: str) -> None:
        if self._room is not None:
            self._room.release()
            self._room = None
            self._write(written)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class Notebook:
    """An output of a cell; a notebook that is saved keeps the last text."""

    def __init__(self) -> None:
        self._shown: Any = None

    def show(self, text: str, part: tuple[int, int] | None) -> None:
        """Show a text in place of the last one, with a bar for the part that is done."""
        from quantcdn._display import elements

        line = elements.Paragraph(text, elements.ProgressBar(*part) if part else None)
        data = {"text/plain": elements.text_of([line]), "text/html": elements.html_of([line])}
        if self._shown is None:
            display: Any = import_module("IPython.display").display
            self._shown = display(data, raw=True, display_id=True)
        else:
            self._shown.update(data, raw=True)

    def clear(self) -> None:
        """Do nothing: others write below."""

    def leave(self) -> None:
        """Do nothing: it stands."""


class Line:
    """A line that says how far something is, and for how many seconds it has been waited for.

    Args:
        place: Where it is shown; what goes wrong there ends the line, not the wait.
        clock: Where time comes from.
    """

    def __init__(self, place: Place, clock: Clock) -> None:
        self._place: Place | None = place
        self._given = clock
        self._started = clock.monotonic()
        self._drawn_at = -math.inf
        self._text = self._shown = ""
        self._part: tuple[int, int] | None = None
        self._is_aside = False

    @property
    def clock(self) -> Clock:
        """The same time, with pauses in which the seconds of the line run on."""
        return replace(self._given, sleep=self._sleep)

    def tell(self, text: str, part: tuple[int, int] | None = None) -> None:
        """Change what it says.

        Args:
            text: How far it is.
            part: How many of how many are done, or None.
        """
        self._text, self._part = text, part
        self._draw()

    def follow(self, seen: Followed) -> None:
        """Say how far an execution or an orchestration is.

        Args:
            seen: Its model.
        """
        if isinstance(seen, GetAIToolExecutionStatus200Response):
            self.tell(f"{seen.tool_name} {seen.execution_id}: {seen.status}")
        else:
            done, total = seen.completed_tools or 0, seen.tool_count
            self.tell(f"{seen.orchestration_id}: {seen.status}, {done} of {total} tools", (done, total))

    def counting(self, outcomes: ManyWaits, total: int) -> Iterator[Outcome]:
        """Say how many have ended.

        Args:
            outcomes: The wait, which may go on after an error.
            total: How many there will be.

        Returns:
            The outcomes.
        """
        return _Counting(self, outcomes, total)

    def clear(self) -> None:
        """Make room while others may write; a wait that is not resumed does not come back to its line."""
        self._is_aside = True
        self._at_place(lambda place: place.clear())
        self._shown = ""

    def resume(self) -> None:
        """Come back to the line."""
        self._is_aside = False

    def end(self) -> None:
        """Let the line stand with what was told last."""
        if not self._is_aside:
            self._draw(at_once=True)
            self._at_place(lambda place: place.leave())

    def _sleep(self, seconds: float) -> None:
        self._given.pause(seconds, between=self._draw, part=_GAP)

    def _draw(self, at_once: bool = False) -> None:
        now = self._given.monotonic()
        text = f"{self._text} · {int(now - self._started)} s"
        if self._text and text != self._shown and (at_once or now - self._drawn_at >= _GAP):
            self._shown, self._drawn_at = text, now
            self._at_place(lambda place: place.show(text, self._part))

    def _at_place(self, action: Callable[[Place], None]) -> None:
        if self._place is not None:
            try:
                action(self._place)
            except Exception:
                self._place = None  # a closed terminal, or a front end that is gone


class _Counting(Iterator["Outcome"]):
    """Outcomes, of which a line says how many have come; an error that comes in between ends the line alone."""

    def __init__(self, line: Line, outcomes: ManyWaits, total: int) -> None:
        self._line = line
        self._outcomes = outcomes
        self._total = total
        self._ended = self._failed = 0

    def __next__(self) -> Outcome:
        self._line.resume()
        if not self._ended:
            self._tell()
        try:
            outcome = next(self._outcomes)
        except BaseException:
            self._line.end()
            raise
        self._ended += 1
        self._failed += outcome.error is not None
        self._tell()
        self._line.clear()
        return outcome

    def close(self) -> None:
        """Leave the line as it is, and let the threads of the wait end."""
        self._outcomes.close()

    def _tell(self) -> None:
        failed = f", {self._failed} badly" if self._failed else ""
        self._line.tell(f"{self._ended} of {self._total} ended{failed}", (self._ended, self._total))


def is_live(stream: TextIO) -> bool:
    """Say whether what a stream shows may be changed in place.

    Args:
        stream: Stdout or stderr.

    Returns:
        Whether it is a terminal that can, and no log of requests comes in between.
    """
    return terminal.can_redraw(stream) and not logging.getLogger("quantcdn").isEnabledFor(logging.DEBUG)


def place() -> Place | None:
    """Find where a person would see a line.

    Returns:
        The notebook, or the terminal that stderr is; None where there is neither.
    """
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    if callable(get_ipython) and hasattr(get_ipython(), "kernel"):
        return Notebook()
    try:
        return Terminal(sys.stderr) if is_live(sys.stderr) else None
    except (AttributeError, ValueError):  # there is no stderr, or it is closed
        return None
