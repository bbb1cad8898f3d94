"""Programs of npm are installed once, whole or not at all, and found without a network afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from test.tools import node

NPM = """#!/bin/sh
while [ "$1" != --prefix ]; do shift; done
mkdir -p "$2/node_modules/.bin"
{script}
"""


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Make an npm that runs a script, in a home of its own; returns the folder that it installs into."""

    def made(script: str) -> Path:
        (tmp_path / "npm").write_text(NPM.format(script=script))
        (tmp_path / "npm").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        monkeypatch.setenv("HOME", str(tmp_path))
        return tmp_path / ".cache" / "quantcdn-tests"

    return made


def test_what_is_installed_is_installed_once(npm: Callable[[str], Path]) -> None:
    folder = npm('echo >> "$HOME/runs"; echo > "$2/node_modules/.bin/prism"')
    assert node.install() == node.install() == []
    assert (folder.parent.parent / "runs").read_text() == "\n"
    assert list(folder.iterdir()) == [node.folder_of("prism")]
    assert node.needed("prism")[1] == str(node.script_of("prism"))


def test_an_installation_that_fails_leaves_nothing_and_is_tried_again(npm: Callable[[str], Path]) -> None:
    folder = npm('echo > "$2/node_modules/.bin/prism"; exit 1')
    assert node.install() == ["prism"]
    assert not list(folder.iterdir())
    npm('echo > "$2/node_modules/.bin/prism"')
    assert node.install() == []


def test_of_two_installations_at_once_the_first_one_stays(npm: Callable[[str], Path]) -> None:
    place = node.folder_of("prism").name
    folder = npm(
        f'echo > "$2/node_modules/.bin/prism"; mkdir -p "$2/../{place}/node_modules/.bin"; '
        f'echo first > "$2/../{place}/node_modules/.bin/prism"'
    )
    assert node.install() == []
    assert node.script_of("prism").read_text() == "first\n"
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_missing_program_fails_in_ci(
    npm: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    npm("exit 1")
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match=node.PACKAGES["prism"]):
        node.needed("prism")
