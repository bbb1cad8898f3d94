"""Write the files of an execution into a folder: under names of our own, and whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from quantcdn import _portability
from quantcdn._file_formats.media_types import EXTENSIONS
from quantcdn.exceptions import ApiTypeError, ApiValueError

_MAX_NAME_LENGTH = 100
_MAX_PATH_LENGTH = 4_096  # as Linux has it


def checked_folder(folder: str | os.PathLike[str]) -> Path:
    """Check the argument that names the folder."""
    if not isinstance(folder, (str, os.PathLike)):
        raise ApiTypeError(f"folder takes a path, not {type(folder).__name__}")
    path: object = os.fspath(folder)
    if not isinstance(path, str):
        raise ApiTypeError("folder takes a path of text, not of bytes")
    if len(path) > _MAX_PATH_LENGTH:
        raise ApiValueError(f"folder has more than {_MAX_PATH_LENGTH:,} characters")
    with contextlib.suppress(UnicodeEncodeError):  # a surrogate that stands for no byte
        if b"\0" not in os.fsencode(path):
            return Path(path)
    raise ApiValueError("folder has a character in it that no path can have")


def file_name(identifier: str) -> str:
    """Make an identifier a name that is no path; two identifiers never share one, not even where case is ignored."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", identifier)[:_MAX_NAME_LENGTH]
    if plain == identifier == identifier.lower():
        return plain
    return f"{plain}-{hashlib.sha256(identifier.encode(errors='surrogatepass')).hexdigest()[:8]}"


@dataclass(frozen=True)
class OutputFile:
    """One file in the caller's folder."""

    folder: Path
    stem: str
    """The name without its extension, which the file's bytes decide."""
    overwrite: bool

    def existing(self) -> Path | None:
        """Find a file that is there already and is not to be replaced."""
        return None if self.overwrite else next((path for path in self._paths() if path.is_file()), None)

    def write(self, write_to: Callable[[IO[bytes]], str]) -> Path:
        """Write a file by a function that returns its extension; move it to its name when its last byte is written."""
        part = self.folder / f".{self.stem}.{secrets.token_hex(8)}.part"
        with _created(self.folder):
            try:
                with part.open("x+b") as file:
                    path = self.folder / f"{self.stem}.{write_to(file)}"
                with _advice_for_open_file(path):
                    _portability.move(lambda: part.replace(path))
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        for older in self._paths() if self.overwrite else ():
            if older != path:
                with _advice_for_open_file(older):
                    older.unlink(missing_ok=True)
        return path

    def _paths(self) -> list[Path]:
        """List the file's path with each extension that it may have."""
        return [self.folder / f"{self.stem}.{extension}" for extension in EXTENSIONS]


@contextmanager
def _advice_for_open_file(path: Path) -> Generator[None]:
    """Say what to do where the system refuses to replace a file, as Windows does while a viewer has it open."""
    try:
        yield
    except PermissionError as error:
        reason = f"{error.strerror}: it cannot be replaced; if it is open in another program, close it there"
        raise PermissionError(error.errno, reason, str(path)) from error


@contextmanager
def _created(folder: Path) -> Generator[None]:
    """Make a folder, and remove it where nothing came into it."""
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        with contextlib.suppress(OSError):  # something else is in it by now
            for path in made:
                path.rmdir()
        raise
