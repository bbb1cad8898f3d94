"""The example of a user's project: its own tests pass, and it stands on nothing but what is public."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import quantcdn
import quantcdn.emulator
import quantcdn.testing

EXAMPLE = Path(__file__).parent.parent.parent / "docs/examples/picture_service"
SOURCES = sorted(EXAMPLE.rglob("*.py"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy the project to where nothing of this one is around it."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "project", ignore=shutil.ignore_patterns("__pycache__")))


def run_tests(project: Path) -> tuple[int, str]:
    # Proxies that lead nowhere stand for a machine whose environment is not as empty as this one's.
    environ = {**os.environ, "HTTP_PROXY": "http://127.0.0.1:1", "NO_PROXY": ""}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=project,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_its_tests_pass(project: Path) -> None:
    status, output = run_tests(project)
    written = sum(path.read_text(encoding="utf-8").count("\ndef test_") for path in EXAMPLE.glob("tests/*.py"))
    assert status == 0, output
    assert f"{written} passed" in output


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("escape(tool)", "tool"),
        (" and not item.is_failed", ""),
        ("api_client=api.api_client", 'api_client=api.api_client, source="signed"'),
    ],
)
def test_its_tests_notice_what_is_wrong_with_it(project: Path, right: str, wrong: str) -> None:
    module = project / "picture_service/gallery.py"
    text = module.read_text(encoding="utf-8")
    assert text.count(right) == 1
    module.write_text(text.replace(right, wrong), encoding="utf-8")
    status, output = run_tests(project)
    assert status == 1, output


def imported(path: Path) -> Iterator[str]:
    """Yield the modules and names that a file imports, as dotted names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(EXAMPLE).as_posix())
def test_it_imports_only_what_is_public(path: Path) -> None:
    ours = [name for name in imported(path) if re.match(r"quantcdn\b|test\b|conftest\b", name)]
    public = {
        "quantcdn",
        *(f"quantcdn.{name}" for name in quantcdn.__all__),
        *(f"quantcdn.emulator.{name}" for name in quantcdn.emulator.__all__),
    }
    assert set(ours) <= public
