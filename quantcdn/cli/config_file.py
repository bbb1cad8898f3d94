"""The file of settings: ``quantcdn/config.toml`` in the user's folder for such files."""

from __future__ import annotations

import errno
import os
import select
import shlex
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING

from quantcdn.exceptions import ApiValueError

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEYS = {"host": "host", "token": "token", "organisation": "organisation", "organization": "organisation"}
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LARGEST_FILE = 1_048_576
_LONGEST_WAIT = 3.0


def settings_path() -> Path | None:
    """Say where the file is looked for (XDG Base Directory Specification).

    Returns:
        Its path, whether or not it exists; None for a user without a home.
    """
    folder = os.environ.get("XDG_CONFIG_HOME", "")
    if os.path.isabs(folder):  # the specification: a relative one is to be ignored
        return Path(folder, "quantcdn", "config.toml")
    try:
        return Path.home() / ".config" / "quantcdn" / "config.toml"
    except RuntimeError:
        return None


def read_file(path: Path) -> dict[str, str]:
    """Read the file.

    Args:
        path: Where it is.

    Returns:
        ``host``, ``token`` and ``organisation``, as far as they are in it; nothing without a file.

    Raises:
        ApiValueError: Others may read it, or it is not what is expected; the message names it, and
            shows none of it.
    """
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
    """Read a file that may hold a token.

    Args:
        path: Where it is; a pipe is read to its end, if that comes within some seconds.

    Returns:
        Its content, as far as a file of that kind goes.

    Raises:
        ApiValueError: Others can read or change it; the message shows none of it.
        OSError: It cannot be read.
    """
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
    raise ApiValueError(problem)


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
