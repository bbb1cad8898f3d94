"""Each message on the page of troubleshooting is one that the client prints, raised as a user would meet it."""

from __future__ import annotations

import ast
import re
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import quantcdn
from quantcdn import AIToolsApi, ApiClient, Configuration
from quantcdn.cli.config_file import read_private
from quantcdn.emulator import Emulator, Fault, ManualClock
from quantcdn.images import save_images
from quantcdn.models import GetAIToolExecutionStatus200Response
from test.helpers.certificates import Certificates
from test.helpers.ports import dead_port
from test.helpers.server import Answer, ScriptedServer, answer, close

PAGE = Path(__file__).parent.parent.parent / "docs" / "troubleshooting.md"
EXECUTION = "exec_0123456789abcdef0123456789abcdef"
GONE = "exec_ffffffffffffffffffffffffffffffff"

Case = Callable[[Path], object]
CASES: dict[str, Case] = {}
"""What raises a message, by the heading that has it."""


def messages() -> dict[str, re.Pattern[str]]:
    """Read the page's headings that are messages; an ellipsis stands for what differs."""
    headings = re.findall(r"^### `(.+)`$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {heading: re.compile(".+?".join(map(re.escape, heading.split("…"))), re.DOTALL) for heading in headings}


def raises(heading: str) -> Callable[[Case], Case]:
    """Take a function as what raises the message of a heading."""

    def register(case: Case) -> Case:
        assert heading not in CASES
        CASES[heading] = case
        return case

    return register


@contextmanager
def service(**settings: object) -> Iterator[tuple[Emulator, AIToolsApi]]:
    """Start a local service with a client that does not retry, unless it is told."""
    with Emulator(clock=ManualClock()) as emulator:
        emulator.fill_documented()
        with ApiClient(emulator.configuration(**{"retries": 0, "proxy": "", **settings})) as client:
            yield emulator, AIToolsApi(client)


def faulty(fault: Fault, **settings: object) -> object:
    """Call a service in trouble."""
    with service(**settings) as (emulator, api):
        emulator.add_fault(fault, times=None)
        return api.list_ai_tool_names("acme")


def call(url: str, **settings: object) -> object:
    """Call some other address."""
    configuration = Configuration(url, access_token="a", **{"retries": 0, "proxy": "", **settings})  # type: ignore[arg-type]  # from dict to keywords
    with ApiClient(configuration) as client:
        return AIToolsApi(client).get_ai_tool_execution_status("acme", EXECUTION)


def scripted(script: Answer, **settings: object) -> object:
    """Call a server that gives one answer."""
    with ScriptedServer(script) as server:
        return call(server.url, **settings)


@raises("no access token: set … to one")
def _(_: Path) -> object:
    return Configuration.from_env({})


@raises("access_token has blanks, control characters or letters outside ASCII inside")
def _(_: Path) -> object:
    return Configuration(access_token="two words")


@raises("401 Unauthorized: …. Check the access token: it is missing, wrong or expired")
def _(_: Path) -> object:
    with service() as (_emulator, api):
        return api.with_options(access_token="another").list_ai_tool_names("acme")


@raises("403 Forbidden: …. The token may not use this organisation or lacks a scope; …")
def _(_: Path) -> object:
    with Emulator(missing_scope="ai:read") as emulator, ApiClient(emulator.configuration(proxy="")) as client:
        return AIToolsApi(client).list_ai_tool_names("acme")


@raises("… may hold a token, and others can read or change it: chmod 600 …")
def _(folder: Path) -> object:
    path = folder / "token.txt"
    path.write_text("a", encoding="utf-8")
    path.chmod(0o644)
    return read_private(path)


@raises("404 Not Found: …. Check the name; executions and orchestrations are kept for 24 hours")
def _(_: Path) -> object:
    with service() as (_emulator, api):
        return api.get_ai_tool_execution_status("acme", GONE)


@raises("the response is about … and not …; for a mock server …")
def _(_: Path) -> object:
    body = {"executionId": GONE, "toolName": "calculate", "status": "running", "createdAt": 0}
    return scripted(answer(200, body, [("Content-Type", "application/json")]))


@raises("429 Too Many Requests …. Send fewer requests")
def _(_: Path) -> object:
    return faulty(Fault(status=429, retry_after=90))


@raises("the client's own rate limit of … requests a second lets none pass within the limit of … s for the whole call")
def _(_: Path) -> object:
    limit = quantcdn.RateLimit(0.01)
    with service(rate_limit=limit, timeout=5) as (_emulator, api):
        api.list_ai_tool_names("acme")
        return api.list_ai_tool_names("acme")


@raises("not retried, since too many requests fail")
def _(_: Path) -> object:
    retries = quantcdn.RetryPolicy(attempts=101, base=0, throttled_base=0)
    with service(retries=retries) as (emulator, api):
        emulator.add_fault(Fault(status=503), times=None)
        with pytest.raises(quantcdn.ServiceException):
            api.list_ai_tool_names("acme")
        return api.list_ai_tool_names("acme")


@raises("503 Service Unavailable")
def _(_: Path) -> object:
    return faulty(Fault(status=503))


@raises("Invalid JSON: …")
def _(_: Path) -> object:
    return faulty(Fault(body=b"{broken"))


@raises("the response is a web page and no JSON; it may come from a proxy or a login page")
def _(_: Path) -> object:
    return scripted(answer(200, "<!doctype html><title>Sign in</title>", [("Content-Type", "text/html")]))


@raises("the body is larger than the limit of … bytes")
def _(_: Path) -> object:
    with service(max_response_size=20) as (_emulator, api):
        return api.list_ai_tools("acme")


@raises("redirected to …, which is not followed")
def _(_: Path) -> object:
    return scripted(answer(302, headers=[("Location", "https://login.example/")]))


@raises("the host is unknown: …")
def _(_: Path) -> object:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", unknown)
        return call("https://quantcdn.example")


@raises("the connection failed: Connection refused")
def _(_: Path) -> object:
    with dead_port() as port:
        return call(f"http://127.0.0.1:{port}")


@raises("the connection failed: Remote end closed connection without response")
def _(_: Path) -> object:
    return scripted(close)


@raises("no response within the time limit")
def _(_: Path) -> object:
    return faulty(Fault(delay=0.5), timeout=quantcdn.Timeout(read=0.05))


@raises("not finished within the limit of … s for the whole call")
def _(_: Path) -> object:
    return faulty(Fault(delay=0.5), timeout=0.05)


@raises("the response ended early")
def _(_: Path) -> object:
    return faulty(Fault(truncate=True))


@raises("the proxy failed: Connection refused")
def _(_: Path) -> object:
    with dead_port() as port:
        return call("https://quantcdn.example", proxy=f"http://127.0.0.1:{port}")


@raises("the proxy refused to connect: 407 Proxy Authentication Required")
def _(_: Path) -> object:
    with ScriptedServer(answer(407, reason="Proxy Authentication Required")) as proxy:
        return call("https://quantcdn.example", proxy=proxy.url)


@raises("the server's certificate is not accepted: …")
def _(folder: Path) -> object:
    with ScriptedServer(answer(200), context=Certificates(folder).context(unknown=True)) as server:
        return call(server.url)


@raises("TLS failed: …; the scheme looks wrong: one side speaks TLS, the other does not")
def _(_: Path) -> object:
    with Emulator() as emulator:
        return call(emulator.url.replace("http:", "https:"))


@raises("host … would be reached without encryption; use https, or allow_http=True …")
def _(_: Path) -> object:
    return Configuration("http://quantcdn.example")


@raises("a SOCKS proxy needs PySocks: pip install 'urllib3[socks]'")
def _(_: Path) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "socks", None)
        return call("https://quantcdn.example", proxy="socks5h://127.0.0.1:1")


@raises("still running after the timeout of … s")
def _(_: Path) -> object:
    with service() as (emulator, api):
        identifier = emulator.start_execution("calculate", pending=0, running=60)
        return api.wait_for_ai_tool_execution("acme", identifier, timeout=0)


@raises("no status was received after the timeout of … s; last problem: …")
def _(_: Path) -> object:
    with service() as (emulator, api):
        emulator.add_fault(Fault(status=503), times=None)
        return api.wait_for_ai_tool_execution("acme", EXECUTION, timeout=0)


@raises("the service asked to wait … s, beyond the timeout of … s")
def _(_: Path) -> object:
    with service() as (emulator, api):
        identifier = emulator.start_execution("calculate", pending=0, running=60)
        emulator.add_fault(Fault(status=503, retry_after=30), times=None)
        return api.wait_for_ai_tool_execution("acme", identifier, timeout=10)


@raises("failed: …")
def _(_: Path) -> object:
    with service() as (emulator, api):
        identifier = emulator.start_execution("search_web", pending=0, running=0, error="the search is down")
        return api.wait_for_ai_tool_execution("acme", identifier)


@raises("organisation is empty")
def _(_: Path) -> object:
    with service() as (_emulator, api):
        return api.list_ai_tool_names("")


@raises("limit must be from 1 to 100, not …")
def _(_: Path) -> object:
    with service() as (_emulator, api):
        return api.list_ai_tool_executions("acme", limit=1_000)


@raises("Configuration has no setting …; did you mean …?")
def _(_: Path) -> object:
    configuration = Configuration()
    configuration.retrys = 5
    return configuration


@raises("this ApiClient is closed; make a new one")
def _(_: Path) -> object:
    with service() as (_emulator, api):
        api.api_client.close()
        return api.list_ai_tool_names("acme")


@raises("save_images takes an execution as get_ai_tool_execution_status or a wait returns it, …, not …")
def _(folder: Path) -> object:
    return save_images(EXECUTION, folder)  # type: ignore[arg-type]  # the mistake


@raises("the address of a file is in a local network, where a public service's files cannot be")
def _(folder: Path) -> object:
    execution = GetAIToolExecutionStatus200Response(
        execution_id=EXECUTION,
        tool_name="generate_image",
        status="complete",
        created_at=0,
        result={"s3Urls": ["https://localhost/a.png"]},
    )
    with ApiClient(Configuration(access_token="a", proxy="")) as client:
        return save_images(execution, folder, api_client=client, source="signed")


@raises("The signed URL is valid for 1 hour; get the execution's status again for a new one")
def _(folder: Path) -> object:
    clock = ManualClock()
    with Emulator(clock=clock) as emulator, ApiClient(emulator.configuration(proxy="")) as client:
        identifier = emulator.start_execution("generate_image", pending=0, running=0)
        execution = AIToolsApi(client).get_ai_tool_execution_status("acme", identifier)
        clock.advance(3_600)
        return save_images(execution, folder, api_client=client, source="signed")


@raises("… needs …: pip install 'quantcdn[…]'")
def _(_: Path) -> object:
    with service() as (_emulator, api), pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "pandas", None)
        return api.list_ai_tools("acme").to_dataframe()


def test_every_message_on_the_page_is_raised_here() -> None:
    assert list(messages()) != []
    assert set(messages()) - set(CASES) == set()


@pytest.mark.parametrize("heading", CASES)
def test_a_message_is_on_the_page(heading: str, tmp_path: Path) -> None:
    with pytest.raises(quantcdn.OpenApiException) as caught:
        CASES[heading](tmp_path)
    assert heading in messages()
    assert messages()[heading].search(str(caught.value)), str(caught.value)


RAISED = re.compile(r"Api\w*(?:Error|Exception)|Failure|UnusableBodyError|ResponseError|ContentError")
"""What the package makes errors of; the command line's own messages say which option to change."""


def template(node: ast.expr) -> str:
    """Write a text of the source; a letter stands for what differs."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else "x"
    if isinstance(node, ast.JoinedStr):
        return "".join(map(template, node.values))
    return "".join(map(template, (node.left, node.right))) if isinstance(node, ast.BinOp) else "x"


def templates() -> set[str]:
    """Read the messages of the package from its source."""
    found = set()
    for path in (PAGE.parent.parent / "quantcdn").rglob("*.py"):
        if {"cli", "emulator"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and RAISED.fullmatch(ast.unparse(node.func)):
                found |= {template(part) for part in node.args} | {template(word.value) for word in node.keywords}
    # "x is x" and the like are completed elsewhere; "no response" is for a state that cannot be.
    return {text for text in found if len(re.findall(r"\b(?!x\b)\w+", text)) > 2}


def explained() -> dict[str, re.Pattern[str]]:
    """Read the messages of the page: its headings, and the first cells of its last tables."""
    section = PAGE.read_text(encoding="utf-8").partition("\n## Other messages\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`.+?`) \|", section, flags=re.MULTILINE)
    entries = [entry for cell in cells for entry in re.findall(r"`([^`]+)`", cell)]
    return messages() | {entry: re.compile(r"\A" + ".*?".join(map(re.escape, entry.split("…")))) for entry in entries}


def test_every_message_of_the_package_is_on_the_page() -> None:
    found, patterns = templates(), explained()
    assert len(found) > 130
    assert sorted(text for text in found if not any(pattern.search(text) for pattern in patterns.values())) == []


def test_every_message_of_the_last_tables_is_one_of_the_package() -> None:
    # These are put together from parts.
    known = {
        "the arguments do not fit the tool: …",
        "…: Field required",
        "the name cannot be resolved just now: …",
        "the server speaks HTTP/2 alone, which this client does not",
    }
    entries = {entry: pattern for entry, pattern in explained().items() if entry not in {*messages(), *known}}
    found = templates()
    assert [entry for entry, pattern in entries.items() if not any(map(pattern.search, found))] == []
