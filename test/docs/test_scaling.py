"""The scaling scripts, each run as a user runs it, at a smaller size."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from quantcdn.emulator import Emulator, Fault, ManualClock
from test.helpers.clock import LIST, STATUS

EXAMPLES = Path(__file__).parent.parent.parent / "docs" / "examples"
UNKNOWN = f"exec_{'f' * 32}"
LONGEST = 60

SCRIPTS = {
    "threads": ["scale_threads.py", "--threads=8"],
    "one thread": ["scale_threads.py", "--threads=1"],
    "processes": ["scale_processes.py", "--processes=2", "--threads=4"],
    "dask": ["scale_dask.py", "--workers=2", "--threads=4", "--leases=8"],
}

every_script = pytest.mark.parametrize("script", SCRIPTS)
each_kind = pytest.mark.parametrize("script", ["threads", "processes", "dask"])
without_dask = pytest.mark.parametrize("script", ["threads", "processes"])  # a cluster takes its time to start


def environment(service: Emulator | None) -> dict[str, str]:
    # A process that is killed leaves nothing that could be measured.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "QUANT"))}
    if service is None:
        return kept
    return {
        **kept,
        "QUANTCDN_HOST": service.url,
        "QUANTCDN_API_TOKEN": service.token,
        "QUANTCDN_ORGANIZATION": "acme",
        "NO_PROXY": "*",
    }


def start(script: str, *arguments: object, service: Emulator | None = None, stdin: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", *SCRIPTS[script], *map(str, arguments)]
    return subprocess.Popen(
        command,
        cwd=EXAMPLES,
        env=environment(service),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # so that Ctrl-C can be pressed for it and all of its processes
    )


@contextmanager
def running(
    script: str, *arguments: object, service: Emulator, identifiers: list[str]
) -> Iterator[subprocess.Popen[str]]:
    """Start a script that gets its identifiers on stdin; whatever happens, nothing of it is left at the end."""
    process = start(script, "-", *arguments, service=service, stdin=subprocess.PIPE)
    try:
        assert process.stdin is not None
        process.stdin.write("\n".join(identifiers))
        process.stdin.close()
        process.stdin = None
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def finished(process: subprocess.Popen[str]) -> tuple[int, dict[str, Any], str]:
    """Wait for a script's end; returns its status, its summary, and what it wrote to stderr."""
    out, err = process.communicate(timeout=LONGEST)
    assert out, err
    return process.returncode, json.loads(out), err


def until_seen(service: Emulator, requests: int) -> None:
    """Wait until so many requests have come."""
    deadline = time.monotonic() + LONGEST
    while len(service.requests) < requests:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def until_gone(group: int) -> None:
    """Wait until no process of a group is left."""
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    raise AssertionError("processes are left")


def children(pid: int) -> Iterator[int]:
    """List the processes below one that do its work."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text():
                yield child


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(EXAMPLES)
    import scale_threads

    return scale_threads


@every_script
def test_a_script_starts_its_own_service_without_stdin_or_terminal(script: str) -> None:
    process = start(script, "--size=120", "--spread=1", "--latency=0", "--rate=200", stdin=subprocess.DEVNULL)
    status, summary, err = finished(process)
    assert status == 0
    assert summary["ends"] == {"complete": 118, "ExecutionFailedException": 1, "NotFoundException": 1}
    assert "failed: the search is down" in err
    assert f"{UNKNOWN}: 404 Not Found" in err
    assert err.splitlines()[-1].startswith("120 of 120: ")
    requests = summary["requests"]
    assert requests[STATUS] >= 120
    assert sum(requests.values()) <= 200 * (summary["seconds"] + 1)
    assert "Traceback" not in err


@each_kind
def test_each_identifier_has_its_own_end(script: str) -> None:
    with Emulator(clock=ManualClock()) as service:
        good = [service.start_execution("calculate", pending=0, running=0) for _ in range(20)]
        bad = service.start_execution("search_web", pending=0, running=0, error="the search is down")
        identifiers = ["..", good[0], "", bad, "no such thing/?", UNKNOWN, *good]
        with running(script, "--rate=400", service=service, identifiers=identifiers) as process:
            status, summary, err = finished(process)
    assert status == 0
    assert summary["ends"] == {"complete": 20, "ExecutionFailedException": 1, "NotFoundException": 2}
    assert "no identifier: ..\n" in err
    assert err.splitlines()[-1].startswith("23 of 23: ")
    # One look at each, since all have ended; more only where a look comes before the list that shows it.
    looks = Counter(request.arguments["execution_id"] for request in service.requests if request.operation == STATUS)
    assert looks == dict.fromkeys([*good, bad, "no such thing/?", UNKNOWN], 1)
    assert {request.headers["Authorization"] for request in service.requests} == {f"Bearer {service.token}"}
    assert "Traceback" not in err


# Fails if each thread, process or task has the whole rate for itself.
@each_kind
def test_all_keep_to_the_rate_and_the_limit_together(script: str) -> None:
    with Emulator(clock=ManualClock()) as service:
        identifiers = [service.start_execution("calculate", running=60) for _ in range(200)]
        begun = time.monotonic()
        options = ("--rate=40", "--timeout=4")
        with running(script, *options, service=service, identifiers=identifiers) as process:
            status, summary, err = finished(process)
        assert time.monotonic() - begun <= LONGEST / 2
        assert (status, summary["ends"]) == (1, {"WaitTimeoutException": 200})
        assert "after the timeout of" in err
        assert err.count("after the timeout of") == 10  # the first ones alone
        # In 4 seconds 40 each; and each of the 8 parts begins and ends with a list and some looks.
        made = Counter(request.operation for request in service.requests)
        assert made[STATUS] <= 4 * 40 + 8 * (1 + 5)
        assert made[LIST] <= 4 * 40 / 10 + 8 * 2
        assert made.keys() == {STATUS, LIST}


@without_dask
def test_failing_responses_end_nothing(script: str) -> None:
    with Emulator(clock=ManualClock()) as service:
        identifiers = [service.start_execution("calculate", pending=0, running=0) for _ in range(30)]
        service.add_fault(Fault(status=503), times=8)
        service.add_fault(Fault(reset=True), times=8)
        with running(script, "--rate=400", service=service, identifiers=identifiers) as process:
            status, summary, _ = finished(process)
    assert (status, summary["ends"]) == (0, {"complete": 30})


@without_dask
def test_a_refused_token_ends_all_at_once(script: str) -> None:
    with Emulator(clock=ManualClock()) as service:
        identifiers = [service.start_execution("calculate") for _ in range(30)]
        service.add_fault(Fault(status=401), times=None)
        with running(script, service=service, identifiers=identifiers) as process:
            _, summary, err = finished(process)
        assert summary["ends"] == {"UnauthorizedException": 30}
        assert service.token not in err
        assert len(service.requests) <= 8


@each_kind
def test_ctrl_c_ends_it_soon_and_says_how_far_it_was(script: str) -> None:
    with Emulator(clock=ManualClock()) as service:
        identifiers = [service.start_execution("calculate", running=60) for _ in range(100)]
        with running(script, service=service, identifiers=identifiers) as process:
            until_seen(service, 20)
            os.killpg(process.pid, signal.SIGINT)
            status, summary, err = finished(process)
            until_gone(process.pid)
    assert (status, summary["ends"]) == (130, {})
    assert "KeyboardInterrupt" not in err
    assert "0 of 100" in err
    assert "Traceback" not in err


def test_a_process_that_dies_leaves_its_identifiers_with_an_error_and_the_others_alone() -> None:
    clock = ManualClock()
    with Emulator(clock=clock) as service:
        identifiers = [service.start_execution("calculate", pending=0, running=1) for _ in range(40)]
        with running("processes", "--rate=400", service=service, identifiers=identifiers) as process:
            until_seen(service, 20)
            os.kill(next(children(process.pid)), signal.SIGKILL)
            clock.advance(1)
            status, summary, err = finished(process)
    assert (status, summary["ends"]) == (1, {"complete": 20, "OpenApiException": 20})
    assert "its process ended with exit code -9" in err


def test_the_tasks_of_a_worker_that_dies_are_done_by_another() -> None:
    clock = ManualClock()
    with Emulator(clock=clock) as service:
        identifiers = [service.start_execution("calculate", pending=0, running=1) for _ in range(40)]
        with running("dask", "--rate=400", "--leases=16", service=service, identifiers=identifiers) as process:
            until_seen(service, 20)
            os.kill(next(children(process.pid)), signal.SIGKILL)
            clock.advance(1)
            status, summary, _ = finished(process)
    assert (status, summary["ends"]) == (0, {"complete": 40})


# Fails if the end of a job, which a worker that has just joined can disturb, takes the outcomes with it.
def test_a_worker_that_cannot_close_its_client_costs_no_outcome() -> None:
    disturbed = """
import sys
from dask.distributed import Client
import scale_dask

def fail(self, name):
    raise KeyError(name)

Client.unregister_worker_plugin = fail
sys.exit(scale_dask.main())
"""
    command = [sys.executable, "-W", "error", "-c", disturbed, "--size=4", "--spread=0", "--latency=0", "--workers=1"]
    with subprocess.Popen(
        command,
        cwd=EXAMPLES,
        env=environment(None),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        status, summary, err = finished(process)
    assert (status, sum(summary["ends"].values())) == (0, 4)
    assert "not every worker has closed its client: KeyError('quantcdn-" in err


def test_a_wait_that_is_left_early_leaves_no_thread(module: Any) -> None:
    with Emulator(clock=ManualClock()) as service:
        identifiers = [service.start_execution("calculate", running=60) for _ in range(40)]
        identifiers.append(UNKNOWN)
        before = threading.active_count()
        job = module.Job(service.configuration(proxy=""), "acme", identifiers, 200.0, 300.0)
        with closing(module.wait_with_threads(job, 8)) as outcomes:
            assert next(outcomes).identifier == UNKNOWN
        for thread in threading.enumerate():
            if thread.name == "quantcdn-wait":  # it ends by itself when its request does
                thread.join(10)
    assert threading.active_count() <= before


def test_nothing_to_wait_for_is_no_error(module: Any) -> None:
    with Emulator() as service:
        job = module.Job(service.configuration(proxy=""), "acme", [], 200.0, 300.0)
        assert list(module.wait_with_threads(job, 8)) == []
        assert service.requests == ()


def test_parts_are_as_even_as_can_be_and_none_is_empty(module: Any) -> None:
    job = module.Job(None, "acme", list("abcdefg"), 1.0, 1.0)
    assert job.parts(3) == [["a", "d", "g"], ["b", "e"], ["c", "f"]]
    assert job.parts(9) == [[letter] for letter in "abcdefg"]


@pytest.mark.parametrize(
    ("arguments", "settings", "message"),
    [
        (["--rate=0"], {}, "0 is not above 0"),
        (["--size=0"], {}, "0 is less than 1"),
        (["--threads=none"], {}, "argument --threads: invalid whole value: 'none'"),
        (["identifiers.txt"], {}, "identifiers of your own need QUANTCDN_HOST"),
        ([], {"QUANTCDN_HOST": "https://a.example"}, "give a FILE of identifiers, and set QUANTCDN_ORGANIZATION"),
        (["-"], {"QUANTCDN_HOST": "https://a.example", "QUANTCDN_ORGANIZATION": "acme"}, "no access token"),
        (
            ["/no/such/file"],
            {"QUANTCDN_HOST": "https://a.example", "QUANTCDN_ORGANIZATION": "acme", "QUANTCDN_API_TOKEN": "t0ken"},
            "No such file or directory: '/no/such/file'",
        ),
    ],
)
def test_arguments_that_cannot_be_used_are_told_in_a_line(
    arguments: list[str],
    settings: dict[str, str],
    message: str,
    module: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in os.environ.keys() - environment(None).keys():
        monkeypatch.delenv(name)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["scale_threads.py", *arguments])
    with pytest.raises(SystemExit) as ended:
        sys.exit(module.main())
    written = capsys.readouterr()
    assert (ended.value.code, written.out) == (2, "")
    assert message in written.err.splitlines()[-1]
