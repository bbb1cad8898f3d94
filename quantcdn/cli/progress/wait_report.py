"""What the waits of the command line share: their flags, their progress on stderr, and their exit code."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from decimal import Decimal
from typing import TextIO, TypeVar

from quantcdn._display import terminal
from quantcdn._display.reading import get, text, total_duration
from quantcdn._display.text import escaped, one_line
from quantcdn._display.views import summary
from quantcdn._polling.history import ExecutionSummary
from quantcdn._polling.waiter import Pollable
from quantcdn._portability import join_command
from quantcdn.api.ai_tools_api import AIToolsApi
from quantcdn.cli.output.console import say
from quantcdn.cli.output.writer import Output
from quantcdn.cli.progress.status_line import StatusLine, drawing_clock
from quantcdn.cli.runner import ERROR, FAILED, FINE, NOT_ALLOWED, NOT_FOUND, TIMED_OUT, exit_code, tell
from quantcdn.cli.settings import flags, settings_flags
from quantcdn.exceptions import OpenApiException, WaitTimeoutException
from quantcdn.models._base import Model
from quantcdn.polling import Poll

M = TypeVar("M", bound=Model)

_TIME = re.compile(r"(\d+(?:\.\d+)?|\.\d+)([smh]?)", re.ASCII)
_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3_600.0}

_WORST_FIRST = (NOT_ALLOWED, ERROR, NOT_FOUND, TIMED_OUT, FAILED, FINE)

_MOST_NAMED = 10
"""How many identifiers the advice to go on names."""


def add_wait_arguments(parser: argparse.ArgumentParser, timeout: float) -> None:
    """Add the arguments of waits; ``timeout`` is the default in seconds."""
    parser.add_argument(
        "--timeout",
        type=seconds,
        default=timeout,
        metavar="TIME",
        help=f"the limit, such as 90, 5m, 2h or none; 0 polls once (default: {timeout:g})",
    )
    parser.set_defaults(usual_timeout=timeout)
    parser.add_argument("--interval", type=interval, metavar="TIME", help="the poll interval (default: 2)")
    parser.add_argument("--exit-status", action="store_true", help="end with 5 where one has failed")


def seconds(text: str) -> float | None:
    """Parse a timeout: a number with ``s``, ``m`` or ``h`` after it or without, or ``none``."""
    if text == "none":
        return None
    match = _TIME.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"a time such as 90, 5m, 2h or none is expected, not {text!r}")
    return float(match[1]) * _UNITS[match[2]]


def _written(seconds: float) -> str:
    """Write a time as these options take it, which is never with an exponent."""
    return f"{Decimal(f'{seconds:.12g}'):f}"


def interval(text: str) -> float:
    """Parse a poll interval, above 0."""
    match = _TIME.fullmatch(text)
    read = 0.0 if match is None else float(match[1]) * _UNITS[match[2]]
    if not read:
        raise argparse.ArgumentTypeError(f"a time above 0, such as 90, 5m or 2h, is expected, not {text!r}")
    return read


def poll(arguments: argparse.Namespace) -> Poll | None:
    """Return how often to poll, or None where ``--interval`` is not given."""
    pause: float | None = arguments.interval
    return None if pause is None else Poll(initial=pause, factor=1.0, maximum=pause)


def wait_flags(arguments: argparse.Namespace) -> list[str]:
    """Return the flags by which the same wait goes on, not quoted."""
    limit = "none" if arguments.timeout is None else _written(arguments.timeout)
    given = (
        ("--timeout", None if limit == _written(arguments.usual_timeout) else limit),
        ("--interval", None if arguments.interval is None else _written(arguments.interval)),
        ("--save", getattr(arguments, "save", None)),
        ("--fields", ",".join(arguments.fields) if arguments.fields else None),
    )
    switches = [f"--{name}" for name in ("exit_status", "json", "ndjson", "result") if getattr(arguments, name)]
    return [*flags(given), *(switch.replace("_", "-") for switch in switches), *settings_flags(arguments)]


def advice(command: str, options: Iterable[str], identifiers: Iterable[str]) -> str:
    """Write a command to be pasted into a shell, quoted, since the service has chosen the identifiers."""
    names = list(identifiers)
    if any(name.startswith("-") for name in names):
        return join_command([*command.split(), *options, "--", *names])
    return join_command([*command.split(), *names, *options])


class WaitReport:
    """The progress of a wait for several identifiers on stderr, and its exit code."""

    def __init__(self, command: str, options: list[str], identifiers: Iterable[str], stream: TextIO) -> None:
        self._command = command
        self._options = options
        self._statuses: dict[str, str] = dict.fromkeys(identifiers, "nothing yet")
        self._left = dict.fromkeys(self._statuses)
        self.line = StatusLine(stream, lambda: self._listed)
        """What shows the progress."""
        self._listed: list[ExecutionSummary] | None = None
        self._late: list[str] = []
        self._reported: list[OpenApiException] = []
        self._codes = {FINE}

    @property
    def code(self) -> int:
        """The exit code, by the worst of what happened."""
        return next(code for code in _WORST_FIRST if code in self._codes)

    def take_list(self, executions: list[ExecutionSummary]) -> None:
        """Take in the newest list, which shows how long executions usually take."""
        self._listed = executions

    def seen(self, identifier: str, response: Pollable | ExecutionSummary) -> None:
        """Report the status of one: by itself, among the counts of all, or as a line of its own."""
        self._statuses[identifier] = response.status or "unknown"
        if len(self._statuses) > 1 and self.line.is_in_place:
            self._count()
        else:
            self.line.show_status(response)

    def _count(self) -> None:
        total = len(self._statuses)
        counts = ", ".join(f"{count} {status}" for status, count in Counter(self._statuses.values()).items())
        self.line.count(f"{total} in all: {counts}", total - len(self._left), total)

    def finished(self, identifier: str, record: M, output: Output[M], *, counts: bool) -> None:
        """Write one that has a terminal status; ``counts`` where the exit code is to say that it failed."""
        self._left.pop(identifier, None)
        if self._left:
            self._count()
        is_failed = bool(get(record, "is_failed"))
        self._codes.add(FAILED if counts and is_failed else FINE)
        if output.shows_details:
            self.line.clear()
            sys.stdout.write("".join(f"{line}\n" for line in _row(record)))
            sys.stdout.flush()
            return
        if is_failed:
            self.line.say(f"{identifier}: failed: {get(record, 'error') or 'no reason given'}")
        self.line.clear()
        output.add(record)

    def lost(self, identifier: str, error: OpenApiException) -> None:
        """Report that the wait for one is over without a terminal status."""
        self._codes.add(exit_code(error))
        if isinstance(error, WaitTimeoutException):
            self._late.append(identifier)
            return
        self._left.pop(identifier, None)
        if all(error is not reported for reported in self._reported):  # a refused token ends all by one error
            self._reported.append(error)
            self.line.clear()
            tell(error)

    def note(self, text: str) -> None:
        """Write a line that stays."""
        self.line.say(text)

    def problem(self, error: OpenApiException | OSError) -> None:
        """Report an error beside the wait, such as of a file that cannot be saved."""
        self._codes.add(exit_code(error) if exit_code(error) in _WORST_FIRST else ERROR)
        self.line.clear()
        tell(error)

    def tell_late(self) -> None:
        """Report those that the timeout left without a terminal status, and how to go on."""
        if not self._late:
            return
        self.line.clear()
        if len(self._statuses) == 1:
            (status,) = self._statuses.values()
            say(f"{self._late[0]}: the time limit has passed; last seen: {status}", label="quantcdn:")
        else:
            have = f"{len(self._late)} of {len(self._statuses)}"
            say(f"the time limit has passed, and {have} have not ended", label="quantcdn:")
        self.tell_how_to_go_on()

    def tell_how_to_go_on(self) -> None:
        """Write the command by which the wait for the rest goes on."""
        named = list(self._left)[:_MOST_NAMED]
        more = len(self._left) - len(named)
        if named:
            going_on = advice(self._command, self._options, named)
            say(f"To go on: {going_on}" + (f" (and {more} more)" if more else ""))


def _row(record: object) -> Iterator[str]:
    """Write what has finished in two lines that fit a narrow terminal: what it is, and its result."""
    width = terminal.size(sys.stdout)[0]
    status = text(get(record, "status"))
    is_red = bool(get(record, "is_failed")) and terminal.has_colours(sys.stdout)
    padded = escaped(status).ljust(len("complete"))
    shown = f"\x1b[1;31m{padded}\x1b[0m" if is_red else padded
    identifier = text(get(record, "execution_id") or get(record, "orchestration_id"))
    # The identifier is to be copied, so it is whole even where the line then is not.
    yield f"{shown}  {escaped(identifier)}  {total_duration(record)}".rstrip()
    what = (
        text(get(record, "tool_name")) or f"{get(record, 'completed_tools') or 0} of {get(record, 'tool_count')} tools"
    )
    result = text(get(record, "error")) or text(get(record, "answer")) or summary(get(record, "result"))
    if what or result:
        written = one_line(" ".join(f"{what}: {result}".removesuffix(": ").split()))
        yield terminal.cut(" " * (len(padded) + 2) + written, width - 1)


@contextmanager
def waiting(
    command: str, arguments: argparse.Namespace, identifiers: Iterable[str], api: AIToolsApi
) -> Generator[WaitReport]:
    """Report the progress of a wait on stderr; the pauses of ``api`` draw the status line."""
    with nullcontext(sys.stderr) if not arguments.quiet else open(os.devnull, "w") as stream:
        report = WaitReport(command, wait_flags(arguments), identifiers, stream)
        line = report.line
        if line.is_in_place:
            api.api_client.clock = drawing_clock(line.draw)
        try:
            yield report
            report.tell_late()
        except KeyboardInterrupt:
            line.clear()
            report.tell_how_to_go_on()
            raise
        finally:
            line.end()
