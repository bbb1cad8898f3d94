"""Save the images of an execution, or files of any kind, from signed URLs and from the result itself."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import IO, Literal

from quantcdn import _validation
from quantcdn._content.image import Image as Image
from quantcdn._content.image import image_from_uri as image_from_uri
from quantcdn._content.image import image_of as image_of
from quantcdn._content.references import ORIGINALS, PREVIEWS, all_files, count_under, files_under
from quantcdn._saving.folder import OutputFile
from quantcdn._saving.limits import MAX_FILES, MAX_TOTAL_SIZE, TIMEOUT, SaveLimits
from quantcdn._saving.saver import Execution as Execution
from quantcdn._saving.saver import OnProgress as OnProgress
from quantcdn._saving.saver import Saver, saver_for
from quantcdn.api_client import ApiClient
from quantcdn.exceptions import ApiException, ApiValueError

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

_SOURCES = {"auto": (ORIGINALS, PREVIEWS), "signed": (ORIGINALS,), "inline": (PREVIEWS,)}

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

    A file is written under another name and then renamed, so that no half of one is ever seen.

    Args:
        execution: The execution, complete; or a tool of an orchestration.
        folder: The folder for the files; it is created if it does not exist.
        api_client: The client whose time limits, size limits, proxy and certificates count for the
            signed URLs; None for the default client, else the default configuration. Its token is never sent to them.
        source: ``signed`` for the originals at the signed URLs, ``inline`` for the previews in the result itself,
            ``auto`` for the originals, and from the first that cannot be fetched on for the previews, with a warning
            of the logger ``quantcdn``.
        overwrite: Whether to replace files that exist; otherwise their images are not fetched.
        max_files: How many images the result may have, 1 or more.
        max_total_size: How many bytes they may have together, not counting files that exist, 1 or more.
        timeout: Seconds for all of them together, above 0 and at most 86,400.

    Returns:
        The paths: the execution's identifier, a number, ``-preview`` where there is an original too, and an extension
        for the kind of image.

    Raises:
        ApiTypeError: ``execution`` is neither, or another argument is of a wrong type.
        ApiValueError: An argument has a value that cannot be used, or the client is closed.
        ApiResponseException: Something is no image, or there is too much; nothing of it was written.
        ForbiddenException: A signed URL has expired, and ``source`` is ``signed``.
        ApiTimeoutException: The time limit has passed.
        ApiException: A signed URL cannot be read, and ``source`` is ``signed``.
        OSError: The folder cannot be written, or a file to replace is open in another program (on Windows).
    """
    if not isinstance(source, str) or source not in _SOURCES:
        raise ApiValueError(f"source must be auto, signed or inline, not {_validation.shown(source)}")
    limits = SaveLimits(max_files, max_total_size, timeout)
    with saver_for("save_images", execution, folder, api_client, limits, overwrite=overwrite) as images:
        for keys in _SOURCES[source]:
            limits.check_number(count_under(images.result, keys))
        if source == "inline":
            return _save_previews(images, [])
        return _save_originals(images, is_only_choice=source == "signed")


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

    A file is streamed to the disk under another name, and renamed when it is whole. Where a download breaks off, the
    next attempt resumes it if the host can do so and the file is still the same.

    Args:
        execution: The execution, complete; or a tool of an orchestration.
        folder: The folder for the files; it is created if it does not exist.
        api_client: The client whose time limits for connecting and for each silence, retries, proxy and certificates
            count; None for the default client, else the default configuration. Its token is never sent along.
        overwrite: Whether to replace files that exist; otherwise they are not fetched.
        on_progress: Called with the bytes of a file so far, its bytes in all (None where its host does not say)
            and its name without the extension. The bytes may become fewer, where a download starts again. What it
            raises ends the call.
        max_files: How many files the result may have, 1 or more.
        max_file_size: How many bytes one file may have, 1 or more; None for no limit but that of the sum.
        max_total_size: How many bytes they may have together, not counting files that exist, 1 or more.
        timeout: Seconds for all of them together, above 0 and at most 86,400.

    Returns:
        The paths, in the order of the result: the execution's identifier, a number, ``-file``, and an extension for
        the kind of file by its first bytes.

    Raises:
        ApiTypeError: ``execution`` is neither, or another argument is of a wrong type.
        ApiValueError: An argument has a value that cannot be used, or the client is closed.
        ApiResponseException: There is too much, or something that the result holds is damaged.
        ForbiddenException: A signed URL has expired.
        ApiTimeoutException: The time limit has passed.
        ApiException: A file cannot be fetched. All others were saved before the error of the first such file is raised.
        OSError: The folder cannot be written, or a file to replace is open in another program (on Windows).
    """
    limits = SaveLimits(max_files, max_total_size, timeout)
    _validation.optional_function("on_progress", on_progress)
    max_size = None if max_file_size is None else _validation.size("max_file_size", max_file_size)
    with saver_for("save_files", execution, folder, api_client, limits, overwrite=overwrite) as files:
        references = all_files(files.result)
        limits.check_number(len(references))
        saved: list[Path] = []
        problem: ApiException | None = None
        for number, reference in enumerate(references):
            output = files.output(number, "-file")
            try:
                saved.append(output.existing() or files.write_file(reference, output, max_size, on_progress))
            except ApiException as error:
                if files.budget.is_spent:
                    raise
                problem = problem or error
        if problem is not None:
            raise problem
        return saved


def _save_originals(images: Saver, *, is_only_choice: bool) -> list[Path]:
    saved: list[Path] = []
    try:
        for number, reference in enumerate(files_under(images.result, ORIGINALS)):
            output = images.output(number)
            saved.append(output.existing() or _write_image(output, images.image(reference)))
    except ApiException as error:
        if is_only_choice or len(saved) >= count_under(images.result, PREVIEWS):
            raise
        lost = (
            f"{images.name}: original {len(saved)} cannot be fetched; its preview and those after it are saved instead"
        )
        _LOGGER.warning("%s: %s", lost, error)
    else:
        if saved or is_only_choice:
            return saved
    return _save_previews(images, saved, replaces_originals=True)


def _save_previews(images: Saver, originals: list[Path], *, replaces_originals: bool = False) -> list[Path]:
    """Save the images that the result itself holds, from the first without an original on."""
    previews = files_under(images.result, PREVIEWS)
    linked = count_under(images.result, ORIGINALS)
    found: list[Path | tuple[OutputFile, Image]] = []
    for number in range(len(originals), len(previews)):
        # A preview must not pass for the original, here or in the next run.
        output = images.output(number, "-preview" if number < linked else "")
        original = images.output(number).existing() if replaces_originals else None
        found.append(original or output.existing() or (output, images.image(previews[number])))
    # All are read before the first is written.
    return originals + [item if isinstance(item, Path) else _write_image(*item) for item in found]


def _write_image(output: OutputFile, image: Image) -> Path:
    def write_to(disk: IO[bytes]) -> str:
        """Write the bytes, and return their extension."""
        disk.write(image.data)
        return image.extension

    return output.write(write_to)
