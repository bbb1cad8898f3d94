"""Whatever comes back becomes a model or an error of the family, and reaches the call that asked for it."""

from __future__ import annotations

import gzip
import json
import pickle
import socket
import ssl
import time
from collections.abc import Callable
from operator import methodcaller
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import quantcdn
from test.helpers.responses import (
    BODY,
    CHUNKED,
    GZIP,
    NAMES,
    Pauses,
    chunk,
    ends_within,
    flood,
    head,
    refused,
    serving,
    then_hang,
    then_reset,
)
from test.helpers.server import Answer, ScriptedServer, answer, then_close
from test.helpers.table import table

OTHER = json.dumps({"tools": ["somebody_else_s"], "count": 7}).encode()
INTERIM = {
    100: b"HTTP/1.1 100 Continue\r\n\r\n",
    102: b"HTTP/1.1 102 Processing\r\nContent-Length: 5\r\n\r\n",
    103: b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nConnection: close\r\n\r\n",
    199: b"HTTP/1.1 199 Own\r\nTransfer-Encoding: chunked\r\n\r\n",
}


def execution(identifier: str, **fields: Any) -> dict[str, Any]:
    return {"executionId": identifier, "toolName": "x", "status": "complete", "createdAt": 0, **fields}


# Fails if an interim answer is taken for the real one, or its headers for the real one's.
@pytest.mark.parametrize("statuses", [[100], [102], [103], [199], [100, 103, 102, 100], [100] * 50, [100] * 100])
def test_an_interim_response_is_passed_over(statuses: list[int]) -> None:
    said = b"".join(INTERIM[status] for status in statuses) + answer(200, NAMES)
    with serving(said) as (server, api):
        for _ in range(2):
            response = api.list_ai_tool_names_with_http_info("acme")
            assert (response.status_code, response.data.tools) == (200, ["get_weather"])
            assert "link" not in response.headers
        assert (len(server.requests), server.connections) == (2, 1)


# Fails if only the first look at the socket passes over interim answers.
def test_interim_responses_that_come_one_by_one_are_passed_over() -> None:
    def slow(connection: socket.socket) -> None:
        for status in (100, 102, 103):
            connection.sendall(INTERIM[status])
            server.wait(0.03)
        connection.sendall(answer(404, {"error": "no"}))

    with serving(slow) as (server, api):
        refused(api, quantcdn.NotFoundException)
        assert len(server.requests) == 1


STRAYS: dict[str, bytes] = {
    "a whole answer": answer(200, OTHER),
    "an error": answer(500, {"error": "stray"}),
    "half an answer": answer(200, OTHER)[:30],
    "a single byte": b"H",
    "a line end": b"\r\n",
    "an interim answer": INTERIM[100],
}


# Fails if what was received beyond an answer is dropped and its connection used again: what follows would cross.
@table("stray", STRAYS)
@table("framing", ["length", "chunks", "no content"])
@table("tls", [False, True])
def test_more_than_the_response_never_reaches_the_next_call(stray: str, framing: str, tls: bool) -> None:
    first = answer(200, NAMES)
    if framing == "chunks":
        first = head(CHUNKED) + chunk(BODY) + b"0\r\n\r\n"
    elif framing == "no content":
        first = head(("Content-Length", "4"), status=204)
    with serving(first + STRAYS[stray], answer(200, NAMES), tls=tls) as (server, api):
        if framing == "no content":
            refused(api, quantcdn.ApiResponseException)
        else:
            assert api.list_ai_tool_names("acme").tools == ["get_weather"]
        assert api.list_ai_tool_names("acme").tools == ["get_weather"]
        assert [request.connection for request in server.requests] == [1, 2]


# Fails if a body that an error came with, too large to be kept, is left on the connection.
@pytest.mark.parametrize("status", [304, 404, 503])
def test_what_was_not_read_of_a_response_never_reaches_the_next_call(status: int) -> None:
    said = answer(status, b"x" * 20_000 + answer(200, OTHER))
    with serving(said, answer(200, NAMES), max_error_size=10, retries=0) as (server, api):
        refused(api, quantcdn.exceptions.exception_class(status))
        assert api.list_ai_tool_names("acme").tools == ["get_weather"]
        assert [request.connection for request in server.requests] == [1, 2]


# Fails if a kept connection is not looked at before it is used again.
@pytest.mark.parametrize("stray", STRAYS)
@pytest.mark.parametrize("tls", [False, True])
def test_bytes_that_come_between_two_calls_never_reach_the_second(stray: str, tls: bool) -> None:
    def first(connection: socket.socket) -> None:
        connection.sendall(answer(200, NAMES))
        server.wait(0.05)
        connection.sendall(STRAYS[stray])

    with serving(first, answer(200, NAMES), tls=tls) as (server, api):
        api.list_ai_tool_names("acme")
        time.sleep(0.15)
        assert api.list_ai_tool_names("acme").tools == ["get_weather"]
        assert [request.connection for request in server.requests] == [1, 2]


# Fails if identifiers are not compared: a stray answer that comes after the next request has the form of its answer.
def test_a_response_to_nobody_that_comes_after_a_request_ends_there_and_goes_no_further() -> None:
    stray, real = answer(200, execution("exec_other")), answer(200, execution("exec_mine"))
    with serving(real, stray + real, real) as (server, api):
        api.get_ai_tool_execution_status("acme", "exec_mine")
        assert api.get_ai_tool_execution_status("acme", "exec_mine").execution_id == "exec_mine"
        assert [request.connection for request in server.requests] == [1, 1, 2]


# Fails if an answer that the caller left unread stays on a connection that is used again.
@pytest.mark.parametrize("read", [0, 5, 100_000])
def test_a_response_that_was_left_unread_never_reaches_the_next_call(read: int) -> None:
    with serving(answer(200, b" " * 200_000), answer(200, NAMES)) as (server, api):
        with api.list_ai_tool_names_without_preload_content("acme") as response:
            response.read(read)
        assert api.list_ai_tool_names("acme").tools == ["get_weather"]
        assert [request.connection for request in server.requests] == [1, 2]


# Fails if a pool forgets the connection of an answer that was read to its end.
@pytest.mark.parametrize(
    "said",
    [
        answer(200, NAMES),
        answer(200, gzip.compress(BODY), [GZIP]),
        head(CHUNKED) + chunk(BODY) + b"0\r\n\r\n",
        head(CHUNKED, GZIP) + chunk(gzip.compress(BODY)) + b"0;last\r\nDigest: x\r\n\r\n",
        head(CHUNKED) + chunk(BODY[:5]).replace(b"\r\n", b';a="b"\r\n', 1) + chunk(BODY[5:]) + b"000\r\n\r\n",
    ],
)
@pytest.mark.parametrize("tls", [False, True])
def test_a_connection_serves_one_call_after_the_other(said: bytes, tls: bool) -> None:
    with serving(said, tls=tls) as (server, api):
        for _ in range(3):
            assert api.list_ai_tool_names("acme").to_dict() == NAMES
        assert (len(server.requests), server.connections) == (3, 1)


def unwrap(data: bytes) -> Callable[[ssl.SSLSocket], None]:
    """Send something and end TLS in good order."""

    def send(connection: ssl.SSLSocket) -> None:
        connection.sendall(data)
        connection.unwrap()
        raise ConnectionAbortedError

    return send


BROKEN: dict[str, bytes] = {
    "a body shorter than said": answer(200, BODY, length=len(BODY) + 1),
    "no body where one was said": answer(200, b"", length=10),
    "a packed body shorter than said": answer(200, gzip.compress(BODY), [GZIP], length=999),
    "a cut within a chunk": head(CHUNKED) + chunk(BODY)[:-9],
    "a cut after a chunk": head(CHUNKED) + chunk(BODY),
    "a cut within a chunk's size": head(CHUNKED) + chunk(BODY) + b"1",
    "a cut before the first chunk": head(CHUNKED),
    "a packed body without its last chunk": head(CHUNKED, GZIP) + chunk(gzip.compress(BODY)),
}
MALFORMED: dict[str, bytes] = {
    "a chunk's size that is no number": head(CHUNKED) + b"zz\r\n" + BODY,
    "a chunk's size missing": head(CHUNKED) + b"\r\n" + BODY,
    "a chunk's size below zero": head(CHUNKED) + b"-5\r\n" + BODY,
    "a chunk's size of minus one": head(CHUNKED) + b"-1\r\n" + BODY,
    "a chunk longer than its size": head(CHUNKED) + b"5\r\n" + BODY + b"\r\n0\r\n\r\n",
    "a chunk shorter than its size": head(CHUNKED) + b"%x\r\n" % (len(BODY) + 4) + BODY + b"\r\n0\r\n\r\n",
    "a body without chunks": head(CHUNKED) + BODY,
}


def broken_three_times(said: Answer, tls: bool = False, match: str = "") -> None:
    pauses = Pauses()
    with serving(said, tls=tls, pauses=pauses) as (server, api):
        with ends_within(0):
            error = refused(api, quantcdn.ApiConnectionException)
        assert isinstance(error, ConnectionError)
        assert match in str(error)
        assert (error.status, error.attempts, len(server.requests), server.connections) == (0, 3, 3, 3)
        assert pauses.drawn == [(0, 0.5), (0, 1)]


# Fails if half a body passes for a whole one, or a break is not tried again.
@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("what", BROKEN)
def test_a_response_that_breaks_off_is_tried_again(what: str, tls: bool) -> None:
    broken_three_times(then_close(BROKEN[what]), tls, "the TLS connection was cut" if tls else "ended early")


# Fails if a reset in the middle of a body is not known as a break.
@pytest.mark.parametrize("what", BROKEN)
def test_a_response_that_breaks_off_by_a_reset_is_tried_again(what: str) -> None:
    broken_three_times(then_reset(BROKEN[what]), match="reset")


# Fails if what http.client raises for a chunk is not known as a break.
@pytest.mark.parametrize("what", MALFORMED)
def test_chunks_that_are_not_in_order_are_tried_again(what: str) -> None:
    broken_three_times(then_close(MALFORMED[what]))


# Fails if an answer that ends with TLS's own end is called cut, or a short one whole.
@pytest.mark.parametrize("what", BROKEN)
def test_a_response_that_breaks_off_in_good_order_is_tried_again(what: str) -> None:
    broken_three_times(unwrap(BROKEN[what]), True, "ended early")


# Fails if an end of the connection without TLS's own end passes for the body's (RFC 8446 section 6.1).
def test_a_body_until_the_end_of_the_connection_needs_tls_s_own_end() -> None:
    broken_three_times(then_close(head() + BODY), True, "the TLS connection was cut")
    with serving(unwrap(head() + BODY), tls=True) as (server, api):
        assert api.list_ai_tool_names("acme").count == 1
        assert len(server.requests) == 1


# Fails if a cut is looked for where the length has told the end already.
@pytest.mark.parametrize("said", [answer(200, BODY), head(CHUNKED) + chunk(BODY) + b"0\r\n\r\n"])
def test_a_whole_body_is_read_though_tls_is_cut_after_it(said: bytes) -> None:
    with serving(then_close(said), tls=True) as (server, api):
        assert api.list_ai_tool_names("acme").count == 1
        assert api.list_ai_tool_names("acme").count == 1
        assert (len(server.requests), server.connections) == (2, 2)


# Fails if a second attempt starts from what the first one left.
def test_a_good_response_after_a_broken_one_is_returned() -> None:
    with serving(then_close(BROKEN["a cut within a chunk"]), answer(200, NAMES)) as (server, api):
        assert api.list_ai_tool_names("acme").to_dict() == NAMES
        assert len(server.requests) == 2


# Fails if the class of an error hangs on its body: the status has come.
@pytest.mark.parametrize("end", [then_close, then_reset])
@pytest.mark.parametrize("tls", [False, True])
def test_an_error_whose_body_breaks_off_keeps_its_class(end: Any, tls: bool) -> None:
    for said in (answer(404, b'{"err', length=99), head(CHUNKED, status=404) + b"20\r\nabc"):
        with serving(end(said), tls=tls) as (server, api):
            error = refused(api, quantcdn.NotFoundException)
            assert (error.status, error.data, error.attempts, len(server.requests)) == (404, None, 1, 1)


# Fails if a broken body takes the place of a status that is tried again.
def test_an_error_that_is_tried_again_may_break_off_too() -> None:
    with serving(then_close(answer(503, b"busy", length=99))) as (server, api):
        error = refused(api, quantcdn.ServiceException)
        assert (error.status, error.attempts, len(server.requests)) == (503, 3, 3)


HOPELESS: dict[str, tuple[Answer, str]] = {
    "two lengths": (answer(200, BODY, [("Content-Length", str(len(BODY))), ("Content-Length", "2")]), "length"),
    "two lengths in one line": (answer(200, BODY, [("Content-Length", f"2, {len(BODY)}")]), "length"),
    "a length that is no number": (answer(200, BODY, [("Content-Length", "many")]), "length"),
    "a length below zero": (answer(200, BODY, [("Content-Length", "-1")]), "length"),
    "a length with a sign": (answer(200, BODY, [("Content-Length", f"+{len(BODY)}")]), "length"),
    "a length in Python's own form": (answer(200, BODY, [("Content-Length", "2_8")]), "length"),
    "a length of 5,000 digits": (answer(200, BODY, [("Content-Length", "9" * 5000)]), "length"),
    "too many headers": (answer(200, NAMES, [("X", "y")] * 200), "too large: more than 100 fields"),
    "headers without an end": (flood(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 99), "too large: more than 65536 bytes"),
    "too long a header": (answer(200, NAMES, [("X", "y" * 70_000)]), "too large"),
    "too long a header's name": (answer(200, NAMES, [("X" * 70_000, "y")]), "too large"),
    "too long a status line": (answer(200, NAMES, reason="y" * 70_000), "too large"),
    "too long an interim status line": (
        b"HTTP/1.1 100 " + b"y" * 70_000 + b"\r\n\r\n" + answer(200, NAMES),
        "too large",
    ),
    "too many interim headers": (b"HTTP/1.1 103 A\r\n" + b"X: y\r\n" * 200 + b"\r\n" + answer(200, NAMES), "too large"),
    "too long a chunk's size": (head(CHUNKED) + b"5;" + b"x" * 70_000 + b"\r\n", "too large"),
    "too many interim responses": (INTERIM[100] * 101 + answer(200, NAMES), "more than 100 interim responses"),
    "interim responses without an end": (flood(b"", INTERIM[103] * 99), "more than 100 interim responses"),
    "another protocol": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", "another protocol"),
    "trailers without an end": (flood(head(CHUNKED) + b"0\r\n", b"X: y\r\n" * 99), "trailer section"),
    "too long a trailer": (head(CHUNKED) + chunk(BODY) + b"0\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", "too large"),
}


# Fails if what will not get better by itself is tried again.
@pytest.mark.parametrize("what", HOPELESS)
def test_a_response_that_cannot_be_framed_is_not_tried_again(what: str) -> None:
    said, why = HOPELESS[what]
    with serving(said) as (server, api):
        error = refused(api, quantcdn.ApiConnectionException)
        assert why in str(error)
        assert len(str(error)) < 400
        assert (error.status, error.attempts, len(server.requests)) == (0, 1, 1)


# Fails if the connection of such an answer is used again.
def test_after_a_response_that_cannot_be_framed_the_next_call_has_a_new_connection() -> None:
    with serving(HOPELESS["two lengths"][0], answer(200, NAMES)) as (server, api):
        refused(api, quantcdn.ApiConnectionException)
        assert api.list_ai_tool_names("acme").count == 1
        assert [request.connection for request in server.requests] == [1, 2]


# Fails if equal lengths are refused, or a length beside chunks is believed (RFC 9112 section 6.3).
@pytest.mark.parametrize(
    "headers",
    [
        [("Content-Length", str(len(BODY)))] * 2,
        [("Content-Length", f"{len(BODY)} ,{len(BODY)}")],
        [("Content-Length", f" {len(BODY)} ")],
        [CHUNKED],
    ],
)
def test_lengths_that_agree_do_no_harm(headers: list[tuple[str, str]]) -> None:
    said = answer(200, BODY, headers)
    if CHUNKED in headers:
        said = head(("Content-Length", "3"), CHUNKED) + chunk(BODY) + b"0\r\n\r\n"
    with serving(said) as (server, api):
        for _ in range(2):
            assert api.list_ai_tool_names("acme").to_dict() == NAMES
        assert len(server.requests) == 2


DEEP = b"[" * 1000 + b"]" * 1000
UNREADABLE: dict[str, tuple[bytes, str | None, str]] = {
    "nothing": (b"", None, "empty"),
    "blanks": (b" \r\n\t", None, "empty"),
    "null": (b"null", None, ""),
    "a list": (b'[{"tools": [], "count": 0}]', None, ""),
    "text": (b'"tools"', None, ""),
    "a number": (b"17", None, ""),
    "true": (b"true", None, ""),
    "a login page": (b"<!DOCTYPE html><html><body>Log in</body></html>", "text/html", "web page"),
    "a login page after blanks": (b"\n\n <html>", "text/html", "web page"),
    "XML": (b"<?xml version='1.0'?><Error/>", "application/xml", "web page"),
    "octets": (bytes(range(256)), "application/octet-stream", "JSON"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(30), "image/png", "JSON"),
    "Latin-1": ('{"tools": ["\u00e9"], "count": 1}'.encode("latin-1"), "application/json; charset=latin-1", "JSON"),
    "UTF-16": (BODY.decode().encode("utf-16"), "application/json; charset=utf-16", "JSON"),
    "UTF-16 without a mark": (BODY.decode().encode("utf-16-le"), "application/json", "JSON"),
    "UTF-32": (BODY.decode().encode("utf-32"), "application/json; charset=utf-32", "JSON"),
    "broken UTF-8": (b'{"tools": ["\xff\xfe"], "count": 1}', "application/json", "JSON"),
    "a surrogate in UTF-8": (b'{"tools": ["\xed\xa0\x80"], "count": 1}', "application/json", "JSON"),
    "two marks": (b"\xef\xbb\xbf" * 2 + BODY, None, "JSON"),
    "JSON cut short": (BODY[:-1], None, "JSON"),
    "JSON with something after it": (BODY + b"x", None, "JSON"),
    "two values": (BODY + BODY, None, "JSON"),
    "JSON in one quotation mark": (BODY.replace(b'"', b"'"), None, "JSON"),
    "events": (b"data: " + BODY + b"\n\n", "text/event-stream", "JSON"),
    "a thousand deep": (b'{"tools": ' + DEEP + b', "count": 1}', None, "JSON"),
    "a thousand deep in a field we do not know": (b'{"tools": [], "count": 1, "x": ' + DEEP + b"}", None, "JSON"),
    "a number of 5,000 digits": (b'{"tools": [], "count": ' + b"9" * 5000 + b"}", None, ""),
    "such a number in a field we do not know": (b'{"tools": [], "count": 1, "x": ' + b"9" * 5000 + b"}", None, ""),
    "NaN": (b'{"tools": [], "count": NaN}', None, ""),
    "Infinity": (b'{"tools": [], "count": Infinity}', None, ""),
    "too large an exponent": (b'{"tools": [], "count": 1e999}', None, ""),
    "NaN in a field we do not know": (b'{"tools": [], "count": 1, "x": NaN}', None, ""),
    "NaN deep in a field we do not know": (b'{"tools": [], "count": 1, "x": [{"y": NaN}]}', None, ""),
}


# Fails if what json, pydantic or a codec raises gets out, or if the answer is lost with it.
@table("what", UNREADABLE)
@table("status", [200, 202])
def test_a_response_that_is_no_such_object_is_refused_with_all_that_came(what: str, status: int) -> None:
    body, kind, why = UNREADABLE[what]
    headers = [("X-Request-Id", "r-3"), *([("Content-Type", kind)] if kind else [])]
    with serving(answer(status, body, headers)) as (server, api):
        error = refused(api, quantcdn.ApiResponseException)
        assert why in str(error)
        assert len(str(error)) < 600
        assert (error.status, error.raw_data, error.request_id) == (status, body, "r-3")
        assert error.body == body.decode(errors="replace")
        assert error.headers is not None
        assert error.headers.get("content-type") == kind
        assert (error.attempts, len(server.requests)) == (1, 1)
        assert pickle.loads(pickle.dumps(error)).raw_data == body


# Fails if no content is taken for a model, or a body beside it is waited for.
@pytest.mark.parametrize(
    "said", [head(status=204), head(("Content-Length", "0"), status=205), head(CHUNKED, status=204)]
)
def test_no_content_is_refused_with_its_status(said: bytes) -> None:
    status = int(said[9:12])
    with serving(then_close(said), retries=0) as (server, api):
        with ends_within(0):
            error = refused(api, quantcdn.ApiResponseException)
        assert (error.status, error.raw_data, len(server.requests)) == (status, b"", 1)


# Fails if the status must be 200, or if a label is believed more than the bytes.
@pytest.mark.parametrize("status", [200, 201, 202, 203, 206, 226, 299])
@pytest.mark.parametrize("kind", ["application/json", "text/html; charset=utf-16", "nonsense;;=", "image/png", ""])
def test_a_body_of_the_documented_form_is_read_whatever_its_label(status: int, kind: str) -> None:
    for body in (BODY, b"\xef\xbb\xbf" + BODY, b" \r\n" + BODY + b"\n"):
        with serving(answer(status, body, [("Content-Type", kind)])) as (server, api):
            response = api.list_ai_tool_names_with_http_info("acme")
            assert (response.status_code, response.data.to_dict(), response.raw_data) == (status, NAMES, body)
            assert len(server.requests) == 1


Ask = Callable[[quantcdn.AIToolsApi], object]
NAMES_OF: Ask = methodcaller("list_ai_tool_names", "acme")
TOOLS_OF: Ask = methodcaller("list_ai_tools", "acme")
EXECUTION_OF: Ask = methodcaller("get_ai_tool_execution_status", "acme", "e")
EXECUTIONS_OF: Ask = methodcaller("list_ai_tool_executions", "acme")
ORCHESTRATION_OF: Ask = methodcaller("get_ai_orchestration_status", "acme", "o")
ORCHESTRATION = {"orchestrationId": "o", "toolCount": 1, "status": "s3cr3t", "createdAt": "2026-01-01T00:00:00Z"}

MISFITS: dict[str, tuple[Ask, dict[str, Any], str]] = {
    "a required field missing": (NAMES_OF, {"tools": ["s3cr3t"]}, "['count']"),
    "a required field null": (NAMES_OF, {"tools": None, "count": 1}, "['tools']"),
    "text for a number": (NAMES_OF, {"tools": [], "count": "s3cr3t"}, "['count']"),
    "a truth value for a number": (NAMES_OF, {"tools": ["s3cr3t"], "count": True}, "['count']"),
    "half a number": (NAMES_OF, {"tools": [], "count": 1.5}, "['count']"),
    "an object for a list": (NAMES_OF, {"tools": {"s3cr3t": 1}, "count": 1}, "['tools']"),
    "a number in a list of text": (NAMES_OF, {"tools": ["s3cr3t", "b", 3], "count": 3}, "['tools'][2]"),
    "null in a list of text": (NAMES_OF, {"tools": ["s3cr3t", None], "count": 2}, "['tools'][1]"),
    "a tool that is no object": (TOOLS_OF, {"tools": ["s3cr3t"], "count": 1}, "['tools'][0]"),
    "a status missing": (EXECUTION_OF, {"executionId": "e", "toolName": "s3cr3t", "createdAt": 0}, "['status']"),
    "a status that is no text": (EXECUTION_OF, execution("e", status=["s3cr3t"]), "['status']"),
    "a time that is none": (EXECUTION_OF, execution("e", createdAt="s3cr3t"), "['createdAt']"),
    "a time of another type": (EXECUTION_OF, execution("e", createdAt={"s3cr3t": 1}), "['createdAt']"),
    "a null identifier": (EXECUTION_OF, execution("e", executionId=None, error="s3cr3t"), "['executionId']"),
    "executions missing": (EXECUTIONS_OF, {"count": 0, "x": "s3cr3t"}, "['executions']"),
    "one execution of two": (
        EXECUTIONS_OF,
        {"executions": [execution("e"), "s3cr3t"], "count": 2},
        "['executions'][1]",
    ),
    "a count missing": (ORCHESTRATION_OF, ORCHESTRATION | {"toolCount": None}, "['toolCount']"),
}


# Fails if pydantic's own message is passed on: it shows the value, which may be anybody's data.
@pytest.mark.parametrize("what", MISFITS)
def test_a_field_that_does_not_fit_is_named_by_its_path_and_not_by_its_value(what: str) -> None:
    ask, body, path = MISFITS[what]
    with serving(answer(200, body)) as (server, api):
        with pytest.raises(quantcdn.ApiResponseException) as caught:
            ask(api)
        assert path in str(caught.value)
        assert "s3cr3t" not in f"{caught.value!s}{caught.value!r}{caught.value.__cause__!r}"
        assert caught.value.body == json.dumps(body)
        assert len(server.requests) == 1


# Fails if a model is closed: the service would break every client by a new field.
def test_unknown_fields_and_statuses_are_kept() -> None:
    body = execution("e", status="paused_for_review", reviewer={"name": None, "seen": [1, 2.5, "x"]}, duration=2)
    with serving(answer(200, body)) as (server, api):
        model = api.get_ai_tool_execution_status("acme", "e")
        assert (model.status, model.to_dict()) == ("paused_for_review", body)
        assert len(server.requests) == 1


# Fails if a redirect is followed: the token would go wherever the answer says.
@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 305, 307, 308, 399])
@pytest.mark.parametrize("path", ["/next?X-Amz-Signature=5ec2e7", "/next"])
def test_no_redirect_is_followed(status: int, path: str) -> None:
    with ScriptedServer(answer(200, NAMES)) as target:
        headers = [("Location", target.url + path)]
        with serving(answer(status, b"", headers)) as (server, api):
            error = refused(api, quantcdn.ApiException)
            assert (error.status, error.attempts, len(server.requests)) == (status, 1, 1)
            assert f"redirected to {target.url}/next," in str(error)
            assert error.headers is not None
            assert error.headers["location"] == f"{target.url}/next"
            assert "5ec2e7" not in f"{error!r}{pickle.dumps(error)!r}"
        assert (target.requests, target.connections) == ([], 0)


@pytest.mark.parametrize("password", ["5ec2e7", "5ec@2e7", "5ec%2F2e7"])
def test_an_error_shows_no_password_of_where_it_is_redirected(password: str) -> None:
    with serving(answer(302, b"", [("Location", f"https://me:{password}@b.example/a")])) as (_, api):
        error = refused(api, quantcdn.ApiException)
        assert "redirected to https://b.example/a," in str(error)
        assert "2e7" not in f"{error!r}{vars(error)}{pickle.dumps(error)!r}"


# Fails if a location is read as more than text.
@pytest.mark.parametrize("location", ["", "/relative", "//other/x", "http://[bad", "a\x1b[31mb", "\u00e9", "x" * 999])
def test_a_location_may_be_anything(location: str) -> None:
    with serving(answer(302, b"", [("Location", location)])) as (server, api):
        error = refused(api, quantcdn.ApiException)
        assert str(error).isprintable()
        assert len(server.requests) == 1


STATUSES: dict[type[quantcdn.ApiException], list[int]] = {
    quantcdn.BadRequestException: [400],
    quantcdn.UnauthorizedException: [401],
    quantcdn.ForbiddenException: [403],
    quantcdn.NotFoundException: [404],
    quantcdn.ConflictException: [409],
    quantcdn.UnprocessableEntityException: [422],
    quantcdn.TooManyRequestsException: [429],
    quantcdn.ServiceException: [500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 522, 529, 599],
    quantcdn.ApiException: [402, 405, 406, 407, 408, 410, 413, 414, 415, 418, 421, 426, 428, 431, 451, 499, 600, 999],
}


# Fails if the table from status to class has a hole.
@table("status, error", [(s, error) for error, statuses in STATUSES.items() for s in statuses])
def test_every_error_status_has_its_class(status: int, error: type[quantcdn.ApiException]) -> None:
    body = b'{"error": "no", "n": NaN, "\xff": 1}'
    with serving(answer(status, body), retries=0) as (server, api):
        caught = refused(api, error)
        assert (caught.status, caught.raw_data, caught.body) == (status, body, body.decode(errors="replace"))
        assert len(server.requests) == 1


Missing = quantcdn.GetAIToolExecutionStatus404Response

ERROR_BODIES: dict[str, tuple[bytes, object]] = {
    "the documented form": (b'{"error": "gone", "executionId": "e"}', Missing(error="gone", execution_id="e")),
    "after a byte-order mark": (
        b'\xef\xbb\xbf{"error": "gone", "executionId": "e"}',
        Missing(error="gone", execution_id="e"),
    ),
    "an object of another form": (b'{"error": {"message": "gone"}}', Missing(error={"message": "gone"})),
    "a list": (b"[1, 2]", [1, 2]),
    "text": (b'"gone"', "gone"),
    "null": (b"null", None),
    "nothing": (b"", None),
    "a page": (b"<html>gone</html>", None),
    "octets": (b"\xff\xfe\x00", None),
    "a thousand deep": (b"[" * 100_000, None),
    "five hundred deep": (b'{"a":' * 500 + b"1" + b"}" * 500, None),
    "a number of 5,000 digits": (b"9" * 5000, None),
}


# Fails if an error's body must be in order.
@pytest.mark.parametrize("what", ERROR_BODIES)
def test_the_body_of_an_error_is_a_model_or_json_or_nothing(what: str) -> None:
    body, data = ERROR_BODIES[what]
    with serving(answer(404, body), max_error_size=200_000) as (server, api):
        with pytest.raises(quantcdn.NotFoundException) as caught:
            api.get_ai_tool_execution_status("acme", "e")
        assert (caught.value.data, caught.value.raw_data) == (data, body)
        assert caught.value.body == body.decode(errors="replace")
        assert pickle.loads(pickle.dumps(caught.value)).data == data
        assert len(server.requests) == 1


# Fails if text from outside reaches a terminal or a log as it came.
@pytest.mark.parametrize("status", [404, 500])
def test_control_characters_in_an_error_are_escaped(status: int) -> None:
    said = answer(status, '{"error": "a\\u001b[31mb\\r\\nc"}', [("X-Request-Id", "r\x1b[2J")], reason="No\x1b[0m\x85")
    with serving(said, retries=0) as (_, api):
        error = refused(api, quantcdn.exceptions.exception_class(status))
        assert f"{error}{error!r}".isprintable()


# Fails if text of an answer is put into a message whole.
@pytest.mark.parametrize(
    "said",
    [
        answer(400, b"", reason="y" * 60_000),
        answer(400, b"", [("X-Request-Id", "y" * 60_000)]),
        answer(400, b"", [("Location", "y" * 60_000)]),
        answer(400, b"y" * 60_000),
        answer(400, {"error": "y" * 60_000}),
    ],
    ids=["reason", "request id", "location", "body", "error"],
)
def test_long_text_from_outside_is_shortened(said: bytes) -> None:
    with serving(said) as (_, api):
        assert len(str(refused(api, quantcdn.BadRequestException))) < 1000


# Fails if a line that is no header is passed over, or shown as it came, secrets and all.
def test_a_line_that_is_no_header_makes_the_response_unusable(caplog: pytest.LogCaptureFixture) -> None:
    said = head(("Bad\u00ef", "x"), ("Set-Cookie", "s3cr3t"), ("Content-Length", str(len(BODY)))) + BODY
    with serving(said) as (server, api):
        error = refused(api, quantcdn.ApiConnectionException)
        assert "the response has a malformed header line" in str(error)
        assert "Bad" not in f"{error}{error!r}"
        assert (error.attempts, len(server.requests)) == (1, 1)
    assert caplog.text == ""


# Fails if an answer is not compared with what was asked: a cache or a proxy may mix them up.
@pytest.mark.parametrize("other", ["exec_other", "EXEC_MINE2", "exec mine", "exec_mine/", "", "exec%5Fmine"])
def test_a_response_about_another_identifier_is_refused(other: str) -> None:
    with serving(answer(200, execution(other))) as (server, api):
        with pytest.raises(quantcdn.ApiResponseException, match=r"about execution_id .* and not 'exec_mine'") as caught:
            api.get_ai_tool_execution_status("acme", "exec_mine")
        assert (caught.value.status, caught.value.attempts, len(server.requests)) == (200, 1, 1)
    with serving(answer(200, ORCHESTRATION | {"orchestrationId": other})) as (server, api):
        with pytest.raises(quantcdn.ApiResponseException, match=r"about orchestration_id .* and not 'exec_mine'"):
            api.get_ai_orchestration_status("acme", "exec_mine")
        assert len(server.requests) == 1


BORDERS = st.lists(st.integers(1, 40), max_size=30)


def chunked(body: bytes, sizes: list[int]) -> bytes:
    """Write a body in chunks of these sizes, the rest in one."""
    written = []
    for size in sizes:
        written.append(chunk(body[:size]) if body else b"")
        body = body[size:]
    return b"".join([*written, chunk(body) if body else b"", b"0\r\n\r\n"])


# Fails if a border of a chunk, a packed member or a receive falls where the reading does not expect it.
@settings(max_examples=60)
@given(borders=BORDERS, slices=BORDERS, member=st.integers(0, len(BODY)), gzipped=st.booleans())
def test_a_response_is_the_same_wherever_its_borders_fall(
    borders: list[int], slices: list[int], member: int, gzipped: bool
) -> None:
    body = gzip.compress(BODY[:member]) + gzip.compress(BODY[member:]) if gzipped else BODY
    said = head(CHUNKED, *([GZIP] if gzipped else [])) + chunked(body, borders)

    def sliced(connection: socket.socket) -> None:
        rest = said
        for size in slices:
            connection.sendall(rest[:size])
            rest = rest[size:]
        connection.sendall(rest)

    with serving(sliced, retries=0) as (server, api):
        for _ in range(2):
            assert api.list_ai_tool_names("acme").to_dict() == NAMES
        assert (len(server.requests), server.connections) == (2, 1)


WHOLE = [
    answer(200, BODY, [("Content-Type", "application/json"), ("X-Request-Id", "r")]),
    answer(200, gzip.compress(BODY), [GZIP]),
    head(CHUNKED) + chunk(BODY[:9]) + chunk(BODY[9:]) + b"0\r\nX: y\r\n\r\n",
    head(CHUNKED, GZIP) + chunk(gzip.compress(BODY)) + b"0\r\n\r\n",
    INTERIM[103] + answer(404, {"error": "no"}),
    answer(302, b"", [("Location", "http://example.org/a?b")]),
    answer(
        429, b"slow down", [("Retry-After", "Thu, 01 Jan 2026 00:00:30 GMT"), ("Date", "Thu, 01 Jan 2026 00:00:00 GMT")]
    ),
    head() + BODY,
]


# Fails if anything foreign gets out, or a limit is passed, whatever happens to an answer on its way.
@settings(max_examples=150)
@given(data=st.data(), whole=st.sampled_from(WHOLE))
def test_a_response_cut_or_changed_anywhere_is_a_model_or_an_error_of_the_family(
    data: st.DataObject, whole: bytes
) -> None:
    said = list(whole)
    for _ in range(data.draw(st.integers(0, 3))):
        said[data.draw(st.integers(0, len(said) - 1))] = data.draw(st.integers(0, 255))
    sent = bytes(said[: data.draw(st.integers(0, len(said)) | st.just(len(said)))])
    stays = data.draw(st.integers(0, 19)) == 0  # a silence costs the whole limit
    with serving(then_hang(sent) if stays else then_close(sent), retries=0, timeout=0.2) as (server, api):
        with ends_within(0.2):
            try:
                assert isinstance(api.list_ai_tool_names("acme"), quantcdn.ListAIToolNames200Response)
            except quantcdn.ApiException as error:
                assert pickle.loads(pickle.dumps(error)).__dict__ == error.__dict__
                assert f"{error}{error!r}".isprintable()
        assert len(server.requests) <= 1  # on a busy machine the limit may pass before one is read
