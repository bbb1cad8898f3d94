"""Figures over a list of executions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantcdn._display.mixin import DisplayMixin

if TYPE_CHECKING:
    from quantcdn.models.list_ai_tool_executions200_response_executions_inner import (
        ListAIToolExecutions200ResponseExecutionsInner,
    )


@dataclass(frozen=True, slots=True)
class Durations(DisplayMixin):
    """Durations of executions, from created to completed, in seconds."""

    count: int
    """How many executions have both times."""
    p50: float
    """The median."""
    p90: float
    """The 90th percentile."""
    p99: float
    """The 99th percentile."""
    longest: float
    """The longest."""


@dataclass(frozen=True, slots=True)
class ExecutionStats(DisplayMixin):
    """Figures over a list of executions."""

    total: int
    """How many there are."""
    by_tool: dict[str, int]
    """How many there are of each tool, the most frequent first."""
    by_status: dict[str, int]
    """How many there are of each status in lower case, the most frequent first."""
    by_tool_and_status: dict[tuple[str, str], int]
    """How many there are of each pair of tool and status, the most frequent first."""
    success_rate: float | None
    """The share of the complete ones among those that are complete or failed, 0 to 1; None where there are none."""
    durations: Durations | None
    """From created to completed; None where no execution has both times."""


def status_of(execution: ListAIToolExecutions200ResponseExecutionsInner) -> str:
    """Read a status in lower case; empty where the service sent none, or no text."""
    return execution.status.strip().casefold() if isinstance(execution.status, str) else ""


def seconds_of(execution: ListAIToolExecutions200ResponseExecutionsInner) -> float | None:
    """Return the seconds from created to completed, where both are known."""
    if execution.created is None or execution.completed is None:
        return None
    return (execution.completed - execution.created).total_seconds()


def median_duration(
    executions: Iterable[ListAIToolExecutions200ResponseExecutionsInner], tool_name: str | None
) -> float | None:
    """Return the median of the seconds from created to completed of a tool's complete executions; None without any."""
    rows = (row for row in executions if row.is_complete and row.tool_name == tool_name)
    seconds = sorted(seconds for row in rows if (seconds := seconds_of(row)) is not None)
    return _percentile(seconds, 0.5) if seconds else None


def stats_of(executions: Iterable[ListAIToolExecutions200ResponseExecutionsInner]) -> ExecutionStats:
    """Compute figures over executions; a missing tool or status counts as ``unknown``."""
    rows = list(executions)
    tools = [row.tool_name if row.tool_name and isinstance(row.tool_name, str) else "unknown" for row in rows]
    statuses = [status_of(row) or "unknown" for row in rows]
    complete, failed = sum(row.is_complete for row in rows), sum(row.is_failed for row in rows)
    return ExecutionStats(
        total=len(rows),
        by_tool=dict(Counter(tools).most_common()),
        by_status=dict(Counter(statuses).most_common()),
        by_tool_and_status=dict(Counter(zip(tools, statuses, strict=True)).most_common()),
        success_rate=complete / (complete + failed) if complete + failed else None,
        durations=_durations(sorted(seconds for row in rows if (seconds := seconds_of(row)) is not None)),
    )


def _durations(ordered: list[float]) -> Durations | None:
    if not ordered:
        return None
    p50, p90, p99 = (_percentile(ordered, fraction) for fraction in (0.5, 0.9, 0.99))
    return Durations(len(ordered), p50, p90, p99, ordered[-1])


def _percentile(ordered: list[float], fraction: float) -> float:
    """Interpolate between the two values around a place."""
    place = fraction * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
