"""Which requests there are: from a method and a path to a handler."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from quantcdn.emulator._handlers import Handler, handler_of, serve_description, serve_image, serve_page
from quantcdn.emulator._http.request import IncomingRequest
from quantcdn.emulator._http.response import Response, json_response
from quantcdn.operation import Operation


@dataclass(frozen=True)
class Route:
    """One kind of request."""

    name: str | None
    """The operation in the request log and for faults."""
    method: str
    pattern: re.Pattern[str]
    """Matches the path as it came: an encoded slash ends no segment."""
    handler: Handler
    needs_token: bool = True


@dataclass(frozen=True)
class Match:
    """A request's route, and the arguments in its path, decoded."""

    route: Route
    arguments: Mapping[str, str]


_FIXED = (
    Route(None, "GET", re.compile("/"), serve_page, needs_token=False),
    Route(None, "GET", re.compile(r"/openapi\.json"), serve_description, needs_token=False),
    Route("picture", "GET", re.compile(r"/generated/(?P<execution_id>[^/]+)\.png"), serve_image, needs_token=False),
)


def routes(operations: Iterable[Operation[Any]]) -> list[Route]:
    """List the routes: those with fewer parameters first, since a name wins over a parameter."""
    stated = sorted(operations, key=lambda operation: len(operation.path_parameters))
    return [*_FIXED, *(Route(o.name, o.method, _pattern(o.path), handler_of(o)) for o in stated)]


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"{(\w+)}", template)
    return re.compile(
        "".join(f"(?P<{part}>[^/]+)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    )


def match(known: Iterable[Route], request: IncomingRequest) -> Match:
    """Find the route of a request, or one that responds with 404 or 405."""
    found = [(route, m) for route in known if (m := route.pattern.fullmatch(request.path))]
    for route, m in found:
        if route.method == request.method:
            return Match(route, {name: unquote(value) for name, value in m.groupdict().items()})
    if not found:
        return _fallback(json_response(404, {"error": "Route not found"}))
    allowed = ", ".join(route.method for route, _ in found)
    return _fallback(json_response(405, {"error": f"Method {request.method} not allowed"}, {"Allow": allowed}))


def _fallback(response: Response) -> Match:
    return Match(Route(None, "", re.compile(""), lambda _context: response, needs_token=False), {})
