"""What makes a model or an error display itself; the modules that render it are loaded when first needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from quantcdn._display.elements import Layout


class _Printer(Protocol):
    """What IPython writes the plain form of a value with."""

    @property
    def stack(self) -> Sequence[int]:
        """The values that are being written, the innermost last."""
        ...

    def text(self, obj: str) -> None:
        """Write text."""
        ...


class DisplayMixin:
    """Displays itself at the end of a notebook's cell; nothing is fetched for that, and nothing is raised."""

    __slots__ = ()

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        # IPython takes what is nearest in the order of the classes, and would take a __repr__ of the class itself.
        cls._repr_pretty_ = DisplayMixin._repr_pretty_  # type: ignore[method-assign] # the same method, on the class itself

    def _repr_html_(self) -> str:
        return html(self)

    def _repr_pretty_(self, printer: _Printer, _cycle: bool) -> None:
        # Inside of a list, a table would break the brackets.
        printer.text(plain(self) if len(printer.stack) <= 1 else repr(self))


def html(obj: object) -> str:
    """Render an object as HTML.

    It has only elements that JupyterLab leaves in a notebook it does not trust, inherits the colours around it, and
    has everything from outside as text; of a signed URL, host and path alone.
    """
    from quantcdn._display import elements, views

    return elements.html_of(views.elements_of(obj))


def plain(obj: object, layout: Layout | None = None) -> str:
    """Render an object as lines for a terminal, the last without its end; control characters are escaped."""
    from quantcdn._display import elements, views

    return elements.text_of(views.elements_of(obj), layout)
