"""The steps of a generated client lead to endpoints that this one lacks, and keep its guarantees.

What stands under "as a generated client" was seen with one that openapi-generator 7.26 had made.
"""

from __future__ import annotations

import datetime
import enum
import json
import pickle
import uuid
from decimal import Decimal
from typing import Any

import pydantic
import pytest

import quantcdn
from quantcdn import ApiResponse
from quantcdn.api_client import TimeSource
from quantcdn.exceptions import OpenApiException
from test.helpers.server import Answer, ScriptedServer, answer, then_close

EXECUTION = {"executionId": "exec_1", "toolName": "calculate", "status": "complete", "createdAt": 1}
HOST = "https://api.example/prefix"
STATUS = "GetAIToolExecutionStatus200Response"


class Colour(enum.Enum):
    RED = "red"


class Thing:
    def __init__(self) -> None:
        self.count = 1
        self.day = datetime.date(2026, 1, 2)


class Project(pydantic.BaseModel):
    name: str


def client(**settings: Any) -> quantcdn.ApiClient:
    return quantcdn.ApiClient(
        quantcdn.Configuration(**{"host": HOST, "access_token": "t0ken", "proxy": "", **settings})
    )


def serialized(**arguments: Any) -> tuple[str, str, dict[str, str], Any]:
    """Make a request, and leave out the headers that every request has."""
    method, url, headers, body, form = client().param_serialize(
        **{"method": "GET", "resource_path": "/a/{x}", "path_params": {"x": "y"}, **arguments}
    )
    assert form is None
    own = {name: value for name, value in headers.items() if name not in client().default_headers}
    return method, url.removeprefix(HOST), own, body


# As a generated client


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, None),
        (Colour.RED, "red"),
        (pydantic.SecretStr("s"), "s"),
        (1, 1),
        (1.5, 1.5),
        (True, True),
        ("x", "x"),
        (b"x", b"x"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ([1, Colour.RED], [1, "red"]),
        ((1, Colour.RED), (1, "red")),
        (datetime.datetime(2026, 1, 2, 3, 4, 5, 6), "2026-01-02T03:04:05.000006"),
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (Decimal("1.50"), "1.50"),
        ({"a": {"b": Colour.RED}}, {"a": {"b": "red"}}),
        (Thing(), {"count": 1, "day": "2026-01-02"}),
        (quantcdn.GetAIToolExecutionStatus200Response.from_dict(EXECUTION), EXECUTION),
        (Project(name="a"), {"name": "a"}),
    ],
)
def test_values_become_json_as_a_generated_client_has_it(value: object, plain: object) -> None:
    sanitized = client().sanitize_for_serialization(value)
    assert sanitized == plain
    assert type(sanitized) is type(plain)


@pytest.mark.parametrize(
    ("text", "kind", "content_type", "value"),
    [
        ("1", "int", None, 1),
        ('"1"', "int", "application/json", 1),
        ("[1,2]", "List[int]", None, [1, 2]),
        ('{"a":1}', "Dict[str, int]", "application/json", {"a": 1}),
        ("null", "int", None, None),
        ("x", "str", None, "x"),
        ("x", "str", "text/plain; charset=utf-8", "x"),
        ("", "str", "application/json", ""),
        ("", "object", None, ""),
        ('"2026-01-02"', "date", None, datetime.date(2026, 1, 2)),
        ('"2026-01-02T03:04:05Z"', "datetime", None, datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)),
        ('"1.5"', "decimal", None, Decimal("1.5")),
        ('"00000000-0000-0000-0000-000000000001"', "UUID", None, uuid.UUID(int=1)),
        ('"red"', Colour, None, Colour.RED),
        ('{"a":1}', "object", "application/vnd.api+json", {"a": 1}),
        ("[1]", "int", None, [1]),
        ("null", "Optional[int]", None, None),
        ("5", "Optional[int]", None, 5),
        ("[[1],[2]]", "List[List[int]]", None, [[1], [2]]),
        ("1", object, None, 1),
        ('"x"', "bool", None, True),
        (json.dumps([EXECUTION]), f"List[{STATUS}]", None, [quantcdn.GetAIToolExecutionStatus200Response(**EXECUTION)]),
        ('{"name": "a"}', Project, None, Project(name="a")),
    ],
)
def test_a_text_becomes_a_value_as_a_generated_client_has_it(
    text: str, kind: Any, content_type: str | None, value: object
) -> None:
    found = client().deserialize(text, kind, content_type)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("arguments", "target", "headers", "body"),
    [
        ({"path_params": {"x": "b c/d"}}, "/a/b%20c%2Fd", {}, None),
        ({"path_params": [("x", 5)]}, "/a/5", {}, None),
        ({"path_params": {"x": True}}, "/a/true", {}, None),
        ({"path_params": {"x": ["a", "b"]}, "collection_formats": {"x": "csv"}}, "/a/a%2Cb", {}, None),
        ({"query_params": {"q": "a b&c", "n": 1, "t": True}}, "/a/y?q=a%20b%26c&n=1&t=true", {}, None),
        ({"query_params": [("q", ["a", "b"])], "collection_formats": {"q": "multi"}}, "/a/y?q=a&q=b", {}, None),
        ({"query_params": [("q", ["a", "b c"])], "collection_formats": {"q": "csv"}}, "/a/y?q=a,b%20c", {}, None),
        ({"query_params": [("q", ["a", "b c"])], "collection_formats": {"q": "pipes"}}, "/a/y?q=a|b%20c", {}, None),
        ({"query_params": [("q", {"a": 1})]}, "/a/y?q=%7B%22a%22%3A%201%7D", {}, None),
        ({"query_params": [("q", "a/b~*,")]}, "/a/y?q=a/b~%2A%2C", {}, None),
        ({"auth_settings": ["BearerAuth"]}, "/a/y", {"Authorization": "Bearer t0ken"}, None),
        ({"auth_settings": ["Other"]}, "/a/y", {}, None),
        ({"body": {"day": datetime.date(2026, 1, 2)}}, "/a/y", {}, {"day": "2026-01-02"}),
        ({"body": []}, "/a/y", {}, []),
    ],
)
def test_parameters_become_a_request_as_a_generated_client_has_it(
    arguments: dict[str, Any], target: str, headers: dict[str, str], body: object
) -> None:
    assert serialized(**arguments) == ("GET", target, headers, body)


def test_a_response_is_made_with_keywords_and_without_headers() -> None:
    response = ApiResponse(status_code=200, data="a", raw_data=b"a")
    assert (response.status_code, response.data, response.raw_data, dict(response.headers)) == (200, "a", b"a", {})
    assert pickle.loads(pickle.dumps(response)) == response
    with pytest.raises(TypeError):
        ApiResponse(200, {}, "a", b"a")  # type: ignore[misc] # nor does a generated client's take positions


# The whole way


def test_an_endpoint_that_the_client_lacks_is_called_in_three_steps() -> None:
    said = answer(200, {"name": "site"}, [("Content-Type", "application/json"), ("X-Thing", "1")])
    with ScriptedServer(said) as server, client(host=f"{server.url}/prefix") as api_client:
        request = api_client.param_serialize(
            method="GET",
            resource_path="/api/v3/organizations/{organisation}/projects/{project}",
            path_params={"organisation": "acme", "project": "a b"},
            query_params=[("with", "domains")],
            header_params={"Accept": "application/json"},
            auth_settings=["BearerAuth"],
        )
        response = api_client.call_api(*request, _request_timeout=5)
        response.read()
        found = api_client.response_deserialize(response, {"200": Project, "404": None})
        assert (found.status_code, found.data, found.headers["x-thing"]) == (200, Project(name="site"), "1")
        assert json.loads(found.raw_data) == {"name": "site"}
        head = server.requests[0]
        assert head.target == "/prefix/api/v3/organizations/acme/projects/a%20b?with=domains"
        assert head.headers["authorization"] == "Bearer t0ken"
        assert head.headers["user-agent"] == api_client.user_agent


def received_body(server: ScriptedServer) -> tuple[dict[str, str], bytes]:
    _, _, body = server.requests[0].head.partition(b"\r\n\r\n")
    return server.requests[0].headers, body


class BodyServer(ScriptedServer):
    """Takes a request with its body, whose length its head says."""

    @staticmethod
    def _head(connection: Any) -> bytes:
        received = b""
        while chunk := connection.recv(65_536):
            received += chunk
            head, end, body = received.partition(b"\r\n\r\n")
            length = next(
                (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
            )
            if end and len(body) >= length:
                return received
        return b""


@pytest.mark.parametrize("method", ["POST", "put", "PATCH", "DELETE"])
def test_a_body_is_sent_as_json(method: str) -> None:
    with BodyServer(answer(201, {"ok": True})) as server, client(host=server.url) as api_client:
        response = api_client.call_api(method, f"{server.url}/a", {}, {"day": datetime.date(2026, 1, 2), "é": [1]})
        assert api_client.response_deserialize(response, {"2XX": "object"}).data == {"ok": True}
        headers, body = received_body(server)
        assert server.requests[0].head.startswith(f"{method.upper()} /a HTTP/1.1".encode())
        assert json.loads(body) == {"day": "2026-01-02", "é": [1]}
        assert headers["content-type"] == "application/json"
        assert int(headers["content-length"]) == len(body)


def test_text_and_bytes_are_sent_as_they_are_where_the_header_says_so() -> None:
    for sent in ("é", "é".encode()):
        with BodyServer(answer(200)) as server, client(host=server.url) as api_client:
            api_client.call_api("POST", f"{server.url}/a", {"content-type": "text/plain", "content-length": "99"}, sent)
            headers, body = received_body(server)
            assert (headers["content-type"], headers["content-length"], body) == ("text/plain", "2", "é".encode())


def test_a_post_without_a_body_says_so() -> None:
    with BodyServer(answer(200)) as server, client(host=server.url) as api_client:
        api_client.call_api("POST", f"{server.url}/a")
        assert received_body(server)[0]["content-length"] == "0"
        assert "authorization" not in server.requests[0].headers  # which param_serialize adds


@pytest.mark.parametrize(
    ("method", "script", "attempts"),
    [
        ("GET", (answer(503), answer(200)), 2),
        ("OPTIONS", (answer(503), answer(200)), 2),
        ("POST", (answer(503), answer(200)), 1),
        ("DELETE", (answer(503), answer(200)), 1),
        ("PUT", (then_close(b""), answer(200)), 1),
    ],
)
def test_only_a_safe_method_is_sent_again(method: str, script: tuple[Answer, ...], attempts: int) -> None:
    with BodyServer(*script) as server, client(host=server.url) as api_client:
        api_client.clock = TimeSource(sleep=lambda _: None)
        try:
            status = api_client.call_api(method, f"{server.url}/a").status
        except quantcdn.ApiConnectionException as error:
            status = error.status
        assert status == {1: 503 if method != "PUT" else 0, 2: 200}[attempts]
        assert len(server.requests) == attempts


def test_a_post_is_not_sent_again_over_a_new_connection() -> None:
    with BodyServer(answer(200), then_close(b""), answer(200)) as server, client(host=server.url) as api_client:
        api_client.call_api("GET", f"{server.url}/a")
        with pytest.raises(quantcdn.ApiConnectionException):
            api_client.call_api("POST", f"{server.url}/a", body={})
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("status", "body", "types", "data"),
    [
        (404, {"error": "no", "executionId": "e"}, {"404": "GetAIToolExecutionStatus404Response"}, "model"),
        (404, {"error": "no"}, {"404": None}, {"error": "no"}),
        (404, {"error": "no"}, {}, {"error": "no"}),
        (404, {"error": "no"}, {"4XX": "object"}, {"error": "no"}),
        (404, "<html>", {"404": Project}, None),
        (500, "boom", {"default": "str"}, "boom"),
    ],
)
def test_an_error_status_raises_its_class(status: int, body: Any, types: dict[str, Any], data: object) -> None:
    with ScriptedServer(answer(status, body)) as server, client(host=server.url, retries=0) as api_client:
        response = api_client.call_api("GET", f"{server.url}/a")
        assert response.status == status
        with pytest.raises(quantcdn.ApiException) as caught:
            api_client.response_deserialize(response, types)
        assert type(caught.value) is quantcdn.exceptions.exception_class(status)
        if data == "model":
            assert caught.value.data == quantcdn.GetAIToolExecutionStatus404Response(error="no", execution_id="e")
        else:
            assert caught.value.data == data


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (b"{", "application/json", "object"),
        (b"[]", "application/json", STATUS),
        (b"{}", "application/json", Project),
        (b"\xff", "application/json", "object"),
        (b"[" * 9999, "application/json", "object"),
        (b"9" * 5000, "application/json", "int"),
        (b"1e999", "application/json", "int"),
        (b'"x"', "application/json", "int"),
        (b'"x"', "application/json", "List[int]"),
        (b"[1]", "application/json", "Dict[str, int]"),
        (b'"x"', "application/json", Colour),
        (b'"x"', "application/json", "decimal"),
        (b'"x"', "application/json", "datetime"),
        (b"5", "application/json", "datetime"),
        (b'"x"', "application/json", "UUID"),
        (b"<a/>", "application/xml", "str"),
        (b"", "application/json", STATUS),
    ],
)
def test_a_body_that_is_no_value_of_its_type_raises_an_error_of_the_family(
    body: bytes, content_type: str, kind: Any
) -> None:
    with ScriptedServer(answer(200, body, [("Content-Type", content_type)])) as server:
        with client(host=server.url) as api_client:
            response = api_client.call_api("GET", f"{server.url}/a")
            with pytest.raises(quantcdn.ApiResponseException) as caught:
                api_client.response_deserialize(response, {"200": kind})
            assert (caught.value.status, caught.value.raw_data) == (200, body)
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return
    with pytest.raises(quantcdn.ApiResponseException) as caught:
        client().deserialize(text, kind, content_type)
    assert caught.value.status == 0


def test_bytes_and_latin_1_text_are_read_as_they_are() -> None:
    said = answer(200, b"\xe9\xff", [("Content-Type", "text/plain; charset=ISO-8859-1")])
    with ScriptedServer(said) as server, client(host=server.url) as api_client:
        response = api_client.call_api("GET", f"{server.url}/a")
        assert api_client.response_deserialize(response, {"200": "bytes"}).data == b"\xe9\xff"
        assert api_client.response_deserialize(response, {"200": "str"}).data == "éÿ"
        assert api_client.response_deserialize(response, {"200": None}).data is None
        assert api_client.response_deserialize(response).data is None


# The token goes to the configured host alone


@pytest.mark.parametrize(
    "url",
    [
        "https://other.example/prefix/a",
        "http://api.example/prefix/a",
        "https://api.example/a",
        "https://api.example/prefixed",
        "https://api.example/prefix@other.example/",
        "https://api.example/prefix.other.example/",
        "https://api.example:8443/prefix/a",
        "https://api.example@other.example/prefix/a",
        "https://user:pw@api.example/prefix/a",
        "//api.example/prefix/a",
        "/prefix/a",
        "https://api.example/prefix/a b",
        "https://api.example/prefix/a\r\nX: y",
        "https://api.example/prefix/\u00e9",
        "",
        5,
        None,
    ],
)
def test_a_url_of_another_host_is_refused(url: Any) -> None:
    with pytest.raises((quantcdn.ApiValueError, quantcdn.ApiTypeError)):
        client().call_api("GET", url, {"Authorization": "Bearer t0ken"})


@pytest.mark.parametrize(
    "arguments",
    [
        {"path_params": {"x": ".."}},
        {"path_params": {"x": ""}},
        {"path_params": {}},
        {"path_params": {"x": object()}},
        {"path_params": {"x": {1}}},
        {"path_params": 5},
        {"path_params": [5]},
        {"resource_path": ".other.example/a"},
        {"resource_path": ""},
        {"_host": "https://other.example"},
        {"post_params": [("a", "b")]},
        {"files": {"a": b"b"}},
        {"query_params": {"q": 10**5000}},
        {"query_params": {"q": float("nan")}},
        {"query_params": [("q", ["a"])], "collection_formats": {"q": "odd"}},
        {"header_params": {"X": "a\r\nb"}},
        {"header_params": {"X": object()}},
        {"header_params": "X: y"},
        {"_request_auth": {"in": "query", "key": "a", "value": "b"}},
        {"body": {1, 2}},
        {"body": Thing},
    ],
)
def test_parameters_that_cannot_be_sent_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises((quantcdn.ApiValueError, quantcdn.ApiTypeError)):
        serialized(**arguments)


@pytest.mark.parametrize(
    ("method", "headers", "body"),
    [
        ("TRACE", {}, None),
        ("G ET", {}, None),
        (5, {}, None),
        ("GET", {}, {"a": 1}),
        ("HEAD", {}, {"a": 1}),
        ("POST", {}, {"a": float("nan")}),
        ("POST", {}, {"a": 10**5000}),
        ("POST", {}, b"a"),
        ("POST", {"Content-Type": "text/plain"}, {"a": 1}),
        ("POST", {"Content-Type": 5}, {"a": 1}),
        ("POST", [("A", "b")], None),
    ],
)
def test_a_request_that_cannot_be_sent_is_refused(method: Any, headers: Any, body: object) -> None:
    with BodyServer(answer(200)) as server, client(host=server.url) as api_client:
        with pytest.raises((quantcdn.ApiValueError, quantcdn.ApiTypeError)):
            api_client.call_api(method, f"{server.url}/a", headers, body)
        with pytest.raises(quantcdn.ApiValueError):
            api_client.call_api("POST", f"{server.url}/a", {}, None, [("a", "b")])
        assert server.requests == []


def test_what_contains_itself_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(quantcdn.ApiValueError, match="contains itself"):
        client().sanitize_for_serialization(loop)


@pytest.mark.parametrize("kind", ["Nope", "List[Nope]", "file", "", 5, "List[" * 50 + "int" + "]" * 50])
def test_a_type_that_is_none_is_refused(kind: Any) -> None:
    with pytest.raises((quantcdn.ApiValueError, quantcdn.ApiTypeError)):
        client().deserialize("null", kind)
    with ScriptedServer(answer(200, "null")) as server, client(host=server.url) as api_client:
        response = api_client.call_api("GET", f"{server.url}/a")
        with pytest.raises((quantcdn.ApiValueError, quantcdn.ApiTypeError)):
            api_client.response_deserialize(response, {"200": kind})


def test_headers_of_the_caller_win_and_his_own_are_not_changed() -> None:
    asked: list[str] = []
    api_client = client(access_token=lambda: asked.append("") or "t0ken")
    given = {"authorization": "Custom x", "user-agent": "mine", "X-B": 2}
    _, _, headers, _, _ = api_client.param_serialize("GET", "/a", header_params=given, auth_settings=["BearerAuth"])
    assert (headers["authorization"], headers["user-agent"], headers["X-B"]) == ("Custom x", "mine", "2")
    assert "Authorization" not in headers
    auth = {"in": "header", "key": "X-Key", "value": "v"}
    _, _, headers, _, _ = api_client.param_serialize("GET", "/a", auth_settings=["BearerAuth"], _request_auth=auth)
    assert (headers["X-Key"], "Authorization" in headers) == ("v", False)
    assert asked == []
    assert given == {"authorization": "Custom x", "user-agent": "mine", "X-B": 2}


def test_no_step_shows_the_token() -> None:
    with ScriptedServer(answer(500, {"error": "t0ken"})) as server, client(host=server.url, retries=0) as api_client:
        request = api_client.param_serialize("GET", "/a", auth_settings=["BearerAuth"])
        response = api_client.call_api(*request)
        with pytest.raises(OpenApiException) as caught:
            api_client.response_deserialize(response, {"500": "object"})
        assert "t0ken" not in f"{caught.value} {caught.value.data} {pickle.dumps(caught.value)!r}"


def test_limits_hold() -> None:
    with ScriptedServer(answer(200, "x" * 100)) as server, client(host=server.url, max_response_size=10) as api_client:
        with pytest.raises(quantcdn.ApiResponseException, match="larger"):
            api_client.call_api("GET", f"{server.url}/a")
    with ScriptedServer(lambda connection: connection.recv(1)) as server, client(host=server.url) as api_client:
        with pytest.raises(quantcdn.ApiTimeoutException):
            api_client.call_api("POST", f"{server.url}/a", body={}, _request_timeout=0.2)
