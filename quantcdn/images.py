"""Pictures of an execution become files: from its signed addresses in full quality, else from its data URIs."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from quantcdn._pictures import EXTENSIONS
from quantcdn._pictures import Image as Image
from quantcdn._pictures import image_from_uri as image_from_uri
from quantcdn._pictures import image_of as image_of
from quantcdn.api_client import ApiClient
from quantcdn.configuration import Configuration
from quantcdn.exceptions import ApiException, ApiResponseException, ApiValueError
from quantcdn.models.get_ai_tool_execution_status200_response import GetAIToolExecutionStatus200Response
from quantcdn.models.get_ai_tool_execution_status200_response_result import GetAIToolExecutionStatus200ResponseResult

Source = Literal["auto", "signed", "inline"]

_LONGEST_NAME = 100


def save_images(
    execution: GetAIToolExecutionStatus200Response,
    folder: str | os.PathLike[str],
    *,
    api_client: ApiClient | None = None,
    source: Source = "auto",
    overwrite: bool = False,
) -> list[Path]:
    """Save the pictures of an execution.

    A file is written beside its place and then moved there, so that no half of one is ever seen.

    Args:
        execution: The execution, complete.
        folder: Where they go; it is made if it does not exist.
        api_client: The client whose time limits, size limits, proxy and certificates count for the
            signed addresses; None for the defaults. Its token is never sent to them.
        source: ``signed`` for the originals at the signed addresses, ``inline`` for the smaller ones
            in the answer itself, ``auto`` for the originals, and from the first that cannot be had
            on for the others.
        overwrite: Whether files that exist are replaced; otherwise they are kept, and their pictures
            are not fetched.

    Returns:
        The paths: the execution's identifier, a number, and an ending for the kind of picture.

    Raises:
        ApiResponseException: Something is no picture, or too large; nothing of it was written.
        ForbiddenException: A signed address has expired, and ``source`` is ``signed``.
        ApiException: A signed address cannot be read, and ``source`` is ``signed``.
        ApiValueError: ``source`` is none of the three, or the client is closed.
        OSError: The folder cannot be written.
    """
    if source not in ("auto", "signed", "inline"):
        raise ApiValueError(f"source must be auto, signed or inline, not {source!r}")
    result = execution.result
    if not isinstance(result, GetAIToolExecutionStatus200ResponseResult):
        return []
    target = _Target(Path(folder), _file_name(execution.execution_id), overwrite)
    saved: list[Path] = []
    if source != "inline" and result.s3_urls:
        try:
            with _client(api_client) as client:
                for number, url in enumerate(result.s3_urls):
                    saved.append(target.kept(number) or target.store(number, _downloaded(client, url)))
            return saved
        except ApiException:
            if source == "signed" or len(saved) >= len(result.images or ()):
                raise
    if source == "signed":
        return []
    limit = (Configuration() if api_client is None else api_client.configuration).max_image_size
    images = result.inline_images(limit)
    rest = range(len(saved), len(images))
    return saved + [target.kept(number) or target.store(number, images[number]) for number in rest]


@contextmanager
def _client(given: ApiClient | None) -> Generator[ApiClient]:
    if given is not None:
        yield given
        return
    with ApiClient(Configuration()) as own:
        yield own


def _downloaded(client: ApiClient, url: str) -> Image:
    try:
        return image_of(client.rest_client.download(url).data)
    except ApiValueError as error:
        if client.rest_client.is_closed:
            raise
        # The service chose the address, not the caller.
        problem = ApiResponseException(reason=str(error))
    raise problem


def _file_name(identifier: str) -> str:
    """Make an identifier a name that is no path; different identifiers have different names."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", identifier)[:_LONGEST_NAME]
    if plain == identifier:
        return plain
    return f"{plain}-{hashlib.sha256(identifier.encode(errors='surrogatepass')).hexdigest()[:8]}"


@dataclass(frozen=True)
class _Target:
    """Where the pictures of one execution go."""

    folder: Path
    name: str
    overwrite: bool

    def kept(self, number: int) -> Path | None:
        """Find a file that is there already and is to stay."""
        return None if self.overwrite else next((path for path in self._paths(number) if path.is_file()), None)

    def store(self, number: int, image: Image) -> Path:
        """Write a whole file or none: it is moved into its place when its last byte is written."""
        path = self.folder / f"{self.name}-{number}.{image.extension}"
        self.folder.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
        try:
            with beside.open("xb") as file:
                file.write(image.data)
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        for older in self._paths(number) if self.overwrite else ():
            if older != path:
                older.unlink(missing_ok=True)
        return path

    def _paths(self, number: int) -> list[Path]:
        """List what the file is called for each kind of picture."""
        return [self.folder / f"{self.name}-{number}.{extension}" for extension in EXTENSIONS.values()]
