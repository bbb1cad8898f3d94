"""Read the JSON values of a chat response, whole or streamed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from itertools import groupby
from typing import Any, TypeGuard

from quantcdn._types import is_array, is_iterable, is_mapping, is_object
from quantcdn.exceptions import ApiTypeError

Text = str | bytes | bytearray | memoryview

_LINE_END = re.compile(r"\r\n|\n|\r")  # str.splitlines would also break at what may stand in JSON text
_FIELD = re.compile(r"(?:event|data|id|retry)?:")  # of a server-sent event, or a comment
_BYTE_ORDER_MARK = "\ufeff"


def json_values(response: object) -> Iterator[object]:
    """Yield the JSON values of a response, in their order; text that is no JSON is skipped."""
    plain = as_json(response)
    if _is_text(plain):
        yield from _text_values([plain])
    elif is_object(plain):
        yield from _event_values(plain)
    elif is_iterable(plain) and not isinstance(plain, AbstractSet):  # whose order says nothing
        for is_text, run in groupby(plain, _is_text):
            if is_text:
                yield from _text_values([piece for piece in run if _is_text(piece)])
            else:
                yield from (value for event in run for value in _event_values(event))
    else:
        raise ApiTypeError(
            f"a chat response is a dict, a list, text, bytes or an iterable of events, not {type(response).__name__}"
        )


def as_json(value: object) -> object:
    """Convert a model of any library, a mapping or a tuple to the types of JSON; leave anything else."""
    if isinstance(value, tuple):
        return list(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] # of anything
    if value is None or isinstance(value, (str, int, float, dict, list, bytes)):
        return value  # pyright: ignore[reportUnknownVariableType] # of anything
    try:
        if is_mapping(value):
            return dict(value)
        for name, options in (("to_dict", {}), ("model_dump", {"by_alias": True})):
            convert: Any = getattr(value, name, None)
            converted = convert(**options) if callable(convert) else None
            if isinstance(converted, (dict, list)):
                return converted  # pyright: ignore[reportUnknownVariableType] # another library's
    except Exception:  # noqa: S110 - another library's; what it cannot convert is no JSON
        pass
    return value


def normalized_key(key: object) -> str:
    """Write ``poll_url``, ``pollUrl`` and ``Poll-URL`` alike."""
    return str(key).replace("_", "").replace("-", "").lower()


def _is_text(value: object) -> TypeGuard[Text]:
    return isinstance(value, (str, bytes, bytearray, memoryview))


def _event_values(event: object) -> Iterator[object]:
    plain = as_json(event)
    if plain is None or isinstance(plain, (int, float)):
        return  # JSON, in which nothing can be found
    if is_object(plain):
        data = plain.get("data")  # a parsed event of a stream has its JSON as text
    else:
        data = getattr(plain, "data", None)  # as an event of httpx-sse has
        if not is_array(plain) and not isinstance(data, str):
            raise ApiTypeError(f"an event of a chat response is a dict, text or bytes, not {type(event).__name__}")
    yield plain
    if isinstance(data, str):
        yield from _text_values([data])


def _text_values(pieces: list[Text]) -> list[object]:
    """Parse pieces as documents of their own, as one document, or as a stream, whichever gives values."""
    whole, texts = _joined(pieces, ""), [_joined([piece], "") for piece in pieces]
    found = _parsed(whole) or (_each_parsed(texts) if len(texts) > 1 else [])
    if found:
        return found
    # Lines without their ends, as iter_lines() of requests and httpx gives them, events without theirs, or pieces.
    separator = ""
    if len(pieces) > 1 and not _LINE_END.search(whole):
        separator = "\n"
    elif len(pieces) > 1 and all(_FIELD.match(text) and text[-1] not in "\r\n" for text in texts if text):
        separator = "\n\n"  # or by chance, where a stream is cut before what looks like a field
    readings = [_joined(pieces, separator), whole] if separator else [whole]
    return max(map(_stream_values, readings), key=len)


def _joined(pieces: list[Text], separator: str) -> str:
    if all(isinstance(piece, str) for piece in pieces):
        text = separator.join(str(piece) for piece in pieces)
    else:
        # Joined before they are decoded: a letter may be in two pieces.
        encoded = [p.encode("utf-8", "surrogatepass") if isinstance(p, str) else bytes(p) for p in pieces]
        text = separator.encode().join(encoded).decode(errors="replace")
    return text.removeprefix(_BYTE_ORDER_MARK)


def _stream_values(text: str) -> list[object]:
    """Parse lines of JSON, or events, which end at an empty line."""
    found: list[object] = []
    lines: list[str] = []
    for line in (*_LINE_END.split(text), ""):
        if line:
            lines.append(line)
        elif lines:
            found += _line_values(lines)
            lines = []
    return found


def _line_values(lines: list[str]) -> list[object]:
    data = [line.removeprefix("data:") for line in lines if line.startswith("data:")]
    others = [line for line in lines if not _FIELD.match(line)]
    # Some senders leave out the empty line between two events.
    found = _parsed("\n".join(data)) or [value for line in data for value in _parsed(line)]
    found += [value for line in others for value in _parsed(line)]
    # httpx breaks lines where str.splitlines does, also inside of JSON text.
    return found or (_parsed("\n".join([*data, *others])) if data and others else [])


def _each_parsed(texts: list[str]) -> list[object]:
    """Parse each text; nothing if one of them is no JSON."""
    found: list[object] = []
    for text in texts:
        value = _parsed(text)
        if text.strip() and not value:
            return []
        found += value
    return found


def _parsed(text: str) -> list[object]:
    if text.lstrip(" \t\r\n")[:1] not in ("{", "["):
        return []  # in other JSON nothing can be found
    try:
        return [_DECODER.decode(text)]
    except (ValueError, RecursionError):
        return []


def _read_number(digits: str) -> int | str:
    try:
        return int(digits)
    except ValueError:
        return digits  # longer than Python converts


_DECODER = json.JSONDecoder(strict=False, parse_int=_read_number, parse_constant=lambda _: None)
