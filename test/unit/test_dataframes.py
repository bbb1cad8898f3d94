"""Lists become data frames whose columns have the types that their values have."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

import quantcdn
from quantcdn import models

if TYPE_CHECKING:  # each process of the tests collects this file, and one runs it
    import pandas as pd

TYPES = {
    "execution_id": "string",
    "tool_name": "string",
    "status": "category",
    "created": "datetime64[us, UTC]",
    "completed": "datetime64[us, UTC]",
    "duration": "timedelta64[us]",
}
KNOWN = ["pending", "running", "complete", "failed"]
LINE = {"executionId": "exec_1", "toolName": "paint", "status": "complete", "createdAt": "2026-01-01T00:00:00Z"}


def frame(*executions: dict[str, Any]) -> pd.DataFrame:
    body = {"executions": list(executions), "count": len(executions), "orgId": "acme"}
    made = models.ListAIToolExecutions200Response.from_dict(body)
    assert made is not None
    return made.to_dataframe()


def types(found: pd.DataFrame) -> dict[str, str]:
    return {str(name): str(kind) for name, kind in found.dtypes.items()}


def test_executions_have_times_in_utc_durations_categories_and_text() -> None:
    found = frame(LINE | {"completedAt": "2026-01-01T10:00:12.5+10:00"})
    assert types(found) == TYPES
    row = found.iloc[0]
    assert (row["execution_id"], row["tool_name"], row["status"]) == ("exec_1", "paint", "complete")
    assert row["created"].to_pydatetime() == datetime(2026, 1, 1, tzinfo=UTC)
    assert row["duration"].to_pytimedelta() == timedelta(seconds=12.5)


def test_an_empty_list_has_the_same_columns_of_the_same_types() -> None:
    found = frame()
    assert (len(found), types(found)) == (0, TYPES)
    assert list(found["status"].cat.categories) == KNOWN
    assert found.groupby("status", observed=False).size().to_dict() == dict.fromkeys(KNOWN, 0)


def test_a_status_that_the_service_has_added_is_a_category_after_the_known_ones() -> None:
    found = frame(LINE | {"status": "dreaming"}, LINE | {"status": " FAILED "}, {})
    assert list(found["status"].cat.categories) == [*KNOWN, "dreaming"]
    assert found["status"].tolist()[:2] == ["dreaming", "failed"]
    assert found["status"].isna().tolist() == [False, False, True]


def test_what_is_missing_is_missing_in_every_column() -> None:
    found = frame({}, LINE)
    assert types(found) == TYPES
    assert found.iloc[0].isna().all()
    assert found["duration"].isna().all()


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_no_time_is_too_far_away(moment: str) -> None:
    found = frame(LINE | {"createdAt": moment, "completedAt": "2026-01-01T00:00:00Z"})
    assert found["created"].iloc[0].year == int(moment[:4])
    assert found["duration"].notna().all()


def test_tools_have_their_arguments_required_and_optional() -> None:
    schema = {"properties": {"b": {}, "a": {}, "c": {}}, "required": ["b", "a"]}
    body = {
        "tools": [
            {"toolSpec": {"name": "paint", "description": "It paints.", "inputSchema": {"json": schema}}},
            {"toolSpec": {"name": "now"}},
            {},
        ],
        "count": 3,
    }
    made = models.ListAITools200Response.from_dict(body)
    assert made is not None
    found = made.to_dataframe()
    assert types(found) == dict.fromkeys(("name", "description", "required", "optional"), "string")
    assert found.iloc[0].to_list() == ["paint", "It paints.", "b, a", "c"]
    assert found["name"].tolist() == ["paint", "now"]
    assert found["description"].isna().to_list() == [False, True]


def test_names_are_text() -> None:
    for names in ([], ["a", "b"]):
        found = models.ListAIToolNames200Response(tools=names, count=len(names)).to_dataframe()
        assert types(found) == {"name": "string"}
        assert found["name"].tolist() == names


def test_mcp_servers_have_text_and_a_boolean_that_may_be_missing() -> None:
    server = {"serverName": "a", "displayName": "A", "url": "https://g.example/a", "enabled": False}
    made = models.ListMcpServers200Response.from_dict({"servers": [{**server, "toolAllowlist": ["x", "y"]}, {}]})
    assert made is not None
    found = made.to_dataframe()
    expected = dict.fromkeys(("server_name", "display_name", "url"), "string")
    assert types(found) == {**expected, "enabled": "boolean", "tool_allowlist": "string"}
    assert found.iloc[0].to_list() == ["a", "A", "https://g.example/a", False, "x, y"]
    assert found.iloc[1].isna().all()
    assert types(models.ListMcpServers200Response().to_dataframe()) == types(found)
    for drifted in ("none", {"a": 1}, [{"serverName": "a"}, 7]):
        odd = models.ListMcpServers200Response.model_construct(servers=drifted)  # type: ignore[arg-type] # on purpose
        assert len(odd.to_dataframe()) == 0


@pytest.mark.parametrize(
    "made",
    [
        models.ListMcpServers200Response(),
        models.ListAITools200Response(tools=[], count=0),
        models.ListAIToolNames200Response(tools=[], count=0),
        models.ListAIToolExecutions200Response(executions=[], count=0, org_id="acme"),
    ],
)
def test_without_pandas_the_error_says_what_to_install(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(quantcdn.ApiValueError) as caught:
        made.to_dataframe()
    assert str(caught.value) == "to_dataframe needs pandas: pip install 'quantcdn[pandas]'"
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
