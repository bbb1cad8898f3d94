"""What an endpoint is: how its arguments become the target of a request, and its response a model or an error."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from pydantic_core import from_json

from quantcdn import _validation
from quantcdn._file_formats import json_bounds
from quantcdn._transport.errors import Failure
from quantcdn.exceptions import ApiException, ApiResponseException, ApiValueError
from quantcdn.models._base import Model, from_body
from quantcdn.models._fields import OverdueError

if TYPE_CHECKING:
    from quantcdn.rest import RESTResponse

T = TypeVar("T", bound=Model)

_INT64 = 2**63
_LARGE_ERROR = 4_194_304

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
    if type(value) is str and _UNRESERVED(value):  # which is neither blank nor a dot segment
        return value
    return quote(_validation.segment(name, value), safe="")


def read_response(operation: Operation[T], response: RESTResponse) -> T:
    """Read the model of a response; raise the error that it stands for, or that says why it cannot be used."""
    if not 200 <= response.status <= 299:
        raise _error(operation, response)
    try:
        return from_body(operation.model, response.data, response.is_overdue)
    except ApiValueError as error:
        why = _why_unusable(response.data, str(error))
    except OverdueError:
        why = response.overdue()
    failed = response.unusable(why)
    del why  # tracebacks keep local variables, and a place in the body may repeat what authorises the request
    raise failed


def _error(operation: Operation[Any], response: RESTResponse) -> ApiException:
    return response.failed(_error_data(operation.errors.get(response.status), response.public_data()))


def _error_data(model: type[Model] | None, raw: bytes) -> Any:
    """Read an error's body as the documented model, else as JSON, else not at all."""
    if json_bounds.excess(raw) is not None or (len(raw) > _LARGE_ERROR and not raw.isascii()):
        return None  # the text of it, which the error has too, may take four times as much
    try:
        # What is nested deeper than this reads, no pickle of the error could hold.
        return from_json(raw.removeprefix(b"\xef\xbb\xbf")) if model is None else model.from_json(raw)
    except ValueError:
        return None if model is None else _error_data(None, raw)


def _why_unusable(raw: bytes, problem: str) -> Failure:
    if not raw.strip():
        problem = "the response is empty"
    elif raw.lstrip()[:1] == b"<":
        problem = "the response is a web page and no JSON; it may come from a proxy or a login page"
    return Failure(ApiResponseException, problem)


def mixed_up(operation: Operation[Any], arguments: Mapping[str, object], model: Model) -> str | None:
    """Say what is wrong with a response about another identifier than the one that was sent, or None."""
    name = operation.identifier
    if name is None:
        return None
    sent, received = arguments[name], getattr(model, name)
    if sent == received or _validation.text(name, sent).strip().casefold() == str(received).strip().casefold():
        return None
    return (
        f"the response is about {name} {_validation.shown(received)} and not {_validation.shown(sent)}; "
        "for a mock server that answers a fixed example, set Configuration(verify_identifiers=False)"
    )
