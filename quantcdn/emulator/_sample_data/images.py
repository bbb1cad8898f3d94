"""Small landscapes as PNG files, and the signed addresses that they are served from."""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote, urlencode

from quantcdn import _validation
from quantcdn.emulator._http.response import Answer, xml_error

SIGNATURE_LIFETIME = 3_600
"""How long a signed address is good for, in seconds."""

_PREVIEW_SIZE = 128
_ORIGINAL_SIZE = 512

_Colour = tuple[int, int, int]


@dataclass(frozen=True)
class _Palette:
    zenith: _Colour
    horizon: _Colour
    sun: _Colour
    far: _Colour
    near: _Colour


_PALETTES = (
    _Palette((38, 60, 120), (250, 190, 130), (255, 236, 190), (120, 84, 122), (58, 46, 84)),
    _Palette((70, 150, 220), (214, 238, 250), (255, 246, 200), (110, 170, 120), (48, 112, 78)),
    _Palette((24, 20, 58), (180, 80, 120), (255, 214, 170), (84, 44, 96), (32, 22, 56)),
    _Palette((120, 190, 190), (248, 240, 214), (250, 170, 110), (150, 160, 130), (84, 104, 92)),
)


@dataclass(frozen=True)
class _Disc:
    """A disc in parts of the picture's width."""

    x: float
    y: float
    radius: float
    colour: _Colour

    def span(self, row: int, size: int) -> tuple[int, int]:
        """Find the pixels of a row that it covers: the first, and the one after the last."""
        height = (row + 0.5) / size - self.y
        half = math.sqrt(max(0.0, self.radius**2 - height**2))
        edges = (round((self.x - half) * size), round((self.x + half) * size))
        return max(0, min(edges[0], size)), max(0, min(edges[1], size))


@lru_cache(maxsize=64, typed=True)  # else 64.0 would be found as 64
def picture(name: str, size: int) -> bytes:
    """Draw a small landscape, always the same for the same name.

    Args:
        name: Any text; other text makes another picture.
        size: Its width and height in pixels, 64 to 512.

    Returns:
        A PNG file.

    Raises:
        ApiTypeError: The size is not a whole number.
        ApiValueError: The size is not from 64 to 512.
    """
    _validation.integer("size", size, 64, 512)
    pixels = b"".join(b"\0" + row for row in _rows(hashlib.sha256(name.encode()).digest(), size))
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)  # 8 bits a channel, red, green and blue
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _rows(digest: bytes, size: int) -> Iterator[bytes]:
    palette = _PALETTES[digest[0] % len(_PALETTES)]
    discs = _discs(digest, palette)
    for number in range(size):
        row = bytearray(bytes(_mixed(palette.zenith, palette.horizon, number / size)) * size)
        for disc in discs:
            first, end = disc.span(number, size)
            row[3 * first : 3 * end] = bytes(disc.colour) * (end - first)
        yield bytes(row)


def _discs(digest: bytes, palette: _Palette) -> list[_Disc]:
    """A sun in two halos, and hills: far ones first, since near ones lie over them."""
    at = [byte / 255 for byte in digest]
    sun_x, sun_y = 0.2 + 0.6 * at[1], 0.2 + 0.25 * at[2]
    glow = _mixed(palette.horizon, palette.sun, 0.35)
    halos = [_Disc(sun_x, sun_y, radius, _mixed(glow, palette.sun, part)) for radius, part in ((0.16, 0), (0.13, 0.4))]
    hills = [
        _Disc(x + 0.3 * at[4 + place], 1.15 + 0.1 * at[8 + place], radius, colour)
        for place, (x, radius, colour) in enumerate(
            (
                (0.65, 0.55, palette.far),
                (-0.05, 0.5, _mixed(palette.far, palette.near, 0.35)),
                (0.35, 0.38, _mixed(palette.far, palette.near, 0.7)),
                (0.8, 0.35, palette.near),
            )
        )
    ]
    return [*halos, _Disc(sun_x, sun_y, 0.1, palette.sun), *hills]


def _mixed(one: _Colour, other: _Colour, part: float) -> _Colour:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue


@dataclass(frozen=True)
class Pictures:
    """The pictures of executions, and their signed addresses."""

    url: str
    """The service's own address."""
    seed: str
    """What the pictures and the signatures depend on."""

    def result(self, execution_id: str, now: float) -> dict[str, list[str]]:
        """Give what the tool that makes pictures gives back: a preview, and the original's address."""
        preview = base64.b64encode(picture(f"{self.seed}:{execution_id}", _PREVIEW_SIZE)).decode()
        return {"images": [f"data:image/png;base64,{preview}"], "s3Urls": [self._signed_url(execution_id, now)]}

    def original(self, execution_id: str) -> Answer:
        """Give the picture in full size."""
        return Answer(200, picture(f"{self.seed}:{execution_id}", _ORIGINAL_SIZE), {"Content-Type": "image/png"})

    def refusal(self, execution_id: str, query: Mapping[str, str], now: float) -> Answer | None:
        """Say why an address is not good, or None if it is."""
        date = query.get("X-Amz-Date", "")
        # As bytes: compare_digest refuses text outside ASCII.
        if not hmac.compare_digest(
            query.get("X-Amz-Signature", "").encode(), self._signature(execution_id, date).encode()
        ):
            return xml_error(403, "SignatureDoesNotMatch", "This address was not signed here, or was changed since.")
        if now >= datetime.strptime(date, _DATE_FORMAT).timestamp() + SIGNATURE_LIFETIME:
            return xml_error(403, "AccessDenied", "Request has expired: ask for the status again for a new address.")
        return None

    def _signed_url(self, execution_id: str, now: float) -> str:
        date = datetime.fromtimestamp(int(now), UTC).strftime("%Y%m%dT%H%M%SZ")
        query = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Date": date,
            "X-Amz-Expires": str(SIGNATURE_LIFETIME),
            "X-Amz-Signature": self._signature(execution_id, date),
        }
        return f"{self.url}/generated/{quote(execution_id, safe='')}.png?{urlencode(query)}"

    def _signature(self, execution_id: str, date: str) -> str:
        return hmac.new(self.seed.encode(), f"{date}\n{execution_id}".encode(), "sha256").hexdigest()


_DATE_FORMAT = "%Y%m%dT%H%M%S%z"
