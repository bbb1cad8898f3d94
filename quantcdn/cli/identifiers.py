"""Identifiers from arguments and from stdin."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator

from quantcdn._types import is_array, is_object
from quantcdn.cli.config_file import BYTE_ORDER_MARK
from quantcdn.cli.output.columns import at_path
from quantcdn.exceptions import ApiValueError

STDIN = "-"
"""The argument that stands for what comes from stdin."""


def identifiers(words: Iterable[str], key: str) -> list[str]:
    """Collect identifiers in their order, each once; ``-`` stands for those on stdin, which may be none.

    Stdin has identifiers or records of a list (the identifier comes first, then a tab), one a line, or JSON: what
    ``--json`` or ``--ndjson`` writes. In it, ``key`` is the name of an identifier.
    """
    found = (one for word in words for one in (_from_stdin(key) if word == STDIN else (word,)))
    return list(dict.fromkeys(found))


def _from_stdin(key: str) -> Iterable[str]:
    try:
        text = sys.stdin.read().removeprefix(BYTE_ORDER_MARK) if sys.stdin else ""
    except UnicodeDecodeError:
        problem = "stdin is not text in UTF-8"
    else:
        whole = _parsed(text)
        found = None if whole is None else _in_json(whole, key)
        return _in_lines(text, key) if found is None else found
    raise ApiValueError(problem)


def _in_lines(text: str, key: str) -> Iterator[str]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith(("{", "[")):
            parsed = _parsed(line)
            if parsed is None:
                raise ApiValueError(f"stdin, line {number}: it is not one JSON object; --ndjson writes one a line")
            found = _in_json(parsed, key)
            if found is None:
                raise ApiValueError(f"stdin, line {number}: it has no {key}")
            yield from found
        elif line.strip():
            yield line.partition("\t")[0].strip()


def _parsed(text: str) -> object:
    """Parse JSON that is an object or an array; None for anything else."""
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return parsed if is_object(parsed) or is_array(parsed) else None


def _in_json(parsed: object, key: str) -> list[str] | None:
    """Find the identifier of a record, or those of the records in a list; None where there is neither."""
    found = at_path(parsed, key)
    if isinstance(found, str) and found:
        return [found]
    lists = [parsed] if is_array(parsed) else [value for value in _values(parsed) if is_array(value)]
    inside = [_in_json(record, key) if is_object(record) else None for records in lists for record in records]
    known = [one for one in inside if one is not None]
    return [name for names in known for name in names] if lists and len(known) == len(inside) else None


def _values(parsed: object) -> Iterable[object]:
    return parsed.values() if is_object(parsed) else ()
