"""Text from outside, made fit to be shown: redacted, truncated and escaped, in time linear in its length."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from quantcdn._types import is_array, is_object

MESSAGE_LENGTH = 300
"""How many characters of a text from outside a message holds."""

_SEARCHED_LENGTH = 10_000  # or a multiple of what is shown, where that is more
_LONGEST_URL = 2_000

# Patterns are compiled where they are needed first: few programs meet a URL in a response. JSON, percent-encoding and
# HTML may have escaped what is in a text, and more than once. Each repetition is bounded, for the sake of the time.


def _mark(letter: str) -> str:
    """Make a pattern of a punctuation mark, escaped or not."""
    code = ord(letter)
    return (
        rf"(?:\\{{0,8}}{re.escape(letter)}|%(?:25){{0,4}}{code:02x}|\\{{1,8}}u00{code:02x}"
        rf"|&(?:amp;){{0,4}}#0{{0,4}}(?:{code}|x{code:x});)"
    )


_QUERY_MARK = f"(?:{_mark('?')}|{_mark('#')})"
_IN_URL = r"""[^\s"'<>]"""
_USER = rf"(?:(?!{_mark('/')}|{_QUERY_MARK}){_IN_URL})*{_mark('@')}"
_URL = (
    rf"(?i)({_mark(':')}{_mark('/')}{{2}})(?:{_USER})?((?:(?!{_QUERY_MARK}){_IN_URL})*+)(?:({_QUERY_MARK}){_IN_URL}*+)?"
)

# A name begins after no letter, unless that is the last one of an escape. It has an end, or each of its letters could
# begin another that is read to the end of the text.
_BEGIN = r"(?:\b|(?<=%[0-9a-f]{2})|(?<=25[0-9a-f]{2})|(?<=u00[0-9a-f]{2}))"
_SIGNATURE = (
    rf"""(?i)({_BEGIN}(?:(?:x-(?:amz|goog)-[a-z-]{{1,40}}+|signature|sig|(?:access_?|auth_?|id_?|security_?)?token"""
    rf"""|awsaccesskeyid)(?:{_mark("=")}|["']\s{{0,4}}:\s{{0,4}}["'])|x-(?:amz|goog)-[a-z-]{{1,40}}+:\s{{0,4}}))"""
    r"""(?:[^\s&"'<>\\]|\\{1,8}(?:/|u00(?!2[267]|3[ce])[0-9a-f]{2}))+"""
)
_BEARER = r"""((?<![\w-])eyJ)[\w-]{8,}+\.[\w.-]*|(?i:(\bbearer\s{1,4}))(?=[^\s"'<>]*[0-9])[^\s"'<>,;\\]{8,}"""
_MARKS = ("=", "://", ":\\", "%3", "%25", "\\u00", "&#", "&amp;#", '":', "':", "eyj", "bearer", "x-amz", "x-goog")

# What steers a terminal or a page, or turns the direction of the text around it (UAX #9), and what UTF-8 cannot hold.
# Joiners and wide spaces are left alone, without which some scripts cannot be written.
_STEERING = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def redacted(text: str) -> str:
    """Leave of each URL in a text no more than host and path, and of each signature and token no more than its name."""
    lower = text.lower()
    if not any(mark in lower for mark in _MARKS):
        return text
    text = re.sub(_SIGNATURE, r"\1…", re.sub(_URL, _host_and_path, text))
    return re.sub(_BEARER, lambda found: f"{found[1] or found[2]}…", text)


def _host_and_path(url: re.Match[str]) -> str:
    return f"{url[1]}{url[2]}{f'{url[3]}…' if url[3] else ''}"


def truncated(text: str, length: int = MESSAGE_LENGTH, *, counted: bool = False) -> str:
    """Redact and truncate a text; ``counted`` says how many characters were left out."""
    most = max(_SEARCHED_LENGTH, 10 * length)
    searched = text if len(text) <= most else _whole_words(text[:most])
    clean = redacted(searched)
    more = max(len(clean) - length, 0) + len(text) - len(searched)
    if not more:
        return clean
    return f"{clean[:length]}… ({more:,} more characters)" if counted else f"{clean[:length]}…"


def _whole_words(text: str) -> str:
    # Without its end, a URL may show a password that stands before an @ which is no longer there.
    start = max(text.rfind(blank) for blank in " \t\n\"'<>")
    return text[:start] if start >= len(text) - _LONGEST_URL else text


def escaped(text: str) -> str:
    """Write a text on one line, with control characters as Python escapes, for a terminal or a log."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def escaped_lines(text: str) -> str:
    """Escape a text for a page, on which line ends, tabs, joiners and spaces of any kind do no harm."""
    return _STEERING.sub(lambda found: escaped(found[0]), text.replace("\r\n", "\n"))


def one_line(text: str, length: int = MESSAGE_LENGTH) -> str:
    """Redact, truncate and escape a text, for a line of a terminal or a log."""
    return escaped(truncated(text, length))


def without_query(text: str) -> str:
    """Cut the query, which may hold a signature, off a text that is a URL."""
    is_url = text[:8].lower().startswith(("http://", "https://"))
    return f"{text.partition('?')[0]}?…" if is_url and "?" in text else text


def render_path(path: Iterable[str | int]) -> str:
    """Write the way to a value as Python would: ``['tools'][0]['name']``."""
    return "".join(f"[{part!r}]" for part in path)


def service_text(data: Any, body: str | None) -> str:
    """Find what the service itself says went wrong, in at most 300 characters.

    That is each text under ``error`` and ``message`` and the first under ``errors``, once; where there are none,
    the start of a body that is no web page.
    """
    parsed: Any = data.to_dict() if hasattr(data, "to_dict") else data
    texts = ": ".join(_texts(parsed))
    if texts:
        return truncated(texts)
    text = (body or "").strip()
    return "" if text.startswith("<") else truncated(text)


def error_text(value: object) -> str:
    """Write the value of an ``error`` field as one line, whatever its type: an object by its texts, else JSON."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else ": ".join(_texts(value))
    return truncated(" ".join((text or json.dumps(value, ensure_ascii=False, default=str)).split()))


def _texts(value: object, depth: int = 3) -> list[str]:
    """List the texts in an error's body, none twice; objects inside are read to some depth."""
    if isinstance(value, str):
        return [value.strip()] if value.strip() else []
    if not is_object(value) or not depth:
        return []
    texts = [text for key in ("error", "message") for text in _texts(value.get(key), depth - 1)]
    texts += _first_of_errors(value.get("errors"), depth - 1)
    return [text for place, text in enumerate(texts) if not any(text in other for other in _others(texts, place))]


def _others(texts: list[str], place: int) -> list[str]:
    """List the texts that a text at a place may repeat: all longer ones, and equal ones before it."""
    text = texts[place]
    return [other for at, other in enumerate(texts) if len(other) > len(text) or (at < place and other == text)]


def _first_of_errors(errors: object, depth: int) -> list[str]:
    """Read the first of the errors that a body lists, by fields as Laravel does, or in an array."""
    if is_object(errors) and errors:
        field, first = next(iter(errors.items()))
        found = _first_of_errors(first, depth) if is_array(first) else _texts(first, depth)
        return [f"{field}: {found[0]}"] if found else []
    return _texts(errors[0], depth) if is_array(errors) and errors else []
