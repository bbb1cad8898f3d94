"""What executions and orchestrations are, and what they have come to at a moment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from quantcdn import _validation

LIFETIME = 86_400.0
"""How long a record is kept after it was created, in seconds."""

# Seconds since 1970 as a float are exact to less than a microsecond only.
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Execution:
    """One tool's script: when it was asked for, how long each step takes, and how it ends."""

    execution_id: str
    tool_name: str
    created: float
    """When it was asked for, in seconds since 1970."""
    pending: float
    """How long it waits, in seconds."""
    running: float
    """How long it runs, in seconds."""
    result: object = None
    """What the tool gives back; None for the usual of such a tool."""
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
    def ended(self) -> float:
        """When it ends."""
        return self.started + self.running

    def status_at(self, now: float) -> str:
        """Say how far it is at a moment."""
        return _status(now, [(self.started, "pending"), (self.ended, "running")], self.error)

    def is_over(self, now: float) -> bool:
        """Say whether it has ended, well or badly."""
        return self.status_at(now) in ("complete", "failed")


@dataclass(frozen=True)
class Orchestration:
    """The script of several tools and the answer made of their results."""

    orchestration_id: str
    executions: tuple[Execution, ...]
    created: float
    """When it was asked for, in seconds since 1970."""
    pending: float
    """How long it waits, in seconds."""
    synthesizing: float
    """How long the answer takes after the last tool has ended, in seconds."""
    answer: str
    """The answer."""
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
    def tools_ended(self) -> float:
        """When the last of its tools ends."""
        return max(self.started, *(execution.ended for execution in self.executions))

    @property
    def ended(self) -> float:
        """When it ends."""
        return self.tools_ended + self.synthesizing

    def status_at(self, now: float) -> str:
        """Say how far it is at a moment; ``waiting`` has another name in each version of the service."""
        steps = [(self.started, "pending"), (self.tools_ended, "waiting"), (self.ended, "synthesizing")]
        return _status(now, steps, self.error)


def _status(now: float, steps: Sequence[tuple[float, str]], error: str | None) -> str:
    last = "complete" if error is None else "failed"
    return next((status for until, status in steps if now < until - _TOLERANCE), last)


_Record = TypeVar("_Record", Execution, Orchestration)


@dataclass
class Records:
    """All executions and orchestrations; each is forgotten a day after it was created."""

    executions: dict[str, Execution] = field(default_factory=dict[str, Execution])
    orchestrations: dict[str, Orchestration] = field(default_factory=dict[str, Orchestration])
    _sorted_out: tuple[int, float] = (0, math.inf)
    """How many were left the last time, and when the first of them is too old."""

    def forget(self, now: float) -> None:
        """Drop what is too old."""
        count, due = self._sorted_out
        if count == len(self.executions) + len(self.orchestrations) and now < due:
            return  # to look at all of thousands would take longer than an answer
        self.executions = _young(self.executions, now)
        self.orchestrations = _young(self.orchestrations, now)
        kept = [one.created for one in self.executions.values()] + [one.created for one in self.orchestrations.values()]
        self._sorted_out = (len(kept), min(kept, default=math.inf) + LIFETIME - _TOLERANCE)

    def newest_first(self) -> list[Execution]:
        """List the executions; of two of the same moment, the one that was added later comes first."""
        return sorted(self.executions.values(), key=lambda execution: execution.created)[::-1]


def _young(records: dict[str, _Record], now: float) -> dict[str, _Record]:
    return {name: record for name, record in records.items() if now < record.created + LIFETIME - _TOLERANCE}
