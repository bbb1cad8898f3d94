"""What Sphinx's autodoc cannot see by itself: an extension of the site.

The settings of ``Configuration`` are arguments of its constructor and attributes of the object. They become attributes
of the reference, so that each has an anchor, a type and a default, and an entry in ``objects.inv``; so do errors'.
"""

from __future__ import annotations

import inspect
import itertools
from typing import TYPE_CHECKING

from docstrings import class_node, read

from quantcdn import AIToolsApi, ApiException, Configuration, WaitException, models
from quantcdn.models._base import Model

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ATTRIBUTES = {Configuration: {"unknown"}, ApiException: {"http_resp"}, WaitException: {"last"}}
"""Classes whose constructor makes an attribute of each argument, but for these: they are none, or listed anyway."""

PAGES = {AIToolsApi: "/AIToolsApi", Configuration: "/configuration"} | {
    getattr(models, name): f"/models/{name}" for name in models.__all__
}
"""The pages of examples, by class."""


def parameters(cls: type) -> dict[str, inspect.Parameter]:
    """Find the arguments of a constructor that are attributes."""
    found = inspect.signature(cls.__init__).parameters.items()
    return {name: part for name, part in found if name not in {"self", *ATTRIBUTES[cls]}}


def as_attributes(cls: type, lines: list[str]) -> list[str]:
    """Write the arguments of a constructor as attributes, each with its type; those of settings with defaults."""
    described = read(class_node(cls)).arguments
    begin = lines.index("Args:")
    end = next((place for place in range(begin + 1, len(lines)) if lines[place] and lines[place][0] != " "), len(lines))
    attributes = [
        line
        for name, part in parameters(cls).items()
        for line in (
            f".. py:attribute:: {name}",
            f"   :type: {part.annotation}",
            *([f"   :value: {part.default!r}"] if cls is Configuration and name != "logger_format" else []),
            *("", f"   {described[name]}", ""),
        )
    ]
    return [*lines[:begin], *lines[end:], "", *attributes]


def returned(lines: list[str]) -> list[str]:
    """Write what is returned as a field: in a section, the words before a colon would be taken for a type."""
    if "Returns:" not in lines:
        return lines
    begin = lines.index("Returns:")
    text = list(itertools.takewhile(str.strip, lines[begin + 1 :]))
    return [*lines[:begin], f":returns: {' '.join(map(str.strip, text))}", *lines[begin + 1 + len(text) :]]


def complete(_app: Sphinx, kind: str, _name: str, documented: object, _options: object, lines: list[str]) -> None:
    """Leave out what is listed below a class anyway, and link to its page of examples."""
    lines[:] = returned(lines)
    if kind in ("attribute", "data", "property"):
        lines.insert(0, "")  # of a first line, the words before a colon would be taken for a type
    if kind not in ("class", "exception") or not isinstance(documented, type):
        return
    if documented in ATTRIBUTES:
        lines[:] = as_attributes(documented, lines)
    if issubclass(documented, Model) and "Attributes:" in lines:
        del lines[lines.index("Attributes:") :]
    if documented in PAGES:
        lines[:] = [*lines[:1], "", f"With examples: :doc:`{PAGES[documented]}`.", *lines[1:]]


def is_left_out(_app: Sphinx, _kind: str, name: str, member: object, *_: object) -> bool | None:
    """Leave out what is an attribute already, and what is pydantic's own, such as ``model_config``."""
    settings = parameters(Configuration)
    is_setting = name in settings and isinstance(member, property) and getattr(Configuration, name, None) is member
    return True if is_setting or name.startswith("model_") else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to Sphinx, before the extension that reads the sections of docstrings."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-docstring", complete, priority=400)
    app.connect("autodoc-skip-member", is_left_out)
    return {"parallel_read_safe": True}
