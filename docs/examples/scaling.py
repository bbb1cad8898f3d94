"""What the scaling scripts share: the command line, the local service, progress and a summary.

Identifiers come from a file or from stdin, one a line, for the service that ``QUANTCDN_HOST`` names. Without that
variable, a local service is started in a process of its own, with ``--size`` identifiers to wait for; the last but one
is of an execution that fails, and the last of none.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from quantcdn import Configuration, OpenApiException, Outcome, Poll, WaitTimeoutException
from quantcdn.emulator import Emulator, Fault

MOST_SHOWN = 10
"""How many errors are written out; the summary counts all of them."""

UNKNOWN = f"exec_{'f' * 32}"

Outcomes = Generator[Outcome, None, None]
"""Outcomes as they come; closing it ends the wait."""


@dataclass(frozen=True)
class Job:
    """What to wait for, where, and within which bounds."""

    configuration: Configuration
    organisation: str
    identifiers: list[str]
    rate: float
    """How many requests are made in a second, by all threads and processes together."""
    timeout: float
    """The limit for all of it, in seconds."""

    def parts(self, number: int) -> list[list[str]]:
        """Divide the identifiers among threads, processes or tasks; no part is empty.

        Args:
            number: How many parts at most, 1 or more.

        Returns:
            The parts.
        """
        return [self.identifiers[first::number] for first in range(min(number, len(self.identifiers)))]


def pace(rate: float) -> tuple[Poll, float]:
    """Divide a rate: one request in ten may read the list, the others poll single executions.

    Args:
        rate: Requests a second, above 0.

    Returns:
        The ``poll`` and ``max_rate`` of ``wait_for_ai_tool_executions``.
    """
    pause = max(2.0, 10 / rate)
    return Poll(pause, 1.0, pause), 0.9 * rate


def parser(description: str | None) -> argparse.ArgumentParser:
    """Make a script's command line.

    Args:
        description: What the script does.

    Returns:
        The parser; the script adds its own arguments.
    """
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    made.add_argument("identifiers", nargs="?", metavar="FILE", help="identifiers, one a line; - for stdin")
    made.add_argument("--rate", type=above_zero, default=100.0, help="requests a second, in all")
    made.add_argument("--timeout", type=above_zero, default=300.0, help="the limit in seconds, for all")
    local = made.add_argument_group("the local service, where QUANTCDN_HOST is not set")
    local.add_argument("--size", type=whole, default=1_000, help="how many identifiers")
    local.add_argument("--spread", type=float, default=10.0, help="seconds over which the executions end")
    local.add_argument("--latency", type=float, default=0.02, help="seconds that an answer takes")
    return made


def above_zero(text: str) -> float:
    """Read a number above 0."""
    number = float(text)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


def whole(text: str) -> int:
    """Read a whole number of 1 or more."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def run(given: argparse.Namespace, wait: Callable[[Job], Outcomes]) -> int:
    """Find out what to wait for, and wait.

    Args:
        given: The arguments of the command line.
        wait: Waits.

    Returns:
        The exit status: 0; 1 where some had not ended within the limit or could not be waited for; 2 where the
        arguments and the environment do not fit together; 130 after Ctrl-C.
    """
    try:
        if not os.environ.get("QUANTCDN_HOST"):
            if given.identifiers is not None:
                return _wrong("identifiers of your own need QUANTCDN_HOST, the address of the service")
            with local_service(given.size, given.spread, given.latency) as (configuration, identifiers, requests):
                return report(Job(configuration, "acme", identifiers, given.rate, given.timeout), wait, requests)
        organisation = os.environ.get("QUANTCDN_ORGANIZATION")
        if given.identifiers is None or organisation is None:
            return _wrong("QUANTCDN_HOST is set, so give a FILE of identifiers, and set QUANTCDN_ORGANIZATION")
        configuration = Configuration.from_env()
        return report(Job(configuration, organisation, read(given.identifiers), given.rate, given.timeout), wait)
    except (OpenApiException, OSError) as error:
        return _wrong(str(error))


def _wrong(problem: str) -> int:
    print(problem, file=sys.stderr)
    return 2


def read(path: str) -> list[str]:
    """Read identifiers, one a line; a line that can be none is named, and left out.

    Args:
        path: The file, or ``-`` for stdin.

    Returns:
        The identifiers, each once.

    Raises:
        OSError: The file cannot be read.
    """
    with open(0 if path == "-" else path, encoding="utf-8", errors="replace") as file:
        lines = dict.fromkeys(line.strip() for line in file)
    for line in lines.keys() & {".", ".."}:
        print(f"no identifier: {line}", file=sys.stderr)
    return [line for line in lines if line not in ("", ".", "..")]


@contextmanager
def local_service(
    size: int, spread: float, latency: float
) -> Iterator[tuple[Configuration, list[str], Callable[[], dict[str, int]]]]:
    """Run a local service in a process of its own, so that it does not share Python's lock with the client.

    Args:
        size: How many identifiers there are.
        spread: Over how many seconds the executions end, one after the other.
        latency: How long an answer takes, in seconds.

    Yields:
        The configuration for it, the identifiers, and a function that counts its requests by operation.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, size, spread, latency), daemon=True)
    process.start()
    there.close()

    def requests() -> dict[str, int]:
        here.send("requests")
        counts: dict[str, int] = here.recv()
        return counts

    try:
        url, token, identifiers = here.recv()
        yield Configuration(url, access_token=token, proxy=""), identifiers, requests
    finally:
        here.close()
        process.join()


def _serve(connection: Connection, size: int, spread: float, latency: float) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; this one ends with its parent
    with Emulator() as service:
        identifiers = [
            service.start_execution("calculate", pending=0, running=spread * (n + 1) / size) for n in range(size - 2)
        ]
        identifiers += [service.start_execution("search_web", running=0, error="the search is down"), UNKNOWN][-size:]
        if latency:
            service.add_fault(Fault(delay=latency), times=None)
        connection.send((service.url, service.token, identifiers))
        try:
            while connection.recv():
                connection.send(Counter(request.operation for request in service.requests))
        except EOFError:
            return


def report(job: Job, wait: Callable[[Job], Outcomes], requests: Callable[[], dict[str, int]] | None = None) -> int:
    """Wait, and tell of it: progress and errors go to stderr, a summary as JSON to stdout.

    Args:
        job: What to wait for.
        wait: Waits.
        requests: Counts the local service's requests, or None.

    Returns:
        The exit status, as ``run`` does.
    """
    ends: Counter[str] = Counter()
    started, interrupted = time.monotonic(), False
    with closing(wait(job)) as outcomes, _progress(ends, len(job.identifiers)):
        try:
            for outcome in outcomes:
                ends["complete" if outcome.error is None else type(outcome.error).__name__] += 1
                if outcome.error is not None and ends.total() - ends["complete"] <= MOST_SHOWN:
                    text = str(outcome.error)
                    print(text if outcome.identifier in text else f"{outcome.identifier}: {text}", file=sys.stderr)
        except KeyboardInterrupt:
            interrupted = True
    summary: dict[str, Any] = {"ends": ends, "seconds": round(time.monotonic() - started, 1)}
    if requests is not None:
        summary["requests"] = requests()
    print(json.dumps(summary))
    unfinished = ends.total() < len(job.identifiers) or ends[WaitTimeoutException.__name__] or ends["OpenApiException"]
    return 130 if interrupted else 1 if unfinished else 0


@contextmanager
def _progress(ends: Counter[str], total: int) -> Iterator[None]:
    """Write how far it is: every second over the same line on a terminal, else a line every 10 seconds."""
    terminal, over = sys.stderr.isatty(), threading.Event()

    def write(end: str) -> None:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in ends.copy().items())
        print(f"{ends.total():,} of {total:,}: {kinds}", file=sys.stderr, end=end, flush=True)

    def keep_writing() -> None:
        while not over.wait(1.0 if terminal else 10.0):
            write("\x1b[K\r" if terminal else "\n")

    thread = threading.Thread(target=keep_writing, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        write("\x1b[K\n" if terminal else "\n")
