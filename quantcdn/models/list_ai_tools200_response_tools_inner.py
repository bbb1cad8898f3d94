"""One tool, wrapped as a chat request takes it."""

from quantcdn.models._base import Model
from quantcdn.models._fields import Lenient
from quantcdn.models.list_ai_tools200_response_tools_inner_tool_spec import ListAITools200ResponseToolsInnerToolSpec


class ListAITools200ResponseToolsInner(Model):
    """One tool, wrapped as a chat request takes it.

    Attributes:
        tool_spec: Optional. The tool's name, description and input schema.
    """

    tool_spec: Lenient[ListAITools200ResponseToolsInnerToolSpec] | None = None
    """The tool's name, description and input schema."""
