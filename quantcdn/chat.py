"""The way from a chat answer to its executions, and from their results into the next chat request.

The chat side of the API is not called here: these are functions from values to values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote

from quantcdn._json import is_array, is_object
from quantcdn.exceptions import ApiTypeError, ApiValueError
from quantcdn.models.list_ai_tools200_response import ListAITools200Response
from quantcdn.models.list_ai_tools200_response_tools_inner import ListAITools200ResponseToolsInner

# An address in the middle of a sentence, or of JSON in a text, ends before what follows it there.
_POLL_URL = re.compile(
    r"""/ai/tools/(executions|orchestrations)/([^/?#\s\\"'`<>()\[\]{},;]*[^/?#\s\\"'`<>()\[\]{},;.:!])"""
)

# What a tool was given or has given back may look like anything, also like an identifier.
_NOT_SEARCHED = frozenset({"input", "toolResult"})
_NOT_SEARCHED_IN_TOOLS = _NOT_SEARCHED | {"result"}
_KEYS_OF_TOOLS = frozenset({"toolUseId", "executionId", "orchestrationId", "name", "toolName"})

_LINE_END = re.compile(r"\r\n|\n|\r")  # str.splitlines would also break at what may stand in JSON text


class Ended(Protocol):
    """An execution, or a tool of an orchestration."""

    @property
    def status(self) -> str | None:
        """How far it is."""
        ...

    @property
    def is_complete(self) -> bool:
        """Whether it has ended well."""
        ...

    @property
    def is_final(self) -> bool:
        """Whether it has ended."""
        ...

    @property
    def result(self) -> Any:
        """What it gave back."""
        ...

    @property
    def error(self) -> str | None:
        """Why it has failed."""
        ...


@dataclass(frozen=True, slots=True)
class PendingTool:
    """A tool that a chat answer has started."""

    execution_id: str
    """The identifier to wait for."""
    tool_use_id: str | None = None
    """The chat's own name for this use, which ``tool_result`` needs; None where only an address was found."""
    name: str | None = None
    """The tool's name."""


@dataclass(frozen=True, slots=True)
class Pending:
    """What a chat answer has started."""

    tools: tuple[PendingTool, ...]
    """The tools that run on their own, each once, in their order."""
    orchestration_ids: tuple[str, ...]
    """The identifiers of orchestrations, each once, in their order."""

    @property
    def execution_ids(self) -> tuple[str, ...]:
        """The identifiers of the tools' executions."""
        return tuple(tool.execution_id for tool in self.tools)


def pending(answer: object) -> Pending:
    """Find what a chat answer has started, at whatever depth it says so.

    Args:
        answer: The answer, parsed, or as text or bytes: JSON, lines of JSON, or the events of a
            stream (``data:`` lines). Text that is none of these is passed over.

    Returns:
        The executions and orchestrations; none where there are none.

    Raises:
        ApiTypeError: It is nothing of the kind.
    """
    tools: dict[str, PendingTool] = {}
    orchestrations: dict[str, None] = {}
    for part in _parts(answer):
        for kind, tool in _found(part):
            if kind == "orchestrations":
                orchestrations[tool.execution_id] = None
            else:
                tools[tool.execution_id] = _merged(tools.get(tool.execution_id, tool), tool)
    return Pending(tuple(tools.values()), tuple(orchestrations))


def _merged(known: PendingTool, seen: PendingTool) -> PendingTool:
    return PendingTool(known.execution_id, known.tool_use_id or seen.tool_use_id, known.name or seen.name)


def _parts(answer: object) -> Iterator[object]:
    """Parse text: as a whole, else each line or event that is JSON."""
    if isinstance(answer, (bytes, bytearray)):
        answer = answer.decode(errors="replace")
    if not isinstance(answer, str):
        if not (is_object(answer) or is_array(answer)):
            raise ApiTypeError(f"a chat answer is a dict, a list or JSON text, not {type(answer).__name__}")
        yield answer
        return
    whole = _parsed(answer.removeprefix("\ufeff"))
    yield from whole or (part for lines in _events(answer) for part in _parsed_event(lines))


def _events(text: str) -> Iterator[list[str]]:
    """Split a stream: the ``data:`` lines of an event belong together, any other line is alone."""
    data: list[str] = []
    for line in (*_LINE_END.split(text), ""):
        if line.startswith("data:"):
            data.append(line.removeprefix("data:"))
        elif line:
            yield [line]
        else:
            yield data
            data = []


def _parsed_event(lines: list[str]) -> list[object]:
    # Some senders leave out the empty line between two events.
    return _parsed("\n".join(lines)) or [part for line in lines for part in _parsed(line)]


def _parsed(text: str) -> list[object]:
    try:
        return [json.loads(text)]
    except (ValueError, RecursionError):
        return []


def _found(part: object) -> Iterator[tuple[str, PendingTool]]:
    """Walk through JSON without recursion, since the depth is not ours to choose."""
    waiting = [part]
    while waiting:
        value = waiting.pop()
        if is_object(value):
            yield from _named(value)
            waiting.extend(reversed(_searched(value)))
        elif is_array(value):
            waiting.extend(reversed(value))
        elif isinstance(value, str):
            for kind, identifier in _POLL_URL.findall(value):
                yield kind, PendingTool(unquote(identifier))


def _searched(value: dict[str, Any]) -> list[Any]:
    left_out = _NOT_SEARCHED if _KEYS_OF_TOOLS.isdisjoint(value) else _NOT_SEARCHED_IN_TOOLS
    return [inner for key, inner in value.items() if key not in left_out]


def _named(value: dict[str, Any]) -> Iterator[tuple[str, PendingTool]]:
    execution, orchestration = value.get("executionId"), value.get("orchestrationId")
    if isinstance(execution, str) and execution:
        yield "executions", PendingTool(execution, _text(value.get("toolUseId")), _text(value.get("name")))
    if isinstance(orchestration, str) and orchestration:
        yield "orchestrations", PendingTool(orchestration)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def tool_config(
    tools: ListAITools200Response | Iterable[ListAITools200ResponseToolsInner],
    *,
    allowed: Collection[str] | None = None,
    auto_execute: bool = False,
) -> dict[str, Any]:
    """Make the block ``toolConfig`` of a chat request.

    Args:
        tools: The tools to offer, as the service lists them.
        allowed: The names of those that the service may run by itself.
        auto_execute: Whether the service runs them by itself.

    Returns:
        The block.

    Raises:
        ApiTypeError: ``tools`` holds something else, or ``allowed`` is no list of names.
        ApiValueError: A name does not exist, or ``auto_execute`` is set without ``allowed``.
    """
    offered = list(tools.tools if isinstance(tools, ListAITools200Response) else tools)
    if not all(isinstance(tool, ListAITools200ResponseToolsInner) for tool in offered):
        raise ApiTypeError("tools takes the tools as the service lists them")
    if auto_execute and not allowed:
        raise ApiValueError("auto_execute needs allowed: the names of the tools that may run by themselves")
    block: dict[str, Any] = {"tools": [tool.to_dict() for tool in offered], "autoExecute": auto_execute}
    if allowed is not None:
        block["allowedTools"] = _checked_names(allowed, offered)
    return block


def _checked_names(allowed: Collection[str], offered: list[ListAITools200ResponseToolsInner]) -> list[str]:
    if isinstance(allowed, str) or not isinstance(allowed, Collection) or not all(isinstance(n, str) for n in allowed):
        raise ApiTypeError("allowed takes a list of names")
    names = [tool.tool_spec.name for tool in offered if tool.tool_spec and tool.tool_spec.name]
    unknown = [name for name in allowed if name not in names]
    if unknown:
        raise ApiValueError(f"no such tool: {', '.join(unknown)}; there are {', '.join(names) or 'none'}")
    return list(allowed)


def tool_result(tool_use_id: str, execution: Ended) -> dict[str, Any]:
    """Make the content block that hands a tool's result, or its error, back to the chat.

    Args:
        tool_use_id: The chat's own name for the use of the tool.
        execution: The execution, or the tool of an orchestration, when it has ended.

    Returns:
        The block, in the form of Amazon Bedrock's Converse API.

    Raises:
        ApiValueError: It has not ended, or the name is empty.
    """
    if not isinstance(tool_use_id, str) or not tool_use_id:
        raise ApiValueError("tool_use_id is empty")
    if not execution.is_final:
        raise ApiValueError(f"the execution has not ended: it is {execution.status!r}")
    if execution.is_complete:
        status, content = "success", _content(execution.result)
    else:
        status, content = "error", {"text": execution.error or "the tool has failed"}
    return {"toolResult": {"toolUseId": tool_use_id, "content": [content], "status": status}}


def _content(result: Any) -> dict[str, Any]:
    value = result.to_dict() if hasattr(result, "to_dict") else result
    if is_object(value):
        return {"json": value}
    # Converse refuses a list, a number and null under "json", whatever its reference says.
    return {"text": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}


def check_input(tool: ListAITools200ResponseToolsInner, arguments: object) -> None:
    """Check arguments against the JSON Schema of a tool; this needs the extra ``chat``.

    Args:
        tool: The tool, as the service lists it.
        arguments: What it is to be given.

    Raises:
        ApiValueError: The arguments do not fit, and the message names every place; or the schema
            itself is not valid, or jsonschema is not installed.
    """
    schema = tool.tool_spec.input_schema.var_json if tool.tool_spec and tool.tool_spec.input_schema else None
    try:
        from quantcdn._schema import violations
    except ImportError:
        problem = "check_input needs jsonschema: pip install 'quantcdn[chat]'"
    else:
        found = violations(schema or {}, arguments)
        if not found:
            return
        problem = "the arguments do not fit the tool: " + "; ".join(found)
    raise ApiValueError(problem)
