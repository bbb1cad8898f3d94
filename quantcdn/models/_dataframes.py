"""Data frames of pandas, from the extra ``pandas``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from quantcdn._types import is_array
from quantcdn.models._extras import import_extra
from quantcdn.models._statistics import status_of

if TYPE_CHECKING:
    import pandas

    from quantcdn.models.list_ai_tool_executions200_response_executions_inner import (
        ListAIToolExecutions200ResponseExecutionsInner,
    )
    from quantcdn.models.list_ai_tools200_response_tools_inner import ListAITools200ResponseToolsInner
    from quantcdn.models.list_ai_tools200_response_tools_inner_tool_spec import ListAITools200ResponseToolsInnerToolSpec
    from quantcdn.models.list_mcp_servers200_response_servers_inner import ListMcpServers200ResponseServersInner

_TIME = "datetime64[us, UTC]"


def of_tools(tools: Iterable[ListAITools200ResponseToolsInner]) -> pandas.DataFrame:
    """Make a data frame of tools, one a row; one without a specification is left out."""
    specs = [tool.tool_spec for tool in tools if tool.tool_spec]
    return _frame(
        name=([spec.name for spec in specs], "string"),
        description=([spec.description for spec in specs], "string"),
        required=([_arguments(spec, True) for spec in specs], "string"),
        optional=([_arguments(spec, False) for spec in specs], "string"),
    )


def _arguments(spec: ListAITools200ResponseToolsInnerToolSpec, needed: bool) -> str:
    schema = spec.input_schema
    return ", ".join(name for name in schema.properties if (name in schema.required) == needed) if schema else ""


def of_names(names: Iterable[str]) -> pandas.DataFrame:
    """Make a data frame of names, one a row."""
    return _frame(name=(list(names), "string"))


def of_servers(servers: Iterable[ListMcpServers200ResponseServersInner]) -> pandas.DataFrame:
    """Make a data frame of MCP servers, one a row."""
    rows = list(servers)
    allowed = [", ".join(map(str, row.tool_allowlist)) if is_array(row.tool_allowlist) else None for row in rows]
    return _frame(
        server_name=([row.server_name for row in rows], "string"),
        display_name=([row.display_name for row in rows], "string"),
        url=([row.url for row in rows], "string"),
        enabled=([row.enabled if isinstance(row.enabled, bool) else None for row in rows], "boolean"),
        tool_allowlist=(allowed, "string"),
    )


def of_executions(
    executions: Iterable[ListAIToolExecutions200ResponseExecutionsInner], known_statuses: Sequence[str]
) -> pandas.DataFrame:
    """Make a data frame of executions, one a row; the known statuses are the first categories, met or not."""
    rows = list(executions)
    statuses = [status_of(row) or None for row in rows]
    categories = dict.fromkeys([*known_statuses, *filter(None, statuses)])
    frame = _frame(
        execution_id=([row.execution_id for row in rows], "string"),
        tool_name=([row.tool_name for row in rows], "string"),
        status=(statuses, _pandas().CategoricalDtype(list(categories))),
        created=([row.created for row in rows], _TIME),
        completed=([row.completed for row in rows], _TIME),
    )
    # Subtracting keeps the unit, in which no time is too far away; older pandas reads a timedelta in nanoseconds.
    frame["duration"] = frame["completed"] - frame["created"]
    return frame


def _frame(**columns: tuple[Sequence[object], Any]) -> pandas.DataFrame:
    """Make a data frame of columns, each with its type, which it has without any row too."""
    library = _pandas()
    frame: pandas.DataFrame = library.DataFrame(
        {name: library.Series(values, dtype=dtype) for name, (values, dtype) in columns.items()}
    )
    return frame


def _pandas() -> Any:
    return import_extra("pandas", extra="pandas", needed_by="to_dataframe")
