"""Calls for a while what fails now and then, and looks for what grows: ``python -m test.benchmark.soak --seconds 60``.

The exit status is 1 where memory grew by more than 2 MB after the first sixth of the time, a descriptor was left,
an answer was another call's, or an error was none of the family.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import quantcdn
from quantcdn.api_client import TimeSource
from test.helpers.busy_service import BusyService

FAULTS = {
    "reset": 0.02,
    "cut": 0.02,
    "leave": 0.02,
    "interim": 0.02,
    "garbage": 0.01,
    "page": 0.01,
    "503": 0.02,
    "429": 0.01,
    "404": 0.01,
    "302": 0.005,
}
THREADS = 8
MOST_GROWTH = 2 * 1024 * 1024


def memory() -> int:
    """Give the bytes of memory that this process holds."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def descriptors() -> int:
    gc.collect()
    return len(os.listdir("/proc/self/fd"))


class Soak:
    """Some threads on one client, for some seconds."""

    def __init__(self, api: quantcdn.AIToolsApi, url: str) -> None:
        self._api = api
        self._url = url
        self._ended = threading.Event()
        self.outcomes: Counter[str] = Counter()
        self._lock = threading.Lock()

    def _run(self, number: int) -> None:
        turn = 0
        while not self._ended.is_set():
            turn += 1
            outcome = self._outcome(f"exec_{number}_{turn}", download=turn % 10 == 0)
            with self._lock:
                self.outcomes[outcome] += 1

    def _outcome(self, identifier: str, *, download: bool) -> str:
        try:
            if download:
                answer = self._api.api_client.rest_client.download(f"{self._url}/{identifier}?X-Amz-Signature=0")
                return _whose(answer.data, identifier)
            execution = self._api.get_ai_tool_execution_status("acme", identifier)
        except quantcdn.ApiException as error:
            return f"{type(error).__name__} {error.status}"
        except Exception as error:
            return f"FOREIGN {type(error).__name__}"
        return "answers" if execution.execution_id == identifier else "WRONG ANSWER"

    def run(self, seconds: float) -> list[int]:
        """Run; returns the memory at the end of each sixth of the time."""
        threads = [threading.Thread(target=self._run, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        seen = []
        for _ in range(6):
            time.sleep(seconds / 6)
            seen.append(memory())
        self._ended.set()
        for thread in threads:
            thread.join()
        return seen


def _whose(file: bytes, identifier: str) -> str:
    if file == b"<!doctype html>":  # a file may be anything
        return "downloads of a page"
    return "downloads" if identifier.encode() in file else "WRONG ANSWER"


def soaked(seconds: float) -> list[str]:
    """Run against a service; prints figures, and returns what is wrong."""
    with BusyService(FAULTS) as service:
        before = descriptors()
        configuration = quantcdn.Configuration(service.url, access_token="t0ken", proxy="")
        with quantcdn.ApiClient(configuration) as client:
            client.rest_client.close()
            client.clock = TimeSource(sleep=lambda _: None)
            soak = Soak(quantcdn.AIToolsApi(client), service.url)
            seen = soak.run(seconds)
        left = descriptors() - before
    growth = seen[-1] - seen[0]
    calls = sum(soak.outcomes.values())
    print(f"{calls} calls in {seconds:g} s on {THREADS} threads, {calls / seconds:.0f} a second")
    for outcome, count in sorted(soak.outcomes.items()):
        print(f"  {count:8} {outcome}")
    print(f"memory: {', '.join(f'{m / 2**20:.1f}' for m in seen)} MiB, grown by {growth / 2**10:.0f} KiB")
    print(f"descriptors left: {left}")
    wrong = [outcome for outcome in soak.outcomes if outcome[:5] in ("WRONG", "FOREI")]
    return wrong + ["memory"] * (growth > MOST_GROWTH) + ["descriptors"] * (left != 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long; 60 by default")
    wrong = soaked(parser.parse_args().seconds)
    print(f"bad: {', '.join(wrong)}" if wrong else "good")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
