"""What the methods of a generated ``Configuration`` return."""

from __future__ import annotations

from typing import TypedDict


class BearerAuthSetting(TypedDict):
    """The header that carries the token."""

    type: str
    format: str
    key: str
    value: str


class AuthSettings(TypedDict, total=False):
    """What a request is authorised by."""

    BearerAuth: BearerAuthSetting


class HostSetting(TypedDict):
    """One of the service's hosts."""

    url: str
    description: str


SERVICE_HOSTS: tuple[HostSetting, ...] = (
    {"url": "https://dashboard.quantcdn.io", "description": "The public cloud"},
    {"url": "https://dash.quantgov.cloud", "description": "The government cloud"},
)
"""The service's own hosts, in the order of ``server_index``."""
