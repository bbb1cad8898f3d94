"""The progress line of waits: it changes in place in a notebook or a terminal, and is not displayed elsewhere."""

from __future__ import annotations

import logging
import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from quantcdn._clock import TimeSource
from quantcdn._display import terminal
from quantcdn._display.formats import duration
from quantcdn._display.text import one_line
from quantcdn._polling.history import ExecutionSummary
from quantcdn._polling.poller import RETENTION_SECONDS
from quantcdn._polling.waiter import Pollable
from quantcdn._portability import ProcessLock, is_child_process
from quantcdn.models._statistics import median_duration
from quantcdn.models.get_ai_orchestration_status200_response import GetAIOrchestrationStatus200Response
from quantcdn.models.get_ai_tool_execution_status200_response import GetAIToolExecutionStatus200Response

if TYPE_CHECKING:
    from quantcdn._polling.batch import BatchWait, Outcome

_MAX_LINE_LENGTH = 1_000

# The least time between two texts, in seconds: with the last one, there are at most four in a second, which a front end
# of a notebook can draw. Three eighths have no rounding error, so that the parts of a pause add up to it.
_MIN_INTERVAL = 0.375

_BAR_WIDTH = 10  # of a bar on a terminal, in columns

# Columns that stay free: some terminals begin a new line as soon as the last one is full, and Ctrl-C writes ^C.
_FREE_COLUMNS = 3


class ProgressSink(Protocol):
    """Where progress can be shown."""

    def show(self, text: str, part: tuple[int, int] | None) -> None:
        """Show a text in place of the last one; ``part`` is how many of how many are done, or None."""
        ...

    def clear(self) -> None:
        """Make room for what others write."""
        ...

    def leave(self) -> None:
        """Let the last text stand."""
        ...


class TerminalSink:
    """The last row of a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_shown = False

    def show(self, text: str, part: tuple[int, int] | None = None) -> None:
        """Show a text in place of the last one, truncated where it would go on in the next row."""
        if part is not None:
            text = f"{_bar(*part)} {text}"  # in front, where a narrow terminal shows it too
        width = terminal.size(self._stream)[0] - _FREE_COLUMNS
        self._is_shown = True
        self._write(f"\r\x1b[K{terminal.cut_middle(one_line(text, _MAX_LINE_LENGTH), width)}")

    def clear(self) -> None:
        """Make room for what others write."""
        self._end("\r\x1b[K")

    def leave(self) -> None:
        """Let the last text stand."""
        self._end("\n")

    def _end(self, written: str) -> None:
        if self._is_shown:
            self._is_shown = False
            self._write(written)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class NotebookSink:
    """An output of a cell; a notebook that is saved keeps the last text."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, text: str, part: tuple[int, int] | None) -> None:
        """Show a text in place of the last one, with a bar for the part that is done."""
        from quantcdn._display import elements

        line = elements.Paragraph(text, elements.ProgressBar(*part) if part else None)
        data = {"text/plain": elements.text_of([line]), "text/html": elements.html_of([line])}
        if self._handle is None:
            display: Any = import_module("IPython.display").display
            self._handle = display(data, raw=True, display_id=True)
        else:
            self._handle.update(data, raw=True)

    def clear(self) -> None:
        """Do nothing: others write below."""

    def leave(self) -> None:
        """Do nothing: it stands."""


class WaitProgress:
    """What one wait shows: a text, and the seconds that it has taken.

    Args:
        sink: Where it is shown; what goes wrong there ends the progress, not the wait.
        clock: Where time comes from.
        tenths: Whether tenths of seconds are shown too, as a terminal can draw them.
    """

    def __init__(self, sink: ProgressSink, clock: TimeSource, *, tenths: bool = False) -> None:
        self.sink = sink
        self.given_clock = clock
        self.text = ""
        self.history: Callable[[], Iterable[ExecutionSummary] | None] | None = None
        """Reads the newest list, for what an execution of its tool usually takes; asked once at most."""
        self._part: tuple[int, int] | None = None
        self._usual: float | None = None
        self._age = 0.0
        self._started = clock.monotonic()
        self._tenths = tenths
        self.min_interval = 0.0 if tenths else _MIN_INTERVAL
        self._process = os.getpid()

    @property
    def clock(self) -> TimeSource:
        """The same clock, with pauses in which the seconds run on."""
        return replace(self.given_clock, sleep=self._sleep)

    def with_elapsed(self, text: str) -> str:
        """Add the seconds that the wait has taken."""
        seconds = self._elapsed
        usual = "" if self._usual is None else f", usually {duration(self._usual)}"
        return f"{text} · {seconds:.1f} s{usual}" if self._tenths else f"{text} · {int(seconds)} s{usual}"

    @property
    def part(self) -> tuple[int, int] | None:
        """How many of how many are done, or how many seconds of the usual ones have passed; None without either."""
        if self._usual is None:
            return self._part
        return int(min(self._age + self._elapsed, self._usual)), math.ceil(self._usual)

    @property
    def _elapsed(self) -> float:
        return self.given_clock.monotonic() - self._started

    def update(self, text: str, part: tuple[int, int] | None = None) -> None:
        """Change the text; ``part`` is how many of how many are done, or None."""
        self.text, self._part = text, part
        self.draw()

    def show_status(self, response: Pollable | ExecutionSummary) -> None:
        """Show the status of an execution, alone or in a list, or of an orchestration."""
        if response.is_final:
            self._usual = None
        self.update(*progress_of(response))
        if not isinstance(response, GetAIOrchestrationStatus200Response) and not response.is_final:
            self._expect(response)

    def _expect(self, execution: GetAIToolExecutionStatus200Response | ExecutionSummary) -> None:
        """Learn what the tool usually takes, where nothing but this wait is shown."""
        history, self.history = self.history, None
        listed = history() if history is not None and _LINE.is_only(self) else None
        usual = None if listed is None else median_duration(listed, execution.tool_name)
        if usual is not None and usual >= 1:
            created = execution.created
            age = -1.0 if created is None else self.given_clock.wall() - created.timestamp()
            self._age = age - self._elapsed if 0 <= age <= RETENTION_SECONDS else 0.0  # clocks may differ
            self._usual = usual
            self.draw()

    def counting(self, batch: BatchWait, total: int) -> Iterator[Outcome]:
        """Count the outcomes of a batch as they come, of so many."""
        return _CountedBatch(self, batch, total)

    def draw(self) -> None:
        """Show the text with the seconds that have passed."""
        if self.text and self._process == os.getpid():
            _LINE.draw(self)

    def clear(self) -> None:
        """Make room for what others write, until it is drawn again."""
        if self._process == os.getpid():
            _LINE.remove(self)

    def end(self) -> None:
        """Let the last text stand."""
        if self._process == os.getpid():
            _LINE.end(self)

    def _sleep(self, seconds: float) -> None:
        self.given_clock.pause(seconds, between=self.draw, part=_MIN_INTERVAL)


class _ProgressLine:
    """The one line of a process: what its only wait shows, or how many of several in threads have ended.

    Sixty waits in a pool of threads would otherwise make sixty outputs in a notebook, and write over each other on a
    terminal. The line begins with the first wait that has something to show, and ends with the last one.
    """

    def __init__(self) -> None:
        self._lock = ProcessLock()
        self._waits: dict[WaitProgress, bool] = {}
        """Whether each has ended, until all have."""
        self._first: WaitProgress | None = None
        """The wait whose sink and clock are those of the line, even where it has left."""
        self._shown = ""
        self._drawn_at = -math.inf
        self._is_broken = False

    def draw(self, wait: WaitProgress) -> None:
        """Show what there is to say, of a wait that may be new."""
        with self._lock.of_process():
            self._first = self._first or wait
            self._waits.setdefault(wait, False)
            self._draw(self._first)

    def is_only(self, wait: WaitProgress) -> bool:
        """Say whether a wait is the only one to show."""
        with self._lock.of_process():
            return list(self._waits) == [wait]

    def end(self, wait: WaitProgress) -> None:
        """Count a wait as ended; the last one leaves the line as it is."""
        with self._lock.of_process():
            if wait not in self._waits:
                return  # it was cleared, and has shown nothing since
            self._waits[wait] = True
            is_last = all(self._waits.values())
            self._draw(self._first or wait, at_once=is_last)
            if is_last:
                self._close(lambda sink: sink.leave())

    def remove(self, wait: WaitProgress) -> None:
        """Count a wait no more; the last one clears the line."""
        with self._lock.of_process():
            is_last = wait in self._waits and all(ended for other, ended in self._waits.items() if other is not wait)
            if is_last:
                self._close(lambda sink: sink.clear())
            else:
                self._waits.pop(wait, None)

    def _draw(self, first: WaitProgress, *, at_once: bool = False) -> None:
        ended, total = sum(self._waits.values()), len(self._waits)
        is_shared = total > 1
        only = next(iter(self._waits))
        text = first.with_elapsed(f"{ended} of {total} waits ended") if is_shared else only.with_elapsed(only.text)
        now = first.given_clock.monotonic()
        if text != self._shown and (at_once or now - self._drawn_at >= first.min_interval):
            self._shown, self._drawn_at = text, now
            self._at_sink(lambda sink: sink.show(text, (ended, total) if is_shared else only.part))

    def _close(self, action: Callable[[ProgressSink], None]) -> None:
        self._at_sink(action)
        self._waits, self._first = {}, None
        self._shown, self._drawn_at, self._is_broken = "", -math.inf, False

    def _at_sink(self, action: Callable[[ProgressSink], None]) -> None:
        if self._first is not None and not self._is_broken:
            try:
                action(self._first.sink)
            except Exception:
                self._is_broken = True  # a closed terminal, or a front end that is gone


_LINE = _ProgressLine()


def progress_of(response: Pollable | ExecutionSummary) -> tuple[str, tuple[int, int] | None]:
    """Say the status of an execution or an orchestration, and how many of its tools are done."""
    status = response.status or "unknown"
    if not isinstance(response, GetAIOrchestrationStatus200Response):
        return f"{response.tool_name} {response.execution_id}: {status}", None
    done, total = response.completed_tools or 0, response.tool_count
    return f"{response.orchestration_id}: {status}, {done} of {total} tools", (done, total)


def _bar(done: int, total: int) -> str:
    """Draw a bar of letters that every terminal has."""
    filled = min(_BAR_WIDTH, _BAR_WIDTH * done // max(total, 1))
    return f"[{'#' * filled}{'-' * (_BAR_WIDTH - filled)}]"


class _CountedBatch(Iterator["Outcome"]):
    """Outcomes of a batch, counted as they come; an exception in between ends the progress alone."""

    def __init__(self, progress: WaitProgress, batch: BatchWait, total: int) -> None:
        self._progress = progress
        self._batch = batch
        self._total = total
        self._finished = self._failed = 0

    def __next__(self) -> Outcome:
        if not self._finished:
            self._update()
        try:
            outcome = next(self._batch)
        except BaseException:
            self._progress.draw()
            self._progress.end()
            raise
        self._finished += 1
        self._failed += outcome.error is not None
        self._update()
        self._progress.clear()  # the caller may print between two outcomes; what is shown comes back with the next
        return outcome

    def close(self) -> None:
        """Leave what is shown as it is, and let the threads of the wait end."""
        self._batch.close()

    def _update(self) -> None:
        failed = f", {self._failed} failed" if self._failed else ""
        self._progress.update(f"{self._finished} of {self._total} finished{failed}", (self._finished, self._total))


def is_live(stream: TextIO) -> bool:
    """Say whether a stream is a terminal that can change in place, with no log of requests in between."""
    return terminal.can_redraw(stream) and not logging.getLogger("quantcdn").isEnabledFor(logging.DEBUG)


def find_sink() -> ProgressSink | None:
    """Find where a person would see progress: a notebook, or the terminal that stderr is; None without them."""
    if is_child_process():
        return None  # many of them share one terminal, and a notebook does not show what they write in its place
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    if callable(get_ipython) and hasattr(get_ipython(), "kernel"):
        return NotebookSink()
    try:
        return TerminalSink(sys.stderr) if is_live(sys.stderr) else None
    except (AttributeError, ValueError):  # there is no stderr, or it is closed
        return None
