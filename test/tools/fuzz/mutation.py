"""How one case becomes another: by what HTTP, JSON and gzip are made of, and by single bytes."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from test.tools.fuzz.cases import ENDINGS, ENDPOINTS, MAX_SIZE, OTHERS, ROUTES, SLICINGS, Case, Step
from test.tools.fuzz.corpus import FIELDS, STATUS_LINES, VALUES, chunked, packed

_MOST_STEPS = 4
_TOKENS = (
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b"\x00",
        b":",
        b": ",
        b",",
        b";",
        b" ",
        b"\t",
        b"\r\n\r\n",
        b"0\r\n\r\n",
        b"-",
        b"+",
        b"0x",
        b"_",
    ),
    *(
        b'"',
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b"\\u",
        b"\xef\xbb\xbf",
        b"\xf0\x9f\x98\x80",
        b"\x1b[",
        b"%",
        b"data:",
        b"http://",
    ),
    *(
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 100 \r\n\r\n",
        b"chunked",
        b"gzip",
        b"bytes ",
        b"9" * 19,
        b"f" * 16,
        b"\x1f\x8b\x08",
    ),
)
_JSON_PART = re.compile(rb'"(?:[^"\\]|\\.){0,400}"|-?[0-9]{1,40}|true|false|null')


def mutated(case: Case, chance: random.Random, others: Sequence[Case]) -> Case:
    """Change a case in one to four ways."""
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        case = _changed(case, chance, others)
    return case


def _changed(case: Case, chance: random.Random, others: Sequence[Case]) -> Case:
    way = chance.random()
    if way < 0.05:
        return replace(case, call=chance.choice((*ENDPOINTS, *OTHERS)))
    if way < 0.08:
        return replace(case, route=chance.choice(ROUTES))
    steps = list(case.steps)
    at = chance.randrange(len(steps))
    if way < 0.12 and len(steps) < _MOST_STEPS:
        steps.insert(at, chance.choice(chance.choice(others).steps))
    elif way < 0.14 and len(steps) > 1:
        del steps[at]
    elif way < 0.20:
        steps[at] = replace(steps[at], ending=chance.choice(ENDINGS))
    elif way < 0.24:
        steps[at] = replace(steps[at], slicing=chance.choice(SLICINGS))
    else:
        data = chance.choice(_WAYS)(steps[at].data, chance)
        steps[at] = replace(steps[at], data=data[: MAX_SIZE // len(steps)])
    return replace(case, steps=_small(steps))


def _small(steps: list[Step]) -> tuple[Step, ...]:
    while sum(len(step.data) for step in steps) > MAX_SIZE:
        largest = max(range(len(steps)), key=lambda at: len(steps[at].data))
        steps[largest] = replace(steps[largest], data=steps[largest].data[: len(steps[largest].data) // 2])
    return tuple(steps)


def _place(data: bytes, chance: random.Random) -> int:
    """Choose a place, more often in the first bytes, where the head is."""
    most = len(data) if chance.random() < 0.5 else min(len(data), 300)
    return chance.randint(0, most)


def _flip(data: bytes, chance: random.Random) -> bytes:
    at = _place(data, chance)
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _insert(data: bytes, chance: random.Random) -> bytes:
    at = _place(data, chance)
    return data[:at] + chance.choice(_TOKENS) * chance.choice((1, 1, 1, 2, 100)) + data[at:]


def _delete(data: bytes, chance: random.Random) -> bytes:
    at = _place(data, chance)
    return data[:at] + data[at + chance.choice((1, 2, 4, 30)) :]


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: _place(data, chance)]


def _repeat(data: bytes, chance: random.Random) -> bytes:
    at = _place(data, chance)
    end = at + chance.choice((1, 3, 10, 60))
    return data[:end] + data[at:end] * chance.choice((1, 2, 100, 3_000)) + data[end:]


def _split(data: bytes) -> tuple[list[bytes], bytes]:
    head, _, body = data.partition(b"\r\n\r\n")
    return head.split(b"\r\n"), body


def _joined(lines: Sequence[bytes], body: bytes) -> bytes:
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _field(data: bytes, chance: random.Random) -> bytes:
    """Add, repeat, move or remove a header line."""
    lines, body = _split(data)
    at = chance.randint(1, len(lines))
    way = chance.randrange(4)
    if way < 2 or at == len(lines):
        lines.insert(at, chance.choice(FIELDS))
    elif way == 2:
        del lines[at]
    else:
        lines.insert(chance.randint(1, len(lines)), lines[at])
    return _joined(lines, body)


def _status(data: bytes, chance: random.Random) -> bytes:
    lines, body = _split(data)
    return _joined([chance.choice(STATUS_LINES), *lines[1:]], body)


def _framed(lines: Sequence[bytes], body: bytes, *fields: bytes) -> bytes:
    others = [line for line in lines if not line.lower().startswith((b"content-length", b"transfer-encoding"))]
    return _joined([*others, *fields], body)


def _length(data: bytes, _: random.Random) -> bytes:
    lines, body = _split(data)
    return _framed(lines, body, b"Content-Length: %d" % len(body))


def _chunks(data: bytes, chance: random.Random) -> bytes:
    lines, body = _split(data)
    return _framed(lines, chunked(body, chance.choice((1, 7, 100, 9_999))), b"Transfer-Encoding: chunked")


def _gzip(data: bytes, chance: random.Random) -> bytes:
    """Pack the body, after a part of it was repeated as often as it would not be on the wire."""
    lines, body = _split(data)
    at = chance.randint(0, len(body))
    end = at + chance.choice((0, 1, 2, 5, 20))
    body = packed(body[:end] + body[at:end] * chance.choice((0, 10, 50_000, 200_000)) + body[end:])
    return _framed(lines, body, b"Content-Encoding: gzip", b"Content-Length: %d" % len(body))


def _value(data: bytes, chance: random.Random) -> bytes:
    """Put a hostile value in the place of one in the body."""
    lines, body = _split(data)
    places = list(_JSON_PART.finditer(body[:20_000]))
    if not places:
        return _framed(lines, value := chance.choice(VALUES), b"Content-Length: %d" % len(value))
    place = chance.choice(places)
    body = body[: place.start()] + chance.choice(VALUES) + body[place.end() :]
    return _framed(lines, body, b"Content-Length: %d" % len(body))


_WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(_flip, _flip, _insert, _insert, _delete, _cut, _repeat, _field, _field, _status),
    *(_length, _length, _chunks, _gzip, _value, _value, _value),
)
