"""What the tests beside other tools share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from quantcdn import AIToolsApi, ApiClient
from quantcdn.emulator import Emulator, ManualClock


@pytest.fixture
def service() -> Iterator[Emulator]:
    """A local service with the executions of the documentation."""
    with Emulator(organisation="acme", clock=ManualClock()) as emulator:
        emulator.fill_documented()
        yield emulator


@pytest.fixture
def api(service: Emulator) -> Iterator[AIToolsApi]:
    """The endpoints of that service."""
    with ApiClient(service.configuration(proxy="")) as client:
        yield AIToolsApi(client)
