"""Editors complete names of the package, methods, options in a call, and fields of models and of errors."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import jedi
import pytest

from test.types.language_server import LanguageServer

HEAD = """import quantcdn
from quantcdn import chat

api = quantcdn.AIToolsApi()
"""
OPTIONS = ("_request_timeout", "_headers", "_request_auth", "_host_index")
PIECES = {
    "the package": ("quantcdn.", {"AIToolsApi", "ApiClient", "WaitException", "Poll", "models", "images"}),
    "its models": ("quantcdn.models.", {"ListAITools200Response", "GetAIOrchestrationStatus200Response"}),
    "an import": ("from quantcdn.models import ", {"ListAITools200Response", "ListAIToolNames200Response"}),
    "methods": ("api.", {"list_ai_tools", "wait_for_ai_tool_execution", "list_ai_tools_with_http_info"}),
    "a model": (
        'api.get_ai_tool_execution_status("acme", "exec_1").',
        {"execution_id", "tool_name", "status", "result", "created_at", "duration", "is_final", "to_dict"},
    ),
    "an item of a list": ('api.list_ai_tool_executions("acme")[0].', {"execution_id", "tool_name", "completed_at"}),
    "a wait": ('api.wait_for_ai_orchestration("acme", "orch_1").', {"answer", "tools", "orchestration_id"}),
    "parameters": (
        'api.wait_for_ai_tool_execution("acme", "exec_1", ',
        {"timeout=", "poll=", "on_update=", "cancel=", "raise_on_failure="},
    ),
    "an error": (
        "try:\n    pass\nexcept quantcdn.ExecutionFailedException as error:\n    error.",
        {"last", "identifier", "waited", "polls"},
    ),
    "its last model": (
        "try:\n    pass\nexcept quantcdn.ExecutionFailedException as error:\n    error.last.",
        {"execution_id", "tool_name", "error"},
    ),
    "a client's copy": ("quantcdn.ApiClient().with_options().organisation().", {"list_ai_tools", "list_mcp_servers"}),
}
pieces = pytest.mark.parametrize("piece", PIECES)


@pytest.fixture(scope="module")
def pyright(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    folder = tmp_path_factory.mktemp("pyright")
    settings = {"venvPath": str(Path(sys.prefix).parent), "venv": Path(sys.prefix).name}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
    command = [Path(sys.executable).parent / "pyright-langserver", "--stdio"]
    with LanguageServer(command, folder) as server:
        yield server


def of_jedi(code: str) -> set[str]:
    *_, last = lines = code.split("\n")
    script = jedi.Script(code, path="/nowhere/piece.py", project=jedi.Project("/nowhere"))
    return {found.name_with_symbols for found in script.complete(len(lines), len(last))}


@pieces
def test_pyright_completes(pyright: LanguageServer, piece: str) -> None:
    code, names = PIECES[piece]
    assert names <= pyright.completions(HEAD + code)


@pieces
def test_jedi_completes(piece: str) -> None:
    code, names = PIECES[piece]
    assert names <= of_jedi(HEAD + code)


# Neither completes the keys of a TypedDict in a call.


def test_pyright_shows_the_options_of_a_call_and_of_a_copy_beside_it(pyright: LanguageServer) -> None:
    shown = pyright.signature(HEAD + 'api.list_ai_tools("acme", ')
    assert all(option in shown for option in OPTIONS)
    shown = pyright.signature(HEAD + "api.api_client.with_options(")
    assert all(f"``{option}``" in shown for option in ("timeout", "retries", "access_token", "headers"))


def test_jedi_shows_the_options_of_a_call_in_the_docstring() -> None:
    script = jedi.Script(HEAD + "api.list_ai_tools", project=jedi.Project("/nowhere"))
    (found,) = script.help(5, 15)
    assert all(option in found.docstring() for option in OPTIONS)
