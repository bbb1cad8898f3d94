"""Limits of one call that saves files: how many files, how many bytes, and how long."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from quantcdn import _validation
from quantcdn.exceptions import ApiResponseException, ApiTimeoutException
from quantcdn.timeout import checked_seconds

MAX_FILES = 50
"""How many files one call saves at most by default."""

MAX_TOTAL_SIZE = 512 * 1024 * 1024
"""How many bytes one call saves at most by default."""

TIMEOUT = 600.0
"""How many seconds one call takes at most by default."""


@dataclass(frozen=True)
class SaveLimits:
    """The limits that a caller sets."""

    max_files: int
    max_total_size: int
    timeout: float

    def __post_init__(self) -> None:
        _validation.size("max_files", self.max_files)
        _validation.size("max_total_size", self.max_total_size)
        checked_seconds("timeout", self.timeout)

    def check_number(self, number: int) -> None:
        """Refuse more files than allowed, before the first is fetched."""
        if number > self.max_files:
            reason = f"the result has {number} files, and max_files allows {self.max_files}"
            raise ApiResponseException(reason=reason)


class Budget:
    """The bytes and the time that are left of a call's limits."""

    def __init__(self, limits: SaveLimits, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._deadline = clock() + limits.timeout
        self._bytes_left = limits.max_total_size

    @property
    def is_spent(self) -> bool:
        """Whether nothing more can be fetched."""
        return self._bytes_left <= 0 or self._clock() >= self._deadline

    def seconds(self) -> float:
        """Return the time left, or raise where there is none."""
        left = self._deadline - self._clock()
        if left <= 0:
            raise ApiTimeoutException(0, f"not all files could be fetched within {self._limits.timeout:g} s")
        return left

    def spend(self, size: int) -> None:
        """Count the bytes of a file."""
        self._bytes_left -= size

    @contextmanager
    def size_limit(self, largest: int) -> Generator[int]:
        """Yield how many bytes a file may have; an error that is due to the sum says so."""
        left, total = self._bytes_left, self._limits.max_total_size
        if left <= 0:
            raise ApiResponseException(reason=f"the result has more than the {total} bytes that max_total_size allows")
        try:
            yield min(largest, left)
        except ApiResponseException as error:
            if left < largest:
                error.hint = f"Of max_total_size, {left} bytes were left"
            raise
