"""``quantcdn tools``: what an organisation's tools are, do and take."""

from __future__ import annotations

import argparse
import json

from quantcdn import chat
from quantcdn.cli.arguments import Command, Parser, did_you_mean
from quantcdn.cli.commands._shared import output_options, run_list
from quantcdn.cli.output.columns import TOOL, TOOL_NAME
from quantcdn.cli.output.console import display, say
from quantcdn.cli.output.writer import Output, add_forms, write_json
from quantcdn.cli.runner import FINE, NOT_FOUND
from quantcdn.cli.settings import connected


def _list(arguments: argparse.Namespace) -> int:
    return run_list(
        arguments,
        TOOL,
        lambda api, organisation: api.list_ai_tools_with_http_info(organisation),
        lambda listed: (tool.tool_spec for tool in listed.tools if tool.tool_spec),
        remembered=("tools", lambda spec: spec.name),
    )


def _names(arguments: argparse.Namespace) -> int:
    return run_list(
        arguments,
        TOOL_NAME,
        lambda api, organisation: api.list_ai_tool_names_with_http_info(organisation),
        lambda listed: (TOOL_NAME.model.model_validate({"name": name}) for name in listed.tools),
        remembered=("tools", lambda spec: spec.name),
    )


def _add_show_arguments(parser: Parser) -> None:
    parser.add_argument("name", metavar="NAME", help="the tool, in the service's own letter case")
    add_forms(parser, TOOL)


def _show(arguments: argparse.Namespace) -> int:
    with connected(arguments) as (api, organisation), Output(arguments, TOOL) as output:
        tools = api.list_ai_tools(organisation)
        tool = tools.get(arguments.name)
        if tool is None or tool.tool_spec is None:
            advice = did_you_mean(arguments.name, tools.names) or "'quantcdn tools names' lists those that there are"
            say(f"there is no tool {arguments.name!r}; {advice}", label="quantcdn:")
            return NOT_FOUND
        if output.shows_details:
            display(tool)
        else:
            output.write_response(tool.to_json().encode(), [tool.tool_spec])
    return FINE


def _add_config_arguments(parser: Parser) -> None:
    parser.add_argument("--allow", metavar="A,B", help="the names of the tools that the service may run by itself")
    parser.add_argument("--auto-execute", action="store_true", help="let the service run them; this needs --allow")


def _config(arguments: argparse.Namespace) -> int:
    allowed = None if arguments.allow is None else [name.strip() for name in arguments.allow.split(",")]
    with connected(arguments) as (api, organisation):
        tools = api.list_ai_tools(organisation)
    block = chat.tool_config(tools, allowed=allowed, auto_execute=arguments.auto_execute)
    write_json(json.dumps(block, ensure_ascii=False, separators=(",", ":")))
    return FINE


COMMANDS = {
    "list": Command(
        _list,
        "List the tools that an organisation may use. Optional arguments stand in square brackets.",
        ("quantcdn tools list", "quantcdn tools list --ndjson | jq -r .description"),
        output_options(TOOL),
    ),
    "names": Command(
        _names,
        "List the names of the tools that an organisation may use, which is a smaller response.",
        ("quantcdn tools names", "quantcdn tools names | grep image"),
        output_options(TOOL_NAME),
    ),
    "show": Command(
        _show,
        "Show what one tool does, and its arguments. --json is the tool as a chat request takes it.",
        (
            "quantcdn tools show generate_image",
            "quantcdn tools show generate_image --json | jq .toolSpec.inputSchema.json",
        ),
        _add_show_arguments,
    ),
    "config": Command(
        _config,
        "Write, as JSON, the block toolConfig of a chat request: all tools, and which may run by themselves.",
        (
            "quantcdn tools config --allow get_weather,calculate --auto-execute",
            "quantcdn tools config | jq '{messages: [], toolConfig: .}'",
        ),
        _add_config_arguments,
    ),
}
"""The commands of this group by their last words."""
