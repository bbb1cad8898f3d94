"""What a tool gave back."""

from quantcdn.models._model import Model


class GetAIToolExecutionStatus200ResponseResult(Model):
    """What a tool gave back: pictures have fields here, every other key is kept as it came."""

    images: list[str] | None = None
    """Pictures as data URIs in base64, for showing at once."""

    s3_urls: list[str] | None = None
    """Signed addresses of the pictures in full quality, good for 1 hour."""
