"""Monkey-patched, a client works, and 200 greenlets wait beside each other."""

from __future__ import annotations

import subprocess
import sys

TOOLS = ("gevent",)

PROGRAM = """
from gevent import monkey

monkey.patch_all()
import gevent

from quantcdn import AIToolsApi, ApiClient
from quantcdn.emulator import Emulator

with Emulator() as service, ApiClient(service.configuration(proxy="", progress=False)) as client:
    api = AIToolsApi(client)
    identifiers = [service.start_execution("calculate", pending=0.5, running=0.5) for _ in range(200)]
    waits = [gevent.spawn(api.wait_for_ai_tool_execution, "acme", each, timeout=40) for each in identifiers]
    gevent.joinall(waits, raise_error=True)
    print(sum(wait.value.status == "complete" for wait in waits))
    some = [service.start_execution("calculate", pending=0.2, running=0.2) for _ in range(20)]
    print(sum(outcome.error is None for outcome in api.wait_for_ai_tool_executions("acme", some)))
"""


def test_two_hundred_greenlets_wait() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=55, check=False)
    assert (done.stdout.split(), done.stderr) == (["200", "20"], "")
