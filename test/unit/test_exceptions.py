"""Errors form one family, say in one line what happened, survive pickling, and keep secrets."""

from __future__ import annotations

import copy
import pickle

import pytest

import quantcdn
from quantcdn import exceptions
from quantcdn._display.text import escaped
from quantcdn.exceptions import RequestInfo, exception_class

ERRORS: list[quantcdn.OpenApiException] = [
    quantcdn.OpenApiException("plain"),
    quantcdn.ApiTypeError("limit takes a whole number", ["a", 0], (int,), False),
    quantcdn.ApiValueError("limit must be from 1 to 100", ["limit"]),
    quantcdn.ApiAttributeError("no such setting"),
    quantcdn.ApiKeyError("no such key", path_to_item=["x"]),
    *(
        kind(
            404,
            "Reason",
            body="{}",
            data=quantcdn.GetAIToolExecutionStatus404Response(error="gone"),
            headers={"a": "b"},
            request_id="r-1",
            raw_data=b"{}",
            request=RequestInfo("GET", "https://host/path", 3, 1.25),
            retry_after=7.0,
        )
        for kind in vars(exceptions).values()
        if isinstance(kind, type) and issubclass(kind, quantcdn.ApiException)
    ),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_every_error_survives_pickle_and_copies(error: quantcdn.OpenApiException) -> None:
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is type(error)
        assert twin.__dict__ == error.__dict__
        assert twin.args == error.args
        assert str(twin) == str(error)
        assert repr(twin) == repr(error)


def test_errors_are_also_what_python_calls_them() -> None:
    bases: dict[type[Exception], type[Exception]] = {
        quantcdn.ApiTypeError: TypeError,
        quantcdn.ApiValueError: ValueError,
        quantcdn.ApiAttributeError: AttributeError,
        quantcdn.ApiKeyError: KeyError,
        quantcdn.ApiConnectionException: ConnectionError,
        quantcdn.ApiTimeoutException: TimeoutError,
    }
    for error, base in bases.items():
        assert issubclass(error, base)
        assert issubclass(error, quantcdn.OpenApiException)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, quantcdn.ApiException),
        (400, quantcdn.BadRequestException),
        (401, quantcdn.UnauthorizedException),
        (403, quantcdn.ForbiddenException),
        (404, quantcdn.NotFoundException),
        (409, quantcdn.ConflictException),
        (418, quantcdn.ApiException),
        (422, quantcdn.UnprocessableEntityException),
        (429, quantcdn.TooManyRequestsException),
        (500, quantcdn.ServiceException),
        (599, quantcdn.ServiceException),
        (600, quantcdn.ApiException),
    ],
)
def test_a_status_has_its_class(status: int, kind: type[quantcdn.ApiException]) -> None:
    assert exception_class(status) is kind


def test_an_argument_error_names_the_way_to_the_value() -> None:
    error = quantcdn.ApiValueError("a time is expected", ["executions", 3, "createdAt"])
    assert str(error) == "a time is expected at ['executions'][3]['createdAt']"
    assert str(quantcdn.ApiKeyError("no such key")) == "no such key"


def test_the_message_says_what_happened_to_which_request_and_what_to_do() -> None:
    error = quantcdn.NotFoundException(
        404,
        "Not Found",
        data=quantcdn.GetAIToolExecutionStatus404Response(error="Execution not found"),
        request_id="r-9",
        request=RequestInfo("GET", "https://host/ai/tools/executions/exec_1", 2, 0.44),
    )
    assert str(error) == (
        "GET https://host/ai/tools/executions/exec_1: 404 Not Found: Execution not found "
        "(request id r-9, 2 attempts, 0.4 s). Check the name; executions and orchestrations are kept for 24 hours"
    )
    assert error.attempts == 2


def test_the_message_of_a_long_address_is_short() -> None:
    address = f"https://host/{'a' * 1_000_000}"
    error = quantcdn.ApiException(500, "Oops", request=RequestInfo("GET", address))
    assert str(error) == f"GET {address[:300]}…: 500 Oops (1 attempt, 0.0 s)"
    assert error.request is not None
    assert error.request.url == address
    waiting = quantcdn.WaitTimeoutException("no end", identifier="a" * 1000)
    assert str(waiting) == f"{'a' * 300}…: no end (0 polls in 0.0 s)"


def test_an_error_made_by_hand_has_a_message_too() -> None:
    assert str(quantcdn.ApiException()) == "unknown error"
    assert str(quantcdn.ApiException(500, "Oops")) == "500 Oops"
    assert repr(quantcdn.ApiException(500, "Oops")) == "ApiException('500 Oops')"
    assert quantcdn.ApiException().attempts == 0


@pytest.mark.parametrize(
    ("data", "body", "said"),
    [
        ({"error": "no"}, None, "no"),
        ({"message": " no "}, None, "no"),
        ({"error": {"message": "deep"}}, None, "deep"),
        ({"error": "", "message": "second"}, None, "second"),
        ({"error": "scope", "message": "Token is missing"}, None, "scope: Token is missing"),
        ({"error": True, "message": "boom"}, None, "boom"),
        ({"error": "boom", "message": "boom"}, None, "boom"),
        ({"error": "boom", "message": "boom at 10:00"}, None, "boom at 10:00"),
        (
            {"message": "invalid", "errors": {"limit": ["too large", "x"], "y": ["z"]}},
            None,
            "invalid: limit: too large",
        ),
        ({"errors": [{"message": "first"}, {"message": "second"}]}, None, "first"),
        ({"errors": ["first", "second"]}, None, "first"),
        ({"errors": {"limit": "too large"}}, None, "limit: too large"),
        ({"error": {"error": {"message": "deep"}}}, None, "deep"),
        ({"error": [], "errors": []}, "body", "body"),
        ({"error": 3}, '{"error": 3}', '{"error": 3}'),
        ([], "plain text", "plain text"),
        (None, "<html>login</html>", ""),
        (None, None, ""),
        (None, "x" * 1000, "x" * 300 + "…"),
    ],
)
def test_the_services_own_words_are_found(data: object, body: str | None, said: str) -> None:
    error = quantcdn.ServiceException(500, "Oops", data=data, body=body)
    assert str(error) == (f"500 Oops: {said}" if said else "500 Oops")


def test_control_characters_from_outside_are_escaped() -> None:
    assert str(quantcdn.ServiceException(500, "a\x1b[31m\r\nb")) == "500 a\\x1b[31m\\r\\nb"
    assert escaped("schön 漢字") == "schön 漢字"


def test_a_redirect_is_told_with_its_target() -> None:
    error = quantcdn.ApiException(302, "Found", headers={"location": "https://elsewhere/"})
    assert str(error) == "302 Found (redirected to https://elsewhere/, which is not followed)"


class HttpResponse:
    """An answer as another library may have it."""

    status = 409
    reason: str | None = "Conflict"
    headers = {"X": "y"}  # noqa: RUF012 - as plain as it can be
    data = b'{"error": "\xff"}'


def test_an_error_is_made_from_a_response() -> None:
    error = quantcdn.ApiException.from_response(http_resp=HttpResponse(), body=None, data={"error": "busy"})
    assert type(error) is quantcdn.ConflictException
    assert (error.status, error.reason, error.headers, error.data) == (409, "Conflict", {"X": "y"}, {"error": "busy"})
    assert (error.raw_data, error.body) == (HttpResponse.data, '{"error": "�"}')
    assert quantcdn.ApiException(400, "Mine", HttpResponse()).status == 400
