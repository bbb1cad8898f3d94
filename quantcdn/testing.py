"""Fixtures for pytest on the local service: ``pytest_plugins = ["quantcdn.testing"]`` in a ``conftest.py``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from quantcdn.api.ai_tools_api import AIToolsApi
from quantcdn.api_client import ApiClient
from quantcdn.emulator import Emulator, ManualClock


@pytest.fixture
def quantcdn_clock() -> ManualClock:
    """The clock of ``quantcdn_emulator``, which stands still until the test calls ``advance``."""
    return ManualClock()


@pytest.fixture
def quantcdn_emulator(quantcdn_clock: ManualClock) -> Iterator[Emulator]:
    """A local service of the test's own, empty at first."""
    with Emulator(clock=quantcdn_clock) as service:
        yield service


@pytest.fixture
def quantcdn_client(quantcdn_emulator: Emulator) -> Iterator[ApiClient]:
    """A client of ``quantcdn_emulator``; it goes past the environment's proxies."""
    with ApiClient(quantcdn_emulator.configuration(proxy="")) as client:
        yield client


@pytest.fixture
def quantcdn_api(quantcdn_client: ApiClient) -> AIToolsApi:
    """The endpoints of ``quantcdn_emulator``."""
    return AIToolsApi(quantcdn_client)
