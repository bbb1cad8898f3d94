"""Prism, the mock server made of a description of an API."""

from __future__ import annotations

from pathlib import Path

from test.helpers.ports import free_port
from test.helpers.programs import Program
from test.tools.node import needed

PATIENCE = 30.0
"""Within how many seconds a program has to listen, on a machine that runs other tests beside it."""


class Prism(Program):
    """A mock server made of a description: it answers the examples, or by ``Prefer`` what the schemas allow."""

    patience = PATIENCE

    def __init__(self, folder: Path, description: Path) -> None:
        super().__init__(folder / "log")
        self._command = [*needed("prism"), "mock", str(description), "--host", "127.0.0.1", "--port", "0"]
        self.start(self._command, self._configure)
        self.url = f"http://127.0.0.1:{self.port}"

    def _configure(self) -> list[int]:
        self.port = free_port()
        self._command[-1] = str(self.port)
        return [self.port]
