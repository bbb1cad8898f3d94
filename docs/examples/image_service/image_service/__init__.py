"""Makes a web page of the images that an organisation's tools have painted."""

from image_service.gallery import Gallery, update

__all__ = ["Gallery", "update"]
