"""A client for the length of a command."""

from __future__ import annotations

import argparse
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from quantcdn.api.ai_tools_api import AIToolsApi
from quantcdn.api_client import ApiClient
from quantcdn.cli.settings import settings

Api = TypeVar("Api", bound=AIToolsApi)


@contextmanager
def connected_as(kind: type[Api], arguments: argparse.Namespace) -> Generator[tuple[Api, str]]:
    """Make endpoints of some class with the settings that are in force.

    Args:
        kind: The class of the endpoints.
        arguments: What was parsed.

    Yields:
        The endpoints and the organisation.

    Raises:
        ApiValueError: A setting is missing or cannot be used; nothing was sent.
    """
    found = settings(arguments)
    organisation = found.require_organisation()
    with ApiClient(found.configuration()) as client:
        yield kind(client), organisation


def connected(arguments: argparse.Namespace) -> AbstractContextManager[tuple[AIToolsApi, str]]:
    """Make the endpoints with the settings that are in force.

    Args:
        arguments: What was parsed.

    Returns:
        A context with the endpoints and the organisation.

    Raises:
        ApiValueError: A setting is missing or cannot be used; nothing was sent.
    """
    return connected_as(AIToolsApi, arguments)
