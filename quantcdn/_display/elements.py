"""The elements of which the display of a model or an error is made, each as HTML and as lines for a terminal."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from quantcdn._display.tables import table_lines
from quantcdn._display.text import escaped, escaped_lines, one_line, truncated

_MAX_CELL = 300
_MAX_CELL_AT_PROMPT = 60
_MAX_TEXT = 4_000
_MAX_LINES = 100

# JupyterLab aligns the text of a table's cells to the right, cell by cell.
_LEFT = ' style="text-align:left;vertical-align:top"'

# Each can be told from a white and from a black page; the status itself stands beside it in words.
_COLOURS = {"complete": "#2e9e4f", "failed": "#d9363e"}
_OTHER_COLOUR = "#6c8ebf"


@dataclass(frozen=True, slots=True)
class Layout:
    """How lines are laid out: at a prompt as long as they are, on a command's terminal within its width."""

    width: int | None = None
    has_colours: bool = False
    hint: str = ""
    """What follows the count of what was left out, such as where to find it."""
    table: Callable[[Sequence[str], Sequence[Sequence[str]], int | None], list[str]] = table_lines
    """Draws a table of a header and rows within a width."""

    def wrapped(self, text: str, indent: int) -> list[str]:
        """Write a text of several lines as such, each indented and within the width."""
        lines = list(self._wrapped(truncated(text, _MAX_TEXT, counted=True), indent))
        hidden = len(lines) - _MAX_LINES
        return lines if hidden <= 0 else [*lines[:_MAX_LINES], f"… and {hidden:,} more lines{self.hint}"]

    def _wrapped(self, text: str, indent: int) -> Iterator[str]:
        for line in map(escaped, text.split("\n")):
            if self.width is None:
                yield line
            else:
                start = line[: len(line) - len(line.lstrip())]
                width = max(self.width - indent, indent, 20)
                yield from textwrap.wrap(line, width, subsequent_indent=start, break_on_hyphens=False) or [""]

    def bold(self, text: str) -> str:
        """Write a text in bold where there are colours."""
        return f"\x1b[1m{text}\x1b[0m" if self.has_colours and text else text


class Element(Protocol):
    """A piece of what is displayed of a model."""

    def html(self) -> str:
        """Write it as HTML."""
        ...

    def lines(self, layout: Layout) -> Iterable[str]:
        """Write it as lines for a terminal."""
        ...


@dataclass(frozen=True, slots=True)
class Status:
    """A status, with a dot of its colour."""

    text: str

    def html(self) -> str:
        """Write it as HTML."""
        if not self.text:
            return ""
        colour = _COLOURS.get(self.text.strip().casefold(), _OTHER_COLOUR)
        return f'<span style="color:{colour}">●</span>&nbsp;{_html(self.text)}'

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Code:
    """An identifier, a URL or JSON."""

    text: str

    def html(self) -> str:
        """Write it as HTML."""
        return f"<code>{_html(self.text)}</code>" if self.text else ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class ProgressBar:
    """How many of how many are done."""

    done: int
    total: int

    def bar(self) -> str:
        """Write it as HTML, without the numbers."""
        return f'<progress max="{max(self.total, 1)}" value="{self.done}"></progress>'

    def html(self) -> str:
        """Write it as HTML."""
        return f"{self.bar()} {self}"

    def __str__(self) -> str:
        return f"{self.done} of {self.total}"


Cell = str | Status | Code | ProgressBar


@dataclass(frozen=True, slots=True)
class Table:
    """Records below a header; the first column names the record."""

    caption: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    more: int = 0
    """How many records are left out."""

    def html(self) -> str:
        """Write it as HTML."""
        head = "".join(f'<th scope="col"{_LEFT}>{_html(column)}</th>' for column in self.columns)
        rows = "".join(_row_html(row) for row in self.rows)
        if self.more:
            rows += f'<tr><td colspan="{len(self.columns)}"{_LEFT}>{self.more:,} more</td></tr>'
        return _table_html(self.caption, f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>")

    def lines(self, layout: Layout) -> Iterable[str]:
        """Write it as lines for a terminal."""
        yield from map(layout.bold, layout.wrapped(self.caption, 0))
        length = _MAX_CELL_AT_PROMPT if layout.width is None else _MAX_CELL
        rows = [[_cell(cell, length) for cell in row] for row in self.rows]
        yield from layout.table([_cell(column, length).upper() for column in self.columns], rows, layout.width)
        if self.more:
            yield f"{self.more:,} more{layout.hint}"


@dataclass(frozen=True, slots=True)
class KeyValues:
    """Names and values."""

    caption: str
    rows: Sequence[tuple[str, Cell]]
    more: int = 0
    """How many are left out."""

    def html(self) -> str:
        """Write it as HTML."""
        rows = "".join(_row_html(row) for row in self.rows)
        if self.more:
            rows += f'<tr><td colspan="2"{_LEFT}>{self.more:,} more fields</td></tr>'
        return _table_html(self.caption, f"<tbody>{rows}</tbody>")

    def lines(self, layout: Layout) -> Iterable[str]:
        """Write it as lines for a terminal."""
        yield from map(layout.bold, layout.wrapped(self.caption, 0))
        names = [_cell(name, _MAX_CELL_AT_PROMPT) for name, _ in self.rows]
        width = max(map(len, names), default=0)
        for name, (_, value) in zip(names, self.rows, strict=True):
            text = truncated(str(value), _MAX_CELL, counted=True)
            for number, line in enumerate(layout.wrapped(text, width + 4)):
                padding = " " * (width - len(name) + 2)
                yield f"  {layout.bold(name)}{padding}{line}".rstrip() if not number else f"{' ' * (width + 4)}{line}"
        if self.more:
            yield f"  … and {self.more:,} more fields{layout.hint}"


@dataclass(frozen=True, slots=True)
class Text:
    """A text of any length under a title."""

    title: str
    text: Cell

    def html(self) -> str:
        """Write it as HTML."""
        text = _html(self.text, _MAX_TEXT) if isinstance(self.text, str) else self.text.html()
        return f"<p><strong>{_html(self.title)}</strong><br>{text}</p>"

    def lines(self, layout: Layout) -> Iterable[str]:
        """Write it as lines for a terminal."""
        yield from map(layout.bold, layout.wrapped(truncated(self.title), 0))
        yield from (f"  {line}".rstrip() for line in layout.wrapped(str(self.text), 2))


@dataclass(frozen=True, slots=True)
class Details:
    """A text of several lines, such as JSON, that is closed at first."""

    title: str
    text: str

    def html(self) -> str:
        """Write it as HTML."""
        text = html.escape(escaped_lines(truncated(self.text, _MAX_TEXT, counted=True)))
        return f"<details><summary>{_html(self.title)}</summary><pre><code>{text}</code></pre></details>"

    def lines(self, layout: Layout) -> Iterable[str]:
        """Write it as lines for a terminal."""
        return Text(self.title, self.text).lines(layout)


@dataclass(frozen=True, slots=True)
class InlineImage:
    """An image whose bytes are part of the page."""

    media_type: str
    base64: str
    """The file, in letters of base64 alone."""
    width: int | None
    height: int | None
    description: str

    def html(self) -> str:
        """Write it as HTML."""
        size = f' width="{self.width}" height="{self.height}"' if self.width and self.height else ""
        source = f"data:{self.media_type};base64,{self.base64}"
        return f'<p><img alt="{_html(self.description)}"{size} src="{source}"></p>'

    def lines(self, layout: Layout) -> Iterable[str]:
        """Write it as lines for a terminal."""
        return layout.wrapped(self.description, 0)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of text, beside a bar where it is about progress."""

    text: str
    progress: ProgressBar | None = None

    def html(self) -> str:
        """Write it as HTML."""
        return f"<p>{f'{self.progress.bar()} ' if self.progress else ''}{_html(self.text)}</p>"

    def lines(self, layout: Layout) -> Iterable[str]:
        """Write it as lines for a terminal."""
        return layout.wrapped(truncated(self.text), 0)


def html_of(elements: Iterable[Element]) -> str:
    """Write elements as HTML, in which a notebook looks for no formulas between dollar signs."""
    return f'<div class="tex2jax_ignore mathjax_ignore">{"".join(element.html() for element in elements)}</div>'


def text_of(elements: Iterable[Element], layout: Layout | None = None) -> str:
    """Write elements as lines for a terminal."""
    at_prompt = layout or Layout()
    return "\n".join(line for element in elements for line in element.lines(at_prompt))


def _table_html(caption: str, content: str) -> str:
    return f"<table><caption{_LEFT}>{_html(caption)}</caption>{content}</table>"


def _row_html(row: Sequence[Cell]) -> str:
    first, *others = (_html(cell) if isinstance(cell, str) else cell.html() for cell in row)
    cells = "".join(f"<td{_LEFT}>{other}</td>" for other in others)
    return f'<tr><th scope="row"{_LEFT}>{first}</th>{cells}</tr>'


def _html(text: str, length: int = _MAX_CELL) -> str:
    return "<br>".join(html.escape(line) for line in escaped_lines(truncated(text, length, counted=True)).split("\n"))


def _cell(cell: Cell, length: int) -> str:
    """Write a cell of a table so short that others fit beside it."""
    text = one_line(str(cell).replace("\n", "; "), _MAX_CELL)
    return text if len(text) <= length else f"{text[: length - 1]}…"
