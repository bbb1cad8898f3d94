"""The dashboard in a browser, over real sockets, while executions change."""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from dashboard.app import Dashboard
from dashboard.history import History
from dashboard.live import Live
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

import quantcdn
from quantcdn.emulator import Emulator, ManualClock

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium and chromedriver are not installed")


@contextlib.contextmanager
def served(service: Emulator) -> Iterator[str]:
    configuration = service.configuration(organisation="acme")
    with (
        History(":memory:") as history,
        quantcdn.ApiClient(configuration) as client,
        Live(client, history, interval=0.2) as live,
    ):
        app = Dashboard(client, history, live).app()
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            WebDriverWait(server, 20).until(lambda server: server.started)
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (
        "headless=new",
        "no-sandbox",
        "disable-gpu",
        "disable-background-networking",
        "disable-sync",
        "no-proxy-server",
    ):
        options.add_argument(f"--{argument}")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("NO_PROXY", "*")  # the driver is on this machine, whatever proxy leads off it
        browser = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
        yield browser
        browser.quit()


def shown(browser: webdriver.Chrome, text: str) -> bool:
    return WebDriverWait(browser, 20).until(lambda _: text in browser.find_element(By.ID, "rows").text)


def test_a_change_is_on_the_page_and_a_filter_has_a_key(browser: webdriver.Chrome) -> None:
    clock = ManualClock()
    with Emulator(clock=clock) as service, served(service) as address:
        service.start_execution("get_weather", running=3_600)
        service.start_execution("search_web", pending=0, running=60, error="<b>the search is down</b>")
        browser.get(address)
        assert shown(browser, "running")
        clock.advance(61)
        assert shown(browser, "<b>the search is down</b>")  # as text, not as HTML
        browser.switch_to.active_element.send_keys("/weather")
        assert WebDriverWait(browser, 20).until(lambda _: "search_web" not in browser.find_element(By.ID, "rows").text)
        asked = browser.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
        assert all(name.startswith(address) for name in asked)
