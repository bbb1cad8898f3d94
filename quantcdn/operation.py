"""What an endpoint is, and how its arguments become the target of a request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Generic, TypeVar
from urllib.parse import quote, urlencode

from quantcdn import _validation
from quantcdn.models._base import Model

T = TypeVar("T", bound=Model)

_INT64 = 2**63

# Identifiers are of what needs no percent-encoding.
_UNRESERVED = re.compile("[A-Za-z0-9_-]+").fullmatch

Check = Callable[[str, object], object]
"""Takes an argument's name and value, returns the value or raises an error of the family."""


class Bounded:
    """A check for a whole number between two bounds, which the service documents.

    Args:
        minimum: The smallest number.
        maximum: The largest number.
    """

    def __init__(self, minimum: int, maximum: int) -> None:
        self.minimum = minimum
        self.maximum = maximum

    def __call__(self, name: str, value: object) -> object:
        """Check an argument."""
        return _validation.integer(name, value, self.minimum, self.maximum)

    def unbounded(self, name: str, value: object) -> object:
        """Check an argument where the bounds are left to the service: it is an integer of 64 bits."""
        return _validation.integer(name, value, -_INT64, _INT64 - 1)


@dataclass(frozen=True)
class Operation(Generic[T]):
    """One endpoint: where it is, what it takes and what it returns."""

    name: str
    """The name of its method in ``AIToolsApi``."""
    path: str
    """Its path, the Python names of its path parameters in braces."""
    model: type[T]
    """The model of its response."""
    errors: Mapping[int, type[Model]] = field(default_factory=lambda: MappingProxyType({}))
    """The models of the error responses that have one, by status."""
    query: Mapping[str, Check] = field(default_factory=lambda: MappingProxyType({}))
    """The check of each query parameter by its name."""
    identifier: str | None = None
    """The path parameter that the response repeats in the field of that name."""
    method: str = "GET"
    """Its HTTP method."""

    @cached_property
    def path_parameters(self) -> list[str]:
        """The Python names of the path parameters, in their order."""
        return re.findall(r"{(\w+)}", self.path)

    def target(self, arguments: Mapping[str, object], *, check_bounds: bool = True) -> str:
        """Write the path and query of a request.

        Args:
            arguments: The values of all path parameters, and of query parameters or None.
            check_bounds: Whether documented bounds of query parameters are checked.

        Returns:
            The target, each argument whole in its place.

        Raises:
            ApiTypeError: An argument is of a wrong type.
            ApiValueError: An argument has a value that cannot be sent.
        """
        path = self.path.format_map({name: _segment(name, arguments.get(name)) for name in self.path_parameters})
        query = {
            name: (check.unbounded if isinstance(check, Bounded) and not check_bounds else check)(name, arguments[name])
            for name, check in self.query.items()
            if arguments.get(name) is not None
        }
        return f"{path}?{urlencode(query, quote_via=quote)}" if query else path


def _segment(name: str, value: object) -> str:
    segment = _validation.segment(name, value)
    return segment if _UNRESERVED(segment) else quote(segment, safe="")
