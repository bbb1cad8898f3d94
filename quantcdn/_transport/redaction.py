"""What authorises a request is taken out of what errors and logs say of its response.

Where an error that was caught may hold a secret or what the service sent, the next one is made after the ``except``
block: in it, Python would keep the first as ``__context__``, with all its frames, also where ``from None`` hides it.
"""

from __future__ import annotations

import contextlib
import json
import re
from base64 import b64decode
from collections.abc import Collection, Iterable, Mapping

_MARK = "[secret]"

# Patterns are compiled where they are needed first: few programs meet a secret in a response.

# Whole words: X-Monkey and Idempotency-Key authorise nothing.
_AUTHORISING_NAME = (
    r"(?i)(^|[-_])(auth|authorization|authentication|cookies?|tokens?|secrets?|passwords?|passwd|credentials?|signature"
    r"|session|jwt|bearer|apikey|(api|access|auth|private|secret|subscription|function|functions|master)[-_]?key)([-_]|$)|^x[-_]key$"
)
_SHORTEST_TOKEN = 4  # of less, replacing it would only garble
_SHORTEST_VALUE = 8  # a cookie and an odd header also hold words and settings
_SURE_LENGTH = 16  # nobody writes a word or a number of that length by chance

# One that is not closed ends with the text, so that no part is read twice.
_JSON_STRING = r'(?s)("(?:[^"\\]|\\.)*(?:"|\\?\Z))'
_BARE_WORD = r"[\w.+-]+"
_NUMERIC = r"[0-9.eE+-]+"
_LITERALS = "true false null"
# A letter of ASCII as JSON, percent-encoding or HTML writes it, or several of them.
_ESCAPED = (
    r"(?i:u00([2-7][0-9a-f])|%(?:25)*([2-7][0-9a-f])"
    r"|&(?:amp;)*(?:#x0*([2-7][0-9a-f])|#0*([0-9]{2,3})|(lt|gt|amp|quot|apos));)"
)
_ONE_LETTER = rf"(?s)\\*(?:{_ESCAPED}|(.))"
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_BARE = r"true|false|null|-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?"


def header_secrets(headers: Mapping[str, str], private: Collection[str] = ()) -> tuple[str, ...]:
    """List what of a request's headers no error may show, should the service repeat it."""
    named = {name.lower() for name in private}
    found: set[str] = set()
    for name, value in headers.items():
        if name.lower() in named or name.lower() in ("authorization", "proxy-authorization"):
            found.update(secret for secret in _parts(value) if _is_token(secret))
        elif re.search(_AUTHORISING_NAME, name):
            found.update(secret for secret in _parts(value) if _is_no_word(secret))
    return tuple(sorted(found, key=len, reverse=True))


def _parts(value: str) -> Iterable[str]:
    """Yield a header's value, what of it follows a scheme or a cookie's name, and the password that it stands for."""
    yield value
    if value[:6].lower() == "basic ":
        with contextlib.suppress(ValueError):
            yield b64decode(value[6:], validate=True).decode().partition(":")[2]
    for part in value.split(";"):
        yield re.split(r"[\s=]+", part.strip(), maxsplit=1)[-1]


def _is_token(text: str) -> bool:
    return len(text) >= _SURE_LENGTH or (len(text) >= _SHORTEST_TOKEN and not re.fullmatch(_BARE, text))


def _is_no_word(text: str) -> bool:
    """Say whether a text is long, or of letters and digits, as no word, number or date is."""
    mixed = re.search("[A-Za-z]", text) and re.search("[0-9]", text)
    return len(text) >= _SURE_LENGTH or bool(len(text) >= _SHORTEST_VALUE and mixed and not re.fullmatch(_BARE, text))


def redacted(text: str, secrets: Iterable[str]) -> str:
    """Put ``[secret]`` where a text repeats a secret, escaped or not; what is JSON stays JSON."""
    plain = _unescaped(text)
    for secret in secrets:
        if secret in text and (re.fullmatch(_NUMERIC, secret) or secret in _LITERALS):
            text = _quoted_where_bare(text, secret)
        if secret in text and "\\" not in text:  # or one before it might be left without the letter that it escapes
            text = text.replace(secret, _MARK)
            plain = _unescaped(text)
        if _unescaped(secret) in plain:
            text = _redacted_escaped(text, _unescaped(secret))
    return text


def _unescaped(text: str) -> str:
    """Write each letter as it is, and no backslash."""
    if "\\" in text or "%" in text or "&" in text:
        return re.sub(_ESCAPED, _letter, text.replace("\\", ""))
    return text


def _letter(escape: re.Match[str]) -> str:
    json_digits, percent_digits, hexadecimal, decimal, name, *letter = escape.groups("")
    digits = json_digits or percent_digits or hexadecimal
    if any(letter):
        return "".join(letter)
    return chr(int(digits, 16) if digits else int(decimal or ord(_ENTITIES[name.lower()]))).replace("\\", "")


def _redacted_escaped(text: str, secret: str) -> str:
    """Redact a secret, given without escapes, where a text has it with some."""
    pieces: list[str] = []
    done = 0
    for begin in re.finditer(_escaped(secret[:_SHORTEST_VALUE]), text):  # all of a long one would take long to compile
        end = _end_of(text, begin.start(), secret) if begin.start() >= done else None
        if end is not None:
            pieces += [text[done : begin.start()], _MARK]
            done = end
    return "".join(pieces) + text[done:]


def _end_of(text: str, at: int, secret: str) -> int | None:
    one_letter = re.compile(_ONE_LETTER)
    for letter in secret:
        found = one_letter.match(text, at)
        if found is None or _letter(found) != letter:
            return None
        at = found.end()
    return at


def _escaped(secret: str) -> str:
    """Make a pattern of a secret, given without escapes, with any; a backslash before it is a part of it."""
    names = {letter: name for name, letter in _ENTITIES.items()}
    letters = (
        rf"\\*(?:{re.escape(letter)}|(?i:u00{ord(letter):02x}|%(?:25)*{ord(letter):02x}"
        rf"|&(?:amp;)*(?:#x0*{ord(letter):x}|#0*{ord(letter)}|{names.get(letter, '#')});))"
        for letter in secret
    )
    return r"(?<!\\)" + "".join(letters)


def _written(secret: str) -> tuple[str, str, str]:
    # JSON may be written with an escaped slash, as PHP does.
    return secret, json.dumps(secret)[1:-1], secret.replace("/", "\\/")


def without_part(text: str, secrets: Iterable[str]) -> str:
    """Leave out the beginning of a secret with which a text ends that was cut."""
    parts = (written[:size] for secret in secrets for written in _written(secret) for size in range(1, len(written)))
    return text.removesuffix(max((part for part in parts if text.endswith(part)), key=len, default=""))


def _quoted_where_bare(text: str, secret: str) -> str:
    """Put a JSON string in place of a number outside of strings, where the mark alone would be no JSON."""
    parts = re.split(_JSON_STRING, text)
    parts[::2] = [
        re.sub(_BARE_WORD, lambda word: f'"{_MARK}"' if secret in word[0] else word[0], p) for p in parts[::2]
    ]
    return "".join(parts)
