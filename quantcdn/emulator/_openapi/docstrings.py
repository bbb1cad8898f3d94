"""What docstrings say, read from the source: a running program has none of those under fields."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Docstring:
    """A method's docstring, taken apart; each text is one line."""

    summary: str
    """Its first paragraph."""
    description: str
    """The paragraphs after it, down to the first section."""
    returns: str
    """What it returns."""
    entries: Mapping[str, str]
    """Its arguments and errors by their names."""


def of_method(cls: type, name: str) -> Docstring:
    """Read the docstring of a method.

    Args:
        cls: The class that states it.
        name: Its name.

    Returns:
        The docstring.
    """
    node = next(part for part in _body(cls) if isinstance(part, ast.FunctionDef) and part.name == name)
    text = ast.get_docstring(node) or ""
    prose = re.split(r"^\w+:\n", text, maxsplit=1, flags=re.MULTILINE)[0].partition("\n\n")
    returns = re.search(r"^Returns:\n((?: {4}.*\n?)+)", text, re.MULTILINE)
    entries = re.findall(r"^ {4}(\w+): (.*(?:\n {5,}.*)*)", text, re.MULTILINE)
    return Docstring(
        _line(prose[0]),
        _line(prose[2]),
        _line(returns[1]) if returns else "",
        {name: _line(found) for name, found in entries},
    )


def of_fields(cls: type) -> dict[str, str]:
    """Read the docstrings under the fields of a class.

    Args:
        cls: The class that states them.

    Returns:
        The docstrings by the names of the fields, each as one line.
    """
    body = _body(cls)
    return {
        field.target.id: _line(below.value.value)
        for field, below in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str)
    }


def _body(cls: type) -> list[ast.stmt]:
    node = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    return node.body if isinstance(node, ast.ClassDef) else []


def _line(text: str) -> str:
    return " ".join(text.split())
