"""An answer with its model and what came with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ApiResponse(Generic[T]):
    """An answer with its model and what came with it."""

    status_code: int
    """The HTTP status code."""
    headers: Mapping[str, str] = field(repr=False)
    """The HTTP headers; their names are found in any letter case."""
    data: T
    """The model."""
    raw_data: bytes = field(repr=False)
    """The body as it came, unpacked."""
