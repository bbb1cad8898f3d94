"""Files of one execution in the caller's folder: named by us, whole or not there, and kept where they exist."""

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

from quantcdn._content.media_types import EXTENSIONS
from quantcdn.exceptions import ApiTypeError, ApiValueError

_LONGEST_NAME = 100

_LONGEST_PATH = 4_096  # which is as much as Linux takes


def checked_folder(folder: str | os.PathLike[str]) -> Path:
    """Check the argument that says where files go."""
    if not isinstance(folder, (str, os.PathLike)):
        raise ApiTypeError(f"folder takes a path, not {type(folder).__name__}")
    path: object = os.fspath(folder)
    if not isinstance(path, str):
        raise ApiTypeError("folder takes a path of text, not of bytes")
    if len(path) > _LONGEST_PATH:
        raise ApiValueError(f"folder has more than {_LONGEST_PATH:,} characters")
    try:
        if b"\0" not in os.fsencode(path):
            return Path(path)
    except UnicodeEncodeError:
        pass  # a surrogate that stands for no byte
    raise ApiValueError("folder has a character in it that no path can have")


def file_name(identifier: str) -> str:
    """Make an identifier a name that is no path; different identifiers have different names."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", identifier)[:_LONGEST_NAME]
    if plain == identifier:
        return plain
    return f"{plain}-{hashlib.sha256(identifier.encode(errors='surrogatepass')).hexdigest()[:8]}"


@dataclass(frozen=True)
class Place:
    """Where one file goes."""

    folder: Path
    stem: str
    """The file's name without its ending, which its bytes decide."""
    overwrite: bool

    def kept(self) -> Path | None:
        """Find a file that is there already and is to stay."""
        return None if self.overwrite else next((path for path in self._paths() if path.is_file()), None)

    def write(self, fill: Callable[[IO[bytes]], str]) -> Path:
        """Write a whole file or none: it is moved into its place when its last byte is written.

        Args:
            fill: Writes the file, and returns the ending of its name.

        Returns:
            The file.
        """
        beside = self.folder / f".{self.stem}.{secrets.token_hex(8)}.part"
        with _folder_for(self.folder):
            try:
                with beside.open("x+b") as file:
                    path = self.folder / f"{self.stem}.{fill(file)}"
                beside.replace(path)
            except BaseException:
                beside.unlink(missing_ok=True)
                raise
        for older in self._paths() if self.overwrite else ():
            if older != path:
                older.unlink(missing_ok=True)
        return path

    def _paths(self) -> list[Path]:
        """List what the file is called for each kind of file."""
        return [self.folder / f"{self.stem}.{extension}" for extension in EXTENSIONS]


@contextmanager
def _folder_for(folder: Path) -> Generator[None]:
    """Make a folder, and take it away again where nothing came into it."""
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        with contextlib.suppress(OSError):  # something else is in it by now
            for path in made:
                path.rmdir()
        raise
