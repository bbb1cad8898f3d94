"""Makes a web page of the pictures that an organisation's tools have painted."""

from picture_service.gallery import Gallery, update

__all__ = ["Gallery", "update"]
