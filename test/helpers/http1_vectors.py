"""Responses in every form that RFC 9112 allows or forbids, with what is to become of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

BODY = b'{"tools": ["get_weather"], "count": 1}'
OK = b"HTTP/1.1 200 OK\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CHUNK = b"%x\r\n%s\r\n" % (len(BODY), BODY)
LAST = b"0\r\n\r\n"


class Verdict(Enum):
    """What becomes of a response that ends with its connection."""

    KEPT = "read, and the connection is used again"
    CLOSED = "read, and the connection is not used again"
    EMPTY = "read, without a body, and the connection is used again"
    EMPTY_CLOSED = "read, without a body, and the connection is not used again"
    REFUSED = "refused, and not tried again"
    BROKEN = "refused, and tried again"
    NO_STATUS = "no status line, and tried again"
    SHORT = "ended early, and tried again"


@dataclass(frozen=True)
class Vector:
    """A response and its verdict."""

    name: str
    data: bytes
    verdict: Verdict
    method: str = "GET"


KEPT, CLOSED, EMPTY, EMPTY_CLOSED, REFUSED, BROKEN, NO_STATUS, SHORT = Verdict

# The line before the line end; a good head and body follow.
_STATUS_LINES: dict[str, tuple[bytes, Verdict]] = {
    "plain": (b"HTTP/1.1 200 OK", KEPT),
    "HTTP/1.0": (b"HTTP/1.0 200 OK", CLOSED),
    "no reason": (b"HTTP/1.1 200 ", KEPT),
    "no reason and no blank": (b"HTTP/1.1 200", KEPT),
    "two blanks before the reason": (b"HTTP/1.1 200  OK", KEPT),
    "blanks for a reason": (b"HTTP/1.1 200 \t ", KEPT),
    "a reason of many words": (b"HTTP/1.1 200 all is\twell: (really)", KEPT),
    "a reason in UTF-8": (b"HTTP/1.1 200 \xd0\x9e\xd0\x9a", KEPT),
    "a reason in Latin-1": (b"HTTP/1.1 200 d\xe9j\xe0 vu", KEPT),
    "a reason with a control character": (b"HTTP/1.1 200 O\x1bK", KEPT),
    "a status that nobody knows": (b"HTTP/1.1 299 Own", KEPT),
    "a reason with NUL": (b"HTTP/1.1 200 O\x00K", NO_STATUS),
    "a bare CR in the reason": (b"HTTP/1.1 200 O\rK", NO_STATUS),
    "a bare CR before a field": (b"HTTP/1.1 200 OK\rX: y", NO_STATUS),
    "two CR": (b"HTTP/1.1 200 OK\r", NO_STATUS),
    "a vertical tab in the reason": (b"HTTP/1.1 200 O\x0bK", NO_STATUS),
    "a form feed in the reason": (b"HTTP/1.1 200 O\x0cK", NO_STATUS),
    "HTTP/0.9": (b"HTTP/0.9 200 OK", NO_STATUS),
    "HTTP/1.2": (b"HTTP/1.2 200 OK", NO_STATUS),
    "HTTP/1.10": (b"HTTP/1.10 200 OK", NO_STATUS),
    "HTTP/1.01": (b"HTTP/1.01 200 OK", NO_STATUS),
    "HTTP/01.1": (b"HTTP/01.1 200 OK", NO_STATUS),
    "HTTP/11.1": (b"HTTP/11.1 200 OK", NO_STATUS),
    "HTTP/2": (b"HTTP/2 200 OK", NO_STATUS),
    "HTTP/2.0": (b"HTTP/2.0 200 OK", NO_STATUS),
    "HTTP/5.6": (b"HTTP/5.6 200 OK", NO_STATUS),
    "HTTP/1,1": (b"HTTP/1,1 200 OK", NO_STATUS),
    "small letters": (b"http/1.1 200 OK", NO_STATUS),
    "a letter missing": (b"HTP/1.1 200 OK", NO_STATUS),
    "another letter": (b"HTTPER/1.1 200 OK", NO_STATUS),
    "RTSP": (b"RTSP/1.1 200 OK", NO_STATUS),
    "ICY": (b"ICY 200 OK", NO_STATUS),
    "a blank first": (b" HTTP/1.1 200 OK", NO_STATUS),
    "a CR first": (b"\rHTTP/1.1 200 OK", NO_STATUS),
    "an empty line first": (b"\r\nHTTP/1.1 200 OK", NO_STATUS),
    "an empty line in LF first": (b"\nHTTP/1.1 200 OK", NO_STATUS),
    "a byte-order mark first": (b"\xef\xbb\xbfHTTP/1.1 200 OK", NO_STATUS),
    "two blanks before the status": (b"HTTP/1.1  200 OK", NO_STATUS),
    "a tab before the status": (b"HTTP/1.1\t200 OK", NO_STATUS),
    "a tab after the status": (b"HTTP/1.1 200\tOK", NO_STATUS),
    "no blank after the status": (b"HTTP/1.1 200OK", NO_STATUS),
    "one digit": (b"HTTP/1.1 2 OK", NO_STATUS),
    "two digits": (b"HTTP/1.1 99 OK", NO_STATUS),
    "four digits": (b"HTTP/1.1 2000 OK", NO_STATUS),
    "below 100": (b"HTTP/1.1 020 OK", NO_STATUS),
    "a sign": (b"HTTP/1.1 +20 OK", NO_STATUS),
    "letters": (b"HTTP/1.1 abc OK", NO_STATUS),
    "another script's digits": ("HTTP/1.1 20\u0660 OK".encode(), NO_STATUS),
    "a superscript in Latin-1": (b"HTTP/1.1 20\xb2 OK", NO_STATUS),
    "no status": (b"HTTP/1.1", NO_STATUS),
    "no status but a blank": (b"HTTP/1.1 ", NO_STATUS),
    "a request line": (b"GET / HTTP/1.1", NO_STATUS),
    "a field": (b"Server: x", NO_STATUS),
}

# The line before its line end; it stands before the length, which a lenient reader may lose.
_FIELD_LINES: dict[str, tuple[bytes, Verdict]] = {
    "plain": (b"X: y", KEPT),
    "no blank": (b"X:y", KEPT),
    "a tab": (b"X:\ty", KEPT),
    "blanks around the value": (b"X: \t y \t ", KEPT),
    "no value": (b"X:", KEPT),
    "blanks for a value": (b"X: \t \t ", KEPT),
    "one letter after the other": (b"X: a a a a a ", KEPT),
    "colons in the value": (b"X: a:b::", KEPT),
    "every character of a token": (b"!#$%&'*+-.^_`|~09AZaz: y", KEPT),
    "digits for a name": (b"1: y", KEPT),
    "underscores": (b"X_Y_: z", KEPT),
    "UTF-8": (b"X: \xd1\x82\xd0\xb5\xd1\x81\xd1\x82", KEPT),
    "Latin-1": (b"X: \xa0\x85\xff", KEPT),
    "a quoted string": (b'X: "a, \\"b"', KEPT),
    "a control character": (b"X: a\x01b", KEPT),
    "an escape": (b"X: a\x1b[31mb", KEPT),
    "DEL": (b"X: a\x7fb", KEPT),
    "twice": (b"X: y\r\nx: z", KEPT),
    "an end in LF": (b"X: y\nY: z", KEPT),
    "a line that goes on": (b"X: y\r\n z", KEPT),
    "a line that goes on after a tab": (b"X: y\r\n\tz", KEPT),
    "a line that goes on after many blanks": (b"X: y \t \r\n \t \t z", KEPT),
    "a line that goes on in a third": (b"X: y\r\n z\r\n w: 1", KEPT),
    "a line that goes on after LF": (b"X: y\n z", KEPT),
    "a value in the second line alone": (b"X:\r\n y", KEPT),
    "a second line of blanks": (b"X: y\r\n \t ", KEPT),
    "a colon in the second line": (b"X: y\r\n Content-Length: 1", KEPT),
    "a line that goes on before any": (b" X: y", REFUSED),
    "a tab before any": (b"\tX: y", REFUSED),
    "blanks before any": (b" ", REFUSED),
    "a blank before the colon": (b"X : y", REFUSED),
    "a tab before the colon": (b"X\t: y", REFUSED),
    "a blank in the name": (b"X Y: z", REFUSED),
    "no colon": (b"X", REFUSED),
    "no colon but a blank": (b"X y", REFUSED),
    "an equals sign": (b"X=y", REFUSED),
    "no name": (b": y", REFUSED),
    "a colon alone": (b":", REFUSED),
    "NUL in the name": (b"X\x00: y", REFUSED),
    "NUL in the value": (b"X: y\x00z", REFUSED),
    "NUL at the end": (b"X: y\x00", REFUSED),
    "NUL in a second line": (b"X: y\r\n z\x00", REFUSED),
    "a bare CR": (b"X: y\rRetry-After: 5", REFUSED),
    "a bare CR in the name": (b"X\rY: z", REFUSED),
    "a bare CR first": (b"\rX: y", REFUSED),
    "a bare CR after the colon": (b"X:\ry", REFUSED),
    "two CR at the end": (b"X: y\r", REFUSED),
    "a bare CR before a second line": (b"X: y\r z", REFUSED),
    "a bare CR in a second line": (b"X: y\r\n z\rw", REFUSED),
    "a vertical tab": (b"X: a\x0bb", REFUSED),
    "a form feed": (b"X: a\x0cb", REFUSED),
    "a control character in the name": (b"X\x01: y", REFUSED),
    "DEL in the name": (b"X\x7f: y", REFUSED),
    "a letter outside ASCII in the name": (b"X\xef: y", REFUSED),
    "UTF-8 in the name": ("Content-Length\u200b: 1".encode(), REFUSED),
    "a status line": (b"HTTP/1.1 200 OK", REFUSED),
    **{f"{chr(mark)!r} in the name": (b"X%cY: z" % mark, REFUSED) for mark in b'"(),/;<=>?@[\\]{}'},
}

# The value of Content-Length, or field lines; the body follows.
_SIZE = b"%d" % len(BODY)
_LENGTHS: dict[str, tuple[bytes, Verdict]] = {
    "small letters": (b"content-length: " + _SIZE, KEPT),
    "no blank": (b"Content-Length:" + _SIZE, KEPT),
    "tabs around": (b"Content-Length:\t" + _SIZE + b"\t", KEPT),
    "a zero before": (b"Content-Length: 0" + _SIZE, KEPT),
    "in a second line": (b"Content-Length:\r\n " + _SIZE, KEPT),
    "twice": (b"Content-Length: " + _SIZE + b"\r\nContent-Length: " + _SIZE, KEPT),
    "twice in a line": (b"Content-Length: " + _SIZE + b", " + _SIZE, KEPT),
    "three times in a line": (b"Content-Length: " + b" ,\t".join([_SIZE] * 3), KEPT),
    "another field with such a name": (b"Content-Length-X: 1\r\nContent-Length: " + _SIZE, KEPT),
    "none": (b"X: y", CLOSED),
    "one too large": (b"Content-Length: %d" % (len(BODY) + 1), SHORT),
    "20 digits": (b"Content-Length: " + b"9" * 20, SHORT),
    "21 digits": (b"Content-Length: " + b"9" * 21, REFUSED),
    "5,000 digits": (b"Content-Length: " + b"9" * 5000, REFUSED),
    "no value": (b"Content-Length:", REFUSED),
    "a comma": (b"Content-Length: ,", REFUSED),
    "a comma after": (b"Content-Length: " + _SIZE + b",", REFUSED),
    "two": (b"Content-Length: " + _SIZE + b"\r\nContent-Length: 2", REFUSED),
    "two in a line": (b"Content-Length: 2, " + _SIZE, REFUSED),
    "two that differ by a zero": (b"Content-Length: 0" + _SIZE + b", " + _SIZE, REFUSED),
    "two without a comma": (b"Content-Length: " + _SIZE + b" " + _SIZE, REFUSED),
    "a sign": (b"Content-Length: +" + _SIZE, REFUSED),
    "below zero": (b"Content-Length: -1", REFUSED),
    "hexadecimal": (b"Content-Length: 0x1c", REFUSED),
    "Python's own form": (b"Content-Length: 3_8", REFUSED),
    "a fraction": (b"Content-Length: 38.0", REFUSED),
    "letters": (b"Content-Length: many", REFUSED),
    "quotation marks": (b'Content-Length: "38"', REFUSED),
    "a superscript": (b"Content-Length: 3\xb2", REFUSED),
    "letters beside a good one": (b"Content-Length: " + _SIZE + b"\r\nContent-Length: x", REFUSED),
}

# Field lines; the body in chunks follows.
_CODINGS: dict[str, tuple[bytes, Verdict]] = {
    "chunked": (b"Transfer-Encoding: chunked", KEPT),
    "capital letters": (b"TRANSFER-ENCODING: CHUNKED", KEPT),
    "mixed letters": (b"transfer-Encoding: Chunked", KEPT),
    "a blank after": (b"Transfer-Encoding: chunked ", KEPT),
    "a tab after": (b"Transfer-Encoding: chunked\t", KEPT),
    "blanks before": (b"Transfer-Encoding: \t chunked", KEPT),
    "in a second line": (b"Transfer-Encoding:\r\n chunked", KEPT),
    "an empty member before": (b"Transfer-Encoding: , chunked", KEPT),
    "an empty member after": (b"Transfer-Encoding: chunked ,", KEPT),
    "an empty field beside": (b"Transfer-Encoding:\r\nTransfer-Encoding: chunked", KEPT),
    "with a length": (LENGTH + b"Transfer-Encoding: chunked", CLOSED),
    "with a length that follows": (b"Transfer-Encoding: chunked\r\nContent-Length: 3", CLOSED),
    "with a length that is none": (b"Transfer-Encoding: chunked\r\nContent-Length: x", REFUSED),
    "nothing": (b"Transfer-Encoding:", REFUSED),
    "a comma": (b"Transfer-Encoding: ,", REFUSED),
    "chunked twice": (b"Transfer-Encoding: chunked, chunked", REFUSED),
    "chunked in two fields": (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", REFUSED),
    "identity": (b"Transfer-Encoding: identity", REFUSED),
    "identity with a length": (LENGTH + b"Transfer-Encoding: identity", REFUSED),
    "identity beside chunked": (b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", REFUSED),
    "chunked before identity": (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", REFUSED),
    "gzip": (b"Transfer-Encoding: gzip", REFUSED),
    "gzip before chunked": (b"Transfer-Encoding: gzip, chunked", REFUSED),
    "chunked before gzip": (b"Transfer-Encoding: chunked, gzip", REFUSED),
    "an unknown one": (b"Transfer-Encoding: cow", REFUSED),
    "chunked within another": (b"Transfer-Encoding: notchunked", REFUSED),
    "chunked twice without a comma": (b"Transfer-Encoding: chunkedchunked", REFUSED),
    "chunked and a word": (b"Transfer-Encoding: chunked abc", REFUSED),
    "a word in a second line": (b"Transfer-Encoding: chunked\r\n  abc", REFUSED),
    "a parameter": (b"Transfer-Encoding: chunked;q=1", REFUSED),
    "quotation marks": (b'Transfer-Encoding: "chunked"', REFUSED),
    "a semicolon for a comma": (b"Transfer-Encoding: gzip; chunked", REFUSED),
    "a vertical tab after": (b"Transfer-Encoding: chunked\x0b", REFUSED),
    "NUL after": (b"Transfer-Encoding: chunked\x00", REFUSED),
    "a no-break space after": (b"Transfer-Encoding: chunked\xa0", REFUSED),
    "a letter outside ASCII": ("Transfer-Encoding: chun\u212aed".encode(), REFUSED),
    "a blank before the colon": (b"Transfer-Encoding : chunked", REFUSED),
}

# What follows a head with chunks.
_CHUNKS: dict[str, tuple[bytes, Verdict]] = {
    "one": (CHUNK + LAST, KEPT),
    "many": (b"".join(b"1\r\n%c\r\n" % byte for byte in BODY) + LAST, KEPT),
    "a size in capital letters": (CHUNK.replace(b"26", b"0000000026", 1).upper()[:12] + CHUNK[4:] + LAST, KEPT),
    "zeros before the size": (b"000" + CHUNK + LAST, KEPT),
    "a size of 20 digits": (b"0" * 18 + CHUNK + LAST, KEPT),
    "a size of 21 digits": (b"0" * 19 + CHUNK + LAST, BROKEN),
    "many zeros for the last": (CHUNK + b"000\r\n\r\n", KEPT),
    "blanks after the size": (CHUNK.replace(b"\r\n", b" \t \r\n", 1) + LAST, KEPT),
    "a blank after the last size": (CHUNK + b"0 \r\n\r\n", KEPT),
    "an extension": (CHUNK.replace(b"\r\n", b";a\r\n", 1) + LAST, KEPT),
    "an extension with a value": (CHUNK.replace(b"\r\n", b";a=b\r\n", 1) + LAST, KEPT),
    "an extension with blanks": (CHUNK.replace(b"\r\n", b" ; a = b ; c\r\n", 1) + LAST, KEPT),
    "an extension in quotation marks": (CHUNK.replace(b"\r\n", b';a="b; c\\"=d";e\r\n', 1) + LAST, KEPT),
    "an extension of the last": (CHUNK + b"0;a=b\r\n\r\n", KEPT),
    "an extension in UTF-8": (CHUNK.replace(b"\r\n", b';a="\xd1\x82"\r\n', 1) + LAST, KEPT),
    "a semicolon and no extension": (CHUNK.replace(b"\r\n", b";\r\n", 1) + LAST, KEPT),
    "a bare CR in an extension": (CHUNK.replace(b"\r\n", b";a\rb\r\n", 1) + LAST, BROKEN),
    "NUL in an extension": (CHUNK.replace(b"\r\n", b";a\x00\r\n", 1) + LAST, BROKEN),
    "a control character in an extension": (CHUNK.replace(b"\r\n", b";a\x1b\r\n", 1) + LAST, BROKEN),
    "an extension that ends in LF": (CHUNK.replace(b"\r\n", b";a\n", 1) + LAST, BROKEN),
    "an extension without a semicolon": (CHUNK.replace(b"\r\n", b" a=b\r\n", 1) + LAST, BROKEN),
    "a size and 0x": (b"0x" + CHUNK + LAST, BROKEN),
    "a size and 0X": (b"0X" + CHUNK + LAST, BROKEN),
    "a size with a plus": (b"+" + CHUNK + LAST, BROKEN),
    "a size with a minus": (b"-" + CHUNK + LAST, BROKEN),
    "a size of minus zero": (CHUNK + b"-0\r\n\r\n", BROKEN),
    "a size in Python's own form": (CHUNK.replace(b"26", b"2_6", 1) + LAST, BROKEN),
    "a blank before the size": (b" " + CHUNK + LAST, BROKEN),
    "a tab before the size": (b"\t" + CHUNK + LAST, BROKEN),
    "a blank within the size": (b"0 " + CHUNK + LAST, BROKEN),
    "a size in quotation marks": (CHUNK.replace(b"26", b'"26"', 1) + LAST, BROKEN),
    "a size with NUL": (CHUNK.replace(b"\r\n", b"\x00\r\n", 1) + LAST, BROKEN),
    "a size with a letter": (CHUNK.replace(b"26", b"26h", 1) + LAST, BROKEN),
    "a size with a vertical tab": (CHUNK.replace(b"26", b"26\x0b", 1) + LAST, BROKEN),
    "a size in another script": ("\uff12\uff16\r\n".encode() + BODY + b"\r\n" + LAST, BROKEN),
    "no size": (b"\r\n" + BODY + b"\r\n" + LAST, BROKEN),
    "a size that ends in LF": (CHUNK.replace(b"\r\n", b"\n", 1) + LAST, BROKEN),
    "a last size that ends in LF": (CHUNK + b"0\n\r\n", BROKEN),
    "a size that ends in CR": (CHUNK.replace(b"\r\n", b"\r", 1) + LAST, BROKEN),
    "data that ends in LF": (CHUNK[:-2] + b"\n" + LAST, BROKEN),
    "data that ends in CR": (CHUNK[:-2] + b"\r" + LAST, BROKEN),
    "data that ends in LF and CR": (CHUNK[:-2] + b"\n\r" + LAST, BROKEN),
    "data that does not end": (CHUNK[:-2] + LAST, BROKEN),
    "data and two other bytes": (CHUNK[:-2] + b"__" + LAST, BROKEN),
    "data and a CR with another byte": (CHUNK[:-2] + b"\r_" + LAST, BROKEN),
    "data longer than its size": (b"5\r\n" + BODY + b"\r\n" + LAST, BROKEN),
    "data shorter than its size": (b"%x\r\n%s\r\n" % (len(BODY) + 1, BODY) + LAST, BROKEN),
    "no chunks": (BODY, SHORT),
    "no last chunk": (CHUNK, SHORT),
    "nothing": (b"", SHORT),
    "no end after the last": (CHUNK + b"0\r\n", SHORT),
    "half an end after the last": (CHUNK + b"0\r\n\r", SHORT),
    "a size cut off": (CHUNK + b"1", SHORT),
    "a size of 20 digits and no data": (b"f" * 20 + b"\r\n", SHORT),
    "an empty line in LF": (CHUNK + b"0\r\n\n", KEPT),
    "a trailer": (CHUNK + b"0\r\nX: y\r\n\r\n", KEPT),
    "trailers": (CHUNK + b"0\r\nX: y\r\nX: z\r\n\r\n", KEPT),
    "a trailer that goes on": (CHUNK + b"0\r\nX: y\r\n z\r\n\r\n", KEPT),
    "a trailer that ends in LF": (CHUNK + b"0\r\nX: y\n\n", KEPT),
    "a trailer that frames": (CHUNK + b"0\r\nContent-Length: 1\r\nTransfer-Encoding: x\r\n\r\n", KEPT),
    "a trailer that closes": (CHUNK + b"0\r\nConnection: close\r\n\r\n", KEPT),
    "a trailer without a colon": (CHUNK + b"0\r\nnonsense\r\n\r\n", REFUSED),
    "a trailer with a blank before the colon": (CHUNK + b"0\r\nX : y\r\n\r\n", REFUSED),
    "a trailer with NUL": (CHUNK + b"0\r\nX: \x00\r\n\r\n", REFUSED),
    "a trailer with a bare CR": (CHUNK + b"0\r\nX: y\rZ: w\r\n\r\n", REFUSED),
    "a trailer that goes on before any": (CHUNK + b"0\r\n X: y\r\n\r\n", REFUSED),
    "a stray byte before the end": (CHUNK + b"0\r\n_\r\n\r\n", REFUSED),
    "a trailer cut off": (CHUNK + b"0\r\nX: y\r\n", SHORT),
}

# Field lines beside the length.
_CONNECTIONS: dict[str, tuple[bytes, Verdict]] = {
    "close": (b"Connection: close", CLOSED),
    "Close": (b"connection: Close", CLOSED),
    "close and others": (b"Connection: a, CLOSE ,b", CLOSED),
    "close in a second field": (b"Connection: keep-alive\r\nConnection: close", CLOSED),
    "close before keep-alive": (b"Connection: close, keep-alive", CLOSED),
    "close after an empty member": (b"Connection: ,close", CLOSED),
    "close in a second line": (b"Connection: a,\r\n close", CLOSED),
    "keep-alive": (b"Connection: keep-alive", KEPT),
    "disclose": (b"Connection: disclose", KEPT),
    "closed": (b"Connection: closed", KEPT),
    "close with a parameter": (b"Connection: close;x", KEPT),
    "close in quotation marks": (b'Connection: "close"', KEPT),
    "no value": (b"Connection:", KEPT),
    "the proxy's": (b"Proxy-Connection: close", KEPT),
    "an upgrade": (b"Connection: Upgrade\r\nUpgrade: h2c", KEPT),
}
_OLD_CONNECTIONS: dict[str, tuple[bytes, Verdict]] = {
    "keep-alive": (b"Connection: Keep-Alive", KEPT),
    "keep-alive and others": (b"Connection: a, keep-alive", KEPT),
    "keep-alive and close": (b"Connection: keep-alive, close", CLOSED),
    "keep-alives": (b"Connection: keep-alives", CLOSED),
    "not-keep-alive": (b"Connection: not-keep-alive", CLOSED),
    "none": (b"X: y", CLOSED),
}

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_GOOD = OK + LENGTH + b"\r\n" + BODY
_WHOLE: dict[str, tuple[bytes, Verdict]] = {
    "100": (_CONTINUE + _GOOD, KEPT),
    "100 with fields": (b"HTTP/1.1 100 Continue\r\nX: y\r\nContent-Length: 9\r\n\r\n" + _GOOD, KEPT),
    "100 with chunks": (b"HTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\n" + _GOOD, KEPT),
    "103 that closes": (b"HTTP/1.1 103 Early Hints\r\nConnection: close\r\n\r\n" + _GOOD, KEPT),
    "102 and 199": (b"HTTP/1.1 102 A\r\n\r\nHTTP/1.1 199 B\r\n\r\n" + _GOOD, KEPT),
    "100 in LF": (b"HTTP/1.1 100 Continue\n\n" + _GOOD, KEPT),
    "100 and no more": (_CONTINUE, SHORT),
    "100 and half a head": (_CONTINUE + OK, SHORT),
    "100 with a malformed field": (b"HTTP/1.1 100 Continue\r\nX : y\r\n\r\n" + _GOOD, REFUSED),
    "100 with a body": (b"HTTP/1.1 100 Continue\r\nContent-Length: 2\r\n\r\nhi" + _GOOD, NO_STATUS),
    "101": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n" + _GOOD, REFUSED),
    "101 after 100": (_CONTINUE + b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + _GOOD, REFUSED),
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", EMPTY),
    "204 with a length": (b"HTTP/1.1 204 No Content\r\n" + LENGTH + b"\r\n", EMPTY_CLOSED),
    "204 with a length of 0": (b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", EMPTY),
    "204 with chunks": (b"HTTP/1.1 204 No Content\r\n" + CHUNKED + b"\r\n", EMPTY_CLOSED),
    "204 that closes": (b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", EMPTY_CLOSED),
    "205 with a length of 0": (b"HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n", EMPTY),
    "304 with a length": (b"HTTP/1.1 304 Not Modified\r\n" + LENGTH + b"\r\n", EMPTY),
    "304 with chunks": (b"HTTP/1.1 304 Not Modified\r\n" + CHUNKED + b"\r\n", EMPTY),
    "200 with a length of 0": (OK + b"Content-Length: 0\r\n\r\n", EMPTY),
    "200 with no chunks but the last": (OK + CHUNKED + b"\r\n" + LAST, EMPTY),
    "until the end": (OK + b"\r\n" + BODY, CLOSED),
    "until the end on HTTP/1.0": (b"HTTP/1.0 200 OK\r\n\r\n" + BODY, CLOSED),
    "until the end with keep-alive": (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n" + BODY, CLOSED),
    "chunks on HTTP/1.0": (b"HTTP/1.0 200 OK\r\n" + CHUNKED + b"\r\n" + CHUNK + LAST, CLOSED),
    "chunks on HTTP/1.0 with keep-alive": (
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + CHUNKED + b"\r\n" + CHUNK + LAST,
        CLOSED,
    ),
    "nothing but LF": (b"HTTP/1.1 200 OK\nX: y\n" + LENGTH.replace(b"\r", b"") + b"\n" + BODY, KEPT),
    "LF before the last CRLF": (b"HTTP/1.1 200 OK\r\n" + LENGTH.replace(b"\r", b"") + b"\r\n" + BODY, KEPT),
    "LF for the last line end": (OK + LENGTH + b"\n" + BODY, KEPT),
    "a hundred fields": (OK + b"X: y\r\n" * 99 + LENGTH + b"\r\n" + BODY, KEPT),
    "101 fields": (OK + b"X: y\r\n" * 100 + LENGTH + b"\r\n" + BODY, REFUSED),
    "a status line alone": (OK, SHORT),
    "half a field": (OK + b"Content-Le", SHORT),
    "a head without its last line end": (OK + LENGTH, SHORT),
    "a head without its last LF": (OK + LENGTH + b"\r", SHORT),
    "half a status line": (b"HTTP/1.1 2", NO_STATUS),
    "an error": (b"HTTP/1.1 299 A\r\n" + LENGTH + b"\r\n" + BODY, KEPT),
}


def _vectors() -> Iterator[Vector]:
    for name, (line, verdict) in _STATUS_LINES.items():
        yield Vector(f"status line, {name}", line + b"\r\n" + LENGTH + b"\r\n" + BODY, verdict)
    for name, (line, verdict) in _FIELD_LINES.items():
        yield Vector(f"field line, {name}", OK + line + b"\r\n" + LENGTH + b"\r\n" + BODY, verdict)
    for name, (lines, verdict) in _LENGTHS.items():
        yield Vector(f"length, {name}", OK + lines + b"\r\n\r\n" + BODY, verdict)
    for name, (lines, verdict) in _CODINGS.items():
        yield Vector(f"coding, {name}", OK + lines + b"\r\n\r\n" + CHUNK + LAST, verdict)
    for name, (data, verdict) in _CHUNKS.items():
        yield Vector(f"chunks, {name}", OK + CHUNKED + b"\r\n" + data, verdict)
    for name, (lines, verdict) in _CONNECTIONS.items():
        yield Vector(f"connection, {name}", OK + lines + b"\r\n" + LENGTH + b"\r\n" + BODY, verdict)
    for name, (lines, verdict) in _OLD_CONNECTIONS.items():
        data = b"HTTP/1.0 200 OK\r\n" + lines + b"\r\n" + LENGTH + b"\r\n" + BODY
        yield Vector(f"connection of HTTP/1.0, {name}", data, verdict)
    for name, (data, verdict) in _WHOLE.items():
        yield Vector(f"whole, {name}", data, verdict)
    for name, lines in {"a length": LENGTH, "chunks": CHUNKED, "neither": b"X: y\r\n"}.items():
        yield Vector(f"HEAD, {name}", OK + lines + b"\r\n", EMPTY, "HEAD")


VECTORS = {vector.name: vector for vector in _vectors()}
