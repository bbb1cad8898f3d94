"""What a wait shows on a terminal until it has ended: a bar, which costs no request, and nothing of it elsewhere."""

from __future__ import annotations

import re
import signal

import pytest

from quantcdn.emulator import Emulator
from test.helpers.clock import advance
from test.helpers.process import on_terminal, run, terminal, until

FIRST, SECOND, THIRD = (f"exec_{digit * 32}" for digit in "123")
ORCHESTRATION = f"orch_{'4' * 32}"
FAST = ("--interval", "0.02")


def with_history(service: Emulator) -> None:
    for identifier, running in ((SECOND, 10), (THIRD, 20)):
        service.start_execution("calculate", pending=0, running=running, execution_id=identifier)
    advance(service, 30)


def requests_of(service: Emulator) -> list[str | None]:
    return [request.operation for request in service.requests]


def test_a_bar_runs_against_what_the_tool_took_before_and_costs_no_request(service: Emulator) -> None:
    with_history(service)
    service.start_execution("calculate", pending=0, running=99, execution_id=FIRST)
    with terminal("executions", "wait", FIRST, "--interval", "1000", "--timeout", "2.5", service=service) as shown:
        assert shown.end() == 124
    rows = shown.shown.split("\r\x1b[K")
    assert re.fullmatch(rf"calculate {FIRST}: running · 0\.\d s", rows[1])  # until the list is understood
    bars = [row for row in rows if row.startswith("[")]
    assert len(bars) > 3
    assert bars[0].startswith("[----------] calculate exec_")
    assert any(row.startswith("[#---------] ") and row.endswith(" s, usually 15.0s") for row in bars)
    # A list and the last poll after the time limit: as many requests as without a bar.
    assert requests_of(service) == requests_of_wait_into_a_pipe(service)


def requests_of_wait_into_a_pipe(service: Emulator) -> list[str | None]:
    before = len(service.requests)
    done = run("executions", "wait", FIRST, "--interval", "1000", "--timeout", "2.5", service=service)
    assert done.err.splitlines()[0] == f"calculate {FIRST}: running"
    assert "usually" not in done.err
    return requests_of(service)[before:]


def test_a_bar_counts_how_many_of_several_have_finished(service: Emulator) -> None:
    service.start_execution("calculate", pending=0, running=1, execution_id=FIRST)
    service.start_execution("calculate", pending=0, running=9, execution_id=SECOND)
    with terminal("executions", "wait", FIRST, SECOND, *FAST, service=service) as shown:
        until(lambda: "[----------] 2 in all: 2 running" in shown.shown)
        advance(service, 1)
        until(lambda: "[#####-----] 2 in all: 1 complete, 1 running" in shown.shown)
        advance(service, 9)
        assert shown.end() == 0


def test_a_bar_counts_the_tools_of_an_orchestration(service: Emulator) -> None:
    service.start_orchestration(["calculate"] * 2, pending=0, running=1, synthesizing=9, orchestration_id=ORCHESTRATION)
    with terminal("orchestrations", "wait", ORCHESTRATION, *FAST, service=service) as shown:
        until(lambda: "\r\x1b[K[----------] " in shown.shown)
        advance(service, 1)
        until(lambda: "\r\x1b[K[##########] " in shown.shown)
        advance(service, 9)
        assert shown.end() == 0


def test_a_quiet_wait_has_no_bar(service: Emulator) -> None:
    with_history(service)
    service.start_execution("calculate", pending=0, running=9, execution_id=FIRST)
    _, shown = on_terminal("executions", "wait", FIRST, *FAST, "--timeout", "0.5", "-q", service=service)
    assert shown.startswith("\x1b[31mquantcdn:")
    assert "\x1b[K" not in shown


@pytest.mark.parametrize("columns", [20, 60, 80])
def test_ctrl_c_leaves_a_clean_line(service: Emulator, columns: int) -> None:
    with_history(service)
    service.start_execution("calculate", pending=0, running=99, execution_id=FIRST)
    with terminal("executions", "wait", FIRST, *FAST, service=service, columns=columns, NO_COLOR="1") as shown:
        until(lambda: "[---" in shown.shown)
        shown.type("\x03")  # the terminal shows it
        until(lambda: "^C" in shown.shown)
        shown.process.send_signal(signal.SIGINT)
        assert shown.end() == 130
    before, _, after = shown.shown.rpartition("\r\x1b[K")
    assert after.startswith("To go on: quantcdn executions wait ")
    # Each line has room for the ^C of the terminal behind it, so that both are in the row that is cleared.
    assert max(len(row) for row in before.split("\r\x1b[K")) < columns
    assert "\n" not in before
