"""The examples of users' projects: their own tests pass, and they stand on nothing but what is public."""

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

EXAMPLES = Path(__file__).parent.parent.parent / "docs/examples"
PROJECTS = ("dashboard", "image_service")
LANGUAGES = {".py", ".js", ".css", ".html"}
SOURCES = sorted(path for name in PROJECTS for path in (EXAMPLES / name).rglob("*.py"))


def copied(name: str, folder: Path) -> Path:
    """Copy a project to where nothing of this one is around it."""
    return Path(shutil.copytree(EXAMPLES / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")))


def run_tests(project: Path, *arguments: str) -> tuple[int, str]:
    # Proxies that lead nowhere stand for a machine whose environment is not as empty as this one's.
    # The plugins of this project's environment, which take a second to load, are none of a user's either.
    environ = {
        **os.environ,
        "HTTP_PROXY": "http://127.0.0.1:1",
        "NO_PROXY": "",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=project,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name", PROJECTS)
def test_its_tests_pass(name: str, tmp_path: Path) -> None:
    project = copied(name, tmp_path)
    status, output = run_tests(project)
    written = sum(path.read_text(encoding="utf-8").count("\ndef test_") for path in project.glob("tests/*.py"))
    passed = re.search(r"^(\d+) passed", output, re.MULTILINE)
    assert status == 0, output
    assert passed is not None
    assert int(passed[1]) >= written


@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        ("image_service/image_service/gallery.py", "escape(tool)", "tool"),
        ("image_service/image_service/gallery.py", " and not item.is_failed", ""),
        (
            "image_service/image_service/gallery.py",
            "api_client=api.api_client",
            'api_client=api.api_client, source="signed"',
        ),
        ("dashboard/dashboard/app.py", "chat.check_input(tool, arguments)", "pass"),
        ("dashboard/dashboard/app.py", "middleware=[LOOPBACK]", "middleware=[]"),
        ("dashboard/dashboard/live.py", "self._unlisted.add(item.execution_id)", "pass"),
    ],
)
def test_its_tests_notice_what_is_wrong_with_it(file: str, right: str, wrong: str, tmp_path: Path) -> None:
    project = copied(file.partition("/")[0], tmp_path)
    module = tmp_path / file
    text = module.read_text(encoding="utf-8")
    assert text.count(right) == 1
    module.write_text(text.replace(right, wrong), encoding="utf-8")
    status, output = run_tests(project, "-x")
    assert status == 1, output


def test_the_dashboard_can_be_read_at_one_sitting() -> None:
    paths = [path for path in (EXAMPLES / "dashboard/dashboard").rglob("*") if path.suffix in LANGUAGES]
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in paths) <= 400
    assert {path.suffix for path in paths} == LANGUAGES


def imported(path: Path) -> Iterator[str]:
    """Yield the modules and names that a file imports, as dotted names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(EXAMPLES).as_posix())
def test_it_imports_only_what_is_public(path: Path) -> None:
    ours = [name for name in imported(path) if re.match(r"quantcdn\b|test\b|conftest\b", name)]
    public = {
        "quantcdn",
        *(f"quantcdn.{name}" for name in quantcdn.__all__),
        *(f"quantcdn.models.{name}" for name in quantcdn.models.__all__),
        *(f"quantcdn.emulator.{name}" for name in quantcdn.emulator.__all__),
    }
    assert set(ours) <= public
