"""What a tool's result links or holds: addresses, data URIs and base64, found in any JSON value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

from quantcdn._content.data_uris import ContentError, is_data_uri, read_base64, read_data_uri
from quantcdn._display.text import render_path
from quantcdn._types import is_array, is_object
from quantcdn._validation import is_loopback
from quantcdn.exceptions import ApiResponseException

Path = tuple[str | int, ...]

ORIGINALS = ("s3Urls", "s3_urls")
PREVIEWS = ("images",)

# The last word of a key that holds addresses, in the singular.
_ADDRESS_WORDS = frozenset(
    (
        "url",
        "uri",
        "href",
        "src",
        "link",
        "image",
        "picture",
        "photo",
        "video",
        "audio",
        "file",
        "document",
        "download",
        "media",
        "asset",
        "attachment",
        "output",
    )
)
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])")
_ADDRESS = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)

# A text is taken for a data URI only where it names a type or an encoding: prose may begin with "data:" too.
_TYPED = re.compile(r"\s*data:\s*[^\s,;/]*(?:/[^,]*|;[^,]*),", re.IGNORECASE)

# Where an object that stands for one file has it: as an address, or as base64 (MCP, OpenAI and Anthropic write so).
_ADDRESS_KEYS = ("url", "uri", "href", "src", "dataUri", "data_uri")
_BASE64_KEYS = ("data", "b64_json", "base64", "blob")
_TYPE_KEYS = ("mimeType", "mime_type", "mediaType", "media_type", "contentType", "content_type")
_INNER_KEYS = ("image_url", "image", "source", "inlineData", "inline_data", "resource", "file")
_BASE64 = re.compile(r"[A-Za-z0-9+/_=\s-]+")
_DEEPEST = 4
_LONGEST_PLACE = 120


@dataclass(frozen=True, slots=True)
class Content:
    """One file that a result links or holds."""

    path: Path
    """Where in the result it stands."""
    text: str = field(repr=False)
    """Its address, its data URI, or its base64."""
    media_type: str | None = None
    """What the result calls it, where it stands as base64."""
    is_base64: bool = False
    """Whether ``text`` is base64 that stands alone."""

    @property
    def is_link(self) -> bool:
        """Whether it is elsewhere, at an address."""
        return not self.is_base64 and not is_data_uri(self.text)

    @property
    def place(self) -> str:
        """Where it stands, for an error: ``result['images'][0]``."""
        return _place(self.path)

    def read(self, limit: int) -> tuple[str | None, bytes]:
        """Unpack what the result itself holds.

        Args:
            limit: The most bytes.

        Returns:
            What it is called, and its bytes.

        Raises:
            ApiResponseException: It is damaged or too large.
        """
        try:
            if self.is_base64:
                return self.media_type, read_base64(self.text, limit)
            return read_data_uri(self.text, limit)
        except ContentError as error:
            problem = ApiResponseException(reason=f"{self.place}: {error}")
        raise problem


def plain_result(result: object) -> object:
    """Give a result as JSON values: a model as a dict, and JSON that came as text unpacked."""
    to_dict = getattr(result, "to_dict", None)
    if callable(to_dict):
        return to_dict()
    if isinstance(result, str) and result.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        try:
            return json.loads(result.lstrip("\ufeff"))
        except (ValueError, RecursionError):
            return result
    return result


def count(result: object, keys: tuple[str, ...]) -> int:
    """Count the files under one of a result's own keys, whatever they are."""
    value = _under(result, keys)
    return len(value) if is_array(value) else int(value is not None)


def listed(result: object, keys: tuple[str, ...]) -> list[Content]:
    """List the files under one of a result's own keys.

    Args:
        result: The result as JSON values.
        keys: The key, in each form in which it may be written.

    Returns:
        The files: of a list its items, of anything else that one value.

    Raises:
        ApiResponseException: A value neither is nor has an address or data; the error says which.
    """
    value = _under(result, keys)
    if value is None:
        return []
    key = next(key for key in keys if is_object(result) and result.get(key) is value)
    if is_array(value):
        return [_one((key, number), item) for number, item in enumerate(value)]
    return [_one((key,), value)]


def all_contents(result: object) -> list[Content]:
    """List all files that a result links or holds.

    Args:
        result: The result as JSON values.

    Returns:
        First those under ``s3Urls``, then, in the order of the result: data URIs wherever they stand, base64 whose
        object names its type, and ``https`` addresses under keys that hold addresses. Each only once.

    Raises:
        ApiResponseException: What stands under ``s3Urls`` is no address.
    """
    found = {content.text: content for content in listed(result, ORIGINALS)}
    for content in _walked(result):
        found.setdefault(content.text, content)
    return list(found.values())


def _under(result: object, keys: tuple[str, ...]) -> object:
    if not is_object(result):
        return None
    return next((result[key] for key in keys if result.get(key) is not None), None)


def _one(path: Path, value: object) -> Content:
    content = _content_of(path, value, _DEEPEST)
    if content is None:
        kind = "an object" if is_object(value) else "a list" if is_array(value) else json.dumps(value)[:40]
        raise ApiResponseException(reason=f"{_place(path)} is {kind}, and neither an address nor a file")
    return content


def _place(path: Path) -> str:
    text = f"result{render_path(path)}"
    return text if len(text) <= _LONGEST_PLACE else f"{text[:_LONGEST_PLACE]}…"


def _content_of(path: Path, value: object, depth: int) -> Content | None:
    if isinstance(value, str):
        return Content(path, value)
    if not is_object(value) or not depth:
        return None
    for key in _ADDRESS_KEYS:
        if isinstance(value.get(key), str):
            return Content((*path, key), value[key])
    for key in _BASE64_KEYS:
        if isinstance(value.get(key), str):
            text: str = value[key]
            return Content((*path, key), text, _type_of(value), is_base64=not is_data_uri(text))
    inner = (_content_of((*path, key), value.get(key), depth - 1) for key in _INNER_KEYS)
    return next((content for content in inner if content is not None), None)


def _type_of(value: dict[str, object]) -> str | None:
    return next((named for key in _TYPE_KEYS if isinstance(named := value.get(key), str)), None)


def _walked(result: object) -> Iterator[Content]:
    """Walk through a value in its order, without recursion: how deep and how wide it is, the service says."""
    waiting = [iter([_Node((), result)])]
    while waiting:
        node = next(waiting[-1], None)
        if node is None:
            waiting.pop()
        elif isinstance(node.value, str):
            if _TYPED.match(node.value) or (node.is_address and _is_address(node.value)):
                yield Content(node.path, node.value)
        else:
            if is_object(node.value):
                yield from _base64_in(node.path, node.value)
            waiting.append(node.children())


class _Node(NamedTuple):
    """A value within a result."""

    path: Path
    value: object
    is_address: bool = False
    """Whether a key above it says that addresses are below."""

    def children(self) -> Iterator[_Node]:
        if is_array(self.value):
            for number, item in enumerate(self.value):
                yield _Node((*self.path, number), item, self.is_address)
        elif is_object(self.value):
            for key, item in self.value.items():
                yield _Node((*self.path, key), item, self.is_address or _holds_addresses(key))


def _base64_in(path: Path, value: dict[str, object]) -> Iterator[Content]:
    named = _type_of(value)
    for key in _BASE64_KEYS:
        text = value.get(key)
        if isinstance(text, str) and (named or key == "b64_json") and _BASE64.fullmatch(text):
            yield Content((*path, key), text, named, is_base64=True)


def _holds_addresses(key: str) -> bool:
    words = _WORD.findall(key.replace("URL", "Url").replace("URI", "Uri"))
    last = words[-1].lower() if words else ""
    return last in _ADDRESS_WORDS or last.removesuffix("s") in _ADDRESS_WORDS


def _is_address(text: str) -> bool:
    """Say whether text is an address that a file can be fetched from: https, or on this machine."""
    if not _ADDRESS.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme == "https" or is_loopback(parts.hostname or "")
    except ValueError:
        return False
