"""``executions watch``: changes as they come, and a log that survives restarts and crashes."""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from quantcdn import ApiValueError
from quantcdn.cli.audit_log import AuditLog
from quantcdn.cli.output.columns import EXECUTION_SUMMARY
from quantcdn.cli.output.writer import Output
from quantcdn.cli.progress.watch_table import WatchTable
from quantcdn.emulator import Emulator, Fault
from quantcdn.models import ListAIToolExecutions200ResponseExecutionsInner as ExecutionSummary
from test.helpers.clock import advance
from test.helpers.process import on_terminal, run, started, terminal, until

FIRST, SECOND, THIRD = (f"exec_{digit * 32}" for digit in "123")
FAST = ("--interval", "0.02")
START = datetime(2026, 1, 1, tzinfo=UTC)


def test_each_change_is_a_record_until_ctrl_c(service: Emulator) -> None:
    service.start_execution("calculate", pending=0, running=1, execution_id=FIRST)
    with started("executions", "watch", *FAST, service=service) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{FIRST}\tcalculate\trunning\t2026-01-01T00:00:00Z\t\n"
        advance(service, 1)
        line = f"{FIRST}\tcalculate\tcomplete\t2026-01-01T00:00:00Z\t2026-01-01T00:00:01Z\n"
        assert process.stdout.readline() == line
        process.send_signal(signal.SIGINT)
        assert process.communicate() == ("", "")
    assert process.returncode == 130


def test_ndjson_is_one_object_for_each_change(service: Emulator) -> None:
    service.start_execution("calculate", pending=0, running=0, execution_id=FIRST)
    done = run("executions", "watch", "--ndjson", "--timeout", "0", service=service)
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        f'{{"executionId":"{FIRST}","toolName":"calculate","status":"complete",'
        '"createdAt":"2026-01-01T00:00:00Z","completedAt":"2026-01-01T00:00:00Z"}\n'
    )


def test_what_was_there_at_the_start_can_be_left_out(service: Emulator) -> None:
    service.start_execution("calculate", pending=0, running=0, execution_id=FIRST)
    with started("executions", "watch", "--since-start", *FAST, "--fields", "executionId", service=service) as process:
        assert process.stdout is not None
        until(lambda: len(service.requests) > 1)
        service.start_execution("calculate", pending=0, running=0, execution_id=SECOND)
        assert process.stdout.readline() == f"{SECOND}\n"


def test_only_one_status_can_be_shown(service: Emulator) -> None:
    service.start_execution("calculate", pending=0, running=0, execution_id=FIRST)
    service.start_execution("calculate", pending=0, running=0, error="no", execution_id=SECOND)
    flags = ("--status", "failed", "--timeout", "0", "--fields", "executionId")
    assert run("executions", "watch", *flags, service=service).out == f"{SECOND}\n"


@pytest.mark.parametrize(("form", "where"), [("--ndjson", "out"), ("--fields=executionId", "err")])
def test_where_something_may_have_been_missed_it_says_so(service: Emulator, form: str, where: str) -> None:
    service.start_execution("calculate", pending=0, running=9, execution_id=FIRST)
    with started("executions", "watch", "--interval", "0.5", form, service=service) as process:
        until(lambda: service.requests)
        advance(service, 60)
        for number in range(100):
            service.start_execution("calculate", pending=0, running=0, execution_id=f"exec_{number}")
        stream = process.stdout if where == "out" else process.stderr
        assert stream is not None
        lines = iter(stream.readline, "")
        line = next(line for line in lines if "gap" in line or "missed" in line)
    if where == "out":
        assert json.loads(line) == {
            "gap": {"after": "2026-01-01T00:00:00Z", "before": "2026-01-01T00:01:00Z", "unfinished": [FIRST]}
        }
    else:
        assert line == (
            "quantcdn: some executions between 2026-01-01T00:00:00Z and 2026-01-01T00:01:00Z may have been missed\n"
        )


def test_a_refused_token_ends_it_with_4(service: Emulator) -> None:
    assert run("executions", "watch", service=service, QUANTCDN_API_TOKEN="other").code == 4


def test_the_table_stays_in_place_on_a_terminal(service: Emulator) -> None:
    service.start_execution("calculate", pending=0, running=5, execution_id=FIRST)
    with terminal("executions", "watch", "--interval", "0.2", service=service, lines=10) as shown:
        until(lambda: "running" in shown.shown)
        for number in range(20):
            service.start_execution(f"tool_{number}", pending=0, running=0)
        until(lambda: "tool_19" in shown.shown)
        shown.process.send_signal(signal.SIGINT)
        assert shown.end() == 130
    assert shown.shown.endswith("\x1b[J\r\n")  # a line for the ^C that the terminal shows
    frames = shown.shown.split("\x1b[J")[:-1]
    assert len(frames) > 1
    assert all(frame.count("\n") <= 9 for frame in frames)
    for before, frame in pairwise(frames):
        assert frame.startswith(f"\x1b[{before.count(chr(10))}F")
    assert "21 executions" in frames[-1]
    assert "calculate" in frames[-1].splitlines()[1]
    assert "tool_19" in frames[-1].splitlines()[2]
    assert "… 15 not shown: 15 complete" in frames[-1]


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_unfinished_ones_come_first_and_failed_ones_stay_in_sight(service: Emulator, columns: int) -> None:
    service.start_execution("generate_image", pending=0, running=0, error="no", execution_id=FIRST)
    service.start_execution("get_weather", pending=0, running=9, execution_id=SECOND)
    for _ in range(40):
        service.start_execution("calculate", pending=0, running=0)
    for _ in range(30):
        service.start_execution("search_web", pending=9, running=9)
    words = ("executions", "watch", "--timeout", "0")
    with terminal(*words, service=service, columns=columns, lines=24, NO_COLOR="1") as shown:
        assert shown.end() == 0
    lines = shown.shown.replace("\r\n", "\n").replace("\x1b[K", "").split("\x1b[J")[-2].splitlines()
    assert len(lines) <= 23
    assert max(map(len, lines)) < columns
    at = next(number for number, line in enumerate(lines) if line.startswith("…"))
    (titles, *rows), left_out, summary = lines[:at], lines[at], lines[at + 1 :]
    assert titles.split() == ["EXECUTION", "TOOL", "STATUS", "AGE", "DURATION"]
    statuses = [row.split()[2] for row in rows]  # no word is broken
    assert statuses == ["pending"] * (21 - len(summary) - 1) + ["failed"]
    assert rows[-1].split()[1] == "generate_image"
    assert left_out == f"… {71 - len(rows) + 1} not shown: {31 - len(rows)} pending · 40 complete · 1 running"
    # However narrow the terminal is, no count is lost.
    assert len(summary) == (1 if columns == 200 else 2)
    assert " · ".join(summary).split(" · ")[1:] == [
        "72 executions", "1 failed", "1 running", "40 complete", "30 pending",
    ]  # fmt: skip
    assert (FIRST in rows[-1]) is (columns >= 80)


def test_a_failed_one_outlives_any_number_of_others(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = argparse.Namespace(ndjson=False, fields=None)
    table = WatchTable(Output(arguments, EXECUTION_SUMMARY, at_once=True), "acme")
    table.show(listed(FIRST, "failed"))
    for number in range(1_100):
        table.show(listed(f"exec_{number}", "complete"))
    table.draw()
    shown = capsys.readouterr().out
    assert FIRST in shown
    assert "1,000 executions" in shown


def test_without_a_screen_to_draw_on_a_change_is_a_line(service: Emulator) -> None:
    service.start_execution("calculate", pending=0, running=0, execution_id=FIRST)
    for environ in ({"TERM": "dumb"}, {"TERM": ""}):
        code, shown = on_terminal("executions", "watch", "--timeout", "0", service=service, **environ)
        assert code == 0
        assert shown.startswith(f"{FIRST}  calculate  complete  ")
        assert shown.count("\n") == 1


# The log


def lines_of(path: Path) -> list[dict[str, Any]]:
    data = path.read_bytes()
    assert data == b"" or data.endswith(b"\n")
    return [json.loads(line) for line in data.splitlines()]


def listed(identifier: str, status: str, age: float = 0) -> ExecutionSummary:
    created = (START - timedelta(seconds=age)).isoformat()
    return ExecutionSummary.model_validate(
        {"executionId": identifier, "toolName": "t", "status": status, "createdAt": created}
    )


class Now:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **by: float) -> None:
        self.time += timedelta(**by)


def test_the_log_has_each_change_once_over_restarts_and_a_kill(service: Emulator, tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    service.start_execution("calculate", pending=0, running=1, execution_id=FIRST)
    service.start_execution("calculate", pending=0, running=100, execution_id=SECOND)
    with started("executions", "watch", "--log", str(path), "--since-start", *FAST, service=service) as process:
        until(lambda: path.exists() and len(path.read_bytes().splitlines()) == 2)
        process.kill()
    advance(service, 1)
    for _ in range(2):
        done = run("executions", "watch", "--log", str(path), "--timeout", "0", service=service)
        assert done.code == 0
        assert done.out.count("\n") == 2
    written = [(line["execution"]["executionId"], line["execution"]["status"]) for line in lines_of(path)]
    assert written == [(FIRST, "running"), (SECOND, "running"), (FIRST, "complete")]
    assert all(datetime.fromisoformat(line["at"]).tzinfo for line in lines_of(path))


def test_the_log_has_what_the_screen_leaves_out(service: Emulator, tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    service.start_execution("calculate", pending=0, running=0, execution_id=FIRST)
    flags = ("--since-start", "--status", "failed", "--timeout", "0")
    assert run("executions", "watch", "--log", str(path), *flags, service=service).out == ""
    assert [line["execution"]["executionId"] for line in lines_of(path)] == [FIRST]


@pytest.mark.parametrize("torn", [b'{"at":"2026-01-01T00:00:00Z","execution":{"exec', b'{"a', b"\0\0\0", b'{"at":"2'])
def test_a_last_line_that_a_crash_has_torn_is_mended(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "log"
    with AuditLog(path, Now()) as log:
        log.add([listed(FIRST, "running")])
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    with AuditLog(path, Now()) as log:
        assert path.read_bytes() == whole
        log.add([listed(FIRST, "complete")])
    assert [line["execution"]["status"] for line in lines_of(path)] == ["running", "complete"]


def test_a_last_line_that_lacks_its_end_alone_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with AuditLog(path, Now()) as log:
        log.add([listed(FIRST, "running")])
    whole = path.read_bytes()
    path.write_bytes(whole.removesuffix(b"\n"))
    with AuditLog(path, Now()) as log:
        log.add([listed(FIRST, "running")])
    assert path.read_bytes() == whole


def test_a_quiet_log_says_once_an_hour_that_it_is_written(tmp_path: Path) -> None:
    path, now = tmp_path / "log", Now()
    with AuditLog(path, now) as log:
        for _ in range(7):
            log.add([])
            now.advance(minutes=20)
    assert [line.get("watching") for line in lines_of(path)] == [True] * 3


def test_a_restart_within_a_day_is_no_gap_where_the_list_reaches_back(tmp_path: Path) -> None:
    path, now = tmp_path / "log", Now()
    with AuditLog(path, now) as log:
        log.add([listed(FIRST, "running")])
    now.advance(hours=23)
    with AuditLog(path, now) as log:
        log.add([listed(SECOND, "complete", -82_000), listed(FIRST, "complete")])
    now.advance(hours=23)
    with AuditLog(path, now) as log:  # both have expired by now, the first unnoticed since it had ended
        log.add([listed(THIRD, "complete", -165_000), listed(SECOND, "complete", -82_000)])
    assert not any("gap" in line for line in lines_of(path))


# Fails if a short list is taken for one that shows all of the last 24 hours: a service may list fewer than 100.
def test_an_unfinished_one_that_a_short_list_does_not_show_is_a_gap_once(tmp_path: Path) -> None:
    path, now = tmp_path / "log", Now()
    with AuditLog(path, now) as log:
        log.add([listed(FIRST, "running")])
    for _ in range(2):
        with AuditLog(path, now) as log:
            log.add([listed(SECOND, "complete", -1)])
    gaps = [line["gap"] for line in lines_of(path) if "gap" in line]
    assert [gap["unfinished"] for gap in gaps] == [[FIRST]]


def test_a_restart_after_a_day_is_a_gap_with_what_was_left_unfinished(tmp_path: Path) -> None:
    path, now = tmp_path / "log", Now()
    with AuditLog(path, now) as log:
        log.add([listed(FIRST, "running", 5), listed(SECOND, "complete", 9)])
    for _ in range(2):
        now.advance(hours=24)
        with AuditLog(path, now) as log:
            log.add([listed(THIRD, "complete", -80_000)])
    gaps = [line["gap"] for line in lines_of(path) if "gap" in line]
    assert gaps[0] == {"after": "2025-12-31T23:59:55Z", "before": "2026-01-01T22:13:20Z", "unfinished": [FIRST]}
    assert [gap["unfinished"] for gap in gaps] == [[FIRST], []]


def test_a_full_list_without_anything_known_is_a_gap(tmp_path: Path) -> None:
    path, now = tmp_path / "log", Now()
    first = [listed(f"exec_{number}", "complete", number) for number in range(100)]
    second = [listed(f"exec_{number}", "complete", -number) for number in range(199, 99, -1)]
    with AuditLog(path, now) as log:
        log.add(first)
    with AuditLog(path, now) as log:
        log.add(second)
        log.add(second)
    lines = lines_of(path)
    assert [number for number, line in enumerate(lines) if "gap" in line] == [100]
    assert len(lines) == 201


def test_an_execution_that_left_a_full_list_unfinished_is_named_once(tmp_path: Path) -> None:
    path, now = tmp_path / "log", Now()
    full = [listed(f"exec_{number}", "complete", number) for number in range(99)]
    with AuditLog(path, now) as log:
        log.add([*full, listed(FIRST, "running", 100)])
        for _ in range(2):
            log.add([listed(SECOND, "complete"), *full])
    with AuditLog(path, now) as log:
        log.add([listed(SECOND, "complete"), *full])
    assert [line["gap"]["unfinished"] for line in lines_of(path) if "gap" in line] == [[FIRST]]


@pytest.mark.parametrize(
    "content",
    [b"notes of mine", b"notes\n", b"3\n", b'{"a":1}\n', b'{"at":"soon"}\n', b'{"at":"2026-01-01","gap":3}\n'],
)
def test_a_file_that_is_no_log_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes"
    path.write_bytes(content)
    with pytest.raises(ApiValueError, match="give another file"):
        AuditLog(path)
    assert path.read_bytes() == content


def test_only_one_watch_may_write_a_log(service: Emulator, tmp_path: Path) -> None:
    path = tmp_path / "log"
    with AuditLog(path):
        done = run("executions", "watch", "--log", str(path), service=service)
        assert (done.code, done.out) == (2, "")
        assert "another watch is writing it" in done.err
    assert run("executions", "watch", "--log", "/dev/null", service=service).code == 2
    missing = run("executions", "watch", "--log", str(tmp_path / "no" / "log"), service=service)
    assert missing.code == 1
    assert "No such file" in missing.err


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log"
    write = os.write
    with AuditLog(path, Now()) as log:
        log.add([listed(FIRST, "running")])
        monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:20]))
        with pytest.raises(OSError, match="full"):
            log.add([listed(FIRST, "complete")])
        monkeypatch.undo()
        assert len(lines_of(path)) == 1
        log.add([listed(FIRST, "complete")])
    assert len(lines_of(path)) == 2


def test_the_end_of_a_long_log_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with AuditLog(path, Now()) as log:
        log.add([listed(f"exec_{number}", "complete", number) for number in range(90)])
    lines = path.read_bytes()
    older = re.sub(rb"exec_\d+", b"exec_x", lines.partition(b"\n")[0]) + b"\n"
    size = path.write_bytes(older * (17 * 1024 * 1024 // len(older)) + lines)
    with AuditLog(path, Now()) as log:
        log.add([listed(f"exec_{number}", "complete", number) for number in range(30)])
    assert path.stat().st_size == size


def test_polls_that_fail_are_no_end_of_the_watch(service: Emulator, tmp_path: Path) -> None:
    service.start_execution("calculate", pending=0, running=0, execution_id=FIRST)
    service.add_fault(Fault(status=501), times=4)
    with started("executions", "watch", "--since-start", *FAST, "--fields", "executionId", service=service) as process:
        assert process.stdout is not None
        until(lambda: len(service.requests) > 5)
        service.start_execution("calculate", pending=0, running=0, execution_id=SECOND)
        assert process.stdout.readline() == f"{SECOND}\n"
