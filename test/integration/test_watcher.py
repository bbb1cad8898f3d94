"""A watch tells each new or changed execution once, and where it may have missed some."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from quantcdn import AIToolsApi, ApiValueError
from quantcdn.api_client import TimeSource
from quantcdn.emulator import Emulator, Fault, ManualClock
from quantcdn.models import ListAIToolExecutions200ResponseExecutionsInner as Line
from test.helpers.clock import no_chance, waiting


def names(notified: list[Any]) -> list[str]:
    return [item.execution_id if isinstance(item, Line) else "gap" for item in notified]


@pytest.fixture
def api(quantcdn_emulator: Emulator, quantcdn_clock: ManualClock) -> Iterator[AIToolsApi]:
    with waiting(quantcdn_emulator, quantcdn_clock) as made:
        yield made


def test_the_service_s_executions_are_reported_as_they_change(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, api: AIToolsApi
) -> None:
    old = quantcdn_emulator.start_execution("calculate", pending=0, running=0)
    quantcdn_clock.advance(1)
    new = quantcdn_emulator.start_execution("search_web", pending=3, running=4, error="down")
    notified = [(item.execution_id, item.status) for item in api.watch_ai_tool_executions("acme", timeout=10)]
    assert notified == [(old, "complete"), (new, "pending"), (new, "running"), (new, "failed")]
    assert {tuple(request.query.items()) for request in quantcdn_emulator.requests} == {(("limit", "100"),)}


def test_one_status_can_be_watched_alone(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, api: AIToolsApi
) -> None:
    quantcdn_emulator.start_execution("calculate", pending=0, running=5)
    failing = quantcdn_emulator.start_execution("calculate", pending=0, running=5, error="no")
    notified = list(api.watch_ai_tool_executions("acme", status="failed", timeout=10))
    assert names(notified) == [failing]
    assert quantcdn_emulator.requests[0].query["status"] == "failed"


def test_more_than_100_between_two_polls_are_a_gap(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, api: AIToolsApi
) -> None:
    def sleep(seconds: float) -> None:
        quantcdn_clock.advance(seconds)
        for _ in range(101):
            quantcdn_emulator.start_execution("calculate", pending=0, running=0)

    quantcdn_emulator.start_execution("calculate", pending=0, running=0)
    api.api_client.clock = TimeSource(quantcdn_clock.now, sleep, no_chance)
    notified = names(list(api.watch_ai_tool_executions("acme", timeout=2)))
    assert (notified[1], len(notified)) == ("gap", 1 + 1 + 100)


# Fails if a watch of one status takes each that has ended for one that fell off.
def test_a_full_list_of_one_status_has_no_gap_where_one_ends(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, api: AIToolsApi
) -> None:
    for n in range(101):
        quantcdn_emulator.start_execution("calculate", pending=0, running=1 if n == 50 else 60)
    notified = names(list(api.watch_ai_tool_executions("acme", status="running", timeout=2)))
    assert (len(notified), "gap" in notified) == (101, False)


@pytest.mark.parametrize("wrong", [0, -1, float("nan")])
def test_an_interval_that_makes_no_sense_is_refused_at_the_call(api: AIToolsApi, wrong: float) -> None:
    with pytest.raises(ApiValueError, match="interval"):
        api.watch_ai_tool_executions("acme", interval=wrong)
    with pytest.raises(ApiValueError, match="timeout"):
        api.watch_ai_tool_executions("acme", timeout=-1)


def test_a_service_that_fails_for_some_polls_is_watched_on(quantcdn_emulator: Emulator, api: AIToolsApi) -> None:
    execution_id = quantcdn_emulator.start_execution("calculate", pending=0, running=3)
    quantcdn_emulator.add_fault(Fault(status=503), times=3)
    assert names(list(api.watch_ai_tool_executions("acme", timeout=10))) == [execution_id]
