"""Mocks of sockets respond over http, with a query and over a reused connection."""

from __future__ import annotations

from mocket import Mocket, mocketize
from mocket.mocks.mockhttp import Entry

from quantcdn import AIToolsApi, ApiClient, Configuration

TOOLS = ("mocket",)
HOST = "http://api.example.test"


@mocketize(strict_mode=True)
def test_calls_are_answered_by_mocks() -> None:
    url = f"{HOST}/api/v3/organizations/acme/ai/tools"
    kind = {"Content-Type": "application/json"}
    Entry.single_register(Entry.GET, f"{url}/names", body='{"tools": ["calculate"], "count": 1}', headers=kind)
    body = '{"executions": [], "count": 0, "orgId": "acme", "status": "failed"}'
    Entry.single_register(Entry.GET, f"{url}/executions?status=failed", body=body, headers=kind)
    with ApiClient(Configuration(HOST, access_token="a-token", allow_http=True, proxy="", retries=1)) as client:
        api = AIToolsApi(client)
        assert api.list_ai_tool_names("acme").tools == ["calculate"]
        assert api.list_ai_tool_names("acme").tools == ["calculate"]
        assert api.list_ai_tool_executions("acme", status="failed").status == "failed"
    assert Mocket.last_request().headers["authorization"] == "Bearer a-token"
