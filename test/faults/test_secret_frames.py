"""No local variable of any frame shows a secret, as Sentry, rich and ``capture_locals`` keep them.

The failures that a service's response makes are in ``test_secrets``; here are all others.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import pickle
import secrets
import socket
import ssl
import threading
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.traceback import Traceback

import quantcdn
from quantcdn.api.ai_tools_api import LIST_AI_TOOLS
from quantcdn.api_client import TimeSource
from test.helpers.certificates import Certificates
from test.helpers.frames import chain, frames
from test.helpers.ports import dead_port
from test.helpers.server import ScriptedServer, answer, then_close

NAMES = {"tools": ["get_weather"], "count": 1}


class Kit:
    """The secrets; as attributes, so that no frame of a test has one in a variable."""

    def __init__(self) -> None:
        self.token, self.password, self.key, self.signature = (secrets.token_hex(12) for _ in range(4))
        self.proxy = f"http://user:{self.password}@"
        self.options: dict[str, Any] = {"_headers": {"X-Team-Key": self.key}}
        self.auth: dict[str, Any] = {"_request_auth": {"in": "header", "key": "X-Odd", "value": self.key}}

    def api(self, url: str = "https://service.test", **settings: Any) -> quantcdn.AIToolsApi:
        chosen = {"access_token": self.token, "proxy": "", "retries": 0, "timeout": 0.4, **settings}
        configuration = quantcdn.Configuration(url, **chosen)
        client = quantcdn.ApiClient(configuration, "X-Team-Secret", self.key, f"session={self.key}")
        client.clock = TimeSource(sleep=lambda _: None)
        return quantcdn.AIToolsApi(client)

    def check(self, error: BaseException) -> None:
        """Look for each secret in all that an error shows, and what it shows of its frames."""
        shown = [f"{one} {one!r} {vars(one)}" for one in chain(error)]
        shown += ["".join(traceback.format_exception(error)), *frames(error)]
        if isinstance(error, quantcdn.OpenApiException):
            shown.append(repr(pickle.dumps(error)))
        for name in ("token", "password", "key", "signature"):
            assert not any(getattr(self, name) in text for text in shown), name


@pytest.fixture
def kit() -> Kit:
    return Kit()


def caught(call: Callable[[], object]) -> BaseException:
    """Give the error of a call that must fail."""
    with pytest.raises(BaseException) as info:  # noqa: PT011 # whatever it is, it shows no secret
        call()
    return info.value


@contextlib.contextmanager
def serving(kit: Kit, *script: Any, **settings: Any) -> Iterator[tuple[ScriptedServer, quantcdn.AIToolsApi]]:
    with ScriptedServer(*script) as server:
        api = kit.api(server.url, **settings)
        with api.api_client:
            yield server, api


def download(kit: Kit, api: quantcdn.AIToolsApi, server: ScriptedServer) -> object:
    return api.api_client.rest_client.download(f"{server.url}/a.png?X-Amz-Signature={kit.signature}")


# Before there is a response


def test_no_connection(kit: Kit) -> None:
    with dead_port() as port:
        for url in (f"http://127.0.0.1:{port}", "https://no-such-host.invalid"):
            kit.check(caught(lambda url=url: kit.api(url).list_ai_tools("acme", **kit.options)))
            proxy = kit.proxy + url.partition("//")[2].replace("invalid", "invalid:1")
            kit.check(caught(lambda proxy=proxy: kit.api(proxy=proxy).list_ai_tools("acme", **kit.auth)))


def test_tls(kit: Kit, certificates: Certificates) -> None:
    with ScriptedServer(answer(200, NAMES), context=certificates.context(unknown=True)) as server:
        kit.check(caught(lambda: kit.api(server.url, timeout=2).list_ai_tools("acme", **kit.options)))


@contextlib.contextmanager
def breaking(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, certificates: Certificates, way: str, step: str, error: type
) -> Iterator[tuple[quantcdn.AIToolsApi, ScriptedServer]]:
    """Make a client for which a step of the socket fails, plain, by TLS or over a proxy."""
    # What is raised comes up through the frames of urllib3, http.client and ssl, which have headers as variables.
    main = threading.current_thread()

    def failing(kind: type[socket.socket]) -> None:
        original = getattr(kind, step)

        def fail(sock: Any, *arguments: Any) -> Any:
            if threading.current_thread() is main:
                raise error
            return original(sock, *arguments)

        monkeypatch.setattr(kind, step, fail)

    context = certificates.context("localhost", "127.0.0.1") if way == "tls" else None
    with ScriptedServer(answer(200, NAMES), answer(200), context=context) as server:
        if way in ("plain", "tls"):
            api = kit.api(server.url, ssl_ca_cert=certificates.file)
        else:
            service = "http://service.test" if way == "forwarded" else "https://service.test"
            api = kit.api(
                service, proxy=f"{kit.proxy}127.0.0.1:{server.port}", allow_http=True, ssl_ca_cert=certificates.file
            )
        failing(ssl.SSLSocket if way == "tls" else socket.socket)
        yield api, server


WAYS = ["plain", "tls", "forwarded", "tunnelled"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, RecursionError])
@pytest.mark.parametrize("step", ["sendall", "recv_into"])
@pytest.mark.parametrize("way", WAYS)
def test_what_no_one_handles_below_the_client(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, certificates: Certificates, way: str, step: str, error: type
) -> None:
    with breaking(kit, monkeypatch, certificates, way, step, error) as (api, server):
        problem = caught(lambda: api.list_ai_tools("acme", **kit.options))
        assert type(problem) is error
        kit.check(problem)
        if way in ("plain", "tls"):
            kit.check(caught(lambda: download(kit, api, server)))


def given_straight(kit: Kit, api: quantcdn.AIToolsApi, way: str) -> object:
    """Hand headers to the client in the ways that go past the methods of the API; a token may be a header's name."""
    client, host = api.api_client, api.api_client.configuration.host
    headers = {"X-Key": kit.key, "Authorization": f"Bearer {kit.token}", "Accept": "application/json"}
    if way == "rest":
        return client.rest_client.request("GET", host, "/x", headers)
    if way == "call_api":
        return client.call_api("GET", f"{host}/x", headers)
    if way == "call":
        return client.call(LIST_AI_TOOLS, {"organisation": "acme"}, {"_headers": headers})
    if way == "send":
        return client.send(LIST_AI_TOOLS, {"organisation": "acme"}, {"_headers": headers}, preload=False)
    if way == "rest name":
        return client.rest_client.request("GET", host, "/x", {kit.token: "x"})
    if way == "call_api name":
        return client.call_api("GET", f"{host}/x", {kit.token: "x"})
    if way == "option name":
        return api.list_ai_tools("acme", _headers={kit.token: "x"})
    if way == "auth name":
        return api.list_ai_tools("acme", _request_auth={"in": "header", "key": kit.token, "value": "x"})
    if way == "with_options":
        return api.with_options(access_token=f"Bearer {kit.token}", headers=headers).list_ai_tools("acme")
    if way == "with_options name":
        return client.with_options(headers={kit.token: "x"}).organisation("acme").list_ai_tools()
    client.set_default_header(kit.token, "x")
    return api.list_ai_tools("acme")


STRAIGHT = ["rest", "call_api", "call", "send", "with_options"]
NAMED = ["rest name", "call_api name", "option name", "auth name", "with_options name", "default name"]


@pytest.mark.parametrize("step", ["sendall", "recv_into"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("given", [*STRAIGHT, *NAMED])
def test_headers_that_are_given_in_other_ways(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, certificates: Certificates, way: str, step: str, given: str
) -> None:
    with breaking(kit, monkeypatch, certificates, way, step, KeyboardInterrupt) as (api, _):
        problem = caught(lambda: given_straight(kit, api, given))
        assert type(problem) is KeyboardInterrupt
        kit.check(problem)


@pytest.mark.parametrize("given", [*STRAIGHT, *NAMED])
def test_headers_that_are_given_in_other_ways_to_a_host_that_is_not_there(kit: Kit, given: str) -> None:
    problem = caught(lambda: given_straight(kit, kit.api("https://no-such-host.invalid"), given))
    assert type(problem) is quantcdn.ApiConnectionException
    kit.check(problem)


def test_headers_that_are_given_straight_and_cannot_be_sent(kit: Kit) -> None:
    rest = kit.api().api_client.rest_client
    for headers in (
        {"X-Key": f"{kit.key}\n"},
        {f"{kit.token} x": "x"},
        {kit.token: f"{kit.key}\r\n"},
        {"X-Key": [kit.key]},
        {kit.token: 3},
        [("X-Key", kit.key)],
        f"X-Key: {kit.key}",
    ):
        problem = caught(lambda headers=headers: rest.request("GET", "https://service.test", "/x", headers))
        assert isinstance(problem, quantcdn.OpenApiException)
        kit.check(problem)


# Functions that return a token


def vault(_token: str, mode: str) -> Any:
    if mode == "raises":
        raise LookupError("the vault is shut")
    return {"none": None, "blank": "a b", "good": "t0ken"}[mode]


class Vault:
    """A function whose ``repr`` shows the token, as that of a dataclass does."""

    def __init__(self, token: str, mode: str) -> None:
        self._token = token
        self._mode = mode

    def __call__(self) -> Any:
        return vault(self._token, self._mode)

    def __repr__(self) -> str:
        return f"Vault({self._token!r})"


@pytest.mark.parametrize("function", [partial, lambda _, token, mode: Vault(token, mode)])
@pytest.mark.parametrize("mode", ["raises", "none", "blank", "good"])
def test_a_function_that_holds_the_token(kit: Kit, function: Any, mode: str) -> None:
    host = "https://no-such-host.invalid"
    token = function(vault, kit.token, mode)
    kit.check(caught(lambda: kit.api(host, access_token=token).list_ai_tools("acme")))
    kit.check(caught(lambda: kit.api(host).with_options(access_token=token).list_ai_tools("acme")))
    kit.check(caught(lambda: quantcdn.Configuration(host, access_token=token, timeout=-1)))
    kit.check(caught(lambda: quantcdn.Configuration(host, acces_token=token)))  # type: ignore[call-arg] # misspelt
    kit.check(caught(lambda: kit.api(host).with_options(access_token=token, retries=-1)))
    kit.check(caught(lambda: kit.api(host).with_options(acces_token=token)))
    kit.check(caught(lambda: kit.api(host).api_client.with_options(acces_token=token)))
    configuration = quantcdn.Configuration(host)
    kit.check(caught(lambda: setattr(configuration, "acces_token", token)))
    configuration.access_token = token
    assert configuration.access_token is token
    assert kit.token not in repr(vars(configuration))


# Bad arguments and settings


@pytest.mark.parametrize("broken", ["\n", " x", "\x00", "\u6f22"])
def test_secrets_that_cannot_be_sent(kit: Kit, broken: str) -> None:
    api = kit.api()
    client = api.api_client
    calls: list[Callable[[], object]] = [
        lambda: quantcdn.Configuration(access_token=kit.token + broken + "x"),
        lambda: quantcdn.Configuration(acces_token=kit.token),
        lambda: quantcdn.Configuration(proxy=f"{kit.proxy} host{broken}"),
        lambda: quantcdn.Configuration(proxy_headers={"X-Key": f"{kit.key}\n"}),
        lambda: quantcdn.Configuration(f"https://{kit.password}@host{broken}"),
        lambda: quantcdn.Configuration(access_token=kit.token, timeout=-1),
        lambda: quantcdn.Configuration(proxy=kit.proxy + "host:1", retries=-1),
        lambda: setattr(client.configuration, "access_token", kit.token + broken + "x"),
        lambda: setattr(client.configuration, "acces_token", kit.token),
        lambda: setattr(client.configuration, "proxy", f"{kit.proxy} host{broken}"),
        lambda: quantcdn.Configuration.from_env({"BEARER_TOKEN": kit.token + broken + "x"}),
        lambda: quantcdn.Configuration.from_env({"BEARER_TOKEN": kit.token, "QUANTCDN_HOST": "ftp://x"}),
        lambda: quantcdn.Configuration.from_env({"OTHER": kit.token}),
        lambda: quantcdn.ApiClient(client.configuration, "X-Key", f"{kit.key}\n"),
        lambda: quantcdn.ApiClient(client.configuration, cookie=f"{kit.key}\n"),
        lambda: client.set_default_header("X-Key", f"{kit.key}\n"),
        lambda: client.set_default_header(f"Bearer {kit.token}{broken}", "x"),
        lambda: client.set_default_header(kit.token, "x\n"),
        lambda: client.param_serialize("GET", "/x", header_params={"X-Key": f"{kit.key}\n"}),
        lambda: client.param_serialize("GET", "/x", _request_auth={"in": "body", "value": kit.key}),
        lambda: client.call_api("GET", "https://other.test/x", {"Authorization": f"Bearer {kit.token}"}),
        lambda: client.rest_client.download(f"https://{kit.password}@host/?sig={kit.signature}"),
        lambda: client.rest_client.download(f"ftp://host/?sig={kit.signature}"),
        lambda: client.rest_client.download(f"https://10.0.0.1/?sig={kit.signature}"),
    ]
    for number, call in enumerate(calls):
        problem = caught(call)
        assert isinstance(problem, quantcdn.OpenApiException), number
        kit.check(problem)


@pytest.mark.parametrize(
    "options",
    [
        lambda kit: {"_headers": {"X-Key": f"{kit.key}\n"}},
        lambda kit: {"_headers": {"X-Key": kit.key.encode()}},
        lambda kit: {"_headers": [("X-Key", kit.key)]},
        lambda kit: {"_headers": f"X-Key: {kit.key}"},
        lambda kit: {"_headers": {f"Bearer {kit.token}": "x"}},
        lambda kit: {"_headers": {kit.token: 3}},
        lambda kit: {"_headers": {"X-Key": [kit.key]}},
        lambda kit: {"_request_auth": {"in": "body", "value": kit.key}},
        lambda kit: {"_request_auth": {"in": "header", "key": f"{kit.token} ", "value": "x"}},
        lambda kit: {"_request_auth": {"in": "cookie", "value": f"{kit.key}\n"}},
        lambda kit: {"_request_auth": kit.key},
        lambda kit: {"_request_timeout": -1, **kit.auth},
        lambda kit: {"_host_index": 9, **kit.options},
        lambda kit: {"_auth": 1, **kit.options},
    ],
)
def test_options_that_cannot_be_sent(kit: Kit, options: Callable[[Kit], dict[str, Any]]) -> None:
    api = kit.api()
    organisation = api.api_client.organisation("acme")
    calls: list[Callable[[], object]] = [
        lambda: api.list_ai_tools("acme", **options(kit)),
        lambda: api.list_ai_tool_names_with_http_info("acme", **options(kit)),
        lambda: api.list_mcp_servers_without_preload_content("acme", **options(kit)),
        lambda: organisation.get_ai_tool_execution_status("exec_1", **options(kit)),
        lambda: api.wait_for_ai_tool_execution("acme", "exec_1", **options(kit)),
    ]
    for call in calls:
        problem = caught(call)
        assert isinstance(problem, quantcdn.OpenApiException)
        assert "Secret" not in str(problem)
        kit.check(problem)


def test_a_headers_name_that_may_be_a_token_is_not_shown(kit: Kit) -> None:
    with pytest.raises(quantcdn.ApiTypeError, match="a header with a name of 24 characters takes text, not bytes"):
        kit.api().list_ai_tools("acme", _headers={kit.token: b"x"})
    with pytest.raises(quantcdn.ApiTypeError, match="the header X-Team takes text, not int"):
        kit.api().list_ai_tools("acme", _headers={"X-Team": 3})
    with pytest.raises(quantcdn.ApiValueError, match="the header Authorization has control characters"):
        kit.api().list_ai_tools("acme", _headers={"Authorization": "x\n"})


def test_a_tokens_function_that_fails(kit: Kit) -> None:
    def raises() -> str:
        raise LookupError("the vault is shut")

    returned: list[Callable[[], object]] = [
        raises,
        lambda: kit.token.encode(),
        lambda: {"token": kit.token},
        lambda: f"{kit.token}\nx",
        lambda: [kit.token],
        lambda: None,
    ]
    for function in returned:
        kit.check(caught(lambda function=function: kit.api(access_token=function).list_ai_tools("acme")))


def test_settings_of_the_environment_that_cannot_be_used(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # The whole environment is no variable of a frame either.
    monkeypatch.setenv("QUANTCDN_API_TOKEN", kit.token)
    monkeypatch.setenv("HTTPS_PROXY", f"{kit.proxy}host:nothing")
    kit.check(caught(lambda: kit.api(proxy=None)))
    key = tmp_path / "key.pem"
    key.write_text("no key")
    kit.check(caught(lambda: kit.api(proxy=f"{kit.proxy.replace('http:', 'https:')}host:1", cert_file=str(key))))


# What follows a response


def test_a_response_about_another_identifier(kit: Kit) -> None:
    other = {"executionId": "exec_2", "toolName": "x", "status": "complete", "createdAt": 1}
    with serving(kit, answer(200, other)) as (_, api):
        kit.check(caught(lambda: api.get_ai_tool_execution_status("acme", "exec_1", **kit.options)))


DAMAGED: dict[str, Callable[[str], Any]] = {
    "gzip": lambda s: answer(200, gzip.compress(s.encode())[:-4], [("Content-Encoding", "gzip")]),
    "head": lambda s: then_close(f"HTTP/1.1 200 OK\r\nX : {s}\r\nContent-Length: 0\r\n\r\n".encode()),
    "chunk": lambda s: then_close(f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x{s}\r\n".encode()),
    "status": lambda s: answer(500, {"error": f"no {s}"}),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_response_that_repeats_a_secret(kit: Kit, kind: str) -> None:
    damaged = DAMAGED[kind]
    with serving(kit, damaged(kit.token), damaged(kit.key), damaged(kit.signature)) as (server, api):
        kit.check(caught(lambda: api.list_ai_tools("acme", **kit.options)))
        kit.check(caught(lambda: api.list_ai_tools("acme", **kit.auth)))
        kit.check(caught(lambda: download(kit, api, server)))


@pytest.mark.parametrize("amount", [8, 1_000, None])
def test_a_body_that_repeats_a_secret_and_breaks_off(kit: Kit, amount: int | None) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n"
    with serving(kit, then_close(head + 9_000 * kit.token.encode())) as (_, api):
        response = api.list_ai_tools_without_preload_content("acme")
        kit.check(caught(lambda: [len(piece) for piece in response.stream(amount)]))


def test_waits(kit: Kit) -> None:
    running = {"executionId": "exec_1", "toolName": "x", "status": "running", "createdAt": 1}
    failed = {**running, "status": "failed", "error": "no"}
    with serving(kit, *[answer(200, running)] * 3) as (_, api):
        kit.check(caught(lambda: api.wait_for_ai_tool_execution("acme", "exec_1", timeout=0, **kit.options)))
        organisation = api.api_client.organisation("acme")
        kit.check(caught(lambda: organisation.wait_for_ai_tool_execution("exec_1", timeout=0, **kit.auth)))
    with serving(kit, answer(200, failed)) as (_, api):
        kit.check(caught(lambda: api.wait_for_ai_tool_execution("acme", "exec_1", timeout=0, **kit.auth)))
    with serving(kit, *[answer(401, {"error": "no"})] * 9) as (_, api):
        for outcome in api.wait_for_ai_tool_executions("acme", ["a", "b"], timeout=1, **kit.options):
            assert outcome.error is not None
            kit.check(outcome.error)
        kit.check(caught(lambda: list(api.watch_ai_tool_executions("acme", timeout=1, **kit.options))))


def test_files_of_signed_addresses(kit: Kit, tmp_path: Path) -> None:
    with serving(kit, *[answer(403, "no")] * 9) as (server, api):
        links = {"s3Urls": [f"{server.url}/a.png?X-Amz-Signature={kit.signature}"], "images": []}
        execution = quantcdn.models.GetAIToolExecutionStatus200Response.from_dict(
            {"executionId": "e", "toolName": "x", "status": "complete", "createdAt": 1, "result": links}
        )
        client = api.api_client
        kit.check(caught(lambda: quantcdn.save_images(execution, tmp_path, api_client=client, source="signed")))
        kit.check(caught(lambda: quantcdn.save_files(execution, tmp_path, api_client=client)))
        kit.check(caught(lambda: quantcdn.save_files(execution, tmp_path, api_client=client, max_files=0)))


# The type itself


def test_a_hidden_token_is_the_token_everywhere_else(kit: Kit) -> None:
    configuration = quantcdn.Configuration(access_token=f"Bearer {kit.token}")
    token = configuration.access_token
    assert isinstance(token, str)
    assert token == str(token) == f"{token}" == kit.token
    assert hash(token) == hash(kit.token)
    assert kit.token not in repr(token)
    assert kit.token not in repr((token[:20], token.encode(), token.encode()[2:], [token], {"a": token}))
    assert token.encode() == kit.token.encode()
    for travelled in (pickle.loads(pickle.dumps(configuration)), quantcdn.Configuration.__copy__(configuration)):
        assert travelled.access_token == kit.token
        assert kit.token not in repr(travelled.access_token)


def test_rich_itself_shows_no_secret(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "recv_into", lambda *_: 1 / 0)
    with serving(kit, answer(200, NAMES)) as (_, api):
        problem = caught(lambda: api.list_ai_tools("acme", **kit.options))
    shown = Traceback.from_exception(type(problem), problem, problem.__traceback__, show_locals=True, width=4000)
    written = io.StringIO()
    Console(file=written, width=4000).print(shown)
    text = written.getvalue()
    assert "urlopen" in text
    assert "[secret]" in text
    assert kit.token not in text
    assert kit.key not in text
