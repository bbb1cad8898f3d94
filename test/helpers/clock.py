"""Time without time, and things to wait for without a service."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from quantcdn import AIToolsApi, ApiClient, exceptions
from quantcdn.api_client import TimeSource
from quantcdn.emulator import Emulator, ManualClock
from quantcdn.models import GetAIToolExecutionStatus200Response, ListAIToolExecutions200Response

START = 1_767_225_600.0


def no_chance(_least: float, _most: float) -> float:
    return 0.0


def most(_least: float, largest: float) -> float:
    return largest


@dataclass
class FakeClock:
    """A clock that only its own sleep moves, in whichever thread."""

    uniform: Callable[[float, float], float] = no_chance
    now: float = 0.0
    pauses: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        with self.lock:
            self.pauses.append(seconds)
            self.now += seconds

    @property
    def clock(self) -> TimeSource:
        return TimeSource(self.monotonic, self.sleep, self.uniform)


@dataclass(frozen=True)
class Seen:
    """What a poll has shown."""

    status: str
    completed_tools: int | None = None
    error: Any = None
    tool_name: str = "calculate"

    @property
    def is_final(self) -> bool:
        return self.is_failed or self.status in ("complete", "archived")

    @property
    def is_failed(self) -> bool:
        return self.status in ("failed", "cancelled", "timed_out", "expired")


def problem(status: int = 503, retry_after: float | None = None) -> exceptions.ApiException:
    return exceptions.exception_class(status)(status=status, reason="Reason", retry_after=retry_after)


@dataclass
class Thing:
    """An execution of the fake service."""

    identifier: str
    created: float
    ends: float
    tool: str = "calculate"
    error: str | None = None
    result: Any = None

    def status(self, now: float) -> str:
        if now < self.ends:
            return "running"
        return "failed" if self.error else "complete"


class FakeService:
    """Functions in the place of two endpoints, with a journal, on a clock of its own."""

    def __init__(self, time: FakeClock, *things: Thing) -> None:
        self.time = time
        self.things = {thing.identifier: thing for thing in things}
        self.polled: list[tuple[float, str]] = []
        self.lists: list[float] = []
        self.limits: list[float | None] = []
        self.refuse: Callable[[str | None], exceptions.ApiException | None] = lambda _: None
        """Gives the error for an identifier, or for the list where that is None; or None."""

    def get_status(self, identifier: str, seconds: float | None = None) -> GetAIToolExecutionStatus200Response:
        self.polled.append((self.time.now, identifier))
        self.limits.append(seconds)
        refused = self.refuse(identifier) or (None if identifier in self.things else problem(404))
        if refused is not None:
            raise refused
        thing = self.things[identifier]
        status = thing.status(self.time.now)
        body = {"executionId": identifier, "toolName": thing.tool, "status": status, "createdAt": START + thing.created}
        outcome = {"complete": {"result": thing.result}, "failed": {"error": thing.error}}.get(status, {})
        return GetAIToolExecutionStatus200Response.from_dict({**body, **outcome})

    def list_newest(self, seconds: float | None = None) -> ListAIToolExecutions200Response:
        self.lists.append(self.time.now)
        self.limits.append(seconds)
        refused = self.refuse(None)
        if refused is not None:
            raise refused
        newest = sorted(self.things.values(), key=lambda thing: thing.created, reverse=True)[:100]
        lines = [{"executionId": t.identifier, "toolName": t.tool, "status": t.status(self.time.now)} for t in newest]
        return ListAIToolExecutions200Response.from_dict({"executions": lines, "count": len(lines), "orgId": "acme"})


@contextmanager
def waiting(
    service: Emulator, clock: ManualClock, uniform: Callable[[float, float], float] = no_chance, **settings: Any
) -> Iterator[AIToolsApi]:
    """Make the endpoints of a local service, for which a pause moves its clock and takes no time."""
    configuration = service.configuration(**{"proxy": "", "retries": 0, **settings})
    with ApiClient(configuration) as client:
        client.clock = TimeSource(clock.now, clock.advance, uniform)
        yield AIToolsApi(client)


def count(service: Emulator, operation: str) -> int:
    """Count the requests of an operation that came."""
    return sum(request.operation == operation for request in service.requests)


STATUS = "get_ai_tool_execution_status"
LIST = "list_ai_tool_executions"


def advance(service: Emulator, seconds: float) -> None:
    """Move the time of a local service on."""
    assert isinstance(service.clock, ManualClock)
    service.clock.advance(seconds)
