"""Pyodide, simulated: urllib3's own connection for it leaves all to the browser. test/interop has the real one."""

from __future__ import annotations

import gzip
import json
import ssl
from collections.abc import Iterator
from typing import Any

import pytest

from quantcdn import AIToolsApi, ApiClient, ApiConnectionException, ApiTimeoutException, ApiValueError, Configuration
from quantcdn.api_client import TimeSource
from test.helpers.fake_pyodide import XMLHttpRequest, fake_pyodide
from test.helpers.ports import dead_port
from test.helpers.server import ScriptedServer, answer

NAMES = {"tools": ["calculate"], "count": 1}


@pytest.fixture
def requests() -> Iterator[type[XMLHttpRequest]]:
    with fake_pyodide() as request:
        yield request


def api_of(host: str, **settings: Any) -> AIToolsApi:
    settings = {"access_token": "a-token", "retries": 0, "proxy": "", **settings}
    return AIToolsApi(ApiClient(Configuration(host, **settings)))


def test_a_call_goes_by_the_browser_without_the_headers_that_it_sets(requests: type[XMLHttpRequest]) -> None:
    with ScriptedServer(answer(200, NAMES)) as server:
        assert api_of(server.url).list_ai_tool_names("acme").tools == ["calculate"]
    [(url, headers)] = requests.sent
    assert url == f"{server.url}/api/v3/organizations/acme/ai/tools/names"
    assert headers == {"accept": "application/json", "authorization": "Bearer a-token"}


def test_a_body_that_the_browser_has_decoded_is_not_decoded_again(requests: type[XMLHttpRequest]) -> None:
    packed = gzip.compress(json.dumps(NAMES).encode())
    with ScriptedServer(answer(200, packed, [("Content-Encoding", "gzip")])) as server:
        assert api_of(server.url).list_ai_tool_names("acme").tools == ["calculate"]


def test_a_file_is_read_in_pieces(requests: type[XMLHttpRequest]) -> None:
    with ScriptedServer(answer(200, b"image" * 50_000)) as server:
        client = api_of(server.url).api_client
        pieces = list(client.rest_client.download(f"{server.url}/image.png", preload=False).pieces())
    assert b"".join(pieces) == b"image" * 50_000
    assert len(pieces) > 1


def test_all_is_within_the_limit_of_a_silence_and_none_is_for_connecting(requests: type[XMLHttpRequest]) -> None:
    def late(connection: Any) -> None:
        server.wait(0.4)
        connection.sendall(answer(200, NAMES))

    with ScriptedServer(late) as server:
        assert api_of(server.url, timeout=(0.1, 20)).list_ai_tool_names("acme").count == 1
        with pytest.raises(ApiTimeoutException, match="no response within the time limit"):
            api_of(server.url, timeout=(20, 0.1)).list_ai_tool_names("acme")


def test_a_body_that_came_after_the_limit_of_the_call_is_not_read(requests: type[XMLHttpRequest]) -> None:
    now = [0.0]

    def late(connection: Any) -> None:
        now[0] = 100.0
        connection.sendall(answer(200, NAMES))

    with ScriptedServer(late) as server:
        api = api_of(server.url, timeout=60)
        api.api_client.clock = TimeSource(monotonic=lambda: now[0])
        with pytest.raises(ApiTimeoutException, match="60 s for the whole call"):
            api.list_ai_tool_names("acme")


def test_what_fails_without_a_reason_may_be_forbidden_to_pages(requests: type[XMLHttpRequest]) -> None:
    reason = r"A network error occurred; a browser gives no reason: .*\(CORS\)"
    with dead_port() as port, pytest.raises(ApiConnectionException, match=reason):
        api_of(f"http://127.0.0.1:{port}").list_ai_tool_names("acme")


def test_an_error_that_urllib3_lets_through_is_one_of_the_family(
    requests: type[XMLHttpRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(XMLHttpRequest, "getAllResponseHeaders")
    with ScriptedServer(answer(200, NAMES)) as server, pytest.raises(ApiConnectionException, match="cannot be read"):
        api_of(server.url).list_ai_tool_names("acme")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("proxy", "http://127.0.0.1:1"),
        ("verify_ssl", False),
        ("ssl_context", ssl.create_default_context()),
        ("tls_server_name", "api.example.test"),
        ("socket_options", ()),
    ],
)
def test_a_setting_that_would_have_no_effect_is_refused(
    requests: type[XMLHttpRequest], name: str, value: object
) -> None:
    with pytest.raises(ApiValueError, match=f"^{name} has no effect in Pyodide"):
        api_of("https://api.example.test", **{name: value}).list_ai_tool_names("acme")
    assert requests.sent == []
