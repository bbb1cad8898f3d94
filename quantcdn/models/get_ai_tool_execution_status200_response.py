"""The status of one execution, and its result."""

from datetime import datetime
from typing import ClassVar

from quantcdn.models._base import Model, StatusMixin
from quantcdn.models._fields import Lenient, LenientUnixSeconds, Seconds, UnixSeconds, utc
from quantcdn.models.get_ai_tool_execution_status200_response_result import GetAIToolExecutionStatus200ResponseResult


class GetAIToolExecutionStatus200Response(StatusMixin, Model):
    """The status of one execution, and its result.

    Attributes:
        execution_id: The identifier of the execution.
        tool_name: The name of the tool.
        status: One of ``known_statuses``, or one that the service has added.
        result: Optional. What the tool returned once complete: most often an object, but any JSON value, as the service
            sent it.
        error: Optional. Why it failed.
        created_at: When it was created, in seconds since 1970.
        started_at: Optional. When the tool started, in seconds since 1970.
        completed_at: Optional. When it completed or failed, in seconds since 1970.
        duration: Optional. Seconds from started to completed, without the time that it was pending.
    """

    known_statuses: ClassVar[tuple[str, ...]] = ("pending", "running", "complete", "failed")

    execution_id: str
    """The identifier of the execution."""

    tool_name: str
    """The name of the tool."""

    status: str
    """One of ``known_statuses``, or one that the service has added."""

    result: Lenient[GetAIToolExecutionStatus200ResponseResult] = None
    """What the tool returned once complete: most often an object, but any JSON value, as the service sent it."""

    error: Lenient[str] | None = None
    """Why it failed."""

    created_at: UnixSeconds
    """When it was created, in seconds since 1970."""

    started_at: LenientUnixSeconds | None = None
    """When the tool started, in seconds since 1970."""

    completed_at: LenientUnixSeconds | None = None
    """When it completed or failed, in seconds since 1970."""

    duration: Lenient[Seconds] | None = None
    """Seconds from started to completed, without the time that it was pending."""

    @property
    def created(self) -> datetime:
        """When it was created, in UTC."""
        return utc(self.created_at)

    @property
    def started(self) -> datetime | None:
        """When the tool started, in UTC."""
        return utc(self.started_at)

    @property
    def completed(self) -> datetime | None:
        """When it completed or failed, in UTC."""
        return utc(self.completed_at)
