"""The images that executions have made, behind signed URLs as S3 has them."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from quantcdn.emulator._sample_data.images import draw_image

SIGNED_URL_SECONDS = 3_600
"""How long a signed URL is valid."""

_PREVIEW_SIZE = 128
_ORIGINAL_SIZE = 512
_DATE_FORMAT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class ImageStore:
    """Images that follow from a key and an identifier: nothing is kept, so nothing has to be thrown away."""

    base_url: str
    key: str
    """What the images and the signatures depend on."""

    def result(self, execution_id: str, now: float) -> dict[str, list[str]]:
        """Make the result of a tool that makes images: a preview, and the signed URL of the original."""
        preview = base64.b64encode(draw_image(f"{self.key}:{execution_id}", _PREVIEW_SIZE)).decode()
        return {"images": [f"data:image/png;base64,{preview}"], "s3Urls": [self._signed_url(execution_id, now)]}

    def original(self, execution_id: str) -> bytes:
        """Draw an image in full size."""
        return draw_image(f"{self.key}:{execution_id}", _ORIGINAL_SIZE)

    def rejection(self, execution_id: str, query: Mapping[str, str], now: float) -> tuple[str, str] | None:
        """Return None where a signed URL is valid, else S3's code for why not, and a message."""
        date = query.get("X-Amz-Date", "")
        # As bytes, since compare_digest refuses text outside ASCII; as digests, since == would take longer the more
        # of a guess is right.
        signature, expected = query.get("X-Amz-Signature", ""), self._signature(execution_id, date)
        if not hmac.compare_digest(signature.encode(), expected.encode()):
            return "SignatureDoesNotMatch", "This URL was not signed here, or was changed since."
        # The signature covers the date alone: an X-Amz-Expires that a client has changed prolongs nothing.
        signed = datetime.strptime(date, _DATE_FORMAT).replace(tzinfo=UTC)
        if now >= signed.timestamp() + SIGNED_URL_SECONDS:
            return "AccessDenied", "Request has expired: ask for the status again for a new URL."
        return None

    def _signed_url(self, execution_id: str, now: float) -> str:
        date = datetime.fromtimestamp(int(now), UTC).strftime(_DATE_FORMAT)
        query = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Date": date,
            "X-Amz-Expires": str(SIGNED_URL_SECONDS),
            "X-Amz-Signature": self._signature(execution_id, date),
        }
        return f"{self.base_url}/generated/{quote(execution_id, safe='')}.png?{urlencode(query)}"

    def _signature(self, execution_id: str, date: str) -> str:
        return hmac.new(self.key.encode(), f"{date}\n{execution_id}".encode(), "sha256").hexdigest()
