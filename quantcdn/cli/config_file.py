"""The config file: ``quantcdn/config.toml`` in the user's folder for such files."""

from __future__ import annotations

import errno
import json
import os
import re
import select
import shlex
import stat
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from quantcdn import _portability
from quantcdn.exceptions import ApiValueError, OpenApiException

_KEYS = {"host": "host", "token": "token", "organisation": "organisation", "organization": "organisation"}
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
BYTE_ORDER_MARK = "\ufeff"
"""What PowerShell may put before the text in a pipe or a file."""

_LARGEST_FILE = 1_048_576
_LONGEST_WAIT = 3.0
_LOCK_INTERVAL = 0.01


def config_path() -> Path | None:
    """Say where the file is looked for; None for a user without a home."""
    try:
        return _portability.user_folder("XDG_CONFIG_HOME", ".config", "APPDATA") / "quantcdn" / "config.toml"
    except RuntimeError:
        return None


def read_config(path: Path) -> dict[str, str]:
    """Read ``host``, ``token`` and ``organisation``, as far as they are in it; an error shows none of its content."""
    return _settings_in(path, _text_in(path))


def _text_in(path: Path) -> str:
    """Read the file's text, which is empty where there is no file."""
    try:
        return read_private(path).decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        problem = f"{path}: {error.strerror}"
    except UnicodeDecodeError:
        problem = f"{path}: it is not text in UTF-8"
    raise ApiValueError(problem)


def read_private(path: Path) -> bytes:
    """Read a file that may hold a token, or a pipe to its end, if that comes within some seconds."""
    if _portability.WINDOWS:  # where modes say nothing of who may read, and only sockets can be waited for
        with open(path, "rb") as file:
            return file.read(_LARGEST_FILE)
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
    if not text:
        return {}  # most have no such file, and need no parser
    import tomllib

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


def write_config(path: Path, changes: Mapping[str, str]) -> None:
    """Change settings; "" takes one out. The file is replaced as a whole, and nobody else can read it at any moment."""
    path = Path(os.path.realpath(path))  # or a link to where someone keeps such files would become a file of its own
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(path):
        _replace(path, _changed(path, changes))


@contextmanager
def _locked(path: Path) -> Generator[None]:
    """Let one command at a time read the file and replace it, so that none undoes what another has written."""
    flags = os.O_RDWR | os.O_CREAT | _portability.open_flags("O_CLOEXEC", "O_NOFOLLOW")
    # The file itself is replaced, so that a lock on it would hold up nobody who comes later.
    descriptor = os.open(path.with_name(f".{path.name}.lock"), flags, 0o600)
    end = time.monotonic() + _LONGEST_WAIT
    try:
        while True:
            try:
                _portability.lock(descriptor)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise OpenApiException(f"{path}: another command is changing it; try again") from None
                time.sleep(_LOCK_INTERVAL)
            except OSError:
                break  # the file system has no locks
        yield
    finally:
        os.close(descriptor)


def _changed(path: Path, changes: Mapping[str, str]) -> str:
    """Read the file's text and change settings in it."""
    text = _text_in(path)
    expected = {key: value for key, value in {**_settings_in(path, text), **changes}.items() if value}
    for key, value in changes.items():
        text = _with_line(text, key, value)
    if _settings_in(path, text) != expected:  # a value of several lines, say
        raise ApiValueError(f"{path}: it cannot be changed by a command; edit it, or remove it and begin anew")
    return text


def _replace(path: Path, text: str) -> None:
    import tempfile  # most commands write none

    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".config-")  # of mode 0600
    try:
        with open(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        _portability.move(lambda: os.replace(name, path))
    except BaseException:
        os.unlink(name)
        raise


def _with_line(text: str, key: str, value: str) -> str:
    """Write a setting into the text of a file, in the place of the line that has it; the rest stays as it is."""
    spellings = "|".join(spelling for spelling, known in _KEYS.items() if known == key)
    # A string of JSON is one of TOML, but for the one control character that JSON leaves as it is.
    line = f"{key} = {json.dumps(value, ensure_ascii=False)}\n".replace("\x7f", "\\u007f") if value else ""
    replaced, count = re.subn(rf"(?m)^[ \t]*(?:{spellings})[ \t]*=.*\n?", lambda _: line, text)
    if count or not line:
        return replaced
    return f"{text}{'' if text.endswith(chr(10)) or not text else chr(10)}{line}"
