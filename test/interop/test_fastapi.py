"""The application of docs/async.md serves with one client."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from quantcdn.emulator import Emulator
from test.interop.recipes import recipe

TOOLS = ("fastapi",)


def test_the_application_serves(service: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANTCDN_HOST", service.url)
    monkeypatch.setenv("QUANTCDN_API_TOKEN", service.token)
    execution = service.start_execution("calculate", pending=0, running=0)
    with TestClient(recipe("FastAPI", "async.md")["app"]) as browser:
        assert browser.get(f"/executions/{execution}").json() == {"status": "complete"}
        assert browser.get("/executions/exec_none").status_code == 404
