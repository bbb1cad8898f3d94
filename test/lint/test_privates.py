"""Tests use what users use; only unit tests, which are a module's own, know private names of the package."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
FILES = [TESTS.parent / "conftest.py", *(file for file in TESTS.rglob("*.py") if file.parent.name != "unit")]
OTHERS = ("_exit", "_replace", "_traceback_filter")
"""Attributes of the standard library, and of Sybil."""


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("_")


def names_of_the_package(node: ast.AST) -> Iterator[str]:
    """Yield the dotted names that an import has, or a text that says what to patch."""
    if isinstance(node, ast.ImportFrom):
        yield from (f"{node.module}.{name.name}" for name in node.names)
    elif isinstance(node, ast.Import):
        yield from (name.name for name in node.names)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value:
        yield node.value


def is_of_another(node: ast.AST) -> bool:
    """Say whether an expression is a private attribute of what is not the object's own class."""
    if not isinstance(node, ast.Attribute) or not is_private(node.attr) or node.attr in OTHERS:
        return False
    return not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"))


def privates(source: str) -> Iterator[str]:
    """Yield what a test should not know."""
    for node in ast.walk(ast.parse(source)):
        for name in names_of_the_package(node):
            first, *others = name.split(".")
            if first == "quantcdn" and any(map(is_private, others)):
                yield name
        if is_of_another(node):
            yield ast.unparse(node)


def test_no_private_name_of_the_package_is_used() -> None:
    found = {str(file.relative_to(TESTS.parent)): list(privates(file.read_text(encoding="utf-8"))) for file in FILES}
    assert {file: names for file, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "source",
    [
        "from quantcdn._clock import sleep",
        "from quantcdn.api._waiters import WaitsMixin",
        "import quantcdn._transport.http1",
        "patch('quantcdn.rest._FILE_HEADERS', {})",
        "client.rest_client._pools",
        "self.client._closed",
    ],
)
def test_a_private_name_is_found(source: str) -> None:
    assert list(privates(source)) != []
