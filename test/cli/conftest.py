"""A local service for the tests of commands, whose time they move on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from quantcdn.emulator import Emulator, ManualClock


@pytest.fixture
def service() -> Iterator[Emulator]:
    with Emulator(clock=ManualClock()) as service:
        yield service
