"""Libraries that come with an extra, imported when they are needed."""

from importlib import import_module
from typing import Any

from quantcdn.exceptions import ApiValueError


def import_extra(module: str, *, extra: str, needed_by: str) -> Any:
    """Import a module, or raise ``ApiValueError`` that says by which extra it is installed."""
    try:
        return import_module(module)
    except ImportError:
        library = module.partition(".")[0]
        problem = f"{needed_by} needs {library}: pip install 'quantcdn[{extra}]'"
    raise ApiValueError(problem)
