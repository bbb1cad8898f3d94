"""Waits, retries and limits end in real time, whether the package is first used before or within a frozen time."""

from __future__ import annotations

import subprocess
import sys

import pytest

TOOLS = ("freezegun",)

PROGRAM = """
import sys
from freezegun import freeze_time

if sys.argv[1] == "before":
    import quantcdn.emulator, quantcdn.api_client

@freeze_time("2026-01-01")
def run():
    import quantcdn
    from quantcdn.emulator import Emulator, Fault

    with Emulator() as service, quantcdn.ApiClient(service.configuration(proxy="", progress=False)) as client:
        api = quantcdn.AIToolsApi(client)
        endless = service.start_execution("calculate", pending=1000)
        short = service.start_execution("calculate", pending=0.3, running=0.3)
        print(api.wait_for_ai_tool_execution("acme", short).status)
        try:
            api.wait_for_ai_tool_execution("acme", endless, timeout=1)
        except quantcdn.WaitTimeoutException:
            print("timeout")
        outcomes = api.wait_for_ai_tool_executions("acme", [endless], timeout=1)
        print([type(outcome.error).__name__ for outcome in outcomes])
        service.add_fault(Fault(status=503), times=2)
        print(api.list_ai_tool_names("acme").count)
        service.add_fault(Fault(delay=9))
        try:
            api.list_ai_tool_names("acme", _request_timeout=0.5)
        except quantcdn.ApiTimeoutException:
            print("late")

run()
"""


@pytest.mark.parametrize("imported", ["before", "within"])
def test_waits_retries_and_limits_end(imported: str) -> None:
    command = [sys.executable, "-c", PROGRAM, imported]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    expected = ["complete", "timeout", "['WaitTimeoutException']", "4", "late"]
    assert (done.stdout.splitlines(), done.stderr) == (expected, "")
