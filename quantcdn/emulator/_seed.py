"""Seed data: executions that a demonstration finds there from the start."""

from __future__ import annotations

from dataclasses import dataclass

from quantcdn.emulator._backend import Backend
from quantcdn.emulator._records import Execution, Orchestration

DOCUMENTED_EXECUTION = "exec_0123456789abcdef0123456789abcdef"
DOCUMENTED_ORCHESTRATION = "orch_0123456789abcdef0123456789abcdef"


@dataclass(frozen=True)
class _Example:
    tool_name: str
    age: float
    """How long ago it was created, in seconds."""
    pending: float
    running: float
    error: str | None = None


_EXAMPLES = (
    _Example("calculate", 64_800, 0.4, 0.2),
    _Example("generate_image", 21_600, 1.2, 12.5),
    _Example("search_web", 7_260, 0.8, 2.4),
    _Example("generate_image", 5_400, 1.0, 4.0, "Image generation failed: the prompt was refused"),
    _Example("get_weather", 1_800, 0.5, 1.1),
    _Example("generate_image", 600, 1.5, 11.0),
    _Example("search_web", 599, 1.5, 3.0),
    _Example("generate_image", 20, 1.0, 60.0),
    _Example("get_weather", 5, 45.0, 2.0),
)

_ANSWERS = {"Here is the harbour as you described it, with what the web says of its history.": slice(5, 7)}
"""The answers of orchestrations, each with its executions."""


def seed_examples(backend: Backend) -> None:
    """Add the examples, as old as they say by the backend's clock."""
    with backend.lock:
        now, records = backend.clock.now(), backend.state.records
        executions = [
            Execution(f"exec_{backend.next_hex('exec')}", e.tool_name, now - e.age, e.pending, e.running, error=e.error)
            for e in _EXAMPLES
        ]
        for execution in executions:
            records.add(execution)
        for answer, members in _ANSWERS.items():
            tools = tuple(executions[members])
            name = f"orch_{backend.next_hex('orch')}"
            records.orchestrations[name] = Orchestration(
                name, tools, tools[0].created, pending=1.0, synthesizing=2.5, answer=answer
            )
