"""The images of the local service, and their signed URLs."""

from __future__ import annotations

import base64
import struct
import zlib
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from quantcdn.emulator import Emulator, ManualClock
from test.helpers.emulator_requests import TOOLS, ask, body_of


def size_of(png: bytes) -> tuple[int, int]:
    """Read a PNG file's size, and check all its parts."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    chunks = {}
    rest = png[8:]
    while rest:
        length, kind = struct.unpack(">I4s", rest[:8])
        chunks[kind] = rest[8 : 8 + length]
        assert struct.unpack(">I", rest[8 + length : 12 + length])[0] == zlib.crc32(kind + chunks[kind])
        rest = rest[12 + length :]
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    assert len(zlib.decompress(chunks[b"IDAT"])) == height * (1 + 3 * width)
    return width, height


def signed_target(service: Emulator, execution_id: str = "exec_1") -> str:
    service.start_execution("generate_image", pending=0, running=0, execution_id=execution_id)
    (url,) = body_of(service, f"{TOOLS}/executions/{quote(execution_id, safe='')}")["result"]["s3Urls"]
    assert url.startswith(f"{service.url}/generated/")
    return str(url.removeprefix(service.url))


def test_a_result_has_a_preview_and_a_signed_url(quantcdn_emulator: Emulator) -> None:
    target = signed_target(quantcdn_emulator)
    (preview,) = body_of(quantcdn_emulator, f"{TOOLS}/executions/exec_1")["result"]["images"]
    kind, _, data = preview.partition(",")
    assert kind == "data:image/png;base64"
    assert size_of(base64.b64decode(data, validate=True)) == (128, 128)

    query = dict(parse_qsl(urlsplit(target).query))
    assert list(query) == ["X-Amz-Algorithm", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Signature"]
    assert (query["X-Amz-Date"], query["X-Amz-Expires"]) == ("20260101T000000Z", "3600")


@pytest.mark.parametrize("execution_id", ["exec_1", "a/b", "日本語"])
def test_a_signed_url_serves_the_larger_original(quantcdn_emulator: Emulator, execution_id: str) -> None:
    response, png = ask(quantcdn_emulator, signed_target(quantcdn_emulator, execution_id), token=False)
    assert (response.status, response.headers["Content-Type"]) == (200, "image/png")
    assert size_of(png) == (512, 512)
    assert quantcdn_emulator.requests[-1].operation == "picture"
    assert quantcdn_emulator.requests[-1].arguments == {"execution_id": execution_id}


def test_a_signed_url_refuses_a_token(quantcdn_emulator: Emulator) -> None:
    response, body = ask(quantcdn_emulator, signed_target(quantcdn_emulator))
    assert (response.status, response.headers["Content-Type"]) == (400, "application/xml")
    assert b"<Code>InvalidArgument</Code>" in body


def test_a_signed_url_ends_an_hour_after_the_response(quantcdn_emulator: Emulator, quantcdn_clock: ManualClock) -> None:
    target = signed_target(quantcdn_emulator)
    quantcdn_clock.advance(3_599)
    assert ask(quantcdn_emulator, target, token=False)[0].status == 200
    renewed = signed_target(quantcdn_emulator)
    quantcdn_clock.advance(1)
    response, body = ask(quantcdn_emulator, target, token=False)
    assert response.status == 403
    assert b"<Message>Request has expired" in body
    assert ask(quantcdn_emulator, renewed, token=False)[0].status == 200


@pytest.mark.parametrize(
    ("part", "changed"),
    [("exec_1", "exec_2"), ("20260101T000000Z", "20260102T000000Z"), ("Signature=", "Signature=%C3%A9"), ("?", "?-")],
)
def test_a_changed_url_is_refused(quantcdn_emulator: Emulator, part: str, changed: str) -> None:
    target = signed_target(quantcdn_emulator).replace(part, changed)
    response, body = ask(quantcdn_emulator, target, token=False)
    if part == "?":
        assert response.status == 200  # what is not signed may change
    else:
        assert response.status == 403
        assert b"<Code>SignatureDoesNotMatch</Code>" in body


def test_a_forgotten_image_is_not_found(quantcdn_emulator: Emulator) -> None:
    target = signed_target(quantcdn_emulator)
    quantcdn_emulator.reset()
    response, body = ask(quantcdn_emulator, target, token=False)
    assert response.status == 404
    assert b"<Code>NoSuchKey</Code>" in body
