"""How the body of a response is read: in pieces, decoded, and within a limit of size."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from functools import cache, partial

import urllib3

from quantcdn._transport.errors import UnusableBodyError

PIECE_SIZE = 65_536
LARGEST_KEPT = 16_777_216


def is_plain(raw: urllib3.BaseHTTPResponse) -> bool:
    """Say whether a body needs no decoding."""
    return "content-encoding" not in raw.headers or _encoding(raw) in ("", "identity")


def _encoding(raw: urllib3.BaseHTTPResponse) -> str:
    return raw.headers.get("content-encoding", "").strip().lower()


def too_large(limit: int) -> UnusableBodyError:
    """Make the error for a body beyond its limit."""
    return UnusableBodyError(f"the body is larger than the limit of {limit} bytes")


def decoded(raw: urllib3.BaseHTTPResponse, limit: int, *, allow_gzip: bool) -> Iterator[bytes]:
    """Yield a body, decoded, and refuse what is beyond the limit."""
    encoding = _encoding(raw)
    if is_plain(raw):
        # Of urllib3's response in Pyodide, read returns what has come, and read1 is not implemented.
        has_read1 = type(raw).read1 is not urllib3.BaseHTTPResponse.read1
        pieces = iter(partial(raw.read1, PIECE_SIZE), b"") if has_read1 and not allow_gzip else _received_pieces(raw)
    elif allow_gzip and encoding in ("gzip", "x-gzip"):
        pieces = _gunzipped(_received_pieces(raw))
    else:
        known = re.fullmatch(r"[a-z, -]{1,20}", encoding)  # the rest of what a service can say here is shown nowhere
        raise UnusableBodyError(
            f"the body is encoded {f'as {encoding!r}' if known else 'oddly'}, which was not requested"
        )
    left = limit
    for piece in pieces:
        left -= len(piece)
        if left >= 0:
            yield piece
            continue
        if start := piece[:left]:  # an empty piece would pass for the end
            yield start
        raise too_large(limit)


def _received_pieces(raw: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    while piece := raw.read(PIECE_SIZE):
        yield piece


def _gunzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Decode gzip (RFC 1952) so that no step yields more than a piece, however far it expands."""
    decoder = zlib.decompressobj(wbits=31)
    started = False
    for piece in pieces:
        started = True
        waiting = piece
        while waiting or decoder.unconsumed_tail:
            if decoder.eof:  # another member follows
                decoder = zlib.decompressobj(wbits=31)
            try:
                decoded_piece = decoder.decompress(waiting, PIECE_SIZE)
            except zlib.error as error:
                raise UnusableBodyError("the compressed body is damaged") from error
            waiting = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
            if decoded_piece:
                yield decoded_piece
    if started and not decoder.eof:
        raise UnusableBodyError("the compressed body ends early")


@cache
def keep_memory(magnitude: int) -> None:
    """Let glibc keep the memory of large bodies and of their texts for those of later responses.

    It returns what is free beyond twice the largest block of up to 32 MiB that was ever freed. A body and the
    text in it are just above that, and getting their pages anew at each response costs several times the parsing.
    The block that is made and freed here, once for a magnitude, is larger than either. No page of it is touched,
    since ``bytes`` takes zeroed memory from the system.
    """
    bytes(min(5 << magnitude - 2, 2 * LARGEST_KEPT - 65_536))  # 1.25 times the largest size of that many bits
