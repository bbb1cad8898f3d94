"""A response with its model and what came with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from quantcdn._display.mixin import DisplayMixin

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiResponse(DisplayMixin, Generic[T]):
    """A response with its model and what came with it; made with keywords alone."""

    status_code: int
    """The HTTP status code."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """The HTTP headers; their names are found in any letter case. None are there where none were given."""
    data: T
    """The model."""
    raw_data: bytes = field(repr=False)
    """The response body as it came, unpacked."""
