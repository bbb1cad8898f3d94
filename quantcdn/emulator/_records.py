"""Executions and orchestrations as scripts: their statuses follow from the time alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from quantcdn import _validation

RETENTION_SECONDS = 86_400.0
"""How long a record is kept after it was created."""

# Around now, seconds since 1970 as a float are exact to a quarter of a microsecond: 0.1 and 0.2 do not add up to 0.3.
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Execution:
    """The script of one tool: when it was created, how long each step takes, and how it ends."""

    execution_id: str
    tool_name: str
    created: float
    """In seconds since 1970."""
    pending: float
    """For how many seconds it is pending."""
    running: float
    """For how many seconds it runs."""
    result: object = None
    """Its result; None for the usual of such a tool."""
    error: str | None = None
    """Why it fails, or None."""

    def __post_init__(self) -> None:
        _validation.text("tool_name", self.tool_name)
        _validation.duration("pending", self.pending)
        _validation.duration("running", self.running)
        _validation.optional_text("error", self.error)

    @property
    def started(self) -> float:
        """When it begins to run."""
        return self.created + self.pending

    @property
    def completed(self) -> float:
        """When it completes or fails."""
        return self.started + self.running

    def status_at(self, now: float) -> str:
        """Find the status at a time."""
        return _status(now, [(self.started, "pending"), (self.completed, "running")], self.error)

    def is_final_at(self, now: float) -> bool:
        """Say whether the status at a time is the last."""
        return self.status_at(now) in ("complete", "failed")


@dataclass(frozen=True)
class Orchestration:
    """The script of several tools and the answer made of their results."""

    orchestration_id: str
    executions: tuple[Execution, ...]
    created: float
    """In seconds since 1970."""
    pending: float
    """For how many seconds it is pending."""
    synthesizing: float
    """How many seconds the answer takes after the last tool."""
    answer: str
    error: str | None = None
    """Why it fails, or None."""

    def __post_init__(self) -> None:
        _validation.duration("pending", self.pending)
        _validation.duration("synthesizing", self.synthesizing)
        _validation.optional_text("answer", self.answer)
        _validation.optional_text("error", self.error)

    @property
    def started(self) -> float:
        """When it begins to wait for its tools."""
        return self.created + self.pending

    @property
    def tools_completed(self) -> float:
        """When the last of its tools completes or fails."""
        return max(self.started, *(execution.completed for execution in self.executions))

    @property
    def completed(self) -> float:
        """When it completes or fails."""
        return self.tools_completed + self.synthesizing

    def status_at(self, now: float) -> str:
        """Find the status at a time; ``waiting`` has another name in each version of the service."""
        steps = [(self.started, "pending"), (self.tools_completed, "waiting"), (self.completed, "synthesizing")]
        return _status(now, steps, self.error)


def _status(now: float, steps: Sequence[tuple[float, str]], error: str | None) -> str:
    last = "complete" if error is None else "failed"
    return next((status for until, status in steps if now < until - _TOLERANCE), last)


_Record = TypeVar("_Record", Execution, Orchestration)


@dataclass
class Records:
    """All executions and orchestrations by their identifiers."""

    executions: dict[str, Execution] = field(default_factory=dict[str, Execution])
    orchestrations: dict[str, Orchestration] = field(default_factory=dict[str, Orchestration])
    _count_and_expiry: tuple[int, float] = (0, math.inf)
    """How many records the last sweep left, and when the first of those expires."""

    def add(self, execution: Execution) -> None:
        """Add an execution as the newest, also where it replaces one of the same identifier."""
        self.executions.pop(execution.execution_id, None)
        self.executions[execution.execution_id] = execution

    def drop_expired(self, now: float) -> None:
        """Drop what was created a day ago or earlier."""
        # Before every request: with thousands of records, a sweep would take longer than the response.
        count, expiry = self._count_and_expiry
        if count == len(self.executions) + len(self.orchestrations) and now < expiry:
            return
        self.executions = _unexpired(self.executions, now)
        self.orchestrations = _unexpired(self.orchestrations, now)
        created = [execution.created for execution in self.executions.values()]
        created += [orchestration.created for orchestration in self.orchestrations.values()]
        self._count_and_expiry = (len(created), _expiry(min(created, default=math.inf)))

    def newest_first(self) -> list[Execution]:
        """List the executions; of two of the same time, the one that was added later comes first."""
        return sorted(self.executions.values(), key=lambda execution: execution.created)[::-1]


def _unexpired(records: dict[str, _Record], now: float) -> dict[str, _Record]:
    return {name: record for name, record in records.items() if now < _expiry(record.created)}


def _expiry(created: float) -> float:
    return created + RETENTION_SECONDS - _TOLERANCE
