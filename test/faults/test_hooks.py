"""Hooks are told of each attempt, in order, and can neither disturb a call nor see a secret."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import quantcdn
from quantcdn.api_client import TimeSource
from quantcdn.hooks import AttemptRecord
from test.helpers.ports import dead_port
from test.helpers.server import Answer, ScriptedServer, answer, close, reset, then_close

NAMES = {"tools": ["get_weather"], "count": 1}
PATH = "/api/v3/organizations/acme/ai/tools/names"

Told = list[tuple[str, AttemptRecord]]


def watched(told: Told, host: str, **settings: Any) -> quantcdn.Configuration:
    """Make settings whose hooks note what they are told."""
    chosen = {"access_token": "t0ken", "proxy": "", "timeout": 5, **settings}
    configuration = quantcdn.Configuration(host, **chosen)
    configuration.on_request = lambda record: told.append(("request", record))
    configuration.on_response = lambda record: told.append(("response", record))
    configuration.on_retry = lambda record: told.append(("retry", record))
    return configuration


@contextmanager
def watching(*script: Answer, **settings: Any) -> Iterator[tuple[ScriptedServer, quantcdn.AIToolsApi, Told]]:
    told: Told = []
    with ScriptedServer(*script) as server:
        configuration = watched(told, server.url, **settings)
        with quantcdn.ApiClient(configuration) as client:
            client.clock = TimeSource(sleep=lambda _: None, uniform=lambda _low, high: high)
            yield server, quantcdn.AIToolsApi(client), told


def shape(told: Told) -> list[tuple[object, ...]]:
    """Give all of the records that does not depend on time."""
    return [(kind, record.attempt, record.status, record.error, record.pause) for kind, record in told]


def test_a_success_is_told_before_and_after() -> None:
    with watching(answer(200, NAMES)) as (server, api, told):
        api.list_ai_tool_names("acme")
        assert shape(told) == [("request", 1, None, None, None), ("response", 1, 200, None, None)]
        for _, record in told:
            assert (record.method, record.host, record.path) == ("GET", server.url, PATH)
        assert told[0][1].seconds is None
        assert told[1][1].seconds is not None
        assert 0 <= told[1][1].seconds < 2


def test_every_attempt_and_every_pause_is_told() -> None:
    script = (answer(503), answer(429, "", [("Retry-After", "7")]), answer(200, NAMES))
    with watching(*script) as (_, api, told):
        api.list_ai_tool_names("acme", _request_timeout=60)
        assert shape(told) == [
            ("request", 1, None, None, None),
            ("response", 1, 503, None, 0.5),
            ("retry", 1, 503, None, 0.5),
            ("request", 2, None, None, None),
            ("response", 2, 429, None, 7.0),
            ("retry", 2, 429, None, 7.0),
            ("request", 3, None, None, None),
            ("response", 3, 200, None, None),
        ]
        assert told[1][1] is told[2][1]


def test_a_failure_is_told_with_its_reason() -> None:
    with dead_port() as port:
        told: Told = []
        configuration = watched(told, f"http://127.0.0.1:{port}", retries=1)
        with quantcdn.ApiClient(configuration) as client:
            client.clock = TimeSource(sleep=lambda _: None, uniform=lambda _low, high: high)
            with pytest.raises(quantcdn.ApiConnectionException) as caught:
                quantcdn.AIToolsApi(client).list_ai_tool_names("acme")
    assert [kind for kind, _ in told] == ["request", "response", "retry", "request", "response"]
    reason = told[-1][1].error
    assert reason is not None
    assert "refused" in reason
    assert reason == caught.value.reason
    assert [(record.status, record.pause) for _, record in told] == [
        (None, None),
        (None, 0.5),
        (None, 0.5),
        (None, None),
        (None, None),
    ]


def test_a_time_limit_is_told() -> None:
    with watching(lambda connection: connection.recv(1), timeout=0.3) as (_, api, told):
        with pytest.raises(quantcdn.ApiTimeoutException):
            api.list_ai_tool_names("acme")
        assert [kind for kind, _ in told] == ["request", "response"]
        record = told[1][1]
        assert record.error is not None
        assert "within the limit of 0.3 s" in record.error
        assert record.seconds is not None
        assert 0.2 < record.seconds < 0.8


@pytest.mark.parametrize("status", [302, 404, 500])
def test_an_error_status_is_a_response_like_another(status: int) -> None:
    with watching(answer(status), retries=0) as (_, api, told):
        with pytest.raises(quantcdn.ApiException):
            api.list_ai_tool_names("acme")
        assert shape(told) == [("request", 1, None, None, None), ("response", 1, status, None, None)]


def test_a_response_whose_body_breaks_has_a_status_and_an_error() -> None:
    with watching(then_close(answer(200, "{", length=9)), answer(200, NAMES)) as (_, api, told):
        api.list_ai_tool_names("acme")
        record = told[1][1]
        assert (record.status, record.error, record.pause) == (200, "the response ended early", 0.5)


def test_a_resend_over_a_new_connection_is_an_attempt_after_no_pause() -> None:
    with watching(answer(200, NAMES), close, answer(200, NAMES)) as (server, api, told):
        api.list_ai_tool_names("acme")
        told.clear()
        api.list_ai_tool_names("acme")
        assert len(server.requests) == 3
        closed = "the connection failed: Remote end closed connection without response"
        assert shape(told) == [
            ("request", 1, None, None, None),
            ("response", 1, None, closed, 0.0),
            ("retry", 1, None, closed, 0.0),
            ("request", 2, None, None, None),
            ("response", 2, 200, None, None),
        ]


def test_a_response_about_another_identifier_is_an_attempt_that_is_followed_by_another() -> None:
    other, right = (
        answer(200, {"executionId": name, "toolName": "x", "status": "running", "createdAt": 1}) for name in ("b", "a")
    )
    with watching(answer(200, NAMES), other, right) as (server, api, told):
        api.list_ai_tool_names("acme")
        told.clear()
        api.get_ai_tool_execution_status("acme", "a")
        assert len(server.requests) == 3
        assert shape(told) == [
            ("request", 1, None, None, None),
            ("response", 1, 200, None, None),
            ("request", 2, None, None, None),
            ("response", 2, 200, None, None),
        ]


def test_a_call_that_is_refused_before_it_begins_is_not_told() -> None:
    with watching(answer(200, NAMES)) as (_, api, told):
        with pytest.raises(quantcdn.ApiValueError):
            api.list_ai_tool_names(" ")
        api.api_client.close()
        with pytest.raises(quantcdn.ApiValueError):
            api.list_ai_tool_names("acme")
        assert told == []


def test_a_download_is_told_at_each_step_without_its_signature() -> None:
    signed = "X-Amz-Signature=5ec2e7f00d"
    script = (answer(503), answer(302, "", [("Location", f"/b.png?{signed}")]), answer(200, b"file"))
    with watching(*script) as (server, api, told):
        api.api_client.rest_client.download(f"{server.url}/a.png?{signed}")
        assert [(kind, record.path, record.attempt, record.status) for kind, record in told] == [
            ("request", "/a.png", 1, None),
            ("response", "/a.png", 1, 503),
            ("retry", "/a.png", 1, 503),
            ("request", "/a.png", 2, None),
            ("response", "/a.png", 2, 302),
            ("request", "/b.png", 1, None),
            ("response", "/b.png", 1, 200),
        ]
        assert "5ec2e7" not in repr(told)


def test_a_record_has_no_secret() -> None:
    said = answer(500, {"error": "t0ken"}, [("Set-Cookie", "c00kie"), ("X-Echo", "t0ken")], reason="t0ken")
    with watching(said, reset, said) as (_, api, told):
        api.api_client.set_default_header("Cookie", "c00kie=1")
        with pytest.raises(quantcdn.ServiceException):
            api.list_ai_tool_executions("acme", status="private-status")
        assert len(told) == 11
        assert not any(secret in repr(told) for secret in ("t0ken", "c00kie", "private-status"))


def test_a_record_cannot_be_changed() -> None:
    with watching(answer(200, NAMES)) as (_, api, told):
        api.list_ai_tool_names("acme")
        with pytest.raises(dataclasses.FrozenInstanceError):
            told[0][1].attempt = 2


@pytest.mark.parametrize("hook", ["on_request", "on_response", "on_retry"])
def test_a_hook_that_fails_is_logged_and_disturbs_nothing(hook: str, caplog: pytest.LogCaptureFixture) -> None:
    # Without the catching, a fault in what only watches would end the call.
    def broken(_: AttemptRecord) -> None:
        raise RuntimeError("the watcher is broken")

    with ScriptedServer(answer(503), answer(200, NAMES)) as server:
        configuration = quantcdn.Configuration(server.url, proxy="", **{hook: broken})
        with quantcdn.ApiClient(configuration) as client:
            client.clock = TimeSource(sleep=lambda _: None)
            with caplog.at_level(logging.WARNING):
                assert quantcdn.AIToolsApi(client).list_ai_tool_names("acme").count == 1
        assert len(server.requests) == 2
    assert {record.levelname for record in caplog.records} == {"WARNING"}
    assert {record.name for record in caplog.records} == {"quantcdn"}
    assert "the watcher is broken" in caplog.text
    assert len(caplog.records) == {"on_request": 2, "on_response": 2, "on_retry": 1}[hook]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_a_hook_may_end_the_program(error: type[BaseException]) -> None:
    def end(_: AttemptRecord) -> None:
        raise error

    with ScriptedServer(answer(200, NAMES)) as server:
        with quantcdn.ApiClient(quantcdn.Configuration(server.url, proxy="", on_request=end)) as client:
            with pytest.raises(error):
                quantcdn.AIToolsApi(client).list_ai_tool_names("acme")
        assert server.requests == []


def test_hooks_do_not_hold_the_call_back_by_what_they_return() -> None:
    with ScriptedServer(answer(200, NAMES)) as server:
        settings = {hook: lambda _: True for hook in ("on_request", "on_response", "on_retry")}
        with quantcdn.ApiClient(quantcdn.Configuration(server.url, proxy="", **settings)) as client:
            assert quantcdn.AIToolsApi(client).list_ai_tool_names("acme").count == 1


def test_headers_that_a_hook_returns_go_with_its_attempt_alone() -> None:
    with watching(answer(503), answer(200, NAMES)) as (server, api, _):
        numbered = api.with_options(on_request=lambda record: {"Traceparent": f"00-{record.attempt}"})
        numbered.list_ai_tool_names("acme")
        api.list_ai_tool_names("acme")
        assert [request.headers.get("traceparent") for request in server.requests] == ["00-1", "00-2", None]


def test_a_header_of_a_hook_takes_the_place_of_the_client_s_in_any_letter_case() -> None:
    with watching(answer(200, NAMES)) as (server, api, _):
        api.with_options(on_request=lambda _: {"authorization": "Bearer other"}).list_ai_tool_names("acme")
        assert server.requests[0].head.lower().count(b"authorization:") == 1
        assert server.requests[0].headers["authorization"] == "Bearer other"


def test_what_authorises_in_a_hook_s_headers_is_redacted() -> None:
    secret = "another-k3y-of-a-hook"
    with watching(answer(400, {"error": f"bad {secret}"})) as (server, api, told):
        hooked = api.with_options(on_request=lambda _: {"X-Api-Key": secret})
        with pytest.raises(quantcdn.BadRequestException) as caught:
            hooked.list_ai_tool_names("acme")
        assert server.requests[0].headers["x-api-key"] == secret
    assert "bad [secret]" in str(caught.value)
    assert secret not in f"{caught.value} {caught.value.body} {told}"


@pytest.mark.parametrize("returned", [{"Trace": "a\nb"}, {"Tra ce": "a"}, {"Trace": 5}, {3: "a"}, "text", [("a", "b")]])
def test_headers_that_cannot_be_sent_disturb_nothing(returned: object, caplog: pytest.LogCaptureFixture) -> None:
    with watching(answer(200, NAMES)) as (server, api, _):
        api.with_options(on_request=lambda _: returned).list_ai_tool_names("acme")
        assert "trace" not in server.requests[0].headers
        assert len(caplog.records) == isinstance(returned, dict)


@pytest.mark.parametrize("name", ["Content-Length", "transfer-encoding"])
def test_a_hook_cannot_let_a_request_end_elsewhere(name: str, caplog: pytest.LogCaptureFixture) -> None:
    with watching(answer(200, NAMES)) as (server, api, _):
        api.with_options(on_request=lambda _: {name: "5", "Trace": "00-1"}).list_ai_tool_names("acme")
        assert {name.lower(), "trace"}.isdisjoint(server.requests[0].headers)
        assert len(caplog.records) == 1


def test_hosts_of_files_get_no_header_of_a_hook() -> None:
    with watching(answer(200, b"image")) as (server, api, _):
        hooked = api.with_options(on_request=lambda _: {"Authorization": "Bearer other", "Traceparent": "00-1"})
        assert hooked.api_client.rest_client.download(server.url + "/image.png").data == b"image"
        assert not {"authorization", "traceparent"} & server.requests[0].headers.keys()
