"""What kind of JSON value a value is, said so that type checkers understand it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeGuard


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Say whether a value is a JSON object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Say whether a value is a JSON array."""
    return isinstance(value, list)


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Say whether a value is a mapping, and so can be sent as a JSON object."""
    return isinstance(value, Mapping)


def is_sequence(value: object) -> TypeGuard[Sequence[object]]:
    """Say whether a value is a list, a tuple or another sequence."""
    return isinstance(value, Sequence)


def is_collection(value: object) -> TypeGuard[Collection[object]]:
    """Say whether a value has a number of items, as lists and sets have."""
    return isinstance(value, Collection)


def is_tuple(value: object) -> TypeGuard[tuple[object, ...]]:
    """Say whether a value is a tuple."""
    return isinstance(value, tuple)
