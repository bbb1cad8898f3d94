"""Rows 16 to 19: a wait and what may become of the thing, the limit and the caller, on real sockets."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import quantcdn
from quantcdn.api_client import TimeSource
from test.helpers.clock import FakeClock
from test.helpers.responses import ends_within
from test.helpers.server import Answer, ScriptedServer, answer, then_close

EXECUTION, ORCHESTRATION = "exec_1", "orch_1"


def execution(status: str, **more: Any) -> bytes:
    body = {"executionId": EXECUTION, "toolName": "generate_image", "status": status, "createdAt": 1767225600}
    return answer(200, {**body, **more})


def orchestration(status: str, **more: Any) -> bytes:
    body = {"orchestrationId": ORCHESTRATION, "status": status, "toolCount": 1, "createdAt": "2026-01-01T00:00:00Z"}
    return answer(200, {**body, **more})


@contextmanager
def serving(*script: Answer, retries: int = 0) -> Iterator[tuple[ScriptedServer, Any, FakeClock]]:
    time = FakeClock()
    with ScriptedServer(*script) as server:
        settings: dict[str, Any] = {"access_token": "t0ken", "proxy": "", "retries": retries, "timeout": 5}
        with quantcdn.ApiClient(quantcdn.Configuration(server.url, **settings)) as client:
            api = quantcdn.AIToolsApi(client)
            api.api_client.clock = time.clock
            yield server, api, time


def wait_for(api: quantcdn.AIToolsApi, kind: Callable[..., bytes], **arguments: Any) -> Any:
    if kind is execution:
        return api.wait_for_ai_tool_execution("acme", EXECUTION, **arguments)
    return api.wait_for_ai_orchestration("acme", ORCHESTRATION, **arguments)


KINDS = pytest.mark.parametrize("kind", [execution, orchestration])


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (execution, quantcdn.ExecutionFailedException),
        (orchestration, quantcdn.OrchestrationFailedException),
    ],
)
def test_16_failed_is_raised_with_the_service_s_error_unless_asked_to_return_it(
    kind: Callable[..., bytes], error: type[quantcdn.WaitException]
) -> None:
    failed = kind("failed", error="out of\x1b[2J paint")
    with serving(kind("running"), failed) as (server, api, _):
        with pytest.raises(error) as caught:
            wait_for(api, kind)
        assert caught.value.last.error == "out of\x1b[2J paint"
        assert "out of\\x1b[2J paint" in str(caught.value)  # what comes from outside must not reach a terminal
        assert wait_for(api, kind, raise_on_failure=False).is_failed
        assert len(server.requests) == 3


@KINDS
def test_16_complete_without_a_result_is_returned(kind: Callable[..., bytes]) -> None:
    with serving(kind("complete")) as (_, api, _):
        seen = wait_for(api, kind)
        assert (seen.is_complete, seen.result) == (True, None)


@KINDS
def test_16_a_status_that_goes_backwards_or_is_unknown_goes_on(kind: Callable[..., bytes]) -> None:
    statuses = ["running", "pending", "dreaming", "running", "Complete"]
    notified: list[str] = []
    with serving(*map(kind, statuses)) as (_, api, _):
        wait_for(api, kind, on_update=lambda seen: notified.append(seen.status))
    assert notified == statuses


@KINDS
@pytest.mark.parametrize("limit", [2, 2.5, 4])
def test_16_an_end_before_the_deadline_wins_over_it(kind: Callable[..., bytes], limit: float) -> None:
    polled = [kind("running")] * (2 if limit > 2 else 1)
    with serving(*polled, kind("complete")) as (server, api, time):
        assert wait_for(api, kind, timeout=limit).is_complete
        assert len(server.requests) == len(polled) + 1
        assert time.now == pytest.approx(min(limit, 4))


@KINDS
def test_17_what_vanishes_is_said_to_have_vanished_with_what_was_seen_last(kind: Callable[..., bytes]) -> None:
    with serving(kind("running"), answer(404, {"error": "Not found"})) as (server, api, _):
        with pytest.raises(quantcdn.NotFoundException) as caught:
            wait_for(api, kind)
        assert caught.value.last.status == "running"
        assert "in the middle of a wait, last seen running" in str(caught.value)
        assert "kept for 24 hours" in str(caught.value)
        assert len(server.requests) == 2


@KINDS
def test_18_a_timeout_of_0_is_one_poll(kind: Callable[..., bytes]) -> None:
    with serving(kind("running")) as (server, api, time):
        with pytest.raises(quantcdn.WaitTimeoutException):
            wait_for(api, kind, timeout=0)
        assert (len(server.requests), time.pauses) == (1, [])


@KINDS
def test_18_without_a_deadline_a_wait_goes_on(kind: Callable[..., bytes]) -> None:
    with serving(*[kind("running")] * 200, kind("complete")) as (_, api, _):
        assert wait_for(api, kind, timeout=None, poll=quantcdn.Poll(60, 1, 60)).is_complete


@KINDS
@pytest.mark.parametrize("limit", [-1, float("nan"), -0.0001])
def test_18_a_timeout_that_is_negative_or_no_number_is_refused(kind: Callable[..., bytes], limit: float) -> None:
    with serving(kind("complete")) as (server, api, _):
        with pytest.raises(quantcdn.ApiValueError, match="timeout"):
            wait_for(api, kind, timeout=limit)
        assert server.requests == []


@KINDS
@pytest.mark.parametrize("day", [86_400, -86_400])
def test_18_the_wall_clock_jumping_a_day_has_no_effect(
    kind: Callable[..., bytes], day: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.time()

    def jump(connection: socket.socket) -> None:
        monkeypatch.setattr(time, "time", lambda: began + day)
        connection.sendall(kind("running"))

    with serving(kind("running"), jump, kind("complete")) as (server, api, fake):
        assert wait_for(api, kind, timeout=10).is_complete
        assert (len(server.requests), fake.pauses) == (3, [2, 2])


# Fails if the last poll has the 5 s of any call.
@KINDS
def test_18_a_service_that_hangs_at_the_deadline_delays_the_end_by_half_a_second(kind: Callable[..., bytes]) -> None:
    with ScriptedServer(lambda connection: server.wait(5)) as server:
        settings: dict[str, Any] = {"access_token": "t0ken", "proxy": "", "retries": 0, "timeout": 5}
        with quantcdn.ApiClient(quantcdn.Configuration(server.url, **settings)) as client:
            api = quantcdn.AIToolsApi(client)
            with ends_within(0.3 + 0.5 + 0.5), pytest.raises(quantcdn.WaitTimeoutException):
                wait_for(api, kind, timeout=0.3)


@KINDS
def test_19_ctrl_c_in_a_pause_passes_and_the_next_call_works(kind: Callable[..., bytes]) -> None:
    with serving(kind("running"), kind("complete")) as (server, api, fake):
        api.api_client.clock = TimeSource(fake.monotonic, lambda _: signal.raise_signal(signal.SIGINT), fake.uniform)
        with ends_within(0), pytest.raises(KeyboardInterrupt) as caught:
            wait_for(api, kind)
        assert (EXECUTION if kind is execution else ORCHESTRATION) in caught.value.__notes__[0]
        assert wait_for(api, kind).is_complete
        assert len(server.requests) == 2


@KINDS
def test_19_ctrl_c_in_a_read_passes_and_throws_the_socket_away(kind: Callable[..., bytes]) -> None:
    def interrupt(connection: socket.socket) -> None:
        connection.sendall(kind("running")[:-5])
        os.kill(os.getpid(), signal.SIGINT)
        server.wait(0.2)  # the rest comes late, and must not be taken for another answer
        connection.sendall(kind("running")[-5:])

    with serving(kind("running"), interrupt, kind("complete")) as (server, api, _):
        with ends_within(0), pytest.raises(KeyboardInterrupt) as caught:
            wait_for(api, kind)
        assert caught.value.__notes__[0].startswith("To go on waiting: api.wait_for_ai_")
        assert wait_for(api, kind).is_complete
        assert (server.requests[1].connection, server.requests[2].connection) == (1, 2)


@KINDS
@pytest.mark.parametrize("broken", [then_close(b""), then_close(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), b""])
def test_four_broken_polls_in_a_row_do_not_end_a_wait(kind: Callable[..., bytes], broken: Answer) -> None:
    four = [broken or answer(200, "<html>")] * 4
    script = [kind("running"), *four, kind("running"), *four, kind("complete")]
    with serving(*script) as (_, api, fake):
        assert wait_for(api, kind).is_complete
        assert len(fake.pauses) >= 5


def test_five_broken_polls_in_a_row_end_a_wait_with_what_was_seen_last() -> None:
    with serving(execution("running"), answer(200, "<html>")) as (server, api, _):
        with pytest.raises(quantcdn.ApiResponseException) as caught:
            wait_for(api, execution)
        assert caught.value.last.status == "running"
        assert len(server.requests) == 6
