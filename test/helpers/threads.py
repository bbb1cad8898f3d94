"""Many threads that begin at once and take turns as often as they can."""

from __future__ import annotations

import os
import random
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import quantcdn

_PACKAGE = str(Path(quantcdn.__file__).parent)


def on_threads(count: int, work: Callable[[int], object], *, by_lines: bool = False) -> list[BaseException]:
    """Do some work on many threads at once; returns what they raised.

    With ``by_lines``, another thread gets its turn before each line of the package: between a look and the step that
    follows from it, most of all.
    """
    problems: list[BaseException] = []
    start = threading.Barrier(count)

    def run(number: int) -> None:
        start.wait(10)
        before = sys.gettrace()
        if by_lines:
            sys.settrace(_yield_at_lines)
        try:
            work(number)
        except BaseException as error:
            problems.append(error)
        finally:
            sys.settrace(before)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return problems


def before_line(number: int, interruption: Callable[[], object], work: Callable[[], object]) -> bool:
    """Do some work, and before its line of that number in the package what another thread might do.

    Returns False where there are fewer lines.
    """
    lines = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal lines
        if not frame.f_code.co_filename.startswith(_PACKAGE):
            return None
        if event == "line":
            lines += 1
            if lines == number:
                interruption()  # untraced, as all that a trace function does
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return lines >= number


def _yield_at_lines(frame: FrameType, event: str, _: object) -> Any:
    if not frame.f_code.co_filename.startswith(_PACKAGE):
        return None
    if event == "line":
        for _ in range(random.choice((0, 0, 1, 8))):  # uneven, or all threads would go on in step
            os.sched_yield()
    return _yield_at_lines


@contextmanager
def switching_often() -> Iterator[None]:
    """Let the interpreter switch threads thousands of times more often, where it has a GIL."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
