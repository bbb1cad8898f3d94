"""What the service says of an orchestration that it does not have."""

from quantcdn.models._model import Model


class GetAIOrchestrationStatus404Response(Model):
    """What the service says of an orchestration that it does not have."""

    error: str | None = None
    """What went wrong."""

    orchestration_id: str | None = None
    """The identifier that was asked for."""
