"""A program that it packs has all commands, the local service's files and the versions of what is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = ("pyinstaller",)
PROGRAM = "import sys\nfrom quantcdn.cli import main\nsys.exit(main())\n"


@pytest.mark.timeout(240)
def test_a_packed_command_works(tmp_path: Path) -> None:
    (tmp_path / "packed.py").write_text(PROGRAM)
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--onedir", "packed.py"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    packed = tmp_path / "dist/packed/packed"
    for words, expected in (
        ("tools names --emulator", "generate_image"),
        ("doctor --emulator", "urllib3 "),
        ("demo", "complete"),
        ("executions wait --help", "Wait until executions have finished"),
    ):
        done = subprocess.run([packed, *words.split()], capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done
        assert expected in done.stdout + done.stderr
