"""The endpoints and waits of one organisation."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from typing_extensions import Unpack

from quantcdn import _validation
from quantcdn._display.mixin import DisplayMixin
from quantcdn._secrets import hide_options
from quantcdn.api.ai_tools_api import AIToolsApi
from quantcdn.api_client import ClientOptions, RequestOptions
from quantcdn.api_response import ApiResponse
from quantcdn.models.get_ai_orchestration_status200_response import GetAIOrchestrationStatus200Response
from quantcdn.models.get_ai_tool_execution_status200_response import GetAIToolExecutionStatus200Response
from quantcdn.models.list_ai_tool_executions200_response import ListAIToolExecutions200Response
from quantcdn.models.list_ai_tool_executions200_response_executions_inner import (
    ListAIToolExecutions200ResponseExecutionsInner,
)
from quantcdn.models.list_ai_tool_names200_response import ListAIToolNames200Response
from quantcdn.models.list_ai_tools200_response import ListAITools200Response
from quantcdn.models.list_mcp_servers200_response import ListMcpServers200Response
from quantcdn.polling import Poll
from quantcdn.rest import RESTResponse

if TYPE_CHECKING:
    from quantcdn._polling.batch import Outcome, Update
    from quantcdn._polling.history import Gap


@hide_options
class OrganisationApi(DisplayMixin):
    """The AI tools of one organisation: the methods of ``AIToolsApi`` without their first parameter.

    ``ApiClient.organisation`` makes it. Each method takes, returns and raises what that of the same name
    in ``AIToolsApi`` does, ``**options`` included.

    Args:
        api: The API object that makes the calls.
        name: The organisation's name.

    Raises:
        ApiTypeError: The name is not text.
        ApiValueError: The name cannot be used.
    """

    def __init__(self, api: AIToolsApi, name: str) -> None:
        self.api = api
        self.name = _validation.segment("organisation", name)

    def __repr__(self) -> str:
        return f"OrganisationApi({self.name!r})"

    def with_options(self, /, **options: Unpack[ClientOptions]) -> OrganisationApi:
        """Make a light copy whose client has some options of its own; ``organisation`` among them changes the name."""
        name = options.get("organisation")
        return OrganisationApi(self.api.with_options(**options), self.name if name is None else name)

    def list_ai_tools(self, **options: Unpack[RequestOptions]) -> ListAITools200Response:
        """List the tools that an organisation may use, each with what it takes."""
        return self.api.list_ai_tools(self.name, **options)

    def list_ai_tools_with_http_info(self, **options: Unpack[RequestOptions]) -> ApiResponse[ListAITools200Response]:
        """Do as ``list_ai_tools``, and return status, headers and body too."""
        return self.api.list_ai_tools_with_http_info(self.name, **options)

    def list_ai_tools_without_preload_content(self, **options: Unpack[RequestOptions]) -> RESTResponse:
        """Do as ``list_ai_tools``, and return the response unread, whatever its status."""
        return self.api.list_ai_tools_without_preload_content(self.name, **options)

    def list_ai_tool_names(self, **options: Unpack[RequestOptions]) -> ListAIToolNames200Response:
        """List the names of the tools that an organisation may use."""
        return self.api.list_ai_tool_names(self.name, **options)

    def list_ai_tool_names_with_http_info(
        self, **options: Unpack[RequestOptions]
    ) -> ApiResponse[ListAIToolNames200Response]:
        """Do as ``list_ai_tool_names``, and return status, headers and body too."""
        return self.api.list_ai_tool_names_with_http_info(self.name, **options)

    def list_ai_tool_names_without_preload_content(self, **options: Unpack[RequestOptions]) -> RESTResponse:
        """Do as ``list_ai_tool_names``, and return the response unread, whatever its status."""
        return self.api.list_ai_tool_names_without_preload_content(self.name, **options)

    def list_mcp_servers(self, **options: Unpack[RequestOptions]) -> ListMcpServers200Response:
        """List the MCP servers of an organisation, and the gateway that they are reached through."""
        return self.api.list_mcp_servers(self.name, **options)

    def list_mcp_servers_with_http_info(
        self, **options: Unpack[RequestOptions]
    ) -> ApiResponse[ListMcpServers200Response]:
        """Do as ``list_mcp_servers``, and return status, headers and body too."""
        return self.api.list_mcp_servers_with_http_info(self.name, **options)

    def list_mcp_servers_without_preload_content(self, **options: Unpack[RequestOptions]) -> RESTResponse:
        """Do as ``list_mcp_servers``, and return the response unread, whatever its status."""
        return self.api.list_mcp_servers_without_preload_content(self.name, **options)

    def list_ai_tool_executions(
        self, status: str | None = None, limit: int | None = None, **options: Unpack[RequestOptions]
    ) -> ListAIToolExecutions200Response:
        """List the executions of the last 24 hours, newest first."""
        return self.api.list_ai_tool_executions(self.name, status, limit, **options)

    def list_ai_tool_executions_with_http_info(
        self, status: str | None = None, limit: int | None = None, **options: Unpack[RequestOptions]
    ) -> ApiResponse[ListAIToolExecutions200Response]:
        """Do as ``list_ai_tool_executions``, and return status, headers and body too."""
        return self.api.list_ai_tool_executions_with_http_info(self.name, status, limit, **options)

    def list_ai_tool_executions_without_preload_content(
        self, status: str | None = None, limit: int | None = None, **options: Unpack[RequestOptions]
    ) -> RESTResponse:
        """Do as ``list_ai_tool_executions``, and return the response unread, whatever its status."""
        return self.api.list_ai_tool_executions_without_preload_content(self.name, status, limit, **options)

    def get_ai_tool_execution_status(
        self, execution_id: str, **options: Unpack[RequestOptions]
    ) -> GetAIToolExecutionStatus200Response:
        """Get the status of an execution, and its result once it is complete."""
        return self.api.get_ai_tool_execution_status(self.name, execution_id, **options)

    def get_ai_tool_execution_status_with_http_info(
        self, execution_id: str, **options: Unpack[RequestOptions]
    ) -> ApiResponse[GetAIToolExecutionStatus200Response]:
        """Do as ``get_ai_tool_execution_status``, and return status, headers and body too."""
        return self.api.get_ai_tool_execution_status_with_http_info(self.name, execution_id, **options)

    def get_ai_tool_execution_status_without_preload_content(
        self, execution_id: str, **options: Unpack[RequestOptions]
    ) -> RESTResponse:
        """Do as ``get_ai_tool_execution_status``, and return the response unread, whatever its status."""
        return self.api.get_ai_tool_execution_status_without_preload_content(self.name, execution_id, **options)

    def get_ai_orchestration_status(
        self, orchestration_id: str, **options: Unpack[RequestOptions]
    ) -> GetAIOrchestrationStatus200Response:
        """Get the status of an orchestration of several tools, and its answer once it is complete."""
        return self.api.get_ai_orchestration_status(self.name, orchestration_id, **options)

    def get_ai_orchestration_status_with_http_info(
        self, orchestration_id: str, **options: Unpack[RequestOptions]
    ) -> ApiResponse[GetAIOrchestrationStatus200Response]:
        """Do as ``get_ai_orchestration_status``, and return status, headers and body too."""
        return self.api.get_ai_orchestration_status_with_http_info(self.name, orchestration_id, **options)

    def get_ai_orchestration_status_without_preload_content(
        self, orchestration_id: str, **options: Unpack[RequestOptions]
    ) -> RESTResponse:
        """Do as ``get_ai_orchestration_status``, and return the response unread, whatever its status."""
        return self.api.get_ai_orchestration_status_without_preload_content(self.name, orchestration_id, **options)

    def wait_for_ai_tool_execution(
        self,
        execution_id: str,
        *,
        timeout: float | None = 300.0,
        poll: Poll | None = None,
        on_update: Callable[[GetAIToolExecutionStatus200Response], object] | None = None,
        raise_on_failure: bool = True,
        cancel: threading.Event | None = None,
        **options: Unpack[RequestOptions],
    ) -> GetAIToolExecutionStatus200Response:
        """Poll an execution until it reaches a terminal status."""
        return self.api.wait_for_ai_tool_execution(
            self.name,
            execution_id,
            timeout=timeout,
            poll=poll,
            on_update=on_update,
            raise_on_failure=raise_on_failure,
            cancel=cancel,
            **options,
        )

    def wait_for_ai_orchestration(
        self,
        orchestration_id: str,
        *,
        timeout: float | None = 600.0,
        poll: Poll | None = None,
        on_update: Callable[[GetAIOrchestrationStatus200Response], object] | None = None,
        raise_on_failure: bool = True,
        cancel: threading.Event | None = None,
        **options: Unpack[RequestOptions],
    ) -> GetAIOrchestrationStatus200Response:
        """Poll an orchestration until it reaches a terminal status."""
        return self.api.wait_for_ai_orchestration(
            self.name,
            orchestration_id,
            timeout=timeout,
            poll=poll,
            on_update=on_update,
            raise_on_failure=raise_on_failure,
            cancel=cancel,
            **options,
        )

    def wait_for_ai_tool_executions(
        self,
        execution_ids: Iterable[str],
        *,
        timeout: float | None = 300.0,
        poll: Poll | None = None,
        on_update: Callable[[Update], object] | None = None,
        max_rate: float = 20.0,
        cancel: threading.Event | None = None,
        **options: Unpack[RequestOptions],
    ) -> Iterator[Outcome]:
        """Wait for many executions, at the cost of little more than one list request a poll."""
        return self.api.wait_for_ai_tool_executions(
            self.name,
            execution_ids,
            timeout=timeout,
            poll=poll,
            on_update=on_update,
            max_rate=max_rate,
            cancel=cancel,
            **options,
        )

    def watch_ai_tool_executions(
        self,
        *,
        status: str | None = None,
        interval: float = 2.0,
        timeout: float | None = None,
        cancel: threading.Event | None = None,
        **options: Unpack[RequestOptions],
    ) -> Iterator[ListAIToolExecutions200ResponseExecutionsInner | Gap]:
        """Watch the list of executions, for monitoring and audit."""
        return self.api.watch_ai_tool_executions(
            self.name, status=status, interval=interval, timeout=timeout, cancel=cancel, **options
        )
