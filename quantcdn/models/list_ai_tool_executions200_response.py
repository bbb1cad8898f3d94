"""The recent executions of an organisation, newest first."""

from quantcdn._stats import ExecutionStats, stats_of
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

    def stats(self) -> ExecutionStats:
        """Count the executions of this answer.

        Returns:
            Counts by tool and status, the success rate, and percentiles of the durations.
        """
        return stats_of(self.executions)
