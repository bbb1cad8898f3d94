"""What replaces urllib3's connections or its ``urlopen`` gets its way, as VCR.py, pook, Pyodide and tracers do."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import urllib3
from urllib3 import connectionpool
from urllib3.connection import HTTPConnection

from quantcdn import AIToolsApi, ApiClient, ApiTimeoutException, Configuration
from test.helpers.server import ScriptedServer, answer

LIST = {"executions": [], "count": 0, "orgId": "acme", "status": "failed"}
TARGET = "/api/v3/organizations/acme/ai/tools/executions?status=failed"
SIGNED = "/image.png?X-Amz-Credential=AKIA0123456789&X-Amz-Signature=0123456789abcdef0123456789abcdef"
SIGNATURE = "0123456789abcdef0123456789abcdef"
PLACES = [(connectionpool, "HTTPConnection"), (urllib3.HTTPConnectionPool, "ConnectionCls")]


class Recorder(HTTPConnection):
    """A connection as a tool puts it in the place of urllib3's."""

    asked: list[tuple[str, dict[str, str]]]

    def request(self, method: str, url: str, *arguments: Any, headers: Any = None, **options: Any) -> None:
        self.asked.append((url, dict(headers)))
        super().request(method, url, *arguments, headers=headers, **options)


@pytest.fixture
def recorder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> type[Recorder]:
    monkeypatch.setattr(Recorder, "asked", [], raising=False)
    monkeypatch.setattr(*getattr(request, "param", PLACES[1]), Recorder)
    return Recorder


@contextmanager
def serving(*script: Any, **settings: Any) -> Iterator[tuple[ScriptedServer, AIToolsApi]]:
    with ScriptedServer(*script) as server:
        configuration = Configuration(server.url, access_token="a-token", proxy="", retries=0, **settings)
        with ApiClient(configuration) as client:
            yield server, AIToolsApi(client)


@pytest.mark.parametrize("recorder", PLACES, indirect=True, ids=["module", "pool"])
def test_a_replaced_connection_class_gets_the_whole_target_and_plain_headers(recorder: type[Recorder]) -> None:
    with serving(answer(200, LIST)) as (server, api):
        assert api.list_ai_tool_executions("acme", status="failed").status == "failed"
        [(target, headers)] = recorder.asked
        assert target == server.requests[0].target == TARGET
        assert headers["Authorization"] == "Bearer a-token"
        assert {type(value) for value in headers.values()} == {str}


def test_no_connection_outlives_the_change_of_the_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recorder, "asked", [], raising=False)
    with serving(answer(200, LIST)) as (server, api):
        api.list_ai_tool_executions("acme", status="failed")
        with monkeypatch.context() as patch:
            patch.setattr(urllib3.HTTPConnectionPool, "ConnectionCls", Recorder)
            api.list_ai_tool_executions("acme", status="failed")
            assert len(Recorder.asked) == 1
        api.list_ai_tool_executions("acme", status="failed")
        assert len(Recorder.asked) == 1
        assert [request.connection for request in server.requests] == [1, 2, 3]


def test_a_replaced_class_is_told_of_in_the_debug_log(
    recorder: type[Recorder], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "quantcdn"), serving(answer(200, LIST)) as (_, api):
        api.list_ai_tool_executions("acme", status="failed")
    assert "replaced by <class 'test.faults.test_foreign_connections.Recorder'>" in caplog.text


def test_a_replaced_connection_keeps_the_limit_of_a_silence(recorder: type[Recorder]) -> None:
    with serving(lambda _: server.wait(20), timeout=(1, 0.2)) as (server, api):
        with pytest.raises(ApiTimeoutException):
            api.list_ai_tool_executions("acme", status="failed")


def test_a_replaced_connection_gets_the_signature_and_no_log_does(
    recorder: type[Recorder], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), serving(answer(200, b"image")) as (server, api):
        assert api.api_client.rest_client.download(server.url + SIGNED).data == b"image"
        assert server.requests[0].target == SIGNED
    assert "X-Amz-Signature=REDACTED" in caplog.text
    assert SIGNATURE not in caplog.text


def test_a_replaced_urlopen_gets_the_query_and_no_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    urlopen = urllib3.HTTPConnectionPool.urlopen

    def trace(pool: Any, method: str, url: str, *arguments: Any, **options: Any) -> Any:
        asked.append(url)
        options["headers"] = {**options["headers"], "Traceparent": "00-trace"}
        return urlopen(pool, method, url, *arguments, **options)

    monkeypatch.setattr(urllib3.HTTPConnectionPool, "urlopen", trace)
    with serving(answer(200, LIST)) as (server, api):
        api.list_ai_tool_executions("acme", status="failed")
        api.api_client.rest_client.download(server.url + SIGNED)
        assert [request.headers["traceparent"] for request in server.requests] == ["00-trace"] * 2
        assert [request.target for request in server.requests] == [TARGET, SIGNED]
    assert asked == [TARGET, "/image.png?X-Amz-Credential=REDACTED&X-Amz-Signature=REDACTED"]


def test_connecting_raises_the_audit_event_of_http_client() -> None:
    connected: list[tuple[str, int]] = []
    watching = [True]
    sys.addaudithook(
        lambda event, arguments: (
            connected.append(arguments[1:]) if watching and event == "http.client.connect" else None
        )
    )
    with serving(answer(200, LIST)) as (server, api):
        api.list_ai_tool_executions("acme", status="failed")
        api.list_ai_tool_executions("acme", status="failed")
        assert connected == [("127.0.0.1", server.port)]
    watching.clear()
