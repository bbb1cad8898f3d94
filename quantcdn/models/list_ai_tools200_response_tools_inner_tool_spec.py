"""The name, description and input schema of a tool."""

from quantcdn.models._base import Model
from quantcdn.models._fields import Lenient
from quantcdn.models.list_ai_tools200_response_tools_inner_tool_spec_input_schema import (
    ListAITools200ResponseToolsInnerToolSpecInputSchema,
)


class ListAITools200ResponseToolsInnerToolSpec(Model):
    """The name, description and input schema of a tool.

    Attributes:
        name: Optional. The tool's name, as an execution's ``tool_name`` has it.
        description: Optional. What the tool does, in words made for a language model.
        input_schema: Optional. The arguments of the tool.
    """

    name: Lenient[str] | None = None
    """The tool's name, as an execution's ``tool_name`` has it."""

    description: Lenient[str] | None = None
    """What the tool does, in words made for a language model."""

    input_schema: Lenient[ListAITools200ResponseToolsInnerToolSpecInputSchema] | None = None
    """The arguments of the tool."""
