"""The tools that an organisation may use."""

from typing import TYPE_CHECKING

from quantcdn._types import is_array
from quantcdn.models._fields import Count, Items
from quantcdn.models._sequence import ListModel
from quantcdn.models.list_ai_tools200_response_tools_inner import ListAITools200ResponseToolsInner

if TYPE_CHECKING:
    import pandas


class ListAITools200Response(ListModel[ListAITools200ResponseToolsInner]):
    """The tools that an organisation may use.

    Attributes:
        tools: The tools.
        count: How many tools there are.
    """

    tools: Items[ListAITools200ResponseToolsInner]
    """The tools."""

    count: Count
    """How many tools there are."""

    @property
    def _sequence(self) -> list[ListAITools200ResponseToolsInner]:
        return self.tools if is_array(self.tools) else []

    @property
    def names(self) -> list[str]:
        """The names of the tools, in their order; a tool without a name is left out."""
        return [name for tool in self.tools if (name := _name_of(tool))]

    def get(self, name: str) -> ListAITools200ResponseToolsInner | None:
        """Find a tool by its name.

        Args:
            name: The name, in the service's own letter case.

        Returns:
            The first tool of that name, or None.
        """
        return next((tool for tool in self.tools if _name_of(tool) == name), None)

    def to_dataframe(self) -> "pandas.DataFrame":
        """Make a data frame of pandas; this needs the extra ``pandas``.

        Returns:
            A row for each tool: ``name``, ``description``, and the names of its arguments, ``required``
            and ``optional``, with commas between them.

        Raises:
            ApiValueError: pandas is not installed.
        """
        from quantcdn.models import _dataframes

        return _dataframes.of_tools(self.tools)


def _name_of(tool: ListAITools200ResponseToolsInner) -> str | None:
    """Read the name of a tool; what came in its place, or in place of all that says what the tool is, is none."""
    name = getattr(tool.tool_spec, "name", None)
    return name if isinstance(name, str) else None
