"""Simulate many clients that wait through an outage of a service which becomes slow under load.

``python docs/examples/outage_at_scale.py`` writes the figures beside itself and the plot to ``docs/images``.
Pauses and retries are the client's own code; the service is a queue, and no network is used.
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from quantcdn import AIToolsApi, ApiClient, ApiResponse, Configuration, Poll, RetryPolicy
from quantcdn._polling.poller import MAX_CONSECUTIVE_FAILURES
from quantcdn._transport.retry_budget import RetryBudget
from quantcdn.api._polls import Polls
from quantcdn.exceptions import ServiceException

FIGURES = Path(__file__).with_suffix(".json")
PLOT = Path(__file__).parent.parent / "images" / "outage-at-scale.svg"

CLIENTS, SEED = 100_000, 2026
SECONDS = 1_200
"""How long clients keep coming."""
OUTAGE = range(450, 750)
"""The seconds in which every request is answered by 503 at once."""
SHORTEST, LONGEST = 5.0, 60.0
"""How long an execution takes, in seconds: any time between these is as likely. An outage does not hold it up."""

SERVICE_TIME = 0.1
"""The mean time that a worker takes for a request, in seconds."""
CAPACITY = 0.03
"""How many requests a second the service can serve for each client: twice what the fixed pauses send it."""
QUEUE_SECONDS = 6.0
"""How much work may queue, in seconds; beyond it, requests are answered by 503 with Retry-After."""
RETRY_AFTER = 5.0
GATEWAY_TIMEOUT = 4.0
"""When the gateway answers 504 in the service's place, in seconds; the worker does the work all the same."""
BEGIN_AGAIN = 5.0
"""After how many seconds a program waits again for what a wait has given up."""
PATIENCE = 600.0
"""For how long a program waits in all, in seconds."""


class Response(NamedTuple):
    """What a request comes to."""

    status: int
    retry_after: float = 0.0


_DOWN, _FULL, _LATE, _OK = Response(503), Response(503, RETRY_AFTER), Response(504), Response(200)


class Service:
    """Workers with one queue (M/M/c with a bound), behind a gateway that loses patience."""

    def __init__(self, clients: int, chance: random.Random) -> None:
        workers = max(1, round(clients * CAPACITY * SERVICE_TIME))
        self._free_at = [0.0] * workers
        self._chance = chance
        self._out_from, self._out_until = OUTAGE.start, OUTAGE.stop

    def handle(self, now: float) -> tuple[float, Response]:
        """Take a request; returns when its response comes, and which."""
        if self._out_from <= now < self._out_until:
            return now, _DOWN
        begins = max(now, self._free_at[0])
        if begins - now > QUEUE_SECONDS:
            return now, _FULL
        ends = begins + self._chance.expovariate(1 / SERVICE_TIME)
        heapq.heapreplace(self._free_at, ends)
        if ends - now > GATEWAY_TIMEOUT:
            return now + GATEWAY_TIMEOUT, _LATE
        return ends, _OK


SEND = -1.0
"""What a client yields to send a request; any other number is a pause in seconds."""

Client = Generator[float, Response | None, None]
IsFinal = Callable[[], bool]


@dataclass
class Waiting:
    """How programs wait: with this client."""

    has_budget: bool
    """Whether retries have to be earned and are limited, as they are; otherwise each poll is a call like any other."""
    poll: Poll = field(default_factory=Poll)
    policy: RetryPolicy = field(default_factory=RetryPolicy)

    def client(self, chance: random.Random, is_final: IsFinal) -> Client:
        """Wait until the end is seen, again after each wait that was given up."""
        budget = RetryBudget()
        while not (yield from self._wait(chance, is_final, budget)):
            yield BEGIN_AGAIN

    def _wait(
        self, chance: random.Random, is_final: IsFinal, budget: RetryBudget
    ) -> Generator[float, Response | None, bool]:
        """Make one wait; returns whether it has seen the end, and not failed too often in a row."""
        pauses, polls, failures = self.poll.pauses(chance.uniform), Polls(_API, {}, once=False, cancel=None), 0
        while True:
            response = yield from self._send(chance, budget, polls)
            failures = 0 if response.status == 200 else failures + 1
            if failures == 0 and is_final():
                return True
            if failures >= MAX_CONSECUTIVE_FAILURES:
                return False
            yield max(next(pauses), response.retry_after)

    def _send(
        self, chance: random.Random, budget: RetryBudget, polls: Polls
    ) -> Generator[float, Response | None, Response]:
        """Send a poll, and retries of it."""
        most = self.policy.attempts
        if self.has_budget and not polls._credit:
            most = 1
        elif self.has_budget:
            most = 2
        attempt, cost = 1, 0
        while True:
            response = yield SEND
            assert response is not None
            retried = response.status != 200 and attempt < most and not (self.has_budget and response.retry_after)
            if retried and self.has_budget:
                cost = budget.take(after_timeout=False)
                retried = bool(cost)
            if not retried:
                break
            pause = chance.uniform(0.0, self.policy.longest_pause(attempt, response.status))
            yield max(pause, response.retry_after)
            attempt += 1
        if response.status == 200:
            budget.give_back(cost)
        _note(polls, response)
        return response


def _note(polls: Polls, response: Response) -> None:
    """Let the polls of a wait earn a retry by a success, and lose one by a failure."""

    def call(_options: object) -> ApiResponse[None]:
        if response.status != 200:
            raise ServiceException(response.status)
        return ApiResponse(status_code=200, headers={}, data=None, raw_data=b"")

    try:
        polls.send(None, call)
    except ServiceException:
        return


@dataclass
class Naive:
    """How programs wait: with a loop that sleeps, and retries at once."""

    poll: Poll = field(default_factory=lambda: Poll(2.0, 1.0, 2.0, jitter=0.0))
    attempts: int = RetryPolicy().attempts

    def client(self, chance: random.Random, is_final: IsFinal) -> Client:
        """Poll until the end is seen, whatever happens."""
        pauses = self.poll.pauses(chance.uniform)
        while True:
            for _ in range(self.attempts):
                response = yield SEND
                assert response is not None
                if response.status == 200:
                    break
            if response.status == 200 and is_final():
                return
            yield next(pauses)


_API = AIToolsApi(ApiClient(Configuration("http://localhost", access_token="unused", proxy="")))

POLICIES: dict[str, Waiting | Naive] = {
    "default": Waiting(has_budget=True),
    "default, without its budget": Waiting(has_budget=False),
    "every 2 s, retries at once": Naive(),
}


@dataclass
class Record:
    """What happened, by the second."""

    sent: list[int] = field(default_factory=lambda: [0] * SECONDS)
    succeeded: list[int] = field(default_factory=lambda: [0] * SECONDS)
    latencies: list[float] = field(default_factory=list)
    """Of the requests before the outage, in seconds."""
    held_up: int = 0
    """How many waits the outage kept from their end."""
    noticed: list[float] = field(default_factory=list)
    """When the ends of those were seen, in seconds after the outage."""
    given_up: int = 0
    """How many clients have seen no end in their time."""


class Clock:
    """The time of the simulation, in seconds."""

    now = 0.0


def simulate(policy: Waiting | Naive, clients: int) -> Record:
    """Let clients come at any time, each with an execution of its own."""
    chance, clock, record = random.Random(SEED), Clock(), Record()
    service = Service(clients, chance)
    events: list[tuple[float, int, Client, tuple[float, float], Response | None]] = []
    for number in range(clients):
        begins = chance.uniform(0.0, SECONDS)
        ends = begins + chance.uniform(SHORTEST, LONGEST)
        waiting = policy.client(chance, lambda ends=ends: clock.now >= ends)  # type: ignore[misc] # a default of its own
        events.append((begins, number, waiting, (begins, ends), None))
        record.held_up += OUTAGE.start <= ends < OUTAGE.stop
    heapq.heapify(events)
    while events[0][0] < SECONDS:
        clock.now, number, waiting, (begins, ends), response = events[0]
        if clock.now - begins > PATIENCE:
            record.given_up += 1
            heapq.heappop(events)
            continue
        second = int(clock.now)
        if response is not None and response.status == 200:
            record.succeeded[second] += 1
        try:
            then = clock.now
            while then == clock.now:  # a request that is refused at once takes no time
                step = waiting.send(response)
                if step != SEND:
                    then, response = clock.now + step, None
                    break
                record.sent[second] += 1
                then, response = service.handle(clock.now)
        except StopIteration:
            if OUTAGE.start <= ends < OUTAGE.stop:
                record.noticed.append(clock.now - OUTAGE.stop)
            heapq.heappop(events)
            continue
        if response is not None and second < OUTAGE.start:
            record.latencies.append(then - clock.now)
        heapq.heapreplace(events, (then, number, waiting, (begins, ends), response))
    return record


def figures(record: Record) -> dict[str, float | None]:
    """Sum up what happened."""
    before, during, after = record.sent[60 : OUTAGE.start], record.sent[OUTAGE.start : OUTAGE.stop], OUTAGE.stop
    late = sorted(record.noticed)
    half, most = len(record.latencies) // 2, int(record.held_up * 0.99)
    return {
        "requests": sum(record.sent),
        "per_second_before": round(sum(before) / len(before)),
        "per_second_in_outage": round(sum(during) / len(during)),
        "peak_per_second": max(record.sent),
        "median_latency_before": round(sorted(record.latencies)[half], 2),
        "recovered_after": _recovered(record),
        "held_up": record.held_up,
        "most_noticed_after": round(late[most - 1], 1) if len(late) >= most else None,
        "given_up": record.given_up,
        "failed_after": sum(record.sent[after:]) - sum(record.succeeded[after:]),
    }


def _recovered(record: Record) -> int | None:
    """Find after how many seconds 99 of 100 requests succeed, over ten seconds; None where they never do."""
    for second in range(OUTAGE.stop, SECONDS - 20):
        sent, succeeded = (sum(counts[second : second + 10]) for counts in (record.sent, record.succeeded))
        if succeeded >= 0.99 * sent:
            return second - OUTAGE.stop
    return None


def plot(records: dict[str, Record], clients: int) -> str:
    """Draw the requests of each second, one strip a policy, all to the same scale; returns an SVG image."""
    width, height, left, strip = 820, 190, 70, 130
    whole = len(records) * height + 30
    most = max(max(record.sent) for record in records.values())
    scale = (width - left - 20) / SECONDS
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {whole}"',
        ' font-family="sans-serif" font-size="13">',
        f"<title>Requests per second of {clients:,} clients through an outage of five minutes</title>",
        f'<rect width="{width}" height="{whole}" fill="#ffffff"/>',
    ]
    for row, (name, record) in enumerate(records.items()):
        bottom = row * height + 30 + strip
        start, length = left + OUTAGE.start * scale, len(OUTAGE) * scale
        parts += [
            f'<text x="{left}" y="{bottom - strip - 10}" font-weight="bold">{name}</text>',
            f'<rect x="{start:.1f}" y="{bottom - strip}" width="{length:.1f}" height="{strip}" fill="#eeeeee"/>',
            _area(record.sent, left, bottom, scale, strip / most, "#d9822b"),
            _area(record.succeeded, left, bottom, scale, strip / most, "#2f6f9f"),
            f'<path d="M{left},{bottom - strip}V{bottom}H{width - 20}" fill="none" stroke="#444444"/>',
            f'<text x="{left - 6}" y="{bottom - strip + 5}" text-anchor="end">{most:,}</text>',
            f'<text x="{left - 6}" y="{bottom + 4}" text-anchor="end">0</text>',
        ]
        parts += [
            f'<text x="{left + minute * 60 * scale:.1f}" y="{bottom + 18}" text-anchor="middle">{minute} min</text>'
            for minute in range(0, SECONDS // 60 + 1, 5)
        ]
    legend = "Requests in each second, simulated: blue succeeded, orange failed; the outage is grey"
    parts.append(f'<text x="{left}" y="{whole - 12}">{legend}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _area(counts: list[int], left: float, bottom: float, scale: float, unit: float, colour: str) -> str:
    steps = "".join(f"V{bottom - count * unit:.1f}H{left + (at + 1) * scale:.1f}" for at, count in enumerate(counts))
    return f'<path d="M{left},{bottom}{steps}V{bottom}Z" fill="{colour}"/>'


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Simulate many clients that wait through an outage.")
    parser.add_argument("--clients", type=int, default=CLIENTS, help="how many")
    parser.add_argument("--figures", type=Path, default=FIGURES, help="where the figures go")
    parser.add_argument("--plot", type=Path, default=PLOT, help="where the plot goes")
    given = parser.parse_args()
    records = {name: simulate(policy, given.clients) for name, policy in POLICIES.items()}
    found = {name: figures(record) for name, record in records.items()}
    text = json.dumps({"clients": given.clients, "figures": found}, indent=2)
    given.figures.write_text(text + "\n", encoding="utf-8", newline="\n")
    given.plot.parent.mkdir(exist_ok=True)
    given.plot.write_text(plot(records, given.clients), encoding="utf-8", newline="\n")
    for name, values in found.items():
        print(f"{name:28}", *(f"{key}={value}" for key, value in values.items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
