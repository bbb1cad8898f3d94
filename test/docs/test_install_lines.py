"""Every line that installs something can be run: it names this clone with extras that exist, or known packages."""

from __future__ import annotations

import re
import runpy
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
EXTRAS = set(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"])
PACKAGES = {"jupyterlab", "ruff", "tox-uv", "urllib3[socks]"}
"""What the pages install from PyPI; this package is not there."""

WHEEL = "dist/quantcdn-*.whl"
TOOL = runpy.run_path(str(ROOT / "docs" / "tools" / "installs.py"))  # tox -e installs runs the lines
PLACEHOLDERS = TOOL["PLACEHOLDERS"]


def installed(text: str) -> Iterator[str]:
    """List what a page installs."""
    for subcommand, *words in TOOL["commands"](text):
        if subcommand == "install":
            yield from (word for word in words if not word.startswith("-"))


def can_be_installed(requirement: str) -> bool:
    """Say whether a requirement is this clone with extras that exist, its wheel, or a known package."""
    clone = re.fullmatch(r"(?:\.|/path/to/clone|quantcdn @ file:///path/to/clone)(?:\[([\w,]+)\])?", requirement)
    if clone is None:
        return requirement in PACKAGES or requirement == WHEEL
    return not clone[1] or set(clone[1].split(",")) <= EXTRAS


@pytest.mark.parametrize("page", TOOL["pages"](), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_installs_can_be_installed(page: Path) -> None:
    wrong = [word for word in installed(page.read_text(encoding="utf-8")) if not can_be_installed(word)]
    assert [word for word in wrong if page.name != "installation.md" or word not in PLACEHOLDERS] == []


@pytest.mark.parametrize(
    ("line", "requirement"),
    [
        ("```sh\npip install quantcdn\n```", "quantcdn"),
        ("```sh\npython3 -m venv v && v/bin/pip install -q '.[nothing]'\n```", ".[nothing]"),
        ("Run `pip install 'quantcdn[cli]'`.", "quantcdn[cli]"),
    ],
)
def test_what_cannot_be_installed_is_found(line: str, requirement: str) -> None:
    assert list(installed(line)) == [requirement]
    assert not can_be_installed(requirement)


def test_every_extra_is_on_the_page_of_installation() -> None:
    page = (ROOT / "docs" / "installation.md").read_text(encoding="utf-8")
    assert [extra for extra in sorted(EXTRAS) if f"`{extra}`" not in page] == []


def test_every_dependency_is_on_the_page_of_installation_with_its_lowest_version() -> None:
    page = (ROOT / "docs" / "installation.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for requirement in project["dependencies"]:
        name, _, lowest = requirement.partition(",")[0].partition(">=")
        assert re.search(rf"^\| \[{name}\]\([^)]+\) \| {re.escape(lowest)} or later", page, flags=re.MULTILINE), name


def test_each_line_is_run_once_and_wheels_are_built_before_they_are_installed() -> None:
    commands = TOOL["every_command"]()
    assert len(commands) == len({tuple(words) for words in commands}) > 10
    assert commands[0][0] == "wheel"
    assert ["install", WHEEL] in commands
    assert not any(PLACEHOLDERS & set(words) for words in commands)
