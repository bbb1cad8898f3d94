"""Generates clients from ``docs/openapi.yaml`` in Python and TypeScript, and compares their names.

``python -m test.tools.generated FOLDER`` keeps what it installs from npm in that folder. OpenAPI Generator must be
installed.
First, spectral and redocly check the description by their recommended rules. The client in Python must then have the
names of this package, and all must have those of the clients generated from the service's own description, where that
lies beside this project. The one in Python calls the local service, and one in TypeScript is compiled.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from quantcdn import AIToolsApi, models
from quantcdn.api.ai_tools_api import OPERATIONS
from quantcdn.emulator import Emulator, ManualClock

ROOT = Path(__file__).parent.parent.parent
DESCRIPTION = ROOT / "docs" / "openapi.yaml"
OFFICIAL = ROOT.parent / "shared" / "spec" / "ai-tools-4.19.0.yaml"
GENERATOR = Path(sys.executable).with_name("openapi-generator-cli")
PACKAGE = "generated_client"
TOOLS = ("@stoplight/spectral-cli@6", "@redocly/cli@2", "typescript@5")

ADDED = re.compile("error_?response|list_?mcp_?servers|synthesized_?response", re.IGNORECASE)
"""What the service's own description of version 4.19 lacks: errors, a newer endpoint, and an older field."""

LEFT_OUT = re.compile(r"AIOrchestrationStatus200Response(ToolsInner)?StatusEnum\b")
"""What is left out of it: a client generated from a list of statuses refuses all others, and some have been added."""

USE = f"""
import sys
import {PACKAGE}

host, token, execution_id, orchestration_id = sys.argv[1:]
configuration = {PACKAGE}.Configuration(host=host, access_token=token)
with {PACKAGE}.ApiClient(configuration) as client:
    api = {PACKAGE}.AIToolsApi(client)
    assert len(api.list_ai_tools("acme").tools) == api.list_ai_tool_names("acme").count
    assert api.list_ai_tool_executions("acme", status="complete", limit=5).executions[0].execution_id == execution_id
    execution = api.get_ai_tool_execution_status("acme", execution_id)
    assert execution.status == "complete" and execution.result.images[0].startswith("data:image/png")
    assert api.get_ai_orchestration_status("acme", orchestration_id).result == "Done."
    assert api.list_mcp_servers("acme").servers[0].enabled
    for call, error, status in (
        (lambda: api.get_ai_tool_execution_status("acme", "exec_no"), {PACKAGE}.exceptions.NotFoundException, 404),
        (lambda: api.list_ai_tools("other"), {PACKAGE}.exceptions.ForbiddenException, 403),
    ):
        try:
            call()
        except error as caught:
            assert caught.status == status and caught.data.error
        else:
            raise AssertionError(error)
"""


def run(*command: object, **options: Any) -> str:
    """Run a program, and return what it writes; what it says is shown where it fails."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300, check=False, **options)
    if done.returncode:
        raise SystemExit(f"{Path(str(command[0])).name} failed:\n{done.stdout[-8000:]}{done.stderr[-8000:]}")
    return done.stdout


def install(folder: Path) -> Path:
    """Install the tools from npm, unless they are there; returns the folder of their commands."""
    commands = folder / "node_modules" / ".bin"
    if not all((commands / name).exists() for name in ("spectral", "redocly", "tsc")):
        folder.mkdir(parents=True, exist_ok=True)
        run("npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", *TOOLS)
    return commands


def lint(commands: Path) -> None:
    """Let both linters look at the description with their recommended rules."""
    with tempfile.TemporaryDirectory() as folder:
        ruleset = Path(folder, "ruleset.yaml")
        ruleset.write_text('extends: ["spectral:oas"]\n', encoding="utf-8")
        run(commands / "spectral", "lint", "--fail-severity", "hint", "--ruleset", ruleset, DESCRIPTION)
    quiet = os.environ | {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    found = run(commands / "redocly", "lint", "--extends", "recommended", "--format", "json", DESCRIPTION, env=quiet)
    if not re.search(r'"errors": 0,\s*"warnings": 0,', found):
        raise SystemExit(found)


def generate(language: str, description: Path, folder: Path) -> Path:
    """Generate a client."""
    named = ("--package-name", PACKAGE) if language == "python" else ()
    run(GENERATOR, "generate", "-g", language, "-i", description, "-o", folder, *named)
    return folder


def names_in_python(folder: Path) -> Iterator[str]:
    """List the names of a client in Python: modules, classes, methods with their arguments, and fields of models."""
    for path in sorted(folder.glob(f"{PACKAGE}/**/*.py")):
        module = path.relative_to(folder / PACKAGE).with_suffix("").as_posix()
        yield module
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                yield f"{module} {node.name}"
                yield from (f"{module} {node.name}.{name}" for name in members(node))


def members(node: ast.ClassDef) -> Iterator[str]:
    """List the public methods of a class with their arguments, and its fields."""
    for part in node.body:
        if isinstance(part, ast.FunctionDef) and not part.name.startswith("_") and "enum" not in part.name:
            yield f"{part.name}({', '.join(argument.arg for argument in part.args.args)})"
        elif isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            yield part.target.id


def names_in_typescript(folder: Path) -> Iterator[str]:
    """List the names of a client in TypeScript: files, exported names, and methods and properties."""
    for path in sorted(folder.rglob("*.ts")):
        module = path.relative_to(folder).as_posix()
        yield module
        outer = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            exported = re.match(r"export (?:abstract )?(?:interface|class|function|const|enum|type) (\w+)", line)
            member = re.match(r"    (?:public |readonly |async )*'?(\w+)'?(?:\?|!)?[:(]", line)
            if exported:
                outer = exported[1]
                yield f"{module} {outer}"
            elif member and outer.startswith(("AITools", "ListA", "Get")):
                yield f"{module} {outer}.{member[1]}"


LANGUAGES: dict[str, Callable[[Path], Iterator[str]]] = {
    "python": names_in_python,
    "typescript-fetch": names_in_typescript,
    "typescript-axios": names_in_typescript,
}


def names_of_the_package() -> Iterator[str]:
    """List the names that a generated client in Python has to share with this package."""
    for name in models.__all__:
        model = getattr(models, name)
        module = model.__module__.removeprefix("quantcdn.").replace(".", "/")
        yield from (module, f"{module} {name}", *(f"{module} {name}.{field}" for field in model.model_fields))
    options = ["_request_timeout", "_request_auth", "_content_type", "_headers", "_host_index"]
    for operation in OPERATIONS:
        for end in ("", "_with_http_info", "_without_preload_content"):
            taken = list(inspect.signature(getattr(AIToolsApi, operation.name + end)).parameters)[:-1]
            yield f"api/ai_tools_api AIToolsApi.{operation.name}{end}({', '.join(taken + options)})"


def compare(language: str, ours: set[str], official: set[str]) -> list[str]:
    """List the names that only one of two clients has, and should not."""
    missing = {name for name in official - ours if not LEFT_OUT.search(name)}
    added = {name for name in ours - official if not ADDED.search(name)}
    return [f"{language}: missing: {name}" for name in sorted(missing)] + [
        f"{language}: added: {name}" for name in sorted(added)
    ]


def use(folder: Path) -> None:
    """Let the client in Python call the local service."""
    with Emulator(organisation="acme", clock=ManualClock()) as service:
        execution = service.start_execution("generate_image", pending=0, running=0)
        orchestration = service.start_orchestration([execution], pending=0, synthesizing=0, answer="Done.")
        environ = os.environ | {"PYTHONPATH": str(folder), "NO_PROXY": "127.0.0.1"}
        run(sys.executable, "-c", USE, service.url, service.token, execution, orchestration, env=environ)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the tools from npm are kept")
    commands = install(parser.parse_args().folder)
    lint(commands)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        for language, names in LANGUAGES.items():
            ours = generate(language, DESCRIPTION, Path(temporary, "ours", language))
            if language == "python":
                lacking = set(names_of_the_package()) - set(names(ours))
                wrong += [f"{language}: not as in this package: {name}" for name in sorted(lacking)]
                use(ours)
            if language == "typescript-fetch":
                strictly = ("--noEmit", "--strict", "--target", "ES2022", "--moduleResolution", "bundler")
                run(commands / "tsc", *strictly, "--module", "ES2022", "--lib", "ES2022,DOM", ours / "index.ts")
            if OFFICIAL.is_file():
                official = generate(language, OFFICIAL, Path(temporary, "official", language))
                wrong += compare(language, set(names(ours)), set(names(official)))
    if not OFFICIAL.is_file():
        print(f"left out: the comparison with the service's own description, which is not at {OFFICIAL}")
    print("\n".join(wrong) or "the names are the same")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
