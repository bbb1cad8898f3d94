"""The response about an orchestration that the service does not have."""

from quantcdn.models._base import Model
from quantcdn.models._fields import Lenient


class GetAIOrchestrationStatus404Response(Model):
    """The response about an orchestration that the service does not have.

    Attributes:
        error: Optional. What went wrong.
        orchestration_id: Optional. The identifier that was requested.
    """

    error: Lenient[str] | None = None
    """What went wrong."""

    orchestration_id: Lenient[str] | None = None
    """The identifier that was requested."""
