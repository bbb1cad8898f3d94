"""Which requests there are, and what a request has to have before it is answered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from quantcdn.emulator._handlers import Handler, handler_of, serve_description, serve_picture
from quantcdn.emulator._http.request import Headers, Request
from quantcdn.emulator._http.response import Answer, json_answer
from quantcdn.emulator._page import serve_page
from quantcdn.operation import Operation


@dataclass(frozen=True)
class Route:
    """One kind of request."""

    name: str | None
    """What journal and faults call it."""
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
    Route("picture", "GET", re.compile(r"/generated/(?P<execution_id>[^/]+)\.png"), serve_picture, needs_token=False),
)


def routes(operations: Iterable[Operation[Any]]) -> list[Route]:
    """List the routes of endpoints, and of the other addresses that the local service has.

    Args:
        operations: The endpoints.

    Returns:
        The routes; those with fewer parameters first, since a name wins over a parameter.
    """
    stated = sorted(operations, key=lambda operation: len(operation.path_parameters))
    return [*_FIXED, *(Route(o.name, o.method, _pattern(o.path), handler_of(o)) for o in stated)]


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"{(\w+)}", template)
    return re.compile(
        "".join(f"(?P<{part}>[^/]+)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    )


def match(known: Iterable[Route], request: Request) -> Match:
    """Find the route of a request.

    Args:
        known: The routes.
        request: The request.

    Returns:
        The route with its arguments, each decoded whole; or a route that answers 404 or 405.
    """
    found = [(route, m) for route in known if (m := route.pattern.fullmatch(request.path))]
    for route, m in found:
        if route.method == request.method:
            return Match(route, {name: unquote(value) for name, value in m.groupdict().items()})
    if not found:
        return _refused(json_answer(404, {"error": "Route not found"}))
    allowed = ", ".join(route.method for route, _ in found)
    return _refused(json_answer(405, {"error": f"Method {request.method} not allowed"}, {"Allow": allowed}))


def _refused(answer: Answer) -> Match:
    return Match(Route(None, "", re.compile(""), lambda _call: answer, needs_token=False), {})


@dataclass(frozen=True)
class Gate:
    """Who may ask: the token, and the organisation it is for."""

    token: str
    organisation: str | None
    """The only organisation that there is, or None for any."""
    missing_scope: str | None = None
    """A scope that every endpoint asks for and the token lacks, or None."""

    def refusal(self, headers: Headers, arguments: Mapping[str, str]) -> Answer | None:
        """Say why a request may not be answered, or None if it may."""
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or token.strip() != self.token:
            problem = "Wrong token" if scheme else "No token"
            return json_answer(401, {"error": "Unauthorized", "message": problem}, {"WWW-Authenticate": "Bearer"})
        if self.organisation not in (None, arguments.get("organisation", self.organisation)):
            return json_answer(403, {"error": "Access denied", "message": "The token is for another organisation"})
        if self.missing_scope is not None:
            problem = f"Token is missing the scope {self.missing_scope}"
            return json_answer(403, {"error": "insufficient_scope", "message": problem})
        return None
