"""One execution in a list: how far it is, but not its result."""

from datetime import datetime
from typing import ClassVar

from quantcdn.models._base import Model, StatusMixin
from quantcdn.models._fields import Lenient, LenientDateTime, utc


class ListAIToolExecutions200ResponseExecutionsInner(StatusMixin, Model):
    """One execution in a list: how far it is, but not its result."""

    known_statuses: ClassVar[tuple[str, ...]] = ("pending", "running", "complete", "failed")

    execution_id: Lenient[str] | None = None
    """The identifier, by which its result can be asked for."""

    tool_name: Lenient[str] | None = None
    """The name of the tool that was run."""

    status: Lenient[str] | None = None
    """One of ``known_statuses``, or one that the service has added."""

    created_at: LenientDateTime | None = None
    """When it was asked for."""

    completed_at: LenientDateTime | None = None
    """When it finished, well or badly."""

    @property
    def created(self) -> datetime | None:
        """When it was asked for, in UTC."""
        return utc(self.created_at)

    @property
    def completed(self) -> datetime | None:
        """When it finished, in UTC."""
        return utc(self.completed_at)
