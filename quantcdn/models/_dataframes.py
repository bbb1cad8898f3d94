"""Lists become data frames of pandas, from the extra ``pandas``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from quantcdn._types import is_array
from quantcdn.exceptions import ApiValueError
from quantcdn.models._statistics import Listed

if TYPE_CHECKING:
    import pandas

_MOMENT = "datetime64[us, UTC]"


class _Schema(Protocol):
    @property
    def properties(self) -> dict[str, Any]: ...

    @property
    def required(self) -> list[str]: ...


class _Spec(Protocol):
    @property
    def name(self) -> str | None: ...

    @property
    def description(self) -> str | None: ...

    @property
    def input_schema(self) -> _Schema | None: ...


class _Tool(Protocol):
    @property
    def tool_spec(self) -> _Spec | None: ...


class _Server(Protocol):
    @property
    def server_name(self) -> str | None: ...

    @property
    def display_name(self) -> str | None: ...

    @property
    def url(self) -> str | None: ...

    @property
    def enabled(self) -> bool | None: ...

    @property
    def tool_allowlist(self) -> list[str] | None: ...


class _Execution(Listed, Protocol):
    @property
    def execution_id(self) -> str | None: ...


def of_tools(tools: Iterable[_Tool]) -> pandas.DataFrame:
    """Make a data frame of tools.

    Args:
        tools: The tools; one without a specification is left out.

    Returns:
        A row for each: ``name``, ``description``, and the names of its arguments, ``required`` and ``optional``.

    Raises:
        ApiValueError: pandas is not installed.
    """
    specs = [tool.tool_spec for tool in tools if tool.tool_spec]
    return _frame(
        name=([spec.name for spec in specs], "string"),
        description=([spec.description for spec in specs], "string"),
        required=([_arguments(spec, True) for spec in specs], "string"),
        optional=([_arguments(spec, False) for spec in specs], "string"),
    )


def _arguments(spec: _Spec, needed: bool) -> str:
    schema = spec.input_schema
    return ", ".join(name for name in schema.properties if (name in schema.required) == needed) if schema else ""


def of_names(names: Iterable[str]) -> pandas.DataFrame:
    """Make a data frame of names.

    Args:
        names: The names.

    Returns:
        A row for each, with ``name``.

    Raises:
        ApiValueError: pandas is not installed.
    """
    return _frame(name=(list(names), "string"))


def of_servers(servers: Iterable[_Server]) -> pandas.DataFrame:
    """Make a data frame of MCP servers.

    Args:
        servers: The servers.

    Returns:
        A row for each: ``server_name``, ``display_name``, ``url``, ``enabled``, and the names in its
        ``tool_allowlist``, missing where it has none.

    Raises:
        ApiValueError: pandas is not installed.
    """
    rows = list(servers)
    allowed = [", ".join(map(str, row.tool_allowlist)) if is_array(row.tool_allowlist) else None for row in rows]
    return _frame(
        server_name=([row.server_name for row in rows], "string"),
        display_name=([row.display_name for row in rows], "string"),
        url=([row.url for row in rows], "string"),
        enabled=([row.enabled if isinstance(row.enabled, bool) else None for row in rows], "boolean"),
        tool_allowlist=(allowed, "string"),
    )


def of_executions(executions: Iterable[_Execution], known_statuses: Sequence[str]) -> pandas.DataFrame:
    """Make a data frame of executions.

    Args:
        executions: Lines of the list.
        known_statuses: The first categories of ``status``, whether they occur or not.

    Returns:
        A row for each: ``execution_id``, ``tool_name``, ``status`` in small letters, ``created`` and
        ``completed`` in UTC, and ``duration`` from the one to the other.

    Raises:
        ApiValueError: pandas is not installed.
    """
    lines = list(executions)
    statuses = [(line.status or "").strip().casefold() or None for line in lines]
    categories = dict.fromkeys([*known_statuses, *filter(None, statuses)])
    frame = _frame(
        execution_id=([line.execution_id for line in lines], "string"),
        tool_name=([line.tool_name for line in lines], "string"),
        status=(statuses, _pandas().CategoricalDtype(list(categories))),
        created=([line.created for line in lines], _MOMENT),
        completed=([line.completed for line in lines], _MOMENT),
    )
    # Subtracting keeps the unit, in which no time is too far away; older pandas reads a timedelta in nanoseconds.
    frame["duration"] = frame["completed"] - frame["created"]
    return frame


def _frame(**columns: tuple[Sequence[object], Any]) -> pandas.DataFrame:
    """Make a data frame of columns, each with its type, which it has without any row too."""
    found = _pandas()
    frame: pandas.DataFrame = found.DataFrame(
        {name: found.Series(values, dtype=kind) for name, (values, kind) in columns.items()}
    )
    return frame


def _pandas() -> Any:
    try:
        return import_module("pandas")
    except ImportError:
        problem = "to_dataframe needs pandas: pip install 'quantcdn[pandas]'"
    raise ApiValueError(problem)
