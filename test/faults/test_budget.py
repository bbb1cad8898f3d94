"""A client sends fewer retries to a service that is down, and all again to one that is back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

import quantcdn
from quantcdn import RetryPolicy
from test.helpers.server import ScriptedServer, answer

NAMES = answer(200, {"tools": [], "count": 0})
DOWN = answer(503, {"error": "down"})
AT_ONCE = RetryPolicy(base=0, throttled_base=0)


def client_of(server: ScriptedServer, **settings: object) -> quantcdn.ApiClient:
    configuration = {"access_token": "t", "proxy": "", "retries": AT_ONCE, **settings}
    return quantcdn.ApiClient(quantcdn.Configuration(server.url, **configuration))  # type: ignore[arg-type] # as given


def fail(api: quantcdn.AIToolsApi) -> quantcdn.ApiException:
    with pytest.raises(quantcdn.ApiException) as caught:
        api.list_ai_tool_names("acme")
    return caught.value


@pytest.mark.parametrize("threads", [1, 8])
def test_a_service_that_is_down_gets_a_hundred_retries_of_a_client_and_then_none(threads: int) -> None:
    with ScriptedServer(DOWN) as server, client_of(server) as client:
        api = quantcdn.AIToolsApi(client)
        with ThreadPoolExecutor(threads) as pool:
            errors = list(pool.map(lambda _: fail(api), range(100)))
        assert len(server.requests) == 200  # of 300; a retry takes 5 of 500 tokens
        last = fail(api)
    assert last.attempts == 1
    assert "not retried, since too many requests fail" in str(last)
    assert errors[0].attempts == 3 or threads > 1


def test_time_limits_cost_twice_as_much() -> None:
    with ScriptedServer(lambda _: server.wait(5)) as server:
        with client_of(server, timeout=quantcdn.Timeout(1, 0.01, 5)) as client:
            api = quantcdn.AIToolsApi(client)
            assert sum(fail(api).attempts - 1 for _ in range(30)) == 50


def test_successes_fill_the_budget_again() -> None:
    said = [DOWN]
    with ScriptedServer(lambda connection: connection.sendall(said[0])) as server, client_of(server) as client:
        api = quantcdn.AIToolsApi(client)
        while fail(api).attempts > 1:
            pass
        said[0] = NAMES
        for _ in range(10):
            api.list_ai_tool_names("acme")
        said[0] = DOWN
        assert [fail(api).attempts for _ in range(2)] == [3, 1]  # ten successes pay two retries


def test_a_retry_that_succeeds_costs_nothing() -> None:
    script = [DOWN, NAMES] * 300
    with ScriptedServer(*script) as server, client_of(server) as client:
        api = quantcdn.AIToolsApi(client)
        for _ in range(300):
            api.list_ai_tool_names("acme")
        assert len(server.requests) == 600


def test_each_client_has_a_budget_of_its_own() -> None:
    with ScriptedServer(DOWN) as server, client_of(server) as one, client_of(server) as other:
        while fail(quantcdn.AIToolsApi(one)).attempts > 1:
            pass
        assert fail(quantcdn.AIToolsApi(other)).attempts == 3
