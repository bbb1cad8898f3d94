"""The tools that an organisation may use."""

from typing import TYPE_CHECKING

from quantcdn.models._model import Count, Model
from quantcdn.models.list_ai_tools200_response_tools_inner import ListAITools200ResponseToolsInner

if TYPE_CHECKING:
    import pandas


class ListAITools200Response(Model):
    """The tools that an organisation may use."""

    tools: list[ListAITools200ResponseToolsInner]
    """The tools."""

    count: Count
    """How many tools there are."""

    @property
    def names(self) -> list[str]:
        """The names of the tools, in their order; a tool without a name is left out."""
        return [tool.tool_spec.name for tool in self.tools if tool.tool_spec and tool.tool_spec.name]

    def get(self, name: str) -> ListAITools200ResponseToolsInner | None:
        """Find a tool by its name.

        Args:
            name: The name, in the service's own letter case.

        Returns:
            The first tool of that name, or None.
        """
        return next((tool for tool in self.tools if tool.tool_spec and tool.tool_spec.name == name), None)

    def to_dataframe(self) -> "pandas.DataFrame":
        """Make a data frame of pandas; this needs the extra ``pandas``.

        Returns:
            A row for each tool: ``name``, ``description``, and the names of its arguments, ``required``
            and ``optional``, with commas between them.

        Raises:
            ApiValueError: pandas is not installed.
        """
        from quantcdn import _frames

        return _frames.of_tools(self.tools)
