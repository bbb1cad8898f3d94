"""How far one execution is, and its result."""

from datetime import datetime
from typing import ClassVar

from quantcdn.models._base import Model, StatusMixin
from quantcdn.models._fields import Lenient, LenientUnixSeconds, Seconds, UnixSeconds, utc
from quantcdn.models.get_ai_tool_execution_status200_response_result import GetAIToolExecutionStatus200ResponseResult


class GetAIToolExecutionStatus200Response(StatusMixin, Model):
    """How far one execution is, and its result."""

    known_statuses: ClassVar[tuple[str, ...]] = ("pending", "running", "complete", "failed")

    execution_id: str
    """The identifier that was asked for."""

    tool_name: str
    """The name of the tool that was run."""

    status: str
    """One of ``known_statuses``, or one that the service has added."""

    result: Lenient[GetAIToolExecutionStatus200ResponseResult] = None
    """What the tool gave back once complete: most often an object, but any JSON value, kept as it came."""

    error: Lenient[str] | None = None
    """What went wrong, once failed."""

    created_at: UnixSeconds
    """When it was asked for, in seconds since 1970."""

    started_at: LenientUnixSeconds | None = None
    """When the tool began, in seconds since 1970."""

    completed_at: LenientUnixSeconds | None = None
    """When it finished, well or badly, in seconds since 1970."""

    duration: Lenient[Seconds] | None = None
    """How long the tool ran, in seconds."""

    @property
    def created(self) -> datetime:
        """When it was asked for, in UTC."""
        return utc(self.created_at)

    @property
    def started(self) -> datetime | None:
        """When the tool began, in UTC."""
        return utc(self.started_at)

    @property
    def completed(self) -> datetime | None:
        """When it finished, in UTC."""
        return utc(self.completed_at)
