"""Arguments are checked before anything is sent, and arrive whole."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

import quantcdn
from quantcdn.api.ai_tools_api import GET_AI_TOOL_EXECUTION_STATUS, LIST_AI_TOOL_EXECUTIONS
from test.helpers.server import ScriptedServer, answer

METHODS_BY_IDENTIFIER = {
    "execution_id": "get_ai_tool_execution_status",
    "orchestration_id": "get_ai_orchestration_status",
}


def call_with(arguments: dict[str, Any], name: str) -> Any:
    """Call an endpoint whose server fails the test by being asked."""
    with (
        ScriptedServer(answer(500)) as server,
        quantcdn.ApiClient(quantcdn.Configuration(server.url, proxy="")) as client,
    ):
        try:
            return getattr(quantcdn.AIToolsApi(client), name)(**arguments)
        finally:
            assert server.requests == []


@pytest.mark.parametrize("value", ["", " ", "\t\n", "\u3000", ".", "..", "a\ud800"])
def test_a_name_that_cannot_be_a_path_segment_is_refused(value: str) -> None:
    for name in (
        "list_ai_tools",
        "list_ai_tool_names_with_http_info",
        "list_ai_tool_executions_without_preload_content",
    ):
        with pytest.raises(quantcdn.ApiValueError, match="organisation"):
            call_with({"organisation": value}, name)
    for identifier, name in METHODS_BY_IDENTIFIER.items():
        with pytest.raises(quantcdn.ApiValueError, match=identifier):
            call_with({"organisation": "acme", identifier: value}, name)


@pytest.mark.parametrize("value", [None, 3, True, b"acme", ["acme"]])
def test_a_name_that_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(quantcdn.ApiTypeError, match=f"organisation takes text, not {type(value).__name__}"):
        call_with({"organisation": value}, "list_ai_tools")
    for identifier, name in METHODS_BY_IDENTIFIER.items():
        with pytest.raises(quantcdn.ApiTypeError, match=identifier):
            call_with({"organisation": "acme", identifier: value}, name)


@pytest.mark.parametrize(
    ("limit", "kind"),
    [
        (0, quantcdn.ApiValueError),
        (-1, quantcdn.ApiValueError),
        (101, quantcdn.ApiValueError),
        (True, quantcdn.ApiTypeError),
        (False, quantcdn.ApiTypeError),
        (5.0, quantcdn.ApiTypeError),
        ("5", quantcdn.ApiTypeError),
    ],
)
def test_a_limit_is_a_whole_number_from_1_to_100(limit: object, kind: type[Exception]) -> None:
    with pytest.raises(kind, match="limit"):
        call_with({"organisation": "acme", "limit": limit}, "list_ai_tool_executions")


@pytest.mark.parametrize(
    ("status", "kind"),
    [("", quantcdn.ApiValueError), ("  ", quantcdn.ApiValueError), (3, quantcdn.ApiTypeError)],
)
def test_a_status_is_text(status: object, kind: type[Exception]) -> None:
    with pytest.raises(kind, match="status"):
        call_with({"organisation": "acme", "status": status}, "list_ai_tool_executions")


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(quantcdn.ApiTypeError, match="list_ai_tools has no option '_timeout'"):
        call_with({"organisation": "acme", "_timeout": 3}, "list_ai_tools")


def test_what_a_call_lacks_or_is_of_a_wrong_type_is_named() -> None:
    with quantcdn.ApiClient() as client:
        wrong: list[tuple[tuple[Any, ...], str]] = [
            ((LIST_AI_TOOL_EXECUTIONS, {}, {}), "organisation takes text, not NoneType"),
            (("list_ai_tool_executions", {}, {}), "operation takes an Operation, not str"),
            ((LIST_AI_TOOL_EXECUTIONS, ["acme"], {}), "arguments takes a mapping, not list"),
            ((LIST_AI_TOOL_EXECUTIONS, {"organisation": "acme"}, None), "options takes a mapping, not NoneType"),
        ]
        for arguments, message in wrong:
            with pytest.raises(quantcdn.ApiTypeError, match=message):
                client.call(*arguments)
    with pytest.raises(quantcdn.ApiTypeError, match="AIToolsApi takes an ApiClient, not Configuration"):
        quantcdn.AIToolsApi(quantcdn.Configuration())  # type: ignore[arg-type] # what a caller without a checker does


def test_documented_bounds_can_be_left_to_the_service() -> None:
    target = LIST_AI_TOOL_EXECUTIONS.target({"organisation": "acme", "limit": 1000}, check_bounds=False)
    assert target.endswith("?limit=1000")


def test_query_parameters_are_sent_only_where_given() -> None:
    path = "/api/v3/organizations/acme/ai/tools/executions"
    assert LIST_AI_TOOL_EXECUTIONS.target({"organisation": "acme", "status": None, "limit": None}) == path
    arguments = {"organisation": "acme", "status": "a b&c", "limit": 5}
    assert LIST_AI_TOOL_EXECUTIONS.target(arguments) == f"{path}?status=a%20b%26c&limit=5"


@pytest.mark.parametrize(
    "identifier", ["a/b", "../names", "a?b=c", "a#b", "%2e%2e", "a b", "執行", "exec_ü", "a;b", "a\\b", "a\x00b", "..."]
)
def test_an_identifier_arrives_whole_in_one_segment(identifier: str) -> None:
    body = {"executionId": identifier, "toolName": "x", "status": "running", "createdAt": 0}
    with (
        ScriptedServer(answer(200, body)) as server,
        quantcdn.ApiClient(quantcdn.Configuration(server.url, proxy="")) as client,
    ):
        execution = quantcdn.AIToolsApi(client).get_ai_tool_execution_status("acme", identifier)
        assert execution.execution_id == identifier
        segments = server.requests[0].target.split("/")
        assert len(segments) == 9
        assert unquote(segments[-1]) == identifier


@given(organisation=st.text(), identifier=st.text())
def test_any_text_becomes_one_segment_or_an_error(organisation: str, identifier: str) -> None:
    try:
        target = GET_AI_TOOL_EXECUTION_STATUS.target({"organisation": organisation, "execution_id": identifier})
    except quantcdn.ApiValueError:
        assert any(not text.strip() or text in (".", "..") for text in (organisation, identifier))
        return
    assert target.isascii()
    assert target.isprintable()
    segments = target.split("/")
    assert (unquote(segments[4]), unquote(segments[8])) == (organisation, identifier)
    assert len(segments) == 9


@given(status=st.text())
def test_any_status_becomes_one_query_value_or_an_error(status: str) -> None:
    try:
        target = LIST_AI_TOOL_EXECUTIONS.target({"organisation": "acme", "status": status})
    except quantcdn.ApiValueError:
        assert not status.strip()
        return
    assert parse_qs(target.partition("?")[2], strict_parsing=True) == {"status": [status]}
