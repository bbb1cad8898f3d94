"""Fixtures for pytest on the local service: ``pytest_plugins = ["quantcdn.testing"]`` in a ``conftest.py``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from quantcdn._clock import TimeSource
from quantcdn.api.ai_tools_api import AIToolsApi
from quantcdn.api_client import ApiClient
from quantcdn.emulator import Emulator, ManualClock
from quantcdn.retry import RetryPolicy


@pytest.fixture
def quantcdn_clock() -> ManualClock:
    """The clock of ``quantcdn_emulator``; ``advance`` moves it on, and so does a wait of ``quantcdn_api``."""
    return ManualClock()


@pytest.fixture
def quantcdn_emulator(quantcdn_clock: ManualClock) -> Iterator[Emulator]:
    """A local service of the test's own, empty at first."""
    with Emulator(clock=quantcdn_clock) as service:
        yield service


@pytest.fixture
def quantcdn_client(quantcdn_emulator: Emulator) -> Iterator[ApiClient]:
    """A client of ``quantcdn_emulator``; it retries without a pause, and ignores the environment's proxies."""
    at_once = RetryPolicy(base=0, throttled_base=0)
    with ApiClient(quantcdn_emulator.configuration(proxy="", retries=at_once)) as client:
        yield client


@pytest.fixture
def quantcdn_api(quantcdn_client: ApiClient, quantcdn_clock: ManualClock) -> AIToolsApi:
    """The endpoints of ``quantcdn_emulator``; its waits move ``quantcdn_clock`` on, and take no time."""
    api = AIToolsApi(quantcdn_client)
    quantcdn_client.clock = TimeSource(monotonic=quantcdn_clock.now, sleep=quantcdn_clock.advance)
    return api
