"""What there is to show of each kind of record: the fields for scripts, and the columns for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from quantcdn._types import is_array, is_object
from quantcdn.cli.output.durations import age, duration, iso
from quantcdn.exceptions import escaped
from quantcdn.models import (
    GetAIOrchestrationStatus200Response,
    GetAIToolExecutionStatus200Response,
    ListAIToolExecutions200ResponseExecutionsInner,
    ListAITools200ResponseToolsInnerToolSpec,
    ListMcpServers200ResponseServersInner,
)
from quantcdn.models._base import Model

M = TypeVar("M", bound=Model)


class _Missing:
    """Says that a record has no such field."""


MISSING = _Missing()


@dataclass(frozen=True)
class Kind(Generic[M]):
    """A kind of record."""

    model: type[M]
    """Its model."""
    fields: tuple[str, ...]
    """What is written for scripts that ask for nothing else."""
    columns: Mapping[str, Callable[[M], object]]
    """What people see, by its title."""
    values: Mapping[str, Callable[[M], object]] = field(default_factory=dict[str, Callable[[M], object]])
    """Fields that are not written as they came, or are made of others."""

    def rows(self, records: Iterable[M]) -> list[list[str]]:
        """Make the cells of what people see.

        Args:
            records: The records.

        Returns:
            A row a record, a cell a column.
        """
        return [[text_of(read(record)) for read in self.columns.values()] for record in records]

    def documented(self, name: str) -> bool:
        """Say whether there may be such a field, whether or not a record has it.

        Args:
            name: The field's name; parts of a path have dots between them.

        Returns:
            Whether the model documents it, or its first part.
        """
        names = [info.alias or name for name, info in self.model.model_fields.items()]
        return _plain(name.partition(".")[0]) in map(_plain, [*names, *self.values])

    def value(self, record: M, came: object, name: str) -> object:
        """Read a field.

        Args:
            record: The record.
            came: The same as JSON.
            name: The field's name.

        Returns:
            Its value, or ``MISSING``.
        """
        for known, read in self.values.items():
            if _plain(known) == _plain(name):
                return read(record)
        return at_path(came, name)


def at_path(came: object, name: str) -> object:
    """Read a value inside JSON.

    Args:
        came: The JSON.
        name: Keys, and places in arrays from 0 on, with dots between them.

    Returns:
        The value, or ``MISSING``.
    """
    for part in name.split("."):
        if is_array(came) and part.isdecimal() and int(part) < len(came):
            came = came[int(part)]
            continue
        items: dict[str, Any] = came if is_object(came) else {}
        key = next((key for key in items if key == part or _plain(key) == _plain(part)), None)
        if key is None:
            return MISSING
        came = items[key]
    return came


def text_of(value: object) -> str:
    """Write a value into one cell.

    Args:
        value: The value of a field.

    Returns:
        Text without tabs and line ends: nothing for None, ISO 8601 for moments, JSON for what is no text.
    """
    if value is None or value is MISSING:
        return ""
    if isinstance(value, datetime):
        return iso(value)
    return escaped(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _plain(name: str) -> str:
    """Let ``executionId``, ``execution_id`` and ``executionid`` be the same."""
    return name.replace("_", "").casefold()


class _Timed(Protocol):
    @property
    def created(self) -> datetime | None: ...

    @property
    def completed(self) -> datetime | None: ...


def created(record: _Timed) -> datetime | None:
    """Read when a record was asked for."""
    return record.created


def completed(record: _Timed) -> datetime | None:
    """Read when a record ended."""
    return record.completed


def _age(record: _Timed) -> str | None:
    return age(record.created) if record.created else None


def took(record: _Timed) -> str | None:
    """Say how long it was from being asked for to its end.

    Args:
        record: The record.

    Returns:
        A duration, or None where one of the moments is missing.
    """
    if record.created is None or record.completed is None:
        return None
    return duration((record.completed - record.created).total_seconds())


def takes(spec: ListAITools200ResponseToolsInnerToolSpec) -> str:
    """Name what a tool takes.

    Args:
        spec: The tool.

    Returns:
        The names of its arguments; those that may be left out are in square brackets.
    """
    taken = spec.input_schema
    if taken is None:
        return ""
    return ", ".join(name if name in taken.required else f"[{name}]" for name in taken.properties)


def _first_sentence(spec: ListAITools200ResponseToolsInnerToolSpec) -> str:
    return (spec.description or "").partition(". ")[0]


def _yes_or_no(value: object) -> object:
    return ("yes" if value else "no") if isinstance(value, bool) else value


def _joined(value: object) -> object:
    return ", ".join(map(text_of, value)) if is_array(value) else value


LISTED = Kind(
    ListAIToolExecutions200ResponseExecutionsInner,
    fields=("executionId", "toolName", "status", "createdAt", "completedAt"),
    values={"createdAt": created, "completedAt": completed},
    columns={
        "EXECUTION": lambda record: record.execution_id,
        "TOOL": lambda record: record.tool_name,
        "STATUS": lambda record: record.status,
        "AGE": _age,
        "TOOK": took,
    },
)

EXECUTION = Kind(
    GetAIToolExecutionStatus200Response,
    fields=(
        "executionId", "toolName", "status", "createdAt", "startedAt", "completedAt", "duration", "error", "result",
    ),
    values={"createdAt": created, "startedAt": lambda record: record.started, "completedAt": completed},
    columns={
        "EXECUTION": lambda record: record.execution_id,
        "TOOL": lambda record: record.tool_name,
        "STATUS": lambda record: record.status,
        "TOOK": took,
    },
)  # fmt: skip

ORCHESTRATION = Kind(
    GetAIOrchestrationStatus200Response,
    fields=(
        "orchestrationId", "status", "completedTools", "toolCount", "createdAt", "completedAt", "duration", "error",
        "answer",
    ),
    values={"createdAt": created, "completedAt": completed, "answer": lambda record: record.answer},
    columns={
        "ORCHESTRATION": lambda record: record.orchestration_id,
        "STATUS": lambda record: record.status,
        "TOOLS": lambda record: f"{record.completed_tools or 0} of {record.tool_count}",
        "TOOK": took,
    },
)  # fmt: skip

TOOL = Kind(
    ListAITools200ResponseToolsInnerToolSpec,
    fields=("name", "takes", "description"),
    values={"takes": takes},
    columns={"TOOL": lambda spec: spec.name, "TAKES": takes, "WHAT IT DOES": _first_sentence},
)

NAME = Kind(
    ListAITools200ResponseToolsInnerToolSpec,
    fields=("name",),
    columns={"TOOL": lambda spec: spec.name},
)

MCP_SERVER = Kind(
    ListMcpServers200ResponseServersInner,
    fields=("serverName", "displayName", "enabled", "url", "toolAllowlist"),
    columns={
        "SERVER": lambda server: server.server_name,
        "NAME": lambda server: server.display_name,
        "ENABLED": lambda server: _yes_or_no(server.enabled),
        "URL": lambda server: server.url,
        "ALLOWLIST": lambda server: _joined(server.tool_allowlist),
    },
)
