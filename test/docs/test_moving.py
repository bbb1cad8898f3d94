"""The page for those who come from another client says what its script prints."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from test.tools import moving

OFFICIAL, OURS = moving.COLUMNS


def check(column: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "test.tools.moving", column],
        cwd=moving.ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_the_page_has_what_the_script_prints_with_this_client() -> None:
    done = check(OURS)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_another_client_prints_is_noticed_row_by_row() -> None:
    done = check(OFFICIAL)  # with this client installed
    assert done.returncode == 1
    differ = [name for name, cell in moving.table(OFFICIAL).items() if cell != moving.table(OURS)[name]]
    assert [line.partition(": the page has ")[0] for line in done.stdout.splitlines()] == differ


def test_a_row_that_the_script_does_not_print_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "moving.md"
    text = moving.PAGE.read_text(encoding="utf-8")
    page.write_text(text.replace("\n| 401 |", "\n| 4001 | `1` | `1` |\n| 401 |"), encoding="utf-8")
    monkeypatch.setattr(moving, "PAGE", page)
    monkeypatch.setattr("sys.argv", ["moving", OURS])
    monkeypatch.setattr(moving, "printed", lambda: {"401": "raises UnauthorizedException"})
    assert moving.main() == 1
    assert "4001: the page has `1`, the script prints None\n" in capsys.readouterr().out


def test_what_stays_is_the_same_with_both() -> None:
    section = moving.PAGE.read_text(encoding="utf-8").partition("\n## What stays\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 10
    assert [row for row in rows if row[1] != row[2]] == []


def test_every_setting_that_was_left_out_is_named() -> None:
    script = moving.SCRIPT.read_text(encoding="utf-8").partition("LEFT_OUT = (")[2].partition(")")[0]
    names = re.findall(r'"(\w+)"', script)
    listed = moving.PAGE.read_text(encoding="utf-8").partition("\n## What was left out\n")[2].partition("\n## ")[0]
    assert len(names) == 13
    assert [name for name in names if f"`{name}`" not in listed] == []
