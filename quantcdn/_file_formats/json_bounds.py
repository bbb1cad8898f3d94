"""How much JSON is parsed: its cost in time and memory is estimated from its bytes, before anything is made of it."""

from __future__ import annotations

import re

MOST_ITEMS = 100_000
"""How many items and keys, in all of its arrays and objects, a JSON text may have."""

_MANY_ITEMS = 10_000
_SMALL_BODY = 4_194_304  # of less, not even the widest texts take much memory
_ROOM = 16_000_000  # beside twice the body, in bytes

_MARKS = b",[{"
_SAMPLE = 4_096

_WIDEST = re.compile(rb"[\xf0-\xff]|\\u[dD]").search
_WIDE = re.compile(rb"[\xc4-\xff]|\\u").search


def excess(body: bytes | bytearray | str) -> str | None:
    """Say which limit a JSON text is beyond; None where it may be parsed."""
    if len(body) <= MOST_ITEMS:
        return None  # each item takes a letter
    raw = body.encode(errors="replace") if isinstance(body, str) else body
    is_wide = len(raw) > _SMALL_BODY and (not raw.isascii() or b"\\" in raw) and _WIDE(raw) is not None
    if _items(raw) <= MOST_ITEMS and not is_wide:
        return None
    # Without what is escaped, each quotation mark begins or ends a string. A replacement takes no more than a copy.
    plain = raw.replace(rb"\\", b"").replace(rb"\"", b"")
    if plain.count(b'"') > 4 * MOST_ITEMS + 4:  # each item has a key and a text at most
        return _too_many()
    parts = plain.split(b'"')
    if _items(b"".join(parts[::2])) > MOST_ITEMS:
        return _too_many()
    if is_wide and sum(map(_memory, parts[1::2])) > 2 * len(raw) + _ROOM:
        return "its texts take more memory than three times its size"
    return None


def has_many_items(body: bytes | bytearray | str) -> bool:
    """Say whether a JSON text has so many items, some thousand, that each copy of them counts."""
    raw = body.encode(errors="replace") if isinstance(body, str) else body
    return _items(raw, b",") > _MANY_ITEMS


def _too_many() -> str:
    return f"it has more items than the limit of {MOST_ITEMS:,}"


def _items(raw: bytes | bytearray, marks: bytes = _MARKS) -> int:
    """Count items and keys by what stands before them, up to some more than the limit."""
    start = raw[:_SAMPLE]
    if sum(map(start.count, marks)) > _SAMPLE // 64:
        return sum(map(raw.count, marks))
    # Most large bodies are base64, through which ``find`` runs thirty times as fast as ``count``.
    found = 0
    for mark in marks:
        at = raw.find(mark)
        while at >= 0 and found <= MOST_ITEMS:
            found += 1
            at = raw.find(mark, at + 1)
    return found


def _memory(text: bytes | bytearray) -> int:
    """Estimate what a string takes: 1, 2 or 4 bytes a letter (PEP 393), and while it has escapes, two copies."""
    width = 4 if _WIDEST(text) else 2 if _WIDE(text) else 1
    return len(text) * (width + 2 if b"\\" in text else width)
