"""One tool of an orchestration: its status and its result."""

from typing import ClassVar

from quantcdn.models._base import Model, StatusMixin
from quantcdn.models._fields import Json, Lenient


class GetAIOrchestrationStatus200ResponseToolsInner(StatusMixin, Model):
    """One tool of an orchestration: its status and its result.

    Attributes:
        execution_id: Optional. The identifier of the tool's execution.
        tool_name: Optional. The name of the tool.
        status: Optional. One of ``known_statuses``, or one that the service has added.
        result: Optional. What the tool returned once complete, as the service sent it.
        error: Optional. Why it failed.
    """

    known_statuses: ClassVar[tuple[str, ...]] = ("pending", "running", "complete", "failed")

    execution_id: Lenient[str] | None = None
    """The identifier of the tool's execution."""

    tool_name: Lenient[str] | None = None
    """The name of the tool."""

    status: Lenient[str] | None = None
    """One of ``known_statuses``, or one that the service has added."""

    result: Json = None
    """What the tool returned once complete, as the service sent it."""

    error: Lenient[str] | None = None
    """Why it failed."""
