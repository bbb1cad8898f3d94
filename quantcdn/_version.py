"""The version of this package, and whether its files are its own."""

from __future__ import annotations

import os

__version__ = "0.1.0"

_OF_OTHER = "__version__.py"  # which this package has under another name


def mixed_files() -> str | None:
    """Say whether the files of the official client lie among these, and what to do: both are named ``quantcdn``."""
    if not os.path.exists(os.path.join(os.path.dirname(__file__), _OF_OTHER)):
        return None
    return (
        "quantcdn-client is installed too, and its files are mixed with those of this package: uninstall both, and "
        "then install one: pip uninstall quantcdn quantcdn-client"
    )
