"""Write the tables of figures in ``waiting.md``, ``polling-at-scale.md`` and ``scaling.md``.

They come from the client's own waits on a simulated clock, and from the stored simulation and measurement.
``python docs/tools/tables.py`` writes them; with ``--check`` it names each page that is not current and exits 1.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from quantcdn import Poll
from quantcdn._polling.batch import BatchWait
from quantcdn._polling.poller import Polled
from quantcdn._polling.waiter import Wait
from quantcdn.api_client import TimeSource
from quantcdn.models import (
    GetAIToolExecutionStatus200Response,
    ListAIToolExecutions200Response,
    ListAIToolExecutions200ResponseExecutionsInner,
)
from quantcdn.polling import EVERY_2_SECONDS

SEEDS = range(200)
LONGEST_LIST = 100


class Simulation:
    """A service without a network: executions by identifier, each with the second in which it ends."""

    def __init__(self, ends: dict[str, float], seed: int) -> None:
        self.ends = ends
        self.now = 0.0
        self.lists = self.polls = 0
        self.clock = TimeSource(lambda: self.now, self.sleep, random.Random(seed).uniform)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def status(self, identifier: str) -> str:
        return "complete" if self.now >= self.ends[identifier] else "running"

    def poll(self, identifier: str, _seconds: float | None = None) -> GetAIToolExecutionStatus200Response:
        self.polls += 1
        return GetAIToolExecutionStatus200Response(
            execution_id=identifier, tool_name="tool", status=self.status(identifier), created_at=0
        )

    def newest(self, _seconds: float | None) -> ListAIToolExecutions200Response:
        self.lists += 1
        lines = [
            ListAIToolExecutions200ResponseExecutionsInner(execution_id=name, status=self.status(name))
            for name in list(self.ends)[:LONGEST_LIST]
        ]
        return ListAIToolExecutions200Response(executions=lines, count=len(lines), org_id="acme")


@dataclass(frozen=True)
class Cost:
    """What one wait took."""

    lists: int
    polls: int
    delays: list[float]


def one(seconds: float, poll: Poll, seed: int) -> Cost:
    """Wait for one thing that takes some seconds."""
    service = Simulation({"it": seconds}, seed)
    wait = Wait(
        "it",
        lambda _: Polled(service.poll("it")),
        poll_for=lambda _: poll,
        timeout=None,
        on_update=None,
        clock=service.clock,
    )
    wait.until_final(None)
    return Cost(0, service.polls, [service.now - seconds])


def many(count: int, over: float, seed: int) -> Cost:
    """Wait for executions that end one after the other."""
    service = Simulation({f"exec_{n}": over * (n + 1) / count for n in range(count)}, seed)
    waits = BatchWait(
        service.ends,
        lambda name, seconds: Polled(service.poll(name, seconds)),
        lambda seconds: Polled(service.newest(seconds)),
        poll=EVERY_2_SECONDS,
        timeout=None,
        max_rate=20.0,
        on_update=None,
        clock=service.clock,
    )
    delays = [outcome.seconds - service.ends[outcome.identifier] for outcome in waits]
    return Cost(service.lists, service.polls, delays)


def separately(count: int, over: float, seed: int) -> Cost:
    """Wait for each on its own, as a comparison."""
    costs = [one(over * (n + 1) / count, EVERY_2_SECONDS, seed * count + n) for n in range(count)]
    return Cost(0, sum(cost.polls for cost in costs), [delay for cost in costs for delay in cost.delays])


CASES: dict[str, tuple[Callable[[int], Cost], range]] = {
    "an image of 12 s": (lambda seed: one(12, EVERY_2_SECONDS, seed), SEEDS),
    "another tool of 3 minutes": (lambda seed: one(180, Poll(), seed), SEEDS),
    "an orchestration of 10 minutes": (lambda seed: one(600, EVERY_2_SECONDS, seed), SEEDS),
    "100 executions that end over 60 s": (lambda seed: many(100, 60, seed), range(10)),
    "the same 100, each waited for on its own": (lambda seed: separately(100, 60, seed), range(10)),
    "1,000 executions that end over 60 s": (lambda seed: many(1_000, 60, seed), range(2)),
}
"""What is waited for: how, and with which seeds."""


def waits() -> Iterable[list[str]]:
    """Write the rows of what waits cost."""
    yield ["Waited for", "List requests, at most", "Status requests, at most", "Noticed after, mean", "at most"]
    for name, (simulate, seeds) in CASES.items():
        costs = [simulate(seed) for seed in seeds]
        delays = [delay for cost in costs for delay in cost.delays]
        lists, polls = (max(getattr(cost, kind) for cost in costs) for kind in ("lists", "polls"))
        yield [name, f"{lists:,}", f"{polls:,}", f"{statistics.mean(delays):.1f} s", f"{max(delays):.1f} s"]


ROWS = {
    "requests": "Requests in all",
    "mean_per_second": "Mean of requests a second, in the first minute",
    "peak_per_second": "Most in a second",
    "peak_per_100_ms": "Most in 100 ms",
    "peak_per_100_ms_from_20_s_on": "Most in 100 ms, from 20 s on",
    "mean_delay": "End noticed after, mean, in seconds",
    "longest_delay": "End noticed after, at most, in seconds",
}


def scale() -> Iterable[list[str]]:
    """Write the rows of the stored simulation."""
    path = Path(__file__).parent.parent / "examples" / "polling_at_scale.json"
    figures = json.loads(path.read_text(encoding="utf-8"))["figures"]
    yield ["", *figures]
    for key, name in ROWS.items():
        values = [policy[key] for policy in figures.values()]
        yield [name, *(f"{value:,.1f}" if key.endswith("delay") else f"{value:,.0f}" for value in values)]


OUTAGE_ROWS = {
    "requests": "Requests in all",
    "per_second_before": "A second, before the outage",
    "per_second_in_outage": "A second, in the outage",
    "peak_per_second": "Most in a second",
    "failed_after": "Requests that failed after the outage",
    "recovered_after": "99 of 100 requests succeed again after, in seconds",
    "most_noticed_after": "99 of 100 ends in the outage noticed after, in seconds",
    "given_up": "Programs that gave up",
}


def outage() -> Iterable[list[str]]:
    """Write the rows of the stored simulation of an outage."""
    path = Path(__file__).parent.parent / "examples" / "outage_at_scale.json"
    figures = json.loads(path.read_text(encoding="utf-8"))["figures"]
    yield ["", *figures]
    for key, name in OUTAGE_ROWS.items():
        values = [policy[key] for policy in figures.values()]
        yield [name, *("never" if value is None else f"{value:,.0f}" for value in values)]


def scripts() -> Iterable[list[str]]:
    """Write the rows of the stored measurement."""
    path = Path(__file__).parent.parent / "examples" / "scaling.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    yield [f"{stored['size']:,} that …", "Waited for with", "Seconds", "Requests", "CPU seconds", "MiB at the peak"]
    for case, scripts in stored["figures"].items():
        for name, found in scripts.items():
            numbers = (
                f"{found['seconds']:,.0f}",
                f"{found['requests']:,}",
                f"{found['cpu']:,.0f}",
                f"{found['memory']:,}",
            )
            yield [case, name, *numbers]
    yield [f"{stored['date']}, {stored['machine']}", "", "", "", "", ""]


TABLES: dict[str, tuple[Callable[[], Iterable[list[str]]], ...]] = {
    "waiting.md": (waits,),
    "polling-at-scale.md": (scale, outage),
    "scaling.md": (scripts,),
}


def written(text: str, tables: Iterable[Iterable[list[str]]]) -> str:
    """Put the tables of a page between its pairs of marks."""
    begin, end = "<!-- docs/tools/tables.py writes this table -->", "<!-- end of the table -->"
    waiting = [table(rows) for rows in tables]
    parts = re.split(f"({re.escape(begin)}\n|{re.escape(end)})", text)
    if parts[1::2] != [f"{begin}\n", end] * len(waiting):
        raise SystemExit("a page has not one pair of marks for each of its tables")
    parts[2::4] = [f"\n{lines}\n\n" for lines in waiting]
    return "".join(parts)


def table(rows: Iterable[list[str]]) -> str:
    """Write a table; its first row is the head."""
    head, *lines = [" | ".join(row) for row in rows]
    rule = " | ".join("---" for _ in head.split(" | "))
    return "\n".join(f"| {line} |" for line in (head, rule, *lines))


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Write the tables of figures in docs/.")
    parser.add_argument("--check", action="store_true", help="write nothing; name each page that is not current")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent.parent, help="where the pages are")
    given = parser.parse_args()
    stale = False
    for name, tables in TABLES.items():
        path = given.folder / name
        before = path.read_text(encoding="utf-8")
        after = written(before, (rows() for rows in tables))
        if after != before and given.check:
            print(f"not current: {path}")
            stale = True
        elif after != before:
            path.write_text(after, encoding="utf-8", newline="\n")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
