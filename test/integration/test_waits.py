"""The waits through the endpoints, on a local service whose clock moves with each pause."""

from __future__ import annotations

import inspect
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import quantcdn
from quantcdn import (
    AIToolsApi,
    ApiException,
    ApiTypeError,
    ApiValueError,
    ExecutionFailedException,
    NotFoundException,
    OrchestrationFailedException,
    Poll,
    UnauthorizedException,
    WaitTimeoutException,
)
from quantcdn.api_client import TimeSource
from quantcdn.emulator import Emulator, Fault, ManualClock
from quantcdn.models import GetAIOrchestrationStatus200Response, GetAIToolExecutionStatus200Response
from test.helpers.clock import STATUS, count, most, no_chance, waiting

ORCHESTRATION = "get_ai_orchestration_status"


@pytest.fixture
def api(quantcdn_emulator: Emulator, quantcdn_clock: ManualClock) -> Iterator[AIToolsApi]:
    with waiting(quantcdn_emulator, quantcdn_clock) as made:
        yield made


def noting(api: AIToolsApi, clock: ManualClock) -> list[float]:
    """Let the API's pauses be noted."""
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(round(seconds, 3))
        clock.advance(seconds)

    api.api_client.clock = TimeSource(clock.now, sleep, no_chance)
    return pauses


def test_a_wait_returns_the_complete_execution(quantcdn_emulator: Emulator, api: AIToolsApi) -> None:
    execution_id = quantcdn_emulator.start_execution("calculate", pending=1, running=10)
    execution = api.wait_for_ai_tool_execution("acme", execution_id)
    assert isinstance(execution, GetAIToolExecutionStatus200Response)
    assert (execution.execution_id, execution.is_complete) == (execution_id, True)
    assert execution.result is not None


def test_a_wait_returns_the_complete_orchestration(quantcdn_emulator: Emulator, api: AIToolsApi) -> None:
    orchestration_id = quantcdn_emulator.start_orchestration(["calculate", "get_weather"], answer="42")
    orchestration = api.wait_for_ai_orchestration("acme", orchestration_id)
    assert isinstance(orchestration, GetAIOrchestrationStatus200Response)
    assert (orchestration.answer, orchestration.completed_tools) == ("42", 2)


@pytest.mark.parametrize(
    ("tool", "pauses"),
    [
        ("generate_image", [2, 2, 2, 2, 2, 2]),
        ("Images.Paint", [2, 2, 2, 2, 2, 2]),
        ("calculate", [1, 1.5, 2.25, 3.375, 5]),
    ],
)
def test_by_default_images_are_polled_every_2_seconds_and_others_with_growing_pauses(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, api: AIToolsApi, tool: str, pauses: list[float]
) -> None:
    noted = noting(api, quantcdn_clock)
    api.wait_for_ai_tool_execution("acme", quantcdn_emulator.start_execution(tool, pending=1, running=11))
    assert noted == pytest.approx(pauses, abs=0.001)


def test_by_default_orchestrations_are_polled_every_2_seconds(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, api: AIToolsApi
) -> None:
    noted = noting(api, quantcdn_clock)
    orchestration_id = quantcdn_emulator.start_orchestration(["generate_image"], pending=1, running=6)
    api.wait_for_ai_orchestration("acme", orchestration_id)
    assert noted == [2, 2, 2, 2]


def test_another_poll_can_be_given(quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, api: AIToolsApi) -> None:
    noted = noting(api, quantcdn_clock)
    execution_id = quantcdn_emulator.start_execution("generate_image", pending=0, running=7)
    orchestration_id = quantcdn_emulator.start_orchestration(["calculate"], pending=0, running=12, synthesizing=2)
    api.wait_for_ai_tool_execution("acme", execution_id, poll=Poll(1, 2, 4))
    api.wait_for_ai_orchestration("acme", orchestration_id, poll=Poll(7, 1, 7))
    assert noted == [1, 2, 4, 7]


def test_another_poll_holds_from_the_start_also_where_polls_fail(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, api: AIToolsApi
) -> None:
    noted = noting(api, quantcdn_clock)
    execution_id = quantcdn_emulator.start_execution("generate_image", pending=0, running=5)
    quantcdn_emulator.add_fault(Fault(status=501), times=2)
    api.wait_for_ai_tool_execution("acme", execution_id, poll=Poll(3, 1, 3))
    assert noted == [3, 3]


def test_the_documented_timeouts_are_the_defaults() -> None:
    limits = {
        name: inspect.signature(getattr(AIToolsApi, name)).parameters["timeout"].default
        for name in dir(AIToolsApi)
        if name.startswith(("wait_for_", "watch_"))
    }
    assert limits == {
        "wait_for_ai_tool_execution": 300.0,
        "wait_for_ai_orchestration": 600.0,
        "wait_for_ai_tool_executions": 300.0,
        "watch_ai_tool_executions": None,
    }


def test_a_callback_that_changes_its_model_ends_no_wait(quantcdn_emulator: Emulator, api: AIToolsApi) -> None:
    execution = quantcdn_emulator.start_execution("calculate")
    seen: list[str] = []

    def on_update(model: Any) -> None:
        seen.append(model.status)
        model.status = "complete"

    assert api.wait_for_ai_tool_execution("acme", execution, on_update=on_update).status == "complete"
    assert seen[-1] == "complete"
    assert len(seen) > 1


@pytest.mark.parametrize("kind", ["execution", "orchestration"])
def test_a_timeout_of_0_is_one_request(quantcdn_emulator: Emulator, api: AIToolsApi, kind: str) -> None:
    wait, identifier = started(quantcdn_emulator, api, kind)
    with pytest.raises(WaitTimeoutException, match="still pending after the timeout of 0 s") as caught:
        wait("acme", identifier, timeout=0)
    assert caught.value.last.status == "pending"
    assert len(quantcdn_emulator.requests) == 1


@pytest.mark.parametrize("wrong", [-1, float("nan"), float("inf")])
@pytest.mark.parametrize("kind", ["execution", "orchestration"])
def test_a_timeout_that_makes_no_sense_is_refused_before_anything_is_sent(
    quantcdn_emulator: Emulator, api: AIToolsApi, kind: str, wrong: float
) -> None:
    wait, identifier = started(quantcdn_emulator, api, kind)
    with pytest.raises(ApiValueError, match="timeout"):
        wait("acme", identifier, timeout=wrong)
    assert quantcdn_emulator.requests == ()


def started(service: Emulator, api: AIToolsApi, kind: str, **script: Any) -> tuple[Callable[..., Any], str]:
    """Start something, and give the call that waits for it."""
    if kind == "execution":
        return api.wait_for_ai_tool_execution, service.start_execution("calculate", **script)
    return api.wait_for_ai_orchestration, service.start_orchestration(["calculate"], **script)


KINDS = [("execution", ExecutionFailedException), ("orchestration", OrchestrationFailedException)]


@pytest.mark.parametrize(("kind", "error"), KINDS)
def test_a_failure_is_raised_with_the_service_s_error(
    quantcdn_emulator: Emulator, api: AIToolsApi, kind: str, error: type[Exception]
) -> None:
    wait, identifier = started(quantcdn_emulator, api, kind, error="out of paint")
    with pytest.raises(error, match="failed: out of paint") as caught:
        wait("acme", identifier)
    assert caught.value.last.error == "out of paint"
    assert wait("acme", identifier, raise_on_failure=False).is_failed


@pytest.mark.parametrize("kind", ["execution", "orchestration"])
def test_what_never_existed_ends_a_wait_at_once(quantcdn_emulator: Emulator, api: AIToolsApi, kind: str) -> None:
    wait, identifier = started(quantcdn_emulator, api, kind)
    quantcdn_emulator.reset()
    with pytest.raises(NotFoundException) as caught:
        wait("acme", identifier)
    assert caught.value.last is None
    assert len(quantcdn_emulator.requests) == 1


def test_on_update_is_called_for_each_tool_that_completes(quantcdn_emulator: Emulator, api: AIToolsApi) -> None:
    short, long = (quantcdn_emulator.start_execution("calculate", pending=0, running=s) for s in (5, 11))
    orchestration_id = quantcdn_emulator.start_orchestration([short, long], pending=3, synthesizing=3)
    notified: list[tuple[str, int | None]] = []
    api.wait_for_ai_orchestration(
        "acme", orchestration_id, on_update=lambda seen: notified.append((seen.status, seen.completed_tools))
    )
    assert notified == [
        ("pending", 0),
        ("waiting_tools", 0),
        ("waiting_tools", 1),
        ("synthesizing", 2),
        ("complete", 2),
    ]


def test_the_options_of_a_call_go_with_every_poll(quantcdn_emulator: Emulator, api: AIToolsApi) -> None:
    execution_id = quantcdn_emulator.start_execution("calculate", pending=0, running=2)
    api.wait_for_ai_tool_execution("acme", execution_id, _headers={"X-Trace": "t-1"})
    assert [request.headers["X-Trace"] for request in quantcdn_emulator.requests] == ["t-1"] * 3


def test_a_wrong_option_is_refused_like_any_call_s(quantcdn_emulator: Emulator, api: AIToolsApi) -> None:
    with pytest.raises(ApiTypeError, match="no option"):
        api.wait_for_ai_tool_execution("acme", "exec_1", retries=7)
    assert quantcdn_emulator.requests == ()


def interrupting(clock: ManualClock, after: int) -> Callable[[float], None]:
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == after:
            raise KeyboardInterrupt
        clock.advance(seconds)

    return sleep


@pytest.mark.parametrize("kind", ["execution", "orchestration"])
def test_an_interrupt_says_how_to_go_on_and_the_next_wait_works(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, api: AIToolsApi, kind: str
) -> None:
    wait, identifier = started(quantcdn_emulator, api, kind)
    api.api_client.clock = TimeSource(quantcdn_clock.now, interrupting(quantcdn_clock, after=2), no_chance)
    with pytest.raises(KeyboardInterrupt) as caught:
        wait("acme", identifier)
    (note,) = caught.value.__notes__
    call = note.removeprefix("To go on waiting: ")
    assert identifier in call
    assert eval(call, {"api": api}).is_complete


def test_an_interrupted_batch_says_which_are_left(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, api: AIToolsApi
) -> None:
    first, *rest = [quantcdn_emulator.start_execution("calculate", pending=0, running=n) for n in (1, *[60] * 12)]
    api.api_client.clock = TimeSource(quantcdn_clock.now, interrupting(quantcdn_clock, after=3), no_chance)
    outcomes = api.wait_for_ai_tool_executions("acme", [first, *rest])
    assert next(outcomes).identifier == first
    with pytest.raises(KeyboardInterrupt) as caught:
        next(outcomes)
    assert caught.value.__notes__ == [f"To go on waiting, for these: {', '.join(rest[:10])} and 2 more"]


@pytest.mark.parametrize("jitter", [no_chance, most, lambda least, _most: least])
def test_a_12_second_image_costs_7_requests_at_most(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, jitter: Callable[[float, float], float]
) -> None:
    execution_id = quantcdn_emulator.start_execution("generate_image", pending=1, running=11)
    begun = quantcdn_clock.now()
    with waiting(quantcdn_emulator, quantcdn_clock, jitter) as api:
        assert api.wait_for_ai_tool_execution("acme", execution_id).is_complete
    assert len(quantcdn_emulator.requests) <= 7
    assert quantcdn_clock.now() - begun <= 12 + 2.5


TROUBLE = [
    Fault(status=500),
    Fault(status=503),
    Fault(status=429),
    Fault(reset=True),
    Fault(truncate=True),
    Fault(status=502, body=b"<html>Bad gateway</html>"),
]


class Trouble:
    """A service that fails 3 requests in 10, not 5 in a row, and halfway has another version and another token."""

    def __init__(self, service: Emulator, clock: ManualClock, seed: int, half: float) -> None:
        self.failed = self._in_a_row = 0
        self._service, self._clock = service, clock
        self._random = random.Random(seed)
        self._half = clock.now() + half
        self._given = service.token

    def before_request(self, _record: object) -> None:
        fails = self._random.random() < 0.3 and self._in_a_row < 4  # five failed polls are an outage, which ends a wait
        self._in_a_row = self._in_a_row + 1 if fails else 0
        if fails:
            self.failed += 1
            self._service.clear_faults()
            self._service.add_fault(self._random.choice(TROUBLE))

    def sleep(self, seconds: float) -> None:
        self._clock.advance(seconds)
        if self._clock.now() >= self._half and self._service.wire == "4.19":
            self._service.wire = "4.9"
            self._service.token = "rotated_token"

    def token(self) -> str:
        # Late, so that a poll is refused once before the new token is sent.
        if 401 in [request.status for request in self._service.requests]:
            return self._service.token
        return self._given


def undisturbed(seed: int, kind: str, seconds: float) -> float:
    clock = ManualClock()
    begun = clock.now()
    with Emulator(clock=clock) as service, waiting(service, clock, random.Random(seed).uniform) as api:
        wait, identifier = started(service, api, kind, pending=0, running=seconds)
        wait("acme", identifier, timeout=None)
    return clock.now() - begun


@pytest.mark.parametrize("kind", ["execution", "orchestration"])
@pytest.mark.parametrize("seed", range(12))
def test_a_wait_gets_across_a_failing_changing_service_within_two_intervals(seed: int, kind: str) -> None:
    seconds, interval = 120.0, {"execution": 5.0, "orchestration": 2.0}[kind] * 1.25
    clock = ManualClock()
    begun = clock.now()
    with Emulator(clock=clock) as service:
        trouble = Trouble(service, clock, seed, seconds / 2)
        settings: dict[str, Any] = {"retries": 2, "access_token": trouble.token, "on_request": trouble.before_request}
        with waiting(service, clock, **settings) as api:
            api.api_client.clock = TimeSource(clock.now, trouble.sleep, random.Random(seed).uniform)
            wait, identifier = started(service, api, kind, pending=0, running=seconds)
            assert wait("acme", identifier, timeout=None).is_complete
        assert trouble.failed >= 5
        assert service.wire == "4.9"
        assert 401 in [request.status for request in service.requests]
    # A poll that fails twice is made up for by the next one.
    assert clock.now() - begun <= undisturbed(seed, kind, seconds) + 2 * interval


def test_a_token_that_is_refused_ends_a_wait_with_one_request(quantcdn_emulator: Emulator, api: AIToolsApi) -> None:
    execution_id = quantcdn_emulator.start_execution("calculate")
    api.api_client.configuration.access_token = "other"
    with pytest.raises(UnauthorizedException):
        api.wait_for_ai_tool_execution("acme", execution_id)
    assert count(quantcdn_emulator, STATUS) == 1


def test_a_pause_that_the_service_asked_for_is_kept(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, api: AIToolsApi
) -> None:
    noted = noting(api, quantcdn_clock)
    execution_id = quantcdn_emulator.start_execution("generate_image", pending=0, running=1)
    quantcdn_emulator.add_fault(Fault(status=429, retry_after=77))
    assert api.wait_for_ai_tool_execution("acme", execution_id).is_complete
    assert noted == [77]


def test_every_wait_s_error_can_be_caught_as_one_of_the_family(quantcdn_emulator: Emulator, api: AIToolsApi) -> None:
    execution_id = quantcdn_emulator.start_execution("calculate", error="no")
    for timeout in (0, None):
        with pytest.raises(quantcdn.OpenApiException) as caught:
            api.wait_for_ai_tool_execution("acme", execution_id, timeout=timeout)
        assert not isinstance(caught.value, ApiException)


INTERRUPTED = """
import faulthandler
import time
import quantcdn
from quantcdn.emulator import Emulator

faulthandler.dump_traceback_later(60, exit=True)  # whatever hangs here is shown, and ends
with Emulator() as service, quantcdn.ApiClient(service.configuration(proxy="")) as client:
    execution_id = service.start_execution("generate_image", running=3600)
    try:
        quantcdn.AIToolsApi(client).wait_for_ai_tool_execution(
            "acme",
            execution_id,
            poll=quantcdn.Poll(initial=250, maximum=250),
            on_update=lambda seen: print(seen.execution_id, flush=True),
        )
    finally:
        print("back at", time.monotonic(), flush=True)
"""


def back_after_ctrl_c(script: Path) -> float:
    """Press Ctrl-C in a wait on a terminal; returns the seconds until it was over, after a poll at what it said."""
    ours, theirs = os.openpty()
    # A session of its own with the terminal as its controlling one, so that the key's byte becomes the signal.
    command = [
        sys.executable,
        "-c",
        "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.executable, sys.argv[1:])",
        sys.executable,
        str(script),
    ]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    try:
        shown = os.read(ours, 10_000)  # the first poll has been made, and the pause begins
        pressed = time.monotonic()
        os.write(ours, b"\x03")
        for part in iter(lambda: read(ours), b""):
            shown += part
        assert process.wait(10) == -signal.SIGINT
    finally:
        process.kill()
        process.wait(10)
        os.close(ours)
    identifier = shown.decode()[: len("exec_") + 32]  # the terminal echoes the key right after it
    assert f"To go on waiting: api.wait_for_ai_tool_execution('acme', '{identifier}')" in shown.decode()
    return float(shown.decode().partition("back at ")[2].split()[0]) - pressed  # all processes have one clock


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there is no terminal to open")
def test_ctrl_c_in_a_terminal_ends_a_wait_at_once_and_says_how_to_go_on(tmp_path: Path) -> None:
    script = tmp_path / "waits.py"
    script.write_text(INTERRUPTED, encoding="utf-8")
    # What else the machine does may come in between once; a pause that is not ended would last for minutes each time.
    assert any(back_after_ctrl_c(script) < 0.2 for _ in range(3))


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 10_000)
    except OSError:  # Linux says so where the other end is closed
        return b""
