"""One client in many threads at once: nothing is lost, counted twice or taken for another thread's.

``python -m test.unit.test_threads MINUTES`` runs all of this again and again, for a Python without the GIL.
"""

from __future__ import annotations

import gc
import itertools
import os
import queue
import subprocess
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from glob import glob
from typing import TypeVar

import pytest

import quantcdn
from quantcdn import RateLimit, RetryPolicy
from quantcdn._portability import ProcessLock
from quantcdn._transport.idle_connections import IdleConnections
from quantcdn.api_client import TimeSource
from quantcdn.emulator import Emulator, Fault
from quantcdn.hooks import AttemptRecord
from test.helpers.threads import before_line, on_threads, switching_often

T = TypeVar("T")

THREADS = 12
ROUNDS = 3

IMPORTS = """
import quantcdn
from test.helpers.threads import on_threads, switching_often

NAMES = [name for name in quantcdn.__all__ if name != "__version__"]
LIST = b'{"executions": [{"executionId": "exec_1"}], "count": 1, "orgId": "acme"}'

def use(number):
    for name in [*NAMES[number * 5:], *NAMES]:
        assert getattr(quantcdn, name).__name__.endswith(name), name
    listed = quantcdn.ListAIToolExecutions200Response.from_json(LIST)
    assert [one.execution_id for one in listed] == ["exec_1"]
    assert listed.to_json().encode() == LIST.replace(b": ", b":").replace(b", ", b",")

with switching_often():
    problems = on_threads(12, use)
assert not problems, problems
"""


@pytest.fixture(autouse=True)
def often() -> Iterator[None]:
    with switching_often():
        yield


def in_all(work: Callable[[int], object], *, by_lines: bool = False) -> None:
    assert on_threads(THREADS, work, by_lines=by_lines) == []


def test_calls_copies_and_waits_of_all_threads_are_their_own() -> None:
    hooked: list[AttemptRecord] = []

    def header(_: AttemptRecord) -> dict[str, str]:
        return {"X-Thread": threading.current_thread().name}

    with Emulator(organisation="acme") as service:
        settings = service.configuration(proxy="", on_request=header, on_response=hooked.append)
        with quantcdn.ApiClient(settings) as client:

            def work(number: int) -> None:
                threading.current_thread().name = f"thread-{number}"
                for _ in range(ROUNDS):
                    twin = client.with_options(headers={"X-Copy": f"thread-{number}"}, organisation="acme")
                    tool = f"tool_{number}"
                    identifiers = {service.start_execution(tool, pending=0, running=0) for _ in range(3)}
                    assert len(identifiers) == 3
                    for one in identifiers:
                        execution = twin.organisation().get_ai_tool_execution_status(one)
                        assert (execution.execution_id, execution.tool_name) == (one, tool)
                    outcomes = twin.organisation().wait_for_ai_tool_executions(list(identifiers))
                    assert {outcome.identifier for outcome in outcomes} == identifiers

            in_all(work)
        requests = service.requests
        copies = [request.headers["X-Copy"] for request in requests]
    assert len(hooked) == len(requests)
    assert len({record.path for record in hooked if "exec_" in record.path}) == THREADS * ROUNDS * 3
    assert set(copies) == {f"thread-{number}" for number in range(THREADS)}
    own = [request for request in requests if request.headers["X-Thread"].startswith("thread-")]
    assert all(request.headers["X-Thread"] == request.headers["X-Copy"] for request in own)


def test_a_rate_limit_gives_each_moment_to_one_thread() -> None:
    pauses: list[float] = []
    with Emulator() as service:
        settings = service.configuration(proxy="", rate_limit=RateLimit(8, burst=4), timeout=1_000)
        with quantcdn.ApiClient(settings) as client:
            client.clock = TimeSource(monotonic=lambda: 0.0, sleep=pauses.append)
            api = quantcdn.AIToolsApi(client)
            in_all(lambda _: [api.list_ai_tool_names("acme") for _ in range(ROUNDS)])
    moments = range(1, THREADS * ROUNDS - 4 + 1)
    assert sorted(pauses) == [moment / 8 for moment in moments]


def test_all_threads_together_send_the_retries_that_the_budget_has() -> None:
    with Emulator() as service:
        service.add_fault(Fault(status=503), times=None)
        settings = service.configuration(proxy="", retries=RetryPolicy(attempts=5))
        with quantcdn.ApiClient(settings) as client:
            client.clock = TimeSource(sleep=lambda _: None)
            api = quantcdn.AIToolsApi(client)

            def work(_: int) -> None:
                for _ in range(ROUNDS):
                    with pytest.raises(quantcdn.ServiceException):
                        api.list_ai_tool_names("acme")

            in_all(work)
        assert len(service.requests) == THREADS * ROUNDS + 100


def test_a_token_that_is_renewed_in_the_headers_is_never_missing_from_a_request() -> None:
    with Emulator() as service, quantcdn.ApiClient(service.configuration(proxy="", access_token=None)) as client:
        client.set_default_header("authorization", f"Bearer {service.token}")
        api = quantcdn.AIToolsApi(client)

        def work(number: int) -> None:
            for _ in range(5):
                if number % 2:
                    api.list_ai_tool_names("acme")
                else:
                    for _ in range(10):
                        client.set_default_header("authorization", f"Bearer {service.token}")

        in_all(work, by_lines=True)


class Connection:
    """What a pool keeps."""

    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def test_a_pool_keeps_no_more_connections_than_it_has_places_for_and_closes_the_others() -> None:
    for _ in range(10):
        check_pool(IdleConnections(4), [Connection() for _ in range(THREADS * 8)])


def check_pool(idle: IdleConnections, connections: list[Connection]) -> None:
    def work(number: int) -> None:
        for place in range(number, len(connections), THREADS):
            idle.put(connections[place])
            if place % 5 == 0:
                with suppress(queue.Empty):
                    idle.get().close()

    in_all(work, by_lines=True)
    kept = idle.qsize()
    assert kept <= 4
    assert Counter(one.closed for one in connections) == Counter([1] * (len(connections) - kept) + [0] * kept)


def test_a_pool_that_is_closed_keeps_no_connection_that_comes_back_meanwhile() -> None:
    for line in itertools.count(1):
        idle, connection = IdleConnections(8), Connection()
        if not before_line(line, idle.close, lambda: idle.put(connection)):  # noqa: B023 # it is called at once
            break
        assert (idle.qsize(), connection.closed) == (0, 1), f"closed before line {line} of put"
    assert line > 3


def test_all_threads_get_the_same_default_client() -> None:
    quantcdn.Configuration.set_default(quantcdn.Configuration("http://127.0.0.1:9"))
    try:
        for _ in range(20):
            (client,) = distinct(quantcdn.ApiClient.get_default)
            client.close()
    finally:
        quantcdn.Configuration.set_default(None)
        quantcdn.ApiClient.set_default(None)


def distinct(get: Callable[[], T]) -> list[T]:
    """Get something in all threads; list what differs."""
    found: list[T] = []
    in_all(lambda _: found.append(get()))
    return list({id(one): one for one in found}.values())


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_the_threads_of_a_child_process_share_locks_and_new_connections() -> None:
    with Emulator() as service, ExitStack() as stack:
        clients = [stack.enter_context(quantcdn.ApiClient(service.configuration(proxy=""))) for _ in range(4)]
        locks = [ProcessLock() for _ in range(50)]
        for client in clients:
            quantcdn.AIToolsApi(client).list_ai_tool_names("acme")
        child = os.fork()
        if not child:
            os._exit(check_child(clients, locks))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def check_child(clients: list[quantcdn.ApiClient], locks: list[ProcessLock]) -> int:
    """Use in a child process what its parent made, and return an exit status."""
    try:
        gc.disable()  # which would close what nothing leads to any more
        seen: list[list[int]] = []
        in_all(lambda _: seen.append([id(lock.of_process()) for lock in locks]), by_lines=True)
        assert all(ids == seen[0] for ids in seen)
        before = sockets()
        in_all(lambda _: [quantcdn.AIToolsApi(client).list_ai_tool_names("acme") for client in clients], by_lines=True)
        for client in clients:
            client.close()
        assert sockets() <= before
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def sockets() -> set[str]:
    """List the sockets that this process has open."""
    return {link for link in map(os.path.realpath, glob("/proc/self/fd/*")) if "socket:" in link}


def test_threads_import_names_and_build_models_at_once() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTS], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def main(minutes: float) -> None:
    """Run the tests again and again."""
    tests = [test for name, test in globals().items() if name.startswith("test_")]
    end, rounds = time.monotonic() + 60 * minutes, 0
    with switching_often():
        while time.monotonic() < end:
            for test in tests:
                test()
            rounds += 1
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    print(f"{sys.version.split()[0]}, {'with' if gil else 'without'} the GIL: {rounds} rounds, all is well")


if __name__ == "__main__":
    main(float(sys.argv[1]))
