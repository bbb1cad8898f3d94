"""The diagrams of the architecture page say what the code imports."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
DIAGRAMS = re.findall("```mermaid\n(.*?)```", PAGE, re.DOTALL)
NODE = re.compile(r'(\w+)\["([\w/]+\.py)\b')
ARROW = re.compile(r'^\s*(\w+)(?:\[.*?\])? (?:-- ".*" )?--> (\w+)', re.MULTILINE)


def arrows() -> Iterator[tuple[str, str]]:
    """Yield the files at both ends of each solid arrow."""
    for diagram in DIAGRAMS:
        files = dict(NODE.findall(diagram))
        for start, end in ARROW.findall(diagram):
            if start in files and end in files:
                yield files[start], files[end]


def imported(file: str) -> set[str]:
    """List the files of the package that one imports."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / "quantcdn" / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "quantcdn":
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return {name.removeprefix("quantcdn.").replace(".", "/") + ".py" for name in found}


def test_there_are_two_diagrams_with_arrows_between_modules() -> None:
    assert len(DIAGRAMS) == 2
    assert len(list(arrows())) >= 20


@pytest.mark.parametrize("file", sorted({file for diagram in DIAGRAMS for _, file in NODE.findall(diagram)}))
def test_each_module_of_a_diagram_exists(file: str) -> None:
    assert (ROOT / "quantcdn" / file).is_file()


@pytest.mark.parametrize(("start", "end"), sorted(set(arrows())))
def test_each_solid_arrow_is_an_import(start: str, end: str) -> None:
    assert end in imported(start)
