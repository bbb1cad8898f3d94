"""Runs the tests beside other tools, each file in a process of its own, and writes what it found to the docs.

``python -m test.tools.interop`` is for the environment of ``tox -e interop``, where the tools are installed. With
``--write`` the table goes to ``docs/compatibility.md``. Other arguments are parts of the names of the files to run.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent
TESTS = ROOT / "test/interop"
PAGE = ROOT / "docs/compatibility.md"
BEGIN, END = "<!-- written by tox -e interop -->\n", "<!-- end -->\n"


class Finding(NamedTuple):
    """What the tests of one file have shown."""

    tools: Mapping[str, str]
    """The version of each, by its name."""
    shows: str
    passed: bool

    def row(self) -> str:
        versions = ", ".join(f"{tool} {version}" for tool, version in self.tools.items())
        return f"| {versions} | {self.shows} | {'yes' if self.passed else '**no**'} |"


def find(path: Path) -> Finding:
    """Run the tests of a file; its docstring says what they show, and its ``TOOLS`` beside what.

    These are distributions that are installed, unless their versions are said.
    """
    module = ast.parse(path.read_text("utf-8"))
    assigned = {
        target.id: ast.literal_eval(node.value)
        for node in module.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id == "TOOLS"
    }
    shows = " ".join((ast.get_docstring(module) or "").split())
    command = [sys.executable, "-m", "pytest", "-q", "-c", TESTS / "pytest.ini", "--rootdir", TESTS, path]
    tools = assigned["TOOLS"]
    versions = tools if isinstance(tools, dict) else {tool: metadata.version(tool) for tool in tools}
    return Finding(versions, shows, subprocess.run(command, cwd=ROOT, check=False).returncode == 0)


def table(findings: list[Finding]) -> str:
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    lines = [
        f"Last run with {python} and urllib3 {metadata.version('urllib3')}.",
        "",
        "| Tool | What is tested | Passed |",
        "|---|---|---|",
        *[finding.row() for finding in findings],
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    paths = sorted(path for path in TESTS.glob("test_*.py") if all(name in path.stem for name in arguments.names))
    findings = [find(path) for path in paths]
    print(table(findings))
    if arguments.write:
        pattern = re.compile(f"(?<={re.escape(BEGIN)}).*?(?={re.escape(END)})", re.DOTALL)
        PAGE.write_text(pattern.sub(lambda _: table(findings), PAGE.read_text("utf-8")), "utf-8")
    return 0 if all(finding.passed for finding in findings) else 1


if __name__ == "__main__":
    sys.exit(main())
