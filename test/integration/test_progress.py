"""A wait shows a person how far it is, in a notebook or on a terminal, and nothing to a pipe."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import quantcdn
from test.helpers.markup import Page
from test.helpers.waiting_script import WaitingScript


def test_progress_takes_true_or_false() -> None:
    assert quantcdn.Configuration().progress is True
    with pytest.raises(quantcdn.ApiTypeError, match="progress takes True or False"):
        quantcdn.Configuration(progress="yes")  # type: ignore[arg-type] # what a caller without a checker does


def test_on_a_terminal_a_line_changes_in_place_and_stdout_has_none_of_it(tmp_path: Path) -> None:
    run = WaitingScript(tmp_path, 20, "generate_image", 30)
    status, printed = run.finish()
    assert (status, printed.splitlines()[0]) == (0, "complete")
    assert len(printed.splitlines()) == 2
    rows = run.shown.replace("\r\n", "\n").split("\n")
    states = re.findall(r"generate_image exec_[0-9a-f]{32}: (\w+) · \d+ s", rows[0])
    assert (states[0], states[-1]) == ("running", "complete")
    assert rows[0].count("\r\x1b[K") == len(states)
    assert re.sub(r".*\r\x1b\[K", "", rows[1]) == "[##########] 1 of 1 finished · 0 s"
    assert rows[2:] == [""]


def test_ctrl_c_ends_a_wait_with_a_line_at_once_and_says_how_to_go_on_below_it(tmp_path: Path) -> None:
    run = WaitingScript(tmp_path, 1, "generate_image", 3_600)
    try:
        run.read_until("running · ")
        os.write(run.ours, b"\x03")
        pressed = time.monotonic()
        run.read_until("Traceback")
        seconds = time.monotonic() - pressed
    finally:
        if "Traceback" not in run.shown:
            run.process.kill()
    status, _ = run.finish()
    assert status == -signal.SIGINT
    assert seconds < 1  # closing the local service and a busy machine take their part of it
    assert re.search(r"running · \d+ s(\^C)?\r\nTraceback", run.shown), run.shown
    assert "To go on waiting: api.wait_for_ai_tool_execution('acme', 'exec_" in run.shown


def test_a_pipe_and_a_dumb_terminal_get_nothing(tmp_path: Path) -> None:
    dumb = WaitingScript(tmp_path, 100, "calculate", 10, TERM="dumb")
    assert dumb.finish()[0] == 0
    assert dumb.shown == ""
    command = [sys.executable, str(tmp_path / "waits.py"), "100", "calculate", "10"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("complete\n")


# In a notebook


def run_cells(tmp_path: Path, *sources: str) -> tuple[list[list[Any]], list[tuple[str, Any]]]:
    """WaitingScript cells in a kernel; give the outputs of each, and the messages that showed or changed something."""
    # Each process of the tests collects this file, and one runs it.
    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell, new_notebook

    messages: list[tuple[str, Any]] = []

    class Counted(NotebookClient):
        def process_message(self, msg: Any, *arguments: Any) -> Any:
            if msg["msg_type"] in ("display_data", "update_display_data"):
                messages.append((msg["msg_type"], msg["content"]["data"]))
            return super().process_message(msg, *arguments)

    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    client = Counted(notebook, kernel_name="python3", timeout=60, extra_arguments=["--log-level=ERROR"])
    client.resources = {"metadata": {"path": str(tmp_path)}}
    client.execute()
    return [cell.outputs for cell in notebook.cells], messages


BEGIN = """
import quantcdn
from quantcdn.emulator import Clock, Emulator
service = Emulator(clock=Clock(20))
client = quantcdn.ApiClient(service.configuration(proxy=""))
api = quantcdn.AIToolsApi(client)
poll = quantcdn.Poll(0.1, 1, 0.1)
def start(**settings):
    return service.start_execution("calculate", pending=0, **settings)
"""


def test_in_a_notebook_a_wait_is_one_output_that_changes_in_place(tmp_path: Path) -> None:
    outputs, messages = run_cells(
        tmp_path,
        BEGIN,
        "api.wait_for_ai_tool_execution('acme', start(running=25), poll=poll);",
        "[outcome.error for outcome in api.wait_for_ai_tool_executions('acme', [start(), start()], poll=poll)]",
        "client.configuration.progress = False\napi.wait_for_ai_tool_execution('acme', start(running=1), poll=poll)",
        "client.close(); service.close()",
    )
    _, one, many, quiet, _ = outputs
    assert [output.output_type for output in one] == ["display_data"]
    assert re.fullmatch(r"calculate exec_[0-9a-f]{32}: complete · \d+ s", one[0].data["text/plain"])
    assert [output.output_type for output in many] == ["display_data", "execute_result"]
    page = Page(many[0].data["text/html"])
    assert page.text.strip().startswith("2 of 2 finished · ")
    assert page.all("progress") == [{"max": "2", "value": "2"}]
    assert [output.output_type for output in quiet] == ["execute_result"]
    kinds = [kind for kind, _ in messages]
    assert kinds[:2] == ["display_data", "update_display_data"]
    assert kinds.count("display_data") == 2


POOL = """
from concurrent.futures import ThreadPoolExecutor
ids = [start(running=100) for _ in range(60)]
with ThreadPoolExecutor(60) as pool:
    found = list(pool.map(lambda one: api.wait_for_ai_tool_execution("acme", one, poll=poll), ids))
assert all(execution.is_complete for execution in found)
"""


def test_in_a_notebook_60_waits_in_a_pool_of_threads_are_one_output(tmp_path: Path) -> None:
    outputs, messages = run_cells(tmp_path, BEGIN, POOL, "client.close(); service.close()")
    assert [output.output_type for output in outputs[1]] == ["display_data"]
    assert re.fullmatch(r"60 of 60 waits ended · \d+ s", outputs[1][0].data["text/plain"])
    page = Page(outputs[1][0].data["text/html"])
    assert page.all("progress") == [{"max": "60", "value": "60"}]
    assert [kind for kind, _ in messages].count("display_data") == 1
