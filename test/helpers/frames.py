"""What tools that keep local variables show of an error: all frames but those of the tests, over the whole chain."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path

from rich.traceback import Traceback

_TESTS = str(Path(__file__).parent.parent)


def chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that led to it, suppressed or not."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [other for other in (one.__cause__, one.__context__) if other is not None]


def frames(error: BaseException) -> Iterator[str]:
    """Yield what ``traceback`` and rich write of the frames."""
    for one in chain(error):
        captured = traceback.TracebackException.from_exception(one, capture_locals=True)
        kept = [frame for frame in captured.stack if not frame.filename.startswith(_TESTS)]
        yield "".join(traceback.StackSummary.from_list(kept).format())
        yield from (repr(frame.locals) for frame in kept)
        yield from _rich(one)


def _rich(error: BaseException) -> Iterator[str]:
    """Yield the local variables as rich writes them with ``show_locals``; of a long text it takes a part."""
    trace = Traceback.extract(type(error), error, error.__traceback__, show_locals=True)
    for frame in (frame for stack in trace.stacks for frame in stack.frames):
        if not frame.filename.startswith(_TESTS):
            yield from (node.render(max_width=4000) for node in (frame.locals or {}).values())
