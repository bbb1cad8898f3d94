"""One call that saves the files of a result: where they go, and what it may still take of bytes and of time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from quantcdn import _validation
from quantcdn._content.media_types import extension_of
from quantcdn._content.references import Content, plain_result
from quantcdn._display.text import without_query
from quantcdn._saving.download import Order, fetch
from quantcdn._saving.folder import Place, file_name
from quantcdn._transport.downloads import download_target, reach_of
from quantcdn._types import is_array, is_object
from quantcdn.api_client import ApiClient
from quantcdn.configuration import Configuration
from quantcdn.exceptions import ApiResponseException, ApiTimeoutException, ApiTypeError, ApiValueError
from quantcdn.models.get_ai_orchestration_status200_response_tools_inner import (
    GetAIOrchestrationStatus200ResponseToolsInner,
)
from quantcdn.models.get_ai_tool_execution_status200_response import GetAIToolExecutionStatus200Response
from quantcdn.timeout import Timeout, checked_seconds

Execution = GetAIToolExecutionStatus200Response | GetAIOrchestrationStatus200ResponseToolsInner
"""What has a result: an execution, or a tool of an orchestration."""

OnProgress = Callable[[int, int | None, str], object]
"""Called with the bytes of a file so far, how many it has in all or None, and its name without the ending."""


@dataclass(frozen=True)
class Bounds:
    """How much one call may take."""

    max_files: int
    max_total_size: int
    timeout: float

    def __post_init__(self) -> None:
        _validation.size("max_files", self.max_files)
        _validation.size("max_total_size", self.max_total_size)
        checked_seconds("timeout", self.timeout)


def checked_execution(function: str, value: object) -> Execution:
    """Check the argument that has a result."""
    if isinstance(value, Execution):
        return value
    raise ApiTypeError(
        f"{function} takes an execution as get_ai_tool_execution_status or a wait returns it, or a tool of an "
        f"orchestration, not {type(value).__name__}"
    )


@contextmanager
def client_for(given: ApiClient | None) -> Generator[ApiClient]:
    """Give the client whose settings count: the one given, else the default one, else one of the default settings."""
    if given is not None and not isinstance(given, ApiClient):
        raise ApiTypeError(f"api_client takes an ApiClient or None, not {type(given).__name__}")
    client = given or ApiClient.existing_default()
    if client is not None:
        yield client
        return
    with ApiClient(Configuration.get_default()) as own:
        yield own


class Saving:
    """One call that saves files.

    Args:
        client: Whose settings and connections count.
        execution: What has the result.
        folder: Where the files go.
        overwrite: Whether files that exist are replaced.
        bounds: How much it may take.
    """

    def __init__(
        self, client: ApiClient, execution: Execution, folder: Path, *, overwrite: bool, bounds: Bounds
    ) -> None:
        self.result = plain_result(execution.result)
        self.max_image_size = client.configuration.max_image_size
        self._client = client
        self._service = client.configuration.host
        self._execution = execution
        self._folder = folder
        self._overwrite = overwrite
        self._bounds = bounds
        self._ends = client.rest_client.now() + bounds.timeout
        self._size_left = bounds.max_total_size
        self._name: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more can be fetched."""
        return self._size_left <= 0 or self._seconds_left <= 0

    @property
    def _seconds_left(self) -> float:
        return self._ends - self._client.rest_client.now()

    @property
    def name(self) -> str:
        """What all files of the execution are called, without number and ending."""
        if self._name is None:
            self._name = _name_of(self._execution, self.result)
        return self._name

    def place(self, number: int, suffix: str = "") -> Place:
        """Say where a file goes."""
        return Place(self._folder, f"{self.name}-{number}{suffix}", self._overwrite)

    def check_number(self, number: int) -> None:
        """Refuse more files than may be saved, before the first is fetched."""
        most = self._bounds.max_files
        if number > most:
            raise ApiResponseException(reason=f"the result has {number} files, and max_files allows {most}")

    def image_data(self, content: Content) -> bytes:
        """Get the bytes of an image, wherever they are."""
        limit = self._limit(self.max_image_size)
        if not content.is_link:
            data = content.read(limit)[1]
        else:
            self._check_address(content)
            limits = self._client.configuration.timeout
            timeout = replace(limits, total=min(limits.total, self._time()))
            download = self._client.rest_client.download
            with self._told(limit < self.max_image_size):
                data = download(content.text, timeout=timeout, limit=limit, service=self._service).data
        self._size_left -= len(data)
        return data

    def fill(
        self, content: Content, place: Place, largest: int | None, on_progress: OnProgress | None, file: IO[bytes]
    ) -> str:
        """Write a file of any kind; returns the ending of its name."""
        limit = self._limit(self._bounds.max_total_size if largest is None else largest)

        def on_piece(size: int, total: int | None) -> None:
            if on_progress is not None:
                on_progress(size, total, place.stem)

        if content.is_link:
            self._check_address(content)
            rest, attempts = self._client.rest_client, self._client.configuration.retries.attempts
            order = Order(rest, content.text, self._service, limit, self._file_timeout, attempts, on_piece)
            with self._told(limit < (largest or self._bounds.max_total_size)):
                extension = fetch(order, file)
            self._size_left -= file.seek(0, 2)
            return extension
        media_type, data = content.read(limit)
        file.write(data)
        on_piece(len(data), len(data))
        self._size_left -= len(data)
        return extension_of(data, media_type)

    def _check_address(self, content: Content) -> None:
        try:
            download_target(content.text, reach_of(self._service))
            return
        except ApiValueError as error:
            # The service chose the address, not the caller.
            problem = ApiResponseException(reason=f"{content.place}: {error}")
        raise problem

    def _limit(self, largest: int) -> int:
        if self._size_left <= 0:
            most = self._bounds.max_total_size
            raise ApiResponseException(reason=f"the result has more than the {most} bytes that max_total_size allows")
        return min(largest, self._size_left)

    @contextmanager
    def _told(self, is_short: bool) -> Generator[None]:
        """Say in an error whether it is the sum that allows no more."""
        left = self._size_left
        try:
            yield
        except ApiResponseException as error:
            if is_short:
                error.hint = f"Of max_total_size, {left} bytes were left"
            raise

    def _time(self) -> float:
        left = self._seconds_left
        if left <= 0:
            raise ApiTimeoutException(0, f"not all files could be fetched within {self._bounds.timeout:g} s")
        return left

    def _file_timeout(self) -> Timeout:
        # A large file may take longer than a call; only how long it may be silent is the client's to say.
        limits = self._client.configuration.timeout
        return replace(limits, read=min(limits.read, limits.total), total=self._time())


def _name_of(execution: Execution, result: object) -> str:
    if execution.execution_id is not None:
        return file_name(execution.execution_id)
    # A tool may lack an identifier; what it made names it then, the same in every run.
    digest = hashlib.sha256()
    for text in _texts(result):
        digest.update(without_query(text).encode(errors="surrogatepass") + b"\0")
    return f"{file_name(execution.tool_name or 'tool')}-{digest.hexdigest()[:16]}"


def _texts(value: object) -> Iterator[str]:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif is_object(item):
            waiting.extend(item.values())
        elif is_array(item):
            waiting.extend(item)
