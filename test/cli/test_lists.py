"""``executions list`` and ``executions save``: filters, fields that are computed, and what was there before."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from quantcdn.emulator import Emulator, Fault, ManualClock
from test.helpers.process import on_terminal, run

FIRST, SECOND, THIRD = (f"exec_{digit * 32}" for digit in "123")
IDENTIFIERS = ("--fields", "executionId")


@pytest.fixture
def service() -> Iterator[Emulator]:
    """Executions of three hours, of one hour and of half an hour ago."""
    with Emulator(clock=ManualClock(time.time() - 3 * 3_600)) as service:
        assert isinstance(service.clock, ManualClock)
        service.start_execution("calculate", pending=0, running=2.5, execution_id=FIRST)
        service.clock.advance(2 * 3_600)
        service.start_execution("get_weather", pending=0, running=90, error="no", execution_id=SECOND)
        service.clock.advance(1_800)
        service.start_execution("calculate", pending=0, running=1e6, execution_id=THIRD)
        service.clock.advance(1_800)
        yield service


def listed(service: Emulator, *words: str) -> list[str]:
    done = run("executions", "list", *IDENTIFIERS, *words, service=service)
    assert (done.code, done.err) == (0, "")
    return done.out.split()


def test_lists_are_filtered_by_tool_and_by_age(service: Emulator) -> None:
    assert listed(service, "--tool", "calculate") == [THIRD, FIRST]
    assert listed(service, "--tool", "Calculate") == []
    assert listed(service, "--since", "2h") == [THIRD, SECOND]
    assert listed(service, "--since", "2h", "--tool", "calculate", "--status", "running") == [THIRD]


def test_a_limit_counts_what_the_filters_let_through(service: Emulator) -> None:
    assert listed(service, "--tool", "calculate", "--limit", "1") == [THIRD]
    assert listed(service, "--tool", "get_weather", "--limit", "1") == [SECOND]
    assert [request.query["limit"] for request in service.requests] == ["100", "100"]
    listed(service)
    assert "limit" not in service.requests[-1].query


def test_a_filter_says_where_the_list_may_not_reach_back_far_enough(service: Emulator) -> None:
    for _ in range(100):
        service.start_execution("calculate", pending=0, running=0)
    done = run("executions", "list", "--since", "2h", *IDENTIFIERS, "--limit", "100", service=service)
    assert (done.code, done.out.count("\n")) == (0, 100)
    assert done.err == "the service lists the newest 100 executions; older ones are not filtered\n"
    assert run("executions", "list", "--since", "2h", "-q", service=service).err == ""


def test_a_watch_is_filtered_in_the_same_way(service: Emulator) -> None:
    words = ("executions", "watch", "--timeout", "0", *IDENTIFIERS)
    assert run(*words, "--tool", "calculate", service=service).out.split() == [FIRST, THIRD]
    assert run(*words, "--since", "2h", service=service).out.split() == [SECOND, THIRD]


def test_age_and_duration_are_fields_where_they_are_asked_for(service: Emulator) -> None:
    done = run("executions", "list", "--ndjson", "--fields", "executionId,age,duration", service=service)
    records = [json.loads(line) for line in done.out.splitlines()]
    assert [(row["executionId"], row["duration"]) for row in records] == [(THIRD, None), (SECOND, 90), (FIRST, 2.5)]
    assert [row["age"] // 600 for row in records] == [3, 6, 18]
    assert run("executions", "list", "--fields", "status,duration", service=service).out == (
        "running\t\nfailed\t90\ncomplete\t2.5\n"
    )
    plain = run("executions", "list", "--ndjson", service=service).out
    assert "age" not in json.loads(plain.splitlines()[0])
    # What the service itself calls a duration stays what it is.
    assert run("executions", "get", FIRST, "--fields", "duration", service=service).out == "2.5\n"
    assert int(run("executions", "get", FIRST, "--fields", "age", service=service).out) // 600 == 18
    rows = [{"executionId": FIRST, "age": "young"}]
    body = {"executions": rows, "count": 1, "orgId": "acme", "status": "all"}
    service.add_fault(Fault(body=json.dumps(body).encode()), times=2)
    assert run("executions", "list", "--fields", "age", service=service).out == "young\n"
    assert run("executions", "list", "--ndjson", "--fields", "age", service=service).out == '{"age":"young"}\n'
    wrong = run("executions", "list", "--fields", "ages", service=service)
    assert (wrong.code, wrong.out) == (2, "")


def test_a_result_is_written_alone(service: Emulator) -> None:
    for identifier, result in (("text", "Two lines,\nfor once.\t\u00e4"), ("json", {"b": 1, "a": [1.5]}), ("no", None)):
        service.start_execution("t", pending=0, running=0, result=result, error=None, execution_id=identifier)
    service.start_execution("t", pending=0, running=0, error="no", execution_id="failed")
    assert run("executions", "get", "text", "--result", service=service).out == "Two lines,\nfor once.\t\u00e4\n"
    assert run("executions", "get", "json", "--result", service=service).out == '{"b":1,"a":[1.5]}\n'
    assert run("executions", "get", "failed", "--result", service=service).out == ""
    both = run("executions", "wait", "json", "failed", "--result", "--exit-status", service=service)
    assert (both.code, both.out) == (5, '{"b":1,"a":[1.5]}\n')
    assert "failed: failed: no\n" in both.err
    service.start_orchestration(["json"], pending=0, synthesizing=0, answer="It is 42.", orchestration_id="orch_1")
    assert run("orchestrations", "get", "orch_1", "--result", service=service).out == "It is 42.\n"
    assert run("orchestrations", "wait", "orch_1", "--result", service=service).out == "It is 42.\n"


def test_a_file_that_was_there_before_is_said_to_be_kept(service: Emulator, tmp_path: Path) -> None:
    identifier = service.start_execution("generate_image", pending=0, running=0)
    save = ("executions", "save", identifier, "--to", str(tmp_path))
    piped = run(*save, service=service).out
    (path,) = tmp_path.iterdir()
    path.write_bytes(b"mine")
    shown = on_terminal(*save, service=service, columns=200)[1]
    assert shown == f"{path} (kept, 4 bytes)\n"
    assert run(*save, service=service).out == piped == f"{path}\n"
    wait = ("executions", "wait", identifier, "--save", str(tmp_path), "--fields", "status")
    assert f"kept {path} (4 bytes)\n" in run(*wait, service=service).err
    assert "kept" not in on_terminal(*save, "--overwrite", service=service, columns=200)[1]
    path.unlink()
    assert f"saved {path} (" in run(*wait, service=service).err


@pytest.mark.parametrize(
    ("columns", "titles"),
    [
        (60, ["EXECUTION", "TOOL", "STATUS"]),
        (70, ["EXECUTION", "TOOL", "STATUS", "AGE"]),
        (200, ["EXECUTION", "TOOL", "STATUS", "AGE", "DURATION"]),
    ],
)
def test_a_narrow_terminal_leaves_out_times_before_it_cuts_a_status(
    service: Emulator, columns: int, titles: list[str]
) -> None:
    code, shown = on_terminal("executions", "list", service=service, columns=columns, NO_COLOR="1")
    assert code == 0
    head, *rows = [line.split() for line in shown.splitlines()]
    assert head == titles
    assert [(row[0], row[2]) for row in rows] == [(THIRD, "running"), (SECOND, "failed"), (FIRST, "complete")]
    asked = on_terminal("executions", "list", "--fields", "executionId,duration", service=service, columns=40)[1]
    assert "DUR" in asked
