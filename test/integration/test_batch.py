"""Waits for many executions at once: what they cost, and that each has its own end."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from quantcdn import (
    AIToolsApi,
    ApiTypeError,
    ApiValueError,
    UnauthorizedException,
)
from quantcdn.emulator import Emulator, Fault, ManualClock
from test.helpers.clock import LIST, STATUS, count, no_chance, waiting


def test_a_hundred_over_a_minute_cost_60_lists_and_100_polls_at_most(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock
) -> None:
    ids = [quantcdn_emulator.start_execution("calculate", pending=0, running=(n + 1) * 0.6) for n in range(100)]
    with waiting(quantcdn_emulator, quantcdn_clock, random.Random(5).uniform) as api:
        outcomes = list(api.wait_for_ai_tool_executions("acme", ids))
    assert sorted(outcome.identifier for outcome in outcomes) == sorted(ids)
    assert all(outcome.error is None and outcome.execution.is_complete for outcome in outcomes)
    assert count(quantcdn_emulator, LIST) <= 60
    assert count(quantcdn_emulator, STATUS) == 100
    # Each is noticed within one poll of the list.
    lateness = [outcome.seconds - (ids.index(outcome.identifier) + 1) * 0.6 for outcome in outcomes]
    assert max(lateness) <= 2.5 + 0.01


def test_a_thousand_cost_a_poll_each_and_what_the_rate_allows(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock
) -> None:
    ids = [quantcdn_emulator.start_execution("calculate", pending=0, running=(n + 1) * 0.06) for n in range(1_000)]
    begun = quantcdn_clock.now()
    with waiting(quantcdn_emulator, quantcdn_clock, random.Random(5).uniform) as api:
        outcomes = list(api.wait_for_ai_tool_executions("acme", ids))
    seconds = quantcdn_clock.now() - begun
    assert sorted(outcome.identifier for outcome in outcomes) == sorted(ids)  # each exactly once
    assert all(outcome.error is None for outcome in outcomes)
    assert count(quantcdn_emulator, STATUS) <= 1_000 + 20 * seconds
    # Those that the list does not show are noticed in their turn: 900 of them, 20 a second.
    assert max(outcome.seconds for outcome in outcomes) <= 60 + 900 / 20


def test_a_token_refused_by_the_service_costs_one_request(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock
) -> None:
    ids = [quantcdn_emulator.start_execution("calculate") for _ in range(10)]
    with waiting(quantcdn_emulator, quantcdn_clock, access_token="other") as api:
        outcomes = list(api.wait_for_ai_tool_executions("acme", ids))
    assert {type(outcome.error) for outcome in outcomes} == {UnauthorizedException}
    assert len(quantcdn_emulator.requests) == 1


@pytest.fixture
def api(quantcdn_emulator: Emulator, quantcdn_clock: ManualClock) -> Iterator[AIToolsApi]:
    with waiting(quantcdn_emulator, quantcdn_clock, no_chance) as made:
        yield made


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        ({"execution_ids": "exec_1"}, ApiTypeError, "execution_ids"),
        ({"execution_ids": ["exec_1", 7]}, ApiTypeError, "execution_ids"),
        ({"execution_ids": ["exec_1", " "]}, ApiValueError, "execution_ids"),
        ({"execution_ids": ["exec_1", ".."]}, ApiValueError, "execution_ids"),
        ({"timeout": -1}, ApiValueError, "timeout"),
        ({"timeout": float("nan")}, ApiValueError, "timeout"),
        ({"max_rate": 0}, ApiValueError, "max_rate"),
        ({"max_rate": float("nan")}, ApiValueError, "max_rate"),
        ({"max_rate": "5"}, ApiTypeError, "max_rate"),
    ],
)
def test_an_argument_that_cannot_be_used_is_refused_at_the_call(
    api: AIToolsApi, arguments: dict[str, Any], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        api.wait_for_ai_tool_executions("acme", **{"execution_ids": ["exec_1"], **arguments})


def test_the_list_is_asked_for_100_and_options_go_with_each_request(
    quantcdn_emulator: Emulator, api: AIToolsApi
) -> None:
    execution_id = quantcdn_emulator.start_execution("calculate", pending=0, running=1)
    list(api.wait_for_ai_tool_executions("acme", [execution_id], _headers={"X-Trace": "t-1"}))
    assert {request.headers["X-Trace"] for request in quantcdn_emulator.requests} == {"t-1"}
    assert [request.query for request in quantcdn_emulator.requests if request.operation == LIST] == [
        {"limit": "100"}
    ] * 2


def test_a_broken_list_of_the_service_does_not_disturb(quantcdn_emulator: Emulator, api: AIToolsApi) -> None:
    ids = [quantcdn_emulator.start_execution("calculate", pending=0, running=n) for n in range(5)]
    quantcdn_emulator.add_fault(Fault(body=b"<html>Log in</html>"), operation=LIST, times=None)
    outcomes = list(api.wait_for_ai_tool_executions("acme", ids))
    assert [outcome.error for outcome in outcomes] == [None] * 5
