"""Who may call: the token, and the organisation and scopes that it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quantcdn.emulator._http.request import Headers
from quantcdn.emulator._http.response import Response, json_response


@dataclass(frozen=True)
class Authenticator:
    """The one token that there is."""

    token: str
    organisation: str | None
    """The only organisation that there is, or None for any."""
    missing_scope: str | None = None
    """A scope that every endpoint asks for and the token lacks, or None."""

    def authorize(self, headers: Headers, arguments: Mapping[str, str]) -> Response | None:
        """Return None where a request may pass, else the response that says why not."""
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or token.strip() != self.token:
            problem = "Wrong token" if scheme else "No token"
            return json_response(401, {"error": "Unauthorized", "message": problem}, {"WWW-Authenticate": "Bearer"})
        if self.organisation not in (None, arguments.get("organisation", self.organisation)):
            return json_response(403, {"error": "Access denied", "message": "The token is for another organisation"})
        if self.missing_scope is not None:
            problem = f"Token is missing the scope {self.missing_scope}"
            return json_response(403, {"error": "insufficient_scope", "message": problem})
        return None
