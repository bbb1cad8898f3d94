"""The endpoints of the AI tools API, each stated once."""

from __future__ import annotations

import copy
from typing import Any, Final, Self, TypeGuard

from typing_extensions import Unpack

from quantcdn import _validation
from quantcdn._clock import TimeSource
from quantcdn._display.mixin import DisplayMixin
from quantcdn._secrets import hide_options
from quantcdn.api._waiters import WaitsMixin
from quantcdn.api_client import ApiClient, ClientOptions, RequestOptions
from quantcdn.api_response import ApiResponse
from quantcdn.exceptions import ApiTypeError
from quantcdn.models.get_ai_orchestration_status200_response import GetAIOrchestrationStatus200Response
from quantcdn.models.get_ai_orchestration_status404_response import GetAIOrchestrationStatus404Response
from quantcdn.models.get_ai_tool_execution_status200_response import GetAIToolExecutionStatus200Response
from quantcdn.models.get_ai_tool_execution_status404_response import GetAIToolExecutionStatus404Response
from quantcdn.models.list_ai_tool_executions200_response import ListAIToolExecutions200Response
from quantcdn.models.list_ai_tool_names200_response import ListAIToolNames200Response
from quantcdn.models.list_ai_tools200_response import ListAITools200Response
from quantcdn.models.list_mcp_servers200_response import ListMcpServers200Response
from quantcdn.operation import Bounded, Operation
from quantcdn.polling import Timing
from quantcdn.rest import RESTResponse

_AI = "/api/v3/organizations/{organisation}/ai"
_TOOLS = f"{_AI}/tools"

LIST_AI_TOOLS: Final = Operation("list_ai_tools", _TOOLS, ListAITools200Response)

LIST_AI_TOOL_NAMES: Final = Operation("list_ai_tool_names", f"{_TOOLS}/names", ListAIToolNames200Response)

LIST_AI_TOOL_EXECUTIONS: Final = Operation(
    "list_ai_tool_executions",
    f"{_TOOLS}/executions",
    ListAIToolExecutions200Response,
    query={"status": _validation.text, "limit": Bounded(1, 100)},
)

GET_AI_TOOL_EXECUTION_STATUS: Final = Operation(
    "get_ai_tool_execution_status",
    f"{_TOOLS}/executions/{{execution_id}}",
    GetAIToolExecutionStatus200Response,
    errors={404: GetAIToolExecutionStatus404Response},
    identifier="execution_id",
)

GET_AI_ORCHESTRATION_STATUS: Final = Operation(
    "get_ai_orchestration_status",
    f"{_TOOLS}/orchestrations/{{orchestration_id}}",
    GetAIOrchestrationStatus200Response,
    errors={404: GetAIOrchestrationStatus404Response},
    identifier="orchestration_id",
)

LIST_MCP_SERVERS: Final = Operation("list_mcp_servers", f"{_AI}/mcp-servers", ListMcpServers200Response)


def _is_operation(value: object) -> TypeGuard[Operation[Any]]:
    return isinstance(value, Operation)


OPERATIONS: Final = tuple(filter(_is_operation, list(globals().values())))
"""All operations stated above."""


@hide_options
class AIToolsApi(DisplayMixin, WaitsMixin):
    """The AI tools of an organisation, their executions and orchestrations.

    Every endpoint has three methods. The first returns the model, ``…_with_http_info`` an
    ``ApiResponse`` with status code, headers and body too, and ``…_without_preload_content`` a
    ``RESTResponse`` whose body is unread; the last one raises nothing for a status code.

    All methods take these options: ``_request_timeout`` (seconds for the whole call, above 0 and at
    most 86,400, or a pair: the connect and the read timeout), ``_request_auth`` (a header in place of
    the token), ``_headers`` (headers that replace all others of the same name), ``_content_type``,
    and ``_host_index`` (0 or 1, one of the service's own hosts).

    An argument that cannot be used raises ``ApiTypeError`` or ``ApiValueError`` before anything is
    sent. A call that fails raises ``ApiException`` or a subclass.

    Args:
        api_client: The client, or None for ``ApiClient.get_default()``.

    Raises:
        ApiTypeError: ``api_client`` is neither.
    """

    def __init__(self, api_client: ApiClient | None = None) -> None:
        chosen: object = ApiClient.get_default() if api_client is None else api_client
        if not isinstance(chosen, ApiClient):
            raise ApiTypeError(f"AIToolsApi takes an ApiClient, not {type(chosen).__name__}")
        self.api_client = chosen

    @property
    def timing(self) -> Timing:
        """Where the waits and retries of the client take time and chance from; for tests."""
        clock = self.api_client.clock
        return Timing(clock.monotonic, clock.sleep, clock.uniform, clock.wall)

    @timing.setter
    def timing(self, value: Timing) -> None:
        given: object = value
        if not isinstance(given, Timing):
            raise ApiTypeError(f"timing takes a Timing(clock=…, sleep=…), not {type(given).__name__}")
        self.api_client.clock = TimeSource(*value)

    def with_options(self, /, **options: Unpack[ClientOptions]) -> Self:
        """Make a light copy of this object whose client has some options of its own.

        Args:
            **options: See ``ApiClient.with_options``, which makes the client.

        Returns:
            The copy: ``api.with_options(timeout=5).list_ai_tools("acme")``.

        Raises:
            OpenApiException: See there.
        """
        twin = copy.copy(self)
        twin.api_client = self.api_client.with_options(**options)
        return twin

    def list_ai_tools(self, organisation: str, **options: Unpack[RequestOptions]) -> ListAITools200Response:
        """List the tools that an organisation may use, each with what it takes.

        A tool of the list can go into the ``toolConfig`` of a chat request as it is.

        Args:
            organisation: The organisation's name.
            **options: ``_request_timeout``, ``_request_auth``, ``_content_type``, ``_headers``, ``_host_index``; see
                the class.

        Returns:
            The tools.

        Raises:
            OpenApiException: See the class.
        """
        return self.list_ai_tools_with_http_info(organisation, **options).data

    def list_ai_tools_with_http_info(
        self, organisation: str, **options: Unpack[RequestOptions]
    ) -> ApiResponse[ListAITools200Response]:
        """Do as ``list_ai_tools``, and return status, headers and body too."""
        return self.api_client.call(LIST_AI_TOOLS, {"organisation": organisation}, options)

    def list_ai_tools_without_preload_content(
        self, organisation: str, **options: Unpack[RequestOptions]
    ) -> RESTResponse:
        """Do as ``list_ai_tools``, and return the response unread, whatever its status."""
        return self.api_client.send(LIST_AI_TOOLS, {"organisation": organisation}, options, preload=False)

    def list_ai_tool_names(self, organisation: str, **options: Unpack[RequestOptions]) -> ListAIToolNames200Response:
        """List the names of the tools that an organisation may use.

        The response is much smaller than that of ``list_ai_tools``, and enough for a menu or a check of a name.

        Args:
            organisation: The organisation's name.
            **options: ``_request_timeout``, ``_request_auth``, ``_content_type``, ``_headers``, ``_host_index``; see
                the class.

        Returns:
            The names.

        Raises:
            OpenApiException: See the class.
        """
        return self.list_ai_tool_names_with_http_info(organisation, **options).data

    def list_ai_tool_names_with_http_info(
        self, organisation: str, **options: Unpack[RequestOptions]
    ) -> ApiResponse[ListAIToolNames200Response]:
        """Do as ``list_ai_tool_names``, and return status, headers and body too."""
        return self.api_client.call(LIST_AI_TOOL_NAMES, {"organisation": organisation}, options)

    def list_ai_tool_names_without_preload_content(
        self, organisation: str, **options: Unpack[RequestOptions]
    ) -> RESTResponse:
        """Do as ``list_ai_tool_names``, and return the response unread, whatever its status."""
        return self.api_client.send(LIST_AI_TOOL_NAMES, {"organisation": organisation}, options, preload=False)

    def list_ai_tool_executions(
        self, organisation: str, status: str | None = None, limit: int | None = None, **options: Unpack[RequestOptions]
    ) -> ListAIToolExecutions200Response:
        """List the executions of the last 24 hours, newest first.

        The result of each is left out; ``get_ai_tool_execution_status`` has it.

        Args:
            organisation: The organisation's name.
            status: Only executions of this status: ``pending``, ``running``, ``complete`` or ``failed``;
                all if it is left out.
            limit: How many at most, 1 to 100; the service returns 50 if it is left out.
            **options: ``_request_timeout``, ``_request_auth``, ``_content_type``, ``_headers``, ``_host_index``; see
                the class.

        Returns:
            The executions.

        Raises:
            BadRequestException: The service does not accept the arguments.
            OpenApiException: See the class.
        """
        return self.list_ai_tool_executions_with_http_info(organisation, status, limit, **options).data

    def list_ai_tool_executions_with_http_info(
        self, organisation: str, status: str | None = None, limit: int | None = None, **options: Unpack[RequestOptions]
    ) -> ApiResponse[ListAIToolExecutions200Response]:
        """Do as ``list_ai_tool_executions``, and return status, headers and body too."""
        return self.api_client.call(
            LIST_AI_TOOL_EXECUTIONS, {"organisation": organisation, "status": status, "limit": limit}, options
        )

    def list_ai_tool_executions_without_preload_content(
        self, organisation: str, status: str | None = None, limit: int | None = None, **options: Unpack[RequestOptions]
    ) -> RESTResponse:
        """Do as ``list_ai_tool_executions``, and return the response unread, whatever its status."""
        return self.api_client.send(
            LIST_AI_TOOL_EXECUTIONS,
            {"organisation": organisation, "status": status, "limit": limit},
            options,
            preload=False,
        )

    def get_ai_tool_execution_status(
        self, organisation: str, execution_id: str, **options: Unpack[RequestOptions]
    ) -> GetAIToolExecutionStatus200Response:
        """Get the status of an execution, and its result once it is complete.

        A tool that takes long, such as one that makes images, is polled: every 2 to 3 seconds is enough.

        Args:
            organisation: The organisation's name.
            execution_id: The identifier, as a chat response or a list has it.
            **options: ``_request_timeout``, ``_request_auth``, ``_content_type``, ``_headers``, ``_host_index``; see
                the class.

        Returns:
            The execution.

        Raises:
            NotFoundException: It does not exist, or was deleted after 24 hours.
            OpenApiException: See the class.
        """
        return self.get_ai_tool_execution_status_with_http_info(organisation, execution_id, **options).data

    def get_ai_tool_execution_status_with_http_info(
        self, organisation: str, execution_id: str, **options: Unpack[RequestOptions]
    ) -> ApiResponse[GetAIToolExecutionStatus200Response]:
        """Do as ``get_ai_tool_execution_status``, and return status, headers and body too."""
        return self.api_client.call(
            GET_AI_TOOL_EXECUTION_STATUS, {"organisation": organisation, "execution_id": execution_id}, options
        )

    def get_ai_tool_execution_status_without_preload_content(
        self, organisation: str, execution_id: str, **options: Unpack[RequestOptions]
    ) -> RESTResponse:
        """Do as ``get_ai_tool_execution_status``, and return the response unread, whatever its status."""
        return self.api_client.send(
            GET_AI_TOOL_EXECUTION_STATUS,
            {"organisation": organisation, "execution_id": execution_id},
            options,
            preload=False,
        )

    def get_ai_orchestration_status(
        self, organisation: str, orchestration_id: str, **options: Unpack[RequestOptions]
    ) -> GetAIOrchestrationStatus200Response:
        """Get the status of an orchestration of several tools, and its answer once it is complete.

        The service runs the tools by itself and makes one answer of their results. Poll every 2 seconds or less often.

        Args:
            organisation: The organisation's name.
            orchestration_id: The identifier, as a chat response has it.
            **options: ``_request_timeout``, ``_request_auth``, ``_content_type``, ``_headers``, ``_host_index``; see
                the class.

        Returns:
            The orchestration.

        Raises:
            NotFoundException: It does not exist, or was deleted after 24 hours.
            OpenApiException: See the class.
        """
        return self.get_ai_orchestration_status_with_http_info(organisation, orchestration_id, **options).data

    def get_ai_orchestration_status_with_http_info(
        self, organisation: str, orchestration_id: str, **options: Unpack[RequestOptions]
    ) -> ApiResponse[GetAIOrchestrationStatus200Response]:
        """Do as ``get_ai_orchestration_status``, and return status, headers and body too."""
        return self.api_client.call(
            GET_AI_ORCHESTRATION_STATUS, {"organisation": organisation, "orchestration_id": orchestration_id}, options
        )

    def get_ai_orchestration_status_without_preload_content(
        self, organisation: str, orchestration_id: str, **options: Unpack[RequestOptions]
    ) -> RESTResponse:
        """Do as ``get_ai_orchestration_status``, and return the response unread, whatever its status."""
        return self.api_client.send(
            GET_AI_ORCHESTRATION_STATUS,
            {"organisation": organisation, "orchestration_id": orchestration_id},
            options,
            preload=False,
        )

    def list_mcp_servers(self, organisation: str, **options: Unpack[RequestOptions]) -> ListMcpServers200Response:
        """List the MCP servers that an organisation has on the service's gateway.

        Their URLs are for an MCP client. Nothing is sent to the gateway by this call, and the token goes to the
        configured host alone.

        Args:
            organisation: The organisation's name.
            **options: ``_request_timeout``, ``_request_auth``, ``_content_type``, ``_headers``, ``_host_index``; see
                the class.

        Returns:
            The gateway's origin and the servers.

        Raises:
            OpenApiException: See the class.
        """
        return self.list_mcp_servers_with_http_info(organisation, **options).data

    def list_mcp_servers_with_http_info(
        self, organisation: str, **options: Unpack[RequestOptions]
    ) -> ApiResponse[ListMcpServers200Response]:
        """Do as ``list_mcp_servers``, and return status, headers and body too."""
        return self.api_client.call(LIST_MCP_SERVERS, {"organisation": organisation}, options)

    def list_mcp_servers_without_preload_content(
        self, organisation: str, **options: Unpack[RequestOptions]
    ) -> RESTResponse:
        """Do as ``list_mcp_servers``, and return the response unread, whatever its status."""
        return self.api_client.send(LIST_MCP_SERVERS, {"organisation": organisation}, options, preload=False)
