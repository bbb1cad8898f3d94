"""Measure the scaling scripts at full size: ``python docs/tools/measure_scaling.py --write`` renews ``scaling.md``.

Each script waits for identifiers from its stdin, at a local service in a process of its own, so that time and memory
are the script's own. It takes about a quarter of an hour, and needs the extra ``dask``.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil  # comes with Dask

DOCS = Path(__file__).parent.parent
EXAMPLES = DOCS / "examples"
FIGURES = EXAMPLES / "scaling.json"

SCRIPTS = {
    "one thread": ["scale_threads.py", "--threads=1"],
    "32 threads": ["scale_threads.py", "--threads=32"],
    "2 processes of 16 threads": ["scale_processes.py", "--processes=2", "--threads=16"],
    "Dask, 2 workers of 16 threads": ["scale_dask.py", "--workers=2", "--threads=16", "--leases=32"],
}

CASES: dict[str, dict[str, float]] = {
    "end over 60 s": {"spread": 60.0, "rate": 500.0},
    "have ended before": {"spread": 0.0, "rate": 2_000.0},
}
LATENCY = 0.02
TIMEOUT = 900.0


def measure(script: list[str], size: int, spread: float, rate: float) -> dict[str, Any]:
    """Run a script once.

    Args:
        script: Its file and its own arguments.
        size: How many identifiers it waits for.
        spread: Over how many seconds their executions end.
        rate: How many requests it may make in a second.

    Returns:
        How they ended, and the script's seconds, requests, CPU seconds, and MiB of memory at the peak.
    """
    from scaling import local_service

    file, *arguments = script
    command = [sys.executable, EXAMPLES / file, "-", f"--rate={rate}", f"--timeout={TIMEOUT}", *arguments]
    with local_service(size, spread, LATENCY) as (configuration, identifiers, requests):
        environment = {
            **os.environ,
            "QUANTCDN_HOST": configuration.host,
            "QUANTCDN_API_TOKEN": configuration.token() or "",
            "QUANTCDN_ORGANIZATION": "acme",
            "NO_PROXY": "127.0.0.1",
        }
        begun, before, peak = time.monotonic(), os.times(), 0
        with subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("\n".join(identifiers))
            process.stdin.close()
            while process.poll() is None:
                peak = max(peak, memory(process.pid))
                time.sleep(0.5)
            summary = json.loads(process.stdout.read())
        after = os.times()
        return {
            "ends": summary["ends"],
            "seconds": round(time.monotonic() - begun, 1),
            "requests": sum(requests().values()),
            "cpu": round(
                after.children_user + after.children_system - before.children_user - before.children_system, 1
            ),
            "memory": round(peak / 2**20),
        }


def memory(pid: int) -> int:
    """Add up the memory of a process and all below it, in bytes; what they share counts once."""
    total = 0
    try:
        script = psutil.Process(pid)
        for process in [script, *script.children(recursive=True)]:
            total += process.memory_full_info().pss
    except psutil.Error:
        pass  # one has just ended
    return total


def machine() -> str:
    """Say on what was measured."""
    cpu = next(
        (line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        ": of a kind that is not known",
    )
    return f"{os.cpu_count()} CPUs ({cpu.partition(': ')[2]}), Python {platform.python_version()}"


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Measure the scaling scripts.")
    parser.add_argument("--size", type=int, default=10_000, help="how many identifiers")
    parser.add_argument("--write", action="store_true", help="store the figures, and write the page's table")
    given = parser.parse_args()
    sys.path.insert(0, str(EXAMPLES))
    figures: dict[str, dict[str, Any]] = {}
    for case, how in CASES.items():
        for name, script in SCRIPTS.items():
            figures.setdefault(case, {})[name] = found = measure(script, given.size, **how)
            print(f"{case}: {name}: {found}", flush=True)
    if given.write:
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        stored = {"date": today, "machine": machine(), "size": given.size, "latency": LATENCY, "figures": figures}
        FIGURES.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8", newline="\n")
        return subprocess.run([sys.executable, DOCS / "tools" / "tables.py"], check=False).returncode
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
