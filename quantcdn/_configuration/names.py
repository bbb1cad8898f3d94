"""The names of settings, and which one may be meant by another name."""

from __future__ import annotations

from quantcdn import _validation
from quantcdn._configuration.checks import SETTINGS

_LONGEST_NAME = 40  # beyond which a name is not compared with those of settings


def has_setter(cls: type, name: str) -> bool:
    """Say whether an attribute of a class is a property that can be set."""
    part = getattr(cls, name, None)
    return isinstance(part, property) and part.fset is not None


def setting_names(cls: type) -> list[str]:
    """List the names of all settings."""
    return [*SETTINGS, *(name for name in dir(cls) if has_setter(cls, name))]


def setting_hint(cls: type, name: str) -> str:
    """Say which setting may be meant by a name, after a semicolon; nothing where none is like it."""
    import difflib  # only who misspells pays for it

    close = difflib.get_close_matches(name[:_LONGEST_NAME], setting_names(cls), 1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""


def no_setting(cls: type, name: str) -> str:
    """Say that there is no setting of a name, and which one may be meant."""
    if hasattr(cls, name):
        return f"Configuration.{name} is no setting and cannot be assigned{setting_hint(cls, name)}"
    return f"Configuration has no setting {_validation.shown(name)}{setting_hint(cls, name)}"
