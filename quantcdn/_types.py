"""Checks of a value's type that type checkers understand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeGuard


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Recognise a JSON object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Recognise a JSON array."""
    return isinstance(value, list)


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Recognise a mapping, which can be sent as a JSON object."""
    return isinstance(value, dict | Mapping)  # a dict is found at once, any other mapping by Python code


def is_sequence(value: object) -> TypeGuard[Sequence[object]]:
    """Recognise a list, a tuple or another sequence."""
    return isinstance(value, Sequence)


def is_collection(value: object) -> TypeGuard[Collection[object]]:
    """Recognise what has a number of items, as lists and sets have."""
    return isinstance(value, Collection)


def is_iterable(value: object) -> TypeGuard[Iterable[object]]:
    """Recognise what can be iterated over."""
    return isinstance(value, Iterable)


def is_tuple(value: object) -> TypeGuard[tuple[object, ...]]:
    """Recognise a tuple."""
    return isinstance(value, tuple)
