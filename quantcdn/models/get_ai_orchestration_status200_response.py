"""The status of an orchestration of several tools, and its answer."""

from datetime import datetime
from typing import Any, ClassVar

from quantcdn.models._base import Model, StatusMixin
from quantcdn.models._fields import Count, DateTime, Items, Lenient, LenientDateTime, Seconds, utc
from quantcdn.models.get_ai_orchestration_status200_response_tools_inner import (
    GetAIOrchestrationStatus200ResponseToolsInner,
)


class GetAIOrchestrationStatus200Response(StatusMixin, Model):
    """The status of an orchestration of several tools, and its answer.

    Attributes:
        orchestration_id: The identifier of the orchestration.
        status: One of ``known_statuses``, or one that the service has added.
        tool_count: How many tools it runs.
        completed_tools: Optional. How many of them have finished.
        synthesized_response: Optional. The answer, as older versions of the service send it; newer ones send
            ``result``.
        tools: Optional. The status of each tool.
        error: Optional. Why it failed.
        created_at: When it was created.
        completed_at: Optional. When it completed or failed.
        result: Optional. The answer, as newer versions of the service send it; older ones send
            ``synthesized_response``.
        duration: Optional. Seconds from created to completed; newer versions of the service send it.
    """

    known_statuses: ClassVar[tuple[str, ...]] = (
        "pending",
        "polling",
        "waiting_tools",
        "synthesizing",
        "complete",
        "failed",
    )

    orchestration_id: str
    """The identifier of the orchestration."""

    status: str
    """One of ``known_statuses``, or one that the service has added."""

    tool_count: Count
    """How many tools it runs."""

    completed_tools: Lenient[Count] | None = None
    """How many of them have finished."""

    synthesized_response: Lenient[str] | None = None
    """The answer, as older versions of the service send it; newer ones send ``result``."""

    tools: Lenient[Items[GetAIOrchestrationStatus200ResponseToolsInner]] | None = None
    """The status of each tool."""

    error: Lenient[str] | None = None
    """Why it failed."""

    created_at: DateTime
    """When it was created."""

    completed_at: LenientDateTime | None = None
    """When it completed or failed."""

    result: Lenient[str] | None = None
    """The answer, as newer versions of the service send it; older ones send ``synthesized_response``."""

    duration: Lenient[Seconds] | None = None
    """Seconds from created to completed; newer versions of the service send it."""

    @property
    def answer(self) -> Any:
        """The answer made of all tools' results, whichever version of the service sent it."""
        return self.result if self.result is not None else self.synthesized_response

    @property
    def created(self) -> datetime:
        """When it was created, in UTC."""
        return utc(self.created_at)

    @property
    def completed(self) -> datetime | None:
        """When it completed or failed, in UTC."""
        return utc(self.completed_at)
