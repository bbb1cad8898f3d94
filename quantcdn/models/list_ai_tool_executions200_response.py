"""The recent executions of an organisation, newest first."""

from quantcdn.models._model import Count, Model
from quantcdn.models.list_ai_tool_executions200_response_executions_inner import (
    ListAIToolExecutions200ResponseExecutionsInner,
)


class ListAIToolExecutions200Response(Model):
    """The recent executions of an organisation, newest first."""

    executions: list[ListAIToolExecutions200ResponseExecutionsInner]
    """The executions; the service forgets each after 24 hours."""

    count: Count
    """How many executions this answer holds."""

    org_id: str
    """The organisation."""

    status: str | None = None
    """The status that was asked for, or ``all``."""
