"""A client with a rate limit sends no request before its turn, whatever the request is for."""

from __future__ import annotations

import pickle
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import quantcdn
from quantcdn import RateLimit, RetryPolicy
from quantcdn.api_client import TimeSource
from quantcdn.emulator import Emulator, ManualClock
from quantcdn.models import GetAIToolExecutionStatus200Response
from test.helpers.clock import FakeClock, no_chance
from test.helpers.server import Answer, ScriptedServer, answer, close

NAMES = answer(200, {"tools": ["get_weather"], "count": 1})
RUNNING = {"executionId": "exec_1", "toolName": "x", "status": "running", "createdAt": 1}


@dataclass
class NotingClock(FakeClock):
    """A clock that notes when requests are sent."""

    sent: list[float] = field(default_factory=list)

    def note(self, _record: object) -> None:
        self.sent.append(self.now)


@contextmanager
def limited(
    limit: RateLimit | None, *script: Answer, **settings: Any
) -> Iterator[tuple[ScriptedServer, quantcdn.AIToolsApi, NotingClock]]:
    time = NotingClock()
    chosen = {"access_token": "t0ken", "proxy": "", "retries": 0, "rate_limit": limit, **settings}
    with ScriptedServer(*script) as server:
        configuration = quantcdn.Configuration(server.url, on_request=time.note, **chosen)
        with quantcdn.ApiClient(configuration) as client:
            client.clock = time.clock
            api = quantcdn.AIToolsApi(client)
            yield server, api, time


def call(api: quantcdn.AIToolsApi) -> object:
    return api.list_ai_tool_names("acme").tools


def test_requests_are_spaced_evenly() -> None:
    with limited(RateLimit(2), NAMES) as (_, api, time):
        for _ in range(4):
            call(api)
        assert time.sent == [0.0, 0.5, 1.0, 1.5]


def test_a_burst_goes_out_at_once_and_comes_back_with_time() -> None:
    with limited(RateLimit(2, burst=3), NAMES) as (_, api, time):
        for _ in range(5):
            call(api)
        assert time.sent == [0.0, 0.0, 0.0, 0.5, 1.0]
        time.now = 2.0  # two of three are back
        for _ in range(3):
            call(api)
        assert time.sent[5:] == [2.0, 2.0, 2.5]
        time.now = 100.0
        for _ in range(4):
            call(api)
        assert time.sent[8:] == [100.0, 100.0, 100.0, 100.5]


def test_without_a_limit_nothing_waits() -> None:
    with limited(None, NAMES) as (_, api, time):
        for _ in range(50):
            call(api)
        assert time.sent == [0.0] * 50


def test_retries_obey_it() -> None:
    down, policy = answer(503), RetryPolicy(attempts=4, base=0, throttled_base=0)
    with limited(RateLimit(2), down, retries=policy) as (_, api, time):
        with pytest.raises(quantcdn.ServiceException):
            call(api)
        assert time.sent == [0.0, 0.5, 1.0, 1.5]


def test_a_request_that_is_sent_again_over_a_fresh_connection_obeys_it() -> None:
    with limited(RateLimit(2), NAMES, close, NAMES) as (server, api, time):
        call(api)
        call(api)
        assert len(server.requests) == 3
        assert time.sent == [0.0, 0.5, 1.0]


def test_a_response_that_is_asked_for_once_more_obeys_it() -> None:
    other = answer(200, {**RUNNING, "executionId": "exec_2"})
    with limited(RateLimit(2), NAMES, other, answer(200, RUNNING)) as (_, api, time):
        call(api)
        api.get_ai_tool_execution_status("acme", "exec_1")
        assert time.sent == [0.0, 0.5, 1.0]


def test_a_second_token_obeys_it() -> None:
    with limited(RateLimit(2), answer(401), NAMES, access_token=lambda: "t0ken") as (_, api, time):
        call(api)
        assert time.sent == [0.0, 0.5]


def test_polls_of_a_wait_obey_it() -> None:
    script = [answer(200, RUNNING)] * 3 + [answer(200, {**RUNNING, "status": "complete"})]
    with limited(RateLimit(0.1), *script) as (_, api, time):
        api.wait_for_ai_tool_execution("acme", "exec_1", poll=quantcdn.Poll(1, 1, 1))
        assert time.sent == [0.0, 10.0, 20.0, 30.0]


def test_a_wait_that_gets_no_turn_does_not_blame_the_service() -> None:
    with limited(RateLimit(0.001), NAMES) as (server, api, _):
        api.list_ai_tool_names("acme")
        with pytest.raises(quantcdn.WaitTimeoutException) as caught:
            api.wait_for_ai_tool_execution("acme", "exec_1", timeout=5, poll=quantcdn.Poll())
        (outcome,) = api.wait_for_ai_tool_executions("acme", ["exec_1"], timeout=5)
        for error in (caught.value, outcome.error):
            assert "; the client's own rate limit asks to wait 1000 s, beyond the timeout of 5 s" in str(error)
        assert len(server.requests) == 1


def test_a_watch_obeys_it() -> None:
    listed = answer(200, {"executions": [], "count": 0, "orgId": "acme"})
    with limited(RateLimit(0.2), listed) as (_, api, time):
        assert list(api.watch_ai_tool_executions("acme", interval=1, timeout=20)) == []
        assert time.sent[:4] == [0.0, 5.0, 10.0, 15.0]


def test_downloads_obey_it(tmp_path: Path) -> None:
    moved = answer(302, "", [("Location", "/b.png")])
    with limited(RateLimit(2), moved, answer(200, b"a"), answer(200, b"b")) as (server, api, time):
        result = {"s3Urls": [f"{server.url}/{name}.png" for name in "ab"], "images": []}
        execution = GetAIToolExecutionStatus200Response.from_dict({**RUNNING, "status": "complete", "result": result})
        quantcdn.images.save_files(execution, tmp_path, api_client=api.api_client)
        assert time.sent == [0.0, 0.5, 1.0]


def test_a_batch_obeys_it_and_loses_nothing() -> None:
    clock = ManualClock()
    sent: list[float] = []
    with Emulator(clock=clock) as service:
        identifiers = [service.start_execution("calculate", pending=0, running=5) for _ in range(130)]
        configuration = service.configuration(
            proxy="", retries=0, rate_limit=RateLimit(4, burst=2), on_request=lambda _: sent.append(clock.now())
        )
        with quantcdn.ApiClient(configuration) as client:
            client.clock = TimeSource(clock.now, clock.advance, no_chance)
            api = quantcdn.AIToolsApi(client)
            outcomes = list(api.wait_for_ai_tool_executions("acme", identifiers, timeout=600))
    assert [outcome.error for outcome in outcomes] == [None] * 130
    seconds = max(sent) - min(sent)
    assert len(sent) <= 2 + 4 * seconds + 1


# Limits of time


def test_a_batch_that_is_given_up_sends_nothing_more() -> None:
    body = {"executions": [], "count": 0, "orgId": "acme"}
    with ScriptedServer(answer(200, body), answer(200, RUNNING)) as server:
        settings: dict[str, Any] = {"access_token": "t0ken", "proxy": "", "rate_limit": RateLimit(2)}
        with quantcdn.ApiClient(quantcdn.Configuration(server.url, **settings)) as client:
            outcomes: Any = quantcdn.AIToolsApi(client).wait_for_ai_tool_executions("acme", ["exec_1"], timeout=30)
            threading.Timer(0.2, signal.raise_signal, [signal.SIGINT]).start()
            with pytest.raises(KeyboardInterrupt):
                next(outcomes)  # a request waits for its turn, half a second after the first
            del outcomes
            client.clock.sleep(0.7)
            assert len(server.requests) == 1


def test_a_call_that_the_rate_limit_would_make_late_is_refused_at_once_and_says_so() -> None:
    with limited(RateLimit(0.1), NAMES, timeout=5) as (server, api, time):
        call(api)
        with pytest.raises(quantcdn.ApiTimeoutException) as caught:
            call(api)
        error = pickle.loads(pickle.dumps(caught.value))
        assert "the client's own rate limit of 0.1 requests a second lets none pass within the limit of 5 s" in str(
            error
        )
        assert "Configuration.rate_limit" in str(error)
        assert (error.attempts, error.retry_after, error.retryable, time.now) == (0, 10.0, True, 0.0)
        assert len(server.requests) == 1
        time.now = 10.0  # the refused call has taken no turn
        call(api)


def test_waiting_for_a_turn_counts_against_the_limit_of_the_call() -> None:
    def late(_connection: Any) -> None:
        time.now += 2.0

    with limited(RateLimit(0.25), NAMES, late, timeout=5) as (_, api, time):
        call(api)
        with pytest.raises(quantcdn.ApiTimeoutException, match="not finished within the limit of 5 s"):
            call(api)


def test_a_retry_that_the_rate_limit_would_make_late_is_not_sent() -> None:
    policy = RetryPolicy(base=0, throttled_base=0)
    with limited(RateLimit(0.1), answer(503), timeout=5, retries=policy) as (server, api, time):
        with pytest.raises(quantcdn.ServiceException) as caught:  # which says more than the limit would
            call(api)
        assert (caught.value.attempts, len(server.requests), time.now) == (1, 1, 0.0)


# Who shares it


def test_copies_share_it_unless_they_have_one_of_their_own() -> None:
    with limited(RateLimit(2), NAMES) as (_, api, time):
        for one in (api, api.with_options(timeout=50), api.with_options(retries=1).with_options(progress=False)):
            call(one)
        assert time.sent == [0.0, 0.5, 1.0]
        own = api.with_options(rate_limit=RateLimit(10))
        call(own)
        call(own)
        call(api.with_options(rate_limit=None))
        assert time.sent[3:] == pytest.approx([1.0, 1.1, 1.1])
        call(api)
        assert time.sent[6:] == [1.5]


def test_another_client_has_a_limit_of_its_own() -> None:
    with limited(RateLimit(2), NAMES) as (_, api, time):
        with limited(RateLimit(2), NAMES) as (_, other, others):
            call(api)
            call(other)
        assert (time.sent, others.sent) == ([0.0], [0.0])


def test_threads_take_turns_in_the_order_in_which_they_ask() -> None:
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)  # time stands still: each wait is for a turn of its own

    with limited(RateLimit(2), NAMES, timeout=10_000) as (server, api, _):
        api.api_client.clock = TimeSource(lambda: 0.0, sleep)
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda _: [call(api) for _ in range(25)], range(8)))
        assert len(server.requests) == 200
        assert sorted(waits) == [number / 2 for number in range(1, 200)]
        call(api)
        assert waits[-1] == 100.0


def test_threads_in_real_time_are_not_quicker_than_the_limit_allows() -> None:
    with ScriptedServer(NAMES) as server:
        configuration = quantcdn.Configuration(server.url, proxy="", rate_limit=RateLimit(100, burst=5))
        with quantcdn.ApiClient(configuration) as client:
            api = quantcdn.AIToolsApi(client)
            began = client.rest_client.now()
            with ThreadPoolExecutor(8) as threads:
                list(threads.map(lambda _: [call(api) for _ in range(10)], range(8)))
            assert client.rest_client.now() - began >= (80 - 5) / 100
    assert len(server.requests) == 80


def test_ctrl_c_ends_the_wait_for_a_turn() -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    with limited(RateLimit(2), NAMES) as (_, api, time):
        call(api)
        api.api_client.clock = TimeSource(time.monotonic, interrupted, no_chance)
        with pytest.raises(KeyboardInterrupt):
            call(api)
        api.api_client.clock = time.clock
        assert call(api) == ["get_weather"]


# The value


@pytest.mark.parametrize("given", [(0,), (-1,), (float("inf"),), (float("nan"),), (1e10,), (1, 0), (1, 10**7)])
def test_a_rate_limit_out_of_range_is_refused(given: Any) -> None:
    with pytest.raises(quantcdn.ApiValueError):
        RateLimit(*given)


@pytest.mark.parametrize("given", [("5",), (None,), (True,), (5, 1.5), (5, "1"), (5, None)])
def test_a_rate_limit_of_another_type_is_refused(given: Any) -> None:
    with pytest.raises(quantcdn.ApiTypeError):
        RateLimit(*given)


def test_a_rate_limit_is_a_value() -> None:
    assert RateLimit(5) == RateLimit(5.0, burst=1) == pickle.loads(pickle.dumps(RateLimit(5)))
    assert repr(RateLimit(5, burst=10)) == "RateLimit(per_second=5.0, burst=10)"
    with pytest.raises(AttributeError):
        RateLimit(5).burst = 3  # type: ignore[misc] # it is frozen
    assert quantcdn.Configuration().rate_limit is None
    with pytest.raises(quantcdn.ApiTypeError, match=r"rate_limit takes a RateLimit, such as RateLimit\(5, burst=10\)"):
        quantcdn.Configuration(rate_limit=5)  # type: ignore[arg-type] # as a caller may
