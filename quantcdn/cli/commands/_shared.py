"""What the lists of several groups share."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from quantcdn.api.ai_tools_api import AIToolsApi
from quantcdn.api_response import ApiResponse
from quantcdn.cli.arguments import Parser
from quantcdn.cli.candidates import remember
from quantcdn.cli.output.columns import RecordType
from quantcdn.cli.output.console import say
from quantcdn.cli.output.writer import Output, add_forms
from quantcdn.cli.runner import FINE
from quantcdn.cli.settings import connected
from quantcdn.models._base import Model

M = TypeVar("M", bound=Model)
R = TypeVar("R", bound=Model)


def output_options(record_type: RecordType[Any]) -> Callable[[Parser], None]:
    """Make the function that adds the options of a command that takes no others."""

    def add_arguments(parser: Parser) -> None:
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
