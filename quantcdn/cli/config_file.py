"""The config file: ``quantcdn/config.toml`` in the user's folder for such files."""

from __future__ import annotations

import errno
import os
import select
import shlex
import stat
import time
from collections.abc import Mapping
from pathlib import Path

from quantcdn.exceptions import ApiValueError

_KEYS = {"host": "host", "token": "token", "organisation": "organisation", "organization": "organisation"}
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LARGEST_FILE = 1_048_576
_LONGEST_WAIT = 3.0


def config_path() -> Path | None:
    """Say where the file is looked for (XDG Base Directory Specification); None for a user without a home."""
    folder = os.environ.get("XDG_CONFIG_HOME", "")
    if os.path.isabs(folder):  # the specification: a relative one is to be ignored
        return Path(folder, "quantcdn", "config.toml")
    try:
        return Path.home() / ".config" / "quantcdn" / "config.toml"
    except RuntimeError:
        return None


def read_config(path: Path) -> dict[str, str]:
    """Read ``host``, ``token`` and ``organisation``, as far as they are in it; an error shows none of its content."""
    try:
        text = read_private(path).decode()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        problem = f"{path}: {error.strerror}"
    except UnicodeDecodeError:
        problem = f"{path}: it is not text in UTF-8"
    else:
        return _settings_in(path, text)
    raise ApiValueError(problem)


def read_private(path: Path) -> bytes:
    """Read a file that may hold a token, or a pipe to its end, if that comes within some seconds."""
    # Without this flag, a named pipe that nobody writes to is waited for without an end.
    with open(path, "rb", buffering=0, opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
        mode = os.fstat(file.fileno()).st_mode
        if stat.S_ISREG(mode) and mode & _OTHERS:
            command = f"chmod 600 {shlex.quote(str(path))}"
            raise ApiValueError(f"{path} may hold a token, and others can read or change it: {command}")
        content, end = b"", time.monotonic() + _LONGEST_WAIT
        while len(content) < _LARGEST_FILE:
            if not select.select([file], [], [], max(0.0, end - time.monotonic()))[0]:
                raise TimeoutError(errno.ETIMEDOUT, f"nothing came within {_LONGEST_WAIT:g} s")
            piece = file.read(_LARGEST_FILE - len(content))
            if not piece:
                break
            content += piece
    return content


def _settings_in(path: Path, text: str) -> dict[str, str]:
    import tomllib  # most have no such file

    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problem = f'{path} is not TOML: {error}. It takes lines such as organisation = "acme"'
    else:
        return _checked(path, parsed)
    raise ApiValueError(problem)  # outside of the handler: the parser's own error quotes what is in the file


def _checked(path: Path, parsed: Mapping[str, object]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in parsed.items():
        if key not in _KEYS:
            raise ApiValueError(f"{path} has an unknown key {key!r}: it takes host, token and organisation")
        if not isinstance(value, str) or not value.strip():
            raise ApiValueError(f'{path}: {key} must be text in quotes, such as {key} = "…"')
        if _KEYS[key] in found:
            raise ApiValueError(f"{path} has organisation and organization: leave one out")
        found[_KEYS[key]] = value
    return found
