"""Find a file's extension by its first bytes: for its name alone, never for what to trust."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from types import MappingProxyType

HEAD_SIZE = 4_096
"""How many of the first bytes are read."""

# Each is matched at the start; most are from https://mimesniff.spec.whatwg.org, others from the formats' own texts.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (rb"\x89PNG\r\n\x1a\n", "png"),
    (rb"\xff\xd8\xff", "jpg"),
    (rb"GIF8[79]a", "gif"),
    (rb"RIFF.{4}WEBPVP", "webp"),
    (rb"RIFF.{4}WAVE", "wav"),
    (rb"RIFF.{4}AVI ", "avi"),
    (rb"FORM.{4}AIF[FC]", "aiff"),
    (rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n", "jxl"),
    (rb"\0\0\0\x0cjP  \r\n\x87\n", "jp2"),
    (rb"(?:II\*\0|MM\0\*)", "tif"),
    (rb"BM.{4}\0\0\0\0", "bmp"),
    (rb"\0\0\x01\0[^\0]\0", "ico"),
    (rb"8BPS\0[\x01\x02]", "psd"),
    (rb"%PDF-", "pdf"),
    (rb"%!PS", "ps"),
    (rb"\x1aE\xdf\xa3.{0,60}?\x42\x82.webm", "webm"),
    (rb"\x1aE\xdf\xa3", "mkv"),
    (rb"\0.{3}(?:moov|mdat|wide|free|skip|pnot)", "mov"),
    (rb"OggS\0", "ogg"),
    (rb"fLaC", "flac"),
    (rb"ID3[\x02-\x04]", "mp3"),
    (rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb][^\xf0-\xff\x0c-\x0f]", "mp3"),
    (rb"\xff[\xf0\xf1\xf8\xf9]", "aac"),
    (rb"MThd\0\0\0\x06", "mid"),
    (rb"#!AMR", "amr"),
    (rb"FLV\x01", "flv"),
    (rb"0&\xb2u\x8ef\xcf\x11\xa6\xd9\0\xaa\0b\xcel", "wmv"),
    (rb"PK(?:\x03\x04|\x05\x06|\x07\x08)", "zip"),
    (rb"\x1f\x8b\x08", "gz"),
    (rb"BZh[1-9]1AY&SY", "bz2"),
    (rb"\xfd7zXZ\0", "xz"),
    (rb"7z\xbc\xaf'\x1c", "7z"),
    (rb"\x28\xb5\x2f\xfd", "zst"),
    (rb"Rar!\x1a\x07", "rar"),
    (rb".{257}ustar", "tar"),
    (rb"glTF[\x01\x02]\0\0\0", "glb"),
    (rb"wOF2", "woff2"),
    (rb"wOFF", "woff"),
    (rb"PAR1", "parquet"),
    (rb"SQLite format 3\0", "sqlite"),
    (rb"\{\\rtf", "rtf"),
)

# ISO/IEC 14496-12 section 4.3: the size of the box, "ftyp", a brand, its version, and the brands that it agrees with.
_BRANDS: tuple[tuple[str, str], ...] = (
    ("avif avis", "avif"),
    ("heic heix heim heis hevc hevx hevm hevs", "heic"),
    ("mif1 msf1", "heif"),
    ("qt  ", "mov"),
    ("M4A  M4B  F4A ", "m4a"),
    ("3gp4 3gp5 3gp6 3gp7 3ge6 3gg6 3gs7", "3gp"),
)

# Text is known by its first token. The groups are atomic, or what they skip could be skipped in many ways.
_SVG = re.compile(
    r"(?>(?:\s|<\?xml.*?\?>|<!--.*?-->|<!DOCTYPE\s+svg[^>\[]*(?:\[.*?\]\s*)?>)*)<svg[\s>/]", re.DOTALL | re.IGNORECASE
)
_HTML = re.compile(
    r"(?>(?:\s|<!--.*?-->)*)<(?:!DOCTYPE\s+html|html|head|body|script|iframe|table)[\s>]", re.DOTALL | re.IGNORECASE
)
_XML = re.compile(r"\s*<\?xml\s")
_JSON = re.compile(r'\s*(?:\{\s*(?:"|\}\s*$)|\[\s*(?:["{\[\]]|-?[0-9]|true|false|null))')
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")

EXTENSION_BY_MEDIA_TYPE: Mapping[str, str] = MappingProxyType(
    {
        "image/png": "png",
        "image/jpeg": "jpg",
        "image/webp": "webp",
        "image/gif": "gif",
        "image/avif": "avif",
        "image/heic": "heic",
        "image/heif": "heif",
        "image/svg+xml": "svg",
        "image/tiff": "tif",
        "image/bmp": "bmp",
        "image/x-icon": "ico",
        "video/mp4": "mp4",
        "video/webm": "webm",
        "video/quicktime": "mov",
        "video/mpeg": "mpg",
        "video/mp2t": "ts",
        "audio/mpeg": "mp3",
        "audio/wav": "wav",
        "audio/x-wav": "wav",
        "audio/ogg": "ogg",
        "audio/flac": "flac",
        "audio/aac": "aac",
        "audio/mp4": "m4a",
        "audio/l16": "pcm",
        "application/pdf": "pdf",
        "application/zip": "zip",
        "application/gzip": "gz",
        "application/json": "json",
        "application/ld+json": "json",
        "application/geo+json": "json",
        "application/x-ndjson": "ndjson",
        "application/xml": "xml",
        "application/rtf": "rtf",
        "application/yaml": "yaml",
        "application/toml": "toml",
        "application/msword": "doc",
        "application/vnd.ms-excel": "xls",
        "application/vnd.ms-powerpoint": "ppt",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
        "application/vnd.oasis.opendocument.text": "odt",
        "application/vnd.oasis.opendocument.spreadsheet": "ods",
        "application/epub+zip": "epub",
        "application/vnd.apache.parquet": "parquet",
        "model/gltf-binary": "glb",
        "model/gltf+json": "gltf",
        "model/stl": "stl",
        "model/obj": "obj",
        "text/plain": "txt",
        "text/csv": "csv",
        "text/tab-separated-values": "tsv",
        "text/markdown": "md",
        "text/html": "html",
        "text/xml": "xml",
        "text/vtt": "vtt",
        "text/calendar": "ics",
        "text/yaml": "yaml",
    }
)
"""The extension of a file's name, without the dot, by its media type."""

# A media type counts where it only says more than the bytes do: what text is about, and what a ZIP archive holds.
_OF_TEXT = frozenset({"csv", "tsv", "md", "vtt", "ics", "yaml", "toml", "ndjson", "gltf", "obj", "stl", "json", "txt"})
_OF_ZIP = frozenset({"docx", "xlsx", "pptx", "odt", "ods", "epub"})

EXTENSIONS: tuple[str, ...] = tuple(
    dict.fromkeys([*dict(_MAGIC).values(), *dict(_BRANDS).values(), *EXTENSION_BY_MEDIA_TYPE.values(), "mp4", "bin"])
)
"""Every extension that a file's name may get."""


def extension_of(head: bytes, media_type: str | None = None) -> str:
    """Find the extension of a file by its first bytes, and by its media type where they do not say."""
    labelled = EXTENSION_BY_MEDIA_TYPE.get((media_type or "").partition(";")[0].strip().lower())
    kind = _by_bytes(head[:HEAD_SIZE])
    if kind == "zip" and labelled in _OF_ZIP:
        return labelled
    if kind in ("txt", "json") and labelled in _OF_TEXT:
        return "json" if labelled == "txt" and kind == "json" else labelled
    return kind or labelled or "bin"


def extension_by_magic(head: bytes | bytearray) -> str | None:
    """Find the extension of a binary format by its magic number."""
    return next((extension for pattern, extension in _MAGIC if re.match(pattern, head, re.DOTALL)), None)


def _by_bytes(head: bytes) -> str | None:
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    return extension_by_magic(head) or _by_text(head)


def _by_brand(head: bytes) -> str:
    size = min(max(int.from_bytes(head[:4], "big"), 16), len(head))
    brands = [head[8:12], *(head[start : start + 4] for start in range(16, size, 4))]
    for names, kind in _BRANDS:
        # Of images, the general brands may come first; of films, what else can play them says little.
        compared = brands if kind in ("avif", "heic") and head[8:12] in (b"mif1", b"msf1") else brands[:1]
        if any(brand.decode("latin-1") in names for brand in compared):
            return kind
    return "mp4"


def _by_text(head: bytes) -> str | None:
    """Find the extension of text in UTF-8."""
    if not head.strip():
        return None
    try:
        # Where there may be more, the end may cut a character.
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head, final=len(head) < HEAD_SIZE)
    except UnicodeDecodeError:
        return None
    if _CONTROL.search(text):
        return None
    patterns = ((_SVG, "svg"), (_HTML, "html"), (_XML, "xml"), (_JSON, "json"))
    return next((kind for pattern, kind in patterns if pattern.match(text)), "txt")
