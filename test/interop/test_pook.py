"""Mocks with parameters match; a wait is replayed."""

from __future__ import annotations

import pook

from quantcdn import AIToolsApi, ApiClient, Configuration

TOOLS = ("pook",)
HOST = "https://api.example.test"
TOOLS_URL = f"{HOST}/api/v3/organizations/acme/ai/tools"


@pook.on
def test_mocks_with_parameters_match() -> None:
    for status, count in (("failed", 0), ("complete", 7)):
        body = {"executions": [], "count": count, "orgId": "acme", "status": status}
        pook.get(f"{TOOLS_URL}/executions").params({"status": status}).reply(200).json(body)
    with ApiClient(Configuration(HOST, access_token="a-token", retries=1)) as client:
        api = AIToolsApi(client)
        assert api.list_ai_tool_executions("acme", status="complete").count == 7
        assert api.list_ai_tool_executions("acme", status="failed").count == 0


@pook.on
def test_a_wait_is_replayed() -> None:
    for status in ("running", "complete"):
        body = {"executionId": "exec_1", "toolName": "calculate", "status": status, "createdAt": 1_767_225_600}
        mock = pook.get(f"{TOOLS_URL}/executions/exec_1").header("Authorization", "Bearer a-token")
        mock.reply(200).json(body)
    with ApiClient(Configuration(HOST, access_token="a-token", retries=1)) as client:
        found = AIToolsApi(client).wait_for_ai_tool_execution("acme", "exec_1", timeout=20)
    assert found.status == "complete"
