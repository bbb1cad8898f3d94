"""The names of the tools that an organisation may use."""

from quantcdn.models._model import Count, Model


class ListAIToolNames200Response(Model):
    """The names of the tools that an organisation may use."""

    tools: list[str]
    """The names."""

    count: Count
    """How many names there are."""
