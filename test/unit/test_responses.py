"""An unread response is read as a file is, loses nothing, and travels without its connection."""

from __future__ import annotations

import contextlib
import copy
import gc
import pickle
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import urllib3

import quantcdn
from quantcdn.rest import RESTResponse
from test.helpers.responses import CHUNKED, chunk, head, serving
from test.helpers.server import ScriptedServer, answer, then_close

BODY = b"0123456789"


@contextlib.contextmanager
def unread(*script: Any, **settings: Any) -> Iterator[tuple[ScriptedServer, RESTResponse]]:
    with serving(*(script or (answer(200, BODY, [("x-request-id", "r-1")]),)), **settings) as (server, api):
        with api.list_ai_tools_without_preload_content("acme") as response:
            yield server, response


@contextlib.contextmanager
def unread_by_urllib3() -> Iterator[Any]:
    with ScriptedServer(answer(200, BODY)) as server, urllib3.PoolManager() as manager:
        response = manager.request("GET", server.url, preload_content=False)
        yield response
        response.close()


READING: dict[str, Callable[[Any], object]] = {
    "whole": lambda response: response.read(),
    "None": lambda response: response.read(None),
    "-1": lambda response: response.read(-1),
    "-1 after some": lambda response: (response.read(3), response.read(-1), response.read()),
    "another negative number": lambda response: response.read(-7),
    "nothing": lambda response: (response.read(0), response.read(4)),
    "more than there is": lambda response: (response.read(100), response.read(1)),
    "in pieces": lambda response: list(response.stream(4)),
    "the rest in pieces": lambda response: (response.read(3), list(response.stream(4))),
    "data": lambda response: (response.data, response.data),
    "given up": lambda response: (response.read(3), response.release_conn()),
    "read, and given up": lambda response: (response.read(), response.release_conn(), response.release_conn()),
}


# urllib3's response is what generated clients hand out.
@pytest.mark.parametrize("how", READING)
def test_a_response_is_read_as_urllib3s_is(how: str) -> None:
    with unread() as (_, ours), unread_by_urllib3() as theirs:
        assert READING[how](ours) == READING[how](theirs)


# Where urllib3 gives the rest, or nothing, as if that were the whole body.
@pytest.mark.parametrize(
    "read", [lambda r: r.read(3), lambda r: next(r.stream(3)), lambda r: list(r.stream(3)), lambda r: next(r.pieces())]
)
def test_data_after_a_part_was_read_is_an_error_and_not_the_rest(read: Callable[[Any], object]) -> None:
    with unread() as (_, response):
        read(response)
        for _ in range(2):
            with pytest.raises(quantcdn.ApiValueError, match="no whole body"):
                _ = response.data
        with pytest.raises(quantcdn.ApiValueError, match="no whole body"):
            response.json()


@pytest.mark.parametrize("amount", [None, -1])
def test_what_was_read_whole_is_in_data_too(amount: int | None) -> None:
    with unread() as (_, response):
        assert response.read(amount) == BODY
        assert response.data == BODY
        assert response.read() == b""


def test_a_body_that_is_there_already_can_be_read_once_more() -> None:
    with unread() as (_, response):
        assert response.data == BODY
    with serving(answer(200, BODY)) as (_, api):
        client = api.api_client
        loaded = client.rest_client.request("GET", client.configuration.host, "/", {})
        assert (loaded.read(4), loaded.read(), loaded.read(), loaded.data) == (b"0123", b"456789", b"", BODY)


class Index:
    def __index__(self) -> int:
        return 4


def test_a_whole_number_is_whatever_says_that_it_is_one() -> None:
    with unread() as (_, response):
        assert response.read(Index()) == b"0123"  # type: ignore[arg-type] # as numpy's integers


@pytest.mark.parametrize("amount", ["4", 4.0, b"4", True, [4], object()])
def test_an_amount_that_is_no_whole_number_is_refused(amount: Any) -> None:
    with unread() as (_, response):
        for read in (response.read, response.stream):
            with pytest.raises(quantcdn.ApiTypeError, match="amt takes a whole number"):
                read(amount)
        with pytest.raises(quantcdn.ApiValueError, match="1 byte or more"):
            response.stream(0)
        assert response.read() == BODY


# Fails if a piece that is cut to nothing at the limit passes for the end of the body.
@pytest.mark.parametrize("limit", [65_536, 131_072, 100])
@pytest.mark.parametrize("read", [lambda r: r.read(), lambda r: list(r.stream(65_536)), lambda r: r.data])
def test_a_body_that_reaches_the_limit_with_a_piece_and_goes_on_is_too_large(
    limit: int, read: Callable[[RESTResponse], object]
) -> None:
    said = head(CHUNKED) + chunk(bytes(65_536)) * 3 + b"0\r\n\r\n"
    with unread(said, max_response_size=limit) as (_, response):
        with pytest.raises(quantcdn.ApiResponseException, match=f"limit of {limit} bytes"):
            read(response)


def moved(response: RESTResponse) -> list[RESTResponse]:
    return [pickle.loads(pickle.dumps(response)), copy.copy(response), copy.deepcopy(response)]


def test_a_read_body_travels_and_the_connection_does_not() -> None:
    with unread() as (server, response):
        assert response.data == BODY
        seconds = response.request.seconds
        for other in moved(response):
            assert (other.status, other.reason, other.data, other.request_id) == (200, "Reason", BODY, "r-1")
            assert other.headers["X-Request-Id"] == "r-1"
            assert other.request._replace(seconds=0.0) == response.request._replace(seconds=0.0)
            assert other.request.seconds >= seconds
            assert other.request.seconds == other.request.seconds
            assert other.request.url.startswith(server.url)
            other.release_conn()
            with other:
                pass
            assert moved(other)[0].data == BODY
        assert response.data == BODY


@pytest.mark.parametrize("taken", [0, 3])
def test_a_body_that_was_not_read_says_so_where_it_is_missed(taken: int) -> None:
    with unread() as (_, response):
        response.read(taken)
        for other in moved(response):
            with pytest.raises(quantcdn.ApiResponseException, match="not read before the response was pickled"):
                other.read()
        assert response.read() == BODY[taken:]


def test_a_pickle_has_nothing_that_authorises() -> None:
    with unread(answer(200, "{"), access_token="t0ken-0123456789") as (_, response):
        assert response.data == b"{"
        assert b"t0ken" not in pickle.dumps(response)
        with pytest.raises(quantcdn.ApiResponseException, match="no JSON"):
            pickle.loads(pickle.dumps(response)).json()


def test_a_connection_whose_body_was_read_serves_the_next_call_and_another_does_not() -> None:
    with serving(answer(200, BODY)) as (server, api):
        for read in (True, True, False, True):
            response = api.list_ai_tools_without_preload_content("acme")
            if read:
                response.read()
            response.release_conn()
        assert [request.connection for request in server.requests] == [1, 1, 1, 2]


def test_a_body_that_breaks_off_is_no_whole_body() -> None:
    with unread(then_close(answer(200, BODY, length=100))) as (_, response):
        with pytest.raises(quantcdn.ApiConnectionException, match="ended early"):
            response.read()
        with pytest.raises(quantcdn.ApiValueError, match="no whole body"):
            _ = response.data


# Fails if what a pool of urllib3 hands on does not close its connection where nobody reads it, as urllib3's own does.
def test_a_response_that_is_dropped_closes_its_connection() -> None:
    with serving(answer(200, BODY)) as (server, api), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        api.list_ai_tools_without_preload_content("acme")
        gc.collect()
        assert api.list_ai_tools_without_preload_content("acme").data == BODY
        assert server.connections == 2
    assert not warned


# The first body ends too early, or the caller gives it up, while the connection of the second is idle. What broke
# the one may have broken the other too.
@pytest.mark.parametrize(("end", "connections"), [(RESTResponse.read, [1, 2, 3]), (RESTResponse.close, [1, 2, 2])])
def test_a_connection_is_made_anew_after_a_break_alone(
    end: Callable[[RESTResponse], object], connections: list[int]
) -> None:
    cut = then_close(head(("Content-Length", "11")) + BODY)
    with serving(cut, answer(200, BODY), answer(200, BODY)) as (server, api):
        first, second = (api.list_ai_tools_without_preload_content("acme") for _ in range(2))
        assert second.read() == BODY
        with contextlib.suppress(quantcdn.ApiConnectionException):
            end(first)
        api.list_ai_tools_without_preload_content("acme").read()
        assert [request.connection for request in server.requests] == connections
