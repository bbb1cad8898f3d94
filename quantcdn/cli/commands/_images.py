"""Saving the pictures of executions, and saying where they are."""

from __future__ import annotations

import argparse
from pathlib import Path

from quantcdn.api_client import ApiClient
from quantcdn.images import save_images
from quantcdn.models import GetAIToolExecutionStatus200Response


def add_save_argument(parser: argparse.ArgumentParser) -> None:
    """Add the flag that saves pictures.

    Args:
        parser: The command's parser.
    """
    parser.add_argument("--save", type=Path, metavar="DIR", help="save the pictures there; it is made if need be")


def saved(execution: GetAIToolExecutionStatus200Response, folder: Path | None, client: ApiClient) -> list[str]:
    """Save the pictures of an execution.

    Args:
        execution: The execution, complete.
        folder: Where they go, or None for nowhere.
        client: Whose limits and proxy count.

    Returns:
        A line for each picture.

    Raises:
        ApiException: A picture cannot be had.
        OSError: The folder cannot be written.
    """
    paths = [] if folder is None else save_images(execution, folder, api_client=client)
    return [f"saved {path} ({path.stat().st_size:,} bytes)" for path in paths]
