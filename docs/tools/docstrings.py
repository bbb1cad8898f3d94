"""What docstrings say, read from the source: a running program has none of those under fields."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path


@dataclass(frozen=True)
class Docstring:
    """A docstring, taken apart."""

    prose: str
    """All that stands above the first section."""
    arguments: Mapping[str, str]
    """What it says of each argument, each on one line."""
    returns: str
    """What it returns, on one line."""
    raises: Mapping[str, str]
    """When each error is raised, each on one line."""

    @property
    def summary(self) -> str:
        """The first paragraph, on one line."""
        return _line(self.prose.partition("\n\n")[0])

    @property
    def description(self) -> str:
        """The other paragraphs, on one line."""
        return _line(self.prose.partition("\n\n")[2])


def read(node: ast.ClassDef | ast.FunctionDef) -> Docstring:
    """Take the docstring of a class or a function apart."""
    prose, *parts = re.split(r"^(Args|Attributes|Returns|Raises):\n", ast.get_docstring(node) or "", flags=re.MULTILINE)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    return Docstring(
        prose.strip(),
        _entries(sections.get("Args", "")),
        _line(sections.get("Returns", "")),
        _entries(sections.get("Raises", "")),
    )


def class_node(cls: type) -> ast.ClassDef:
    """Find a class in its module's source."""
    found = ast.parse(Path(inspect.getfile(cls)).read_text(encoding="utf-8")).body
    return next(node for node in found if isinstance(node, ast.ClassDef) and node.name == cls.__name__)


def functions(node: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    """Find the public methods and properties of a class."""
    return {part.name: part for part in node.body if isinstance(part, ast.FunctionDef) and part.name[0] != "_"}


def documented(source: ast.Module | ast.ClassDef) -> dict[str, tuple[ast.expr, str]]:
    """Find the names with a docstring under them: the type of each, or what it is an alias of, and the docstring."""
    found = {}
    for stated, below in pairwise(source.body):
        if isinstance(stated, ast.Assign | ast.AnnAssign) and isinstance(below, ast.Expr):
            name = stated.target if isinstance(stated, ast.AnnAssign) else stated.targets[0]
            type_ = stated.annotation if isinstance(stated, ast.AnnAssign) else stated.value
            found[ast.unparse(name)] = (type_, _line(ast.literal_eval(below.value)))
    return found


def _entries(section: str) -> dict[str, str]:
    parts = re.split(r"^(\S+): ", textwrap.dedent(section), flags=re.MULTILINE)
    return {name: _line(text) for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def _line(text: str) -> str:
    return " ".join(text.split())
