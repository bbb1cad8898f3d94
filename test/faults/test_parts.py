"""Programs are installed only where that is allowed, and none of them is left running."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from test.tools import node, parts

TOOL = """#!/bin/sh
echo "$(basename "$0") $*, policy $([ -x '{policy}' ] && '{policy}'; echo $?)" >> '{log}'
case "$4" in
    gone) exit 100 ;;
    server) echo > '{folder}/server'; chmod 755 '{folder}/server' ;;
esac
"""


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a machine of root's that lacks a server, with tools that write down how they are called."""
    log, policy = tmp_path / "log", tmp_path / "policy"
    log.touch()
    for name in ("apt-get", "systemctl", "update-rc.d"):
        (tmp_path / name).write_text(TOOL.format(folder=tmp_path, log=log, policy=policy))
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(parts, "POLICY", policy)
    monkeypatch.setattr(parts, "PACKAGES", {"server": ("gone", "server")})
    monkeypatch.setattr(parts, "SERVICES", ("server", "another"))
    monkeypatch.setattr(node, "PACKAGES", {})
    for name in ("CI", parts.CONSENT):
        monkeypatch.delenv(name, raising=False)
    return log


def test_a_run_of_the_tests_installs_nothing_by_itself(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert parts.install() == 0
    assert log.read_text() == ""
    said = capsys.readouterr().out
    assert "missing: server\n" in said
    assert "QUANTCDN_TEST_INSTALL=1 installs them" in said


@pytest.mark.parametrize("variable", ["CI", "QUANTCDN_TEST_INSTALL"])
def test_what_is_installed_neither_starts_nor_is_enabled(
    log: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "1")
    assert parts.install() == 0
    assert log.read_text().splitlines() == [
        "apt-get update, policy 101",
        "apt-get install -y --no-install-recommends gone, policy 101",
        "apt-get install -y --no-install-recommends server, policy 101",
        "systemctl disable server, policy 1",
        "update-rc.d server disable, policy 1",
    ]
    assert not parts.POLICY.exists()


def test_a_policy_of_the_machine_stays(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "1")
    parts.POLICY.write_text("#!/bin/sh\nexit 101\n")
    parts.install()
    assert parts.POLICY.exists()


def test_in_ci_a_program_that_cannot_be_installed_is_a_failure(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PACKAGES", {"server": ("gone",)})
    monkeypatch.setenv("CI", "1")
    assert parts.install() == 1
    monkeypatch.delenv("CI")
    monkeypatch.setenv("QUANTCDN_TEST_INSTALL", "1")
    assert parts.install() == 0
