"""The outside is that of a client generated from the API's description, so that its scripts run unchanged."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import quantcdn
import quantcdn.rest
from quantcdn import exceptions, models
from quantcdn.api.ai_tools_api import OPERATIONS
from quantcdn.api_client import RequestOptions
from quantcdn.operation import Operation

METHODS = {
    "list_ai_tools": (["organisation"], "ListAITools200Response"),
    "list_ai_tool_names": (["organisation"], "ListAIToolNames200Response"),
    "list_ai_tool_executions": (["organisation", "status", "limit"], "ListAIToolExecutions200Response"),
    "get_ai_tool_execution_status": (["organisation", "execution_id"], "GetAIToolExecutionStatus200Response"),
    "get_ai_orchestration_status": (["organisation", "orchestration_id"], "GetAIOrchestrationStatus200Response"),
    "list_mcp_servers": (["organisation"], "ListMcpServers200Response"),
}

# Class, module, and for each field: Python name, JSON key, whether it must be there.
MODELS = {
    "GetAIOrchestrationStatus200Response": (
        "get_ai_orchestration_status200_response",
        [
            ("orchestration_id", "orchestrationId", True),
            ("status", "status", True),
            ("tool_count", "toolCount", True),
            ("completed_tools", "completedTools", False),
            ("synthesized_response", "synthesizedResponse", False),
            ("tools", "tools", False),
            ("error", "error", False),
            ("created_at", "createdAt", True),
            ("completed_at", "completedAt", False),
            ("result", "result", False),
            ("duration", "duration", False),
        ],
    ),
    "GetAIOrchestrationStatus200ResponseToolsInner": (
        "get_ai_orchestration_status200_response_tools_inner",
        [
            ("execution_id", "executionId", False),
            ("tool_name", "toolName", False),
            ("status", "status", False),
            ("result", "result", False),
            ("error", "error", False),
        ],
    ),
    "GetAIOrchestrationStatus404Response": (
        "get_ai_orchestration_status404_response",
        [("error", "error", False), ("orchestration_id", "orchestrationId", False)],
    ),
    "GetAIToolExecutionStatus200Response": (
        "get_ai_tool_execution_status200_response",
        [
            ("execution_id", "executionId", True),
            ("tool_name", "toolName", True),
            ("status", "status", True),
            ("result", "result", False),
            ("error", "error", False),
            ("created_at", "createdAt", True),
            ("started_at", "startedAt", False),
            ("completed_at", "completedAt", False),
            ("duration", "duration", False),
        ],
    ),
    "GetAIToolExecutionStatus200ResponseResult": (
        "get_ai_tool_execution_status200_response_result",
        [("images", "images", False), ("s3_urls", "s3Urls", False)],
    ),
    "GetAIToolExecutionStatus404Response": (
        "get_ai_tool_execution_status404_response",
        [("error", "error", False), ("execution_id", "executionId", False)],
    ),
    "ListAIToolExecutions200Response": (
        "list_ai_tool_executions200_response",
        [
            ("executions", "executions", True),
            ("count", "count", True),
            ("org_id", "orgId", True),
            ("status", "status", False),
        ],
    ),
    "ListAIToolExecutions200ResponseExecutionsInner": (
        "list_ai_tool_executions200_response_executions_inner",
        [
            ("execution_id", "executionId", False),
            ("tool_name", "toolName", False),
            ("status", "status", False),
            ("created_at", "createdAt", False),
            ("completed_at", "completedAt", False),
        ],
    ),
    "ListAIToolNames200Response": (
        "list_ai_tool_names200_response",
        [("tools", "tools", True), ("count", "count", True)],
    ),
    "ListAITools200Response": ("list_ai_tools200_response", [("tools", "tools", True), ("count", "count", True)]),
    "ListAITools200ResponseToolsInner": (
        "list_ai_tools200_response_tools_inner",
        [("tool_spec", "toolSpec", False)],
    ),
    "ListAITools200ResponseToolsInnerToolSpec": (
        "list_ai_tools200_response_tools_inner_tool_spec",
        [
            ("name", "name", False),
            ("description", "description", False),
            ("input_schema", "inputSchema", False),
        ],
    ),
    "ListAITools200ResponseToolsInnerToolSpecInputSchema": (
        "list_ai_tools200_response_tools_inner_tool_spec_input_schema",
        [("var_json", "json", False)],
    ),
    "ListMcpServers200Response": (
        "list_mcp_servers200_response",
        [("gateway_base_url", "gatewayBaseUrl", False), ("servers", "servers", False)],
    ),
    "ListMcpServers200ResponseServersInner": (
        "list_mcp_servers200_response_servers_inner",
        [
            ("server_name", "serverName", False),
            ("display_name", "displayName", False),
            ("url", "url", False),
            ("enabled", "enabled", False),
            ("tool_allowlist", "toolAllowlist", False),
        ],
    ),
}

EXCEPTIONS: dict[str, tuple[type[Exception], ...]] = {
    "OpenApiException": (Exception,),
    "ApiTypeError": (exceptions.OpenApiException, TypeError),
    "ApiValueError": (exceptions.OpenApiException, ValueError),
    "ApiAttributeError": (exceptions.OpenApiException, AttributeError),
    "ApiKeyError": (exceptions.OpenApiException, KeyError),
    "ApiException": (exceptions.OpenApiException,),
    "BadRequestException": (exceptions.ApiException,),
    "NotFoundException": (exceptions.ApiException,),
    "UnauthorizedException": (exceptions.ApiException,),
    "ForbiddenException": (exceptions.ApiException,),
    "ServiceException": (exceptions.ApiException,),
    "ConflictException": (exceptions.ApiException,),
    "UnprocessableEntityException": (exceptions.ApiException,),
}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_each_endpoint_has_three_methods_with_its_parameters(operation: Operation[Any]) -> None:
    name, model = operation.name, operation.model.__name__
    parameters = [*operation.path_parameters, *operation.query]
    returned = {
        name: model,
        f"{name}_with_http_info": f"ApiResponse[{model}]",
        f"{name}_without_preload_content": "RESTResponse",
    }
    for method, annotation in returned.items():
        signature = inspect.signature(getattr(quantcdn.AIToolsApi, method))
        assert list(signature.parameters) == ["self", *parameters, "options"]
        assert signature.return_annotation == annotation
        assert signature.parameters["options"].annotation == "Unpack[RequestOptions]"
        optional = {name for name, parameter in signature.parameters.items() if parameter.default is None}
        assert optional == set(operation.query)


def test_the_endpoints_of_the_generated_client_are_there() -> None:
    stated = {o.name: ([*o.path_parameters, *o.query], o.model.__name__) for o in OPERATIONS}
    assert METHODS.items() <= stated.items()


def test_each_operation_is_a_method_and_each_method_an_operation() -> None:
    methods = [name for name, value in vars(quantcdn.AIToolsApi).items() if callable(value)]
    public = {name for name in methods if not name.startswith(("_", "wait_for_", "watch_", "with_"))}
    assert public == {
        f"{operation.name}{ending}"
        for operation in OPERATIONS
        for ending in ("", "_with_http_info", "_without_preload_content")
    }


def test_every_call_takes_the_five_options() -> None:
    assert list(get_type_hints(RequestOptions)) == [
        "_request_timeout",
        "_request_auth",
        "_content_type",
        "_headers",
        "_host_index",
    ]


@pytest.mark.parametrize("name", MODELS)
def test_each_model_has_its_fields_and_can_be_imported_from_three_places(name: str) -> None:
    module, fields = MODELS[name]
    model = getattr(importlib.import_module(f"quantcdn.models.{module}"), name)
    assert getattr(quantcdn, name) is getattr(models, name) is model
    found = [(python, field.alias, field.is_required()) for python, field in model.model_fields.items()]
    assert found == fields
    for method in ("to_dict", "to_json", "to_str", "from_dict", "from_json"):
        assert callable(getattr(model, method))


def test_each_module_of_a_model_is_named_in_the_package() -> None:
    files = {path.stem for path in Path(models.__file__).parent.glob("[!_]*.py")}
    assert {getattr(models, name).__module__.rpartition(".")[2] for name in models.__all__} == files
    assert set(MODELS) <= set(models.__all__)


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_each_exception_has_its_bases(name: str) -> None:
    error = getattr(exceptions, name)
    assert all(issubclass(error, base) for base in EXCEPTIONS[name])
    assert getattr(quantcdn, name) is error


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("ApiTypeError", ["msg", "path_to_item", "valid_classes", "key_type"]),
        ("ApiValueError", ["msg", "path_to_item"]),
        ("ApiAttributeError", ["msg", "path_to_item"]),
        ("ApiKeyError", ["msg", "path_to_item"]),
        ("ApiException", ["status", "reason", "http_resp", "body", "data"]),
    ],
)
def test_exceptions_are_made_from_what_the_generated_ones_take(name: str, parameters: list[str]) -> None:
    signature = inspect.signature(getattr(exceptions, name))
    assert list(signature.parameters)[: len(parameters)] == parameters
    required = [p.name for p in signature.parameters.values() if p.default is p.empty]
    assert required == [p for p in parameters if p == "msg"]


def test_the_api_exception_comes_from_the_rest_module_too() -> None:
    assert quantcdn.rest.ApiException is quantcdn.ApiException


def test_the_client_is_made_as_in_the_generated_style() -> None:
    signature = inspect.signature(quantcdn.ApiClient)
    assert list(signature.parameters) == ["configuration", "header_name", "header_value", "cookie"]
    assert list(inspect.signature(quantcdn.AIToolsApi).parameters) == ["api_client"]


def test_all_public_names_are_there() -> None:
    for name in quantcdn.__all__:
        assert hasattr(quantcdn, name)
