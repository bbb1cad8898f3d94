"""The Python blocks of README and pages run against the emulator as a process of its own, as README says it."""

from __future__ import annotations

import re
import shlex
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from test.helpers.process import started

ROOT = Path(__file__).parent.parent.parent


def blocks(page: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


PAGES = [
    page
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    if any("from_env()" in block for block in blocks(page))
]
"""The pages with a block that takes its settings from the environment, and so needs a service there."""


@pytest.fixture(scope="module")
def exports() -> Iterator[Mapping[str, str]]:
    """Start the emulator, and read what to export; its clock is fast, since one of its examples takes a minute."""
    with started("emulator", "--speed", "60") as process:
        assert process.stdout is not None
        found: dict[str, str] = {}
        while len(found) < 3:
            line = process.stdout.readline()
            assert line, process.communicate()
            if line.startswith("export "):
                name, _, value = shlex.split(line)[1].partition("=")
                found[name] = value
        yield found
        process.send_signal(signal.SIGTERM)
        assert process.communicate() == ("", "")
    assert process.returncode == 0


def test_the_pages_that_promise_it_are_among_them() -> None:
    assert {"README.md", "index.md", "waiting.md"} <= {page.name for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_pages_examples_run(
    page: Path, exports: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in exports.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    for number, block in enumerate(blocks(page), start=1):
        exec(compile(block, f"{page.name}, block {number}", "exec"), names)
