"""A wait that an event ends, a wait against a service that is down, and what is refused before a wait begins."""

from __future__ import annotations

import multiprocessing
import pickle
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import trustme

import quantcdn
from quantcdn import ApiTypeError, Poll, RateLimit, WaitCancelledException, WaitTimeoutException
from quantcdn.api_client import TimeSource
from quantcdn.emulator import Emulator
from quantcdn.polling import EVERY_2_SECONDS
from test.helpers.clock import FakeClock
from test.helpers.responses import ends_within
from test.helpers.server import Answer, ScriptedServer, answer

IDENTIFIER = {"wait_for_ai_tool_execution": "exec_1", "wait_for_ai_orchestration": "orch_1"}


def body(status: str, **more: Any) -> dict[str, Any]:
    """Write what both endpoints may respond."""
    return {
        "executionId": "exec_1",
        "toolName": "t",
        "orchestrationId": "orch_1",
        "toolCount": 1,
        "status": status,
        "createdAt": 1767225600,
        "executions": [],
        "count": 0,
        "orgId": "acme",
        **more,
    }


@contextmanager
def serving(*script: Answer, host: str | None = None, **settings: Any) -> Iterator[tuple[ScriptedServer, Any]]:
    """Serve a script to an API that waits by the real clock."""
    with ScriptedServer(*script) as server:
        chosen: dict[str, Any] = {"access_token": "t0ken", "proxy": "", "timeout": 5, **settings}
        with quantcdn.ApiClient(quantcdn.Configuration(host or server.url, **chosen)) as client:
            yield server, quantcdn.AIToolsApi(client)


def started(api: Any, name: str, **arguments: Any) -> Callable[[], object]:
    """Give the function that waits or watches to its end."""
    if name in IDENTIFIER:
        return lambda: getattr(api, name)("acme", IDENTIFIER[name], **arguments)
    if name == "wait_for_ai_tool_executions":
        return lambda: list(api.wait_for_ai_tool_executions("acme", ["exec_1"], **arguments))
    return lambda: list(api.watch_ai_tool_executions("acme", **arguments))


EVERY = pytest.mark.parametrize(
    "name",
    [
        "wait_for_ai_tool_execution",
        "wait_for_ai_orchestration",
        "wait_for_ai_tool_executions",
        "watch_ai_tool_executions",
    ],
)
ONE = pytest.mark.parametrize("name", list(IDENTIFIER))


def end_of(call: Callable[[], object]) -> object:
    try:
        return call()
    except quantcdn.OpenApiException as error:
        return error


def is_cancelled(end: object, name: str) -> bool:
    """Say whether a wait has ended as it is documented."""
    if name == "watch_ai_tool_executions":
        return end == []
    if isinstance(end, list):
        (end,) = [outcome.error for outcome in end]
    return isinstance(end, WaitCancelledException)


@EVERY
def test_an_event_that_is_set_before_sends_nothing(name: str) -> None:
    cancel = threading.Event()
    cancel.set()
    with serving(answer(200, body("running"))) as (server, api):
        assert is_cancelled(end_of(started(api, name, cancel=cancel)), name)
        assert server.requests == []


@EVERY
@pytest.mark.parametrize("make", [threading.Event, multiprocessing.Event])
def test_an_event_ends_a_pause_at_once(name: str, make: Callable[[], Any]) -> None:
    cancel = make()
    pause = {"interval": 60.0} if name.startswith("watch") else {"poll": Poll(60, 1, 60)}
    with serving(answer(200, body("running"))) as (server, api):
        timer = threading.Timer(0.2, cancel.set)
        timer.start()
        with ends_within(0.2 + 0.1):
            assert is_cancelled(end_of(started(api, name, cancel=cancel, **pause)), name)
        timer.join()
        assert len(server.requests) <= 2


@EVERY
def test_an_event_ends_the_wait_for_a_turn_under_a_rate_limit(name: str) -> None:
    cancel = threading.Event()
    pause = {"interval": 0.01} if name.startswith("watch") else {"poll": Poll(0.01, 1, 0.01)}
    with serving(answer(200, body("running")), rate_limit=RateLimit(0.1), timeout=30) as (server, api):
        timer = threading.Timer(0.2, cancel.set)
        timer.start()
        with ends_within(0.2 + 0.1):
            assert is_cancelled(end_of(started(api, name, cancel=cancel, **pause)), name)
        timer.join()
        assert len(server.requests) == 1


@ONE
def test_a_request_under_way_ends_first_and_an_end_that_it_brings_counts(name: str) -> None:
    cancel = threading.Event()

    def respond(connection: socket.socket) -> None:
        cancel.set()
        connection.sendall(answer(200, body("complete")))

    with serving(respond) as (_, api):
        assert started(api, name, cancel=cancel)().is_complete  # type: ignore[attr-defined]


@ONE
def test_the_error_says_what_was_seen(name: str) -> None:
    cancel = threading.Event()
    with serving(answer(200, body("running"))) as (_, api), pytest.raises(WaitCancelledException) as caught:
        started(api, name, cancel=cancel, on_update=lambda _: cancel.set())()
    error = caught.value
    assert str(error).startswith(f"{IDENTIFIER[name]}: cancelled; still running (1 poll in ")
    assert isinstance(error, quantcdn.WaitException)
    assert error.last.status == "running"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


# At the door


@EVERY
@pytest.mark.parametrize(
    ("argument", "value", "words"),
    [
        ("cancel", 3, "cancel takes a threading.Event"),
        ("cancel", True, "cancel takes a threading.Event"),
        ("cancel", threading.Event, "cancel takes a threading.Event"),
        ("cancel", lambda: True, "cancel takes a threading.Event"),
        ("poll", 2, r"poll takes a Poll, such as Poll\(initial=2, maximum=2\), not int"),
        ("poll", (1, 2), "poll takes a Poll"),
        ("on_update", 3, "on_update takes a function, not int"),
        ("on_update", dict, "on_update takes a function, not the class dict"),
        ("raise_on_failure", "no", "raise_on_failure takes True or False"),
        ("timeout", "5", "timeout takes a number"),
        ("timeout", True, "timeout takes a number"),
        ("max_rate", "5", "max_rate takes a number"),
        ("interval", "5", "interval takes a number"),
        ("status", 5, "status takes text, not int"),
        ("_request_timeout", "5", "timeout takes a number"),
    ],
)
def test_an_argument_of_a_wrong_type_is_refused_at_the_call(name: str, argument: str, value: Any, words: str) -> None:
    with serving(answer(200, body("running"))) as (server, api):
        if argument not in {"_request_timeout", *getattr(quantcdn.AIToolsApi, name).__annotations__}:
            return
        identifiers = ["exec_1"] if name.endswith("executions") and name.startswith("wait") else IDENTIFIER.get(name)
        with pytest.raises(ApiTypeError, match=words):
            getattr(api, name)("acme", *([identifiers] if identifiers else []), **{argument: value})
        assert server.requests == []


@EVERY
@pytest.mark.parametrize("organisation", [None, 5, ["acme"], b"acme"])
def test_an_organisation_of_a_wrong_type_is_refused_at_the_call(name: str, organisation: Any) -> None:
    with serving(answer(200, body("running"))) as (server, api):
        identifiers = {"wait_for_ai_tool_executions": [["exec_1"]], "watch_ai_tool_executions": []}
        with pytest.raises(ApiTypeError, match="organisation takes text"):
            getattr(api, name)(organisation, *identifiers.get(name, ["exec_1"]))
        assert server.requests == []


@pytest.mark.parametrize(
    ("name", "identifiers", "words"),
    [
        ("wait_for_ai_tool_execution", ["exec_1"], "execution_id takes text, not list"),
        ("wait_for_ai_orchestration", 7, "orchestration_id takes text, not int"),
        ("wait_for_ai_tool_executions", "exec_1", "execution_ids takes several identifiers, such as a list of str"),
        ("wait_for_ai_tool_executions", 7, "execution_ids takes several identifiers, such as a list of str, not int"),
        ("wait_for_ai_tool_executions", b"exec_1", "execution_ids takes text, not int"),
        ("wait_for_ai_tool_executions", ["exec_1", None], "execution_ids takes text, not None"),
    ],
)
def test_identifiers_of_a_wrong_type_are_refused_at_the_call(name: str, identifiers: Any, words: str) -> None:
    with serving(answer(200, body("running"))) as (server, api):
        with pytest.raises(ApiTypeError, match=words):
            getattr(api, name)("acme", identifiers)
        assert server.requests == []


# Requests


def paused(api: quantcdn.AIToolsApi) -> FakeClock:
    """Let the pauses of an API take no time."""
    time = FakeClock()
    api.api_client.clock = time.clock
    return time


DOWN = [answer(503), answer(429), answer(500, {"error": "boom"}), answer(200, "<html>"), lambda c: c.close()]


@ONE
@pytest.mark.parametrize("down", DOWN)
def test_a_service_that_is_down_gets_5_requests(name: str, down: Answer) -> None:
    with serving(down) as (server, api):
        paused(api)
        with pytest.raises(quantcdn.ApiException) as caught:
            started(api, name)()
        assert len(server.requests) == 5
        assert caught.value.polls == 5


@ONE
def test_a_service_that_goes_down_gets_two_requests_a_poll_at_most(name: str) -> None:
    with serving(*[answer(200, body("running"))] * 20, answer(503)) as (server, api):
        paused(api)
        with pytest.raises(quantcdn.ServiceException):
            started(api, name)()
        assert len(server.requests) == 20 + 5 + 5


def test_a_batch_of_60_on_a_service_that_goes_down_gets_hardly_more_requests_than_polls() -> None:
    ids = [f"exec_{n}" for n in range(60)]
    with serving(*[answer(200, body("running"))] * 3, answer(503)) as (server, api):
        paused(api)
        outcomes = list(api.wait_for_ai_tool_executions("acme", ids, timeout=None))
        assert {type(outcome.error) for outcome in outcomes} == {quantcdn.ServiceException}
        assert len(server.requests) <= 60 * 5 + 5 + 5 + 3


@ONE
def test_a_single_failure_in_between_delays_nothing(name: str) -> None:
    script = [answer(200, body("running")), answer(503), answer(200, body("complete"))]
    with serving(*script) as (server, api):
        time = paused(api)
        assert started(api, name, poll=Poll(60, 1, 60))().is_complete  # type: ignore[attr-defined]
        assert (len(server.requests), time.now) == (3, 60)


@ONE
def test_a_single_poll_is_retried_once(name: str) -> None:
    with serving(answer(503), answer(200, body("complete"))) as (_, api):
        paused(api)
        assert started(api, name, timeout=0)().is_complete  # type: ignore[attr-defined]
    with serving(answer(503)) as (server, api):
        paused(api)
        with pytest.raises(WaitTimeoutException):
            started(api, name, timeout=0)()
        assert len(server.requests) == 2


@ONE
def test_a_pause_that_the_service_asks_for_is_the_wait_s_own(name: str) -> None:
    busy = answer(429, headers=[("Retry-After", "30")])
    script = [answer(200, body("running")), busy, answer(200, body("complete"))]
    with serving(*script, timeout=60) as (_, api):
        time = paused(api)
        started(api, name, poll=EVERY_2_SECONDS)()
        assert time.pauses == [2, 30]


# Fails if the request itself sleeps for so long, where no event reaches it.
@ONE
def test_an_event_ends_a_pause_that_the_service_asks_for(name: str) -> None:
    cancel = threading.Event()
    busy = answer(429, headers=[("Retry-After", "30")])
    with serving(answer(200, body("running")), busy, timeout=60) as (server, api):
        time = paused(api)

        def sleep(seconds: float) -> None:
            time.sleep(seconds)
            if len(server.requests) == 2:
                cancel.set()

        api.api_client.clock = replace(time.clock, sleep=sleep)
        assert is_cancelled(end_of(started(api, name, poll=EVERY_2_SECONDS, cancel=cancel)), name)
        assert time.now < 3


@ONE
@pytest.mark.parametrize(("asked", "pauses"), [("7", [7]), ("0", [2]), ("-7", [2]), ("soon", [2]), ("1e9", [2])])
def test_retry_after_on_a_200_is_a_floor_for_the_next_pause(name: str, asked: str, pauses: list[float]) -> None:
    first = answer(200, body("running"), headers=[("Retry-After", asked)])
    with serving(first, answer(200, body("complete"))) as (_, api):
        time = paused(api)
        started(api, name, poll=EVERY_2_SECONDS)()
        assert time.pauses == pauses


def test_retry_after_on_a_200_is_a_floor_for_a_watch_too() -> None:
    with serving(answer(200, body("running"), headers=[("Retry-After", "50")])) as (server, api):
        time = paused(api)
        list(api.watch_ai_tool_executions("acme", timeout=120))
        assert len(server.requests) == 3
        assert time.pauses == [50, 50]


# What no repetition can mend


def refused_once(call: Callable[[], object], name: str) -> quantcdn.ApiException:
    end = end_of(call)
    if isinstance(end, list):
        (end,) = [outcome.error for outcome in end]
    assert isinstance(end, quantcdn.ApiException)
    assert not end.retryable
    return end


@EVERY
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422, 301, 302, 307, 308])
def test_a_status_that_no_repetition_can_mend_ends_a_wait_at_its_first_poll(name: str, status: int) -> None:
    with serving(answer(status, headers=[("Location", "/elsewhere")])) as (server, api):
        time = paused(api)
        refused_once(started(api, name), name)
        assert len(server.requests) <= (2 if name == "wait_for_ai_tool_executions" else 1)
        assert time.now <= 1.0


@EVERY
def test_an_unknown_host_ends_a_wait_at_its_first_poll(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def unknown(*arguments: object, **_options: object) -> Any:
        asked.append(arguments)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with serving(answer(200), host="https://nowhere.invalid") as (_, api):
        time = paused(api)
        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        error = refused_once(started(api, name), name)
        assert "the host is unknown" in str(error)
        assert str(error).endswith(" (1 poll in 0.0 s)") or name == "wait_for_ai_tool_executions"
        assert (len(asked), time.now) == (1, 0)


@EVERY
def test_trouble_of_the_resolver_that_may_pass_is_borne(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def troubled(*arguments: object, **_options: object) -> Any:
        asked.append(arguments)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    with serving(answer(200), host="https://nowhere.invalid") as (_, api):
        paused(api)
        monkeypatch.setattr(socket, "getaddrinfo", troubled)
        end_of(started(api, name))
        assert len(asked) >= 5


@EVERY
def test_a_refused_certificate_ends_a_wait_at_its_first_poll(name: str) -> None:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    with ScriptedServer(answer(200, body("running")), context=context) as server:
        settings: dict[str, Any] = {"access_token": "t0ken", "proxy": "", "timeout": 5}
        with quantcdn.ApiClient(quantcdn.Configuration(server.url, **settings)) as client:
            api = quantcdn.AIToolsApi(client)
            time = paused(api)
            error = refused_once(started(api, name), name)
        assert "certificate is not accepted" in str(error)
        assert (server.connections, time.now) == (1, 0)


# The last problem, and the limit


@ONE
def test_a_wait_that_ran_out_says_the_last_problem(name: str) -> None:
    with serving(answer(500, {"error": "boom"}, reason="Internal Server Error")) as (_, api):
        paused(api)
        with pytest.raises(WaitTimeoutException) as caught:
            started(api, name, timeout=4)()
    assert str(caught.value) == (
        f"{IDENTIFIER[name]}: no status was received after the timeout of 4 s; "
        "last problem: 500 Internal Server Error: boom (4 polls in 4.0 s)"
    )


@ONE
def test_a_problem_that_has_passed_is_not_the_last_one(name: str) -> None:
    script = [answer(409, {"error": "boom"}), answer(200, body("running"))]
    with serving(*script) as (_, api):
        paused(api)
        with pytest.raises(WaitTimeoutException, match="still running after") as caught:
            started(api, name, timeout=10)()
        assert "boom" not in str(caught.value)


# Fails if each of the last polls may take half a second, or what is left and half a second more.
@EVERY
@pytest.mark.parametrize("limit", [0.1, 0.6])
@pytest.mark.parametrize("seconds", [0.05, 0.45, 9.0])
def test_a_wait_ends_half_a_second_after_its_deadline_at_most(name: str, limit: float, seconds: float) -> None:
    def respond(connection: socket.socket) -> None:
        server.wait(seconds)
        connection.sendall(answer(200, body("running")))

    pause = {"interval": 0.2} if name.startswith("watch") else {"poll": Poll(0.2, 1, 0.2)}
    taken: list[float] = []
    with serving(respond) as (server, api):
        while not taken or (taken[-1] > limit + 0.75 and len(taken) < 3):  # again, where the machine was busy
            begun = time.monotonic()
            end_of(started(api, name, timeout=limit, **pause))
            taken.append(time.monotonic() - begun)
    assert limit - 0.01 <= min(taken) <= limit + 0.75


# Chance of its own


def draws(api: quantcdn.AIToolsApi) -> tuple[float, ...]:
    return tuple(api.api_client.clock.uniform(0, 1) for _ in range(4))


def draws_of(pickled: bytes) -> tuple[float, ...]:
    return draws(pickle.loads(pickled))


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_the_same_pickle_in_4_processes_draws_4_times_its_own(method: str) -> None:
    api = quantcdn.AIToolsApi(quantcdn.ApiClient(quantcdn.Configuration(access_token="t0ken", proxy="")))
    pickled = pickle.dumps(api)
    with multiprocessing.get_context(method).Pool(4) as pool:
        assert len(set(pool.map(draws_of, [pickled] * 4, chunksize=1))) == 4


def test_a_copy_draws_its_own() -> None:
    import copy

    api = quantcdn.AIToolsApi(quantcdn.ApiClient(quantcdn.Configuration(access_token="t0ken", proxy="")))
    apis = [api, copy.copy(api), copy.deepcopy(api), pickle.loads(pickle.dumps(api))]
    assert len({draws(each) for each in apis}) == 4
    assert all(0 <= draw <= 1 for each in apis for draw in draws(each))


def test_chance_is_spread_evenly() -> None:
    draws = sorted(TimeSource().uniform(-1, 3) for _ in range(2_000))
    assert all(abs(draw - (-1 + 4 * place / 2_000)) < 0.3 for place, draw in enumerate(draws))


def test_the_emulator_s_waits_take_an_event(quantcdn_emulator: Emulator) -> None:
    cancel = threading.Event()
    cancel.set()
    with quantcdn.ApiClient(quantcdn_emulator.configuration(proxy="")) as client:
        api = quantcdn.AIToolsApi(client)
        with pytest.raises(WaitCancelledException, match="no status was received"):
            api.wait_for_ai_tool_execution("acme", quantcdn_emulator.start_execution("calculate"), cancel=cancel)
