"""What a chat response has started: executions and orchestrations of tools, and what belongs to the chat itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple
from urllib.parse import unquote

from quantcdn._chat.events import as_json, json_values
from quantcdn._types import is_array, is_object

Kind = Literal["chat", "callback", "batch"]


@dataclass(frozen=True, slots=True)
class PendingTool:
    """A tool that a chat response has started."""

    execution_id: str
    """The identifier to wait for."""
    tool_use_id: str | None = None
    """The chat's own name for this use, which ``tool_result`` needs; None where the response does not say it."""
    name: str | None = None
    """The tool's name."""
    status: str | None = None
    """The status, where the response has it already."""
    result: Any = field(default=None, hash=False)
    """The result, where the response has it already."""


@dataclass(frozen=True, slots=True)
class PendingOther:
    """What a chat response has started that is no execution and no orchestration of tools.

    This client has no endpoint for it.
    """

    kind: Kind
    """``chat``: an asynchronous chat, polled at ``/ai/chat/executions/…``. ``callback``: a chat that waits for results
    of tools at ``/ai/chat/callback``. ``batch``: a durable batch, at ``/ai/orchestrations/…``."""
    identifier: str | None
    """The chat's, the callback's or the batch's identifier; None where a callback has none."""


@dataclass(frozen=True, slots=True)
class Pending:
    """What a chat response has started."""

    tools: tuple[PendingTool, ...]
    """The tools that run on their own, each once, in their order."""
    orchestration_ids: tuple[str, ...]
    """The identifiers of orchestrations, each once, in their order."""
    others: tuple[PendingOther, ...] = ()
    """What belongs to the chat or the batch side of the API, each once, in their order."""

    @property
    def execution_ids(self) -> tuple[str, ...]:
        """The identifiers of the tools' executions."""
        return tuple(tool.execution_id for tool in self.tools)


def pending(answer: object) -> Pending:
    """Find what a chat response has started, at whatever depth it says so.

    Args:
        answer: The response: parsed, a model (anything with ``to_dict`` or ``model_dump``), text or bytes (JSON, lines
            of JSON, or a stream's ``data:`` lines), or an iterable of such events, of lines, or of pieces of the text
            that end anywhere; it is read to its end. Text that is none of these is passed over.

    Returns:
        The executions and orchestrations of tools, and what belongs to the chat itself; none where there are none.

    Raises:
        ApiTypeError: It is nothing of the kind. What the iterable raises itself passes through.
    """
    search = _Search()
    for value in json_values(answer):
        search.walk(value)
    return search.pending()


# Addresses are looked for under these keys alone, since a model may write anything anywhere else.
_ADDRESS_KEYS = frozenset(
    {
        "pollurl", "polluri", "statusurl", "statusuri", "resulturl", "executionurl", "orchestrationurl",
        "url", "urls", "uri", "href", "link", "links", "self", "location", "contentlocation", "operationlocation",
    }
)  # fmt: skip

# What a tool was given or has returned may look like anything, also like an identifier; and the tools for which
# a callback waits run at the caller's.
_NOT_SEARCHED = frozenset(
    {"input", "arguments", "args", "toolresult", "toolresults", "toolinput", "tooloutput", "pendingtools"}
)
_RESULTS = frozenset({"result", "output", "content"})
_KEYS_OF_TOOLS = frozenset(
    {"tooluseid", "toolcallid", "callid", "executionid", "orchestrationid", "name", "toolname", "function"}
)
_KEYS_OF_USES = frozenset({"input", "arguments", "args", "function"})
_TYPES_OF_USES = frozenset({"tool_use", "server_tool_use", "mcp_tool_use", "function", "tool_call", "function_call"})
_TYPES_OF_RESULTS = frozenset({"tool_result", "function_call_output", "tool"})

_ADDRESS = re.compile(r"(?:^|/)ai/(tools/executions|tools/orchestrations|chat/executions|orchestrations)/([^/]+)/?\Z")
_BATCH = re.compile(r"orch_[0-9]+_.+", re.DOTALL)  # a tool orchestration's has hexadecimal digits alone


class _Use(NamedTuple):
    """The use of a tool, as the model asked for it."""

    identifier: str | None = None
    name: str | None = None


class _Place(NamedTuple):
    """Where a value stands."""

    in_links: bool = False
    use: _Use = _Use()
    execution: str | None = None
    """The execution of the dict around it, if that does not say for which use."""


class _Search:
    """Goes through parsed JSON without recursion, since the depth is not ours to choose."""

    def __init__(self) -> None:
        self.tools: dict[str, PendingTool] = {}
        self.orchestrations: dict[str, None] = {}
        self.others: dict[PendingOther, None] = {}
        self.addressed: set[tuple[str, str]] = set()
        self.uses: dict[str, dict[_Use, None]] = {}
        self.not_tools: set[str] = set()
        self.seen: dict[int, object] = {}

    def pending(self) -> Pending:
        """Put together what was found."""
        tools: list[PendingTool] = []
        for identifier, tool in self.tools.items():
            uses = list(self.uses.get(identifier, ()))
            if identifier not in self.not_tools or ("tools/executions", identifier) in self.addressed:
                tools.append(_with_use(tool, uses[0]) if len(uses) == 1 else tool)
        orchestrations = [i for i in self.orchestrations if not self.is_batch(i)]
        others = [o for o in self.others if o.kind != "batch" or not o.identifier or self.is_batch(o.identifier)]
        return Pending(tuple(tools), tuple(orchestrations), tuple(others))

    def is_batch(self, identifier: str) -> bool:
        """Say whether an orchestration is a batch: by its address, else by the form of its identifier."""
        if ("tools/orchestrations", identifier) in self.addressed:
            return False
        return ("orchestrations", identifier) in self.addressed or _BATCH.fullmatch(identifier) is not None

    def walk(self, root: object) -> None:
        """Look into a value and all that is in it."""
        waiting: list[tuple[object, _Place]] = [(root, _Place())]
        while waiting:
            value, place = waiting.pop()
            if isinstance(value, str):
                if place.in_links:
                    self.address(value, place.use)
                continue
            if value is None or isinstance(value, (int, float)) or id(value) in self.seen:
                continue
            self.seen[id(value)] = value  # kept, so that no other value gets its number
            plain = as_json(value)
            if is_object(plain):
                waiting.extend(reversed(list(self.inside(plain, place))))
            elif is_array(plain):
                waiting.extend((item, place) for item in reversed(plain))

    def inside(self, value: dict[str, Any], place: _Place) -> Iterator[tuple[object, _Place]]:
        """Note what an object says, and say what to search in it."""
        keys = {key: _plain(key) for key in value if isinstance(key, str)}
        said = {plain: value[key] for key, plain in keys.items()}
        own = _use_of(said)
        use = own if own.identifier else _Use(place.use.identifier, own.name or place.use.name)
        kind = self.of_the_chat(said)
        found = [self.address(text, use) for text in _own_addresses(said)]
        execution = next((identifier for path, identifier in found if path == "tools/executions"), None)
        execution = self.identified(said, use, {path for path, _ in found}, kind) or execution
        if execution and (own.identifier or _identifier(said.get("executionid"))):
            status, result = said.get("status"), said.get("result")
            self.tools[execution] = replace(
                self.tools.get(execution, PendingTool(execution)),
                **({"status": status} if isinstance(status, str) else {}),
                **({} if result is None else {"result": result}),
            )
        if own.identifier and not execution and place.execution:
            self.uses.setdefault(place.execution, {})[own] = None
        around = None if own.identifier else execution or place.execution
        left_out = _left_out(said)
        for key, plain in keys.items():
            if plain not in left_out and not (plain in _ADDRESS_KEYS and isinstance(value[key], str)):
                in_links = place.in_links or plain in _ADDRESS_KEYS
                yield value[key], _Place(in_links, use, None if plain == "messages" else around)

    def identified(self, said: dict[str, Any], use: _Use, paths: set[str], kind: Kind | None) -> str | None:
        """Note the identifiers that an object has under their own keys; return that of an execution."""
        execution, orchestration = _identifier(said.get("executionid")), _identifier(said.get("orchestrationid"))
        if orchestration:
            if kind is None and "orchestrations" not in paths:
                self.orchestrations[orchestration] = None
            if kind is None and self.is_batch(orchestration):
                self.others[PendingOther("batch", orchestration)] = None
        if not execution or kind:
            return None
        if "chat/executions" in paths:
            self.not_tools.add(execution)
            return None
        self.started(execution, use)
        return execution

    def of_the_chat(self, said: dict[str, Any]) -> Kind | None:
        """Note a callback, if an object tells of one."""
        status, identifier = said.get("status"), _identifier(said.get("callbackid"))
        waits = isinstance(status, str) and status.strip().casefold() == "waiting_callback"
        if not waits and not identifier and not said.get("pendingtools"):
            return None
        other = identifier or _identifier(said.get("requestid")) or _identifier(said.get("executionid"))
        self.others[PendingOther("callback", other)] = None
        return "callback"

    def address(self, text: str, use: _Use) -> tuple[str, str]:
        """Note what an address leads to; return the kind of its path and its identifier."""
        path, identifier = _read_address(text)
        if not identifier:
            return "", ""
        self.addressed.add((path, identifier))
        if path == "tools/executions":
            self.started(identifier, use)
        elif path == "tools/orchestrations":
            self.orchestrations[identifier] = None
        elif path == "chat/executions":
            self.not_tools.add(identifier)
            self.others[PendingOther("chat", identifier)] = None
        else:
            self.others[PendingOther("batch", identifier)] = None
        return path, identifier

    def started(self, execution: str, use: _Use) -> None:
        """Note an execution."""
        self.tools[execution] = _with_use(self.tools.get(execution, PendingTool(execution)), use)


def _with_use(tool: PendingTool, use: _Use) -> PendingTool:
    """Add what is not known yet: an address knows neither the use nor the name."""
    return replace(tool, tool_use_id=tool.tool_use_id or use.identifier, name=tool.name or use.name)


def _plain(key: str) -> str:
    """Write ``poll_url``, ``pollUrl`` and ``Poll-URL`` alike."""
    return key.replace("_", "").replace("-", "").lower()


def _use_of(said: dict[str, Any]) -> _Use:
    """Read for which use an object is, and of which tool, in the form of Bedrock, Anthropic or OpenAI."""
    function = said.get("function")
    inner: dict[str, Any] = function if is_object(function) else {}
    own = next((text for key in ("tooluseid", "toolcallid", "callid") if (text := _identifier(said.get(key)))), None)
    name = next(
        (text for text in (said.get("name"), said.get("toolname"), inner.get("name")) if _identifier(text)), None
    )
    kind = said.get("type")
    if own is None and (
        (isinstance(kind, str) and kind in _TYPES_OF_USES) or (name and not _KEYS_OF_USES.isdisjoint(said))
    ):
        own = _identifier(said.get("id"))
    return _Use(own, name)


def _own_addresses(said: dict[str, Any]) -> list[str]:
    return [text for key, text in said.items() if key in _ADDRESS_KEYS and isinstance(text, str)]


def _left_out(said: dict[str, Any]) -> frozenset[str]:
    if any(isinstance(kind, str) and kind in _TYPES_OF_RESULTS for kind in (said.get("type"), said.get("role"))):
        return _NOT_SEARCHED | _RESULTS
    return _NOT_SEARCHED if _KEYS_OF_TOOLS.isdisjoint(said) else _NOT_SEARCHED | {"result", "output"}


def _identifier(value: object) -> str | None:
    """Give text that can be asked for."""
    return value if isinstance(value, str) and value.strip() and value not in (".", "..") else None


def _read_address(text: str) -> tuple[str, str]:
    """Read the kind of an address's path, and the identifier that it ends in; nothing if it is no such address."""
    path = text.strip().partition("?")[0].partition("#")[0]
    match = _ADDRESS.search(path)
    if match is None or len(path.split(maxsplit=1)) > 1:
        return "", ""
    return match[1], _identifier(unquote(match[2])) or ""
