"""The commands: the table of all, from which their help and their modules are found."""

from __future__ import annotations

from collections.abc import Mapping

from quantcdn.cli.arguments import Group

COMMANDS: Mapping[str, Group | str] = {
    "tools": Group(
        "what an organisation's tools are, do and take",
        "Show what an organisation's tools are, do and take.",
        ("quantcdn tools list", "quantcdn tools show generate_image"),
        {
            "list": "list the tools",
            "names": "list the names alone, which is a smaller response",
            "show": "show one tool and its arguments",
            "config": "write the block toolConfig of a chat request",
        },
    ),
    "executions": Group(
        "list, wait for, watch and save executions",
        "Show what the tools are doing and have done in the last 24 hours.",
        (
            "quantcdn executions list --status failed",
            "quantcdn executions wait exec_0123456789abcdef0123456789abcdef --save out/",
        ),
        {
            "list": "list the executions of the last 24 hours",
            "get": "show one execution and its result",
            "wait": "wait until executions have finished",
            "watch": "follow new and changed executions live",
            "save": "save the images or all files of executions",
        },
    ),
    "orchestrations": Group(
        "show and wait for orchestrations of several tools",
        "Show the status of orchestrations of several tools, and their answers.",
        (
            "quantcdn orchestrations get orch_0123456789abcdef0123456789abcdef",
            "quantcdn orchestrations wait orch_0123456789abcdef0123456789abcdef --timeout 10m",
        ),
        {
            "get": "show one orchestration and its answer",
            "wait": "wait until orchestrations have finished",
        },
    ),
    "mcp": Group(
        "list the MCP servers of an organisation",
        "Show the MCP servers that an organisation has on the service's gateway. The gateway is not contacted.",
        ("quantcdn mcp list", "quantcdn mcp list --ndjson | jq -r 'select(.enabled).url'"),
        {"list": "list the MCP servers"},
    ),
    "login": "try an access token and keep it in the config file",
    "config": Group(
        "show and change the config file",
        "Show and change the config file, which has host, organisation and token.",
        ("quantcdn config get", "quantcdn config set organisation acme"),
        {
            "path": "write the path of the config file",
            "get": "write what the config file says, but never a token",
            "set": "change a setting in the config file",
        },
    ),
    "demo": "show the whole client in some seconds",
    "emulator": "run the local service until Ctrl-C",
    "doctor": "check settings, network and token, and say what to do",
    "completion": "write the completion script of a shell",
    "help": "show the help of a command",
}
"""Each group, and the summary of each other command, by its word; ``quantcdn.cli.commands`` has a module for each."""
