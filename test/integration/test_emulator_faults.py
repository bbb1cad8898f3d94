"""What can be made to go wrong with the local service, and what it writes down."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from quantcdn import (
    AIToolsApi,
    ApiClient,
    ApiConnectionException,
    ApiResponseException,
    ApiTypeError,
    ApiValueError,
    RetryPolicy,
    ServiceException,
    TooManyRequestsException,
)
from quantcdn.emulator import Emulator, Fault
from test.helpers.emulator_requests import TOOLS, ask, connect, exchange


@pytest.fixture
def api(quantcdn_emulator: Emulator) -> Iterator[AIToolsApi]:
    with ApiClient(quantcdn_emulator.configuration(proxy="", retries=0)) as client:
        yield AIToolsApi(client)


def test_a_status_comes_once_and_with_a_json_error(quantcdn_emulator: Emulator, api: AIToolsApi) -> None:
    quantcdn_emulator.add_fault(Fault(status=503))
    with pytest.raises(ServiceException) as caught:
        api.list_ai_tools("acme")
    assert (caught.value.status, caught.value.data) == (503, {"error": "Service Unavailable"})
    assert api.list_ai_tools("acme").count == 4


def test_a_status_without_a_name_has_an_error_too(quantcdn_emulator: Emulator) -> None:
    quantcdn_emulator.add_fault(Fault(status=599))
    assert json.loads(ask(quantcdn_emulator, TOOLS)[1]) == {"error": "Status 599"}


def test_a_client_gets_over_two_faults(quantcdn_emulator: Emulator) -> None:
    quantcdn_emulator.add_fault(Fault(status=502, retry_after=0))
    quantcdn_emulator.add_fault(Fault(status=500, retry_after=0.01))
    with ApiClient(quantcdn_emulator.configuration(proxy="", retries=RetryPolicy(base=0.001))) as client:
        assert AIToolsApi(client).list_ai_tools("acme").count == 4
    assert [request.status for request in quantcdn_emulator.requests] == [502, 500, 200]


def test_retry_after_can_be_seconds_or_any_text(quantcdn_emulator: Emulator, api: AIToolsApi) -> None:
    quantcdn_emulator.add_fault(Fault(status=429, retry_after=7))
    with pytest.raises(TooManyRequestsException) as caught:
        api.list_ai_tools("acme")
    assert caught.value.retry_after == 7
    quantcdn_emulator.add_fault(Fault(status=429, retry_after="soon"))
    assert ask(quantcdn_emulator, TOOLS)[0].headers["Retry-After"] == "soon"


def test_a_body_is_sent_as_it_is(quantcdn_emulator: Emulator, api: AIToolsApi) -> None:
    quantcdn_emulator.add_fault(Fault(body=b'{"tools": ['), operation="list_ai_tools")
    with pytest.raises(ApiResponseException):
        api.list_ai_tools("acme")
    quantcdn_emulator.add_fault(Fault(status=502, body=b"<html>", headers={"content-type": "text/html"}))
    response, body = ask(quantcdn_emulator, TOOLS)
    assert (response.status, response.headers["Content-Type"], body) == (502, "text/html", b"<html>")


def test_headers_win_over_those_of_the_response(quantcdn_emulator: Emulator) -> None:
    quantcdn_emulator.add_fault(Fault(headers={"X-Request-Id": "mine", "date": "Thu, 01 Jan 2026 00:00:00 GMT"}))
    response, body = ask(quantcdn_emulator, f"{TOOLS}/names")
    assert response.headers.get_all("x-request-id") == ["mine"]
    assert response.headers.get_all("date") == ["Thu, 01 Jan 2026 00:00:00 GMT"]
    assert json.loads(body)["count"] == 4


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_has_none(quantcdn_emulator: Emulator, status: int) -> None:
    quantcdn_emulator.add_fault(Fault(status=status, body=b"never sent"))
    response, body = ask(quantcdn_emulator, TOOLS)
    assert (response.status, response.headers["Content-Length"], body) == (status, None, b"")


def test_a_delay_makes_a_response_late(quantcdn_emulator: Emulator, api: AIToolsApi) -> None:
    quantcdn_emulator.add_fault(Fault(delay=0.15))
    started = time.monotonic()
    assert api.list_ai_tools("acme").count == 4
    assert time.monotonic() - started >= 0.15


def test_a_delay_ends_with_the_service() -> None:
    service = Emulator()
    service.add_fault(Fault(delay=60))
    with connect(service) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        while not service.requests:
            time.sleep(0.001)
        started = time.monotonic()
        service.close()
        assert time.monotonic() - started < 5
        assert connection.recv(1) == b""


def test_a_reset_breaks_the_connection(quantcdn_emulator: Emulator, api: AIToolsApi) -> None:
    quantcdn_emulator.add_fault(Fault(reset=True), times=2)
    with connect(quantcdn_emulator) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    with pytest.raises(ApiConnectionException):
        api.list_ai_tools("acme")
    assert [request.status for request in quantcdn_emulator.requests] == [None, None]


def test_a_truncated_response_announces_more_than_comes(quantcdn_emulator: Emulator, api: AIToolsApi) -> None:
    quantcdn_emulator.add_fault(Fault(body=b"0123456789", truncate=True))
    received = exchange(quantcdn_emulator, b"GET / HTTP/1.1\r\n\r\n")
    assert b"\r\nContent-Length: 10\r\n" in received
    assert received.endswith(b"\r\n\r\n01234")
    quantcdn_emulator.add_fault(Fault(truncate=True))
    with pytest.raises(ApiConnectionException):
        api.list_ai_tools("acme")


def test_a_fault_waits_for_its_operation(quantcdn_emulator: Emulator) -> None:
    quantcdn_emulator.add_fault(Fault(status=500), operation="list_ai_tool_names")
    quantcdn_emulator.add_fault(Fault(status=403), operation="picture")
    targets = (TOOLS, f"{TOOLS}/names", f"{TOOLS}/names", "/generated/x.png")
    assert [ask(quantcdn_emulator, target)[0].status for target in targets] == [200, 500, 200, 403]


def test_a_fault_comes_as_often_as_it_was_asked_for(quantcdn_emulator: Emulator) -> None:
    quantcdn_emulator.add_fault(Fault(status=500), times=2)
    quantcdn_emulator.add_fault(Fault(status=502), times=None)
    statuses = [ask(quantcdn_emulator, TOOLS)[0].status for _ in range(5)]
    quantcdn_emulator.clear_faults()
    assert [*statuses, ask(quantcdn_emulator, TOOLS)[0].status] == [500, 500, 502, 502, 502, 200]


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"status": 100}, ApiValueError),
        ({"status": "500"}, ApiTypeError),
        ({"body": "text"}, ApiTypeError),
        ({"delay": -0.1}, ApiValueError),
        ({"reset": 1}, ApiTypeError),
        ({"truncate": None}, ApiTypeError),
        ({"headers": {"a b": ""}}, ApiValueError),
        ({"retry_after": "1\r\n"}, ApiValueError),
    ],
)
def test_unusable_faults_are_refused(settings: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        Fault(**settings)


def test_faults_for_nothing_are_refused(quantcdn_emulator: Emulator) -> None:
    not_a_fault: Any = 500
    with pytest.raises(ApiTypeError):
        quantcdn_emulator.add_fault(not_a_fault)
    with pytest.raises(ApiValueError, match="list_tools"):
        quantcdn_emulator.add_fault(Fault(), operation="list_tools")
    with pytest.raises(ApiValueError):
        quantcdn_emulator.add_fault(Fault(), times=0)


def test_the_request_log_has_every_request_but_shows_no_token(quantcdn_emulator: Emulator) -> None:
    ask(quantcdn_emulator, f"{TOOLS}/executions?limit=5&status=a&status=failed", **{"X-Own": "1"})
    ask(quantcdn_emulator, "/elsewhere?a=%20", method="POST")
    first, second = quantcdn_emulator.requests

    assert (first.method, first.operation, first.status) == ("GET", "list_ai_tool_executions", 200)
    assert (first.arguments, first.query) == ({"organisation": "acme"}, {"limit": "5", "status": "failed"})
    assert first.headers["authorization"] == f"Bearer {quantcdn_emulator.token}"
    assert first.headers["x-oWN"] == "1"
    assert len(first.headers) == len(list(first.headers))
    assert repr(first) == f"RecordedRequest(GET {TOOLS}/executions, operation='list_ai_tool_executions', status=200)"
    assert quantcdn_emulator.token not in repr(first.headers) + repr(vars(first))
    assert "'X-Own': '1'" in repr(first.headers)
    assert (second.method, second.target, second.path) == ("POST", "/elsewhere?a=%20", "/elsewhere")
    assert (second.operation, second.arguments, second.query, second.status) == (None, {}, {"a": " "}, 404)
    with pytest.raises(FrozenInstanceError):
        first.status = 500  # type: ignore[misc]  # that it cannot be set is what is tested


def test_a_header_that_comes_twice_is_joined(quantcdn_emulator: Emulator) -> None:
    exchange(quantcdn_emulator, b"GET / HTTP/1.1\r\nA: 1\r\na: 2\r\nConnection: close\r\n\r\n")
    assert quantcdn_emulator.requests[0].headers["A"] == "1, 2"


def test_every_response_has_the_usual_headers(quantcdn_emulator: Emulator) -> None:
    seen = set()
    for target in (TOOLS, f"{TOOLS}/executions/none", "/nowhere", "/generated/x.png"):
        response, body = ask(quantcdn_emulator, target)
        assert response.headers["Content-Length"] == str(len(body))
        assert response.headers["Content-Type"] == ("application/xml" if target.endswith("png") else "application/json")
        assert response.headers["Date"] == "Thu, 01 Jan 2026 00:00:00 GMT"
        seen.add(response.headers["x-request-id"])
    assert len(seen) == 4
