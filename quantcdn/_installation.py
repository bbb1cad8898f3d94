"""Tells of the API's official client where its files lie among these: both have the import name ``quantcdn``."""

from __future__ import annotations

import os

_OF_OTHER = "__version__.py"  # which this package has under another name


def problem() -> str | None:
    """Say what is wrong with the files of this package, and what to do."""
    if not os.path.exists(os.path.join(os.path.dirname(__file__), _OF_OTHER)):
        return None
    return (
        "quantcdn-client is installed too, and its files are mixed with those of this package: uninstall both, and "
        "then install one: pip uninstall quantcdn quantcdn-client"
    )
