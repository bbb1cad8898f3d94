"""One execution in a list: its status, but not its result."""

from datetime import datetime
from typing import ClassVar

from quantcdn.models._base import Model, StatusMixin
from quantcdn.models._fields import Lenient, LenientDateTime, utc


class ListAIToolExecutions200ResponseExecutionsInner(StatusMixin, Model):
    """One execution in a list: its status, but not its result.

    Attributes:
        execution_id: Optional. The identifier, by which its result can be requested.
        tool_name: Optional. The name of the tool.
        status: Optional. One of ``known_statuses``, or one that the service has added.
        created_at: Optional. When it was created.
        completed_at: Optional. When it completed or failed.
    """

    known_statuses: ClassVar[tuple[str, ...]] = ("pending", "running", "complete", "failed")

    execution_id: Lenient[str] | None = None
    """The identifier, by which its result can be requested."""

    tool_name: Lenient[str] | None = None
    """The name of the tool."""

    status: Lenient[str] | None = None
    """One of ``known_statuses``, or one that the service has added."""

    created_at: LenientDateTime | None = None
    """When it was created."""

    completed_at: LenientDateTime | None = None
    """When it completed or failed."""

    @property
    def created(self) -> datetime | None:
        """When it was created, in UTC."""
        return utc(self.created_at)

    @property
    def completed(self) -> datetime | None:
        """When it completed or failed, in UTC."""
        return utc(self.completed_at)
