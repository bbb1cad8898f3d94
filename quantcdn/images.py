"""What tools made becomes files: images, and files of any other kind, from signed URLs and from the result itself."""

from __future__ import annotations

import logging
import os
from functools import partial
from pathlib import Path
from typing import IO, Literal

from quantcdn import _validation
from quantcdn._content.image import Image as Image
from quantcdn._content.image import image_from_uri as image_from_uri
from quantcdn._content.image import image_of as image_of
from quantcdn._content.references import ORIGINALS, PREVIEWS, Content, all_contents, count, listed
from quantcdn._saving.folder import Place, checked_folder
from quantcdn._saving.saver import Bounds, Saving, checked_execution, client_for
from quantcdn._saving.saver import Execution as Execution
from quantcdn._saving.saver import OnProgress as OnProgress
from quantcdn.api_client import ApiClient
from quantcdn.exceptions import ApiException, ApiResponseException, ApiValueError

__all__ = [
    "MAX_FILES",
    "MAX_TOTAL_SIZE",
    "TIMEOUT",
    "Execution",
    "Image",
    "OnProgress",
    "Source",
    "image_from_uri",
    "image_of",
    "save_files",
    "save_images",
]

Source = Literal["auto", "signed", "inline"]

MAX_FILES = 50
"""How many files one call saves at most unless told otherwise."""

MAX_TOTAL_SIZE = 512 * 1024 * 1024
"""How many bytes one call takes at most unless told otherwise."""

TIMEOUT = 600.0
"""How many seconds one call takes at most unless told otherwise."""

_LOGGER = logging.getLogger("quantcdn")


def save_images(
    execution: Execution,
    folder: str | os.PathLike[str],
    *,
    api_client: ApiClient | None = None,
    source: Source = "auto",
    overwrite: bool = False,
    max_files: int = MAX_FILES,
    max_total_size: int = MAX_TOTAL_SIZE,
    timeout: float = TIMEOUT,
) -> list[Path]:
    """Save the images of an execution.

    A file is written beside its place and then moved there, so that no half of one is ever seen.

    Args:
        execution: The execution, complete; or a tool of an orchestration.
        folder: Where they go; it is made if it does not exist.
        api_client: The client whose time limits, size limits, proxy and certificates count for the
            signed URLs; None for the default client, else the default configuration. Its token is never sent to them.
        source: ``signed`` for the originals at the signed URLs, ``inline`` for the smaller ones
            in the result itself, ``auto`` for the originals, and from the first that cannot be had
            on for the others, with a warning of the logger ``quantcdn``.
        overwrite: Whether files that exist are replaced; otherwise they are kept, and their images
            are not fetched.
        max_files: How many images the result may have, 1 or more.
        max_total_size: How many bytes they may have together, files that are kept not counted, 1 or more.
        timeout: Seconds for all of them together, above 0 and at most 86,400.

    Returns:
        The paths: the execution's identifier, a number, ``-preview`` where there is an original too, and an ending
        for the kind of image.

    Raises:
        ApiTypeError: ``execution`` is neither, or another argument is of a wrong type.
        ApiValueError: An argument has a value that cannot be used, or the client is closed.
        ApiResponseException: Something is no image, or there is too much; nothing of it was written.
        ForbiddenException: A signed URL has expired, and ``source`` is ``signed``.
        ApiTimeoutException: The time is over.
        ApiException: A signed URL cannot be read, and ``source`` is ``signed``.
        OSError: The folder cannot be written.
    """
    if source not in ("auto", "signed", "inline"):
        raise ApiValueError(f"source must be auto, signed or inline, not {_validation.shown(source)}")
    bounds = Bounds(max_files, max_total_size, timeout)
    checked_execution("save_images", execution)
    where = checked_folder(folder)
    _validation.boolean("overwrite", overwrite)
    with client_for(api_client) as client:
        saving = Saving(client, execution, where, overwrite=overwrite, bounds=bounds)
        for keys in {"auto": (ORIGINALS, PREVIEWS), "signed": (ORIGINALS,), "inline": (PREVIEWS,)}[source]:
            saving.check_number(count(saving.result, keys))
        if source == "inline":
            return _save_previews(saving, [])
        return _save_originals(saving, is_only_choice=source == "signed")


def save_files(
    execution: Execution,
    folder: str | os.PathLike[str],
    *,
    api_client: ApiClient | None = None,
    overwrite: bool = False,
    on_progress: OnProgress | None = None,
    max_files: int = MAX_FILES,
    max_file_size: int | None = None,
    max_total_size: int = MAX_TOTAL_SIZE,
    timeout: float = TIMEOUT,
) -> list[Path]:
    """Save all files that the result of an execution links or holds, of whatever kind.

    A file goes to the disk in pieces, beside its place, and is moved there when it is whole. Where a download breaks
    off, the next attempt goes on from there if the host can do so and the file is still the same.

    Args:
        execution: The execution, complete; or a tool of an orchestration.
        folder: Where they go; it is made if it does not exist.
        api_client: The client whose time limits for connecting and for each silence, retries, proxy and certificates
            count; None for the default client, else the default configuration. Its token is never sent along.
        overwrite: Whether files that exist are replaced; otherwise they are kept, and not fetched.
        on_progress: Called with the bytes of a file so far, how many it has in all (None where its host does not say)
            and its name without the ending. The bytes may become fewer, where a file has to begin anew. What it
            raises ends the call.
        max_files: How many files the result may have, 1 or more.
        max_file_size: How many bytes one file may have, 1 or more; None for no limit but that of the sum.
        max_total_size: How many bytes they may have together, files that are kept not counted, 1 or more.
        timeout: Seconds for all of them together, above 0 and at most 86,400.

    Returns:
        The paths, in the order of the result: the execution's identifier, a number, ``-file``, and an ending for the
        kind of file by its first bytes.

    Raises:
        ApiTypeError: ``execution`` is neither, or another argument is of a wrong type.
        ApiValueError: An argument has a value that cannot be used, or the client is closed.
        ApiResponseException: There is too much, or something that the result holds is damaged.
        ForbiddenException: A signed URL has expired.
        ApiTimeoutException: The time is over.
        ApiException: A file cannot be fetched. All others were saved before the error of the first such file is raised.
        OSError: The folder cannot be written.
    """
    bounds = Bounds(max_files, max_total_size, timeout)
    checked_execution("save_files", execution)
    where = checked_folder(folder)
    _validation.boolean("overwrite", overwrite)
    _validation.optional_function("on_progress", on_progress)
    largest = None if max_file_size is None else _validation.size("max_file_size", max_file_size)
    with client_for(api_client) as client:
        saving = Saving(client, execution, where, overwrite=overwrite, bounds=bounds)
        contents = all_contents(saving.result)
        saving.check_number(len(contents))
        saved: list[Path] = []
        problem: ApiException | None = None
        for number, content in enumerate(contents):
            place = saving.place(number, "-file")
            fill = partial(saving.fill, content, place, largest, on_progress)
            try:
                saved.append(place.kept() or place.write(fill))
            except ApiException as error:
                if saving.is_over:
                    raise
                problem = problem or error
        if problem is not None:
            raise problem
        return saved


def _save_originals(saving: Saving, *, is_only_choice: bool) -> list[Path]:
    saved: list[Path] = []
    try:
        for number, content in enumerate(listed(saving.result, ORIGINALS)):
            place = saving.place(number)
            saved.append(place.kept() or _store(place, _image(saving, content)))
    except ApiException as error:
        if is_only_choice or len(saved) >= count(saving.result, PREVIEWS):
            raise
        lost = f"{saving.name}: original {len(saved)} cannot be had; its preview and those after it are saved instead"
        _LOGGER.warning("%s: %s", lost, error)
    else:
        if saved or is_only_choice:
            return saved
    return _save_previews(saving, saved, in_place_of_originals=True)


def _save_previews(saving: Saving, originals: list[Path], *, in_place_of_originals: bool = False) -> list[Path]:
    """Save the images that the result itself holds, from the first without an original on."""
    previews = listed(saving.result, PREVIEWS)
    linked = count(saving.result, ORIGINALS)
    found: list[Path | tuple[Place, Image]] = []
    for number in range(len(originals), len(previews)):
        # A preview must not pass for the original, here or in the next run.
        place = saving.place(number, "-preview" if number < linked else "")
        kept = saving.place(number).kept() if in_place_of_originals else None
        found.append(kept or place.kept() or (place, _image(saving, previews[number])))
    # All are read before the first is written.
    return originals + [item if isinstance(item, Path) else _store(*item) for item in found]


def _image(saving: Saving, content: Content) -> Image:
    data = saving.image_data(content)
    try:
        return image_of(data)
    except ApiResponseException as error:
        problem = ApiResponseException(reason=f"{content.place}: {error.reason}")
    raise problem


def _store(place: Place, image: Image) -> Path:
    def fill(file: IO[bytes]) -> str:
        file.write(image.data)
        return image.extension

    return place.write(fill)
