"""Type checkers accept a program that uses the client well, and refuse each line that uses it wrongly."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from quantcdn.emulator import Clock, Emulator

ROOT = Path(__file__).parent.parent.parent
PROGRAM = ROOT / "docs/examples/typed_program.py"
WRONG_USES = Path(__file__).parent / "wrong_uses.py"

# All as strict as they can be; none finds the sources, which are not beside the programs, but the installed package.
PYTHON = sys.executable
CHECKERS = {
    "mypy": ["mypy", "--strict", "--no-error-summary"],
    "pyright": ["pyright", "--pythonpath", PYTHON],
    "basedpyright": ["basedpyright", "--pythonpath", PYTHON],
    "ty": ["ty", "check", "--output-format", "concise", "--python", PYTHON],
    "pyrefly": ["pyrefly", "check", "--output-format", "min-text", "--python-interpreter-path", PYTHON],
}
checkers = pytest.mark.parametrize("checker", CHECKERS)


def check(checker: str, path: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Check a copy of a file."""
    typed = metadata.distribution("quantcdn").locate_file("quantcdn/py.typed")
    assert Path(str(typed)).exists(), "the package must be installed, and not as an editable one"
    shutil.copy(path, folder)
    (folder / "pyrightconfig.json").write_text(json.dumps({"typeCheckingMode": "strict"}), "utf-8")
    program = Path(PYTHON).parent / CHECKERS[checker][0]
    command = [program, *CHECKERS[checker][1:], path.name]
    environ = {**os.environ, "NO_COLOR": "1", "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environ, check=False)


@checkers
def test_a_program_of_good_uses_has_no_error(checker: str, tmp_path: Path) -> None:
    done = check(checker, PROGRAM, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{PROGRAM.name}:" not in done.stdout


@checkers
def test_each_wrong_use_is_refused(checker: str, tmp_path: Path) -> None:
    done = check(checker, WRONG_USES, tmp_path)
    lines = [line for line in done.stdout.splitlines() if "note:" not in line]
    found = {int(number) for number in re.findall(rf"{WRONG_USES.name}:(\d+):", "\n".join(lines))}
    uses = list(enumerate(WRONG_USES.read_text("utf-8").splitlines(), 1))
    wrong = {number for number, use in uses if "  # wrong" in use and not use.endswith(f"but to {checker}")}
    assert len(wrong) > 25
    assert found == wrong, done.stdout + done.stderr


def test_the_program_needs_no_ignores_and_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert "ignore" not in PROGRAM.read_text("utf-8")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Emulator(clock=Clock(speed=100)) as service:
        monkeypatch.setenv("QUANTCDN_HOST", service.url)
        monkeypatch.setenv("QUANTCDN_API_TOKEN", service.token)
        identifiers = [service.start_execution("generate_image"), service.start_orchestration(["search_web"])]
        command = [PYTHON, PROGRAM, "acme", *identifiers]
        subprocess.run(command, cwd=tmp_path, check=True)
    output, progress = capfd.readouterr()
    assert "a preview of 128 by 128, image/png" in output
    assert "All tools have answered: search_web." in output
    assert f"{identifiers[0]}: 200" in progress
    assert [path.name for path in (tmp_path / "images").iterdir()] == [f"{identifiers[0]}-0.png"]
