"""Find the files that a tool's result links or holds: URLs, data URIs and base64, anywhere in a JSON value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

from quantcdn._display.text import render_path
from quantcdn._file_formats.data_uris import ContentError, is_data_uri, read_base64, read_data_uri
from quantcdn._types import is_array, is_object
from quantcdn._validation import is_loopback
from quantcdn.exceptions import ApiResponseException

JsonPath = tuple[str | int, ...]

ORIGINALS = ("s3Urls", "s3_urls")
PREVIEWS = ("images",)

# The last word of a key that holds URLs, in the singular.
_URL_WORDS = frozenset(
    {
        "url", "uri", "href", "src", "link", "image", "picture", "photo", "video", "audio", "file", "document",
        "download", "media", "asset", "attachment", "output",
    }
)  # fmt: skip
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])")
_URL = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)

# A text is taken for a data URI only where it names a type or an encoding: prose may begin with "data:" too.
_TYPED_DATA_URI = re.compile(r"\s*data:\s*[^\s,;/]*(?:/[^,]*|;[^,]*),", re.IGNORECASE)

# Where an object that stands for one file has it: as a URL, or as base64 (MCP, OpenAI and Anthropic write so).
_URL_KEYS = ("url", "uri", "href", "src", "dataUri", "data_uri")
_BASE64_KEYS = ("data", "b64_json", "base64", "blob")
_TYPE_KEYS = ("mimeType", "mime_type", "mediaType", "media_type", "contentType", "content_type")
_INNER_KEYS = ("image_url", "image", "source", "inlineData", "inline_data", "resource", "file")
_BASE64 = re.compile(r"[A-Za-z0-9+/_=\s-]+")
_MAX_DEPTH = 4
_MAX_LOCATION_LENGTH = 120


@dataclass(frozen=True, slots=True)
class FileReference:
    """One file that a result links or holds."""

    path: JsonPath
    """The keys and indices that lead to it."""
    text: str = field(repr=False)
    """Its URL, its data URI, or its base64."""
    media_type: str | None = None
    """Its media type by the result, where it stands as base64."""
    is_base64: bool = False
    """Whether ``text`` is base64 that stands alone."""

    @property
    def is_link(self) -> bool:
        """Whether the file is elsewhere, at a URL."""
        return not self.is_base64 and not is_data_uri(self.text)

    @property
    def location(self) -> str:
        """Where it stands, for an error: ``result['images'][0]``."""
        return _location(self.path)

    def read(self, limit: int) -> tuple[str | None, bytes]:
        """Decode a file that the result itself holds, up to a size: its media type and its bytes."""
        try:
            if self.is_base64:
                return self.media_type, read_base64(self.text, limit)
            return read_data_uri(self.text, limit)
        except ContentError as error:
            problem = ApiResponseException(reason=f"{self.location}: {error}")
        raise problem


def plain_result(result: object) -> object:
    """Convert a result to JSON values: a model to a dict, and JSON that is text to what it says."""
    to_dict = getattr(result, "to_dict", None)
    if callable(to_dict):
        return to_dict()
    if isinstance(result, str) and result.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        try:
            return json.loads(result.lstrip("\ufeff"))
        except (ValueError, RecursionError):
            return result
    return result


def count_under(result: object, keys: tuple[str, ...]) -> int:
    """Count the files under one of a result's own keys, whatever they are."""
    _, value = _under(result, keys)
    return len(value) if is_array(value) else int(value is not None)


def files_under(result: object, keys: tuple[str, ...]) -> list[FileReference]:
    """List the files under one of a result's own keys: the items of a list, or one value; refuse what is no file."""
    key, value = _under(result, keys)
    if is_array(value):
        return [_file((key, number), item) for number, item in enumerate(value)]
    return [] if value is None else [_file((key,), value)]


def all_files(result: object) -> list[FileReference]:
    """List the files of a result, each once: those under ``s3Urls``, then all others in their order."""
    found = {file.text: file for file in files_under(result, ORIGINALS)}
    for file in _walk(result):
        found.setdefault(file.text, file)
    return list(found.values())


def _under(result: object, keys: tuple[str, ...]) -> tuple[str, object]:
    found = ((key, result[key]) for key in keys if is_object(result) and result.get(key) is not None)
    return next(found, ("", None))


def _file(path: JsonPath, value: object) -> FileReference:
    file = _reference(path, value, _MAX_DEPTH)
    if file is None:
        kind = "an object" if is_object(value) else "a list" if is_array(value) else json.dumps(value)[:40]
        raise ApiResponseException(reason=f"{_location(path)} is {kind}, and neither a URL nor a file")
    return file


def _location(path: JsonPath) -> str:
    text = f"result{render_path(path)}"
    return text if len(text) <= _MAX_LOCATION_LENGTH else f"{text[:_MAX_LOCATION_LENGTH]}…"


def _reference(path: JsonPath, value: object, depth: int) -> FileReference | None:
    if isinstance(value, str):
        return FileReference(path, value)
    if not is_object(value) or not depth:
        return None
    for key in _URL_KEYS:
        if isinstance(value.get(key), str):
            return FileReference((*path, key), value[key])
    for key in _BASE64_KEYS:
        if isinstance(value.get(key), str):
            text: str = value[key]
            return FileReference((*path, key), text, _media_type(value), is_base64=not is_data_uri(text))
    inner = (_reference((*path, key), value.get(key), depth - 1) for key in _INNER_KEYS)
    return next((file for file in inner if file is not None), None)


def _media_type(value: dict[str, object]) -> str | None:
    return next((named for key in _TYPE_KEYS if isinstance(named := value.get(key), str)), None)


def _walk(result: object) -> Iterator[FileReference]:
    """Find files at any depth, in order, without recursion: the service chooses how deep a result is."""
    stack = [iter([_Node((), result)])]  # iterators, since a list of what is left takes as much as the result
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
        elif isinstance(node.value, str):
            if _TYPED_DATA_URI.match(node.value) or (node.is_url and _is_url(node.value)):
                yield FileReference(node.path, node.value)
        else:
            if is_object(node.value):
                yield from _base64_in(node.path, node.value)
            stack.append(node.children())


class _Node(NamedTuple):
    """A value within a result."""

    path: JsonPath
    value: object
    is_url: bool = False
    """Whether a key above it says that URLs are below."""

    def children(self) -> Iterator[_Node]:
        """Yield the values of a list or an object."""
        if is_array(self.value):
            for number, item in enumerate(self.value):
                yield _Node((*self.path, number), item, self.is_url)
        elif is_object(self.value):
            for key, item in self.value.items():
                yield _Node((*self.path, key), item, self.is_url or _holds_urls(key))


def _base64_in(path: JsonPath, value: dict[str, object]) -> Iterator[FileReference]:
    named = _media_type(value)
    for key in _BASE64_KEYS:
        text = value.get(key)
        if isinstance(text, str) and (named or key == "b64_json") and _BASE64.fullmatch(text):
            yield FileReference((*path, key), text, named, is_base64=True)


def _holds_urls(key: str) -> bool:
    words = _WORD.findall(key.replace("URL", "Url").replace("URI", "Uri"))
    last = words[-1].lower() if words else ""
    return last in _URL_WORDS or last.removesuffix("s") in _URL_WORDS


def _is_url(text: str) -> bool:
    """Recognise a URL that a file can be fetched from: https, or on this machine."""
    if not _URL.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme == "https" or is_loopback(parts.hostname or "")
    except ValueError:
        return False
