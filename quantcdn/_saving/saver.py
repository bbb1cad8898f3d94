"""Save the files of one result: check what was given, name the files, and get their bytes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import IO

from quantcdn import _validation
from quantcdn._content.image import Image, image_of
from quantcdn._content.references import FileReference, plain_result
from quantcdn._display.text import without_query
from quantcdn._file_formats.media_types import extension_of
from quantcdn._saving.download import Download, DownloadRequest
from quantcdn._saving.folder import OutputFile, checked_folder, file_name
from quantcdn._saving.limits import Budget, SaveLimits
from quantcdn._transport.downloads import download_target, reach_of
from quantcdn._types import is_array, is_object
from quantcdn.api_client import ApiClient
from quantcdn.configuration import Configuration
from quantcdn.exceptions import ApiResponseException, ApiTypeError, ApiValueError
from quantcdn.models.get_ai_orchestration_status200_response import GetAIOrchestrationStatus200Response
from quantcdn.models.get_ai_orchestration_status200_response_tools_inner import (
    GetAIOrchestrationStatus200ResponseToolsInner,
)
from quantcdn.models.get_ai_tool_execution_status200_response import GetAIToolExecutionStatus200Response
from quantcdn.models.list_ai_tool_executions200_response_executions_inner import (
    ListAIToolExecutions200ResponseExecutionsInner,
)
from quantcdn.timeout import Timeout

Execution = GetAIToolExecutionStatus200Response | GetAIOrchestrationStatus200ResponseToolsInner
"""What has a result: an execution, or a tool of an orchestration."""

OnProgress = Callable[[int, int | None, str], object]
"""Called with the bytes of a file so far, its bytes in all or None, and its name without the extension."""

_WHAT_TO_PASS: tuple[tuple[type, str], ...] = (
    (str, "an identifier, whose execution get_ai_tool_execution_status(organisation, identifier) returns"),
    (ListAIToolExecutions200ResponseExecutionsInner, "an item of a list, which has no result"),
    (GetAIOrchestrationStatus200Response, "an orchestration: pass each of its tools"),
)


def checked_execution(function: str, value: object) -> Execution:
    """Check the argument that has a result."""
    if isinstance(value, Execution):
        return value
    given = next((what for kind, what in _WHAT_TO_PASS if isinstance(value, kind)), type(value).__name__)
    raise ApiTypeError(
        f"{function} takes an execution as get_ai_tool_execution_status or a wait returns it, or a tool of an "
        f"orchestration, not {given}"
    )


@contextmanager
def saver_for(
    function: str,
    execution: object,
    folder: str | os.PathLike[str],
    api_client: object,
    limits: SaveLimits,
    *,
    overwrite: bool,
) -> Generator[Saver]:
    """Check what every function that saves is given, and open the client whose settings count."""
    checked, path = checked_execution(function, execution), checked_folder(folder)
    _validation.boolean("overwrite", overwrite)
    with _client(api_client) as client:
        yield Saver(client, checked, path, limits, overwrite)


def _client(given: object) -> AbstractContextManager[ApiClient]:
    """Choose the client: the one given, else the default one, else one of the default settings."""
    if given is not None and not isinstance(given, ApiClient):
        raise ApiTypeError(f"api_client takes an ApiClient or None, not {type(given).__name__}")
    client = given or ApiClient.existing_default()
    return ApiClient(Configuration.get_default()) if client is None else nullcontext(client)


@dataclass(repr=False, eq=False)  # a result has signed URLs, which no log may show
class Saver:
    """One call that saves files."""

    client: ApiClient
    execution: Execution
    folder: Path
    limits: SaveLimits
    overwrite: bool

    def __post_init__(self) -> None:
        self.result = plain_result(self.execution.result)
        self.budget = Budget(self.limits, self.client.rest_client.now)
        self._service = self.client.configuration.host

    @cached_property
    def name(self) -> str:
        """The name that all files of the execution share, without number and extension."""
        return _name_of(self.execution, self.result)

    def output(self, number: int, suffix: str = "") -> OutputFile:
        """Name a file."""
        return OutputFile(self.folder, f"{self.name}-{number}{suffix}", self.overwrite)

    def image(self, file: FileReference) -> Image:
        """Get an image, wherever it is; an error names its location in the result."""
        data = self._image_data(file)
        try:
            return image_of(data)
        except ApiResponseException as error:
            problem = ApiResponseException(reason=f"{file.location}: {error.reason}")
        raise problem

    def _image_data(self, file: FileReference) -> bytes:
        settings = self.client.configuration
        with self.budget.size_limit(settings.max_image_size) as limit:
            if file.is_link:
                self._check_url(file)
                timeout = replace(settings.timeout, total=min(settings.timeout.total, self.budget.seconds()))
                download = self.client.rest_client.download
                data = download(file.text, timeout=timeout, limit=limit, service=self._service).data
            else:
                data = file.read(limit)[1]
        self.budget.spend(len(data))
        return data

    def write_file(
        self, file: FileReference, output: OutputFile, max_size: int | None, on_progress: OnProgress | None
    ) -> Path:
        """Save a file of any kind."""

        def notify(size: int, total: int | None) -> None:
            """Call the caller's function with the file's name."""
            if on_progress is not None:
                on_progress(size, total, output.stem)

        def write_to(disk: IO[bytes]) -> str:
            """Write the file within the budget, and return its extension."""
            with self.budget.size_limit(max_size or self.limits.max_total_size) as limit:
                extension = self._fetch(file, disk, limit, notify)
            self.budget.spend(disk.seek(0, 2))
            return extension

        return output.write(write_to)

    def _fetch(
        self, file: FileReference, disk: IO[bytes], limit: int, notify: Callable[[int, int | None], None]
    ) -> str:
        """Write the bytes of a file, and return the extension of its name."""
        if file.is_link:
            self._check_url(file)
            rest, attempts = self.client.rest_client, self.client.configuration.retries.attempts
            request = DownloadRequest(rest, file.text, self._service, limit, self._file_timeout, attempts, notify)
            return Download(request, disk).run()
        media_type, data = file.read(limit)
        disk.write(data)
        notify(len(data), len(data))
        return extension_of(data, media_type)

    def _check_url(self, file: FileReference) -> None:
        try:
            download_target(file.text, reach_of(self._service))
            return
        except ApiValueError as error:
            # The service chose the URL, not the caller.
            problem = ApiResponseException(reason=f"{file.location}: {error}")
        raise problem

    def _file_timeout(self) -> Timeout:
        # A large file may take longer than a call; only how long its host may be silent is the client's to say.
        limits = self.client.configuration.timeout
        return replace(limits, read=min(limits.read, limits.total), total=self.budget.seconds())


def _name_of(execution: Execution, result: object) -> str:
    if execution.execution_id is not None:
        return file_name(execution.execution_id)
    # A tool may lack an identifier; its result names it then, the same in every run.
    digest = hashlib.sha256()
    for text in _texts(result):
        digest.update(without_query(text).encode(errors="surrogatepass") + b"\0")
    return f"{file_name(execution.tool_name or 'tool')}-{digest.hexdigest()[:16]}"


def _texts(value: object) -> Iterator[str]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif is_object(item):
            stack.extend(item.values())
        elif is_array(item):
            stack.extend(item)
