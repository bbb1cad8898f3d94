"""The addresses of a host race for a connection (RFC 8305), and one that was idle for long is not used again."""

from __future__ import annotations

import time

import pytest

import quantcdn
from quantcdn.api_client import TimeSource
from test.faults.test_connecting import resolving
from test.helpers.failures import calling
from test.helpers.ports import black_hole
from test.helpers.proxies import SocksProxy
from test.helpers.server import ScriptedServer, answer

GOOD = answer(200, {"tools": ["get_weather"], "count": 1})


# Fails if a connection that something on the way may have forgotten is used: the call would wait for its limit.
@pytest.mark.parametrize(("idle", "connections"), [(49, 1), (51, 2)])
def test_a_connection_that_was_idle_for_long_is_not_used_again(idle: float, connections: int) -> None:
    now = [1000.0]
    with ScriptedServer(GOOD) as server:
        configuration = quantcdn.Configuration(server.url, access_token="t0ken", proxy="")
        with quantcdn.ApiClient(configuration) as client:
            client.clock = TimeSource(monotonic=lambda: now[0])
            api = quantcdn.AIToolsApi(client)
            for _ in range(2):
                assert api.list_ai_tool_names("acme").count == 1
                now[0] += idle
        assert (len(server.requests), server.connections) == (2, connections)


# Fails if the addresses of a SOCKS proxy are tried one after the other, each with its share of the limit.
def test_the_addresses_of_a_socks_proxy_race_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with black_hole("127.0.0.2") as hole, ScriptedServer(GOOD) as server, SocksProxy() as proxy:
        resolving(monkeypatch, ("127.0.0.2", hole), ("127.0.0.1", proxy.port))
        host = f"http://127.0.0.1:{server.port}"
        with calling(host, proxy="socks5h://proxy.test:1", timeout=quantcdn.Timeout(4, 4, 8)) as calls:
            started = time.monotonic()
            assert calls.names() == ["get_weather"]
            assert time.monotonic() - started < 1.5  # half of the limit for connecting would be 2 s
        assert proxy.targets == [("127.0.0.1", server.port)]
