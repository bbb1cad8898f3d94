"""One call as it goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from quantcdn._transport.errors import Failure, failure
from quantcdn._transport.redaction import header_secrets, redacted
from quantcdn.exceptions import RequestInfo
from quantcdn.timeout import Timeout


def _no_headers() -> dict[str, str]:
    return {}  # dict[str, str] would do it by an exception of its own


@dataclass(slots=True)
class Call:
    """One call as it goes on: what is asked, since when, and how often it was tried."""

    method: str
    host: str
    path: str
    request_secrets: Callable[[], tuple[str, ...]]
    timeout: Timeout
    clock: Callable[[], float]
    started: float = field(init=False)
    attempts: int = 0
    proxy_headers: Mapping[str, str] = field(default_factory=_no_headers)
    """What goes to a proxy with its last attempt, which may respond in the service's place."""
    hook_headers: Mapping[str, str] = field(default_factory=_no_headers)
    """What ``on_request`` has added to its last attempt."""
    resent: bool = False
    retry_cost: int = 0
    """What its last retry took of the client's retry budget."""
    is_budget_spent: bool = False
    """Whether that budget was too small for another retry."""
    reused: bool = False
    """Whether its last attempt went over a connection that was there before."""

    def __post_init__(self) -> None:
        self.started = self.clock()

    def resume(self, before: RequestInfo) -> None:
        """Go on with a call: its limit and its count of attempts."""
        self.started -= before.seconds
        self.attempts = before.attempts

    @property
    def deadline(self) -> float:
        """When the whole call ends, by the clock."""
        return self.started + self.timeout.total

    @property
    def remaining(self) -> float:
        """The seconds until the deadline; negative once past."""
        return self.deadline - self.clock()

    def secrets(self) -> tuple[str, ...]:
        """List what authorised the request, which no error may show."""
        return (*self.request_secrets(), *header_secrets(self.proxy_headers), *header_secrets(self.hook_headers))

    def without_secrets(self, text: str) -> str:
        """Put ``[secret]`` where a response repeats what the request was authorised by."""
        return redacted(text, self.secrets())

    def info(self) -> RequestInfo:
        """Give what an error says of the call."""
        return RequestInfo(
            self.method, self.host + self.path, self.attempts, self.clock() - self.started, self.is_budget_spent
        )

    def explain(self, error: Exception) -> Failure:
        """Tell what an error means for the call."""
        failed = failure(error, overdue=self.remaining <= 0, seconds=self.timeout.total)
        return failed._replace(reason=self.without_secrets(failed.reason))
