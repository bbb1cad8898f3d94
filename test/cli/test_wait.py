"""``executions wait`` and ``orchestrations wait``: what they write, say and end with."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path

import pytest

from quantcdn.emulator import Emulator, Fault, ManualClock
from test.helpers.clock import advance
from test.helpers.process import on_terminal, run, shell, started, terminal, until

FIRST, SECOND, THIRD = (f"exec_{digit * 32}" for digit in "123")
ORCHESTRATION, OTHER = (f"orch_{digit * 32}" for digit in "45")
ANSWER = ("--fields", "answer")
FAST = ("--interval", "0.02")


def test_each_change_is_a_line_on_stderr_and_each_end_a_record_on_stdout(service: Emulator) -> None:
    service.start_execution("calculate", pending=1, running=1, result={"result": 42}, execution_id=FIRST)
    with started("executions", "wait", FIRST, *FAST, service=service) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        assert process.stderr.readline() == f"calculate {FIRST}: pending\n"
        advance(service, 1)
        assert process.stderr.readline() == f"calculate {FIRST}: running\n"
        advance(service, 1)
        assert process.communicate() == (
            f"{FIRST}\tcalculate\tcomplete\t2026-01-01T00:00:00Z\t2026-01-01T00:00:01Z\t2026-01-01T00:00:02Z\t1"
            '\t\t{"result":42}\n',
            f"calculate {FIRST}: complete\n",
        )
    assert process.returncode == 0


def test_records_come_as_they_end_not_in_the_order_of_the_arguments(service: Emulator) -> None:
    service.start_execution("calculate", pending=0, running=9, execution_id=FIRST)
    service.start_execution("calculate", pending=0, running=1, execution_id=SECOND)
    command = ("executions", "wait", FIRST, SECOND, FIRST, "--fields", "executionId")
    with started(*command, *FAST, service=service) as process:
        assert process.stdout is not None
        advance(service, 1)
        assert process.stdout.readline() == f"{SECOND}\n"
        advance(service, 8)
        assert process.communicate()[0] == f"{FIRST}\n"


@pytest.mark.parametrize(("flags", "code"), [([], 0), (["--exit-status"], 5)])
def test_a_failed_one_is_a_record_and_an_exit_code_only_if_asked_for(
    service: Emulator, flags: list[str], code: int
) -> None:
    service.start_execution("calculate", pending=0, running=0, execution_id=FIRST)
    service.start_execution("calculate", pending=0, running=0, error="no \x1b[31mluck", execution_id=SECOND)
    done = run("executions", "wait", FIRST, SECOND, "--fields", "executionId,status", *flags, service=service)
    assert done.code == code
    assert sorted(done.out.splitlines()) == [f"{FIRST}\tcomplete", f"{SECOND}\tfailed"]
    assert f"{SECOND}: failed: no \\x1b[31mluck\n" in done.err


def test_the_time_limit_ends_with_124_and_says_how_to_go_on(service: Emulator) -> None:
    service.start_execution("calculate", pending=0, running=0, execution_id=FIRST)
    service.start_execution("calculate", pending=0, running=9, execution_id=SECOND)
    done = run("executions", "wait", SECOND, FIRST, "--timeout", "0", "--fields", "executionId", service=service)
    assert (done.code, done.out) == (124, f"{FIRST}\n")
    assert done.err.splitlines()[-2:] == [
        "quantcdn: the time limit has passed, and 1 of 2 have not ended",
        f"To go on: quantcdn executions wait {SECOND} --timeout 0 --fields executionId",
    ]
    alone = run("executions", "wait", SECOND, "--timeout", "0.1s", *FAST, service=service)
    assert alone.code == 124
    assert f"quantcdn: {SECOND}: the time limit has passed; last seen: running\n" in alone.err


def test_one_that_is_not_there_ends_with_3_and_the_others_are_waited_for(service: Emulator) -> None:
    service.start_execution("calculate", pending=0, running=0, error="no", execution_id=FIRST)
    done = run("executions", "wait", "exec_gone", FIRST, "--exit-status", "--fields", "status", service=service)
    assert (done.code, done.out) == (3, "failed\n")
    assert "exec_gone: 404 Not Found" in done.err


def test_a_refused_token_is_told_once_for_all(service: Emulator) -> None:
    done = run("executions", "wait", FIRST, SECOND, THIRD, service=service, QUANTCDN_API_TOKEN="other")
    assert (done.code, done.out) == (4, "")
    assert done.err.count("401") == 1


def test_a_service_that_fails_ends_with_1(service: Emulator) -> None:
    service.add_fault(Fault(status=501), times=None)  # which no call tries again, so that only the wait does
    done = run("orchestrations", "wait", ORCHESTRATION, *FAST, service=service)
    assert done.code == 1
    assert "501" in done.err


def test_ctrl_c_ends_with_130_and_says_how_to_go_on(service: Emulator) -> None:
    service.start_execution("calculate", pending=0, running=0, execution_id=FIRST)
    service.start_execution("calculate", pending=0, running=9, execution_id=SECOND)
    command = ("executions", "wait", FIRST, SECOND, "--fields", "status")
    with started(*command, *FAST, service=service) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "complete\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert f"To go on: quantcdn executions wait {SECOND} --interval " in err
    assert err.endswith(" --fields status\n")
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "stdin",
    [
        f"{FIRST}\n\n  {SECOND}  \r\n{FIRST}\n",
        f'{{"executionId":"{FIRST}","status":"x"}}\n{{"executionId":"{SECOND}"}}',
        f"{FIRST}\tcalculate\tcomplete\t\t\n{SECOND}\tcalculate\n",
        f'{{"executions":[{{"executionId":"{FIRST}"}},{{"executionId":"{SECOND}"}}],"count":2}}\n',
        f'[\n  {{"executionId": "{FIRST}"}},\n  {{"executionId": "{SECOND}"}}\n]\n',
        f'\ufeff[{{"executionId":"{FIRST}"}},{{"executionId":"{SECOND}"}}]\r\n',
        f'{{"orchestrationId":"{OTHER}","tools":[{{"executionId":"{FIRST}"}},{{"executionId":"{SECOND}"}}]}}',
    ],
)
def test_identifiers_come_from_stdin_as_lines_as_records_and_as_json(service: Emulator, stdin: str) -> None:
    for identifier in (FIRST, SECOND):
        service.start_execution("calculate", pending=0, running=0, execution_id=identifier)
    done = run("executions", "wait", "-", "--fields", "executionId", service=service, stdin=stdin)
    assert done.code == 0
    assert sorted(done.out.split()) == [FIRST, SECOND]


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        ('{"executionId": 3}\n', "stdin, line 1: it has no executionId"),
        (f'{FIRST}\n{{"status": "x"}}\n', "stdin, line 2: it has no executionId"),
        ('{"executions": [{"status": "x"}]}', "stdin, line 1: it has no executionId"),
        ('["exec_1"]', "stdin, line 1: it has no executionId"),
        ('{\n  "executions": []\n', "stdin, line 1: it is not one JSON object; --ndjson writes one a line"),
    ],
)
def test_a_line_without_an_identifier_is_wrong_usage(service: Emulator, stdin: str, said: str) -> None:
    done = run("executions", "wait", "-", service=service, stdin=stdin)
    assert (done.code, done.out, done.err) == (2, "", f"quantcdn: {said}\n")
    assert not service.requests


def test_the_whole_response_of_a_list_is_taken_and_may_be_empty(service: Emulator, tmp_path: Path) -> None:
    pipeline = "set -o pipefail; quantcdn executions list --json | quantcdn executions wait - --fields executionId"
    assert shell(pipeline, service, tmp_path).code == 0
    service.start_execution("calculate", pending=0, running=0, execution_id=FIRST)
    done = shell(pipeline, service, tmp_path)
    assert (done.code, done.out) == (0, f"{FIRST}\n")


PIPELINE = (
    "set -o pipefail; "
    "quantcdn executions list --status running --ndjson | quantcdn executions wait - --exit-status --save out/"
)


def test_the_pipeline_of_list_and_wait_works_as_it_reads(service: Emulator, tmp_path: Path) -> None:
    assert isinstance(service.clock, ManualClock)
    service.start_execution("generate_image", pending=0, running=5, execution_id=FIRST)
    service.start_execution("calculate", pending=0, running=5, error="no", execution_id=SECOND)
    service.start_execution("calculate", pending=0, running=0, execution_id=THIRD)
    # What the first command lists is still running; until the second one looks, it has ended.
    held = "(cat > held; touch listed; until [ -e ended ]; do sleep 0.01; done; cat held)"
    script = PIPELINE.replace("| quantcdn", f"| {held} | quantcdn")

    def end() -> None:
        until((tmp_path / "listed").exists)
        advance(service, 5)
        (tmp_path / "ended").touch()

    thread = threading.Thread(target=end)
    thread.start()
    done = shell(script, service, tmp_path)
    thread.join()
    assert done.code == 5, done.err
    assert sorted(line.split("\t")[0] for line in done.out.splitlines()) == [FIRST, SECOND]
    (picture,) = (tmp_path / "out").iterdir()
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert f"saved out/{picture.name} ({picture.stat().st_size:,} bytes)\n" in done.err
    assert f"{SECOND}: failed: no\n" in done.err


def test_the_pipeline_works_where_nothing_runs(service: Emulator, tmp_path: Path) -> None:
    done = shell(PIPELINE, service, tmp_path)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert not list(tmp_path.iterdir())
    assert len(service.requests) == 1


def test_an_image_that_cannot_be_saved_is_told_and_the_rest_goes_on(service: Emulator, tmp_path: Path) -> None:
    service.start_execution("generate_image", pending=0, running=0, execution_id=FIRST)
    (tmp_path / "file").touch()
    done = run("executions", "wait", FIRST, "--save", str(tmp_path / "file"), "--fields", "status", service=service)
    assert (done.code, done.out) == (1, "complete\n")
    assert "file" in done.err


@pytest.mark.parametrize("form", ["--json", "--ndjson"])
def test_each_end_is_a_json_object_as_it_came(service: Emulator, form: str) -> None:
    service.start_execution("calculate", pending=0, running=0, result={"b": 1, "a": [1.50]}, execution_id=FIRST)
    done = run("executions", "wait", FIRST, form, service=service)
    assert done.out.count("\n") == 1
    assert done.out.startswith(f'{{"executionId":"{FIRST}","toolName":"calculate","status":"complete"')
    assert json.loads(done.out)["result"] == {"b": 1, "a": [1.5]}


def test_orchestrations_are_waited_for_with_one_limit_for_all(service: Emulator) -> None:
    service.start_orchestration(["calculate"], pending=0, running=1, synthesizing=1, orchestration_id=ORCHESTRATION)
    service.start_orchestration(["calculate"], pending=0, running=0, synthesizing=0, answer="A", orchestration_id=OTHER)
    done = run("orchestrations", "wait", ORCHESTRATION, OTHER, "--timeout", "0.1", *ANSWER, service=service)
    assert (done.code, done.out) == (124, "A\n")
    assert "1 of 2 have not ended" in done.err
    assert f"To go on: quantcdn orchestrations wait {ORCHESTRATION}" in done.err


def test_an_orchestration_is_followed_from_stdin_to_its_answer(service: Emulator) -> None:
    service.start_orchestration(
        ["calculate"], pending=0, running=1, synthesizing=1, answer="It is 42.", orchestration_id=ORCHESTRATION
    )
    command = ("orchestrations", "wait", ORCHESTRATION, *FAST, "--fields", "answer,status")
    with started(*command, service=service) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == f"{ORCHESTRATION}: waiting_tools, 0 of 1 tools\n"
        advance(service, 1)
        assert process.stderr.readline() == f"{ORCHESTRATION}: synthesizing, 1 of 1 tools\n"
        advance(service, 1)
        assert process.communicate()[0] == "It is 42.\tcomplete\n"
    stdin = json.dumps({"orchestrationId": ORCHESTRATION})
    assert run("orchestrations", "wait", "-", service=service, stdin=f"{stdin}\n{ORCHESTRATION}").out.count("\n") == 1


def test_a_failed_orchestration_ends_with_5_if_asked_for(service: Emulator) -> None:
    service.start_orchestration(
        ["calculate"], pending=0, running=0, synthesizing=0, error="no", orchestration_id=ORCHESTRATION
    )
    done = run("orchestrations", "wait", ORCHESTRATION, "--exit-status", "--fields", "error", service=service)
    assert (done.code, done.out) == (5, "no\n")


def test_the_live_line_stays_in_place_on_a_terminal(service: Emulator) -> None:
    service.start_execution("calculate", pending=0, running=5, execution_id=FIRST)
    with terminal("executions", "wait", FIRST, "--interval", "0.3", service=service) as shown:
        until(lambda: shown.shown.count(": running · ") > 3)
        advance(service, 5)
        assert shown.end() == 0
    before, _, after = shown.shown.partition(": complete · ")
    assert before.count("\n") == 0
    assert before.count("\r\x1b[K") > 3
    assert after.count(FIRST) == 1


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_each_row_is_shown_with_its_result_as_soon_as_it_has_finished(service: Emulator, columns: int) -> None:
    service.start_execution("calculate", pending=0, running=1, result={"result": 42}, execution_id=FIRST)
    service.start_execution("get_weather", pending=0, running=1, error="no such place", execution_id=SECOND)
    service.start_execution("search_web", pending=0, running=9, result="A text\nof two lines " * 20, execution_id=THIRD)
    words = ("executions", "wait", FIRST, SECOND, THIRD, *FAST)
    with terminal(*words, service=service, columns=columns, NO_COLOR="1") as shown:
        until(lambda: "3 in all" in shown.shown)
        advance(service, 1)
        until(lambda: FIRST in shown.shown and SECOND in shown.shown)
        assert THIRD not in shown.shown
        advance(service, 8)
        assert shown.end() == 0
    lines = shown.shown.replace("\r\n", "\n").split("\n")
    rows = [line.rpartition("\x1b[K")[2] for line in lines]
    assert f"complete  {FIRST}  1.0s" in rows
    assert '          calculate: {"result": 42}' in rows
    assert f"failed    {SECOND}  1.0s" in rows
    assert "          get_weather: no such place" in rows
    (long,) = [row for row in rows if "search_web: A text of two lines A" in row]
    assert long.endswith("…")
    assert max(map(len, rows)) < columns
    assert "failed: no such place" not in shown.shown  # it is said once


def test_an_orchestration_is_shown_with_its_answer(service: Emulator) -> None:
    service.start_orchestration(["calculate"], pending=0, running=0, synthesizing=0, answer="It is\n42.",
                                orchestration_id=ORCHESTRATION)  # fmt: skip
    _, shown = on_terminal("orchestrations", "wait", ORCHESTRATION, service=service, columns=60, NO_COLOR="1")
    assert f"complete  {ORCHESTRATION}  0.0s\n          1 of 1 tools: It is 42.\n" in shown


def test_the_command_to_go_on_has_the_options_of_the_one_that_waited(service: Emulator) -> None:
    service.start_execution("calculate", pending=0, running=9, execution_id=FIRST)
    given = ["--timeout", "0.1", *FAST, "--save", "a b", "--exit-status", "--organisation", "ac me"]
    done = run("-q", "executions", "wait", FIRST, *given, "--result", service=service)
    (advice,) = [line.removeprefix("To go on: ") for line in done.err.splitlines() if line.startswith("To go on: ")]
    assert advice == (
        f"quantcdn executions wait {FIRST} --timeout 0.1 --interval 0.02 --save 'a b' --exit-status --result "
        "--organisation 'ac me' --quiet"
    )


def test_a_wait_for_several_counts_them_on_a_terminal_no_wider_than_it_is(service: Emulator) -> None:
    for identifier in (FIRST, SECOND, THIRD):
        service.start_execution("calculate", pending=0, running=0, execution_id=identifier)
    service.start_execution("calculate", pending=0, running=9, execution_id="exec_late")
    code, shown = on_terminal(
        "executions", "wait", FIRST, SECOND, THIRD, "exec_late", "--timeout", "0", columns=50, service=service
    )
    assert code == 124
    drawn = [line for line in shown.split("\x1b[K") if "in all" in line]
    assert drawn
    assert all(len(line.rstrip("\r\n")) < 50 for line in drawn)
    assert "4 in all: " in drawn[-1]


def test_the_live_line_needs_stderr_alone_to_be_a_terminal(service: Emulator, tmp_path: Path) -> None:
    service.start_execution("calculate", pending=0, running=0, execution_id=FIRST)
    with (tmp_path / "out").open("wb") as out:
        with terminal("executions", "wait", FIRST, "--fields", "status", service=service, stdout=out.fileno()) as shown:
            assert shown.end() == 0
    assert (tmp_path / "out").read_text() == "complete\n"
    assert "\r\x1b[K" in shown.shown
    with (tmp_path / "err").open("wb") as err:
        with terminal("executions", "wait", FIRST, service=service, stderr=err.fileno()) as shown:
            assert shown.end() == 0
    assert (tmp_path / "err").read_text() == f"calculate {FIRST}: complete\n"
    assert f"complete  {FIRST}  0.0s" in shown.shown


def test_a_dumb_terminal_gets_lines(service: Emulator) -> None:
    service.start_execution("calculate", pending=0, running=0, execution_id=FIRST)
    _, shown = on_terminal("executions", "wait", FIRST, service=service, TERM="dumb")
    assert "\x1b" not in shown
    assert f"calculate {FIRST}: complete\n" in shown


def test_the_log_of_requests_and_the_live_line_do_not_write_over_each_other(service: Emulator) -> None:
    service.start_execution("calculate", pending=0, running=0, execution_id=FIRST)
    _, shown = on_terminal("executions", "wait", FIRST, "-v", service=service)
    assert "\x1b[K" not in shown
    assert "DEBUG GET " in shown


@pytest.mark.parametrize("interval", ["1000000", "0.00001", "0.25"])
def test_the_advice_can_be_pasted_however_long_the_times_are(service: Emulator, interval: str) -> None:
    words = ["executions", "wait", service.start_execution("calculate"), "--timeout", "0", "--interval", interval]
    done = run(*words, service=service)
    advice = done.err.splitlines()[-1].partition("To go on: quantcdn ")[2].split()
    assert advice == words
    assert run(*advice, service=service).code == 124
