"""A new endpoint is one statement, three short methods and one model: all else follows, as CONTRIBUTING.md says."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

RENAMED = {
    "get_ai_tool_execution_status": "cancel_ai_tool_execution",
    "GET_AI_TOOL_EXECUTION_STATUS": "CANCEL_AI_TOOL_EXECUTION",
    "GetAIToolExecutionStatus200Response": "CancelAIToolExecution200Response",
    "ListAIToolExecutions200ResponseExecutionsInner": "CancelAIToolExecution200Response",
}

IMPORT = "from quantcdn.models.cancel_ai_tool_execution200_response import CancelAIToolExecution200Response\n"

USE = """
import quantcdn
from quantcdn.emulator import Emulator

with Emulator() as service, quantcdn.ApiClient(service.configuration(proxy="")) as client:
    execution_id = service.start_execution("calculate", running=60)
    left = quantcdn.AIToolsApi(client).cancel_ai_tool_execution("acme", execution_id)
    print(type(left).__name__, left.execution_id == execution_id, service.requests[-1].method)
"""


def renamed(text: str) -> str:
    for old, new in RENAMED.items():
        text = text.replace(old, new)
    return text


def between(text: str, begin: str, end: str) -> str:
    return text[text.index(begin) : text.index(end)]


def add_endpoint(package: Path) -> None:
    """Do the first three steps that CONTRIBUTING.md names, by copying and renaming."""
    models, api = package / "models", package / "api" / "ai_tools_api.py"
    relative = models / "list_ai_tool_executions200_response_executions_inner.py"
    model = models / "cancel_ai_tool_execution200_response.py"
    model.write_text(renamed(relative.read_text(encoding="utf-8")), encoding="utf-8")

    names = (models / "__init__.py").read_text(encoding="utf-8")
    names = names.replace("__all__ = [", f'    {IMPORT}\n__all__ = [\n    "CancelAIToolExecution200Response",')
    (models / "__init__.py").write_text(names, encoding="utf-8")

    text = api.read_text(encoding="utf-8")
    operation = between(text, "GET_AI_TOOL_EXECUTION_STATUS: Final", "GET_AI_ORCHESTRATION_STATUS: Final")
    methods = between(text, "    def get_ai_tool_execution_status(", "    def get_ai_orchestration_status(")
    stated = renamed(operation).replace("identifier=", 'method="DELETE", identifier=')
    text = text.replace("_TOOLS = ", f"{IMPORT}\n_TOOLS = ", 1)
    text = text.replace("GET_AI_ORCHESTRATION_STATUS: Final", f"{stated}GET_AI_ORCHESTRATION_STATUS: Final", 1)
    api.write_text(f"{text.rstrip()}\n\n{renamed(methods)}", encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this project with one endpoint more, its pages written."""
    root = tmp_path_factory.mktemp("project")
    for name in ("quantcdn", "docs"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "_build"))
    (root / "test" / "unit").mkdir(parents=True)
    shutil.copy(ROOT / "test" / "unit" / "test_surface.py", root / "test" / "unit")
    add_endpoint(root / "quantcdn")
    for script in ("build", "openapi"):
        run(root, f"docs/tools/{script}.py")
    return root


def run(root: Path, *arguments: str) -> str:
    # The copy is not to be measured: it is gone when the figures are added up.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env=kept | {"PYTHONPATH": str(root), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_local_service_answers_it(project: Path) -> None:
    assert run(project, "-W", "error", "-c", USE) == "CancelAIToolExecution200Response True DELETE\n"


def test_it_has_its_pages_and_its_description(project: Path) -> None:
    assert (project / "docs" / "models" / "CancelAIToolExecution200Response.md").is_file()
    for page, name in (("AIToolsApi.md", "cancel_ai_tool_execution"), ("openapi.yaml", "cancelAIToolExecution")):
        assert name in (project / "docs" / page).read_text(encoding="utf-8")


def test_the_test_of_the_surface_takes_it_as_it_is(project: Path) -> None:
    told = run(project, "-m", "pytest", "-p", "no:cacheprovider", "-v", "test/unit/test_surface.py")
    assert "three_methods_with_its_parameters[cancel_ai_tool_execution] PASSED" in told
