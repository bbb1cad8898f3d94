"""What goes to stdout: a table for people; tab-separated records, JSON or a JSON object a line for scripts."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from quantcdn import _validation
from quantcdn._display.text import escaped, one_line
from quantcdn.cli.output.columns import MISSING, RecordType, at_path, text_of
from quantcdn.cli.output.tables import table
from quantcdn.exceptions import ApiValueError
from quantcdn.models._base import Model

M = TypeVar("M", bound=Model)


def add_forms(parser: argparse.ArgumentParser, kind: RecordType[Any], *, whole: bool = True, result: str = "") -> None:
    """Add the options that choose the form of the output.

    ``whole`` where there is one response to write; ``result`` names the field that may be written alone.
    """
    group = parser.add_argument_group("output")
    forms = group.add_mutually_exclusive_group()
    if whole:
        forms.add_argument("--json", action="store_true", help="the response as it came")
    forms.add_argument("--ndjson", action="store_true", help="one JSON object a line")
    if result:
        forms.add_argument(
            "--result", action="store_const", const=result, help="the result alone: text as it is, all else as JSON"
        )
    computed = f"; there are {' and '.join(kind.computed)} too, in seconds" if kind.computed else ""
    group.add_argument(
        "--fields",
        metavar="A,B",
        type=_names,
        help=f"only these fields (piped, without this: {','.join(kind.fields)}{computed})",
    )


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise argparse.ArgumentTypeError("names of fields with commas between them are expected")
    return names


def write_json(raw: bytes | str) -> None:
    """Write JSON: on a terminal laid out for reading, elsewhere as it is."""
    if not sys.stdout.isatty():
        data = raw.encode() if isinstance(raw, str) else raw
        sys.stdout.flush()
        sys.stdout.buffer.write(data if data.endswith(b"\n") else data + b"\n")
        sys.stdout.flush()
        return
    laid_out = json.dumps(json.loads(raw), indent=2, ensure_ascii=False)
    sys.stdout.write(_harmless(laid_out) + "\n")
    sys.stdout.flush()


def _harmless(text: str) -> str:
    """Write what could steer a terminal as JSON writes it, so that the meaning stays."""
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


class Output(Generic[M]):
    """Writes records in the form that was chosen.

    For scripts each is written at once. For people they are one table, at the end of the ``with`` block.

    Args:
        arguments: What was parsed.
        kind: What the records are.
        at_once: Whether people, too, see each at once, as a line.

    Raises:
        ApiValueError: ``--fields`` is given with ``--json``.
    """

    def __init__(self, arguments: argparse.Namespace, kind: RecordType[M], *, at_once: bool = False) -> None:
        self._kind = kind
        self._at_once = at_once
        self._json: bool = getattr(arguments, "json", False)
        self._ndjson: bool = arguments.ndjson
        self._result: str | None = getattr(arguments, "result", None)
        self._fields: tuple[str, ...] | None = arguments.fields
        self._unchecked = bool(self._fields)
        self._collected: list[M] = []
        if self._fields and (self._json or self._result):
            what = "the response as it came" if self._json else "the result alone"
            raise ApiValueError(f"{'--json' if self._json else '--result'} is {what}: give --ndjson with --fields")

    @property
    def is_for_people(self) -> bool:
        """Whether what is written is a table on a terminal."""
        return sys.stdout.isatty() and not (self._json or self._ndjson or self._result)

    @property
    def is_ndjson(self) -> bool:
        """Whether what is written is one JSON object a line."""
        return self._ndjson

    @property
    def shows_details(self) -> bool:
        """Whether a single record is shown whole: on a terminal, where no form and no fields were chosen."""
        return self.is_for_people and self._fields is None

    def write_response(self, raw: bytes, records: Iterable[M]) -> None:
        """Write a response, as it was received or as the records in it."""
        if self._json:
            write_json(raw)
            return
        records = list(records)
        self._check(records)
        for record in records:
            self.add(record)

    def add(self, record: M) -> None:
        """Write a record; of the first, ``ApiValueError`` where ``--fields`` names one that there is not."""
        self._check([record])
        if self._result:
            self._write_result(record, self._result)
        elif self._json or self._ndjson:
            write_json(self._as_json(record))
        elif self.is_for_people and not self._at_once:
            self._collected.append(record)
        else:
            self._write_line(record)

    def _write_result(self, record: M, name: str) -> None:
        """Write the result alone, if there is one: no line that a script would take for a result."""
        raw = json.loads(record.to_json())
        value = self._kind.value(record, raw, name)
        if value is None or value is MISSING:
            return
        if not isinstance(value, str):
            write_json(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
            return
        text = "\n".join(map(escaped, value.split("\n"))) if sys.stdout.isatty() else value
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def rows(self, records: Sequence[M]) -> tuple[list[str], list[list[str]]]:
        """Make the titles and the cells that people see of records."""
        if self._fields:
            return [name.upper() for name in self._fields], [self._texts(record, self._fields) for record in records]
        return self._kind.titles, self._kind.rows(records)

    def _write_line(self, record: M) -> None:
        if self.is_for_people:
            text = "  ".join(map(one_line, self.rows([record])[1][0]))
        else:
            text = "\t".join(self._texts(record, self._fields or self._kind.fields))
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def _texts(self, record: M, names: tuple[str, ...]) -> list[str]:
        raw = json.loads(record.to_json())
        return [text_of(self._kind.value(record, raw, name)) for name in names]

    def _as_json(self, record: M) -> str:
        whole = record.to_json()
        if not self._fields:
            return whole
        raw = json.loads(whole)
        chosen = {name: at_path(raw, name) for name in self._fields}
        for name in chosen:
            if chosen[name] is MISSING:  # it may be one that is made of others
                made = self._kind.value(record, raw, name)
                chosen[name] = None if made is MISSING else made
        return json.dumps(chosen, ensure_ascii=False, separators=(",", ":"))

    def _check(self, records: Sequence[M]) -> None:
        """Find names that no record has, once there are records to read."""
        if not records or not self._unchecked:
            return
        self._unchecked = False
        raw = [json.loads(record.to_json()) for record in records]
        for name in self._fields or ():
            if not self._kind.is_documented(name) and all(at_path(one, name) is MISSING for one in raw):
                known = dict.fromkeys([*self._kind.fields, *(key for one in raw for key in one)])
                raise ApiValueError(f"there is no field {_validation.shown(name)}; there are {', '.join(known)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._collected:
            sys.stdout.write("\n".join(table(sys.stdout, *self.rows(self._collected))) + "\n")
            sys.stdout.flush()
