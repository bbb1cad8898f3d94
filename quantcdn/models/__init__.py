"""The models of the service's responses, one module each, loaded when first used."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quantcdn.models.get_ai_orchestration_status200_response import GetAIOrchestrationStatus200Response
    from quantcdn.models.get_ai_orchestration_status200_response_tools_inner import (
        GetAIOrchestrationStatus200ResponseToolsInner,
    )
    from quantcdn.models.get_ai_orchestration_status404_response import GetAIOrchestrationStatus404Response
    from quantcdn.models.get_ai_tool_execution_status200_response import GetAIToolExecutionStatus200Response
    from quantcdn.models.get_ai_tool_execution_status200_response_result import (
        GetAIToolExecutionStatus200ResponseResult,
    )
    from quantcdn.models.get_ai_tool_execution_status404_response import GetAIToolExecutionStatus404Response
    from quantcdn.models.list_ai_tool_executions200_response import ListAIToolExecutions200Response
    from quantcdn.models.list_ai_tool_executions200_response_executions_inner import (
        ListAIToolExecutions200ResponseExecutionsInner,
    )
    from quantcdn.models.list_ai_tool_names200_response import ListAIToolNames200Response
    from quantcdn.models.list_ai_tools200_response import ListAITools200Response
    from quantcdn.models.list_ai_tools200_response_tools_inner import ListAITools200ResponseToolsInner
    from quantcdn.models.list_ai_tools200_response_tools_inner_tool_spec import ListAITools200ResponseToolsInnerToolSpec
    from quantcdn.models.list_ai_tools200_response_tools_inner_tool_spec_input_schema import (
        ListAITools200ResponseToolsInnerToolSpecInputSchema,
    )
    from quantcdn.models.list_mcp_servers200_response import ListMcpServers200Response
    from quantcdn.models.list_mcp_servers200_response_servers_inner import ListMcpServers200ResponseServersInner

__all__ = [
    "GetAIOrchestrationStatus200Response",
    "GetAIOrchestrationStatus200ResponseToolsInner",
    "GetAIOrchestrationStatus404Response",
    "GetAIToolExecutionStatus200Response",
    "GetAIToolExecutionStatus200ResponseResult",
    "GetAIToolExecutionStatus404Response",
    "ListAIToolExecutions200Response",
    "ListAIToolExecutions200ResponseExecutionsInner",
    "ListAIToolNames200Response",
    "ListAITools200Response",
    "ListAITools200ResponseToolsInner",
    "ListAITools200ResponseToolsInnerToolSpec",
    "ListAITools200ResponseToolsInnerToolSpecInputSchema",
    "ListMcpServers200Response",
    "ListMcpServers200ResponseServersInner",
]


if not TYPE_CHECKING:  # or type checkers would take any misspelt name for one that is there

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module 'quantcdn.models' has no attribute {name!r}")
        model = getattr(import_module(f"{__name__}.{_module_of(name)}"), name)
        globals()[name] = model
        return model


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _module_of(name: str) -> str:
    """Name a model's module as generators do: ``ListAITools200Response`` is in ``list_ai_tools200_response``."""
    import re

    return re.sub("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
