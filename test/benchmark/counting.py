"""Counts what calls of this client take, in a process in which neither coverage nor a test has a part.

``python -m test.benchmark.counting loops|picture|lists URL`` is run by ``cost.py``.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from test.benchmark.contenders import CONTENDERS, memory

LOOPS = {"status": 20, "tools": 20, "executions": 10, "offset": 10, "picture": 2}
"""How many calls of each case callgrind sees."""


def loops(url: str) -> None:
    """Call in loops, ours and urllib3's by turns; a mark for callgrind stands before and after each."""
    ours, theirs = (CONTENDERS[name][0](url) for name in ("quantcdn", "urllib3"))
    _begin_to_count()
    for case, count in LOOPS.items():
        for call in (ours[case], theirs[case]):
            _warm(call)
            os.sched_yield()
            for _ in range(count):
                call()
            os.sched_yield()


def _begin_to_count() -> None:
    """Have callgrind count from here on; the start of Python and the imports, which it leaves out, take longer."""
    with subprocess.Popen(["callgrind_control", "--instr=on", str(os.getpid())], stdout=subprocess.DEVNULL) as control:
        while control.poll() is None:
            pass  # a process that waits would have to be woken by ptrace, which containers may forbid
    if control.returncode:
        raise RuntimeError(f"callgrind_control ended with {control.returncode}")


def picture(url: str) -> dict[str, float]:
    """Give the most bytes that a call with a picture takes: of memory that Python manages, and in all."""
    ours = CONTENDERS["quantcdn"][0](url)
    _warm(ours["status"])
    total = memory(ours["picture"])["added"]
    tracemalloc.start()
    ours["picture"]()
    return {"python": tracemalloc.get_traced_memory()[1], "total": total}


def lists(url: str, count: str) -> dict[str, int]:
    """Give the blocks of memory and the bytes that are left of some list answers."""
    call = CONTENDERS["quantcdn"][0](url)["executions"]
    before = _held_after(call, 300)
    after = _held_after(call, int(count))
    return {name: after[name] - before[name] for name in after}


def _held_after(call: Callable[[], object], count: int) -> dict[str, int]:
    for _ in range(count):
        call()
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {"blocks": sys.getallocatedblocks(), "bytes": pages * os.sysconf("SC_PAGE_SIZE")}


def _warm(call: Callable[[], object]) -> None:
    for _ in range(3):
        call()
    gc.collect()


_COUNTS: dict[str, Callable[..., object]] = {"loops": loops, "picture": picture, "lists": lists}

if __name__ == "__main__":
    print(json.dumps(_COUNTS[sys.argv[1]](*sys.argv[2:])))
