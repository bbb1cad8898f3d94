"""A response that is not HTTP/1.1 by the letter is never half obeyed, over real sockets."""

from __future__ import annotations

import pickle
import socket

import pytest

import quantcdn
from test.helpers.http1_vectors import BODY, CHUNK, CHUNKED, LAST, LENGTH, OK, VECTORS, Verdict
from test.helpers.responses import Pauses, costs_less_than, ends_within, flood, refused, serving, then_hang
from test.helpers.server import Answer, answer, then_close
from test.helpers.table import table

GOOD = OK + LENGTH + b"\r\n" + BODY
GETS = [name for name, vector in VECTORS.items() if vector.method == "GET"]
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(116))


# Fails if a verdict of the reader is not the call's: what is refused is not tried again, and what is read is returned.
@table("name", [name for name in GETS if name != "length, 20 digits"])  # that is too large to be read
def test_a_call_ends_as_its_response_s_verdict_says(name: str) -> None:
    vector = VECTORS[name]
    pauses = Pauses()
    with serving(then_close(vector.data), retries=1, pauses=pauses) as (server, api):
        if vector.verdict in (Verdict.KEPT, Verdict.CLOSED):
            assert api.list_ai_tool_names("acme").tools == ["get_weather"]
            attempts = 1
        elif vector.verdict in (Verdict.EMPTY, Verdict.EMPTY_CLOSED):
            with pytest.raises(quantcdn.ApiException) as caught:
                api.list_ai_tool_names("acme")
            assert (caught.value.status, caught.value.raw_data) == (int(vector.data.split(b" ")[1]), b"")
            attempts = 1
        else:
            error = refused(api, quantcdn.ApiConnectionException)
            attempts = 1 if vector.verdict is Verdict.REFUSED else 2
            assert error.attempts == attempts
            assert error.status == 0
            assert f"{error}".isprintable()
            assert pickle.loads(pickle.dumps(error)).args == error.args
        assert len(server.requests) == attempts
        assert len(pauses.slept) == attempts - 1


# Fails if a connection is used again that is not to be, or thrown away though it could be.
@table("name", [name for name in GETS if VECTORS[name].verdict in (Verdict.KEPT, Verdict.CLOSED)])
def test_a_connection_is_used_again_where_the_response_allows_it(name: str) -> None:
    vector = VECTORS[name]
    until_the_end = not any(mark in vector.data.lower() for mark in (b"content-length:", b"transfer-encoding:"))
    with serving(then_close(vector.data) if until_the_end else vector.data, GOOD) as (server, api):
        for _ in range(2):
            assert api.list_ai_tool_names("acme").tools == ["get_weather"]
        assert server.connections == (1 if vector.verdict is Verdict.KEPT else 2)


WHOLE = {
    "a length": GOOD,
    "chunks": OK + CHUNKED + b"\r\n" + CHUNK[:4] + BODY + b"\r\n" + LAST,
    "chunks and all that may be beside them": OK + CHUNKED + b"\r\n" + CHUNK + b"0;a=b\r\nX: y\r\n\r\n",
    "an interim response": b"HTTP/1.1 100 Continue\r\n\r\n" + GOOD,
}


# Fails if a response that was cut, at whatever byte, passes for a whole one.
@pytest.mark.parametrize("what", WHOLE)
def test_a_response_cut_at_any_byte_is_an_error_that_is_tried_again(what: str) -> None:
    said = WHOLE[what]
    with serving(*[then_close(said[:size]) for size in range(len(said))], said, retries=0) as (server, api):
        for _ in range(len(said)):
            with pytest.raises(quantcdn.ApiConnectionException):
                api.list_ai_tool_names("acme", _request_timeout=5)
        assert api.list_ai_tool_names("acme").tools == ["get_weather"]
        assert len(server.requests) == len(said) + 1


def byte_by_byte(data: bytes) -> Answer:
    def send(connection: socket.socket) -> None:
        for position in range(len(data)):
            connection.sendall(data[position : position + 1])

    return send


# Fails if a border between two receives is taken for the end of a line.
@pytest.mark.parametrize("what", WHOLE)
def test_a_response_that_comes_byte_by_byte_is_read(what: str) -> None:
    with serving(byte_by_byte(WHOLE[what])) as (server, api):
        for _ in range(3):
            assert api.list_ai_tool_names("acme").tools == ["get_weather"]
        assert (len(server.requests), server.connections) == (3, 1)


FORGED: dict[str, bytes] = {
    "a blank before the colon": b"X : y\r\nContent-Length: 60",
    "no colon": b"nonsense\r\nContent-Length: 60",
    "a bare CR": b"X: y\rContent-Length: 60\r\nX: z",
    "a bare CR before Retry-After": b"X: y\rRetry-After: 7\r\nContent-Length: 60",
    "NUL": b"X: \x00\r\nContent-Length: 60",
    "a name outside ASCII": b"X\xef: y\r\nContent-Length: 60",
}


# Fails if what follows a malformed line is lost or obeyed: half a file would be saved as whole.
@pytest.mark.parametrize("what", FORGED)
@pytest.mark.parametrize("status", [200, 429, 503])
def test_a_malformed_header_line_makes_the_whole_response_unusable(what: str, status: int) -> None:
    said = b"HTTP/1.1 %d Reason\r\nRetry-After: 5\r\n%s\r\n\r\n%s" % (status, FORGED[what], PICTURE[:30])
    pauses = Pauses()
    with serving(then_close(said), pauses=pauses) as (server, api):
        error = refused(api, quantcdn.ApiConnectionException)
        assert "the response has a malformed header line" in str(error)
        assert error.retry_after is None
        with pytest.raises(quantcdn.ApiConnectionException, match="malformed header line"):
            api.api_client.rest_client.download(f"{server.url}/file")
        assert (len(server.requests), pauses.slept) == (2, [])


BAD_CHUNKS: dict[str, bytes] = {
    "no CRLF after the data": b"7c\r\n" + PICTURE + b"0\r\n\r\n",
    "two bytes lost": b"7a\r\n" + PICTURE + b"0\r\n\r\n",
    "0x7c": b"0x7c\r\n" + PICTURE + b"\r\n0\r\n\r\n",
    "+7c": b"+7c\r\n" + PICTURE + b"\r\n0\r\n\r\n",
    "-0": b"7c\r\n" + PICTURE + b"\r\n-0\r\n\r\n",
    "nonsense trailers": b"7c\r\n" + PICTURE + b"\r\n0\r\n\x00\x01 nonsense\r\n\r\n",
}


# Fails if chunks are not checked: some bytes of a file would be missing, or other ones in it.
@pytest.mark.parametrize("what", BAD_CHUNKS)
def test_a_file_whose_chunks_are_not_in_order_is_never_whole(what: str) -> None:
    with serving(then_close(OK + CHUNKED + b"\r\n" + BAD_CHUNKS[what]), GOOD, retries=0) as (server, api):
        with pytest.raises(quantcdn.ApiConnectionException):
            api.api_client.rest_client.download(f"{server.url}/file")
        assert api.list_ai_tool_names("acme").tools == ["get_weather"]
        assert [request.connection for request in server.requests] == [1, 2]


CODINGS = ["gzip, chunked", "chunked, chunked", "identity", "chunked;q=1", "chunked\t, x", "xchunked", "", '"chunked"']


# Fails if a transfer coding is waited for, or tried again, that the client cannot read.
@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("length", [b"", b"Content-Length: 5\r\n"])
def test_a_transfer_coding_that_was_not_asked_for_is_refused_at_once(coding: str, length: bytes) -> None:
    said = OK + length + f"Transfer-Encoding: {coding}\r\n\r\n".encode() + CHUNK
    with serving(then_hang(said)) as (server, api):
        with ends_within(0):
            error = refused(api, quantcdn.ApiConnectionException)
        assert "transfer coding" in str(error)
        assert (error.attempts, len(server.requests)) == (1, 1)


# Fails if such chunks are waited for until the connection ends.
@pytest.mark.parametrize("coding", ["chunked ", "chunked\t", "\t Chunked", ", chunked"])
def test_chunks_are_read_however_they_are_said(coding: str) -> None:
    with serving(OK + f"Transfer-Encoding: {coding}\r\n\r\n".encode() + CHUNK + LAST) as (server, api):
        with ends_within(0):
            for _ in range(2):
                assert api.list_ai_tool_names("acme").tools == ["get_weather"]
        assert (len(server.requests), server.connections) == (2, 1)


# Fails if the connection of a response that an intermediary may frame otherwise is used again (RFC 9112 section 6.1).
@pytest.mark.parametrize(
    "head", [OK + CHUNKED + b"Content-Length: 3\r\n", b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + CHUNKED]
)
def test_doubtful_framing_is_read_and_ends_the_connection(head: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with serving(head + b"\r\n" + CHUNK + LAST) as (server, api):
        for _ in range(2):
            response = api.list_ai_tool_names_with_http_info("acme")
            assert response.data.tools == ["get_weather"]
            assert "content-length" not in response.headers
        assert (len(server.requests), server.connections) == (2, 2)
    assert caplog.text == ""


LARGE_HEADS: dict[str, Answer] = {
    "97 lines of 64 KB": OK + b"".join(b"X-%d: %s\r\n" % (n, b"y" * 65_000) for n in range(97)) + b"\r\n",
    "lines without an end": flood(OK, b"X: " + b"y" * 60_000 + b"\r\n"),
    "a line without an end": flood(OK + b"X: ", b"y" * 65_536),
    "a value that goes on": flood(OK + b"X: y\r\n", b" z\r\n" * 1000),
    "empty names": flood(OK, b"\n".join([b":"] * 1000)),
    "interim heads": flood(b"", b"HTTP/1.1 103 A\r\nX: " + b"y" * 65_000 + b"\r\n\r\n"),
    "trailers": flood(OK + CHUNKED + b"\r\n0\r\n", b"X: " + b"y" * 60_000 + b"\r\n"),
}


# Fails if a head is bounded by its lines: 97 of 64 KB would take seconds and hundreds of megabytes.
@pytest.mark.parametrize("what", LARGE_HEADS)
def test_a_large_head_is_refused_at_once_and_costs_little(what: str) -> None:
    with serving(LARGE_HEADS[what], timeout=1) as (server, api):
        with costs_less_than(3), ends_within(0.5):
            error = refused(api, quantcdn.ApiConnectionException)
        assert len(str(error)) < 400
        assert (error.attempts, len(server.requests)) == (1, 1)


# Fails if the status line of a proxy's or the service's response may carry anything into a message.
def test_no_text_of_a_malformed_response_is_shown() -> None:
    for said in (b"HTTP/1.1 2x0 s3cr3t\r\n\r\n", OK + b"s3cr3t s3cr3t: 1\r\n\r\n", OK + CHUNKED + b"\r\ns3cr3t\r\n"):
        with serving(then_close(said), retries=0) as (_, api):
            error = refused(api, quantcdn.ApiConnectionException)
            assert "s3cr3t" not in f"{error}{error!r}{pickle.dumps(error)!r}{vars(error)}"


# Fails if urllib3 finds a Connection option within another word.
def test_disclose_is_not_close() -> None:
    with serving(answer(200, BODY, [("Connection", "disclose, keep-alive")])) as (server, api):
        for _ in range(3):
            api.list_ai_tool_names("acme")
        assert server.connections == 1
