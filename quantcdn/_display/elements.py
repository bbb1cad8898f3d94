"""The parts of what is shown of a model: tables, facts, pictures and text, each as HTML and for a terminal."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from quantcdn._redaction import without_signatures
from quantcdn.exceptions import escaped

_LONGEST_CELL = 300
_LONGEST_CELL_IN_TERMINAL = 60
_LONGEST_TEXT = 4_000
_LONGEST_SEARCHED = 100_000

# JupyterLab sets the text of a table's cells right, cell by cell.
_LEFT = ' style="text-align:left;vertical-align:top"'

# Each can be told from a white and from a black page; the status itself stands beside it in words.
_COLOURS = {"complete": "#2e9e4f", "failed": "#d9363e"}
_OTHER_COLOUR = "#6c8ebf"

# Control characters, surrogates, and what turns the direction of the text around it.
_HARMFUL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


class Part(Protocol):
    """What is shown of a model in one piece."""

    def html(self) -> str:
        """Write it as HTML."""
        ...

    def lines(self) -> Iterable[str]:
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
class Meter:
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


Cell = str | Status | Meter


@dataclass(frozen=True, slots=True)
class Table:
    """Records below the names of their fields; the first field names the record."""

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

    def lines(self) -> Iterable[str]:
        """Write it as lines for a terminal."""
        yield _line(self.caption)
        rows = [[name.upper() for name in self.columns], *([_terminal(cell) for cell in row] for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        if self.more:
            yield f"{self.more:,} more"


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values."""

    caption: str
    rows: Sequence[tuple[str, Cell]]

    def html(self) -> str:
        """Write it as HTML."""
        return _table_html(self.caption, f"<tbody>{''.join(_row_html(row) for row in self.rows)}</tbody>")

    def lines(self) -> Iterable[str]:
        """Write it as lines for a terminal."""
        yield _line(self.caption)
        width = max((len(_terminal(name)) for name, _ in self.rows), default=0)
        for name, value in self.rows:
            yield f"  {_terminal(name).ljust(width)}  {_line(str(value))}".rstrip()


@dataclass(frozen=True, slots=True)
class Text:
    """A text of any length under a title."""

    title: str
    text: str

    def html(self) -> str:
        """Write it as HTML."""
        return f"<p><strong>{_html(self.title)}</strong><br>{_html(self.text, _LONGEST_TEXT)}</p>"

    def lines(self) -> Iterable[str]:
        """Write it as lines for a terminal."""
        yield _line(self.title)
        for line in scrubbed(self.text, _LONGEST_TEXT).splitlines():
            yield f"  {escaped(line)}"


@dataclass(frozen=True, slots=True)
class Fold:
    """A text of several lines that is folded away at first."""

    title: str
    text: str

    def html(self) -> str:
        """Write it as HTML."""
        text = html.escape(_harmless(scrubbed(self.text, _LONGEST_TEXT)))
        return f"<details><summary>{_html(self.title)}</summary><pre>{text}</pre></details>"

    def lines(self) -> Iterable[str]:
        """Write it as lines for a terminal."""
        return Text(self.title, self.text).lines()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture."""

    media_type: str
    base64: str
    """The file, in letters of base64 alone."""
    width: int | None
    height: int | None
    name: str

    def html(self) -> str:
        """Write it as HTML."""
        size = f' width="{self.width}" height="{self.height}"' if self.width and self.height else ""
        source = f"data:{self.media_type};base64,{self.base64}"
        return f'<p><img alt="{_html(self.name)}"{size} src="{source}"></p>'

    def lines(self) -> Iterable[str]:
        """Write it as lines for a terminal."""
        yield _line(self.name)


@dataclass(frozen=True, slots=True)
class Note:
    """A line of text, beside a bar where it tells of many."""

    text: str
    meter: Meter | None = None

    def html(self) -> str:
        """Write it as HTML."""
        return f"<p>{f'{self.meter.bar()} ' if self.meter else ''}{_html(self.text)}</p>"

    def lines(self) -> Iterable[str]:
        """Write it as lines for a terminal."""
        yield _line(self.text)


def html_of(parts: Iterable[Part]) -> str:
    """Write parts as HTML, in which a notebook looks for no formulas between dollar signs."""
    return f'<div class="tex2jax_ignore mathjax_ignore">{"".join(part.html() for part in parts)}</div>'


def text_of(parts: Iterable[Part]) -> str:
    """Write parts as lines for a terminal."""
    return "\n".join(line for part in parts for line in part.lines())


def scrubbed(text: str, longest: int) -> str:
    """Shorten a text, and leave of each address in it no more than host and path.

    Args:
        text: Any text.
        longest: How many characters of it stay.

    Returns:
        The text, with a note of how much was left out.
    """
    # An address is recognised as a whole, so it is only cut when it holds no secret any more.
    clean = without_signatures(text[:_LONGEST_SEARCHED])
    more = len(clean) - longest + max(len(text) - _LONGEST_SEARCHED, 0)
    return f"{clean[:longest]}… ({more:,} more characters)" if more > 0 else clean


def _table_html(caption: str, content: str) -> str:
    return f"<table><caption{_LEFT}>{_html(caption)}</caption>{content}</table>"


def _row_html(row: Sequence[Cell]) -> str:
    first, *others = (_html(cell) if isinstance(cell, str) else cell.html() for cell in row)
    cells = "".join(f"<td{_LEFT}>{other}</td>" for other in others)
    return f'<tr><th scope="row"{_LEFT}>{first}</th>{cells}</tr>'


def _html(text: str, longest: int = _LONGEST_CELL) -> str:
    """Write text from outside as text."""
    return "<br>".join(html.escape(line) for line in _harmless(scrubbed(text, longest)).split("\n"))


def _harmless(text: str) -> str:
    return _HARMFUL.sub(lambda found: found[0].encode("unicode_escape").decode(), text.replace("\r\n", "\n"))


def _line(text: str) -> str:
    return escaped(scrubbed(text, _LONGEST_CELL))


def _terminal(cell: Cell) -> str:
    """Write a cell of a table for a terminal, so short that others fit beside it."""
    text = escaped(scrubbed(str(cell).replace("\n", "; "), _LONGEST_CELL))
    return text if len(text) <= _LONGEST_CELL_IN_TERMINAL else f"{text[: _LONGEST_CELL_IN_TERMINAL - 1]}…"
