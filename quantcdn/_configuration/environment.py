"""The environment variables that settings are read from."""

from __future__ import annotations

from collections.abc import Mapping

from quantcdn._secrets import hidden

TOKEN_VARIABLES = ("QUANTCDN_API_TOKEN", "QUANT_API_TOKEN", "QUANT_API_KEY", "BEARER_TOKEN")
"""The environment variables that hold a token, first choice first."""

HOST_VARIABLES = ("QUANTCDN_HOST", "QUANT_BASE_URL")
"""The environment variables that hold a host, first choice first."""

ORGANIZATION_VARIABLES = ("QUANTCDN_ORGANIZATION", "QUANT_ORGANISATION", "QUANT_ORGANIZATION")
"""The environment variables that hold an organisation, first choice first."""


_VARIABLES = {
    "access_token": TOKEN_VARIABLES,
    "host": HOST_VARIABLES,
    "organisation": ORGANIZATION_VARIABLES,
}


def first_set(names: tuple[str, ...], environ: Mapping[str, object]) -> str | None:
    """Find the first of some variables that is set and not empty."""
    return next((name for name in names if environ.get(name)), None)


def variables_of_settings(environ: Mapping[str, object]) -> dict[str, tuple[str, object]]:
    """Find the variable that counts for each setting, and its value, hidden where it may authorise."""
    found: dict[str, tuple[str, object]] = {}
    for setting, names in _VARIABLES.items():
        name = first_set(names, environ)
        if name is not None:
            found[setting] = name, environ[name] if setting == "organisation" else hidden(environ[name])
    return found
