"""Identifiers from arguments and from stdin."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator

from quantcdn.cli.output.columns import at_path
from quantcdn.exceptions import ApiValueError

STDIN = "-"
"""The argument that stands for the lines of stdin."""


def identifiers(words: Iterable[str], key: str) -> list[str]:
    """Collect identifiers, each once.

    Args:
        words: The arguments; ``-`` stands for the lines of stdin: identifiers, records of a list
            (the identifier comes first, then a tab), or JSON objects.
        key: What the identifier is called in a JSON object.

    Returns:
        The identifiers in their order; none where stdin is empty.

    Raises:
        ApiValueError: A line has no identifier; the message names it.
    """
    found = (one for word in words for one in (_from_stdin(key) if word == STDIN else (word,)))
    return list(dict.fromkeys(found))


def _from_stdin(key: str) -> Iterator[str]:
    try:
        for number, line in enumerate(sys.stdin or (), 1):
            if line.strip():
                yield _in_line(number, line, key)
    except UnicodeDecodeError:
        problem = "stdin is not text in UTF-8"
    else:
        return
    raise ApiValueError(problem)


def _in_line(number: int, line: str, key: str) -> str:
    if not line.lstrip().startswith("{"):
        return line.partition("\t")[0].strip()
    try:
        found = at_path(json.loads(line), key)
    except (ValueError, RecursionError):
        problem = "it is not one JSON object; --ndjson writes one a line"
    else:
        if isinstance(found, str) and found:
            return found
        problem = f"it has no {key}"
    raise ApiValueError(f"stdin, line {number}: {problem}")
