"""Figures over a list of executions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Listed(Protocol):
    """A line of the list of executions."""

    @property
    def tool_name(self) -> str | None:
        """The tool."""
        ...

    @property
    def status(self) -> str | None:
        """How far it is."""
        ...

    @property
    def is_complete(self) -> bool:
        """Whether it has ended well."""
        ...

    @property
    def is_failed(self) -> bool:
        """Whether it has ended badly."""
        ...

    @property
    def created(self) -> datetime | None:
        """When it was asked for."""
        ...

    @property
    def completed(self) -> datetime | None:
        """When it ended."""
        ...


@dataclass(frozen=True, slots=True)
class Durations:
    """How long executions took from being asked for to their end, in seconds."""

    count: int
    """How many executions have both times."""
    p50: float
    """Half of them took at most this long."""
    p90: float
    """Nine in ten took at most this long."""
    p99: float
    """Ninety-nine in a hundred took at most this long."""
    longest: float
    """The longest."""


@dataclass(frozen=True, slots=True)
class ExecutionStats:
    """Figures over a list of executions."""

    total: int
    """How many there are."""
    by_tool: dict[str, int]
    """How many there are of each tool, the most frequent first."""
    by_status: dict[str, int]
    """How many there are of each status in small letters, the most frequent first."""
    by_tool_and_status: dict[tuple[str, str], int]
    """How many there are of each pair of tool and status, the most frequent first."""
    success_rate: float | None
    """Which part of those that have ended has ended well, 0 to 1; None where none has ended."""
    durations: Durations | None
    """How long they took; None where none has both times."""


def stats_of(executions: Iterable[Listed]) -> ExecutionStats:
    """Count executions.

    Args:
        executions: Lines of the list; a missing tool or status counts as ``unknown``.

    Returns:
        The figures.
    """
    lines = list(executions)
    tools = [line.tool_name or "unknown" for line in lines]
    statuses = [(line.status or "").strip().casefold() or "unknown" for line in lines]
    complete, failed = sum(line.is_complete for line in lines), sum(line.is_failed for line in lines)
    return ExecutionStats(
        total=len(lines),
        by_tool=dict(Counter(tools).most_common()),
        by_status=dict(Counter(statuses).most_common()),
        by_tool_and_status=dict(Counter(zip(tools, statuses, strict=True)).most_common()),
        success_rate=complete / (complete + failed) if complete + failed else None,
        durations=_durations(lines),
    )


def _durations(lines: list[Listed]) -> Durations | None:
    seconds = sorted(
        (line.completed - line.created).total_seconds() for line in lines if line.completed and line.created
    )
    if not seconds:
        return None
    p50, p90, p99 = (_percentile(seconds, part) for part in (0.5, 0.9, 0.99))
    return Durations(len(seconds), p50, p90, p99, seconds[-1])


def _percentile(ordered: list[float], part: float) -> float:
    """Interpolate between the two values around a place."""
    place = part * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
