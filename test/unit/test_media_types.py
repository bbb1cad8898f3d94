"""A file's kind is known by its first bytes, and by its label where the bytes do not say."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sqlite3
import tarfile
import time
import wave
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from quantcdn._file_formats.media_types import EXTENSIONS, HEAD_SIZE, extension_of


def drawn(kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    Pillow.new("RGB", (21, 13), 60).save(file, kind, **options)
    return file.getvalue()


def sound() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8_000)
        written.writeframes(bytes(100))
    return file.getvalue()


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


def tarred() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    return file.getvalue()


def boxed(brand: bytes, *others: bytes) -> bytes:
    """Begin a file as ISO/IEC 14496-12 says: its brand, and those that it agrees with."""
    inside = b"ftyp" + brand + bytes(4) + b"".join(others)
    return (4 + len(inside)).to_bytes(4, "big") + inside + b"\0\0\0\x08mdat"


MADE_BY_OTHERS = {
    "png": drawn("PNG"),
    "jpg": drawn("JPEG"),
    "gif": drawn("GIF"),
    "webp": drawn("WEBP"),
    "avif": drawn("AVIF"),
    "tif": drawn("TIFF"),
    "bmp": drawn("BMP"),
    "ico": drawn("ICO"),
    "jp2": drawn("JPEG2000"),
    "pdf": drawn("PDF"),
    "ps": drawn("EPS"),
    "wav": sound(),
    "zip": zipped("a.txt"),
    "tar": tarred(),
    "gz": gzip.compress(b"x"),
    "bz2": bz2.compress(b"x"),
    "xz": lzma.compress(b"x"),
}


@pytest.mark.parametrize("extension", MADE_BY_OTHERS)
def test_what_other_programs_write_is_known(extension: str) -> None:
    assert extension_of(MADE_BY_OTHERS[extension], "text/html") == extension


def test_a_database_is_known(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a") as database:
        database.execute("create table t (a)")
    database.close()
    assert extension_of((tmp_path / "a").read_bytes()) == "sqlite"


# The first bytes as ffmpeg, Apple's and Google's tools write them.
HEADS = [
    (boxed(b"isom", b"isom", b"iso2", b"avc1", b"mp41"), "mp4"),
    (boxed(b"mp42", b"mp42", b"isom"), "mp4"),
    (boxed(b"avif", b"avif", b"mif1", b"miaf"), "avif"),
    (boxed(b"avis", b"avif", b"msf1"), "avif"),
    (boxed(b"mif1", b"mif1", b"avif", b"miaf"), "avif"),
    (boxed(b"heic", b"mif1", b"heic"), "heic"),
    (boxed(b"mif1", b"mif1", b"heic"), "heic"),
    (boxed(b"mif1", b"mif1", b"miaf"), "heif"),
    (boxed(b"qt  ", b"qt  "), "mov"),
    (boxed(b"M4A ", b"M4A ", b"mp42", b"isom"), "m4a"),
    (boxed(b"3gp5", b"3gp5", b"isom"), "3gp"),
    (b"\0\0\0\x08wide\0\0\x1a\x2bmdat", "mov"),
    (b"\0\0\x1a\x2bmoov\0\0\0\x6cmvhd", "mov"),
    (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webmB\x87\x81\x04", "webm"),
    (b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm", "webm"),
    (b"\x1aE\xdf\xa3\xa3B\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x88matroska", "mkv"),
    (b"ID3\x04\0\0\0\0\0#TSSE", "mp3"),
    (b"\xff\xfb\x90\x64\0\0", "mp3"),
    (b"\xff\xf3\x40\xc4\0\0", "mp3"),
    (b"\xff\xf1\x50\x80\x02\x1f", "aac"),
    (b"OggS\0\x02\0\0\0\0\0\0\0\0OpusHead", "ogg"),
    (b'fLaC\0\0\0"', "flac"),
    (b"FORM\0\0\0\x10AIFFCOMM", "aiff"),
    (b"RIFF\x10\0\0\0AVI LIST", "avi"),
    (b"MThd\0\0\0\x06\0\x01", "mid"),
    (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "pdf"),
    (b"glTF\x02\0\0\0", "glb"),
    (b"PK\x05\x06" + bytes(18), "zip"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "jxl"),
    (b"{\\rtf1\\ansi", "rtf"),
]


@pytest.mark.parametrize(
    ("head", "extension"), HEADS, ids=[f"{number}-{kind}" for number, (_, kind) in enumerate(HEADS)]
)
def test_a_head_is_known(head: bytes, extension: str) -> None:
    assert extension_of(head) == extension
    assert extension in EXTENSIONS


SVG = "<svg xmlns='http://www.w3.org/2000/svg'/>"
DOCTYPE = "<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd'>"
TEXTS = [
    (SVG, None, "svg"),
    (f"\ufeff \n{SVG}", None, "svg"),
    (f"<?xml version='1.0'?>\n<!-- drawn -->{DOCTYPE}\n{SVG}", "text/plain", "svg"),
    (f"<!DOCTYPE svg [<!ENTITY a 'b'>]>{SVG}", None, "svg"),
    ("<!-- <html> --><SVG>", None, "svg"),
    ("<!doctype html><title>x", "image/png", "html"),
    (" <HTML>", None, "html"),
    ("<?xml version='1.0'?><rss/>", None, "xml"),
    ("<?xml version='1.0'?><!-- <svg> --><rss/>", None, "xml"),
    ('{"a": 1}', "text/plain", "json"),
    ("\n[1, 2]", None, "json"),
    ("{}", None, "json"),
    ('[{"a":', None, "json"),
    ("[a] reference", None, "txt"),
    ("{a}", None, "txt"),
    ("feel free to read", None, "txt"),
    ("The free lunch", None, "txt"),
    ("é", None, "txt"),
    ("\x1b[1mbold\x1b[0m", None, "txt"),
    ("a,b\n1,2\n", "text/csv; charset=utf-8", "csv"),
    ("# Head\n", "TEXT/MARKDOWN", "md"),
    ('{"a":1}\n{"a":2}', "application/x-ndjson", "ndjson"),
    ("text", "image/png", "txt"),
    ("text", "application/zip", "txt"),
]


@pytest.mark.parametrize(("text", "media_type", "extension"), TEXTS)
def test_text_is_known_by_its_first_token(text: str, media_type: str | None, extension: str) -> None:
    assert extension_of(text.encode(), media_type) == extension


@pytest.mark.parametrize(
    ("head", "media_type", "extension"),
    [
        (b"", None, "bin"),
        (b"", "text/plain", "txt"),
        (b"\x01\x02\x03", None, "bin"),
        (b"\x01\x02\x03", "video/mp2t", "ts"),
        (b"\x01\x02\x03", "VIDEO/MP4; codecs=avc1", "mp4"),
        (b"\x01\x02\x03", "application/x-sh", "bin"),
        (b"\x01\x02\x03", "../../evil", "bin"),
        (b"\xff\xfe\x41\0", "text/plain", "txt"),
        (
            zipped("word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "docx",
        ),
        (zipped("a"), "image/png", "zip"),
    ],
)
def test_a_label_counts_where_the_bytes_do_not_say(head: bytes, media_type: str | None, extension: str) -> None:
    assert extension_of(head, media_type) == extension


# Fails if a character that the end of the head cuts is taken for damage, or damage in the middle for such a cut.
def test_long_text_is_text_wherever_its_head_ends() -> None:
    for start in range(4):
        assert extension_of((" " * start + "日本語🙂" * HEAD_SIZE).encode()) == "txt"
    assert extension_of(b"a\xff" + b"a" * HEAD_SIZE) == "bin"


@given(st.binary(max_size=200), st.text(max_size=30) | st.none())
def test_any_bytes_have_an_ending_from_the_table(head: bytes, media_type: str | None) -> None:
    assert extension_of(head, media_type) in EXTENSIONS


# Fails if a pattern can pass over the same in many ways: without atomic groups, the first takes longer than the world.
@pytest.mark.parametrize(
    "head",
    [b"<!---->", b"<?xml ?>", b"<!DOCTYPE svg[]>", b"<!DOCTYPE svg[", b"<!--", b" ", b"[ ", b"\0\0\0\x20ftypmif1"],
)
def test_no_head_takes_long(head: bytes) -> None:
    started = time.perf_counter()
    extension_of(head * (HEAD_SIZE // len(head)))
    assert time.perf_counter() - started < 10


def test_no_ending_is_one_that_a_system_runs() -> None:
    assert not {"exe", "sh", "bat", "cmd", "js", "py", "lnk", "desktop", "php"} & set(EXTENSIONS)
    assert all(extension.isalnum() and extension == extension.lower() for extension in EXTENSIONS)
