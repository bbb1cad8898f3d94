"""The figures over a list of executions are right for any list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import quantcdn
from quantcdn.emulator import Emulator, ManualClock

START = datetime(2026, 1, 31, tzinfo=UTC)


def listed(*lines: dict[str, Any]) -> quantcdn.ListAIToolExecutions200Response:
    made = quantcdn.ListAIToolExecutions200Response.from_dict(
        {"executions": list(lines), "count": len(lines), "orgId": "acme"}
    )
    assert made is not None
    return made


def took(seconds: float, **fields: Any) -> dict[str, Any]:
    ended = START + timedelta(seconds=seconds)
    return {"createdAt": START.isoformat(), "completedAt": ended.isoformat(), **fields}


def test_executions_are_counted_by_tool_and_status_the_most_frequent_first() -> None:
    stats = listed(
        {"toolName": "calculate", "status": "failed"},
        {"toolName": "generate_image", "status": "complete"},
        {"toolName": "generate_image", "status": "running"},
        {"toolName": "generate_image", "status": "complete"},
    ).stats()
    assert stats.total == 4
    assert list(stats.by_tool.items()) == [("generate_image", 3), ("calculate", 1)]
    assert list(stats.by_status.items()) == [("complete", 2), ("failed", 1), ("running", 1)]
    assert stats.by_tool_and_status == {
        ("generate_image", "complete"): 2,
        ("calculate", "failed"): 1,
        ("generate_image", "running"): 1,
    }


def test_the_letter_case_of_a_status_makes_no_difference() -> None:
    stats = listed(
        {"status": "Complete"}, {"status": "COMPLETE "}, {"status": "complete"}, {"status": "FAILED"}
    ).stats()
    assert stats.by_status == {"complete": 3, "failed": 1}
    assert stats.success_rate == 0.75


def test_what_is_missing_counts_as_unknown() -> None:
    stats = listed({}, {"toolName": None, "status": ""}).stats()
    assert stats.by_tool_and_status == {("unknown", "unknown"): 2}


def test_unfinished_executions_and_new_statuses_have_no_part_in_the_success_rate() -> None:
    lines = [{"status": status} for status in ("pending", "running", "paused", "complete", "complete", "failed")]
    assert listed(*lines).stats().success_rate == pytest.approx(2 / 3)
    assert listed(*lines[:3]).stats().success_rate is None


def test_an_empty_list_has_no_rates_and_no_durations() -> None:
    stats = listed().stats()
    assert (stats.total, stats.by_tool, stats.success_rate, stats.durations) == (0, {}, None, None)


def test_percentiles_are_drawn_between_the_two_durations_around_them() -> None:
    durations = listed(*(took(seconds) for seconds in (40, 10, 30, 20, 50))).stats().durations
    assert durations is not None
    assert (durations.count, durations.p50, durations.longest) == (5, 30, 50)
    assert durations.p90 == pytest.approx(46)
    assert durations.p99 == pytest.approx(49.6)


def test_one_duration_is_every_percentile() -> None:
    durations = (
        listed(took(12.5), {"createdAt": START.isoformat()}, {"completedAt": START.isoformat()}).stats().durations
    )
    assert durations is not None
    assert (durations.count, durations.p50, durations.p90, durations.p99, durations.longest) == (1, *[12.5] * 4)


@given(st.lists(st.integers(0, 86_400), min_size=1, max_size=100))
def test_percentiles_lie_in_order_within_the_durations(seconds: list[int]) -> None:
    durations = listed(*map(took, seconds)).stats().durations
    assert durations is not None
    figures = [min(seconds), durations.p50, durations.p90, durations.p99, durations.longest]
    assert figures == pytest.approx(sorted(figures))
    assert (durations.longest, durations.count) == (max(seconds), len(seconds))


def test_the_response_of_the_service_has_figures(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, quantcdn_api: quantcdn.AIToolsApi
) -> None:
    quantcdn_emulator.start_execution("calculate", pending=1, running=3)
    quantcdn_emulator.start_execution("calculate", pending=1, running=1, error="no")
    quantcdn_emulator.start_execution("generate_image", pending=60)
    quantcdn_clock.advance(10)
    stats = quantcdn_api.list_ai_tool_executions("acme").stats()
    assert stats.by_tool == {"calculate": 2, "generate_image": 1}
    assert stats.success_rate == 0.5
    assert stats.durations is not None
    assert stats.durations.longest == 4
