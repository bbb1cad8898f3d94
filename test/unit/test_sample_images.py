"""The images that the local service draws."""

from __future__ import annotations

import pytest

from quantcdn import ApiTypeError, ApiValueError
from quantcdn.emulator._sample_data.images import draw_image
from test.integration.test_emulator_images import size_of


@pytest.mark.parametrize("size", [64, 100, 512])
def test_an_image_is_a_png_of_its_size(size: int) -> None:
    assert size_of(draw_image("any", size)) == (size, size)
    assert len(set(draw_image("any", size))) > 64


def test_an_image_follows_from_its_name() -> None:
    again = draw_image.__wrapped__
    assert again("one", 64) == draw_image("one", 64) != draw_image("two", 64)


@pytest.mark.parametrize(("size", "error"), [(63, ApiValueError), (513, ApiValueError), (64.5, ApiTypeError)])
def test_an_image_has_64_to_512_pixels(size: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        draw_image("any", size)
