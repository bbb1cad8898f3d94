"""What a call costs in counts, which do not depend on the machine's speed.

``python -m test.benchmark.cost`` prints them beside the recorded ones; with ``--record`` it records them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from test.benchmark.counting import LOOPS
from test.benchmark.measuring import environment
from test.benchmark.serving import nginx
from test.tools.parts import PACKAGES, find

ROOT = Path(__file__).parent.parent.parent
RECORDED = Path(__file__).with_name("cost.json")

INSTRUCTIONS = "instructions, as a multiple of urllib3 with json.loads"

Costs = dict[str, dict[str, float]]
"""By what is counted and case."""


def recorded() -> Costs:
    """Read what was recorded."""
    costs: Costs = json.loads(RECORDED.read_text())
    return costs


def counted(url: str) -> Costs:
    """Count what is recorded."""
    return {INSTRUCTIONS: instructions(url)}


def instructions(url: str) -> dict[str, float]:
    """Count the instructions of a call in each case, as a multiple of what urllib3 with ``json.loads`` takes.

    The multiple is much the same for every version and build of Python, which the number is not.
    """
    valgrind = find("valgrind")
    if valgrind is None:
        raise SystemExit(f"valgrind is missing: install the Debian package {PACKAGES['valgrind'][0]}")
    with tempfile.TemporaryDirectory() as place:
        tool = [valgrind, "--tool=callgrind", "--instr-atstart=no", "--dump-before=sched_yield"]
        tool.append(f"--callgrind-out-file={place}/dump")
        _run("loops", url, tool=tool)
        totals = [_total(Path(place, f"dump.{number}")) for number in range(1, 4 * len(LOOPS) + 1)]
    # Four dumps a case: the way to our loop, our loop, the way to the other one, the other one.
    return {case: round(totals[4 * n + 1] / totals[4 * n + 3], 3) for n, case in enumerate(LOOPS)}


def _total(dump: Path) -> int:
    line = next(line for line in dump.read_text().splitlines() if line.startswith("totals:"))
    return int(line.split()[1])


def taken_by_a_picture(url: str) -> dict[str, int]:
    """Give the most bytes that a call with a picture takes: ``python`` of what Python manages, and ``total``."""
    taken: dict[str, int] = json.loads(_run("picture", url))
    return taken


def left_by_lists(url: str, count: int) -> dict[str, int]:
    """Give the ``blocks`` of memory and the ``bytes`` that are left of some list answers."""
    left: dict[str, int] = json.loads(_run("lists", url, str(count)))
    return left


def _run(*arguments: str, tool: list[str] | None = None) -> str:
    command = [*(tool or ()), sys.executable, "-m", "test.benchmark.counting", *arguments]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**environment(), "PYTHONHASHSEED": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr}")
    return done.stdout


def main() -> None:
    """Count, show and, if asked, record."""
    parser = argparse.ArgumentParser(prog="python -m test.benchmark.cost", description="Count what a call costs.")
    parser.add_argument("--record", action="store_true", help=f"write the counts into {RECORDED.name}")
    arguments = parser.parse_args()
    with nginx() as url:
        costs = counted(url)
    before = recorded() if RECORDED.exists() else {}
    for kind, by_case in costs.items():
        print(kind)
        for case, cost in by_case.items():
            print(f"  {case:12} {cost:8g}  recorded {before.get(kind, {}).get(case, 'not yet')}")
    if arguments.record:
        RECORDED.write_text(f"{json.dumps(costs, indent=2)}\n")


if __name__ == "__main__":
    main()
