"""What a notebook and a prompt show of a model or an error; the modules that know how are loaded when first needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class _Printer(Protocol):
    """What IPython writes the plain form of a value with."""

    @property
    def stack(self) -> Sequence[int]: ...

    def text(self, obj: str) -> None: ...


class Displayed:
    """What ends a cell of a notebook shows itself there; nothing is fetched for that, and nothing is raised."""

    def _repr_html_(self) -> str:
        return html(self)

    def _repr_pretty_(self, printer: _Printer, _cycle: bool) -> None:
        # Inside of a list, a table would break the brackets.
        printer.text(plain(self) if len(printer.stack) <= 1 else repr(self))


def html(thing: object) -> str:
    """Show a model or an error as HTML.

    It uses only elements that JupyterLab leaves in a notebook it does not trust, takes over the
    colours around it, and has everything from outside as text. Of a signed address, it has host
    and path alone.

    Args:
        thing: A model, or an error of this client.

    Returns:
        A part of a page.
    """
    from quantcdn._display import elements, views

    return elements.html_of(views.parts_of(thing))


def plain(thing: object) -> str:
    """Show a model or an error as text for a terminal.

    Args:
        thing: A model, or an error of this client.

    Returns:
        Lines, the last without its end; control characters from outside are written as Python escapes.
    """
    from quantcdn._display import elements, views

    return elements.text_of(views.parts_of(thing))
