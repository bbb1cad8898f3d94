"""The pools of a client over a fork, and how large they are."""

from __future__ import annotations

import gc

import quantcdn
from test.faults.test_process import NAMES, forking, in_child, serving
from test.helpers.server import answer


@forking
def test_a_rate_limit_goes_on_in_a_fork_though_another_thread_was_just_asking() -> None:
    limit = quantcdn.RateLimit(1000, burst=3)
    with serving(answer(200, NAMES), rate_limit=limit) as (server, api):
        api.list_ai_tool_names("acme")
        with api.api_client.rest_client._rate_limiter._lock.of_process():
            assert in_child(lambda: [api.list_ai_tool_names("acme").count for _ in range(5)]) == "[1, 1, 1, 1, 1]"
        api.list_ai_tool_names("acme")
        assert len(server.requests) == 7


@forking
def test_a_fork_in_the_middle_of_another_threads_work_does_not_hang() -> None:
    # Without a new lock, the child would wait for a thread that it does not have.
    with serving(answer(200, NAMES)) as (_, api):
        api.list_ai_tool_names("acme")
        rest = api.api_client.rest_client

        def work() -> int:
            count = int(api.list_ai_tool_names("acme").count)
            gc.collect()
            api.api_client.close()
            return count

        with rest._pools._lock.of_process():
            assert in_child(work) == "1"
        with rest._pools._lock.of_process():
            assert in_child(api.api_client.close) == "None"


def test_a_pool_is_as_large_as_what_it_holds() -> None:
    with serving(answer(200, NAMES), connection_pool_maxsize=10_000) as (server, api):
        (pool,) = api.api_client.rest_client._pools._service.values()
        for held in (0, 1, 1):
            assert pool.pool.qsize() == held
            api.list_ai_tool_names("acme")
        assert server.connections == 1
