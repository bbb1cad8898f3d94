"""What a token says of its own time, if it is a JSON Web Token (RFC 7519); it is read, not verified."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from quantcdn._types import is_object

_YEAR_10000 = 253_402_300_800
"""From then on, in seconds since 1970, no date can be made."""


@dataclass(frozen=True, slots=True)
class Validity:
    """From when to when a token says that it is good, in seconds since 1970; None where it does not say."""

    begins: float | None
    ends: float | None


def validity(token: str) -> Validity | None:
    """Read when a token is good; None where it is no JSON Web Token."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    header, claims = (_decoded(part) for part in parts[:2])
    if not is_object(header) or not is_object(claims):
        return None
    return Validity(_seconds(claims.get("nbf")), _seconds(claims.get("exp")))


def _decoded(part: str) -> object:
    """Decode a part (RFC 7515, appendix C), or return None."""
    try:
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return None


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if 0 <= value < _YEAR_10000 else None  # also refuses NaN
