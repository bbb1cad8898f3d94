"""Where the time of a call goes: ``python -m test.benchmark.calltables`` prints tables and writes call trees.

A table by module beside urllib3 with ``json.loads``, and one by function, for each case; the profiler itself makes
calls of small functions look dearer than they are.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyinstrument

from test.benchmark.contenders import CONTENDERS
from test.benchmark.page import CASES, aligned
from test.benchmark.serving import nginx

CALLS = {"status": 500, "tools": 500, "executions": 300, "picture": 30}
ROWS = 25
SAMPLING = 0.001  # seconds between two samples of a call tree

Place = tuple[str, int, str]
"""A function by file, line and name, as ``pstats`` has it; the file of one written in C is ``~``."""


class Profile:
    """What the profiler counted, for one call."""

    def __init__(self, call: Callable[[], object], count: int) -> None:
        profiler = cProfile.Profile()
        profiler.runcall(lambda: [call() for _ in range(count)])
        self._count = count
        self._functions = pstats.Stats(profiler).stats  # type: ignore[attr-defined] # typeshed lacks it

    def by_function(self) -> list[list[str]]:
        """List the functions that take most time of their own."""
        rows = [["function", "calls", "own µs", "µs with what it calls"]]
        ranked = sorted(self._functions.items(), key=lambda item: -item[1][2])
        for (file, line, name), (_, calls, own, cumulated, _) in ranked[:ROWS]:
            place = name if file == "~" else f"{module(file)}:{line} {name}"
            rows.append([place, *(f"{self._each(value):.1f}" for value in (calls, own * 1e6, cumulated * 1e6))])
        return rows

    def by_module(self) -> Counter[str]:
        """Add up the microseconds of each module; what is written in C counts for its caller."""
        sums: Counter[str] = Counter()
        for (file, _, name), (_, _, own, _, callers) in self._functions.items():
            if file != "~":
                sums[module(file)] += self._each(own * 1e6)
            elif "_socket" in name or "pydantic_core" in name:
                sums[name] += self._each(own * 1e6)
            else:
                for (caller, _, _), (_, _, part, _) in callers.items():
                    sums[module(caller)] += self._each(part * 1e6)
        return sums

    def _each(self, value: float) -> float:
        return value / self._count


def module(file: str) -> str:
    """Shorten a file's path to what names the module."""
    return "/".join(Path(file).parts[-2:])


def compared(ours: Profile, theirs: Profile) -> list[list[str]]:
    """List the modules, the ones that cost more here than with urllib3 first."""
    left, right = ours.by_module(), theirs.by_module()
    rows = [["module", "this client µs", "urllib3 µs", "difference"]]
    for name in sorted(left | right, key=lambda name: right[name] - left[name]):
        rows.append([name, f"{left[name]:.1f}", f"{right[name]:.1f}", f"{left[name] - right[name]:+.1f}"])
    return rows


def write_tree(call: Callable[[], object], count: int, file: Path) -> None:
    """Write a page with the tree of calls by time; as a timeline it is a flame graph."""
    with pyinstrument.Profiler(interval=SAMPLING) as profiler:
        for _ in range(count):
            call()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(profiler.output_html(), encoding="utf-8")


def main() -> None:
    """Profile each case."""
    parser = argparse.ArgumentParser(prog="python -m test.benchmark.calltables", description="Show where time goes.")
    parser.add_argument("--folder", type=Path, default=Path("build/profile"), help="where call trees are written")
    parser.add_argument("--cases", default=",".join(CASES), help=f"which cases; all by default: {','.join(CASES)}")
    arguments = parser.parse_args()
    cases = arguments.cases.split(",")
    if unknown := set(cases) - set(CASES):
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    with nginx() as url:
        calls = {name: CONTENDERS[name][0](url) for name in ("quantcdn", "urllib3")}
        for case in cases:
            profiles = []
            for by_case in calls.values():
                Profile(by_case[case], 5)  # the first calls make connections
                profiles.append(Profile(by_case[case], CALLS[case]))
            print(f"\n{CASES[case]}: by module, for one call\n\n{aligned(compared(*profiles))}")
            print(f"\n{CASES[case]}: by function, for one call\n\n{aligned(profiles[0].by_function())}")
            file = arguments.folder / f"{case}.html"
            write_tree(calls["quantcdn"][case], 10 * CALLS[case], file)
            print(f"\n{CASES[case]}: call tree in {file}")


if __name__ == "__main__":
    main()
