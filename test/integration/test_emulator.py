"""The local service, asked over real sockets."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

import quantcdn
from quantcdn import (
    AIToolsApi,
    BadRequestException,
    GetAIToolExecutionStatus404Response,
    NotFoundException,
)
from quantcdn.emulator import Emulator, ManualClock
from test.helpers.emulator_requests import START, TOOLS, ask, body_of


@pytest.fixture
def advance(quantcdn_clock: ManualClock) -> Any:
    return quantcdn_clock.advance


def test_tools_have_names_descriptions_and_schemas(quantcdn_api: AIToolsApi) -> None:
    tools = quantcdn_api.list_ai_tools("acme")
    assert tools.names == ["get_weather", "calculate", "search_web", "generate_image"]
    assert tools.count == 4
    for tool in tools.tools:
        spec = tool.tool_spec
        assert spec
        assert spec.description
        assert spec.input_schema
        assert set(spec.input_schema.required) <= set(spec.input_schema.properties)


def test_names_are_those_of_the_tools(quantcdn_api: AIToolsApi) -> None:
    names = quantcdn_api.list_ai_tool_names("acme")
    assert names.tools == quantcdn_api.list_ai_tools("acme").names
    assert names.count == 4


def test_an_execution_is_pending_then_running_then_complete(
    quantcdn_emulator: Emulator, quantcdn_api: AIToolsApi, advance: Any
) -> None:
    name = quantcdn_emulator.start_execution("get_weather", pending=1, running=2.5)
    pending = quantcdn_api.get_ai_tool_execution_status("acme", name)
    advance(1)
    running = quantcdn_api.get_ai_tool_execution_status("acme", name)
    advance(2.5)
    complete = quantcdn_api.get_ai_tool_execution_status("acme", name)

    base = {"executionId": name, "toolName": "get_weather", "createdAt": START}
    assert pending.to_dict() == base | {"status": "pending"}
    assert running.to_dict() == base | {"status": "running", "startedAt": START + 1}
    ended = {"status": "complete", "startedAt": START + 1, "completedAt": START + 3, "duration": 2.5}
    assert complete.to_dict() == base | ended | {"result": complete.to_dict()["result"]}
    assert complete.to_dict()["result"]["temperature"] == 18.5


def test_an_execution_with_an_error_fails(quantcdn_emulator: Emulator, quantcdn_api: AIToolsApi) -> None:
    name = quantcdn_emulator.start_execution("calculate", pending=0, running=0, error="Division by zero")
    failed = quantcdn_api.get_ai_tool_execution_status("acme", name)
    assert (failed.status, failed.error, failed.duration) == ("failed", "Division by zero", 0)
    assert "result" not in failed.to_dict()


@pytest.mark.parametrize("result", [{"a": [1, None]}, [1, 2], "{}", 42, False])
def test_a_result_comes_as_it_was_given(quantcdn_emulator: Emulator, quantcdn_api: AIToolsApi, result: object) -> None:
    name = quantcdn_emulator.start_execution("own_tool", pending=0, running=0, result=result)
    assert quantcdn_api.get_ai_tool_execution_status("acme", name).to_dict()["result"] == result


def test_every_tool_has_a_result_of_its_own(quantcdn_emulator: Emulator) -> None:
    results = [
        body_of(
            quantcdn_emulator, f"{TOOLS}/executions/{quantcdn_emulator.start_execution(tool, pending=0, running=0)}"
        )
        for tool in ("get_weather", "calculate", "search_web", "generate_image", "unheard_of")
    ]
    assert [next(iter(result["result"])) for result in results] == ["location", "operation", "query", "images", "tool"]


def test_a_later_change_of_a_given_result_has_no_effect(quantcdn_emulator: Emulator) -> None:
    result = {"rows": [1]}
    name = quantcdn_emulator.start_execution("own_tool", pending=0, running=0, result=result)
    result["rows"].append(2)
    assert body_of(quantcdn_emulator, f"{TOOLS}/executions/{name}")["result"] == {"rows": [1]}


def test_steps_of_a_tenth_of_a_second_add_up(quantcdn_emulator: Emulator, advance: Any) -> None:
    name = quantcdn_emulator.start_execution("get_weather", pending=0.1, running=0.2)
    for expected in ("pending", "running", "running", "complete"):
        assert body_of(quantcdn_emulator, f"{TOOLS}/executions/{name}")["status"] == expected
        advance(0.1)


def test_an_execution_of_the_same_identifier_is_replaced(quantcdn_emulator: Emulator) -> None:
    quantcdn_emulator.start_execution("get_weather", pending=0, running=0, execution_id="mine")
    quantcdn_emulator.start_execution("get_weather", execution_id="other")
    quantcdn_emulator.start_execution("get_weather", execution_id="mine")
    listed = body_of(quantcdn_emulator, f"{TOOLS}/executions")["executions"]
    assert [(entry["executionId"], entry["status"]) for entry in listed] == [("mine", "pending"), ("other", "pending")]


@pytest.mark.parametrize(
    ("wire", "waiting", "key"), [("4.9", "polling", "synthesizedResponse"), ("4.19", "waiting_tools", "result")]
)
def test_an_orchestration_passes_through_the_statuses_of_its_version(
    quantcdn_emulator: Emulator, advance: Any, wire: str, waiting: str, key: str
) -> None:
    quantcdn_emulator.wire = wire
    name = quantcdn_emulator.start_orchestration(["get_weather", "search_web"], answer="Sunny, they say.")
    seen = []
    for seconds in (1, 10, 1, 0):
        seen.append(body_of(quantcdn_emulator, f"{TOOLS}/orchestrations/{name}"))
        advance(seconds)

    assert [body["status"] for body in seen] == ["pending", waiting, "synthesizing", "complete"]
    assert [body["completedTools"] for body in seen] == [0, 0, 2, 2]
    assert {body["createdAt"] for body in seen} == {"2026-01-01T00:00:00.000Z"}
    assert all({key, "completedAt", "duration", "error"}.isdisjoint(body) for body in seen[:3])
    assert seen[3][key] == "Sunny, they say."
    assert seen[3]["completedAt"] == "2026-01-01T00:00:12.000Z"
    assert seen[3].get("duration") == (12 if wire == "4.19" else None)
    assert [tool["status"] for tool in seen[1]["tools"]] == ["running", "running"]
    assert [set(tool) for tool in seen[3]["tools"]] == [{"executionId", "toolName", "status", "result"}] * 2


def test_an_orchestration_waits_for_executions_that_run_already(
    quantcdn_emulator: Emulator, quantcdn_api: AIToolsApi, advance: Any
) -> None:
    slow = quantcdn_emulator.start_execution("generate_image", running=20, error="No paint")
    name = quantcdn_emulator.start_orchestration([slow, "calculate"], running=5)
    advance(10)
    halfway = quantcdn_api.get_ai_orchestration_status("acme", name)
    advance(12)
    complete = quantcdn_api.get_ai_orchestration_status("acme", name)

    assert (halfway.completed_tools, halfway.tool_count) == (1, 2)
    assert halfway.tools
    assert halfway.tools[0].execution_id == slow
    assert (complete.status, complete.completed_tools) == ("complete", 2)
    assert complete.answer == f"All tools have answered: {slow}, calculate."
    assert complete.tools
    assert (complete.tools[0].status, complete.tools[0].error) == ("failed", "No paint")


def test_an_orchestration_with_an_error_fails(quantcdn_emulator: Emulator, quantcdn_api: AIToolsApi) -> None:
    name = quantcdn_emulator.start_orchestration(
        ["calculate"], pending=0, running=0, synthesizing=0, error="Model overloaded", orchestration_id="orch/1"
    )
    failed = quantcdn_api.get_ai_orchestration_status("acme", name)
    assert (failed.status, failed.error, failed.answer) == ("failed", "Model overloaded", None)


def test_the_version_can_change_halfway(quantcdn_emulator: Emulator, advance: Any) -> None:
    name = quantcdn_emulator.start_orchestration(["calculate"])
    advance(1)
    statuses = []
    for wire in ("4.9", "4.19"):
        quantcdn_emulator.wire = wire
        assert quantcdn_emulator.wire == wire
        statuses.append(body_of(quantcdn_emulator, f"{TOOLS}/orchestrations/{name}")["status"])
    assert statuses == ["polling", "waiting_tools"]


def test_unknown_identifiers_get_the_documented_404(quantcdn_emulator: Emulator, quantcdn_api: AIToolsApi) -> None:
    with pytest.raises(NotFoundException) as caught:
        quantcdn_api.get_ai_tool_execution_status("acme", "exec_none")
    assert caught.value.data == GetAIToolExecutionStatus404Response(
        error="Execution not found", execution_id="exec_none"
    )
    missing = body_of(quantcdn_emulator, f"{TOOLS}/orchestrations/orch_none")
    assert missing == {"error": "Orchestration not found", "orchestrationId": "orch_none"}


def test_records_are_forgotten_after_a_day(quantcdn_emulator: Emulator, advance: Any) -> None:
    execution = quantcdn_emulator.start_execution("calculate")
    orchestration = quantcdn_emulator.start_orchestration([execution])
    targets = (f"{TOOLS}/executions/{execution}", f"{TOOLS}/orchestrations/{orchestration}")
    advance(86_399)
    assert [ask(quantcdn_emulator, target)[0].status for target in targets] == [200, 200]
    advance(1)
    assert [ask(quantcdn_emulator, target)[0].status for target in targets] == [404, 404]
    assert body_of(quantcdn_emulator, f"{TOOLS}/executions")["count"] == 0


def test_the_list_is_newest_first_and_says_what_it_shows(quantcdn_emulator: Emulator, advance: Any) -> None:
    quantcdn_emulator.start_execution("calculate", pending=0, running=1, execution_id="first")
    advance(1.25)
    quantcdn_emulator.start_execution("calculate", execution_id="second")
    quantcdn_emulator.start_execution("calculate", execution_id="third")
    body = body_of(quantcdn_emulator, f"{TOOLS}/executions")
    assert [entry["executionId"] for entry in body["executions"]] == ["third", "second", "first"]
    assert (body["count"], body["orgId"], body["status"]) == (3, "acme", "all")
    assert body["executions"][2] == {
        "executionId": "first",
        "toolName": "calculate",
        "status": "complete",
        "createdAt": "2026-01-01T00:00:00.000Z",
        "completedAt": "2026-01-01T00:00:01.000Z",
    }
    assert body["executions"][0]["createdAt"] == "2026-01-01T00:00:01.250Z"
    assert "completedAt" not in body["executions"][0]


def test_the_list_is_filtered_by_status(quantcdn_emulator: Emulator, quantcdn_api: AIToolsApi) -> None:
    quantcdn_emulator.fill_examples()
    for status in ("pending", "running", "complete", "failed"):
        listed = quantcdn_api.list_ai_tool_executions("acme", status=status)
        assert listed.status == status
        assert {entry.status for entry in listed.executions} == {status}


@pytest.mark.parametrize("status", ["bogus", "COMPLETE", "all", "complete,failed"])
def test_a_filter_that_is_not_documented_is_a_bad_request(quantcdn_api: AIToolsApi, status: str) -> None:
    with pytest.raises(BadRequestException) as caught:
        quantcdn_api.list_ai_tool_executions("acme", status=status)
    assert json.loads(caught.value.body or "") == {
        "error": "Invalid parameters",
        "message": "status must be one of pending, running, complete, failed",
    }


@pytest.mark.parametrize("status", ["", "%20", "complete%00"])
def test_an_empty_filter_is_a_bad_request(quantcdn_emulator: Emulator, status: str) -> None:
    assert ask(quantcdn_emulator, f"{TOOLS}/executions?status={status}")[0].status == 400


def test_the_list_ends_at_the_limit_which_is_50_at_first(quantcdn_emulator: Emulator) -> None:
    for _ in range(101):
        quantcdn_emulator.start_execution("calculate")
    counts = [body_of(quantcdn_emulator, f"{TOOLS}/executions{q}")["count"] for q in ("", "?limit=1", "?limit=100")]
    assert counts == [50, 1, 100]


@pytest.mark.parametrize("limit", ["0", "101", "-1", "ten", "", "1.5", "%D9%A3", "1" * 40])
def test_a_limit_out_of_range_is_a_bad_request(quantcdn_emulator: Emulator, limit: str) -> None:
    response, body = ask(quantcdn_emulator, f"{TOOLS}/executions?limit={limit}")
    assert response.status == 400
    assert json.loads(body) == {
        "error": "Invalid parameters",
        "message": "limit must be a whole number from 1 to 100",
    }


@pytest.mark.parametrize("text", ["a/b", "a?b=c", "a#b", "a b", "100%2e", "....", "日本語", "é+&", "..%2F.."])
def test_identifiers_and_organisations_arrive_whole(
    quantcdn_emulator: Emulator, quantcdn_api: AIToolsApi, text: str
) -> None:
    quantcdn_emulator.start_execution("calculate", execution_id=text)
    assert quantcdn_api.get_ai_tool_execution_status(text, text).execution_id == text
    assert quantcdn_api.list_ai_tool_executions(text).org_id == text
    request = quantcdn_emulator.requests[0]
    assert request.arguments == {"organisation": text, "execution_id": text}
    assert request.path.count(quote(text, safe="")) == 2


def test_the_bodies_of_rejections_show_whole_in_the_errors() -> None:
    with Emulator(organisation="acme") as service:
        with pytest.raises(quantcdn.UnauthorizedException, match=r"401 Unauthorized: Wrong token \("):
            called(service, access_token="another")
        with pytest.raises(quantcdn.ForbiddenException, match="Access denied: The token is for another organisation"):
            called(service, organisation="other")
    with Emulator(missing_scope="ai:read") as service:
        with pytest.raises(quantcdn.ForbiddenException, match=r"insufficient_scope: .*ai:read.*scopes"):
            called(service)
    with Emulator() as service:
        with pytest.raises(quantcdn.BadRequestException, match="pending, running, complete, failed"):
            called(service, status="bogus")


def called(service: Emulator, *, organisation: str = "acme", status: str | None = None, **settings: str) -> object:
    with quantcdn.ApiClient(service.configuration(proxy="", **settings)) as client:
        return quantcdn.AIToolsApi(client).list_ai_tool_executions(organisation, status=status)
