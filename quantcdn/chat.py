"""The way from a chat response to its executions, and from their results into the next chat request.

The chat side of the API is not called here: these are functions from values to values.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Protocol

from quantcdn._chat.pending import Pending, PendingOther, PendingTool, pending
from quantcdn._chat.tool_content import content_of, error_text
from quantcdn._types import is_object
from quantcdn.exceptions import ApiTypeError, ApiValueError
from quantcdn.models.get_ai_orchestration_status200_response import GetAIOrchestrationStatus200Response
from quantcdn.models.list_ai_tools200_response import ListAITools200Response
from quantcdn.models.list_ai_tools200_response_tools_inner import ListAITools200ResponseToolsInner

__all__ = [
    "Ended",
    "Pending",
    "PendingOther",
    "PendingTool",
    "check_input",
    "pending",
    "tool_config",
    "tool_result",
]


class Ended(Protocol):
    """An execution, an orchestration, or a tool of one."""

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
        tools: The tools to offer, as the service lists them.
        allowed: The names of those that the service may run by itself.
        auto_execute: Whether the service runs them by itself.

    Returns:
        The block.

    Raises:
        ApiTypeError: ``tools`` holds something else, or ``allowed`` is no list of names.
        ApiValueError: A name does not exist, or ``auto_execute`` is set without ``allowed``.
    """
    listed = tools.tools if isinstance(tools, ListAITools200Response) else tools
    offered = list(listed) if isinstance(listed, Iterable) else None
    if offered is None or not all(isinstance(tool, ListAITools200ResponseToolsInner) for tool in offered):
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
    found = [getattr(tool.tool_spec, "name", None) for tool in offered]  # a specification of another type is kept whole
    names = [name for name in found if isinstance(name, str) and name]
    unknown = [name for name in allowed if name not in names]
    if unknown:
        raise ApiValueError(f"no such tool: {', '.join(unknown)}; there are {', '.join(names) or 'none'}")
    return list(allowed)


def tool_result(tool_use_id: str, execution: Ended, *, images: bool = False) -> dict[str, Any]:
    """Make the content block that hands a tool's result, or its error, back to the chat.

    Args:
        tool_use_id: The chat's own name for the use of the tool.
        execution: The execution, the orchestration, or the tool of an orchestration, when it has ended.
        images: Whether images (as data URIs) and signed URLs go back too. Without them, a note is in the place of each,
            such as ``[image/png, 5231 bytes, left out]``.

    Returns:
        The block, in the form of Amazon Bedrock's Converse API. An orchestration's answer is its result, whichever
        version of the service sent it; where there is none, the block says so in words.

    Raises:
        ApiTypeError: ``execution`` is something else, such as None, a dict or a row of a list, which has no result.
        ApiValueError: It has not ended, its result cannot be written as JSON, or the name is empty.
    """
    if not isinstance(tool_use_id, str) or not tool_use_id:
        raise ApiValueError("tool_use_id is empty")
    if not hasattr(execution, "is_final") or not hasattr(execution, "result"):
        raise ApiTypeError(
            "tool_result takes what get_ai_tool_execution_status or get_ai_orchestration_status returns, or one of an"
            f" orchestration's tools, not {type(execution).__name__}"
        )
    if not execution.is_final:
        raise ApiValueError(f"the execution has not ended: it is {execution.status!r}")
    if execution.is_complete:
        status, content = "success", content_of(_result_of(execution), images)
    else:
        status, content = "error", {"text": error_text(execution.error, execution.status)}
    return {"toolResult": {"toolUseId": tool_use_id, "content": [content], "status": status}}


def _result_of(execution: Ended) -> Any:
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
        tool: The tool, as the service lists it.
        arguments: What it is to be given: parsed JSON.

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
    """Find the schema of a tool's arguments; one that has none takes anything."""
    schema: object = getattr(getattr(tool.tool_spec, "input_schema", None), "var_json", None)
    if schema is None or isinstance(schema, bool):
        return schema is not False
    if not is_object(schema):
        raise ApiValueError(f"the tool's schema is not valid: it is no object, but {type(schema).__name__}")
    return schema
