"""The recent executions of an organisation, newest first."""

from typing import TYPE_CHECKING

from quantcdn._types import is_array
from quantcdn.models._fields import Count, Items, Lenient
from quantcdn.models._sequence import ListModel
from quantcdn.models.list_ai_tool_executions200_response_executions_inner import (
    ListAIToolExecutions200ResponseExecutionsInner,
)

if TYPE_CHECKING:
    import matplotlib.figure
    import pandas

    from quantcdn.models._statistics import ExecutionStats


class ListAIToolExecutions200Response(ListModel[ListAIToolExecutions200ResponseExecutionsInner]):
    """The recent executions of an organisation, newest first.

    Attributes:
        executions: The executions; the service forgets each after 24 hours.
        count: How many executions this response holds.
        org_id: The organisation.
        status: Optional. The status that the list is filtered by, or ``all``.
    """

    executions: Items[ListAIToolExecutions200ResponseExecutionsInner]
    """The executions; the service forgets each after 24 hours."""

    count: Count
    """How many executions this response holds."""

    org_id: str
    """The organisation."""

    status: Lenient[str] | None = None
    """The status that the list is filtered by, or ``all``."""

    @property
    def _sequence(self) -> list[ListAIToolExecutions200ResponseExecutionsInner]:
        return self.executions if is_array(self.executions) else []

    def stats(self) -> "ExecutionStats":
        """Count the executions of this response.

        Returns:
            Counts by tool and status, the success rate, and percentiles of the durations.
        """
        from quantcdn.models._statistics import stats_of

        return stats_of(self.executions)

    def plot(self) -> "matplotlib.figure.Figure":
        """Plot how often each tool was used over time, by status, and its durations; this needs the extra ``notebook``.

        Returns:
            A figure of matplotlib, which displays itself in a notebook and is saved by its ``savefig``. It has a row
            for each of the eight tools that were used most, and one for the others.

        Raises:
            ApiValueError: matplotlib is not installed.
        """
        from quantcdn.models._extras import import_extra

        import_extra("matplotlib", extra="notebook", needed_by="plot")
        from quantcdn.models._plot import plot_of

        return plot_of(self, ListAIToolExecutions200ResponseExecutionsInner.known_statuses)

    def to_dataframe(self) -> "pandas.DataFrame":
        """Make a data frame of pandas; this needs the extra ``pandas``.

        Returns:
            A row for each execution: ``execution_id``, ``tool_name``, ``status`` (a category, in lower
            case), ``created`` and ``completed`` in UTC, and ``duration`` from the one to the other.

        Raises:
            ApiValueError: pandas is not installed.
        """
        from quantcdn.models import _dataframes

        return _dataframes.of_executions(self.executions, ListAIToolExecutions200ResponseExecutionsInner.known_statuses)
