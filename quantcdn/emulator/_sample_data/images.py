"""Small landscapes as PNG files, drawn from a name."""

from __future__ import annotations

import hashlib
import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from quantcdn import _validation

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
    """A disc, in parts of the image's width."""

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


# Typed, since 64.0 is no size, but would be found as 64.
@lru_cache(maxsize=64, typed=True)
def draw_image(name: str, size: int) -> bytes:
    """Draw a PNG file of 64 to 512 pixels in width and height, always the same for the same name."""
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
        row = bytearray(bytes(_blend(palette.zenith, palette.horizon, number / size)) * size)
        for disc in discs:
            first, end = disc.span(number, size)
            row[3 * first : 3 * end] = bytes(disc.colour) * (end - first)
        yield bytes(row)


def _discs(digest: bytes, palette: _Palette) -> list[_Disc]:
    """A sun in two halos, and hills: far ones first, since near ones lie over them."""
    at = [byte / 255 for byte in digest]
    sun_x, sun_y = 0.2 + 0.6 * at[1], 0.2 + 0.25 * at[2]
    glow = _blend(palette.horizon, palette.sun, 0.35)
    halos = [_Disc(sun_x, sun_y, radius, _blend(glow, palette.sun, part)) for radius, part in ((0.16, 0), (0.13, 0.4))]
    hills = [
        _Disc(x + 0.3 * at[4 + place], 1.15 + 0.1 * at[8 + place], radius, colour)
        for place, (x, radius, colour) in enumerate(
            (
                (0.65, 0.55, palette.far),
                (-0.05, 0.5, _blend(palette.far, palette.near, 0.35)),
                (0.35, 0.38, _blend(palette.far, palette.near, 0.7)),
                (0.8, 0.35, palette.near),
            )
        )
    ]
    return [*halos, _Disc(sun_x, sun_y, 0.1, palette.sun), *hills]


def _blend(one: _Colour, other: _Colour, part: float) -> _Colour:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue
