"""Images for tests that need the bytes of one, whatever it shows."""

from __future__ import annotations

import io
from functools import cache

from PIL import Image


@cache
def draw_png(colour: str = "teal", size: int = 64) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(file, "png")
    return file.getvalue()
