"""Batch waits on a service that is slow, hangs or fails: nothing holds up the others, and nothing found is lost."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

import quantcdn
from quantcdn import ApiTypeError, WaitCancelledException, WaitTimeoutException
from quantcdn.emulator import Emulator, ManualClock
from quantcdn.polling import Poll
from test.helpers.clock import LIST, STATUS, count, waiting
from test.helpers.responses import ends_within
from test.helpers.server import ScriptedServer, answer


def test_a_wrong_option_is_raised_from_the_iteration(quantcdn_emulator: Emulator, quantcdn_clock: ManualClock) -> None:
    with waiting(quantcdn_emulator, quantcdn_clock) as api:
        outcomes = api.wait_for_ai_tool_executions("acme", ["exec_1"], retries=7)
        with pytest.raises(ApiTypeError, match="no option"):
            next(outcomes)


# On real sockets


def status_body(identifier: str, status: str = "complete") -> bytes:
    return answer(200, {"executionId": identifier, "toolName": "t", "status": status, "createdAt": 1767225600})


EMPTY = answer(200, {"executions": [], "count": 0, "orgId": "acme"})


@contextmanager
def hanging(*hangs: str) -> Iterator[tuple[ScriptedServer, quantcdn.AIToolsApi]]:
    """Serve executions that have ended and an empty list, but never respond to requests for some of them."""

    def respond(connection: socket.socket) -> None:
        name = server.request.target.partition("?")[0].rpartition("/")[2]
        if name in hangs:
            server.wait(60)
        else:
            connection.sendall(EMPTY if name == "executions" else status_body(name))

    with ScriptedServer(respond) as server:
        settings: dict[str, Any] = {"access_token": "t0ken", "proxy": "", "timeout": 60}
        with quantcdn.ApiClient(quantcdn.Configuration(server.url, **settings)) as client:
            yield server, quantcdn.AIToolsApi(client)


@pytest.mark.parametrize("hangs", [["exec_1"], ["exec_0", "exec_7", "exec_19"], ["executions"]])
def test_requests_that_hang_hold_up_nothing_else(hangs: list[str]) -> None:
    ids = [f"exec_{n}" for n in range(20)]
    rest = set(ids) - set(hangs)
    with (
        hanging(*hangs) as (_, api),
        contextlib.closing(
            api.wait_for_ai_tool_executions("acme", ids, timeout=60, max_rate=1000)  # type: ignore[type-var] # see BatchWait
        ) as outcomes,
    ):
        # Without the list, the 20 are spread over its interval of 2 s; one after the other, they would take minutes.
        with ends_within(6):
            found = list(itertools.islice(outcomes, len(rest)))
    assert {outcome.identifier for outcome in found} == rest
    assert [outcome.error for outcome in found] == [None] * len(rest)


@pytest.mark.parametrize("limit", [0.2, 0.7])
def test_a_batch_with_requests_that_hang_ends_half_a_second_after_its_deadline(limit: float) -> None:
    ids = [f"exec_{n}" for n in range(5)]
    with hanging("exec_1", "exec_3") as (_, api), ends_within(limit + 0.5):
        outcomes = list(api.wait_for_ai_tool_executions("acme", ids, timeout=limit, max_rate=1000))
    assert {o.identifier for o in outcomes if isinstance(o.error, WaitTimeoutException)} == {"exec_1", "exec_3"}


def test_threads_busy_with_old_requests_leave_those_started_later_alone() -> None:
    polls: list[str] = []

    def respond(connection: socket.socket) -> None:
        name = server.request.target.partition("?")[0].rpartition("/")[2]
        if name != "exec_1":
            server.wait(60)
        polls.append(name)
        connection.sendall(status_body(name, "complete" if len(polls) > 1 else "running"))

    with ScriptedServer(respond) as server:
        settings: dict[str, Any] = {"access_token": "t0ken", "proxy": "", "timeout": 60}
        with quantcdn.ApiClient(quantcdn.Configuration(server.url, **settings)) as client:
            wait: Any = quantcdn.AIToolsApi(client).wait_for_ai_tool_executions(
                "acme",
                ["exec_0", "exec_1"],
                timeout=None,
                poll=Poll(initial=0.1, factor=1, maximum=0.1),
                on_update=lambda _: 1 / (len(polls) - 1),
            )
            with pytest.raises(ZeroDivisionError):
                next(wait)
            with ends_within(3):
                assert next(wait).identifier == "exec_1"


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_child_process_polls_anew_what_its_parent_was_polling() -> None:
    children: list[int] = []
    forks = threading.Event()

    def respond(connection: socket.socket) -> None:
        name = server.request.target.partition("?")[0].rpartition("/")[2]
        forks.wait(10)  # each request is under way when the fork is made
        connection.sendall(EMPTY if name == "executions" else status_body(name))

    def fork(_seconds: float) -> None:
        if not children and len(server.requests) >= 2:
            children.append(os.fork())
            forks.set()

    with ScriptedServer(respond) as server:
        settings: dict[str, Any] = {"access_token": "t0ken", "proxy": "", "timeout": 60, "progress": False}
        with quantcdn.ApiClient(quantcdn.Configuration(server.url, **settings)) as client:
            client.clock = replace(client.clock, sleep=fork)
            api = quantcdn.AIToolsApi(client)
            outcomes = list(api.wait_for_ai_tool_executions("acme", ["exec_0", "exec_1"], timeout=5))
            succeeded = [outcome.error for outcome in outcomes] == [None, None]
            if not children[0]:
                os._exit(0 if succeeded else 1)
            assert succeeded
            assert os.waitpid(children[0], 0)[1] == 0


def test_an_event_ends_a_batch_at_once_also_while_a_request_hangs() -> None:
    cancel = threading.Event()
    with hanging("exec_0", "executions") as (server, api):
        outcomes = api.wait_for_ai_tool_executions("acme", ["exec_0", "exec_1"], cancel=cancel, timeout=None)
        assert next(outcomes).identifier == "exec_1"
        threading.Timer(0.2, cancel.set).start()
        with ends_within(0.3):
            rest = list(outcomes)
    assert [(outcome.identifier, type(outcome.error)) for outcome in rest] == [("exec_0", WaitCancelledException)]
    assert len(server.requests) == 3


def test_60_finished_ones_behind_a_slow_list_are_all_found(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock
) -> None:
    ids = [quantcdn_emulator.start_execution("calculate", pending=0, running=0) for _ in range(60)]
    for _ in range(100):
        quantcdn_emulator.start_execution("calculate", pending=0, running=1e6)

    def slow(record: Any) -> None:
        if record.path.endswith("/executions"):
            quantcdn_clock.advance(3)

    with waiting(quantcdn_emulator, quantcdn_clock, on_response=slow) as api:
        outcomes = list(api.wait_for_ai_tool_executions("acme", ids, timeout=30))
    assert [outcome.error for outcome in outcomes] == [None] * 60
    assert count(quantcdn_emulator, STATUS) == 60
    assert count(quantcdn_emulator, LIST) <= 4
