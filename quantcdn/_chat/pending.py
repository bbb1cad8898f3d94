"""Find what a chat response has started: executions and orchestrations of tools, and what is the chat's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple
from urllib.parse import unquote

from quantcdn._chat.json_values import as_json, json_values, normalized_key
from quantcdn._types import is_array, is_object

OtherKind = Literal["chat", "callback", "batch"]


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

    kind: OtherKind
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


# URLs count under these keys alone, since a model may write anything anywhere else.
_URL_KEYS = frozenset(
    {
        "pollurl", "polluri", "statusurl", "statusuri", "resulturl", "executionurl", "orchestrationurl",
        "url", "urls", "uri", "href", "link", "links", "self", "location", "contentlocation", "operationlocation",
    }
)  # fmt: skip

# What a tool was given or has returned may look like anything, also like an identifier; and the tools for which
# a callback waits run at the caller's.
_SKIPPED_KEYS = frozenset(
    {"input", "arguments", "args", "toolresult", "toolresults", "toolinput", "tooloutput", "pendingtools"}
)
_RESULT_KEYS = frozenset({"result", "output", "content"})
_TOOL_KEYS = frozenset(
    {"tooluseid", "toolcallid", "callid", "executionid", "orchestrationid", "name", "toolname", "function"}
)
_USE_KEYS = frozenset({"input", "arguments", "args", "function"})
_USE_TYPES = frozenset({"tool_use", "server_tool_use", "mcp_tool_use", "function", "tool_call", "function_call"})
_RESULT_TYPES = frozenset({"tool_result", "function_call_output", "tool"})

_POLL_URL = re.compile(r"(?:^|/)ai/(tools/executions|tools/orchestrations|chat/executions|orchestrations)/([^/]+)/?\Z")
_BATCH = re.compile(r"orch_[0-9]+_.+", re.DOTALL)  # a tool orchestration's has hexadecimal digits alone


class _ToolUse(NamedTuple):
    """The use of a tool, as the model requested it."""

    identifier: str | None = None
    name: str | None = None


class _Context(NamedTuple):
    """What the values around a value say of it."""

    in_links: bool = False
    use: _ToolUse = _ToolUse()
    execution: str | None = None
    """The execution of the dict around it, if that does not say for which use."""


class _Search:
    """Goes through parsed JSON without recursion, since the depth is not ours to choose."""

    def __init__(self) -> None:
        self.tools: dict[str, PendingTool] = {}
        self.orchestrations: dict[str, None] = {}
        self.others: dict[PendingOther, None] = {}
        self.polled: set[tuple[str, str]] = set()
        self.uses: dict[str, dict[_ToolUse, None]] = {}
        self.not_tools: set[str] = set()
        self.seen: dict[int, object] = {}

    def pending(self) -> Pending:
        """Return all that was found."""
        tools: list[PendingTool] = []
        for identifier, tool in self.tools.items():
            uses = list(self.uses.get(identifier, ()))
            if identifier not in self.not_tools or ("tools/executions", identifier) in self.polled:
                tools.append(_with_use(tool, uses[0]) if len(uses) == 1 else tool)
        orchestrations = [i for i in self.orchestrations if not self.is_batch(i)]
        others = [o for o in self.others if o.kind != "batch" or not o.identifier or self.is_batch(o.identifier)]
        return Pending(tuple(tools), tuple(orchestrations), tuple(others))

    def is_batch(self, identifier: str) -> bool:
        """Tell a batch from an orchestration of tools: by its URL, else by the form of its identifier."""
        if ("tools/orchestrations", identifier) in self.polled:
            return False
        return ("orchestrations", identifier) in self.polled or _BATCH.fullmatch(identifier) is not None

    def walk(self, root: object) -> None:
        """Search a value and all that is in it."""
        stack: list[tuple[object, _Context]] = [(root, _Context())]
        while stack:
            value, context = stack.pop()
            if isinstance(value, str):
                if context.in_links:
                    self.add_url(value, context.use)
                continue
            if value is None or isinstance(value, (int, float)) or id(value) in self.seen:
                continue
            self.seen[id(value)] = value  # a reference, so that no other value gets its id
            plain = as_json(value)
            if is_object(plain):
                stack.extend(reversed(list(self.children(plain, context))))
            elif is_array(plain):
                stack.extend((item, context) for item in reversed(plain))

    def children(self, value: dict[str, Any], context: _Context) -> Iterator[tuple[object, _Context]]:
        """Record what an object names, and yield the values in it that may name more."""
        keys = {key: normalized_key(key) for key in value if isinstance(key, str)}
        fields = {plain: value[key] for key, plain in keys.items()}
        own = _use_of(fields)
        use = own if own.identifier else _ToolUse(context.use.identifier, own.name or context.use.name)
        execution = self.add_identifiers(fields, use)
        if execution and (own.identifier or _identifier(fields.get("executionid"))):
            self.add_outcome(execution, fields)
        if own.identifier and not execution and context.execution:
            self.uses.setdefault(context.execution, {})[own] = None
        around = None if own.identifier else execution or context.execution
        skipped = _skipped_keys(fields)
        for key, plain in keys.items():
            if plain not in skipped and not (plain in _URL_KEYS and isinstance(value[key], str)):
                in_links = context.in_links or plain in _URL_KEYS
                yield value[key], _Context(in_links, use, None if plain == "messages" else around)

    def add_identifiers(self, fields: dict[str, Any], use: _ToolUse) -> str | None:
        """Record the identifiers that an object has under their own keys and in URLs; return an execution's."""
        is_callback = self.add_callback(fields)
        urls = [text for key, text in fields.items() if key in _URL_KEYS and isinstance(text, str)]
        polled: dict[str, str] = {}
        for path, identifier in [self.add_url(text, use) for text in urls]:
            polled.setdefault(path, identifier)
        execution, orchestration = _identifier(fields.get("executionid")), _identifier(fields.get("orchestrationid"))
        if orchestration and not is_callback:
            if "orchestrations" not in polled:
                self.orchestrations[orchestration] = None
            if self.is_batch(orchestration):
                self.others[PendingOther("batch", orchestration)] = None
        if execution and not is_callback:
            if "chat/executions" not in polled:
                self.add_execution(execution, use)
                return execution
            self.not_tools.add(execution)
        return polled.get("tools/executions")

    def add_outcome(self, execution: str, fields: dict[str, Any]) -> None:
        """Record the status and the result that an object has of an execution."""
        tool, status, result = (
            self.tools.get(execution, PendingTool(execution)),
            fields.get("status"),
            fields.get("result"),
        )
        self.tools[execution] = replace(
            tool,
            status=status if isinstance(status, str) else tool.status,
            result=tool.result if result is None else result,
        )

    def add_callback(self, fields: dict[str, Any]) -> bool:
        """Record a callback, if an object is about one."""
        status, identifier = fields.get("status"), _identifier(fields.get("callbackid"))
        is_waiting = isinstance(status, str) and status.strip().casefold() == "waiting_callback"
        if not is_waiting and not identifier and not fields.get("pendingtools"):
            return False
        other = identifier or _identifier(fields.get("requestid"), fields.get("executionid"))
        self.others[PendingOther("callback", other)] = None
        return True

    def add_url(self, text: str, use: _ToolUse) -> tuple[str, str]:
        """Record what a URL polls; return the kind of its path and its identifier."""
        path, identifier = _parse_poll_url(text)
        if not identifier:
            return "", ""
        self.polled.add((path, identifier))
        if path == "tools/executions":
            self.add_execution(identifier, use)
        elif path == "tools/orchestrations":
            self.orchestrations[identifier] = None
        elif path == "chat/executions":
            self.not_tools.add(identifier)
            self.others[PendingOther("chat", identifier)] = None
        else:
            self.others[PendingOther("batch", identifier)] = None
        return path, identifier

    def add_execution(self, execution: str, use: _ToolUse) -> None:
        """Record an execution."""
        self.tools[execution] = _with_use(self.tools.get(execution, PendingTool(execution)), use)


def _with_use(tool: PendingTool, use: _ToolUse) -> PendingTool:
    """Add what is not known yet: a URL has neither the use nor the name."""
    return replace(tool, tool_use_id=tool.tool_use_id or use.identifier, name=tool.name or use.name)


def _use_of(fields: dict[str, Any]) -> _ToolUse:
    """Read the use and the name of a tool, in the form of Bedrock, Anthropic or OpenAI."""
    function, kind = fields.get("function"), fields.get("type")
    inner: dict[str, Any] = function if is_object(function) else {}
    own = _identifier(fields.get("tooluseid"), fields.get("toolcallid"), fields.get("callid"))
    name = _identifier(fields.get("name"), fields.get("toolname"), inner.get("name"))
    is_use = (isinstance(kind, str) and kind in _USE_TYPES) or (name and not _USE_KEYS.isdisjoint(fields))
    return _ToolUse(own or (_identifier(fields.get("id")) if is_use else None), name)


def _skipped_keys(fields: dict[str, Any]) -> frozenset[str]:
    if any(isinstance(kind, str) and kind in _RESULT_TYPES for kind in (fields.get("type"), fields.get("role"))):
        return _SKIPPED_KEYS | _RESULT_KEYS
    return _SKIPPED_KEYS if _TOOL_KEYS.isdisjoint(fields) else _SKIPPED_KEYS | {"result", "output"}


def _identifier(*values: object) -> str | None:
    """Return the first text that can be requested."""
    return next((v for v in values if isinstance(v, str) and v.strip() and v not in (".", "..")), None)


def _parse_poll_url(text: str) -> tuple[str, str]:
    """Read the kind of a URL's path and the identifier that it ends in; two empty texts of any other URL."""
    path = text.strip().partition("?")[0].partition("#")[0]
    match = _POLL_URL.search(path)
    if match is None or len(path.split(maxsplit=1)) > 1:
        return "", ""
    return match[1], _identifier(unquote(match[2])) or ""
