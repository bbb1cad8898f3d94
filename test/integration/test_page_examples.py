"""A script in the form of the API page's examples, one for each endpoint, runs with its own identifiers."""

from __future__ import annotations

import pytest

from quantcdn.emulator import Emulator

SCRIPT = """
import os
from pprint import pprint

import quantcdn
from quantcdn.models.{module} import {model}
from quantcdn.rest import ApiException

configuration = quantcdn.Configuration(
    host = os.environ["HOST"],
    access_token = os.environ["BEARER_TOKEN"]
)

with quantcdn.ApiClient(configuration) as api_client:
    api_instance = quantcdn.AIToolsApi(api_client)
    organisation = 'organisation_example' # str | The organisation
    {given}
    try:
        api_response = api_instance.{call}
        print("AIToolsApi->{method} answered:")
        pprint(api_response)
    except Exception as e:
        print("AIToolsApi->{method} raised: %s" % e)

assert isinstance(api_response, {model})
"""

CASES = {
    "list_ai_tools": ("list_ai_tools200_response", "ListAITools200Response", "", "organisation"),
    "list_ai_tool_names": ("list_ai_tool_names200_response", "ListAIToolNames200Response", "", "organisation"),
    "list_mcp_servers": ("list_mcp_servers200_response", "ListMcpServers200Response", "", "organisation"),
    "list_ai_tool_executions": (
        "list_ai_tool_executions200_response",
        "ListAIToolExecutions200Response",
        "status = 'complete'; limit = 50",
        "organisation, status=status, limit=limit",
    ),
    "get_ai_tool_execution_status": (
        "get_ai_tool_execution_status200_response",
        "GetAIToolExecutionStatus200Response",
        "execution_id = 'exec_0123456789abcdef0123456789abcdef'",
        "organisation, execution_id",
    ),
    "get_ai_orchestration_status": (
        "get_ai_orchestration_status200_response",
        "GetAIOrchestrationStatus200Response",
        "orchestration_id = 'orch_abc123def456789012345678901234'",
        "organisation, orchestration_id",
    ),
}


@pytest.mark.parametrize("wire", ["4.9", "4.19"])
@pytest.mark.parametrize("method", CASES)
def test_the_example_of_each_endpoint_runs(
    method: str, wire: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module, model, given, arguments = CASES[method]
    script = SCRIPT.format(module=module, model=model, given=given, method=method, call=f"{method}({arguments})")
    with Emulator(wire=wire) as service:
        execution = service.start_execution(
            "generate_image", pending=0, running=0, execution_id="exec_0123456789abcdef0123456789abcdef"
        )
        service.start_orchestration(
            [execution], pending=0, synthesizing=0, orchestration_id="orch_abc123def456789012345678901234"
        )
        monkeypatch.setenv("HOST", service.url)
        monkeypatch.setenv("BEARER_TOKEN", service.token)
        monkeypatch.setenv("NO_PROXY", "*")
        exec(compile(script, method, "exec"), {})
        assert [request.operation for request in service.requests] == [method]
    shown = capsys.readouterr().out
    assert shown.startswith(f"AIToolsApi->{method} answered:\n{model}(")
