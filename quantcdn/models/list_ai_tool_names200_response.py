"""The names of the tools that an organisation may use."""

from typing import TYPE_CHECKING

from quantcdn._types import is_array
from quantcdn.models._fields import Count, Items
from quantcdn.models._sequence import ListModel

if TYPE_CHECKING:
    import pandas


class ListAIToolNames200Response(ListModel[str]):
    """The names of the tools that an organisation may use.

    Attributes:
        tools: The names.
        count: How many names there are.
    """

    tools: Items[str]
    """The names."""

    count: Count
    """How many names there are."""

    @property
    def _sequence(self) -> list[str]:
        return self.tools if is_array(self.tools) else []

    def to_dataframe(self) -> "pandas.DataFrame":
        """Make a data frame of pandas; this needs the extra ``pandas``.

        Returns:
            A row for each tool, with its ``name``.

        Raises:
            ApiValueError: pandas is not installed.
        """
        from quantcdn.models import _dataframes

        return _dataframes.of_names(self.tools)
