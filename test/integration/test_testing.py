"""The fixtures for pytest, as another project would use them."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from pathlib import Path

import pytest

from quantcdn import AIToolsApi, ApiClient, ApiTypeError, Configuration, RetryPolicy
from quantcdn.emulator import Emulator, Fault, ManualClock
from quantcdn.polling import Timing

_USERS_TEST = """
import pytest
from quantcdn import NotFoundException

def test_an_execution(quantcdn_emulator, quantcdn_clock, quantcdn_api):
    name = quantcdn_emulator.start_execution("get_weather")
    quantcdn_clock.advance(11)
    assert quantcdn_api.get_ai_tool_execution_status("acme", name).is_complete

def test_nothing_is_left_of_another_test(quantcdn_emulator, quantcdn_client, quantcdn_api):
    assert quantcdn_api.api_client is quantcdn_client
    assert quantcdn_api.list_ai_tool_executions("acme").count == 0
    assert len(quantcdn_emulator.requests) == 1
"""


def test_the_fixtures_belong_together(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, quantcdn_client: ApiClient, quantcdn_api: AIToolsApi
) -> None:
    assert quantcdn_emulator.clock is quantcdn_clock
    assert quantcdn_client.configuration.host == quantcdn_emulator.url
    assert quantcdn_api.api_client is quantcdn_client


def test_timing_is_the_clock_of_the_client_and_travels_with_it() -> None:
    api = AIToolsApi(ApiClient(Configuration(access_token="t0ken", proxy="")))
    api.timing = Timing(clock=time.perf_counter, sleep=abs)
    copied = pickle.loads(pickle.dumps(api))
    for each in (api, copied, AIToolsApi(api.api_client)):
        assert each.timing == api.timing._replace(wall=Timing().wall)
        assert (each.api_client.clock.monotonic, each.api_client.clock.sleep) == (time.perf_counter, abs)


def test_what_is_no_clock_is_refused() -> None:
    api = AIToolsApi(ApiClient(Configuration(access_token="t0ken", proxy="")))
    with pytest.raises(ApiTypeError, match="timing takes a Timing"):
        api.timing = 3  # type: ignore[assignment] # a caller's mistake
    with pytest.raises(ApiTypeError, match="clock takes a TimeSource, not ManualClock"):
        api.api_client.clock = ManualClock()  # type: ignore[assignment] # a caller's mistake


def test_the_client_goes_past_the_proxies_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert request.getfixturevalue("quantcdn_api").list_ai_tool_names("acme").count == 4


def test_another_project_can_use_them(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["quantcdn.testing"]\n')
    (tmp_path / "test_own.py").write_text(_USERS_TEST)
    command = [sys.executable, "-m", "pytest", "-W", "error", "-p", "no:cacheprovider", "-q", "--rootdir", "."]
    environ = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


def test_no_project_gets_them_unasked(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text("def test_it(quantcdn_api): ...\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "--rootdir", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert "fixture 'quantcdn_api' not found" in done.stdout


def test_a_wait_moves_the_clock_and_takes_no_time(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, quantcdn_api: AIToolsApi
) -> None:
    name = quantcdn_emulator.start_execution("get_weather", pending=0, running=3_600)
    before = quantcdn_clock.now()
    assert quantcdn_api.wait_for_ai_tool_execution("acme", name, timeout=None).is_complete
    assert 3_600 <= quantcdn_clock.now() - before < 3_610


def test_what_fails_is_tried_again_as_often_as_usual_but_at_once(
    quantcdn_emulator: Emulator, quantcdn_client: ApiClient, quantcdn_api: AIToolsApi
) -> None:
    usual, policy = RetryPolicy(), quantcdn_client.configuration.retries
    assert (policy.attempts, policy.statuses) == (usual.attempts, usual.statuses)
    assert {policy.longest_pause(attempt, status) for attempt in (1, 2) for status in (0, 429, 503)} == {0}
    quantcdn_emulator.add_fault(Fault(status=503), times=2)
    assert quantcdn_api.list_ai_tool_names("acme").count == 4
    assert [request.status for request in quantcdn_emulator.requests] == [503, 503, 200]
