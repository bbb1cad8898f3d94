"""A client in its process: interrupted, forked, shared by threads, closed while in use, copied and pickled."""

from __future__ import annotations

import copy
import gc
import logging
import os
import pickle
import signal
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

import quantcdn
from quantcdn.api_client import TimeSource
from quantcdn.emulator import Emulator
from test.helpers.busy_service import BusyService
from test.helpers.certificates import Certificates
from test.helpers.server import Answer, ScriptedServer, answer, close, then_close
from test.helpers.threads import on_threads

NAMES = {"tools": ["get_weather"], "count": 1}
HALF = answer(200, NAMES)[:-10]
ENDLESS = 100

forking = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")


@contextmanager
def serving(*script: Answer, context: Any = None, **settings: Any) -> Iterator[tuple[ScriptedServer, Any]]:
    settings = {"access_token": "t0ken", "proxy": "", "timeout": 5, **settings}
    with ScriptedServer(*script, context=context) as server:
        with quantcdn.ApiClient(quantcdn.Configuration(server.url, **settings)) as client:
            yield server, quantcdn.AIToolsApi(client)


def sockets() -> int:
    """Count the sockets that this process has open."""
    gc.collect()
    count = 0
    for number in os.listdir("/proc/self/fd"):
        try:
            count += os.readlink(f"/proc/self/fd/{number}").startswith("socket:")
        except OSError:  # the folder's own descriptor
            continue
    return count


def ask_for_own(api: quantcdn.AIToolsApi, identifier: str) -> None:
    """Ask for an execution; its result must be that execution's own."""
    execution = api.get_ai_tool_execution_status("acme", identifier)
    assert execution.execution_id == identifier
    assert execution.result is not None
    assert execution.result.to_dict()["for"] == identifier


# Ctrl-C


@pytest.fixture
def interrupt() -> Iterator[Callable[[], None]]:
    """Press Ctrl-C: the main thread gets the signal, whoever calls."""
    main = threading.main_thread().ident
    assert main is not None
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield lambda: signal.pthread_kill(main, signal.SIGINT)
    signal.signal(signal.SIGINT, before)


class Interruption:
    """A step of a script: sends something, presses Ctrl-C, and notes how the client then ended the connection."""

    def __init__(self, interrupt: Callable[[], None], data: bytes, *, drip: bool = False) -> None:
        self._interrupt = interrupt
        self._data = data
        self._drip = drip
        self.pressed = 0.0
        self.ended = threading.Event()

    def __call__(self, connection: socket.socket) -> None:
        connection.sendall(self._data)
        time.sleep(0.1)  # lets the client wait for more
        self.pressed = time.monotonic()
        self._interrupt()
        connection.settimeout(2)
        with suppress(ConnectionError):
            assert connection.recv(1) == b""
        self.ended.set()
        raise ConnectionAbortedError


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 200", answer(200, NAMES)[:-40], HALF], ids=len)
def test_ctrl_c_in_a_read_passes_through_and_the_next_call_works(interrupt: Any, data: bytes) -> None:
    # Without the closing in urllib3's and our own reading, the rest of the answer would be the next call's.
    step = Interruption(interrupt, data)
    with serving(step, answer(200, NAMES)) as (server, api):
        with pytest.raises(KeyboardInterrupt):
            api.list_ai_tool_names("acme")
        assert time.monotonic() - step.pressed < 0.5
        assert step.ended.wait(2)
        assert api.list_ai_tool_names("acme").count == 1
        assert (len(server.requests), server.connections) == (2, 2)


def test_ctrl_c_in_a_read_of_pieces_passes_through_and_throws_the_socket_away(interrupt: Any) -> None:
    step = Interruption(interrupt, HALF)
    with serving(step, answer(200, NAMES)) as (server, api):
        response = api.list_ai_tool_names_without_preload_content("acme")
        with pytest.raises(KeyboardInterrupt):
            response.read()
        assert time.monotonic() - step.pressed < 0.5
        assert step.ended.wait(2)
        assert api.list_ai_tool_names("acme").count == 1
        assert server.connections == 2


def test_ctrl_c_on_a_kept_connection_throws_that_away_too(interrupt: Any) -> None:
    step = Interruption(interrupt, HALF)
    with serving(answer(200, NAMES), step, answer(200, NAMES)) as (server, api):
        api.list_ai_tool_names("acme")
        with pytest.raises(KeyboardInterrupt):
            api.list_ai_tool_names("acme")
        assert step.ended.wait(2)
        assert api.list_ai_tool_names("acme").count == 1
        assert [request.connection for request in server.requests] == [1, 1, 2]


def test_ctrl_c_in_a_download_passes_through(interrupt: Any) -> None:
    step = Interruption(interrupt, answer(200, b"12345", length=10))
    with serving(step, answer(200, b"12345")) as (server, api):
        with pytest.raises(KeyboardInterrupt):
            api.api_client.rest_client.download(f"{server.url}/a.png")
        assert time.monotonic() - step.pressed < 0.5
        assert step.ended.wait(2)
        assert api.api_client.rest_client.download(f"{server.url}/a.png").data == b"12345"


def test_ctrl_c_in_a_pause_passes_through_at_once_and_the_next_call_works(interrupt: Any) -> None:
    wait = answer(503, "", [("Retry-After", "4")])
    with serving(wait, answer(200, NAMES)) as (server, api):
        timer = threading.Timer(0.2, interrupt)
        timer.start()
        started = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            api.list_ai_tool_names("acme")
        assert 0.1 < time.monotonic() - started < 0.7
        timer.join()
        assert len(server.requests) == 1
        assert api.list_ai_tool_names("acme").count == 1


def test_ctrl_c_that_the_system_gives_to_another_thread_ends_a_pause_soon(interrupt: Any) -> None:
    # Nothing wakes the main thread then, as when the key is pressed just before a pause; in one sleep it took 4 s.
    wait = answer(503, "", [("Retry-After", "4")])
    with serving(wait, answer(200, NAMES)) as (server, api):
        timer = threading.Timer(0.2, lambda: signal.pthread_kill(threading.get_ident(), signal.SIGINT))
        timer.start()
        started = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            api.list_ai_tool_names("acme")
        assert 0.1 < time.monotonic() - started < 2
        timer.join()
        assert len(server.requests) == 1


def test_ctrl_c_leaves_no_socket_open(interrupt: Any) -> None:
    with BusyService({}) as service:
        before = sockets()
        with ScriptedServer(Interruption(interrupt, HALF)) as server:
            client = quantcdn.ApiClient(quantcdn.Configuration(server.url, proxy=""))
            with pytest.raises(KeyboardInterrupt):
                quantcdn.AIToolsApi(client).list_ai_tool_names("acme")
        assert service.url
        assert sockets() == before


# Forks


def in_child(work: Callable[[], object]) -> str:
    """Do some work in a fork; returns what it returned, or the error it raised."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(8)  # a child that hangs must not hang the tests
            said = repr(work())
        except BaseException as error:
            said = repr(error)
        os.write(writer, said.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as report:
        said = report.read().decode()
    os.waitpid(child, 0)
    return said


@forking
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_a_fork_never_shares_a_socket_with_its_parent(certificates: Certificates, tls: bool) -> None:
    # Without the check of the process, the child's requests would go over the parent's connection.
    context = certificates.context() if tls else None
    trust = {"ca_cert_data": certificates.pem} if tls else {}
    with serving(answer(200, NAMES), context=context, **trust) as (server, api):
        api.list_ai_tool_names("acme")
        assert in_child(lambda: [api.list_ai_tool_names("acme").count for _ in range(2)]) == "[1, 1]"
        api.list_ai_tool_names("acme")
        assert [request.connection for request in server.requests] == [1, 2, 2, 1]


@forking
def test_two_forks_of_a_cold_client_have_a_connection_each() -> None:
    with serving(answer(200, NAMES)) as (server, api):
        for _ in range(2):
            assert in_child(lambda: api.list_ai_tool_names("acme").count) == "1"
        assert [request.connection for request in server.requests] == [1, 2]


@forking
def test_a_copy_by_with_options_never_shares_a_connection_over_a_fork() -> None:
    with serving(answer(200, NAMES)) as (server, api):
        twin = api.with_options(timeout=4)
        twin.list_ai_tool_names("acme")
        assert in_child(lambda: twin.list_ai_tool_names("acme").count) == "1"
        assert in_child(lambda: api.with_options(timeout=3).list_ai_tool_names("acme").count) == "1"
        twin.list_ai_tool_names("acme")
        assert [request.connection for request in server.requests] == [1, 2, 3, 1]


@forking
def test_closing_in_a_fork_leaves_the_parents_connections_alone() -> None:
    with serving(answer(200, NAMES)) as (server, api):
        api.list_ai_tool_names("acme")
        assert in_child(api.api_client.close) == "None"
        api.list_ai_tool_names("acme")
        assert server.connections == 1


@forking
def test_forks_while_threads_call_get_their_own_responses() -> None:
    with BusyService({}) as service:
        client = quantcdn.ApiClient(quantcdn.Configuration(service.url, proxy=""))
        api = quantcdn.AIToolsApi(client)
        ended = threading.Event()

        def work(number: int) -> None:
            if number:
                turn = 0
                while not ended.is_set():
                    ask_for_own(api, f"exec_{number}_{turn}")
                    turn += 1
                return
            try:
                for fork in range(8):
                    own = [f"exec_child_{fork}_{turn}" for turn in range(20)]
                    assert in_child(lambda own=own: [ask_for_own(api, name) for name in own]) == repr([None] * 20)
            finally:
                ended.set()

        with client:
            assert on_threads(5, work) == []


# Threads


def test_fifty_threads_on_one_client_get_their_own_responses_and_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    # Without the quiet queue, urllib3 would log for each of 50 connections beyond the 32 that are kept.
    with BusyService({}) as service, warnings.catch_warnings(record=True) as warned:
        before = sockets()
        with quantcdn.ApiClient(quantcdn.Configuration(service.url, proxy="", connection_pool_maxsize=4)) as client:
            api = quantcdn.AIToolsApi(client)
            with caplog.at_level(logging.INFO):
                problems = on_threads(50, lambda n: [ask_for_own(api, f"exec_{n}_{i}") for i in range(20)] and None)
            assert problems == []
            assert sockets() - before <= 4
        assert sockets() == before
        assert warned == []
        assert caplog.records == []


def test_ten_thousand_calls_on_fifty_threads_hide_what_fails_now_and_then() -> None:
    # Without retries, some 200 of these would raise; without closing what broke, descriptors would be left.
    with BusyService({"reset": 0.01, "503": 0.01}) as service:
        before = sockets()
        configuration = quantcdn.Configuration(service.url, proxy="")
        retried: list[quantcdn.hooks.AttemptRecord] = []
        configuration.on_retry = retried.append
        with quantcdn.ApiClient(configuration) as client:
            client.clock = TimeSource(sleep=lambda _: None)
            api = quantcdn.AIToolsApi(client)
            assert on_threads(50, lambda n: [ask_for_own(api, f"exec_{n}_{i}") for i in range(200)] and None) == []
            assert sockets() - before <= 32
        assert sockets() == before
        # A reset on a kept connection is resent at once and counts as no retry.
        assert 80 < sum(record.status == 503 for record in retried) < 120


def test_a_call_that_meets_dead_connections_twice_is_resent_at_once_only_once() -> None:
    # Without the mark of the resend, each attempt would be doubled while other calls keep connections warm.
    names = answer(200, NAMES)
    with serving(names, close, close, names, close, retries=1) as (server, api):
        api.api_client.clock = TimeSource(sleep=lambda _: api.list_ai_tool_names("acme"))
        api.list_ai_tool_names("acme")
        with pytest.raises(quantcdn.ApiConnectionException) as caught:
            api.list_ai_tool_names("acme")
        assert caught.value.attempts == 3
        assert [request.connection for request in server.requests] == [1, 1, 2, 3, 3]


# Closing


def test_a_call_that_runs_while_its_client_closes_finishes() -> None:
    asked, closed = threading.Event(), threading.Event()

    def late(connection: socket.socket) -> None:
        asked.set()
        closed.wait(5)
        connection.sendall(answer(200, NAMES))

    with serving(late) as (server, api):
        counts: list[int] = []
        thread = threading.Thread(target=lambda: counts.append(api.list_ai_tool_names("acme").count))
        thread.start()
        assert asked.wait(5)
        api.api_client.close()
        closed.set()
        thread.join(5)
        assert counts == [1]
        with pytest.raises(quantcdn.ApiValueError, match="closed"):
            api.list_ai_tool_names("acme")
        with pytest.raises(quantcdn.ApiValueError, match="closed"):
            api.api_client.rest_client.download(f"{server.url}/a.png")
        assert len(server.requests) == 1


@pytest.mark.parametrize("first", [answer(503), then_close(HALF)], ids=["status", "broken"])
def test_a_call_that_is_in_a_pause_while_its_client_closes_finishes(first: Answer) -> None:
    # Without the check at a call's start alone, its next attempt would be refused.
    with BusyService({}), serving(first, answer(200, NAMES)) as (server, api):
        client = api.api_client
        client.clock = TimeSource(sleep=lambda _: client.close())
        assert api.list_ai_tool_names("acme").count == 1
        assert len(server.requests) == 2
        with pytest.raises(quantcdn.ApiValueError, match="closed"):
            api.list_ai_tool_names("acme")


def test_a_call_that_has_no_connection_yet_while_its_client_closes_finishes() -> None:
    with serving(answer(200, NAMES)) as (_, api):
        configuration = copy.copy(api.api_client.configuration)
        configuration.on_request = lambda _: client.close()
        client = quantcdn.ApiClient(configuration)
        assert quantcdn.AIToolsApi(client).list_ai_tool_names("acme").count == 1
        with pytest.raises(quantcdn.ApiValueError, match="closed"):
            quantcdn.AIToolsApi(client).list_ai_tool_names("acme")


def test_a_call_that_asks_for_a_new_token_while_its_client_closes_finishes() -> None:
    def token() -> str:
        if tokens == ["old"]:
            api.api_client.close()
        tokens.append("new" if tokens else "old")
        return tokens[-1]

    tokens: list[str] = []
    with serving(answer(401), answer(200, NAMES), access_token=token) as (server, api):
        assert api.list_ai_tool_names("acme").count == 1
        assert [request.headers["authorization"] for request in server.requests] == ["Bearer old", "Bearer new"]


def test_what_a_running_call_used_is_closed_when_the_call_ends() -> None:
    # Without a queue that stays closed, the connection would come back to a pool that nobody closes any more.
    with BusyService({}) as service:
        before = sockets()
        client = quantcdn.ApiClient(quantcdn.Configuration(service.url, proxy=""))
        api = quantcdn.AIToolsApi(client)
        ask_for_own(api, "exec_1")
        assert sockets() == before + 1
        response = api.get_ai_tool_execution_status_without_preload_content("acme", "exec_2")
        client.close()
        assert response.json()["executionId"] == "exec_2"
        assert sockets() == before


def test_with_closes_every_socket() -> None:
    with BusyService({}) as service:
        before = sockets()
        with quantcdn.ApiClient(quantcdn.Configuration(service.url, proxy="")) as client:
            api = quantcdn.AIToolsApi(client)
            assert on_threads(8, lambda n: ask_for_own(api, f"exec_{n}")) == []
            client.rest_client.download(f"{service.url}/a.png?X-Amz-Signature=1")
            assert sockets() > before + 1
        assert sockets() == before


def test_an_error_in_with_closes_every_socket_too() -> None:
    with BusyService({"404": 1}) as service:
        before = sockets()
        with pytest.raises(quantcdn.NotFoundException):
            with quantcdn.ApiClient(quantcdn.Configuration(service.url, proxy="")) as client:
                ask_for_own(quantcdn.AIToolsApi(client), "exec_1")
        assert sockets() == before


# Copies

COPIES = [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))]
copying = pytest.mark.parametrize("duplicate", COPIES, ids=["copy", "deepcopy", "pickle"])


@copying
def test_a_copy_of_a_client_has_its_own_headers_and_connections(duplicate: Callable[[Any], Any]) -> None:
    # Without headers of its own, one client's cookie would be sent by the other.
    with serving(answer(200, NAMES)) as (server, api):
        client = api.api_client
        client.set_default_header("X-Team", "one")
        api.list_ai_tool_names("acme")
        twin = duplicate(client)
        twin.set_default_header("X-Team", "two")
        with twin:
            assert quantcdn.AIToolsApi(twin).list_ai_tool_names("acme").count == 1
        api.list_ai_tool_names("acme")
        assert [request.headers["x-team"] for request in server.requests] == ["one", "two", "one"]
        assert [request.connection for request in server.requests] == [1, 2, 1]
        assert {request.headers["authorization"] for request in server.requests} == {"Bearer t0ken"}


def test_a_shallow_copy_of_a_client_shares_its_settings_and_a_deep_one_does_not() -> None:
    client = quantcdn.ApiClient(quantcdn.Configuration(access_token="t0ken", proxy=""))
    assert copy.copy(client).configuration is client.configuration
    assert copy.deepcopy(client).configuration is not client.configuration


def test_a_copy_of_a_closed_client_is_open() -> None:
    with serving(answer(200, NAMES)) as (_, api):
        api.api_client.close()
        for duplicate in COPIES:
            with duplicate(api.api_client) as twin:
                assert quantcdn.AIToolsApi(twin).list_ai_tool_names("acme").count == 1


@copying
def test_a_copy_of_an_api_object_works(duplicate: Callable[[Any], Any]) -> None:
    with serving(answer(200, NAMES)) as (_, api):
        twin = duplicate(api)
        assert twin.list_ai_tool_names("acme").count == 1
        assert (twin.api_client is api.api_client) is (duplicate is copy.copy)
        twin.api_client.close()


@copying
def test_a_copy_of_a_configuration_has_its_settings_and_is_changed_alone(duplicate: Callable[[Any], Any]) -> None:
    configuration = quantcdn.Configuration(
        "https://example.org/x", access_token="t0ken", timeout=(1, 2), retries=7, max_image_size=5, on_retry=print
    )
    twin = duplicate(configuration)
    assert twin.__dict__ == configuration.__dict__
    twin.host = "https://example.com"
    assert configuration.host == "https://example.org/x"
    with pytest.raises(quantcdn.ApiValueError):
        twin.timeout = -1


@copying
def test_a_copy_of_a_response_and_its_model_is_equal(
    duplicate: Callable[[Any], Any], quantcdn_emulator: Emulator, quantcdn_api: quantcdn.AIToolsApi
) -> None:
    quantcdn_emulator.fill_examples()
    execution = quantcdn_emulator.start_execution("generate_image", pending=0, running=0)
    orchestration = quantcdn_emulator.start_orchestration(["search_web"], pending=0, running=0, synthesizing=0)
    for response in (
        quantcdn_api.list_ai_tools_with_http_info("acme"),
        quantcdn_api.list_ai_tool_names_with_http_info("acme"),
        quantcdn_api.list_ai_tool_executions_with_http_info("acme"),
        quantcdn_api.get_ai_tool_execution_status_with_http_info("acme", execution),
        quantcdn_api.get_ai_orchestration_status_with_http_info("acme", orchestration),
    ):
        twin = duplicate(response)
        assert twin == response
        assert twin.headers["CONTENT-TYPE"] == response.headers["content-type"]
        assert twin.data.to_json() == response.data.to_json()
        assert twin.raw_data == response.raw_data


def _raised(error: BaseException) -> Answer:
    def step(_: socket.socket) -> None:
        raise error

    return step


@copying
@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (answer(404, {"error": "gone", "executionId": "exec_1"}, [("X-Request-Id", "r")]), quantcdn.NotFoundException),
        (answer(429, "", [("Retry-After", "3")]), quantcdn.TooManyRequestsException),
        (answer(503, b"\xff"), quantcdn.ServiceException),
        (answer(200, "[]"), quantcdn.ApiResponseException),
        (then_close(HALF), quantcdn.ApiConnectionException),
        (lambda connection: connection.recv(1), quantcdn.ApiTimeoutException),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_copy_of_an_error_says_the_same(
    duplicate: Callable[[Any], Any], step: Answer, kind: type[quantcdn.ApiException]
) -> None:
    with serving(step, retries=0, timeout=0.3) as (_, api):
        with pytest.raises(kind) as caught:
            api.get_ai_tool_execution_status("acme", "exec_1")
    twin = duplicate(caught.value)
    assert type(twin) is kind
    assert (str(twin), repr(twin), twin.__dict__) == (str(caught.value), repr(caught.value), caught.value.__dict__)


def family(base: type[Exception] = quantcdn.OpenApiException) -> Iterator[type[Exception]]:
    for kind in base.__subclasses__():
        yield kind
        yield from family(kind)


@copying
@pytest.mark.parametrize("kind", sorted({k for k in family() if k.__module__.startswith("quantcdn.")}, key=str))
def test_every_class_of_error_can_be_copied(duplicate: Callable[[Any], Any], kind: type[Exception]) -> None:
    error = kind(503, "why") if issubclass(kind, quantcdn.ApiException) else kind("why")
    error.__dict__["more"] = [1]
    twin = duplicate(error)
    assert type(twin) is kind
    assert (twin.args, str(twin), twin.__dict__) == (error.args, str(error), error.__dict__)
