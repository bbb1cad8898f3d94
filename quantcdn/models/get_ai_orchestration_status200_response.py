"""How far an orchestration of several tools is, and its answer."""

from datetime import datetime
from typing import Any, ClassVar

from quantcdn.models._base import Model, StatusMixin
from quantcdn.models._fields import Count, DateTime, Items, Lenient, LenientDateTime, Seconds, utc
from quantcdn.models.get_ai_orchestration_status200_response_tools_inner import (
    GetAIOrchestrationStatus200ResponseToolsInner,
)


class GetAIOrchestrationStatus200Response(StatusMixin, Model):
    """How far an orchestration of several tools is, and its answer."""

    known_statuses: ClassVar[tuple[str, ...]] = (
        "pending",
        "polling",
        "waiting_tools",
        "synthesizing",
        "complete",
        "failed",
    )

    orchestration_id: str
    """The identifier that was asked for."""

    status: str
    """One of ``known_statuses``, or one that the service has added."""

    tool_count: Count
    """How many tools it runs."""

    completed_tools: Lenient[Count] | None = None
    """How many of them have finished."""

    synthesized_response: Lenient[str] | None = None
    """The answer, as older versions of the service send it; newer ones send ``result``."""

    tools: Lenient[Items[GetAIOrchestrationStatus200ResponseToolsInner]] | None = None
    """How far each tool is."""

    error: Lenient[str] | None = None
    """What went wrong, once failed."""

    created_at: DateTime
    """When it was asked for."""

    completed_at: LenientDateTime | None = None
    """When it finished, well or badly."""

    result: Lenient[str] | None = None
    """The answer, as newer versions of the service send it; older ones send ``synthesized_response``."""

    duration: Lenient[Seconds] | None = None
    """How long it took, in seconds; newer versions of the service send it."""

    @property
    def answer(self) -> Any:
        """The answer made of all tools' results, whichever version of the service sent it."""
        return self.result if self.result is not None else self.synthesized_response

    @property
    def created(self) -> datetime:
        """When it was asked for, in UTC."""
        return utc(self.created_at)

    @property
    def completed(self) -> datetime | None:
        """When it finished, in UTC."""
        return utc(self.completed_at)
