"""A secret goes to whom it is meant for, and nowhere else: no log, message, traceback or pickle has it."""

from __future__ import annotations

import base64
import io
import json
import logging
import pickle
import secrets
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest

import quantcdn
from quantcdn.api_client import TimeSource
from test.helpers.certificates import Certificates
from test.helpers.frames import frames
from test.helpers.ports import dead_port
from test.helpers.programs import Tinyproxy
from test.helpers.proxies import SocksProxy
from test.helpers.server import Answer, ScriptedServer, answer, reset, then_close

NAMES = {"tools": ["get_weather"], "count": 1}


@pytest.fixture
def secret() -> str:
    """A text that nothing else can contain by chance; with a slash, which JSON may escape."""
    return f"s3/{secrets.token_hex(12)}"


@dataclass
class Shown:
    """All that became visible: logs of all loggers down to DEBUG, warnings, hooks' records, errors."""

    text: list[str] = field(default_factory=list)

    def error(self, error: BaseException) -> None:
        self.text += traceback.format_exception(error)
        self.text += frames(error)
        self.text += [str(error), repr(error), repr(vars(error)), repr(pickle.dumps(error))]
        self.text += [repr(error.args), repr(getattr(error, "headers", None) and dict(error.headers))]

    def value(self, value: object) -> None:
        self.text += [str(value), repr(value)]

    def __contains__(self, secret: str) -> bool:
        core = secret.rpartition("/")[2]  # however the slash is written
        return any(core in text for text in self.text)


@pytest.fixture
def quiet() -> Iterator[logging.Logger]:
    """Give the package's logger as it is in a new process."""
    logger = logging.getLogger("quantcdn")
    before = (logger.level, logger.handlers[:])
    logger.setLevel(logging.NOTSET)
    yield logger
    logger.setLevel(before[0])
    logger.handlers[:] = before[1]


@pytest.fixture
def shown(caplog: pytest.LogCaptureFixture, quiet: logging.Logger) -> Iterator[Shown]:
    everything = Shown()

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            everything.text.append(logging.Formatter("%(name)s %(message)s").format(record))
            everything.text.append(repr(vars(record)))

    handler = Handler(logging.DEBUG)
    root = logging.getLogger()
    root.addHandler(handler)
    with caplog.at_level(logging.DEBUG), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        yield everything
    root.removeHandler(handler)
    assert [str(warning.message) for warning in warned] == []


def client_of(url: str, shown: Shown, **settings: Any) -> quantcdn.AIToolsApi:
    chosen = {"proxy": "", "timeout": 0.4, "retries": 1, "debug": True, **settings}
    configuration = quantcdn.Configuration(url, **chosen)
    for hook in ("on_request", "on_response", "on_retry"):
        setattr(configuration, hook, shown.value)
    client = quantcdn.ApiClient(configuration)
    client.clock = TimeSource(sleep=lambda _: None)
    shown.value(configuration)
    shown.value(client)
    shown.value(client.rest_client)
    shown.value(configuration.to_debug_report())
    return quantcdn.AIToolsApi(client)


Call = Callable[[quantcdn.AIToolsApi, str], object]


@dataclass(frozen=True)
class Way:
    """A way for a secret into a request."""

    settings: Callable[[str], dict[str, Any]] = lambda _: {}
    options: Callable[[str], dict[str, Any]] = lambda _: {}
    header: tuple[str, str] | None = None


WAYS = {
    "token": Way(lambda s: {"access_token": s}),
    "token-function": Way(lambda s: {"access_token": lambda: f"Bearer {s}"}),
    "auth-header": Way(options=lambda s: {"_request_auth": {"in": "header", "key": "X-Api-Key", "value": s}}),
    "auth-bearer": Way(
        options=lambda s: {"_request_auth": {"in": "header", "key": "Authorization", "value": f"Bearer {s}"}}
    ),
    "auth-cookie": Way(options=lambda s: {"_request_auth": {"in": "cookie", "value": f"a=1; session={s}"}}),
    "cookie": Way(header=("Cookie", "session={}; theme=dark")),
    "headers-authorization": Way(options=lambda s: {"_headers": {"authorization": f"Custom {s}"}}),
    "headers-key": Way(options=lambda s: {"_headers": {"X-Secret-Key": s}}),
}


def echo(status: int, wrapped: str = '{{"error": "no: {}"}}') -> Callable[[str], Answer]:
    return lambda s: answer(
        status,
        wrapped.format(s),
        [("X-Echo", f"got {s}"), ("X-Request-Id", f"for {s}"), ("Set-Cookie", f"session={s}")],
        reason=f"no {s}",
    )


ANSWERS: dict[str, Callable[[str], Answer]] = {
    "success": lambda _: answer(200, NAMES),
    "success-echoed": echo(200, '{{"tools": ["{}"], "count": 1}}'),
    "unusable-echoed": echo(200),
    "unusable-page": echo(200, "<html>{}</html>"),
    "unusable-packed": lambda s: answer(200, s, [("Content-Encoding", s)]),
    "too-large": lambda s: answer(200, s * 400),
    "redirect": lambda s: answer(302, s, [("Location", f"https://user:{s}@example.org/a?X-Amz-Signature={s}#{s}")]),
    "redirect-echoed": lambda s: answer(302, s, [("Location", f"/login/{s}")]),
    "400-echoed": echo(400),
    "401-echoed": echo(401),
    "403-text": echo(403, "{} may not"),
    "404-echoed": echo(404, '{{"error": "no {}", "executionId": "exec_1"}}'),
    "429-echoed": echo(429),
    "503-echoed": echo(503),
    "503-slashes": lambda s: answer(503, json.dumps({"error": s}).replace("/", "\\/")),
    "reset": lambda _: reset,
    "503-escapes": lambda s: answer(503, '{"error": "' + "".join(f"\\u{ord(letter):04x}" for letter in s) + '"}'),
    "cut-echoed": lambda s: then_close(answer(200, f'{{"error": "{s}"', length=9999)),
    "garbage": lambda s: then_close(f"{s}\r\n\r\n".encode()),
    "broken-chunk": lambda s: then_close(answer(200, f"{s}\r\n", [("Transfer-Encoding", "chunked")])),
    "bad-header": lambda s: then_close(f"HTTP/1.1 200 OK\r\n{s}\r\nSet-Cookie: {s}\r\n\r\n".encode()),
    "silence": lambda _: lambda connection: connection.recv(1),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ANSWERS)
def test_what_authorises_a_request_is_shown_nowhere(secret: str, shown: Shown, way: str, kind: str) -> None:
    # Without taking it out of bodies, headers and the reason, a service that repeats a token would put it in a log.
    chosen = WAYS[way]
    with ScriptedServer(ANSWERS[kind](secret)) as server:
        api = client_of(server.url, shown, max_response_size=5000, **chosen.settings(secret))
        with api.api_client:
            if chosen.header is not None:
                api.api_client.set_default_header(chosen.header[0], chosen.header[1].format(secret))
            try:
                response = api.list_ai_tool_names_with_http_info("acme", **chosen.options(secret))
            except quantcdn.ApiException as error:
                shown.error(error)
                assert not kind.startswith("success")
            else:
                assert kind.startswith("success")
                if kind == "success":  # else the model itself has what the service said
                    shown.value(response)
        assert secret.encode() in server.requests[0].head
    assert shown.text
    assert secret not in shown


def test_a_secret_is_told_from_what_is_not_one(secret: str, shown: Shown) -> None:
    headers = {"X-Request-Id": "trace-0123456789", "X-Team": "colours", "Authorization": f"Bearer {secret}"}
    said = answer(404, {"error": f"no colours for {secret}"}, [("X-Request-Id", "trace-0123456789")])
    with ScriptedServer(said) as server, client_of(server.url, shown).api_client as client:
        with pytest.raises(quantcdn.NotFoundException, match=r"no colours for \[secret\]") as caught:
            quantcdn.AIToolsApi(client).list_ai_tools("acme", _headers=headers)
        assert caught.value.request_id == "trace-0123456789"


@pytest.mark.parametrize("value", ["a\nb", "a\x00b", "a b", "\u6f22"])
def test_an_unusable_secret_is_not_shown_by_the_refusal(secret: str, shown: Shown, value: str) -> None:
    unusable = secret + value
    with ScriptedServer(answer(200, NAMES)) as server, client_of(server.url, shown).api_client as client:
        api = quantcdn.AIToolsApi(client)
        calls: list[Callable[[], object]] = [
            lambda: quantcdn.Configuration(access_token=unusable),
            lambda: setattr(client.configuration, "access_token", unusable),
            lambda: api.list_ai_tools("acme", _request_auth={"in": "header", "key": "A", "value": f"{unusable}\n"}),
            lambda: api.list_ai_tools("acme", _headers={"A": f"{unusable}\n"}),
            lambda: client.set_default_header("A", f"{unusable}\n"),
            lambda: quantcdn.Configuration(proxy=f"http://user:{unusable}@ host"),
            lambda: quantcdn.Configuration(f"https://user:{unusable}@host"),
            lambda: quantcdn.Configuration.from_env({"BEARER_TOKEN": unusable}),
            lambda: client.rest_client.download(f"https://{unusable}@host/?{unusable}"),
            lambda: client.rest_client.download(f"ftp://host/?{unusable}"),
        ]
        for call in calls:
            with pytest.raises((quantcdn.ApiValueError, quantcdn.ApiTypeError)) as caught:
                call()
            shown.error(caught.value)
        assert server.requests == []
    assert secret not in shown


@pytest.mark.parametrize("kind", sorted(ANSWERS.keys() - {"redirect-echoed"}))  # which makes it a path
def test_a_signature_is_shown_nowhere(secret: str, shown: Shown, kind: str) -> None:
    # Without keeping the target from urllib3, its own log would have it.
    with ScriptedServer(ANSWERS[kind](secret), answer(404)) as server:
        with client_of(server.url, shown, max_image_size=5000).api_client as client:
            try:
                client.rest_client.download(f"{server.url}/a.png?X-Amz-Expires=3600&X-Amz-Signature={secret}")
            except quantcdn.ApiException as error:
                shown.error(error)
        assert secret in server.requests[0].target
    assert secret not in shown


def test_a_signature_in_a_model_is_not_shown(secret: str, shown: Shown) -> None:
    execution = {
        "executionId": "exec_1",
        "toolName": "x",
        "status": "complete",
        "createdAt": 1,
        "result": {"s3Urls": [f"https://files.example.org/a.png?X-Amz-Signature={secret}"]},
        f"https://files.example.org/b.png?X-Amz-Signature={secret}": 1,
    }
    with ScriptedServer(answer(200, execution)) as server, client_of(server.url, shown).api_client as client:
        response = quantcdn.AIToolsApi(client).get_ai_tool_execution_status_with_http_info("acme", "exec_1")
        shown.value(response)
        shown.value(response.data)
        assert response.data.result is not None
        assert secret in str(response.data.result.s3_urls)
    assert secret not in shown


def test_an_identifier_that_repeats_a_token_is_not_shown(secret: str, shown: Shown) -> None:
    execution = {"executionId": secret, "toolName": "calculate", "status": "running", "createdAt": 1}
    with ScriptedServer(answer(200, execution)) as server:
        with client_of(server.url, shown, access_token=secret).api_client as client:
            with pytest.raises(quantcdn.ApiResponseException, match="is about execution_id") as caught:
                quantcdn.AIToolsApi(client).get_ai_tool_execution_status("acme", "exec_1")
            shown.error(caught.value)
    assert secret not in shown


def test_a_model_that_repeats_a_token_is_not_shown_where_what_comes_after_it_is_unusable(
    secret: str, shown: Shown
) -> None:
    crossed = {"executionId": secret, "toolName": "calculate", "status": "running", "createdAt": 1}
    with ScriptedServer(answer(200, NAMES), answer(200, crossed), answer(200, '{"executionId": ')) as server:
        with client_of(server.url, shown, access_token=secret).api_client as client:
            api = quantcdn.AIToolsApi(client)
            api.list_ai_tool_names("acme")  # so that the next response comes over a connection that was used before
            with pytest.raises(quantcdn.ApiResponseException, match="Invalid JSON") as caught:
                api.get_ai_tool_execution_status("acme", "exec_1")
            assert len(server.requests) == 3
            shown.error(caught.value)
    assert secret not in shown


def test_a_place_in_a_body_that_repeats_a_token_is_not_shown(secret: str, shown: Shown) -> None:
    execution = {"executionId": "exec_1", "toolName": "a", "status": "pending", "createdAt": 1, secret: float("inf")}
    with ScriptedServer(answer(200, execution)) as server:
        with client_of(server.url, shown, access_token=secret).api_client as client:
            with pytest.raises(quantcdn.ApiResponseException, match="a finite number") as caught:
                quantcdn.AIToolsApi(client).get_ai_tool_execution_status("acme", "exec_1")
            shown.error(caught.value)
    assert secret not in shown


def test_a_signature_is_not_shown_by_what_a_redirect_leads_to(secret: str, shown: Shown) -> None:
    with ScriptedServer(
        answer(301, "", [("Location", "/other.png?X-Amz-Signature=another-signature")]),
        answer(403, f"no {secret}"),
    ) as server:
        with client_of(server.url, shown).api_client as client:
            with pytest.raises(quantcdn.ForbiddenException) as caught:
                client.rest_client.download(f"{server.url}/a.png?X-Amz-Signature={secret}")
            shown.error(caught.value)
    assert secret not in shown


@pytest.mark.parametrize("name", ["Signature", "httpSignature", "k"])
def test_a_signature_in_the_path_is_not_shown(secret: str, shown: Shown, name: str) -> None:
    target = f"/{name}={quote(secret, safe='')}/a.png"
    with ScriptedServer(answer(403, f"no {secret}")) as server:
        with client_of(server.url, shown).api_client as client:
            with pytest.raises(quantcdn.ForbiddenException) as caught:
                client.rest_client.download(server.url + target)
            shown.error(caught.value)
        assert server.requests[0].target == target
    assert secret not in shown


PROXIED = {
    "success": lambda _: answer(200, NAMES),
    "407": lambda s: answer(407, s, [("Proxy-Authenticate", "Basic")], reason="Authentication Required"),
    "502": lambda s: answer(502, s),
    "502-reason": lambda s: answer(502, "no", reason=f"no {s}"),
    "reset": lambda _: reset,
    "garbage": lambda _: then_close(b"\x00\r\n\r\n"),
    "silence": lambda _: lambda connection: connection.recv(1),
}


@pytest.mark.parametrize("scheme", ["http", "https"], ids=["forwarded", "tunnelled"])
@pytest.mark.parametrize("kind", PROXIED)
def test_a_proxys_password_is_shown_nowhere(shown: Shown, secret: str, scheme: str, kind: str) -> None:
    password = secret.replace("/", "-")
    basic = base64.b64encode(f"user:{password}".encode()).decode()
    with ScriptedServer(PROXIED[kind](f"{basic} {password}")) as proxy:
        address = f"http://user:{password}@127.0.0.1:{proxy.port}"
        settings = {"proxy": address, "allow_http": True, "access_token": "t0ken"}
        with client_of(f"{scheme}://service.test", shown, **settings).api_client as client:
            try:
                quantcdn.AIToolsApi(client).list_ai_tool_names("acme")
            except quantcdn.ApiException as error:
                shown.error(error)
                assert "proxy" in str(error) or scheme == "http" or kind == "success"
            shown.value(client.configuration)
        assert proxy.requests[0].headers["proxy-authorization"] == f"Basic {basic}"
    assert password not in shown
    assert basic not in shown


def test_a_proxys_password_is_not_shown_where_the_proxy_is_down_or_unknown(shown: Shown, secret: str) -> None:
    password = secret.replace("/", "-")
    with dead_port() as port:
        for address in (f"127.0.0.1:{port}", "no-such-host.invalid:1"):
            settings = {"proxy": f"http://user:{password}@{address}"}
            with client_of("https://service.test", shown, **settings).api_client as client:
                with pytest.raises(quantcdn.ApiConnectionException, match="proxy") as caught:
                    quantcdn.AIToolsApi(client).list_ai_tool_names("acme")
                shown.error(caught.value)
    assert password not in shown


def test_a_real_proxys_refusal_does_not_show_the_password(
    shown: Shown, secret: str, guarded_tinyproxy: Tinyproxy
) -> None:
    password = secret.replace("/", "-")
    settings = {"proxy": guarded_tinyproxy.url.replace("http://", f"http://alice:{password}@")}
    with client_of("https://service.test", shown, **settings).api_client as client:
        with pytest.raises(quantcdn.ApiConnectionException, match="proxy") as caught:
            quantcdn.AIToolsApi(client).list_ai_tool_names("acme")
        shown.error(caught.value)
    assert password not in shown


@pytest.mark.parametrize("user", ["user", "other"])
def test_a_socks_proxys_password_is_not_shown(shown: Shown, secret: str, user: str) -> None:
    pytest.importorskip("socks")
    password = secret.replace("/", "-")
    with ScriptedServer(answer(200, NAMES)) as server, SocksProxy("user", password) as proxy:
        settings = {"proxy": proxy.url.replace("//", f"//{user}:{password}@")}
        with client_of(server.url, shown, timeout=2, **settings).api_client as client:
            try:
                quantcdn.AIToolsApi(client).list_ai_tool_names("acme")
                assert user == "user"
            except quantcdn.ApiConnectionException as error:
                shown.error(error)
                assert user == "other"
            shown.value(client.configuration)
    assert password not in shown


def test_a_token_is_not_shown_where_tls_fails(shown: Shown, secret: str, certificates: Certificates) -> None:
    with ScriptedServer(answer(200, NAMES), context=certificates.context(unknown=True)) as server:
        with client_of(server.url, shown, access_token=secret, timeout=2).api_client as client:
            with pytest.raises(quantcdn.ApiConnectionException, match="certificate") as caught:
                quantcdn.AIToolsApi(client).list_ai_tool_names("acme")
            shown.error(caught.value)
        assert server.requests == []
    assert secret not in shown


def test_an_error_in_a_tokens_function_comes_through_as_it_is(shown: Shown) -> None:
    def token() -> str:
        raise LookupError("the vault is shut")

    with ScriptedServer(answer(200, NAMES)) as server:
        with client_of(server.url, shown, access_token=token).api_client as client:
            with pytest.raises(LookupError, match="the vault is shut"):
                quantcdn.AIToolsApi(client).list_ai_tool_names("acme")
        assert server.requests == []


# Logging


def test_nothing_is_logged_by_default_but_warnings(quiet: logging.Logger, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("in a hook")

    with ScriptedServer(answer(503), answer(200, NAMES), answer(404)) as server:
        configuration = quantcdn.Configuration(server.url, access_token="t0ken", proxy="")
        with quantcdn.ApiClient(configuration) as client:
            client.clock = TimeSource(sleep=lambda _: None)
            api = quantcdn.AIToolsApi(client)
            assert api.list_ai_tool_names("acme").count == 1
            with pytest.raises(quantcdn.NotFoundException):
                api.list_ai_tool_names("acme")
        assert caplog.records == []
        configuration.on_request = broken
        with quantcdn.ApiClient(configuration) as client, pytest.raises(quantcdn.NotFoundException):
            quantcdn.AIToolsApi(client).list_ai_tool_names("acme")
        assert {(record.name, record.levelname) for record in caplog.records} == {("quantcdn", "WARNING")}


def test_debug_touches_the_packages_own_logger_alone(quiet: logging.Logger, capfd: pytest.CaptureFixture[str]) -> None:
    # Without this, http.client's print switch would write the Authorization header to the output.
    import http.client

    before = {name: logging.getLogger(name).level for name in ("", "urllib3", "urllib3.connectionpool", "http.client")}
    with ScriptedServer(answer(200, NAMES)) as server:
        with quantcdn.ApiClient(
            quantcdn.Configuration(server.url, access_token="t0ken", proxy="", debug=True)
        ) as client:
            quantcdn.AIToolsApi(client).list_ai_tool_names("acme")
    assert quiet.level == logging.DEBUG
    assert before == {name: logging.getLogger(name).level for name in before}
    assert http.client.HTTPConnection.debuglevel == 0
    assert capfd.readouterr().out == ""


def test_debug_reports_each_request_in_a_line(quiet: logging.Logger) -> None:
    stream = io.StringIO()
    quiet.handlers[:] = [logging.StreamHandler(stream)]
    with ScriptedServer(answer(503), answer(200, {"executions": [], "count": 0, "orgId": "acme"})) as server:
        configuration = quantcdn.Configuration(server.url, access_token="t0ken", proxy="", debug=True)
        with quantcdn.ApiClient(configuration) as client:
            client.clock = TimeSource(sleep=lambda _: None, uniform=lambda _low, high: high)
            quantcdn.AIToolsApi(client).list_ai_tool_executions("acme", status="failed")
        first, second = stream.getvalue().splitlines()
    path = f"GET {server.url}/api/v3/organizations/acme/ai/tools/executions"
    assert first.startswith(f"{path}: 503 in 0.")
    assert first.endswith(" s; again in 0.5 s")
    assert second.startswith(f"{path}: 200 in 0.")
