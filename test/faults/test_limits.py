"""A call ends in time and within its size, whatever the service sends."""

from __future__ import annotations

import functools
import gzip
import json
import zlib
from typing import Any

import pytest

import quantcdn
from quantcdn.timeout import Timeout
from test.helpers.responses import (
    BODY,
    CHUNKED,
    GZIP,
    NAMES,
    Pauses,
    chunk,
    costs_less_than,
    drip,
    ends_within,
    flood,
    hang,
    head,
    packed,
    refused,
    serving,
    then_hang,
)
from test.helpers.server import Answer, answer, then_close
from test.helpers.table import table

LIMIT = 0.3
MEGABYTE = 2**20
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"

STALLS: dict[str, Answer] = {
    "nothing": hang,
    "half a status line": then_hang(b"HTTP/1.1 2"),
    "a status line and nothing more": then_hang(b"HTTP/1.1 200 OK\r\n"),
    "headers and nothing more": then_hang(head(("Content-Length", "9"))),
    "chunked headers and nothing more": then_hang(head(CHUNKED)),
    "half a body": then_hang(answer(200, b'{"tools"', length=99)),
    "half a chunk": then_hang(head(CHUNKED) + b"20\r\nabc"),
    "a chunk and nothing more": then_hang(head(CHUNKED) + chunk(b"abc")),
    "a last chunk without its end": then_hang(head(CHUNKED) + chunk(BODY) + b"0\r\n"),
    "half a packed body": then_hang(packed()[:-4]),
    "an interim answer and nothing more": then_hang(CONTINUE),
}
DRIPS: dict[str, Answer] = {
    "a status line without an end": drip(b"HTTP/1.1 200 ", b"x"),
    "a status line without a start": drip(b"", b"H"),
    "a header without an end": drip(b"HTTP/1.1 200 OK\r\nX: ", b"x"),
    "headers without an end": drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "a body of known length": drip(head(("Content-Length", "99999")), b" "),
    "a body in chunks": drip(head(CHUNKED), chunk(b" ")),
    "a body until the end of the connection": drip(head(), b" "),
    "one large chunk": drip(head(CHUNKED) + b"fffff\r\n", b" "),
    "a chunk's size without an end": drip(head(CHUNKED), b"0"),
    "a chunk's extension without an end": drip(head(CHUNKED) + b"1;x=", b"x"),
    "trailers without an end": drip(head(CHUNKED) + chunk(BODY) + b"0\r\n", b"X: y\r\n"),
    "a packed body": drip(head(("Content-Length", "99999"), GZIP) + gzip.compress(b"")[:10], b"\0\0\0\xff\xff"),
    "100 Continue without an end": drip(b"", CONTINUE),
    "103 Early Hints without an end": drip(b"", HINTS),
}
FLOODS: dict[str, Answer] = {
    "chunks that hold one byte": flood(head(CHUNKED), chunk(b" ") * 1000),
    "packed members that hold nothing": flood(head(GZIP), gzip.compress(b"") * 1000),
}


# Fails if a limit is kept between two bytes only, as a socket's own is.
@pytest.mark.parametrize("what", [*STALLS, *DRIPS, *FLOODS])
def test_the_whole_call_ends_at_its_limit(what: str) -> None:
    with serving({**STALLS, **DRIPS, **FLOODS}[what], timeout=LIMIT) as (server, api):
        with ends_within(LIMIT, after=LIMIT * 0.9):
            error = refused(api, quantcdn.ApiTimeoutException)
        assert (error.status, error.attempts, len(server.requests)) == (0, 1, 1)
        assert isinstance(error, TimeoutError)


# Fails if the limits hold for plain sockets only.
@pytest.mark.parametrize(
    "what", ["nothing", "half a body", "headers without an end", "a body in chunks", "100 Continue without an end"]
)
def test_the_whole_call_ends_at_its_limit_over_tls(what: str) -> None:
    with serving({**STALLS, **DRIPS}[what], timeout=LIMIT, tls=True) as (server, api):
        with ends_within(LIMIT, after=LIMIT * 0.9):
            refused(api, quantcdn.ApiTimeoutException)
        assert len(server.requests) == 1


# Fails if an error's body may take longer than an answer's: the status came, so its class counts.
@pytest.mark.parametrize("status", [404, 503])
def test_an_error_s_body_that_is_dripped_ends_at_the_limit_with_the_status_s_class(status: int) -> None:
    said = drip(head(("Content-Length", "99999"), status=status), b"x")
    with serving(said, timeout=LIMIT) as (server, api):
        with ends_within(LIMIT, after=LIMIT * 0.9):
            refused(api, quantcdn.exceptions.exception_class(status))
        assert len(server.requests) == 1


# Fails if each attempt gets the whole limit anew.
def test_all_attempts_share_one_limit() -> None:
    limits = Timeout(connect=1, read=0.2, total=0.5)
    with serving(hang, timeout=limits, pauses=Pauses(share=0)) as (server, api):
        with ends_within(0.5, after=0.45):
            error = refused(api, quantcdn.ApiTimeoutException)
        assert (error.attempts, len(server.requests)) == (3, 3)
        assert "limit of 0.5 s for the whole call" in str(error)


# Fails if silence is not limited of itself, within the limit of the whole call.
@pytest.mark.parametrize("what", STALLS)
def test_a_silence_ends_at_its_own_limit_and_is_tried_again(what: str) -> None:
    pauses = Pauses()
    with serving(STALLS[what], timeout=Timeout(connect=5, read=0.1, total=30), pauses=pauses) as (server, api):
        with ends_within(0.3, after=0.27):
            error = refused(api, quantcdn.ApiTimeoutException)
        assert (error.attempts, len(server.requests)) == (3, 3)
        assert pauses.drawn == [(0, 0.5), (0, 1)]


# Fails if the idle limit is taken for the whole read.
def test_a_response_that_keeps_coming_may_take_longer_than_the_limit_for_a_silence() -> None:
    def slow(connection: Any) -> None:
        for position in range(0, len(BODY), 3):
            connection.sendall((answer(200, b"", length=len(BODY)) if not position else b"") + BODY[position:][:3])
            server.wait(0.03)

    with serving(slow, timeout=Timeout(connect=5, read=0.2, total=5), retries=0) as (server, api):
        with ends_within(1.0, after=0.25):
            assert api.list_ai_tool_names("acme").count == 1
        assert len(server.requests) == 1


# Fails if a call's own limits are not carried to its sockets.
@pytest.mark.parametrize(
    ("setting", "requests"), [(0.2, 1), ((5, 0.2), 1), ([5, 0.2], 1), (Timeout(5, 0.2, 9), 1), (Timeout(5, 9, 0.2), 1)]
)
def test_limits_given_for_one_call_hold_for_that_call_alone(setting: Any, requests: int) -> None:
    with serving(hang, answer(200, NAMES), timeout=30, retries=0) as (server, api):
        with ends_within(0.2, after=0.18):
            refused(api, quantcdn.ApiTimeoutException, _request_timeout=setting)
        assert len(server.requests) == requests
        assert api.api_client.configuration.timeout == Timeout(total=30)
        assert api.list_ai_tool_names("acme").count == 1


# Fails if the limit is kept by urlopen alone, which has returned before an unread body is read.
@pytest.mark.parametrize("amount", [None, 1, 10])
def test_the_limit_holds_for_a_response_that_is_read_by_the_caller(amount: int | None) -> None:
    with serving(drip(head(("Content-Length", "99999")), b"x"), timeout=LIMIT) as (server, api):
        with ends_within(LIMIT, after=LIMIT * 0.9):
            response = api.list_ai_tool_names_without_preload_content("acme")
            with response, pytest.raises(quantcdn.ApiTimeoutException):
                list(iter(lambda: response.read(amount), b""))
        assert len(server.requests) == 1


# Fails if a connection with the rest of a late answer goes back to the pool.
def test_a_call_after_a_limit_has_passed_gets_its_own_response() -> None:
    def late(connection: Any) -> None:
        connection.sendall(answer(200, b"", length=len(BODY)))
        server.wait(0.3)
        connection.sendall(json.dumps({"tools": ["late"], "count": 9}).encode())

    with serving(late, answer(200, NAMES), retries=0) as (server, api):
        with ends_within(0.2):
            refused(api, quantcdn.ApiTimeoutException, _request_timeout=0.2)
        server.wait(0.2)
        assert api.list_ai_tool_names("acme").tools == ["get_weather"]
        assert (len(server.requests), server.connections) == (2, 2)


def large(how: str, size: int) -> Answer:
    """Write an answer of a size; what is larger than the bytes that are sent expands."""
    text = b'"' + b"x" * (size - 2) + b'"'
    if how == "said":
        return answer(200, text)
    if how == "until the end":
        return then_close(head() + text)
    if how == "chunked":
        return head(CHUNKED) + b"".join(chunk(text[i : i + 999]) for i in range(0, size, 999)) + b"0\r\n\r\n"
    squeezed = gzip.compress(text)
    if how == "packed":
        return answer(200, squeezed, [GZIP])
    return head(CHUNKED, GZIP) + chunk(squeezed) + b"0\r\n\r\n"


LARGE = ["said", "until the end", "chunked", "packed", "packed and chunked"]


# Fails if only a length that is said is compared with the cap.
@pytest.mark.parametrize("how", LARGE)
@pytest.mark.parametrize("over", [1, 100_000])
def test_a_response_larger_than_the_cap_is_refused_and_not_tried_again(how: str, over: int) -> None:
    with serving(large(how, 5000 + over), max_response_size=5000, max_error_size=40) as (server, api):
        error = refused(api, quantcdn.ApiResponseException)
        assert "larger than the limit of 5000 bytes" in str(error)
        assert (error.status, error.raw_data) == (200, b'"' + b"x" * 39)
        assert len(server.requests) == 1


# Fails if the cap is one too small.
@pytest.mark.parametrize("how", LARGE)
def test_a_response_just_as_large_as_the_cap_is_read(how: str) -> None:
    with serving(large(how, 5000), max_response_size=5000) as (server, api):
        response = api.api_client.rest_client.request("GET", server.url, "/", {})
        assert len(response.data) == 5000
        assert len(server.requests) == 1


# Fails if the cap holds for preloaded answers only.
@pytest.mark.parametrize("how", LARGE)
def test_a_response_larger_than_the_cap_is_refused_where_the_caller_reads_it(how: str) -> None:
    with serving(large(how, 6000), max_response_size=5000) as (server, api):
        with api.list_ai_tool_names_without_preload_content("acme") as response:
            with pytest.raises(quantcdn.ApiResponseException, match="larger than the limit of 5000 bytes"):
                for _ in response.stream(100):
                    pass
        assert len(server.requests) == 1


# Fails if reading the start of a body that is too large can end the call otherwise.
@pytest.mark.parametrize("rest", [then_hang, then_close])
def test_a_length_that_is_too_large_is_refused_whatever_follows(rest: Any) -> None:
    limits = Timeout(connect=5, read=0.2, total=5)
    with serving(rest(answer(200, b"start", length=10**9)), timeout=limits) as (server, api):
        with ends_within(0.2):
            error = refused(api, quantcdn.ApiResponseException)
        assert "larger than the limit" in str(error)
        assert error.raw_data in (b"start", b"")
        assert len(server.requests) == 1


@functools.cache
def bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(wbits=31)
    zeros = bytes(MEGABYTE)
    return b"".join(packer.compress(zeros) for _ in range(megabytes)) + packer.flush()


ENDLESS: dict[str, Answer] = {
    "until the end": flood(head(), bytes(65_536)),
    "chunked": flood(head(CHUNKED), chunk(bytes(65_536))),
    "one chunk": flood(head(CHUNKED) + b"fffffffffff\r\n", bytes(65_536)),
    "tiny chunks": flood(head(CHUNKED), chunk(b"0123456789" * 10) * 600),
    "a chunk of no size": flood(head(CHUNKED) + b"-1\r\n", bytes(65_536)),
    "said as a list": flood(head(("Content-Length", "5, 5")), bytes(65_536)),
    "said and not meant": flood(head(("Content-Length", "99999999999")), bytes(65_536)),
    "a chunk's extension": flood(head(CHUNKED) + b"1;", b"x" * 65_536),
    "a status line": flood(b"HTTP/1.1 200 ", b"x" * 65_536),
    "a header": flood(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 65_536),
    "headers": flood(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 1000),
}


# Fails if a body is gathered before it is measured: the server would fill the memory.
@pytest.mark.parametrize("how", ENDLESS)
def test_what_has_no_end_costs_no_more_than_the_cap(how: str) -> None:
    with serving(ENDLESS[how], max_response_size=2 * MEGABYTE, retries=0, timeout=3) as (server, api):
        with costs_less_than(8), ends_within(2), pytest.raises(quantcdn.ApiException):
            api.list_ai_tool_names("acme")
        assert len(server.requests) == 1


# Fails if a packed body is unpacked in one go.
@pytest.mark.parametrize("status", [200, 500])
def test_a_bomb_costs_no_more_than_the_cap(status: int) -> None:
    said = answer(status, bomb(200), [GZIP])
    with serving(said, retries=0, timeout=20) as (server, api):
        expected = quantcdn.ApiResponseException if status == 200 else quantcdn.ServiceException
        with costs_less_than(16 + 4), ends_within(20):
            error = refused(api, expected)
        assert error.raw_data == bytes(65_536)
        assert len(server.requests) == 1


# Fails if unpacked members are counted one by one.
def test_a_bomb_of_many_members_costs_no_more_than_the_cap() -> None:
    said = answer(200, bomb(1) * 100, [GZIP])
    with serving(said, max_response_size=4 * MEGABYTE) as (server, api):
        with costs_less_than(8), ends_within(5):
            error = refused(api, quantcdn.ApiResponseException)
        assert "larger than the limit" in str(error)
        assert len(server.requests) == 1


# Fails if a step of unpacking may give more than it was asked for.
def test_a_bomb_read_by_the_caller_costs_what_he_reads() -> None:
    with serving(answer(200, bomb(200), [GZIP])) as (server, api):
        with costs_less_than(4), ends_within(5):
            with api.list_ai_tool_names_without_preload_content("acme") as response:
                assert response.read(100) == bytes(100)
        assert len(server.requests) == 1


# Fails if error bodies are not bounded, or are bounded by the cap for answers.
@pytest.mark.parametrize("how", LARGE)
def test_an_error_s_body_larger_than_its_cap_keeps_its_start_and_its_class(how: str) -> None:
    def failed(said: Answer) -> Answer:
        return said.replace(b" 200 ", b" 404 ", 1) if isinstance(said, bytes) else then_close(head(status=404) + TEXT)

    with serving(failed(large(how, len(TEXT))), max_error_size=100) as (server, api):
        error = refused(api, quantcdn.NotFoundException)
        assert (error.raw_data, error.body) == (TEXT[:100], TEXT[:100].decode())
        assert (error.status, error.data, len(server.requests)) == (404, None, 1)


TEXT = b'"' + b"x" * 5998 + b'"'


def test_the_largest_sizes_are_the_documented_ones() -> None:
    configuration = quantcdn.Configuration()
    assert configuration.max_response_size == 16 * MEGABYTE
    assert configuration.max_image_size == 64 * MEGABYTE
    assert configuration.max_error_size == 64 * 1024


def test_the_time_limits_are_the_documented_ones() -> None:
    assert quantcdn.Configuration().timeout == Timeout(connect=5, read=30, total=60)


SQUEEZED = gzip.compress(BODY)

BAD_ENCODINGS = {
    "brotli": ("br", BODY, "not requested"),
    "deflate": ("deflate", zlib.compress(BODY), "not requested"),
    "zstd": ("zstd", BODY, "not requested"),
    "gzip twice": ("gzip, gzip", gzip.compress(SQUEEZED), "not requested"),
    "gzip six times": (", ".join(["gzip"] * 6), SQUEEZED, "not requested"),
    "gzip under brotli": ("gzip, br", SQUEEZED, "not requested"),
    "an encoding that does not exist": ("\u00e9t\u00e9", BODY, "not requested"),
    "not packed at all": ("gzip", BODY, "damaged"),
    "deflate under gzip's name": ("gzip", zlib.compress(BODY), "damaged"),
    "cut in its head": ("gzip", SQUEEZED[:5], "ends early"),
    "cut in the middle": ("gzip", SQUEEZED[:20], "ends early"),
    "cut before its checksum": ("gzip", SQUEEZED[:-8], "ends early"),
    "cut in its checksum": ("gzip", SQUEEZED[:-1], "ends early"),
    "a wrong checksum": ("gzip", SQUEEZED[:-8] + bytes(4) + SQUEEZED[-4:], "damaged"),
    "a wrong length": ("gzip", SQUEEZED[:-4] + bytes(4), "damaged"),
    "a flipped bit": ("gzip", SQUEEZED[:12] + bytes([SQUEEZED[12] ^ 0xFF]) + SQUEEZED[13:], "damaged"),
    "rubbish after its end": ("gzip", SQUEEZED + b"rubbish", "damaged"),
    "a second member cut": ("gzip", SQUEEZED + gzip.compress(b"  ")[:-3], "ends early"),
    "nothing under gzip's name": ("gzip", b"", "is empty"),
    "an empty member": ("gzip", gzip.compress(b""), "is empty"),
}


# Fails if what a decoder raises gets out, or if half a body passes for a whole one.
@table("what", BAD_ENCODINGS)
@table("framing", ["length", "chunks"])
def test_a_body_that_cannot_be_unpacked_is_refused_and_not_tried_again(what: str, framing: str) -> None:
    encoding, body, why = BAD_ENCODINGS[what]
    headers = [("Content-Encoding", encoding), ("X-Request-Id", "r-1")]
    said = answer(200, body, headers)
    if framing == "chunks":
        said = answer(200, b"", [*headers, CHUNKED]) + (chunk(body) if body else b"") + b"0\r\n\r\n"
    with serving(said) as (server, api):
        error = refused(api, quantcdn.ApiResponseException)
        assert why in str(error)
        assert (error.status, error.request_id, len(server.requests)) == (200, "r-1", 1)


# Fails if an error's class hangs on its body.
@pytest.mark.parametrize("what", BAD_ENCODINGS)
def test_an_error_s_body_that_cannot_be_unpacked_leaves_its_class(what: str) -> None:
    encoding, body, _ = BAD_ENCODINGS[what]
    with serving(answer(422, body, [("Content-Encoding", encoding)])) as (server, api):
        error = refused(api, quantcdn.UnprocessableEntityException)
        assert (error.status, len(server.requests)) == (422, 1)


# Fails if a header from outside goes into a message whole.
def test_a_long_name_of_an_encoding_is_shortened() -> None:
    with serving(answer(200, BODY, [("Content-Encoding", "x" * 60_000)])) as (_, api):
        assert len(str(refused(api, quantcdn.ApiResponseException))) < 500


# Fails if members after the first are dropped (RFC 1952 section 2.2), or names of encodings are taken literally.
@pytest.mark.parametrize("encoding", ["gzip", "GZip", " gzip ", "x-gzip"])
@pytest.mark.parametrize("cut", [0, 1, 10, len(BODY)])
def test_a_body_packed_in_two_members_is_read(encoding: str, cut: int) -> None:
    body = gzip.compress(BODY[:cut]) + gzip.compress(BODY[cut:])
    with serving(answer(200, body, [("Content-Encoding", encoding)])) as (server, api):
        assert api.list_ai_tool_names("acme").to_dict() == NAMES
        assert len(server.requests) == 1


# Fails if identity is taken for an encoding that was not asked for.
@pytest.mark.parametrize("encoding", ["", "identity", "IDENTITY"])
def test_a_body_said_to_be_plain_is_read(encoding: str) -> None:
    with serving(answer(200, BODY, [("Content-Encoding", encoding)])) as (server, api):
        assert api.list_ai_tool_names("acme").to_dict() == NAMES
        assert server.requests[0].headers["accept-encoding"] == "gzip"
