"""Responses read by the letter of RFC 9112, with h11 as the judge."""

from __future__ import annotations

import contextlib
import http.client
import io
import time
from dataclasses import replace
from http.client import IncompleteRead

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from urllib3 import HTTPHeaderDict

from quantcdn._transport.http1 import (
    MAX_HEAD_SIZE,
    Body,
    Framing,
    Head,
    ResponseError,
    framing_of,
    parse_fields,
    parse_head,
    read_head,
)
from test.helpers.http1_vectors import BODY, CHUNK, CHUNKED, LAST, LENGTH, OK, VECTORS, Vector, Verdict
from test.helpers.table import table
from test.unit.http1_readers import BUFFER_SIZE, Pieces, Reading, ours, theirs

EXPECTED: dict[Verdict, tuple[str, bool, bytes, bool]] = {
    Verdict.KEPT: ("read", True, BODY, False),
    Verdict.CLOSED: ("read", False, BODY, False),
    Verdict.EMPTY: ("read", True, b"", False),
    Verdict.EMPTY_CLOSED: ("read", False, b"", False),
    Verdict.REFUSED: ("refused", False, b"", False),
    Verdict.BROKEN: ("refused", False, b"", True),
    Verdict.NO_STATUS: ("refused", False, b"", True),
    Verdict.SHORT: ("short", False, b"", True),
}

# Where this reader and h11 differ: the outcome here, the outcome there, the section, and why.
DIFFERENCES: dict[str, tuple[str, str, str, str]] = {
    "status line, HTTP/0.9": ("refused", "read", "RFC 9112 2.3", "that version has no status line"),
    "status line, HTTP/1.2": ("refused", "read", "RFC 9112 2.3", "there is none; h11 looks at no response's version"),
    "status line, HTTP/2.0": ("refused", "read", "RFC 9112 2.3", "its major version has another syntax"),
    "status line, HTTP/5.6": ("refused", "read", "RFC 9112 2.3", "its major version may have another syntax"),
    "field line, a line that goes on after many blanks": ("read", "read", "RFC 9112 5.2", "one blank or many, both do"),
    "coding, capital letters": ("read", "read", "RFC 9112 7", "h11 shows the name in small letters"),
    "coding, mixed letters": ("read", "read", "RFC 9112 7", "h11 shows the name in small letters"),
    "coding, an empty member before": ("read", "refused", "RFC 9110 5.6.1.2", "empty members must be ignored"),
    "coding, an empty member after": ("read", "refused", "RFC 9110 5.6.1.2", "empty members must be ignored"),
    "coding, an empty field beside": ("read", "refused", "RFC 9110 5.6.1.2", "empty members must be ignored"),
    "coding, with a length": ("read", "read", "RFC 9112 6.1", "the connection must be closed"),
    "coding, with a length that follows": ("read", "read", "RFC 9112 6.1", "the connection must be closed"),
    "chunks, an extension with blanks": (
        "read",
        "refused",
        "RFC 9112 7.1.1",
        "blanks around the semicolon are allowed",
    ),
    "chunks, a bare CR in an extension": ("refused", "read", "RFC 9112 2.2", "a bare CR is no part of any element"),
    "chunks, NUL in an extension": ("refused", "read", "RFC 9112 7.1.1", "no name and no value has one"),
    "chunks, a control character in an extension": (
        "refused",
        "read",
        "RFC 9112 7.1.1",
        "no name and no value has one",
    ),
    "chunks, a trailer that frames": ("read", "refused", "RFC 9110 6.5.1", "trailers are ignored, whatever they say"),
    "connection of HTTP/1.0, keep-alive": ("read", "read", "RFC 9112 9.3", "HTTP/1.0 may ask for it; h11 never does"),
    "connection of HTTP/1.0, keep-alive and others": ("read", "read", "RFC 9112 9.3", "it is a list"),
    "whole, 204 with a length": ("read", "read", "RFC 9110 8.6", "it must not have one, so a body may follow"),
    "whole, 204 with chunks": ("read", "read", "RFC 9112 6.1", "it must not have them, so a body may follow"),
    "whole, 101 fields": ("refused", "read", "RFC 9110 5.4", "a limit of 100; h11 has one for bytes alone"),
    "whole, half a status line": ("refused", "short", "RFC 9112 4", "both may be tried again"),
}


# Fails if what RFC 9112 forbids is read, or if what it allows is refused.
@table("name", VECTORS)
def test_a_response_has_its_verdict(name: str) -> None:
    vector = VECTORS[name]
    reading = ours(vector.data, vector.method)
    assert (reading.outcome, reading.keeps, reading.body, reading.retryable) == EXPECTED[vector.verdict]


# Fails if this reader and h11 part ways anywhere but where the table says so, or no longer do there.
@table("name", VECTORS)
def test_h11_has_the_same_verdict_but_where_the_table_says_why_not(name: str) -> None:
    vector = VECTORS[name]
    here, there = replace(ours(vector.data, vector.method), retryable=False), theirs(vector.data, vector.method)
    if name in DIFFERENCES:
        assert (here.outcome, there.outcome) == DIFFERENCES[name][:2]
        assert here != there
    else:
        assert here == there


def test_the_table_of_differences_names_vectors_alone() -> None:
    assert set(DIFFERENCES) <= set(VECTORS)
    assert all(section.startswith("RFC 91") and reason for *_, section, reason in DIFFERENCES.values())


# Fails if a border between receives, or between reads of the body, falls where the reading does not expect it.
@table("name", VECTORS)
def test_a_response_has_its_verdict_wherever_its_borders_fall(name: str) -> None:
    vector = VECTORS[name]
    reading = ours(vector.data, vector.method)
    for piece, amount in ((1, None), (1, 1), (2, 7), (BUFFER_SIZE, 1), (BUFFER_SIZE, 65_536)):
        assert ours(vector.data, vector.method, piece=piece, amount=amount) == reading


def whole(vector: Vector) -> bool:
    return vector.verdict in (Verdict.KEPT, Verdict.CLOSED) and len(vector.data) < 400


# Fails if a part of a response passes for a whole one, which only the end of the connection may frame.
@table("name", [name for name, vector in VECTORS.items() if whole(vector)])
def test_a_response_that_is_cut_anywhere_is_never_read_as_whole(name: str) -> None:
    data = VECTORS[name].data
    until_the_end = not any(mark in data.lower() for mark in (b"content-length:", b"transfer-encoding:"))
    for size in range(len(data)):
        reading = ours(data[:size])
        assert reading.retryable or reading.outcome == "read"
        if reading.outcome == "read":
            assert until_the_end
            assert not reading.keeps
            assert BODY.startswith(reading.body)


PARTS = [
    *(b"HTTP/1.1 200 OK", b"HTTP/1.0 200", b"HTTP/1.1 204 ", b"Content-Length: 5", b"Transfer-Encoding: chunked"),
    *(b"Connection: close", b"X: y", b"X:", b"X :", b" ", b"\t", b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"\x00", b"\x0b"),
    *(b"5", b"0", b"hello", b"5\r\nhello\r\n", b"0\r\n\r\n", b";a=b", b",", b"HTTP/1.1 100 \r\n\r\n", b"+", b"\xff"),
]


# Fails if the pattern that reads a head at once and the way that goes line by line come to different verdicts.
@settings(max_examples=400)
@given(parts=st.lists(st.sampled_from(PARTS), max_size=12), start=st.sampled_from([b"", OK, OK + LENGTH, OK + CHUNKED]))
def test_any_bytes_have_one_verdict_in_one_receive_and_in_many(parts: list[bytes], start: bytes) -> None:
    data = start + b"".join(parts)
    reading = ours(data)
    assert reading == ours(data, piece=1) == ours(data, piece=3, amount=2)
    there = theirs(data)
    if reading.outcome == there.outcome == "read":
        assert (reading.status, reading.body) == (there.status, there.body)


# Fails if a head is measured by lines or by fields alone.
@pytest.mark.parametrize("piece", [BUFFER_SIZE, 1000, 1])
def test_a_head_has_64_kilobytes_in_all(piece: int) -> None:
    start = OK + LENGTH + b"X: "
    fits = start + b"y" * (MAX_HEAD_SIZE - len(start) - 4) + b"\r\n\r\n"
    assert ours(fits + BODY, piece=piece).body == BODY
    assert ours(fits.replace(b"y", b"yy", 1) + BODY, piece=piece) == Reading("refused")
    assert ours(b"HTTP/1.1 103 A\r\n" + fits[len(OK) :] + fits + BODY, piece=piece).outcome == "read"
    assert ours(b"HTTP/1.1 103 A\r\nX: " + b"y" * MAX_HEAD_SIZE, piece=piece) == Reading("refused")


def chunked(data: bytes) -> Reading:
    return ours(OK + CHUNKED + b"\r\n" + data)


# Fails if what stands beside the chunks has no limit.
def test_size_lines_extensions_and_trailers_are_bounded() -> None:
    size, rest = CHUNK.split(b"\r\n", 1)
    assert chunked(size + b";" + b"x" * 4000 + b"\r\n" + rest + LAST).body == BODY
    assert chunked(size + b";" + b"x" * 5000 + b"\r\n" + rest + LAST) == Reading("refused")
    one = b"1;" + b"x" * 1023 + b"\r\n-\r\n"
    assert chunked(one * 64 + LAST).body == b"-" * 64
    assert chunked(one * 65 + LAST) == Reading("refused")
    assert chunked(b"1\r\n-\r\n" * 100_000 + LAST).body == b"-" * 100_000
    assert chunked(CHUNK + b"0\r\n" + b"X: y\r\n" * 100 + b"\r\n").body == BODY
    assert chunked(CHUNK + b"0\r\n" + b"X: y\r\n" * 101 + b"\r\n") == Reading("refused")
    assert chunked(CHUNK + b"0\r\nX: " + b"y" * MAX_HEAD_SIZE + b"\r\n\r\n") == Reading("refused")


# Fails if a limit is a byte off.
def test_a_size_line_and_the_sum_of_extensions_may_be_as_large_as_their_limits() -> None:
    size, rest = CHUNK.split(b"\r\n", 1)
    line = size + b";" + b"x" * (4096 - len(size) - 3) + b"\r\n"
    assert chunked(line + rest + LAST).body == BODY
    assert chunked(line.replace(b";", b";x") + rest + LAST) == Reading("refused")
    one = b"1;" + b"x" * 1023 + b"\r\n-\r\n"
    assert chunked(one * 64 + b"0;\r\n\r\n") == Reading("refused")


# Fails if a line is received to its end before its length counts.
@pytest.mark.parametrize("start", [b"", OK, OK + CHUNKED + b"\r\n", OK + CHUNKED + b"\r\n" + CHUNK + b"0\r\n"])
def test_a_line_without_an_end_is_not_received_for_ever(start: bytes) -> None:
    received = Pieces([start, *[b"H" * 10_000] * 1000])
    file = io.BufferedReader(received, BUFFER_SIZE)
    with pytest.raises((ResponseError, http.client.BadStatusLine)):
        Body(file, framing_of(read_head(file), "GET"), lambda _: None).read()
    assert received.left > 9_000_000


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (OK + b"X: " + b"y" * MAX_HEAD_SIZE, "the head of the response is too large: more than 65536 bytes"),
        (
            OK + CHUNKED + b"\r\n0\r\nX: " + b"y" * MAX_HEAD_SIZE,
            "the trailer section of the response is too large: more than 65536 bytes",
        ),
        (OK + CHUNKED + b"\r\n1;" + b"x" * 5000, "a chunk's size line is too large: more than 4096 bytes"),
        (
            OK + CHUNKED + b"\r\n" + (b"1;" + b"x" * 1023 + b"\r\n-\r\n") * 65,
            "the chunk extensions are too large: more than 65536 bytes",
        ),
        (OK + CHUNKED + b"\r\nx\r\n", "the response has a chunk whose size is no number"),
        (OK + CHUNKED + b"\r\n1\r\nab\r\n", "the response has a chunk that is longer than its size"),
        (OK + b"Transfer-Encoding: Xchunked\r\n\r\n", "the response has a transfer coding that was not requested"),
    ],
)
def test_an_error_says_what_is_wrong(data: bytes, words: str) -> None:
    file = io.BufferedReader(io.BytesIO(data))  # type: ignore[arg-type] # a raw file for this purpose
    with pytest.raises(ResponseError) as caught:
        Body(file, framing_of(read_head(file), "GET"), lambda _: None).read()
    assert str(caught.value) == words


# Fails if what has come waits for what has not: a break of the connection would lose it.
@pytest.mark.parametrize(
    ("framing", "pieces"),
    [
        (Framing(8, False, False), [b"abc", b"de", b"fgh"]),
        (Framing(None, True, False), [b"8\r\nabc", b"de", b"fgh\r\n0\r\n\r\n"]),
        (Framing(None, False, True), [b"abc", b"de", b"fgh"]),
    ],
)
@pytest.mark.parametrize(("amount", "reads"), [(None, [b"abc", b"de", b"fgh"]), (2, [b"ab", b"c", b"de", b"fg", b"h"])])
def test_read1_returns_what_one_receive_brings(
    framing: Framing, pieces: list[bytes], amount: int | None, reads: list[bytes]
) -> None:
    body = Body(io.BufferedReader(Pieces(pieces), BUFFER_SIZE), framing, lambda _: None)
    assert body.read1(0) == b""
    assert [body.read1(amount) for _ in reads] == reads
    assert body.read1(amount) == b""
    assert body.closed
    assert body.read1(amount) == b""


def test_read1_of_a_body_that_was_given_up_reads_no_more() -> None:
    body = Body(io.BufferedReader(io.BytesIO(CHUNK + LAST)), Framing(None, True, False), lambda _: None)  # type: ignore[arg-type]
    assert BODY.startswith(body.read1(3))
    body.close()
    assert body.read1() == b""


# Fails if a body of no bytes is waited for, of a connection that goes on.
def test_read1_of_a_body_of_no_bytes_receives_nothing() -> None:
    received = Pieces([b"the next response"])
    body = Body(io.BufferedReader(received, BUFFER_SIZE), Framing(0, False, False), lambda _: None)
    assert body.read1() == b""
    assert body.closed
    assert received.left == len(b"the next response")


# Fails if interim responses are read for ever.
def test_a_hundred_interim_responses_are_skipped_and_no_more() -> None:
    interim, last = b"HTTP/1.1 102 Processing\r\n\r\n", OK + LENGTH + b"\r\n" + BODY
    assert ours(interim * 100 + last).body == BODY
    assert ours(interim * 101 + last) == Reading("refused")


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        ("A: 1\r\nB: 2\r\n\r\n", [("A", "1"), ("B", "2")]),
        ("A: 1\nB:2\n\n", [("A", "1"), ("B", "2")]),
        ("A: 1\r\na: 2\r\n\r\n", [("A", "1"), ("a", "2")]),
        ("A: 1 \r\n\t 2\r\nB: 3\r\n\r\n", [("A", "1 2"), ("B", "3")]),
        ("A: 1\r\n \r\n 2 \r\n\r\n", [("A", "1  2")]),
        ("A: \xe4\t\r\n\r\n", [("A", "\xe4")]),
        ("A:\r\n\r\n", [("A", "")]),
        ("\r\n", []),
    ],
)
def test_fields_are_read_in_every_form(lines: str, fields: list[tuple[str, str]]) -> None:
    assert parse_fields(lines) == fields


# Fails if a pattern takes a time that grows faster than the head.
@pytest.mark.parametrize(
    "line",
    [
        "A: x" + " " * 60_000 + "y\r\n z",
        "A:" + " " * 60_000 + "\0",
        "A:" + "\t" * 60_000 + "\r",
        "A" * 60_000,
        "A: " + "\r" * 60_000,
        "A: " + " \r\n" * 20_000,
        "A: x" + "\r\n " * 20_000 + "\0",
        "\n" * 60_000,
    ],
)
def test_no_line_costs_more_than_its_length(line: str) -> None:
    started = time.process_time()
    for _ in range(3):
        with contextlib.suppress(ResponseError):
            parse_fields(f"{line}\r\n\r\n")
    assert time.process_time() - started < 5  # some milliseconds, where a square would take half a minute


def test_a_head_is_a_plain_value() -> None:
    head = parse_head(b"HTTP/1.0 404  Not\tFound \r\nA: b\r\n\r\n")
    assert head == Head(10, 404, "Not\tFound", HTTPHeaderDict({"A": "b"}))
    assert framing_of(head, "GET") == Framing(None, False, True)
    assert framing_of(head, "HEAD") == Framing(0, False, True)


# Fails if what follows the head is taken with it.
@pytest.mark.parametrize("piece", [1, BUFFER_SIZE])
def test_what_follows_a_head_is_left(piece: int) -> None:
    data = OK + LENGTH + b"\r\n" + BODY
    file = io.BufferedReader(Pieces(data[at : at + piece] for at in range(0, len(data), piece)), BUFFER_SIZE)
    assert read_head(file).status == 200
    assert file.read() == BODY


# Fails if a piece of a body is lost between two reads, or if its end is told of more than once, or never.
@pytest.mark.parametrize("framing", [Framing(8, False, False), Framing(None, True, False), Framing(None, False, True)])
def test_a_body_is_read_whole_and_in_pieces(framing: Framing) -> None:
    data = b"4\r\nabcd\r\n4\r\nefgh\r\n0\r\n\r\n" if framing.chunked else b"abcdefgh"

    def response() -> tuple[Body, list[bool]]:
        ended: list[bool] = []
        return Body(io.BufferedReader(io.BytesIO(data)), framing, ended.append), ended  # type: ignore[arg-type]

    for read in (
        lambda r: r.read(),
        lambda r: b"".join(iter(lambda: r.read(3), b"")),
        lambda r: b"".join(iter(lambda: r.read1(3), b"")),
        lambda r: r.read1() + r.read1() + r.read1(),
    ):
        body, ended = response()
        assert read(body) == b"abcdefgh"
        assert body.closed
        body.close()
        assert ended == [True]
        assert body.read() == body.read1() == b""
    body, ended = response()
    assert body.read(3) == b"abc"
    assert body.length_remaining == (5 if framing.length else None)
    body.close()
    assert body.closed
    assert ended == [False]
    assert body.read() == b""


# Fails if a connection goes back to the pool with the rest of a broken body before it, or a body is not given up.
@pytest.mark.parametrize("framing", [Framing(9, False, False), Framing(None, True, False)])
def test_an_error_gives_a_body_up(framing: Framing) -> None:
    for read in (Body.read, Body.read1):
        ended: list[bool] = []
        body = Body(io.BufferedReader(io.BytesIO(b"8\r\nabcd")), framing, ended.append)  # type: ignore[arg-type]
        with pytest.raises(IncompleteRead):
            read(body, 4) + read(body, 4) + read(body, 4)
        assert body.closed
        assert ended == [False]
