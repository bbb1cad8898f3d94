"""Find the executions of a chat response, and write their results for the next chat request.

The chat side of the API is not called here: these are functions from values to values.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Protocol

from quantcdn import _validation
from quantcdn._chat.pending import Pending, PendingOther, PendingTool, pending
from quantcdn._chat.tool_content import content_of, error_text
from quantcdn._types import is_array, is_collection, is_iterable, is_object
from quantcdn.exceptions import ApiTypeError, ApiValueError
from quantcdn.models.get_ai_orchestration_status200_response import GetAIOrchestrationStatus200Response
from quantcdn.models.list_ai_tools200_response import ListAITools200Response
from quantcdn.models.list_ai_tools200_response_tools_inner import ListAITools200ResponseToolsInner

__all__ = [
    "Pending",
    "PendingOther",
    "PendingTool",
    "ToolRun",
    "check_input",
    "pending",
    "tool_config",
    "tool_result",
]


class ToolRun(Protocol):
    """An execution, an orchestration, or a tool of one."""

    @property
    def status(self) -> str | None:
        """The status."""
        ...

    @property
    def is_complete(self) -> bool:
        """Whether it has completed."""
        ...

    @property
    def is_final(self) -> bool:
        """Whether its status is terminal."""
        ...

    @property
    def result(self) -> Any:
        """The result."""
        ...

    @property
    def error(self) -> Any:
        """Why it has failed."""
        ...


def tool_config(
    tools: ListAITools200Response | Iterable[ListAITools200ResponseToolsInner],
    *,
    allowed: Collection[str] | None = None,
    auto_execute: bool = False,
) -> dict[str, Any]:
    """Make the block ``toolConfig`` of a chat request.

    Args:
        tools: The tools to offer, as ``list_ai_tools`` returns them.
        allowed: The names of the tools that the service may run by itself.
        auto_execute: Whether the service runs them by itself.

    Returns:
        The block.

    Raises:
        ApiTypeError: An argument is of a wrong type.
        ApiValueError: A name does not exist, or ``auto_execute`` is set without ``allowed``.
    """
    offered = _checked_tools(tools)
    _validation.boolean("auto_execute", auto_execute)
    if auto_execute and not allowed:
        raise ApiValueError("auto_execute needs allowed: the names of the tools that may run by themselves")
    block: dict[str, Any] = {"tools": [tool.to_dict() for tool in offered], "autoExecute": auto_execute}
    if allowed is not None:
        block["allowedTools"] = _checked_names(allowed, offered)
    return block


def _checked_tools(tools: object) -> list[ListAITools200ResponseToolsInner]:
    items: object = tools.tools if isinstance(tools, ListAITools200Response) else tools
    offered = list(items) if is_iterable(items) else [items]
    checked = [item for item in offered if isinstance(item, ListAITools200ResponseToolsInner)]
    if len(checked) < len(offered):
        raise ApiTypeError(f"tools takes what list_ai_tools returns, or a list of its tools, not {_kind_of(tools)}")
    return checked


def _kind_of(value: object) -> str:
    """Name a type, and of a list its items' types."""
    name = type(value).__name__
    return f"{name} of {', '.join(sorted({type(item).__name__ for item in value}))}" if is_array(value) else name


def _checked_names(allowed: object, offered: list[ListAITools200ResponseToolsInner]) -> list[str]:
    names = [name for name in allowed if isinstance(name, str)] if is_collection(allowed) else []
    if isinstance(allowed, str) or not is_collection(allowed) or len(names) < len(allowed):
        raise ApiTypeError(f"allowed takes a list of names, not {_kind_of(allowed)}")
    # A specification of another type is kept whole, and has no name.
    known = [name for tool in offered if isinstance(name := getattr(tool.tool_spec, "name", None), str) and name]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ApiValueError(f"no such tool: {', '.join(unknown)}; there are {', '.join(known) or 'none'}")
    return names


def tool_result(tool_use_id: str, execution: ToolRun, *, images: bool = False) -> dict[str, Any]:
    """Make the content block that returns a tool's result, or its error, to the chat.

    Args:
        tool_use_id: The chat's own identifier for the use of the tool.
        execution: The execution, the orchestration, or the tool of an orchestration, once it has finished.
        images: Whether to include images (as data URIs) and signed URLs. Without them, a note is in the place of each,
            such as ``[image/png, 5231 bytes, left out]``.

    Returns:
        The block, in the form of Amazon Bedrock's Converse API. An orchestration's answer is its result, whichever
        version of the service sent it; where there is none, the block says so in words.

    Raises:
        ApiTypeError: ``execution`` is something else, such as None, a dict or a row of a list, which has no result;
            or another argument is of a wrong type.
        ApiValueError: It has not finished, its result cannot be written as JSON, or ``tool_use_id`` is empty.
    """
    if not isinstance(tool_use_id, str):
        raise ApiTypeError(f"tool_use_id takes the chat's identifier as text, not {type(tool_use_id).__name__}")
    if not tool_use_id:
        raise ApiValueError("tool_use_id is empty")
    if not hasattr(execution, "is_final") or not hasattr(execution, "result"):
        raise ApiTypeError(
            "tool_result takes what get_ai_tool_execution_status or get_ai_orchestration_status returns, or one of an"
            f" orchestration's tools, not {type(execution).__name__}"
        )
    _validation.boolean("images", images)
    if not execution.is_final:
        raise ApiValueError(f"the execution has not finished: its status is {execution.status!r}")
    if execution.is_complete:
        status, content = "success", content_of(_result_of(execution), images)
    else:
        status, content = "error", {"text": error_text(execution.error, execution.status)}
    return {"toolResult": {"toolUseId": tool_use_id, "content": [content], "status": status}}


def _result_of(execution: ToolRun) -> Any:
    if not isinstance(execution, GetAIOrchestrationStatus200Response):
        return execution.result
    # Of two answers, the newer one's key may be there and empty.
    return execution.synthesized_response if execution.answer == "" else execution.answer


def check_input(tool: ListAITools200ResponseToolsInner, arguments: object) -> None:
    r"""Check arguments against the JSON Schema of a tool; this needs the extra ``chat``.

    Patterns are read as ECMA-262 has them (``$`` is the end and nothing else, ``\d`` is 0 to 9, ``(?<name>…)``,
    ``\p{Lu}``), and matched in a time in proportion to the text. References back to a group and Unicode properties
    other than general categories cannot be matched. A check ends after two seconds.

    Args:
        tool: The tool, as ``list_ai_tools`` returns it.
        arguments: The arguments, as parsed JSON.

    Raises:
        ApiTypeError: ``tool`` is something else, such as None or a dict.
        ApiValueError: The arguments do not fit, and the message names the first 100 places; or the schema itself is
            not valid, cannot be checked, or takes too long, or jsonschema is not installed.
    """
    if not isinstance(tool, ListAITools200ResponseToolsInner):
        raise ApiTypeError(
            f"check_input takes a tool as list_ai_tools returns it, not {type(tool).__name__};"
            " tools.get(name) is None for an unknown name, and ListAITools200ResponseToolsInner.from_dict takes a dict"
        )
    schema = _schema_of(tool)
    try:
        from quantcdn._chat.json_schema import violations
    except ImportError:
        problem = "check_input needs jsonschema: pip install 'quantcdn[chat]'"
    else:
        found = violations(schema, arguments)
        if not found:
            return
        problem = "the arguments do not fit the tool: " + "; ".join(found)
    raise ApiValueError(problem)


def _schema_of(tool: ListAITools200ResponseToolsInner) -> dict[str, Any] | bool:
    """Find the schema of a tool's arguments; a tool without one takes anything."""
    schema: object = getattr(getattr(tool.tool_spec, "input_schema", None), "var_json", None)
    if schema is None or isinstance(schema, bool):
        return schema is not False
    if not is_object(schema):
        raise ApiValueError(f"the tool's schema is not valid: it is no object, but {type(schema).__name__}")
    return schema
