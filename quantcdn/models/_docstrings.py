"""What ``help`` and editors show of a model: its docstring, and its fields, read from the source at the first use."""

import ast
import inspect
import itertools
import textwrap
from typing import Any


class FieldsDocstring(str):
    """The docstring of a model, with a section of its fields, read at the first use: that takes a millisecond."""

    __slots__ = ("_owner",)
    _owner: type[Any]

    def __new__(cls, owner: type[Any]) -> "FieldsDocstring":
        text = super().__new__(cls, owner.__doc__ or "")
        text._owner = owner
        return text

    def __get__(self, instance: object, owner: type[Any]) -> str:
        return self.expandtabs()

    def expandtabs(self, *_: Any, **__: Any) -> str:
        """Add the fields; ``help`` goes past ``__get__``, and this is what it first calls."""
        classes = reversed(self._owner.__mro__)
        lines = [f"    {name}: {text}" for kind in classes for name, text in _fields(kind, self._owner)]
        return "\n".join([str(self), *(["", "Attributes:", *lines] if lines else [])])


def _fields(kind: type, owner: type[Any]) -> list[tuple[str, str]]:
    """List the fields that a class of a model defines, and what stands below each in the source."""
    if kind.__module__.partition(".")[0] == "pydantic" or kind is object:
        return []
    try:
        source = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    except (OSError, TypeError):  # an application that is packed without sources
        return []
    body = source.body[0].body if isinstance(source.body[0], ast.ClassDef) else []
    found: list[tuple[str, str]] = []
    for field, below in itertools.pairwise(body):
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)):
            continue
        known = owner.model_fields.get(field.target.id)
        if known is not None and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            optional = "" if known.is_required() else "Optional. "
            found.append((field.target.id, optional + " ".join(str(below.value.value).split())))
    return found
