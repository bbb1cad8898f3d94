"""What Sphinx's autodoc cannot see by itself: an extension of the site.

The settings of ``Configuration`` are parameters of its constructor and attributes of the object. They become attributes
of the reference, so that each has an anchor, a type and a default, and an entry in ``objects.inv``.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from docstrings import class_node, read

from quantcdn import AIToolsApi, Configuration, models
from quantcdn.models._base import Model

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SETTINGS = {
    name: part
    for name, part in inspect.signature(Configuration.__init__).parameters.items()
    if name not in ("self", "unknown")
}
PAGES = {AIToolsApi: "/AIToolsApi", Configuration: "/configuration"} | {
    getattr(models, name): f"/models/{name}" for name in models.__all__
}
"""The pages of examples, by class."""


def settings_as_attributes(lines: list[str]) -> list[str]:
    """Write the arguments of the constructor as attributes, each with its type and default."""
    described = read(class_node(Configuration)).arguments
    attributes = [
        line
        for name, part in SETTINGS.items()
        for line in (
            f".. py:attribute:: {name}",
            f"   :type: {part.annotation}",
            *([f"   :value: {part.default!r}"] if name != "logger_format" else []),
            *("", f"   {described[name]}", ""),
        )
    ]
    return [*lines[: lines.index("Args:")], *lines[lines.index("Raises:") :], "", *attributes]


def complete(_app: Sphinx, kind: str, _name: str, documented: object, _options: object, lines: list[str]) -> None:
    """Leave out what is listed below a class anyway, and link to its page of examples."""
    if kind != "class" or not isinstance(documented, type):
        return
    if documented is Configuration:
        lines[:] = settings_as_attributes(lines)
    if issubclass(documented, Model) and "Attributes:" in lines:
        del lines[lines.index("Attributes:") :]
    if documented in PAGES:
        lines[:] = [*lines[:1], "", f"With examples: :doc:`{PAGES[documented]}`.", *lines[1:]]


def is_left_out(_app: Sphinx, _kind: str, name: str, member: object, *_: object) -> bool | None:
    """Leave out settings, which are attributes already, and what is pydantic's own, such as ``model_config``."""
    is_setting = name in SETTINGS and isinstance(member, property) and getattr(Configuration, name, None) is member
    return True if is_setting or name.startswith("model_") else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to Sphinx, before the extension that reads the sections of docstrings."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-docstring", complete, priority=400)
    app.connect("autodoc-skip-member", is_left_out)
    return {"parallel_read_safe": True}
