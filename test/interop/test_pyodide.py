"""In Node.js and in Chromium, in a page and in a worker, the tour's calls, batches, images and commands work; limits
hold in Node.js; what a browser cannot do is refused with a reason."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from quantcdn.emulator import Clock, Emulator
from test.helpers.server import ScriptedServer, answer
from test.interop.pyodide import run_in_chromium, run_in_node

TOOLS = {"pyodide": "314.0.7"}

TOUR = Path(__file__).parent.parent.parent / "docs/examples/tour.ipynb"
NAMES = {"tools": ["calculate"], "count": 1}

BEFORE_TOUR = """
import json, quantcdn

class Service:
    def __init__(self, url, token, started):
        self.url, self.token, self.started = url, token, started

    def start_execution(self, *_, **__):
        return self.started.pop(0)

    start_orchestration = start_execution

    def close(self):
        pass

service = Service({url!r}, {token!r}, {started!r})
client = quantcdn.ApiClient(quantcdn.Configuration(service.url, access_token=service.token))
api = quantcdn.AIToolsApi(client)
"""

BEYOND_TOUR = """
import os, tempfile
from quantcdn.cli import main
from quantcdn.emulator import Emulator

client = quantcdn.ApiClient(quantcdn.Configuration({url!r}, access_token={token!r}))
api = quantcdn.AIToolsApi(client)
many = {many!r}
outcomes = list(api.wait_for_ai_tool_executions("acme", many, timeout=60))
found = {{"batch": sorted(outcome.execution.status for outcome in outcomes)}}
with tempfile.TemporaryDirectory() as folder:
    saved = quantcdn.images.save_images(outcomes[0].execution, folder, api_client=client, source="inline")
    found["saved"] = [path.read_bytes()[:4].hex() for path in saved]
    try:
        options = dict(api_client=client, source="signed", overwrite=True)
        saved = quantcdn.images.save_images(outcomes[0].execution, folder, **options)
        found["signed"] = [path.read_bytes()[:4].hex() for path in saved]
    except quantcdn.ApiConnectionException as error:
        found["signed"] = str(error)
for name, make in (
    ("proxy", lambda: quantcdn.Configuration({url!r}, proxy="http://127.0.0.1:1", access_token="t")),
    ("verify_ssl", lambda: quantcdn.Configuration({url!r}, verify_ssl=False, access_token="t")),
):
    try:
        quantcdn.AIToolsApi(quantcdn.ApiClient(make())).list_ai_tool_names("acme")
    except quantcdn.ApiValueError as error:
        found[name] = str(error)
try:
    Emulator()
except OSError as error:
    found["emulator"] = str(error)
os.environ.update(QUANTCDN_HOST={url!r}, QUANTCDN_API_TOKEN={token!r}, QUANTCDN_ORGANIZATION="acme")
found["codes"] = [main(words.split()) for words in ("doctor", "tools names", "demo", "executions wait " + many[0])]
print(json.dumps(found))
"""


def tour(service: Emulator) -> str:
    """Give the cells of the notebook, without those that start and stop a local service."""
    cells = json.loads(TOUR.read_text("utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    started = [
        service.start_execution("get_weather", pending=0.5, running=0.5),
        service.start_orchestration(["get_weather", "search_web"], pending=0.5, running=0.5, answer="It is sunny."),
    ]
    before = BEFORE_TOUR.format(url="SERVICE", token=service.token, started=started)
    shown = "print(tools.get('generate_image').tool_spec.name, weather, orchestration, problem.status, sep='\\n')"
    return "\n".join([before, *sources[1:], shown])


def beyond_tour(service: Emulator) -> str:
    many = [service.start_execution("generate_image", pending=0.2, running=0.2) for _ in range(5)]
    return BEYOND_TOUR.format(url="SERVICE", token=service.token, many=many)


Run = Callable[[str, Emulator], str]


@pytest.fixture(params=["node", "page", "worker", "suspending worker"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    """Run a program in Pyodide in one of the ways."""
    if request.param == "node":
        return lambda program, service: run_in_node(program.replace("SERVICE", service.url), tmp_path)
    in_worker, suspends = "worker" in request.param, "suspending" in request.param
    return lambda program, service: run_in_chromium(
        program, tmp_path, service.url, in_worker=in_worker, suspends=suspends
    )


@pytest.fixture
def outside() -> Iterator[Emulator]:
    """A local service outside of Pyodide, whose time passes."""
    with Emulator(organisation="acme", clock=Clock(speed=5)) as service:
        service.fill_examples()
        yield service


@pytest.mark.timeout(180)
def test_the_tour_and_more(run: Run, outside: Emulator, request: pytest.FixtureRequest) -> None:
    printed = run(tour(outside) + beyond_tour(outside), outside)
    lines = printed.splitlines()
    assert lines[0] == "generate_image", printed
    assert lines[3] == "404"
    found: dict[str, Any] = json.loads(lines[-1])
    assert found["batch"] == ["complete"] * 5
    assert set(found["saved"]) == {"89504e47"}
    if "node" in request.node.name:
        assert set(found["signed"]) == {"89504e47"}
    else:  # the page is of another origin than the files
        assert "may not let pages call it (CORS)" in found["signed"]
    for name in ("proxy", "verify_ssl"):
        assert found[name] == f"{name} has no effect in Pyodide, where the browser makes the connections: leave it out"
    assert "run 'quantcdn emulator' outside of it" in found["emulator"]
    assert found["codes"] == [0, 0, 1, 0], printed
    assert "connection: the browser makes it" in printed


LIMITS = """
import json, time
import quantcdn

def ask(seconds):
    configuration = quantcdn.Configuration({url!r}, access_token="t", retries=0, timeout=seconds)
    with quantcdn.ApiClient(configuration) as client:
        started = time.monotonic()
        try:
            return quantcdn.AIToolsApi(client).list_ai_tool_names("acme").tools, 0
        except quantcdn.ApiException as error:
            return type(error).__name__, time.monotonic() - started

print(json.dumps([ask(seconds) for seconds in {limits!r}]))
"""


def asked(script: list[Any], limits: list[Any], folder: Path) -> list[Any]:
    """Ask a server as often as there are limits, each time within one."""
    with ScriptedServer(*script) as server:
        printed = run_in_node(LIMITS.format(url=server.url, limits=limits), folder)
    return json.loads(printed.splitlines()[-1])  # type: ignore[no-any-return]


def dripping(connection: Any) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(100):
        time.sleep(0.1)
        connection.sendall(b" ")


def silent(connection: Any) -> None:
    connection.recv(1)


@pytest.mark.timeout(180)
def test_bodies_are_decoded_once_and_limits_hold(tmp_path: Path) -> None:
    body = gzip.compress(json.dumps(NAMES).encode())
    packed = answer(200, body, [("Content-Encoding", "gzip")])

    def late(connection: Any) -> None:
        time.sleep(2)
        connection.sendall(answer(200, NAMES))

    found = asked([packed, answer(204), dripping, late, silent], [20, 20, 2, (1, 20), (1, 2)], tmp_path)
    assert found[0][0] == found[3][0] == NAMES["tools"]
    assert found[1][0] == "ApiConnectionException"
    assert found[2][0] == found[4][0] == "ApiTimeoutException"
    assert 2 <= found[2][1] < 3
    assert 2 <= found[4][1] < 3
