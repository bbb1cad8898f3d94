"""Response bodies, as each version of the service writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from quantcdn.emulator._records import Execution, Orchestration

ResultOf = Callable[[Execution], object]
"""Returns the result of a tool."""


@dataclass(frozen=True)
class WireFormat:
    """What differs between two versions of the service."""

    waiting: str
    """The status of an orchestration whose tools run."""
    answer: str
    """The key of an orchestration's answer."""
    has_duration: bool
    """Whether an orchestration says how long it took."""


WIRE_FORMATS: Mapping[str, WireFormat] = {
    "4.9": WireFormat(waiting="polling", answer="synthesizedResponse", has_duration=False),
    "4.19": WireFormat(waiting="waiting_tools", answer="result", has_duration=True),
}
"""The versions, by their names."""


def execution_body(execution: Execution, now: float, result_of: ResultOf) -> dict[str, Any]:
    """Write the status of an execution."""
    status = execution.status_at(now)
    body: dict[str, Any] = {
        "executionId": execution.execution_id,
        "toolName": execution.tool_name,
        "status": status,
        **_outcome(execution, now, result_of),
        "createdAt": int(execution.created),
    }
    if status != "pending":
        body["startedAt"] = int(execution.started)
    if execution.is_final_at(now):
        body |= {"completedAt": int(execution.completed), "duration": _short(execution.running)}
    return body


def execution_entry(execution: Execution, now: float) -> dict[str, Any]:
    """Write an execution as a list has it."""
    body = {
        "executionId": execution.execution_id,
        "toolName": execution.tool_name,
        "status": execution.status_at(now),
        "createdAt": _iso(execution.created),
    }
    return body | ({"completedAt": _iso(execution.completed)} if execution.is_final_at(now) else {})


def orchestration_body(
    orchestration: Orchestration, now: float, wire: WireFormat, result_of: ResultOf
) -> dict[str, Any]:
    """Write the status of an orchestration."""
    status = orchestration.status_at(now)
    executions = orchestration.executions
    body: dict[str, Any] = {
        "orchestrationId": orchestration.orchestration_id,
        "status": wire.waiting if status == "waiting" else status,
        "toolCount": len(executions),
        "completedTools": sum(execution.is_final_at(now) for execution in executions),
        "tools": [_tool(execution, now, result_of) for execution in executions],
        "createdAt": _iso(orchestration.created),
    }
    if status == "complete":
        body[wire.answer] = orchestration.answer
    if status == "failed":
        body["error"] = orchestration.error
    if status in ("complete", "failed"):
        body["completedAt"] = _iso(orchestration.completed)
        if wire.has_duration:
            body["duration"] = round(orchestration.completed - orchestration.created)
    return body


def _tool(execution: Execution, now: float, result_of: ResultOf) -> dict[str, Any]:
    return {
        "executionId": execution.execution_id,
        "toolName": execution.tool_name,
        "status": execution.status_at(now),
        **_outcome(execution, now, result_of),
    }


def _outcome(execution: Execution, now: float, result_of: ResultOf) -> dict[str, Any]:
    status = execution.status_at(now)
    if status == "complete":
        return {"result": result_of(execution)}
    return {"error": execution.error} if status == "failed" else {}


def _iso(time: float) -> str:
    """Write a time as ISO 8601, with milliseconds and a Z."""
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _short(seconds: float) -> int | float:
    return int(seconds) if float(seconds).is_integer() else round(seconds, 3)
