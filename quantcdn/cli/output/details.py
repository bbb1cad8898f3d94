"""One record for people: a line a field, and long values as far as they can be read."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from quantcdn._display import terminal
from quantcdn._redaction import without_signatures
from quantcdn._types import is_array, is_object
from quantcdn.cli.output.durations import age
from quantcdn.cli.output.tables import Rows, brief_text, table
from quantcdn.exceptions import escaped
from quantcdn.models._base import Model

_LONGEST_TEXT = 300
_LONGEST_LABEL = 40
_LONGEST_SEARCHED = 10_000
_MOST_LINES = 40
_MOST_FIELDS = 200


def show_details(rows: Iterable[tuple[str, object]]) -> None:
    """Show the fields of a record on stdout.

    Args:
        rows: Labels and values; None is left out.
    """
    known = [(label, value) for label, value in rows if value is not None]
    shown = [(brief_text(label, _LONGEST_LABEL), _lines(value)) for label, value in known[:_MOST_FIELDS]]
    indent = max((len(label) for label, _ in shown), default=0) + 2
    width = max(terminal.size(sys.stdout)[0] - indent, indent)
    bold = terminal.has_colours(sys.stdout)
    for label, lines in shown:
        first = f"\x1b[1m{label}\x1b[0m" if bold else label
        for number, line in enumerate(_wrapped(lines, width)):
            start = first + " " * (indent - len(label)) if number == 0 else " " * indent
            sys.stdout.write(f"{start}{line}".rstrip() + "\n")
    if len(known) > _MOST_FIELDS:
        sys.stdout.write(f"… and {len(known) - _MOST_FIELDS} more fields, which --json shows\n")
    sys.stdout.flush()


def show_table(columns: Sequence[str], rows: Rows) -> None:
    """Show records that belong to the one above them on stdout, if there are any.

    Args:
        columns: The titles.
        rows: The records.
    """
    if rows:
        sys.stdout.write("\n" + "\n".join(table(sys.stdout, columns, rows)) + "\n")


def others(record: Model, apart: Collection[str]) -> Iterator[tuple[str, object]]:
    """Find the fields of a record that are not shown in a way of their own.

    Args:
        record: The record.
        apart: The JSON keys of those that are.

    Returns:
        Keys and values.
    """
    return ((key, value) for key, value in json.loads(record.to_json()).items() if key not in apart)


def _wrapped(lines: list[str], width: int) -> list[str]:
    wrapped = [
        part
        for line in lines[:_MOST_LINES]
        for part in textwrap.wrap(line, width, subsequent_indent=_indent(line), break_on_hyphens=False) or [""]
    ]
    hidden = len(wrapped) - _MOST_LINES + max(0, len(lines) - _MOST_LINES)
    return wrapped if hidden <= 0 else [*wrapped[:_MOST_LINES], f"… and {hidden} more lines, which --json shows"]


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _lines(value: object) -> list[str]:
    if isinstance(value, datetime):
        return [f"{value:%Y-%m-%d %H:%M:%S} UTC ({age(value)} ago)"]
    short = brief(value)
    text = short if isinstance(short, str) else json.dumps(short, indent=2, ensure_ascii=False)
    return [escaped(line) for line in text.split("\n")]


def brief(value: object) -> object:
    """Shorten what nobody reads: the data of a picture, and the signature of an address.

    Args:
        value: JSON.

    Returns:
        The same, its long texts cut.
    """
    if is_object(value):
        return {str(brief(key)): brief(inner) for key, inner in value.items()}
    if is_array(value):
        return [brief(inner) for inner in value]
    if not isinstance(value, str):
        return value
    if value[:5].lower() == "data:":
        return f"{value[:_LONGEST_TEXT].partition(',')[0]},… ({len(value):,} characters)"
    clean = without_signatures(value[:_LONGEST_SEARCHED])
    if len(clean) <= _LONGEST_TEXT and len(value) <= _LONGEST_SEARCHED:
        return clean
    return f"{clean[:_LONGEST_TEXT]}… ({len(value):,} characters)"
