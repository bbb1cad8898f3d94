"""What there is to write of each type of record: the fields for scripts, and the columns for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from quantcdn._display import columns
from quantcdn._display.columns import Columns
from quantcdn._display.elements import Cell
from quantcdn._display.formats import iso, now
from quantcdn._display.reading import get, text
from quantcdn._display.text import escaped
from quantcdn._types import is_array, is_object
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
class RecordType(Generic[M]):
    """What there is to write of records that are instances of a model."""

    model: type[M]
    fields: tuple[str, ...]
    """What is written for scripts that ask for nothing else."""
    columns: Columns
    """What is displayed to people."""
    values: Mapping[str, Callable[[M], object]] = field(default_factory=dict[str, Callable[[M], object]])
    """Fields that are written in another form than the service's, or computed from others."""
    computed: Mapping[str, Callable[[M], object]] = field(default_factory=dict[str, Callable[[M], object]])
    """Fields that are written only where they are asked for, and the service has sent none of that name."""

    @property
    def titles(self) -> list[str]:
        """The titles of the columns on a terminal."""
        return [name.upper() for name in self.columns]

    def rows(self, records: Iterable[M]) -> list[list[str]]:
        """Make a row for each record, with a cell for each column."""
        return [[escaped(str(cell)) for cell in columns.row(self.columns, record)] for record in records]

    def is_documented(self, name: str) -> bool:
        """Say whether the model documents a field, or the first part of a path that has dots between its parts."""
        names = [info.alias or name for name, info in self.model.model_fields.items()]
        return _folded(name.partition(".")[0]) in map(_folded, [*names, *self.values, *self.computed])

    def value(self, record: M, raw: object, name: str) -> object:
        """Read a field of a record, or of the same as JSON; ``MISSING`` where neither has it."""
        for known, read in self.values.items():
            if _folded(known) == _folded(name):
                return read(record)
        value = at_path(raw, name)
        compute = self.computed.get(_folded(name)) if value is MISSING else None
        return value if compute is None else compute(record)


def at_path(raw: object, name: str) -> object:
    """Read a value inside JSON, or ``MISSING``, by keys and places in arrays with dots between them."""
    for part in name.split("."):
        if is_array(raw) and part.isdecimal() and int(part) < len(raw):
            raw = raw[int(part)]
            continue
        items: dict[str, Any] = raw if is_object(raw) else {}
        key = next((key for key in items if key == part or _folded(key) == _folded(part)), None)
        if key is None:
            return MISSING
        raw = items[key]
    return raw


def text_of(value: object) -> str:
    """Write the value of a field for a script: no tabs or line ends, ISO 8601 for times, JSON for what is no text."""
    if value is None or value is MISSING:
        return ""
    if isinstance(value, datetime):
        return iso(value)
    return escaped(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _folded(name: str) -> str:
    """Let ``executionId``, ``execution_id`` and ``executionid`` be the same."""
    return name.replace("_", "").casefold()


def arguments_of(spec: object) -> str:
    """Name the arguments of a tool; those that are not required are in square brackets."""
    return ", ".join(name if required else f"[{name}]" for name, _, required in columns.arguments(spec))


def _first_sentence(spec: object) -> Cell:
    sentence, end, _ = text(get(spec, "description")).partition(". ")
    return sentence + end.rstrip()


class _Timed(Protocol):
    @property
    def created(self) -> datetime | None:
        """When it was created."""
        ...

    @property
    def completed(self) -> datetime | None:
        """When it completed or failed."""
        ...


def _age(record: _Timed) -> int | None:
    """Count the whole seconds since a record was created."""
    return None if record.created is None else max(0, int((now() - record.created).total_seconds()))


def _duration(record: _Timed) -> float | None:
    """Count the seconds from created to completed."""
    if record.created is None or record.completed is None:
        return None
    seconds = round((record.completed - record.created).total_seconds(), 3)
    return int(seconds) if seconds == int(seconds) else seconds


EXECUTION_SUMMARY = RecordType(
    ListAIToolExecutions200ResponseExecutionsInner,
    fields=("executionId", "toolName", "status", "createdAt", "completedAt"),
    values={"createdAt": lambda record: record.created, "completedAt": lambda record: record.completed},
    computed={"age": _age, "duration": _duration},
    columns=columns.pick(columns.EXECUTION, "Execution", "Tool", "Status", "Age", "Duration"),
)

EXECUTION = RecordType(
    GetAIToolExecutionStatus200Response,
    fields=(
        "executionId", "toolName", "status", "createdAt", "startedAt", "completedAt", "duration", "error", "result",
    ),
    values={
        "createdAt": lambda record: record.created,
        "startedAt": lambda record: record.started,
        "completedAt": lambda record: record.completed,
    },
    computed={"age": _age},
    columns=columns.pick(columns.EXECUTION, "Execution", "Tool", "Status", "Duration"),
)  # fmt: skip

ORCHESTRATION = RecordType(
    GetAIOrchestrationStatus200Response,
    fields=(
        "orchestrationId", "status", "completedTools", "toolCount", "createdAt", "completedAt", "duration", "error",
        "answer",
    ),
    values={
        "createdAt": lambda record: record.created,
        "completedAt": lambda record: record.completed,
        "answer": lambda record: record.answer,
    },
    computed={"age": _age},
    columns=columns.ORCHESTRATION,
)  # fmt: skip

TOOL = RecordType(
    ListAITools200ResponseToolsInnerToolSpec,
    fields=("name", "takes", "description"),
    values={"takes": arguments_of},
    columns={"Tool": columns.TOOL["Tool"], "Arguments": arguments_of, "Description": _first_sentence},
)

TOOL_NAME = RecordType(
    ListAITools200ResponseToolsInnerToolSpec,
    fields=("name",),
    columns=columns.pick(columns.TOOL, "Tool"),
)

MCP_SERVER = RecordType(
    ListMcpServers200ResponseServersInner,
    fields=("serverName", "displayName", "enabled", "url", "toolAllowlist"),
    columns=columns.MCP_SERVER,
)
