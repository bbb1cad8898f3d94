"""Hostile numbers and texts are refused when they are given, by an error of the family that can be shown."""

from __future__ import annotations

import copy
import pickle
import socket
import ssl
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

import quantcdn
from quantcdn import Configuration, Poll, RetryPolicy, Timeout, _validation
from quantcdn.exceptions import OpenApiException
from quantcdn.operation import Bounded
from test.helpers.server import ScriptedServer, answer
from test.helpers.table import table

HUGE = 10**5000
"""An integer that Python refuses to write."""

NO_FLOATS = (10**400, -(10**400), HUGE, float("nan"), float("inf"), np.float64("inf"))
NO_NUMBERS = (
    True,
    "1",
    b"1",
    None,
    1j,
    Decimal(1),
    Decimal("sNaN"),
    Fraction(1, 2),
    Fraction(10**400),
    np.bool_(True),
    [1],
    object(),
)


def named(value: object) -> str:
    """Name a case alike in every process; pytest would write the value, which is what Python refuses."""
    return _validation.shown(value).partition(" at 0x")[0]


class BadIndex:
    def __index__(self) -> int:
        raise RuntimeError("of its own")


class BadRepr(str):
    __slots__ = ()

    def __repr__(self) -> str:
        raise RuntimeError("of its own")


@pytest.mark.parametrize("value", [7, np.int8(7), np.int64(7), np.uint16(7)], ids=named)
def test_whatever_is_an_index_is_an_integer(value: Any) -> None:
    for checked in (_validation.integer("n", value, 1, 9), _validation.size("n", value), Bounded(1, 9)("n", value)):
        assert type(checked) is int
        assert checked == 7


@pytest.mark.parametrize("value", [*NO_NUMBERS, 7.0, np.float64(7), Fraction(7), BadIndex()], ids=named)
def test_nothing_else_is_an_integer(value: Any) -> None:
    with pytest.raises(quantcdn.ApiTypeError, match="whole number"):
        _validation.integer("n", value, 1, 9)


@pytest.mark.parametrize("value", [1.5, np.float32(1.5), np.float64(1.5)], ids=named)
def test_a_real_number_becomes_a_float(value: Any) -> None:
    for checked in (_validation.number("n", value), _validation.above_zero("n", value), Timeout(total=value).total):
        assert type(checked) is float
        assert checked == 1.5


def test_an_integer_of_numpy_is_a_number_too() -> None:
    assert _validation.number("n", np.int32(3)) == 3.0


@pytest.mark.parametrize("value", [*NO_NUMBERS, BadIndex()], ids=named)
def test_nothing_else_is_a_number(value: Any) -> None:
    with pytest.raises(quantcdn.ApiTypeError, match="takes a number"):
        _validation.number("n", value)


@pytest.mark.parametrize("value", NO_FLOATS, ids=named)
def test_a_number_that_no_float_holds_is_refused(value: Any) -> None:
    with pytest.raises(quantcdn.ApiValueError, match="must be finite"):
        _validation.number("n", value)


@pytest.mark.parametrize("value", [0, -1, -0.0, 1e-10, 5e-324, 1.1e9, 1e19, 10**19, 1.7e308], ids=named)
def test_a_rate_that_leaves_no_use_is_refused(value: float) -> None:
    with pytest.raises(quantcdn.ApiValueError, match="n must be"):
        _validation.above_zero("n", value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        ("a\x1b[2J", r"'a\x1b[2J'"),
        (HUGE, "an integer of about 5001 digits"),
        (-HUGE, "an integer of about 5001 digits"),
        ([HUGE], "<list>"),
        (BadRepr("x"), "<BadRepr>"),
        ("x" * 1000, f"'{'x' * 59}…"),
        ("\u202e", r"'\u202e'"),
    ],
    ids=named,
)
def test_any_value_is_shown_on_one_short_line(value: object, text: str) -> None:
    assert _validation.shown(value) == text


@given(value=st.recursive(st.none() | st.integers() | st.floats() | st.text() | st.binary(), st.lists))
def test_what_is_shown_is_printable_and_short(value: object) -> None:
    shown = _validation.shown(value)
    assert shown.isprintable()
    assert len(shown) < 800


INTEGERS: dict[str, Callable[[Any], object]] = {
    "connection_pool_maxsize": lambda n: Configuration(connection_pool_maxsize=n),
    "max_response_size": lambda n: Configuration(max_response_size=n),
    "max_image_size": lambda n: Configuration(max_image_size=n),
    "max_error_size": lambda n: Configuration(max_error_size=n),
    "server_index": lambda n: Configuration(server_index=n),
    "retries": lambda n: Configuration(retries=n),
    "attempts": lambda n: RetryPolicy(attempts=n),
    "statuses": lambda n: RetryPolicy(statuses=frozenset([n])),
    "socket_options": lambda n: Configuration(socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, n)]),
}
NUMBERS: dict[str, Callable[[Any], object]] = {
    "timeout": lambda n: Configuration(timeout=n),
    "timeout-pair": lambda n: Configuration(timeout=(n, 1)),
    "timeout-read": lambda n: Timeout(read=n),
    "base": lambda n: RetryPolicy(base=n),
    "throttled_base": lambda n: RetryPolicy(throttled_base=n),
    "maximum": lambda n: RetryPolicy(maximum=n),
    "longest_retry_after": lambda n: RetryPolicy(longest_retry_after=n),
    "poll-initial": lambda n: Poll(initial=n),
}


@table("setting", INTEGERS)
@table("value", [-1, -HUGE, "1", 1.5, float("nan"), Decimal(1), True, BadIndex()])
def test_no_setting_takes_what_is_no_integer_of_its_range(setting: str, value: Any) -> None:
    if setting == "socket_options" and value == -1:
        return  # which the system takes
    with pytest.raises((quantcdn.ApiTypeError, quantcdn.ApiValueError)) as caught:
        INTEGERS[setting](value)
    assert pickle.loads(pickle.dumps(caught.value)).args == caught.value.args
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("setting", INTEGERS)
def test_integers_of_numpy_are_settings(setting: str) -> None:
    INTEGERS[setting](np.int64(200 if setting == "statuses" else 1))


@table("setting", NUMBERS)
@table("value", [*NO_FLOATS, *NO_NUMBERS, -1, -1e-300, 1e19 * 1e200])
def test_no_setting_takes_what_is_no_number_of_its_range(setting: str, value: Any) -> None:
    if setting == "timeout" and (value is None or value == [1]):
        value = "1"
    with pytest.raises((quantcdn.ApiTypeError, quantcdn.ApiValueError)) as caught:
        NUMBERS[setting](value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("setting", NUMBERS)
def test_floats_of_numpy_are_settings(setting: str) -> None:
    NUMBERS[setting](np.float32(1))


@pytest.mark.parametrize("validation", [True, False])
@pytest.mark.parametrize("limit", [HUGE, -HUGE, 10**400, "5", 1.5, True, float("nan"), Decimal(5)], ids=named)
def test_a_limit_that_is_no_integer_of_64_bits_is_never_sent(limit: Any, validation: bool) -> None:
    with ScriptedServer(answer(200)) as server:
        configuration = Configuration(server.url, client_side_validation=validation)
        with quantcdn.ApiClient(configuration) as client:
            with pytest.raises((quantcdn.ApiTypeError, quantcdn.ApiValueError)):
                quantcdn.AIToolsApi(client).list_ai_tool_executions("acme", limit=limit)
        assert server.requests == []


def test_a_limit_of_numpy_is_sent_as_its_digits() -> None:
    with ScriptedServer(answer(200, {"executions": [], "count": 0, "orgId": "acme"})) as server:
        with quantcdn.ApiClient(Configuration(server.url)) as client:
            quantcdn.AIToolsApi(client).list_ai_tool_executions("acme", limit=np.int64(5))  # type: ignore[arg-type]
        assert server.requests[0].target.endswith("?limit=5")


@pytest.mark.parametrize(
    "max_rate", [1e19, 10**400, HUGE, float("inf"), float("nan"), 5e-324, Decimal(1), True], ids=named
)
def test_a_rate_of_a_batch_is_checked_before_anything_is_sent(max_rate: Any) -> None:
    with ScriptedServer(answer(200)) as server, quantcdn.ApiClient(Configuration(server.url)) as client:
        with pytest.raises((quantcdn.ApiTypeError, quantcdn.ApiValueError), match="max_rate"):
            list(quantcdn.AIToolsApi(client).wait_for_ai_tool_executions("acme", ["exec_1"], max_rate=max_rate))
        assert server.requests == []


# RetryPolicy


def test_any_collection_of_statuses_is_kept_as_a_set() -> None:
    assert RetryPolicy(statuses=[503, np.int64(429)]).statuses == frozenset({429, 503})  # type: ignore[arg-type]
    assert RetryPolicy(statuses=()).statuses == frozenset()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "fields",
    [
        {"attempts": 0},
        {"attempts": 102},
        {"statuses": "503"},
        {"statuses": 503},
        {"statuses": None},
        {"statuses": {99}},
        {"statuses": {1000}},
        {"statuses": ["503"]},
        {"base": -0.1},
        {"maximum": 86_401},
    ],
    ids=named,
)
def test_a_policy_that_cannot_be_followed_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises((quantcdn.ApiTypeError, quantcdn.ApiValueError)):
        RetryPolicy(**fields)


class HalfARetry:
    total: Any = 3
    status_forcelist: Any = (503,)
    backoff_factor: Any = 0.1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("total", 1.5),
        ("total", HUGE),
        ("total", "3"),
        ("status_forcelist", ["503"]),
        ("status_forcelist", 503),
        ("backoff_factor", float("nan")),
        ("backoff_factor", -1),
        ("backoff_factor", 10**400),
    ],
    ids=named,
)
def test_a_policy_of_another_library_is_checked_field_by_field(name: str, value: object) -> None:
    setting = HalfARetry()
    assert Configuration(retries=setting).retries.attempts == 4
    setattr(setting, name, value)
    with pytest.raises((quantcdn.ApiTypeError, quantcdn.ApiValueError)):
        Configuration(retries=setting)


# Settings that were read late


@table(
    "name, value",
    [
        ("proxy_headers", "X: y"),
        ("proxy_headers", [("X", "y")]),
        ("proxy_headers", {"X y": "z"}),
        ("proxy_headers", {"X": "s3cr3t\r\nY: z"}),
        ("proxy_headers", {"X": 3}),
        ("proxy_headers", {HUGE: "z"}),
        ("proxy_ssl_context", True),
        ("ssl_context", "authorities.pem"),
        ("socket_options", 5),
        ("socket_options", "abc"),
        ("socket_options", [5]),
        ("socket_options", [(1, 2)]),
        ("socket_options", [("a", "b", "c")]),
        ("socket_options", [(6, 1, 2**31)]),
        ("socket_options", [(6, 1, HUGE)]),
        ("socket_options", [(6, 9999, 1)]),
        ("assert_hostname", 3),
        ("assert_hostname", ""),
        ("assert_hostname", "a b"),
        ("assert_hostname", "hö.example"),
        ("tls_server_name", ""),
        ("tls_server_name", "a\x00b"),
        ("tls_server_name", ".example"),
        ("ca_cert_data", ""),
        ("ca_cert_data", b""),
        ("ca_cert_data", "s3cr3t"),
        ("ca_cert_data", b"s3cr3t"),
        ("ca_cert_data", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        ("ca_cert_data", "\u6f22"),
        ("ca_cert_data", 3),
        ("organisation", ""),
        ("organisation", " "),
        ("organisation", ".."),
        ("organisation", 3),
        ("verify_identifiers", 1),
        ("logger_format", "no field"),
        ("logger_format", "%(nothing)s"),
        ("logger_format", "%(message)d"),
        ("logger_format", 3),
        ("logger_file", "/no/such/folder/log"),
        ("logger_file", "a\x00b"),
        ("logger_file", 3),
        ("ssl_ca_cert", "a\x00b"),
        ("host", "https://\u017fervice.example"),
        ("host", "https://\u212aelvin.example"),
    ],
)
def test_a_setting_is_refused_when_it_is_set_and_not_at_the_first_request(name: str, value: Any) -> None:
    with pytest.raises((quantcdn.ApiTypeError, quantcdn.ApiValueError)) as caught:
        Configuration(**{name: value})
    assert "s3cr3t" not in repr(caught.value)
    configuration = Configuration()
    before = getattr(configuration, name)
    with pytest.raises((quantcdn.ApiTypeError, quantcdn.ApiValueError)):
        setattr(configuration, name, value)
    assert getattr(configuration, name) == before


def test_what_can_be_used_is_kept() -> None:
    pem = trustme.CA().cert_pem.bytes().decode()
    kept: dict[str, Any] = {
        "ca_cert_data": pem,
        "assert_hostname": "other.example",
        "tls_server_name": "127.0.0.1",
        "proxy_headers": {"X-Team": "a"},
        "socket_options": [
            (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
            (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 9),
            (socket.SOL_SOCKET, socket.SO_RCVTIMEO, bytes(16)),
        ],
    }
    configuration = Configuration(**kept)
    assert {name: getattr(configuration, name) for name in kept} == kept
    configuration.ca_cert_data = ssl.PEM_cert_to_DER_cert(pem)
    configuration.tls_server_name = "[0:0::1]"
    assert configuration.tls_server_name == "::1"
    headers = {"X-Team": "a"}
    configuration.proxy_headers = headers
    headers["X y"] = "unchecked"
    assert configuration.proxy_headers == {"X-Team": "a"}


def test_a_certificates_name_is_text_or_false() -> None:
    configuration = Configuration(assert_hostname=False)
    assert configuration.assert_hostname is False
    configuration.assert_hostname = True  # as the generated style has it
    assert configuration.assert_hostname is None


def test_http_cannot_be_forbidden_under_a_host_that_needs_it() -> None:
    configuration = Configuration("http://host.example", allow_http=True)
    with pytest.raises(quantcdn.ApiValueError, match="host\\.example"):
        configuration.allow_http = False
    assert configuration.allow_http is True


def test_a_context_is_shared_by_copies_and_cannot_be_pickled() -> None:
    context = ssl.create_default_context()
    configuration = Configuration(proxy_ssl_context=context, access_token="t0ken")
    for twin in (copy.copy(configuration), copy.deepcopy(configuration)):
        assert twin.proxy_ssl_context is context
        assert twin.token() == "t0ken"
    with pytest.raises(quantcdn.ApiTypeError, match="proxy_ssl_context"):
        pickle.dumps(configuration)


# Names of settings


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("tiemout", "did you mean 'timeout'"),
        ("token", "is no setting.*did you mean 'access_token'"),
        ("acces_token", "did you mean 'access_token'"),
        ("retrys", "did you mean 'retries'"),
        ("organization", "did you mean 'organisation'"),
        ("from_env", "is no setting"),
        ("get_default", "is no setting"),
        ("logger", "is no setting"),
        ("zzz", "no setting 'zzz'"),
        ("x" * 5000, "no setting"),
    ],
)
def test_a_name_that_is_no_setting_is_refused(name: str, hint: str) -> None:
    configuration = Configuration()
    with pytest.raises(quantcdn.ApiAttributeError, match=hint) as caught:
        setattr(configuration, name, "x")
    assert len(str(caught.value)) < 200
    assert configuration.token() is None
    with pytest.raises(quantcdn.ApiTypeError, match=hint):
        Configuration(**{name: "x"})


def test_a_setting_cannot_be_deleted() -> None:
    configuration = Configuration(proxy="")
    for name in ("proxy", "timeout", "nothing"):
        with pytest.raises(quantcdn.ApiAttributeError):
            delattr(configuration, name)
    assert configuration.proxy == ""


def test_a_default_of_another_type_is_refused() -> None:
    with pytest.raises(OpenApiException):
        Configuration.set_default(5)  # type: ignore[arg-type] # what a caller without a checker does
    with pytest.raises(OpenApiException):
        quantcdn.ApiClient.set_default("x")  # type: ignore[arg-type] # the same
    with pytest.raises(OpenApiException):
        quantcdn.ApiClient({"host": "x"})  # type: ignore[arg-type] # the same
