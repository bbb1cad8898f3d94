"""The pages, on a local service: no account, no network and no browser."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator

import pytest
from dashboard.app import Dashboard
from dashboard.history import History
from dashboard.live import Live
from starlette.testclient import TestClient

from quantcdn import ApiClient
from quantcdn.emulator import Emulator


@pytest.fixture
def history() -> Iterator[History]:
    with History(":memory:") as history:
        yield history


@pytest.fixture
def client(quantcdn_client: ApiClient) -> ApiClient:
    return quantcdn_client.with_options(organisation="acme")


@pytest.fixture
def live(client: ApiClient, history: History) -> Live:
    return Live(client, history)


@pytest.fixture
def pages(client: ApiClient, history: History, live: Live) -> TestClient:
    return TestClient(Dashboard(client, history, live).app())


def test_chosen_tools_become_the_configuration_of_a_chat(pages: TestClient) -> None:
    page = pages.get("/tools", params={"allowed": ["get_weather", "calculate"]}).text
    config = json.loads(html.unescape(re.search('<pre id="config">(.*)</pre>', page, re.DOTALL)[1]))
    assert config["autoExecute"]
    assert config["allowedTools"] == ["get_weather", "calculate"]


@pytest.mark.parametrize(("a", "fits"), [("2", True), ("two", False)])
def test_a_form_says_whether_the_arguments_fit(pages: TestClient, a: str, fits: bool) -> None:
    page = pages.get("/tools/calculate", params={"operation": "add", "a": a, "b": "3"}).text
    assert ('<pre id="arguments">' in page) == fits
    assert ("is not of type" in page) != fits


def test_a_finished_execution_has_its_images(pages: TestClient, quantcdn_emulator: Emulator) -> None:
    execution_id = quantcdn_emulator.start_execution("generate_image", pending=0, running=0)
    page = pages.get(f"/executions/{execution_id}").text
    (image,) = re.findall(r'<img src="data:image/png;base64,([^"]+)"', page)
    assert base64.b64decode(html.unescape(image)).startswith(b"\x89PNG")


def test_an_unknown_execution_is_a_page_that_says_so(pages: TestClient) -> None:
    assert "404" in pages.get("/executions/exec_unknown").text


def test_a_failed_execution_is_kept_with_its_reason(live: Live, history: History, quantcdn_emulator: Emulator) -> None:
    quantcdn_emulator.start_execution("search_web", pending=0, running=0, error="the search is down")
    live.watch(0)
    live.catch_up()
    ((row,), _) = history.since(0)
    assert (row["state"], row["reason"]) == ("failed", "the search is down")
    assert history.figures()[0]["success"] == 0


def test_a_page_of_another_site_cannot_read_it(pages: TestClient) -> None:
    assert pages.get("/", headers={"host": "evil.example"}).status_code == 400
