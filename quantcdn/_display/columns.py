"""The columns of lists, the same in a notebook, at a prompt and on the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from quantcdn._display import formats
from quantcdn._display.elements import Cell, ProgressBar, Status
from quantcdn._display.reading import code, get, items, text, total_duration
from quantcdn._types import is_array

Columns = Mapping[str, Callable[[object], Cell]]
"""How each cell of a record is read, by the header of its column."""


def progress(obj: object) -> Cell:
    """Read how many tools of an orchestration have completed."""
    done, total = get(obj, "completed_tools"), get(obj, "tool_count")
    if isinstance(total, int) and total > 0:
        return ProgressBar(min(max(done, 0), total) if isinstance(done, int) else 0, total)
    return text(total)


def arguments(spec: object) -> list[tuple[str, object, bool]]:
    """List the arguments of a tool: the name, the schema, and whether it is required."""
    schema = get(spec, "input_schema")
    properties, required = get(schema, "properties"), get(schema, "required")
    return [(text(name), schema, is_array(required) and name in required) for name, schema in items(properties)]


def _yes_or_no(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else text(value)


def _joined(value: object) -> str:
    return ", ".join(map(text, value)) if is_array(value) else text(value)


EXECUTION: Columns = {
    "Execution": lambda obj: code(get(obj, "execution_id")),
    "Tool": lambda obj: code(get(obj, "tool_name")),
    "Status": lambda obj: Status(text(get(obj, "status"))),
    "Created": lambda obj: formats.timestamp(get(obj, "created")),
    "Age": lambda obj: formats.age(get(obj, "created")),
    "Duration": total_duration,
}

ORCHESTRATION: Columns = {
    "Orchestration": lambda obj: code(get(obj, "orchestration_id")),
    "Status": lambda obj: Status(text(get(obj, "status"))),
    "Tools": progress,
    "Duration": lambda obj: total_duration(obj) or formats.duration(get(obj, "duration")),
}

TOOL: Columns = {"Tool": lambda obj: code(get(obj, "name"))}

MCP_SERVER: Columns = {
    "Server": lambda obj: code(get(obj, "server_name")),
    "Name": lambda obj: text(get(obj, "display_name")),
    "Enabled": lambda obj: _yes_or_no(get(obj, "enabled")),
    "URL": lambda obj: code(get(obj, "url")),
    "Allowed tools": lambda obj: _joined(get(obj, "tool_allowlist")),
}


def pick(columns: Columns, *names: str) -> Columns:
    """Choose columns by their headers, in that order."""
    return {name: columns[name] for name in names}


def row(columns: Columns, obj: object) -> list[Cell]:
    """Make the cells of a record."""
    return [read(obj) for read in columns.values()]


def pairs(columns: Columns, obj: object) -> list[tuple[str, Cell]]:
    """Make the names and values of a record."""
    return [(name, read(obj)) for name, read in columns.items()]
