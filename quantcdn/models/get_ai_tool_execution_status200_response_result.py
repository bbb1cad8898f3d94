"""The result of a tool."""

from typing import TYPE_CHECKING

from quantcdn.models._base import Model
from quantcdn.models._fields import Items, Lenient

if TYPE_CHECKING:
    from quantcdn._content.image import Image


class GetAIToolExecutionStatus200ResponseResult(Model):
    """The result of a tool: images have fields here, every other key is kept as the service sent it.

    Attributes:
        images: Optional. Images as data URIs in base64, for displaying at once.
        s3_urls: Optional. Signed URLs of the images in full quality, valid for 1 hour.
    """

    images: Lenient[Items[str]] | None = None
    """Images as data URIs in base64, for displaying at once."""

    s3_urls: Lenient[Items[str]] | None = None
    """Signed URLs of the images in full quality, valid for 1 hour."""

    def inline_images(self, limit: int | None = None) -> "list[Image]":
        """Read the images out of their data URIs.

        Args:
            limit: The largest image, in bytes; None for 64 MiB.

        Returns:
            The images; none where there are no ``images``.

        Raises:
            ApiTypeError: ``limit`` is no whole number.
            ApiValueError: ``limit`` is below 1.
            ApiResponseException: One is no data URI, is damaged or too large, or is no PNG, JPEG, WebP or GIF.
        """
        from quantcdn import _validation  # few programs have to do with images
        from quantcdn._content.image import MAX_IMAGE_SIZE, image_of
        from quantcdn._content.references import PREVIEWS, files_under

        most = MAX_IMAGE_SIZE if limit is None else _validation.size("limit", limit)
        return [image_of(file.read(most)[1]) for file in files_under({"images": self.images}, PREVIEWS)]
