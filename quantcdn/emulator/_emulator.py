"""The local service as its users see it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from quantcdn import _validation
from quantcdn._types import is_collection
from quantcdn.api import ai_tools_api
from quantcdn.configuration import Configuration
from quantcdn.emulator._auth import Authenticator
from quantcdn.emulator._backend import Backend, State, hex_digest
from quantcdn.emulator._clock import AnyClock, Clock, checked_clock
from quantcdn.emulator._faults import Fault, FaultQueue
from quantcdn.emulator._http.request import RecordedRequest
from quantcdn.emulator._http.server import HOST, Server
from quantcdn.emulator._image_store import ImageStore
from quantcdn.emulator._records import Execution, Orchestration
from quantcdn.emulator._routes import routes
from quantcdn.emulator._seed import DOCUMENTED_EXECUTION, DOCUMENTED_ORCHESTRATION, seed_examples
from quantcdn.emulator._serializers import WIRE_FORMATS
from quantcdn.exceptions import ApiTypeError, ApiValueError

_INT64 = 2**63


class Emulator:
    """The AI tools API on a port of this machine, for tests and demonstrations.

    It serves from the moment it is made until ``close``, or the end of a ``with`` block. Nothing
    is run: an execution is a script, and a clock moves it on. Threads may share it.

    Args:
        port: The port, or 0 for a free one.
        token: The token that requests must carry; None makes one from the seed.
        organisation: The only organisation that there is; None accepts any.
        wire: The version of the service whose responses it sends, ``4.9`` or ``4.19``.
        clock: What moves executions on; None for the real time.
        missing_scope: A scope that the token lacks: every endpoint then responds with 403 and names it; None lets
            the token have all.
        seed: What identifiers, images and the token follow from, an integer of 64 bits.
        on_request: A function that is called with each request, before its response is sent and in the thread of
            its connection; None for none.

    Raises:
        ApiTypeError: An argument is of a wrong type.
        ApiValueError: An argument has a value that cannot be used.
        OSError: The port is in use, or may not be opened.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        token: str | None = None,
        organisation: str | None = None,
        wire: str = "4.19",
        clock: AnyClock | None = None,
        missing_scope: str | None = None,
        seed: int = 0,
        on_request: Callable[[RecordedRequest], object] | None = None,
    ) -> None:
        _validation.optional_function("on_request", on_request)
        _validation.integer("port", port, 0, 65_535)
        seed = _validation.integer("seed", seed, -_INT64, _INT64 - 1)
        authenticator = Authenticator(
            token=f"emulator_{hex_digest(seed, 'token')}" if token is None else _validation.token(token),
            organisation=None if organisation is None else _validation.text("organisation", organisation),
            missing_scope=_validation.optional_text("missing_scope", missing_scope),
        )
        wire = _checked_wire(wire)
        clock = Clock() if clock is None else checked_clock(clock)
        self._server = Server(port)
        self._backend = Backend(
            seed=seed,
            clock=clock,
            wire=wire,
            authenticator=authenticator,
            routes=routes(ai_tools_api.OPERATIONS),
            images=ImageStore(self.url, hex_digest(seed, "pictures")),
            on_request=on_request,
        )
        self._server.start(self._backend.respond)

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return f"http://{HOST}:{self._server.port}"

    @property
    def token(self) -> str:
        """The token that requests must carry; it may be changed at any time, as a rotation does."""
        return self._backend.authenticator.token

    @token.setter
    def token(self, value: str) -> None:
        self._backend.authenticator = replace(self._backend.authenticator, token=_validation.token(value))

    @property
    def clock(self) -> AnyClock:
        """What moves executions on."""
        return self._backend.clock

    @property
    def wire(self) -> str:
        """The version of the service whose responses it sends; it may be changed at any time."""
        return self._backend.wire

    @wire.setter
    def wire(self, value: str) -> None:
        self._backend.wire = _checked_wire(value)

    @property
    def requests(self) -> tuple[RecordedRequest, ...]:
        """All requests that arrived, in their order."""
        with self._backend.lock:
            return tuple(self._backend.state.request_log)

    def configuration(self, **settings: Any) -> Configuration:
        """Make a client's configuration for this service.

        Args:
            **settings: Settings of ``Configuration``; they win.

        Returns:
            The configuration.

        Raises:
            ApiTypeError: A setting is of a wrong type.
            ApiValueError: A setting has a value that cannot be used.
        """
        chosen: dict[str, Any] = {"host": self.url, "access_token": self.token, **settings}
        return Configuration(**chosen)

    def start_execution(
        self,
        tool_name: str,
        *,
        pending: float = 1.0,
        running: float = 10.0,
        result: object = None,
        error: str | None = None,
        execution_id: str | None = None,
    ) -> str:
        """Start the script of one tool: pending, then running, then complete or failed.

        Args:
            tool_name: The tool's name; any text.
            pending: How long it is pending, in seconds of the clock, 0 to 1,000,000,000.
            running: How long it runs, in seconds of the clock, 0 to 1,000,000,000.
            result: Its result, a JSON value; None for the usual of such a tool.
            error: Why it fails; None lets it complete.
            execution_id: Its identifier; None makes one. An execution of that identifier is replaced.

        Returns:
            The identifier.

        Raises:
            ApiTypeError: An argument is of a wrong type.
            ApiValueError: An argument has a value that cannot be used.
        """
        script = Execution(
            execution_id=self._identifier("exec", execution_id),
            tool_name=tool_name,
            created=self.clock.now(),
            pending=pending,
            running=running,
            result=_validation.json_value("result", result),
            error=error,
        )
        with self._backend.lock:
            self._backend.state.records.add(script)
        return script.execution_id

    def start_orchestration(
        self,
        tools: Sequence[str],
        *,
        pending: float = 1.0,
        running: float = 10.0,
        synthesizing: float = 1.0,
        answer: str | None = None,
        error: str | None = None,
        orchestration_id: str | None = None,
    ) -> str:
        """Start the script of several tools: pending, waiting for them, synthesizing, then complete or failed.

        A tool that fails counts as completed, and does not make the orchestration fail.

        Args:
            tools: Names of tools, which are started with it, or identifiers of executions, 1 or more.
            pending: How long it and the tools that it starts are pending, in seconds of the clock, 0 to 1,000,000,000.
            running: How long each tool that it starts runs, in seconds of the clock, in the same range.
            synthesizing: How long the answer takes after the last tool, in seconds of the clock, in the same range.
            answer: The answer; None makes one.
            error: Why it fails; None lets it complete.
            orchestration_id: Its identifier; None makes one. An orchestration of that identifier is replaced.

        Returns:
            The identifier.

        Raises:
            ApiTypeError: An argument is of a wrong type.
            ApiValueError: An argument has a value that cannot be used.
        """
        tools = _checked_tools(tools)
        with self._backend.lock:
            script = Orchestration(
                orchestration_id=self._identifier("orch", orchestration_id),
                executions=tuple(self._execution(tool, pending, running) for tool in tools),
                created=self.clock.now(),
                pending=pending,
                synthesizing=synthesizing,
                answer=f"All tools have answered: {', '.join(tools)}." if answer is None else answer,
                error=error,
            )
            self._backend.state.records.orchestrations[script.orchestration_id] = script
        return script.orchestration_id

    def _execution(self, tool: str, pending: float, running: float) -> Execution:
        known = self._backend.state.records.executions
        if tool not in known:
            if re.fullmatch("exec_[0-9a-f]{32}", tool):
                raise ApiValueError(f"there is no execution {tool}")
            tool = self.start_execution(tool, pending=pending, running=running)
        return known[tool]

    def _identifier(self, prefix: str, given: str | None) -> str:
        return f"{prefix}_{self._backend.next_hex(prefix)}" if given is None else _validation.text("identifier", given)

    def fill_examples(self) -> None:
        """Start executions and an orchestration in the past: some are complete, one has failed, some go on."""
        seed_examples(self._backend)

    def fill_documented(self) -> None:
        """Start the execution and the orchestration that the documentation's examples ask for, both complete."""
        self.start_execution("generate_image", pending=0, running=0, execution_id=DOCUMENTED_EXECUTION)
        self.start_orchestration(
            ["generate_image", "search_web"],
            pending=0,
            running=0,
            synthesizing=0,
            orchestration_id=DOCUMENTED_ORCHESTRATION,
        )

    def add_fault(self, fault: Fault, *, operation: str | None = None, times: int | None = 1) -> None:
        """Let something go wrong with coming requests; of several faults, the first added comes first.

        Args:
            fault: What goes wrong.
            operation: The name of an endpoint's method in ``AIToolsApi``, or ``picture`` for the
                signed URLs; None for any request.
            times: With how many requests, 1 or more; None for all until ``clear_faults`` or ``reset``.

        Raises:
            ApiTypeError: An argument is of a wrong type.
            ApiValueError: There is no such operation, or ``times`` is less than 1.
        """
        if not isinstance(fault, Fault):
            raise ApiTypeError(f"fault takes a Fault, not {type(fault).__name__}")
        names = {route.name for route in self._backend.routes}
        if _validation.optional_text("operation", operation) not in names:  # None is the name of the page at the root
            raise ApiValueError(f"there is no operation {_validation.shown(operation)}")
        if times is not None:
            _validation.integer("times", times, 1)
        with self._backend.lock:
            self._backend.state.faults.add(fault, operation, times)

    def clear_faults(self) -> None:
        """Let nothing go wrong any more."""
        with self._backend.lock:
            self._backend.state.faults = FaultQueue()

    def reset(self) -> None:
        """Forget all executions, orchestrations, faults and requests; identifiers begin anew."""
        with self._backend.lock:
            self._backend.state = State()

    def close(self) -> None:
        """Close the port and end all connections; a second time, nothing happens."""
        self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Emulator({self.url}, wire={self.wire!r})"


def _checked_wire(value: object) -> str:
    wire = _validation.text("wire", value)
    if wire not in WIRE_FORMATS:
        raise ApiValueError(f"wire must be one of {', '.join(WIRE_FORMATS)}, not {_validation.shown(wire)}")
    return wire


def _checked_tools(tools: object) -> list[str]:
    if not is_collection(tools) or isinstance(tools, str | bytes):
        raise ApiTypeError(f"tools takes a list of names or identifiers, not {type(tools).__name__}")
    if not tools:
        raise ApiValueError("tools is empty")
    return [_validation.text(f"tools[{position}]", tool) for position, tool in enumerate(tools)]
