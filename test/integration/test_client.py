"""A call sends one request as it should be, and becomes a model or an error of the family."""

from __future__ import annotations

import enum
import gzip
import inspect
import json
import os
import pickle
import signal
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

import quantcdn
from test.helpers.server import Answer, ScriptedServer, answer, close, then_close

NAMES = {"tools": ["get_weather"], "count": 1}
AUTHORITY = trustme.CA().cert_pem.bytes().decode()


@contextmanager
def serving(*script: Answer, **configuration: Any) -> Iterator[tuple[ScriptedServer, quantcdn.AIToolsApi]]:
    configuration = {"access_token": "t0ken", "proxy": "", "retries": 0, **configuration}
    with (
        ScriptedServer(*script) as server,
        quantcdn.ApiClient(quantcdn.Configuration(server.url, **configuration)) as client,
    ):
        yield server, quantcdn.AIToolsApi(client)


def test_a_request_carries_the_token_and_says_what_it_takes() -> None:
    with serving(answer(200, NAMES)) as (server, api):
        assert api.list_ai_tool_names("acme").tools == ["get_weather"]
        request = server.requests[0]
        assert request.head.startswith(b"GET /api/v3/organizations/acme/ai/tools/names HTTP/1.1\r\n")
        assert request.headers["authorization"] == "Bearer t0ken"
        assert request.headers["accept"] == "application/json"
        assert request.headers["accept-encoding"] == "gzip"
        assert request.headers["user-agent"].startswith(f"quantcdn/{quantcdn.__version__} Python/")


class Words(str, enum.Enum):  # noqa: UP042 # of older programs
    """Text as many programs keep it; what ``str`` and ``format`` write of a member is another, and not the same."""

    ORGANISATION = "acme"
    EXECUTION = "exec_1"
    STATUS = "running"
    TOKEN = "t0ken-of-10"
    NAME = "X-Team"
    VALUE = "blue"

    def __str__(self) -> str:
        return f"..\r\n{self.name}"

    __format__ = object.__format__


def test_text_of_a_class_of_its_own_is_sent_as_the_text_that_it_is() -> None:
    body = {"executionId": "exec_1", "toolName": "t", "status": "complete", "createdAt": 1}
    listed = answer(200, {"executions": [], "count": 0, "orgId": "acme"})
    with serving(listed, answer(200, body), access_token=Words.TOKEN) as (server, api):
        api.list_ai_tool_executions(Words.ORGANISATION, status=Words.STATUS, _headers={Words.NAME: Words.VALUE})
        assert server.requests[0].target.endswith("/acme/ai/tools/executions?status=running")
        assert server.requests[0].headers["authorization"] == "Bearer t0ken-of-10"
        assert server.requests[0].headers["x-team"] == "blue"
        assert api.get_ai_tool_execution_status(Words.ORGANISATION, Words.EXECUTION).status == "complete"
        copy = api.with_options(organisation=Words.ORGANISATION, access_token=lambda: Words.TOKEN)
        assert copy.api_client.organisation().get_ai_tool_execution_status(Words.EXECUTION).status == "complete"
        assert [one.identifier for one in api.wait_for_ai_tool_executions("acme", [Words.EXECUTION])] == ["exec_1"]
        assert {request.headers["authorization"] for request in server.requests} == {"Bearer t0ken-of-10"}
        for request in server.requests[1:3]:
            assert request.target.endswith("/acme/ai/tools/executions/exec_1")


def test_the_gateway_of_mcp_servers_is_listed_but_never_contacted() -> None:
    with ScriptedServer() as gateway:
        body = {"gatewayBaseUrl": gateway.url, "servers": [{"serverName": "a", "url": f"{gateway.url}/a"}]}
        with serving(*[answer(200, body)] * 3) as (server, api):
            listed = api.list_mcp_servers("acme")
            assert listed.gateway_base_url == gateway.url
            assert api.list_mcp_servers_with_http_info("acme").data.servers == listed.servers
            assert json.loads(api.list_mcp_servers_without_preload_content("acme").read()) == body
            assert gateway.url in str(listed) + listed._repr_html_() + repr(listed.to_dict())
            assert {r.target for r in server.requests} == {"/api/v3/organizations/acme/ai/mcp-servers"}
        assert gateway.requests == []


def test_a_host_may_have_a_path() -> None:
    with ScriptedServer(answer(200, NAMES)) as server:
        configuration = quantcdn.Configuration(f"{server.url}/prefix/", proxy="")
        with quantcdn.ApiClient(configuration) as client:
            quantcdn.AIToolsApi(client).list_ai_tool_names("acme")
        assert server.requests[0].target == "/prefix/api/v3/organizations/acme/ai/tools/names"
        assert "authorization" not in server.requests[0].headers


def test_with_http_info_returns_status_headers_and_body() -> None:
    body = json.dumps(NAMES).encode()
    with serving(answer(203, body, [("X-Thing", "a")])) as (_, api):
        response = api.list_ai_tool_names_with_http_info("acme")
        assert (response.status_code, response.raw_data, response.data.count) == (203, body, 1)
        assert response.headers["x-thing"] == "a"
        assert "t0ken" not in repr(response)
        assert pickle.loads(pickle.dumps(response)) == response


def test_without_preload_content_returns_the_response_unread_whatever_its_status() -> None:
    with serving(answer(404, b"0123456789", [("X-Thing", "a")])) as (_, api):
        with api.list_ai_tools_without_preload_content("acme") as response:
            assert (response.status, response.reason) == (404, "Reason")
            assert response.getheader("x-thing") == response.getheaders()["X-Thing"] == "a"
            assert response.getheader("x-other", "none") == "none"
            assert response.read(3) == b"012"
            assert list(response.stream(4)) == [b"3456", b"789"]
            assert response.read() == b""
            with pytest.raises(quantcdn.ApiValueError, match="no whole body"):
                _ = response.data


def test_an_unread_response_can_be_read_whole_and_parsed() -> None:
    with serving(answer(200, gzip.compress(b'{"a": 1}'), [("Content-Encoding", "gzip")]), answer(200, "{")) as (_, api):
        with api.list_ai_tools_without_preload_content("acme") as response:
            assert response.json() == {"a": 1}
            assert response.data == b'{"a": 1}'
        with (
            api.list_ai_tools_without_preload_content("acme") as response,
            pytest.raises(quantcdn.ApiResponseException, match="no JSON"),
        ):
            response.json()


def test_reading_an_unread_response_that_breaks_off_raises_an_error_of_the_family() -> None:
    with serving(then_close(answer(200, b"some", length=100))) as (_, api):
        response = api.list_ai_tools_without_preload_content("acme")
        with pytest.raises(quantcdn.ApiConnectionException, match="ended early"):
            response.read()


def test_headers_of_the_caller_win_whatever_their_letter_case() -> None:
    headers = {"user-agent": "mine", "AUTHORIZATION": "Custom x", "X-Extra": "1"}
    with serving(answer(200, NAMES)) as (server, api):
        api.list_ai_tool_names("acme", _headers=headers, _content_type="application/json")
        sent = server.requests[0].headers
        assert (sent["user-agent"], sent["authorization"], sent["x-extra"]) == ("mine", "Custom x", "1")
        assert sent["content-type"] == "application/json"
        assert server.requests[0].head.lower().count(b"authorization") == 1
        api.list_ai_tool_names("acme")
        assert server.requests[1].headers["authorization"] == "Bearer t0ken"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Length": "200"},
        {"content-length": "many"},
        {"Transfer-Encoding": "chunked"},
        {"TRANSFER-ENCODING": ""},
    ],
)
def test_a_header_by_which_the_request_would_end_elsewhere_is_refused(headers: dict[str, str]) -> None:
    with serving(answer(200, NAMES)) as (server, api):
        for refused in (api, api.with_options(headers=headers)):
            with pytest.raises(quantcdn.ApiValueError, match="cannot be set to anything else than what is sent"):
                refused.list_ai_tool_names("acme", **({"_headers": headers} if refused is api else {}))
        assert server.requests == []
        assert api.list_ai_tool_names("acme", _headers={"Content-Length": "0"}).tools


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        (
            {"type": "bearer", "in": "header", "key": "Authorization", "value": "Bearer other"},
            "authorization",
            "Bearer other",
        ),
        ({"in": "header", "key": "X-Key", "value": "k"}, "x-key", "k"),
        ({"in": "cookie", "value": "session=1"}, "cookie", "session=1"),
    ],
)
def test_a_calls_own_authorisation_takes_the_tokens_place(auth: dict[str, str], header: str, value: str) -> None:
    with serving(answer(200, NAMES)) as (server, api):
        api.list_ai_tool_names("acme", _request_auth=auth)
        assert server.requests[0].headers[header] == value
        assert b"t0ken" not in server.requests[0].head


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"_request_timeout": 0}, quantcdn.ApiValueError),
        ({"_request_timeout": -1}, quantcdn.ApiValueError),
        ({"_request_timeout": float("nan")}, quantcdn.ApiValueError),
        ({"_request_timeout": "1"}, quantcdn.ApiTypeError),
        ({"_host_index": 2}, quantcdn.ApiValueError),
        ({"_host_index": "0"}, quantcdn.ApiTypeError),
        ({"_request_auth": {"in": "query", "key": "a", "value": "b"}}, quantcdn.ApiValueError),
        ({"_request_auth": {"in": "header", "key": "A"}}, quantcdn.ApiTypeError),
        ({"_request_auth": "Bearer x"}, quantcdn.ApiTypeError),
        ({"_headers": {"A b": "x"}}, quantcdn.ApiValueError),
        ({"_headers": {3: "x"}}, quantcdn.ApiValueError),
        ({"_headers": {"A": 3}}, quantcdn.ApiTypeError),
        ({"_headers": {"A": "x\r\nB: y"}}, quantcdn.ApiValueError),
        ({"_headers": {"A": "漢"}}, quantcdn.ApiValueError),
        ({"_headers": "A: b"}, quantcdn.ApiTypeError),
        ({"_content_type": "a\x00"}, quantcdn.ApiValueError),
    ],
)
def test_an_unusable_option_is_refused_before_anything_is_sent(options: Any, kind: type[Exception]) -> None:
    with serving(answer(200, NAMES)) as (server, api):
        with pytest.raises(kind):
            api.list_ai_tool_names("acme", **options)
        assert server.requests == []


def test_a_host_index_sends_one_call_elsewhere() -> None:
    with serving(answer(200, NAMES), proxy="http://127.0.0.1:1") as (server, api):
        with pytest.raises(quantcdn.ApiConnectionException, match=r"https://dash\.quantgov\.cloud/.*proxy"):
            api.list_ai_tool_names("acme", _host_index=1)
        assert server.requests == []


def test_default_headers_are_set_once_for_all_calls() -> None:
    with ScriptedServer(answer(200, NAMES)) as server:
        client = quantcdn.ApiClient(quantcdn.Configuration(server.url, proxy=""), "X-Team", "a", cookie="c=1")
        client.user_agent = "mine/1"
        assert client.user_agent == "mine/1"
        with client:
            quantcdn.AIToolsApi(client).list_ai_tool_names("acme")
        sent = server.requests[0].headers
        assert (sent["x-team"], sent["cookie"], sent["user-agent"]) == ("a", "c=1", "mine/1")
        with pytest.raises(quantcdn.ApiValueError, match="X-Bad") as caught:
            client.set_default_header("X-Bad", "s3cr3t\n")
        assert "s3cr3t" not in str(caught.value)


def test_a_token_function_is_asked_at_every_request() -> None:
    tokens = iter(["one", "two"])
    with serving(answer(200, NAMES), access_token=lambda: next(tokens)) as (server, api):
        api.list_ai_tool_names("acme")
        api.list_ai_tool_names("acme")
        assert [r.headers["authorization"] for r in server.requests] == ["Bearer one", "Bearer two"]


def test_a_token_function_is_asked_once_more_after_a_401() -> None:
    tokens = iter(["old", "new"])
    script = (answer(401, {"error": "expired"}), answer(200, NAMES))
    with serving(*script, access_token=lambda: next(tokens)) as (server, api):
        assert api.list_ai_tool_names("acme").count == 1
        assert [r.headers["authorization"] for r in server.requests] == ["Bearer old", "Bearer new"]


def test_a_second_401_is_raised_and_so_is_the_first_for_a_fixed_token() -> None:
    with serving(answer(401, {"error": "expired"}), access_token=lambda: "always") as (server, api):
        with pytest.raises(quantcdn.UnauthorizedException, match="expired"):
            api.list_ai_tool_names("acme")
        assert len(server.requests) == 2
    with serving(answer(401)) as (server, api):
        with pytest.raises(quantcdn.UnauthorizedException, match="Check the access token"):
            api.list_ai_tool_names("acme")
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("default", "options"),
    [
        ({}, {"_headers": {"authorization": "Custom x"}}),
        ({"AUTHORIZATION": "Custom x"}, {}),
        ({}, {"_request_auth": {"in": "header", "key": "Authorization", "value": "Custom x"}}),
        ({}, {"_request_auth": {"in": "header", "key": "X-Key", "value": "x"}}),
        ({}, {"_request_auth": {"in": "cookie", "value": "session=x"}}),
    ],
)
@pytest.mark.parametrize("preload", [True, False])
def test_a_token_function_is_not_asked_where_the_caller_authorises_the_call(
    default: dict[str, str], options: Any, preload: bool
) -> None:
    asked: list[str] = []
    with serving(answer(401), access_token=lambda: asked.append("") or "t0ken") as (server, api):
        for name, value in default.items():
            api.api_client.set_default_header(name, value)
        if preload:
            with pytest.raises(quantcdn.UnauthorizedException):
                api.list_ai_tool_names("acme", **options)
        else:
            assert api.list_ai_tool_names_without_preload_content("acme", **options).status == 401
        assert len(server.requests) == 1
        assert b"t0ken" not in server.requests[0].head
        assert server.requests[0].headers.get("authorization", "Custom x") == "Custom x"
    assert asked == []


def test_a_changed_token_or_host_counts_from_the_next_call() -> None:
    with ScriptedServer(answer(200, NAMES)) as other, serving(answer(200, NAMES)) as (server, api):
        api.list_ai_tool_names("acme")
        api.api_client.configuration.access_token = "rotated"
        api.api_client.configuration.host = other.url
        api.list_ai_tool_names("acme")
        assert len(server.requests) == 1
        assert other.requests[0].headers["authorization"] == "Bearer rotated"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 418, 422, 429, 500, 503, 599])
def test_an_error_status_raises_its_class_with_all_that_was_said(status: int) -> None:
    said = answer(status, {"error": "no"}, [("X-Request-Id", "r-1"), ("Set-Cookie", "c00kie=1"), ("X-Other", "kept")])
    with serving(said) as (_, api), pytest.raises(quantcdn.ApiException) as caught:
        api.list_ai_tools("acme")
    error = caught.value
    assert type(error) is quantcdn.exceptions.exception_class(status)
    assert (error.status, error.reason, error.body, error.data) == (
        status,
        "Reason",
        '{"error": "no"}',
        {"error": "no"},
    )
    assert (error.raw_data, error.request_id, error.attempts) == (b'{"error": "no"}', "r-1", 1)
    assert error.headers is not None
    assert error.headers["x-other"] == "kept"
    assert "c00kie" not in f"{error!r}{pickle.dumps(error)!r}"


@pytest.mark.parametrize("header", ["x-request-id", "x-amzn-requestid", "apigw-requestid", "x-correlation-id"])
def test_the_services_name_for_a_request_is_found(header: str) -> None:
    with serving(answer(500, "", [("x-correlation-id", "second"), (header, "first")])) as (_, api):
        with pytest.raises(quantcdn.ServiceException) as caught:
            api.list_ai_tools("acme")
        assert caught.value.request_id in ("first", "second, first")


def test_a_missing_execution_or_orchestration_has_its_documented_model() -> None:
    with serving(answer(404, {"error": "Execution not found", "executionId": "exec_1"})) as (_, api):
        with pytest.raises(quantcdn.NotFoundException, match="Execution not found") as caught:
            api.get_ai_tool_execution_status("acme", "exec_1")
        assert caught.value.data == quantcdn.GetAIToolExecutionStatus404Response(
            error="Execution not found", execution_id="exec_1"
        )
    with serving(answer(404, {"error": "Orchestration not found", "orchestrationId": "orch_1"})) as (_, api):
        with pytest.raises(quantcdn.NotFoundException) as caught:
            api.get_ai_orchestration_status("acme", "orch_1")
        assert isinstance(caught.value.data, quantcdn.GetAIOrchestrationStatus404Response)


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (b"\xff\xfe", None),
        (b"", None),
        (b"<html>", None),
        (b"[1]", [1]),
        (b'{"error": 3}', quantcdn.GetAIToolExecutionStatus404Response(error=3)),
        (b"[" * 9999, None),
    ],
)
def test_a_body_that_is_not_as_documented_changes_nothing_about_the_class(body: bytes, data: object) -> None:
    with serving(answer(404, body)) as (_, api), pytest.raises(quantcdn.NotFoundException) as caught:
        api.get_ai_tool_execution_status("acme", "exec_1")
    assert caught.value.data == data
    assert caught.value.raw_data == body
    assert caught.value.body == body.decode(errors="replace")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "the response is empty"),
        (b"  \n", "the response is empty"),
        (b"<!doctype html>", "web page"),
        (b"null", "ListAIToolNames200Response"),
        (b"[]", "ListAIToolNames200Response"),
        (b"\x00\x01\x02", "Invalid JSON"),
        ('{"tools": ["é"], "count": 1}'.encode("latin-1"), "Invalid JSON"),
        (json.dumps(NAMES).encode("utf-16"), "Invalid JSON"),
        (b'{"tools": [' + b"[" * 2000, "Invalid JSON"),
        (b'{"tools": [], "count": ' + b"9" * 5000 + b"}", "Invalid JSON"),
        (b'{"tools": [], "count": NaN}', "count"),
        (b'{"tools": []}', r"\['count'\]"),
        (b'{"tools": null, "count": 1}', r"\['tools'\]"),
        (b'{"tools": ["s3cr3t", 7], "count": 1}', r"\['tools'\]\[1\]"),
    ],
)
def test_a_response_that_cannot_be_read_says_why_and_stays_at_hand(body: bytes, why: str) -> None:
    with serving(answer(200, body, [("X-Request-Id", "r-2")])) as (_, api):
        with pytest.raises(quantcdn.ApiResponseException, match=why) as caught:
            api.list_ai_tool_names("acme")
    error = caught.value
    assert (error.status, error.raw_data, error.request_id) == (200, body, "r-2")
    assert str(error).startswith("GET http://127.0.0.1:")
    assert "s3cr3t" not in str(error)


def test_a_byte_order_mark_and_a_wrong_label_do_no_harm() -> None:
    body = b"\xef\xbb\xbf" + json.dumps(NAMES).encode()
    with serving(answer(200, body, [("Content-Type", "text/plain; charset=utf-16")])) as (_, api):
        assert api.list_ai_tool_names("acme").count == 1


def test_a_response_about_another_identifier_is_refused() -> None:
    execution = {"executionId": "exec_other", "toolName": "x", "status": "complete", "createdAt": 0}
    with serving(answer(200, execution)) as (_, api):
        with pytest.raises(
            quantcdn.ApiResponseException, match="about execution_id 'exec_other' and not 'exec_mine'"
        ) as caught:
            api.get_ai_tool_execution_status("acme", "exec_mine")
        assert b"exec_other" in (caught.value.raw_data or b"")
    orchestration = {"orchestrationId": "o", "toolCount": 1, "status": "x", "createdAt": "2026-01-01T00:00:00Z"}
    with serving(answer(200, orchestration)) as (_, api):
        with pytest.raises(quantcdn.ApiResponseException, match="orchestration_id 'o' and not 'orch_mine'"):
            api.get_ai_orchestration_status("acme", "orch_mine")


def about(identifier: str) -> bytes:
    return answer(200, {"executionId": identifier, "toolName": "x", "status": "complete", "createdAt": 0})


def test_a_response_that_crossed_on_a_reused_connection_is_sent_for_once_more_on_a_fresh_one() -> None:
    with serving(about("exec_0"), about("exec_0"), about("exec_1")) as (service, api):
        api.get_ai_tool_execution_status("acme", "exec_0")
        response = api.get_ai_tool_execution_status_with_http_info("acme", "exec_1")
        assert response.data.execution_id == "exec_1"
        assert [request.connection for request in service.requests] == [1, 1, 2]


def test_a_response_about_another_identifier_on_both_connections_is_an_error_that_counts_both() -> None:
    with serving(about("exec_0")) as (service, api):
        api.get_ai_tool_execution_status("acme", "exec_0")
        with pytest.raises(quantcdn.ApiResponseException, match="'exec_0' and not 'exec_1'") as caught:
            api.get_ai_tool_execution_status("acme", "exec_1")
        assert caught.value.attempts == 2
        assert [request.connection for request in service.requests] == [1, 1, 2]


def test_a_response_about_another_identifier_on_a_fresh_connection_is_not_sent_for_again() -> None:
    with serving(about("exec_0")) as (service, api):
        with pytest.raises(quantcdn.ApiResponseException, match="verify_identifiers=False"):
            api.get_ai_tool_execution_status("acme", "exec_1")
        assert len(service.requests) == 1


def test_identifiers_are_not_compared_where_a_setting_says_so() -> None:
    with serving(about("exec_0")) as (_, api):
        api.api_client.configuration.verify_identifiers = False
        assert api.get_ai_tool_execution_status("acme", "exec_1").execution_id == "exec_0"


@pytest.mark.parametrize("received", ["x" * 1_000_000, "a\x1b[2Jb"])
def test_an_identifier_that_the_service_made_up_is_shown_short_and_escaped(received: str) -> None:
    with serving(about(received)) as (_, api):
        with pytest.raises(quantcdn.ApiResponseException) as caught:
            api.get_ai_tool_execution_status("acme", "exec_1")
        assert len(str(caught.value)) < 800
        assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_token_that_the_service_repeats_is_not_passed_on(status: int) -> None:
    with serving(answer(status, {"error": "Invalid token t0ken"})) as (_, api):
        with pytest.raises(quantcdn.ApiException) as caught:
            api.list_ai_tools("acme")
    error = caught.value
    assert "t0ken" not in f"{error} {error!r} {error.body} {error.data} {pickle.dumps(error)!r}"
    assert error.body == '{"error": "Invalid token [secret]"}'


def test_a_redirect_is_not_followed_and_its_target_is_told() -> None:
    with ScriptedServer(answer(200, NAMES)) as target:
        with serving(answer(302, "", [("Location", f"{target.url}/x?X-Amz-Signature=5ec2e7")])) as (server, api):
            with pytest.raises(quantcdn.ApiException, match=f"redirected to {target.url}/x,") as caught:
                api.list_ai_tools("acme")
            assert len(server.requests) == 1
        assert target.requests == []
        assert "5ec2e7" not in f"{caught.value!r}{pickle.dumps(caught.value)!r}"


def test_a_closed_client_says_so_and_has_closed_its_connections() -> None:
    with serving(answer(200, NAMES)) as (server, api):
        api.list_ai_tool_names("acme")
        api.api_client.close()
        api.api_client.close()
        with pytest.raises(quantcdn.ApiValueError, match="closed"):
            api.list_ai_tool_names("acme")
        assert len(server.requests) == 1


def test_there_is_one_default_client() -> None:
    with ScriptedServer(answer(200, NAMES)) as server:
        quantcdn.Configuration.set_default(quantcdn.Configuration(server.url, proxy=""))
        try:
            with quantcdn.ApiClient.get_default() as client:
                api = quantcdn.AIToolsApi()
                assert api.api_client is client is quantcdn.ApiClient.get_default()
                assert api.list_ai_tool_names("acme").count == 1
            other = quantcdn.ApiClient(quantcdn.Configuration(server.url, proxy=""))
            quantcdn.ApiClient.set_default(other)
            assert quantcdn.AIToolsApi().api_client is other
        finally:
            quantcdn.Configuration.set_default(None)
            quantcdn.ApiClient.set_default(None)


def test_a_default_client_that_is_closed_gives_way_to_a_fresh_one() -> None:
    with ScriptedServer(answer(200, NAMES)) as server:
        quantcdn.Configuration.set_default(quantcdn.Configuration(server.url, proxy=""))
        try:
            with quantcdn.ApiClient.get_default() as first:
                pass
            assert quantcdn.AIToolsApi().list_ai_tool_names("acme").count == 1
            assert quantcdn.ApiClient.get_default() is quantcdn.ApiClient.get_default() is not first
            own = quantcdn.ApiClient(quantcdn.Configuration(server.url, access_token="t0ken"), "X-Team", "a")
            quantcdn.ApiClient.set_default(own)
            own.close()
            quantcdn.AIToolsApi().list_ai_tool_names("acme")
            sent = server.requests[-1].headers
            assert (sent["authorization"], sent["x-team"]) == ("Bearer t0ken", "a")
            assert quantcdn.ApiClient.get_default().configuration is own.configuration
        finally:
            quantcdn.Configuration.set_default(None)
            quantcdn.ApiClient.set_default(None)


def test_all_threads_get_one_default_client(monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(8)
    made = quantcdn.ApiClient.__init__

    def slowly(client: quantcdn.ApiClient) -> None:
        time.sleep(0.05)  # so that without a lock each thread would make its own
        made(client, quantcdn.Configuration(ca_cert_data=AUTHORITY))

    def get(_: int) -> quantcdn.ApiClient:
        together.wait(5)
        return quantcdn.ApiClient.get_default()

    monkeypatch.setattr(quantcdn.ApiClient, "__init__", slowly)
    quantcdn.ApiClient.set_default(None)
    try:
        with ThreadPoolExecutor(8) as threads:
            assert len({id(client) for client in threads.map(get, range(8))}) == 1
    finally:
        quantcdn.ApiClient.set_default(None)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # of threads beside a fork
def test_a_fork_while_a_thread_makes_the_default_client_does_not_hang_the_child(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, forked = threading.Event(), threading.Event()
    made = quantcdn.ApiClient.__init__

    def waiting(client: quantcdn.ApiClient) -> None:
        begun.set()
        if threading.current_thread() is not threading.main_thread():
            forked.wait(5)
        made(client, quantcdn.Configuration(ca_cert_data=AUTHORITY))

    monkeypatch.setattr(quantcdn.ApiClient, "__init__", waiting)
    quantcdn.ApiClient.set_default(None)
    thread = threading.Thread(target=quantcdn.ApiClient.get_default)
    thread.start()
    try:
        assert begun.wait(5)
        child = os.fork()
        if child == 0:
            signal.alarm(5)  # ends a child that hangs
            os._exit(0 if isinstance(quantcdn.ApiClient.get_default(), quantcdn.ApiClient) else 1)
        assert os.waitpid(child, 0)[1] == 0
    finally:
        forked.set()
        thread.join(5)
        quantcdn.ApiClient.set_default(None)


# Which setting is read when; as the docstring of Configuration says.


def test_some_settings_are_read_at_every_call() -> None:
    with serving(answer(200, NAMES)) as (server, api):
        settings = api.api_client.configuration
        settings.client_side_validation = False
        with pytest.raises(quantcdn.ApiResponseException):
            api.list_ai_tool_executions("acme", limit=1000)
        assert server.requests[-1].target.endswith("limit=1000")
        settings.client_side_validation = True
        with pytest.raises(quantcdn.ApiValueError):
            api.list_ai_tool_executions("acme", limit=1000)
    with serving(lambda connection: connection.recv(1)) as (server, api):
        api.api_client.configuration.timeout = 0.2
        with pytest.raises(quantcdn.ApiTimeoutException, match=r"the limit of 0\.2 s"):
            api.list_ai_tool_names("acme")


LATE: dict[str, Any] = {
    "retries": 5,
    "connection_pool_maxsize": 1,
    "max_response_size": 1,
    "max_image_size": 1,
    "max_error_size": 1,
    "verify_ssl": False,
    "ssl_ca_cert": __file__,
    "ca_cert_data": AUTHORITY,
    "cert_file": __file__,
    "key_file": __file__,
    "assert_hostname": "other.example",
    "tls_server_name": "other.example",
    "proxy": "http://127.0.0.1:1",
    "no_proxy": "*",
    "proxy_headers": {"X": "y"},
    "ssl_context": ssl.create_default_context(),
    "proxy_ssl_context": ssl.create_default_context(),
    "socket_options": [],
    "on_request": lambda record: 1 / 0,
    "on_response": lambda record: 1 / 0,
    "on_retry": lambda record: 1 / 0,
    "rate_limit": quantcdn.RateLimit(1e-9),
}
AT_EVERY_CALL = {"host", "server_index", "allow_http", "access_token", "timeout", "client_side_validation"}
ELSEWHERE = {"organisation", "verify_identifiers", "progress", "debug", "logger_file", "logger_format"}


def test_every_setting_is_in_one_of_these_lists() -> None:
    named = set(inspect.signature(quantcdn.Configuration).parameters) - {"unknown"}
    assert named == LATE.keys() | AT_EVERY_CALL | ELSEWHERE


@pytest.mark.parametrize("name", LATE)
def test_the_others_are_read_when_the_client_is_made(name: str) -> None:
    script = (answer(200, NAMES), close, answer(500, {"error": "no"}), answer(200, NAMES))
    with ScriptedServer(*script) as server:
        configuration = quantcdn.Configuration(server.url, retries=0)
        with quantcdn.ApiClient(configuration) as client:
            setattr(configuration, name, LATE[name])
            api = quantcdn.AIToolsApi(client)
            assert api.list_ai_tool_names("acme").count == 1
            with pytest.raises(quantcdn.ServiceException, match="no"):
                api.list_ai_tool_names("acme")
            assert api.list_ai_tool_names("acme").count == 1
        assert [request.connection for request in server.requests] == [1, 1, 2, 2]


def test_a_number_of_seconds_lifts_the_limit_of_a_silence() -> None:
    # The limit of a silence would be 30 s; scaled down, it is 0.2 s here.
    def late(connection: socket.socket) -> None:
        time.sleep(0.5)
        connection.sendall(answer(200, NAMES))

    with serving(late, timeout=quantcdn.Timeout(0.2, 0.2, 5)) as (_, api):
        with pytest.raises(quantcdn.ApiTimeoutException):
            api.list_ai_tool_names("acme")
        assert api.list_ai_tool_names("acme", _request_timeout=5).count == 1
        api.api_client.configuration.timeout = 5
        assert api.list_ai_tool_names("acme").count == 1


def test_a_limit_is_shown_without_the_remainder_that_subtracting_leaves() -> None:
    with serving(lambda connection: connection.recv(1)) as (_, api):
        with pytest.raises(quantcdn.ApiTimeoutException, match=r"the limit of 0\.3 s "):
            api.list_ai_tool_names("acme", _request_timeout=quantcdn.Timeout(total=0.299969))


def test_a_client_and_its_api_travel_without_their_sockets() -> None:
    with serving(answer(200, NAMES)) as (server, api):
        api.list_ai_tool_names("acme")
        twin = pickle.loads(pickle.dumps(api))
        with twin.api_client:
            assert twin.list_ai_tool_names("acme").count == 1
        assert server.connections == 2
        assert server.requests[1].headers["authorization"] == "Bearer t0ken"


def test_json_bounds_are_left_to_the_service_where_asked() -> None:
    with serving(answer(400, {"error": "limit"}), client_side_validation=False) as (server, api):
        with pytest.raises(quantcdn.BadRequestException):
            api.list_ai_tool_executions("acme", limit=1000)
        assert server.requests[0].target.endswith("?limit=1000")


@settings(max_examples=60)
@given(
    status=st.sampled_from([200, 201, 204, 206, 299, 300, 304, 400, 404, 429, 500, 503]),
    body=st.binary(max_size=200)
    | st.text(max_size=100).map(str.encode)
    | st.sampled_from([json.dumps(NAMES).encode()]),
    packed=st.booleans(),
)
def test_whatever_a_server_answers_becomes_a_model_or_an_error_of_the_family(
    status: int, body: bytes, packed: bool
) -> None:
    headers = [("Content-Encoding", "gzip")] if packed else []
    with serving(answer(status, body, headers), timeout=5) as (server, api):
        try:
            assert api.list_ai_tool_names("acme").to_dict() == json.loads(body)
        except quantcdn.ApiException as error:
            assert error.status == status
            assert pickle.loads(pickle.dumps(error)).__dict__ == error.__dict__
        assert len(server.requests) == 1
