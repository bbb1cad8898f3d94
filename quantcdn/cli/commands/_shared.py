"""What the commands of several groups share."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from typing_extensions import Unpack

from quantcdn.api.ai_tools_api import AIToolsApi
from quantcdn.api_client import RequestOptions
from quantcdn.api_response import ApiResponse
from quantcdn.cli.arguments import Parser
from quantcdn.cli.candidates import remember
from quantcdn.cli.output.columns import RecordType
from quantcdn.cli.output.console import say
from quantcdn.cli.output.writer import Output, add_forms
from quantcdn.cli.runner import FINE
from quantcdn.cli.settings import connected
from quantcdn.models import ListAIToolExecutions200Response
from quantcdn.models import ListAIToolExecutions200ResponseExecutionsInner as ExecutionSummary
from quantcdn.models._base import Model

M = TypeVar("M", bound=Model)
R = TypeVar("R", bound=Model)


class ObservedApi(AIToolsApi):
    """The endpoints; each list of executions that has come is counted, and handed on."""

    lists = 0
    on_list: Callable[[list[ExecutionSummary]], object] | None = None

    def list_ai_tool_executions_with_http_info(
        self, organisation: str, status: str | None = None, limit: int | None = None, **options: Unpack[RequestOptions]
    ) -> ApiResponse[ListAIToolExecutions200Response]:
        """List executions, and hand them on."""
        response = super().list_ai_tool_executions_with_http_info(organisation, status, limit, **options)
        self.lists += 1
        if self.on_list is not None:
            self.on_list(response.data.executions)
        return response


def output_options(record_type: RecordType[Any]) -> Callable[[Parser], None]:
    """Make the function that adds the options of a command that takes no others."""

    def add_arguments(parser: Parser) -> None:
        """Add the options of the output alone."""
        add_forms(parser, record_type)

    return add_arguments


def run_list(
    arguments: argparse.Namespace,
    record_type: RecordType[M],
    send: Callable[[AIToolsApi, str], ApiResponse[R]],
    records_of: Callable[[R], Iterable[M]],
    *,
    none: str = "",
    remembered: tuple[str, Callable[[M], str | None]] | None = None,
) -> int:
    """Send one request and write the records of its response.

    ``none`` is what a person reads where there are none. ``remembered`` is what the shell may complete from now on.
    """
    with connected(arguments) as (api, organisation), Output(arguments, record_type) as output:
        response = send(api, organisation)
        records = list(records_of(response.data))
        output.write_response(response.raw_data, records)
        if none and not records and output.is_for_people and not arguments.quiet:
            say(f"{organisation} has {none}")
    if remembered is not None and records and not arguments.emulator:
        kind, name_of = remembered
        remember(api.api_client.configuration.host, organisation, kind, map(name_of, records))
    return FINE
