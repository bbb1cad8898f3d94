"""Where fuzzing begins: responses in every form that was ever seen to hurt a client."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Iterator

from test.helpers.http1_vectors import VECTORS
from test.helpers.read_body import BODIES
from test.tools.fuzz.cases import ENDPOINTS, FETCHES, OTHERS, PLACE, ROUTES, Case, Step

TOKEN = "qc-7d1f3b9a5c2e8f4a6b0d"
PASSWORD = "pw-2c9e4f7a1b3d5e6f8a0c"
SIGNATURE = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
PROXY_AUTHORISATION = base64.b64encode(f"user:{PASSWORD}".encode()).decode()

LINK = b"http://" + PLACE + b"/file?X-Amz-Signature=" + SIGNATURE.encode()
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

VALUES: tuple[bytes, ...] = (
    *(b"null", b"true", b"-0", b"1e999", b"NaN", b"-Infinity", b"9" * 400, b"9" * 5000, b"0.1e-400", b"1e400000000"),
    *(b'""', b'"\\u0000"', b'"\\ud800"', b'"\\u202e\\u001b]52;c;aGk=\\u0007"', b'"\xff\xfe"', b'"\xed\xa0\x80"'),
    *(b"[]", b"{}", b"[[[]]]", b"[" * 2000 + b"]" * 2000, b'{"":' * 500 + b"1" + b"}" * 500, b"[1," * 60_000 + b"1]"),
    *(b'"2026-11-24T04:56:07Z"', b'"9999-12-31T23:59:59-23:59"', b"1795496167000", b'"Tue, 24 Nov 2026 04:56:07 GMT"'),
    *(
        b'"complete"',
        b'"FAILED"',
        b'"waiting_tools"',
        b'"' + b"x-amz-" * 16_666 + b'"',
        b'"' + b"http://" * 9000 + b'"',
    ),
    *(
        f'"{TOKEN}"'.encode(),
        b'"\\u0071' + TOKEN[1:].encode() + b'"',
        b'"' + LINK + b'"',
        b'"' + LINK.replace(b"/", b"\\/") + b'"',
        b'"a\\\\\\"b"',
    ),
    *(
        b'"data:image/png;base64,' + base64.b64encode(PNG) + b'"',
        b'"data:;base64,===="',
        b'"data:,' + b"%25" * 999 + b'"',
    ),
    b'"%s"' % ("\U0001f600" * 3000).encode(),
    *(b'"' + b"\\ud83d\\ude00" * 3000 + b'"', b'{"a":1,"a":2}', b'{"__class__":1,"model_config":{},"\\u001b[2J":1}'),
)
"""JSON in hostile forms."""

FIELDS: tuple[bytes, ...] = (
    *(b"Content-Length: 0", b"Content-Length: 38", b"Content-Length: 999999999999", b"Content-Length: 1, 2"),
    *(b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding: identity"),
    *(
        b"Content-Encoding: gzip",
        b"Content-Encoding: br",
        b"Content-Encoding: deflate",
        b"Content-Encoding: gzip, gzip",
    ),
    *(
        b"Connection: close",
        b"Connection: keep-alive",
        b"Connection: upgrade",
        b"Upgrade: h2c",
        b"Keep-Alive: timeout=1",
    ),
    *(b"Retry-After: 0", b"Retry-After: 999999999", b"Retry-After: -1", b"Retry-After: Tue, 24 Nov 2099 04:56:07 GMT"),
    *(
        b"Date: Tue, 24 Nov 2026 04:56:07 GMT",
        b"Date: 1",
        b"X-Request-Id: \x1b]0;hi\x07" + TOKEN.encode(),
        b"X : y",
        b" folded",
    ),
    *(
        b"Location: " + LINK,
        b"Location: //" + PLACE,
        b"Location: http://[::1]:1/",
        b"Location: file:///etc/passwd",
        b"Location: \\\\x",
    ),
    *(b"Set-Cookie: session=" + TOKEN.encode(), b"WWW-Authenticate: Bearer " + TOKEN.encode(), b"X: y\rRetry-After: 5"),
    *(
        b"Proxy-Authenticate: Basic " + PROXY_AUTHORISATION.encode(),
        b"X: " + b"a" * 65_000,
        b"\x00: \x00",
        b": x",
        b"X\xff: \xff",
    ),
    *(b"Content-Type: text/html", b"Content-Type: application/json; charset=utf-16", b"Content-Range: bytes 0-1/2"),
    *(b'ETag: "a"', b'ETag: W/"a"', b"Last-Modified: Tue, 24 Nov 2026 04:56:07 GMT", b"Content-Range: bytes 1-0/*"),
)
"""Header lines."""

STATUS_LINES: tuple[bytes, ...] = tuple(
    f"HTTP/1.{minor} {status} {reason}".encode()
    for minor, status, reason in (
        *(
            (1, 200, "OK"),
            (0, 200, "OK"),
            (1, 201, ""),
            (1, 204, "No"),
            (1, 206, "Part"),
            (1, 100, "Go"),
            (1, 101, "No"),
        ),
        *((1, 301, "Moved"), (1, 302, "Found"), (1, 304, "Same"), (1, 307, "Redo"), (1, 400, TOKEN), (1, 401, "Who")),
        *((1, 403, "No"), (1, 404, "Gone"), (1, 407, "Proxy"), (1, 408, "Late"), (1, 416, "Range"), (1, 429, "Slow")),
        *((1, 500, "Oh"), (1, 503, "Busy"), (1, 599, "Own"), (1, 999, "What"), (2, 200, "OK"), (1, 199, "Wait")),
    )
)


def response(body: bytes, *fields: bytes, status: bytes = b"HTTP/1.1 200 OK") -> bytes:
    """Write a response with the length of its body, unless the fields frame it."""
    framed = any(field.lower().startswith((b"content-length", b"transfer-encoding")) for field in fields)
    lines = [status, *fields, *(() if framed else (b"Content-Length: %d" % len(body),)), b"", b""]
    return b"\r\n".join(lines) + body


def chunked(body: bytes, size: int = 7) -> bytes:
    """Write a body in chunks."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def packed(body: bytes) -> bytes:
    """Pack a body as gzip, the same each time."""
    return gzip.compress(body, 6, mtime=0)


def seeds() -> Iterator[Case]:
    """Yield the first cases."""
    for vector in VECTORS.values():
        for ending in ("keep", "close"):
            yield Case((Step(vector.data, ending),))
    yield from _bodies()
    yield from _bombs()
    yield from _errors()
    yield from _files()


def _bodies() -> Iterator[Case]:
    """Yield every endpoint's body, with each of its values in a hostile form."""
    for call in ENDPOINTS:
        body = json.dumps(BODIES[call]).encode()
        for form in (response(body), response(packed(body), b"Content-Encoding: gzip")):
            yield Case((Step(form),), call)
        yield Case((Step(response(chunked(body), b"Transfer-Encoding: chunked"), slicing="thirds"),), call)
        for value in VALUES:
            yield Case((Step(response(value)),), call)
            for key, old in BODIES[call].items():
                changed = body.replace(json.dumps(old).encode(), value, 1)
                yield Case((Step(response(changed)),), call)
                yield Case((Step(response(changed, b"X-Key: " + key.encode()), slicing="bytes"),), call)
    for call in OTHERS[:3]:
        body = json.dumps(BODIES["get_ai_tool_execution_status"]).encode()
        yield Case((Step(response(body)),), call)
        yield Case((Step(response(b"{}", status=b"HTTP/1.1 503 Busy")), Step(response(body))), call)
        for value in VALUES:
            failed = body.replace(b'"complete"', b'"failed"', 1).replace(b'"none"', value, 1)
            yield Case((Step(response(failed)),), call)


def _bombs() -> Iterator[Case]:
    """Yield bodies that are small on the wire and large, or slow, behind it."""
    inner = (
        *(
            b"0" * 60_000_000,
            b'"' + b"a" * 16_000_000 + b'"',
            b"[" + b"1," * 500_000 + b"1]",
            b'{"tools":["' + b"a" * 900_000 + b'"],"count":1}',
        ),
        *(
            b'{"tools":[' + b'"",' * 300_000 + b'""],"count":1}',
            b"[" * 1_000_000,
            b'{"tools":[],"count":' + b"9" * 900_000 + b"}",
        ),
        *(
            b'{"tools":["' + b"\\u0041" * 150_000 + b'"],"count":1}',
            b'{"tools":["' + "\U0001f600".encode() * 200_000 + b'"]}',
        ),
        *(b'{"' + b"k" * 900_000 + b'":1}', b"{" + b",".join(b'"%d":%d' % (n, n) for n in range(99_900)) + b"}"),
        b'{"tools":[],"count":1' + b',"a":{"b":[1,2,3]}' * 9_000 + b"}",
        b'{"count":1,"tools":[' + b'{"toolSpec":{"a":1}},' * 33_000 + b"{}]}",
        b'{"count":1,"orgId":"a","executions":[' + b'{"a":1},' * 49_000 + b"{}]}",
    )
    for call in ("list_ai_tool_names", "get_ai_tool_execution_status", "list_ai_tools", "list_ai_tool_executions"):
        for body in inner:
            small = packed(body)
            yield Case((Step(response(small, b"Content-Encoding: gzip")),), call)
            yield Case((Step(response(small, b"Content-Encoding: gzip", status=b"HTTP/1.1 500 Oh")),), call)
            yield Case((Step(response(packed(small), b"Content-Encoding: gzip")),), call)
    good = packed(b'{"tools":[],"count":1}')
    for odd in (
        good[:-4],
        good[:10],
        good + b"x",
        good + good,
        b"",
        zlib.compress(b"{}"),
        good[:5] + b"\xff" + good[6:],
    ):
        yield Case((Step(response(odd, b"Content-Encoding: gzip")),))
    yield Case((Step(response(b"".join(packed(b"") for _ in range(2_000)), b"Content-Encoding: gzip")),))


def _errors() -> Iterator[Case]:
    """Yield every status with bodies that repeat secrets, and what proxies say."""
    said = json.dumps(
        {
            "error": f"no {TOKEN} {PASSWORD}",
            "message": LINK.decode(),
            "errors": {"limit": [PROXY_AUTHORISATION, PASSWORD]},
        }
    )
    bodies = (
        said.encode(),
        said.replace("/", "\\/").encode(),
        said.replace("qc-", "\\u0071c-").encode(),
        b"<html>" + LINK,
        TOKEN.encode() * 9_000,
        b"\xff" * 999,
    )
    for line in STATUS_LINES:
        for body in bodies:
            for route in ROUTES:
                yield Case((Step(response(body, status=line)),), "get_ai_tool_execution_status", route)
    for field in FIELDS:
        for route in ROUTES:
            yield Case((Step(response(said.encode(), field)),), "get_ai_orchestration_status", route)
            yield Case((Step(response(bodies[0], field, status=b"HTTP/1.1 503 Busy")),), "list_ai_tools", route)


def _files() -> Iterator[Case]:
    """Yield downloads: images, redirects, parts."""
    for call in FETCHES:
        for line in STATUS_LINES:
            for field in (
                FIELDS[0],
                b"Location: " + LINK,
                b"Location: /file",
                b"Content-Range: bytes 0-9/67",
                b'ETag: "a"',
            ):
                yield Case((Step(response(PNG, field, status=line)), Step(response(PNG))), call)
        half = Step(response(PNG[:30], b"Content-Length: %d" % len(PNG), b'ETag: "a"'), "close")
        rest = b"Content-Range: bytes 30-%d/%d" % (len(PNG) - 1, len(PNG))
        for tail in (
            response(PNG[30:], rest, b'ETag: "a"', status=b"HTTP/1.1 206 Part"),
            response(PNG[30:], rest, b'ETag: "b"', status=b"HTTP/1.1 206 Part"),
            response(PNG, rest, status=b"HTTP/1.1 206 Part"),
            response(PNG[30:], b"Content-Range: bytes 30-9999/99999", status=b"HTTP/1.1 206 Part"),
            response(b"", status=b"HTTP/1.1 416 Range"),
            response(PNG),
        ):
            yield Case((half, Step(tail), Step(response(PNG))), call)
        yield Case((Step(response(b"", b"Location: " + LINK, status=b"HTTP/1.1 302 Found")),), call)
        for size in (1_000, 200_000):
            yield Case((Step(response(PNG + bytes(size))),), call)
            yield Case((Step(response(chunked(PNG + bytes(size), 9_999), b"Transfer-Encoding: chunked")),), call)
