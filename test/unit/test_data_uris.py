"""Data URIs are read as browsers read them: what Node's ``fetch`` makes of each of these was written down here."""

from __future__ import annotations

import base64
import binascii
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantcdn._file_formats.data_uris import ContentError, DataUri, is_data_uri, read_base64, read_data_uri
from test.helpers.responses import costs_less_than
from test.helpers.table import table

VECTORS: list[tuple[str, tuple[str, bytes] | None]] = [
    ("data:,", ("text/plain", b"")),
    ("data:", None),
    ("data:,X", ("text/plain", b"X")),
    ("DATA:,X", ("text/plain", b"X")),
    ("data:text/html,X", ("text/html", b"X")),
    ("data:text/html;base64,WA", ("text/html", b"X")),
    ("data:text/html ;charset=x   ,X", ("text/html", b"X")),
    ("data:;base64,WA", ("text/plain", b"X")),
    ("data:;base64,W%20A", ("text/plain", b"X")),
    ("data:;base64,W%0CA", ("text/plain", b"X")),
    ("data:;base64,W\x0cA", ("text/plain", b"X")),
    ("data:x;base64;base64,WA", ("text/plain", b"X")),
    ("data:x;base64;charset=x,WA", ("text/plain", b"WA")),
    ("data:base64,WA", ("text/plain", b"WA")),
    ("data:*;base64,WA", ("text/plain", b"X")),
    ("data:text/plain,X", ("text/plain", b"X")),
    ("data:text/plain ,X", ("text/plain", b"X")),
    ("data:text/plain%20,X", ("text/plain%20", b"X")),
    ("data:text/plain%0C,X", ("text/plain%0c", b"X")),
    ("data:text/plain%00,X", ("text/plain%00", b"X")),
    ("data:text/plain;,X", ("text/plain", b"X")),
    ("data:;x=x;charset=x,X", ("text/plain", b"X")),
    ("data:;x=x,X", ("text/plain", b"X")),
    ("data:text/plain;charset=windows-1252,%C2%B1", ("text/plain", b"\xc2\xb1")),
    ("data:text/plain;Charset=UTF-8,%C2%B1", ("text/plain", b"\xc2\xb1")),
    ("data:image/gif,%C2%B1", ("image/gif", b"\xc2\xb1")),
    ("data:IMAGE/gif,%C2%B1", ("image/gif", b"\xc2\xb1")),
    ("data:IMAGE/gif;hi=x,%C2%B1", ("image/gif", b"\xc2\xb1")),
    ("data:,%FF", ("text/plain", b"\xff")),
    ("data:text/plain,X#X", ("text/plain", b"X")),
    ("data:text/plain,X?a#b", ("text/plain", b"X?a")),
    ("data: ,X", ("text/plain", b"X")),
    ("data:%20,X", ("text/plain", b"X")),
    ("data:\x0c,X", ("text/plain", b"X")),
    ("data:%1F,X", ("text/plain", b"X")),
    ("data:\x00,X", ("text/plain", b"X")),
    ("data:%00,X", ("text/plain", b"X")),
    ("data:text/html  ,X", ("text/html", b"X")),
    ("data:text / html,X", ("text/plain", b"X")),
    ("data:X,X", ("text/plain", b"X")),
    ("data:image/png,X X", ("image/png", b"X X")),
    ("data:application/javascript,X X", ("application/javascript", b"X X")),
    ("data:application/xml,X X", ("application/xml", b"X X")),
    ("data:unknown/unknown,X X", ("unknown/unknown", b"X X")),
    ('data:text/plain;a=",",X', ("text/plain", b'",X')),
    ("data:text/plain;a=%2C,X", ("text/plain", b"X")),
    ("data:;base64;sdfsdfs,WA", ("text/plain", b"WA")),
    ("data:;base64,WA=", None),
    ("data:;base64,WA==", ("text/plain", b"X")),
    ("data:;base64,WA===", None),
    ("data:;base64,=", None),
    ("data:;base64,W", None),
    ("data:;base64,", ("text/plain", b"")),
    ("data:;base64,====", None),
    ("data:;base64,ab====", None),
    ("data:;base64,AAAA====", None),
    ("data:; base64,WA", ("text/plain", b"X")),
    ("data:;  base64 ,WA", ("text/plain", b"X")),
    ("data:;\tbase64,WA", ("text/plain", b"X")),
    ("data:;bas\ne64,WA", ("text/plain", b"X")),
    ("  data:;base64,WA ", ("text/plain", b"X")),
    ("da\nta:;base64,WA", ("text/plain", b"X")),
    ("data:;base64,W A = =", ("text/plain", b"X")),
    ("data:;base64,%57%41", ("text/plain", b"X")),
    ("data:;base64,WA%3D%3D", ("text/plain", b"X")),
    ("data:;BASE64,WA==", ("text/plain", b"X")),
    ("data:;base64,WA#x=", ("text/plain", b"X")),
    ("data:;base64,YWJj/+==", ("text/plain", b"abc\xff")),
    ("data:;base64,ab\xe9d", None),
    ("data:,\xe9\ud83d\ude00", ("text/plain", b"\xc3\xa9\xf0\x9f\x98\x80")),
    ("data:text/html;\x0cbase64,WA", ("text/html", b"WA")),
    ("data:a/b;base64 x,WA", ("a/b", b"WA")),
    ("data:;b%61se64,WA", ("text/plain", b"WA")),
    ("data:text/plain;base64, ", ("text/plain", b"")),
    ("data:text/plain;base64,\xa0", None),
    ("data:,%", ("text/plain", b"%")),
    ("data:,%4", ("text/plain", b"%4")),
    ("data:,%4g%zz", ("text/plain", b"%4g%zz")),
    ("data:,a b ", ("text/plain", b"a b")),
    ("data:,a b #x", ("text/plain", b"a b ")),
    ("data:text/plain;base64,YR==", ("text/plain", b"a")),
    ("data:text/plain;base64,ab=c", None),
    ("data:text/plain;base64,ab\x0bcd", None),
    ("data:IMAGE/SVG+XML;utf8,<svg xmlns='x' a=\"b\"/>", ("image/svg+xml", b"<svg xmlns='x' a=\"b\"/>")),
    ("data:image/svg+xml;charset=utf-8,%3Csvg%3E", ("image/svg+xml", b"<svg>")),
]
"""The URI, and the essence of its media type with its bytes; None where it is refused."""


def test_there_are_vectors_of_each_kind() -> None:
    assert len(VECTORS) > 70
    assert sum(expected is None for _, expected in VECTORS) > 10


@table("uri, expected", VECTORS)
def test_a_data_uri_is_read_as_browsers_read_it(uri: str, expected: tuple[str, bytes] | None) -> None:
    assert is_data_uri(uri)
    if expected is None:
        with pytest.raises(ContentError, match=r"no data URI|base64 is damaged"):
            read_data_uri(uri, 1_000)
    else:
        assert read_data_uri(uri, 1_000) == expected


WRITTEN = {
    "as it is": lambda text: text,
    "wrapped": lambda text: "\r\n".join(text[at : at + 76] for at in range(0, len(text), 76)),
    "indented": lambda text: "\n    ".join(text[at : at + 60] for at in range(0, len(text), 60)) + "\n",
    "without padding": lambda text: text.rstrip("="),
    "URL-safe": lambda text: text.replace("+", "-").replace("/", "_"),
    "URL-safe, without padding": lambda text: text.replace("+", "-").replace("/", "_").rstrip("="),
    "percent-encoded": lambda text: "".join(f"%{ord(letter):02x}" for letter in text),
    "with a percent-encoded end": lambda text: text.replace("=", "%3D").replace("+", "%2B").replace("/", "%2f"),
    "wrapped and percent-encoded": lambda text: text.replace("=", "%3d") + "%0A",
}


# Fails if one of the forms is refused; every length of padding and every letter is among the examples.
@given(st.binary(max_size=300) | st.just(bytes(range(256))), st.sampled_from(sorted(WRITTEN)))
def test_base64_is_read_in_every_form(data: bytes, form: str) -> None:
    text = WRITTEN[form](base64.b64encode(data).decode())
    assert read_data_uri(f"data:a/b;base64,{text}", len(data)) == DataUri("a/b", data)
    if "%" not in text:
        assert read_base64(text, len(data)) == data


@given(st.binary(max_size=300))
def test_percent_encoded_bytes_come_back(data: bytes) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in data)
    assert read_data_uri(f"data:application/octet-stream,{encoded}", len(data)).data == data


# Fails if a step cuts an escape in two.
@pytest.mark.parametrize("before", [65_533, 65_534, 65_535, 65_536, 131_071])
def test_escapes_are_read_wherever_they_are(before: int) -> None:
    assert read_data_uri(f"data:,{'x' * before}%41%", 10**6).data == b"x" * before + b"A%"


@given(st.text() | st.text().map("data:,".__add__) | st.text().map("data:;base64,".__add__), st.integers(1, 20))
def test_any_text_is_read_within_the_limit_or_refused(text: str, limit: int) -> None:
    try:
        data = read_data_uri(text, limit).data
    except ContentError as error:
        assert error.__cause__ is error.__context__ is None
    else:
        assert len(data) <= limit


@pytest.mark.parametrize("uri", ["data:,\ud800a", "data:,\ud83d\ude00"])
def test_surrogates_are_read_as_browsers_read_them(uri: str) -> None:
    assert read_data_uri(uri, 10).data == uri[6:].encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


@pytest.mark.parametrize("text", ["", "https://h.example/data:", "dat:a,", "xdata:,", "data", "data :,"])
def test_what_does_not_begin_as_one_is_none(text: str) -> None:
    assert not is_data_uri(text)
    with pytest.raises(ContentError, match="no data URI"):
        read_data_uri(text, 10)


@pytest.mark.parametrize(
    "text", ["A" * 2**24, "AAAA\n" * 2**22, "%41%41%41%41" * 2**20], ids=["clean", "wrapped", "percent-encoded"]
)
def test_what_is_too_large_is_refused(text: str) -> None:
    with pytest.raises(ContentError, match="larger than the limit of 100 bytes"):
        read_data_uri(f"data:;base64,{text}", 100)


def test_what_is_too_large_costs_nothing() -> None:
    uri = "data:;base64," + "AAAA\n" * 2**22 + "AAAA"
    with costs_less_than(1), pytest.raises(ContentError):
        read_data_uri(uri, 100)


def test_escapes_cost_no_more_than_a_few_times_their_length() -> None:
    uri = "data:;base64," + "%41%41%41%41" * 2**18
    with costs_less_than(4 * len(uri) / 2**20), pytest.raises(ContentError):
        read_data_uri(uri, 100)


# What is clean is unpacked in one step; whoever looks at it several times pays several times.
def test_a_clean_image_costs_little_more_than_its_base64() -> None:
    text = base64.b64encode(bytes(range(256)) * 20_000).decode()
    uri = f"data:image/png;base64,{text}"

    def quickest(call: object) -> float:
        assert callable(call)
        times: list[float] = []
        for _ in range(15):
            started = time.perf_counter()
            call()
            times.append(time.perf_counter() - started)
        return min(times)

    bare = quickest(lambda: binascii.a2b_base64(text, strict_mode=True))
    assert quickest(lambda: read_data_uri(uri, 10**7)) < 3 * bare + 0.005
