"""The documentation is current, its links lead somewhere, and all of its Python runs."""

from __future__ import annotations

import ast
import inspect
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from quantcdn import RetryPolicy, Timeout, exceptions, models, testing
from quantcdn.api.ai_tools_api import OPERATIONS
from test.helpers.table import table

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(
    path for path in [*ROOT.glob("*.md"), *DOCS.rglob("*.md")] if "_build" not in path.relative_to(ROOT).parts
)
NOT_RUN = {"{eval-rst}", "mermaid", "sh", "text", "json", "toml", "ini", "yaml", "console"}
FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})(.*)$", re.MULTILINE)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def run(*arguments: object, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *map(str, arguments)]
    environ = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # to load them takes longer than the tests
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=120, check=False)


def blocks(path: Path) -> list[tuple[str, str]]:
    """List the fenced blocks of a page: what stands behind the fence, and the block."""
    text = path.read_text(encoding="utf-8")
    fences = list(FENCE.finditer(text))
    pairs = zip(fences[::2], fences[1::2], strict=True)  # a fence left open would be one too many
    return [(begin[2], text[begin.end() + 1 : end.start()]) for begin, end in pairs]


def prose(path: Path) -> str:
    """Give a page without its blocks and its code."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"^(`{3,})[^`\n]*\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)


def anchors(path: Path) -> set[str]:
    """List a page's anchors as a code host makes them from its headings."""
    headings = re.findall(r"^#+ (.+)$", prose(path), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copy(DOCS / "AIToolsApi.md", tmp_path)
    shutil.copy(DOCS / "configuration.md", tmp_path)
    shutil.copytree(DOCS / "models", tmp_path / "models")
    return tmp_path


def check(folder: Path) -> tuple[int, list[str]]:
    done = run(DOCS / "tools" / "build.py", "--check", "--folder", folder)
    assert done.stderr == ""
    return done.returncode, [Path(line).name for line in done.stdout.splitlines()]


def test_generated_pages_are_current():
    done = run(DOCS / "tools" / "build.py", "--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), "run python docs/tools/build.py"


def test_an_edited_page_is_named(copied):
    page = copied / "models" / "ListAITools200Response.md"
    page.write_text(page.read_text(encoding="utf-8") + "More.\n", encoding="utf-8")
    assert check(copied) == (1, ["ListAITools200Response.md"])


def test_a_missing_page_is_named(copied):
    (copied / "AIToolsApi.md").unlink()
    assert check(copied) == (1, ["AIToolsApi.md"])


def test_a_page_of_no_model_is_named(copied):
    (copied / "models" / "Forgotten.md").write_text("# Forgotten\n", encoding="utf-8")
    assert check(copied) == (1, ["Forgotten.md"])


def test_writing_makes_every_page_current(copied):
    (copied / "AIToolsApi.md").unlink()
    (copied / "models" / "README.md").write_text("", encoding="utf-8")
    (copied / "models" / "Forgotten.md").write_text("# Forgotten\n", encoding="utf-8")
    assert run(DOCS / "tools" / "build.py", "--folder", copied).returncode == 0
    assert check(copied) == (0, [])
    assert not (copied / "models" / "Forgotten.md").exists()


def test_pages_can_be_written_into_an_empty_folder(tmp_path):
    assert run(DOCS / "tools" / "build.py", "--folder", tmp_path / "docs").returncode == 0
    assert check(tmp_path / "docs") == (0, [])


def test_every_model_has_a_page():
    assert {path.stem for path in (DOCS / "models").iterdir()} == {*models.__all__, "README"}


def test_every_field_has_a_row_on_its_models_page():
    for model in models.__all__:
        text = (DOCS / "models" / f"{model}.md").read_text(encoding="utf-8")
        for field, info in getattr(models, model).model_fields.items():
            assert f"\n| `{field}` | `{info.alias}` |" in text


def test_every_endpoint_has_a_section_with_an_example():
    text = (DOCS / "AIToolsApi.md").read_text(encoding="utf-8")
    for operation in OPERATIONS:
        section = text.partition(f"\n## {operation.name}\n")[2].partition("\n## ")[0]
        assert f"`{operation.method} {operation.path}`" in section
        assert f"api.{operation.name}(" in section


@table("page", PAGES)
def test_every_link_leads_to_a_file_and_an_anchor(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if not re.match("https?:|mailto:", target):
            file, _, anchor = target.partition("#")
            found = (page.parent / file).resolve() if file else page
            assert found.exists(), target
            assert not anchor or anchor in anchors(found), target


@table("page", PAGES)
def test_every_block_says_plainly_what_it_is(page):
    kinds = {kind for kind, _ in blocks(page)} - ({"py"} if page.name in {name for _, name in RECIPES} else set())
    assert kinds <= NOT_RUN | {"python"}, "a block of another name, ```py or ```python3, would not be run"


# Blocks of the language py need tools that only tox -e interop installs; a test there names the heading and the page.
RECIPES = {
    (heading, page or "hooks.md")
    for path in sorted((DOCS.parent / "test/interop").glob("test_*.py"))
    for heading, page in re.findall(r'recipe\("([^"]+)"(?:, "([^"]+)")?\)', path.read_text(encoding="utf-8"))
}


@pytest.mark.parametrize("page", sorted({page for _, page in RECIPES}))
def test_every_block_that_needs_another_tool_is_run_beside_it(page):
    sections = re.split(r"^## ", (DOCS / page).read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = {section.partition("\n")[0] for section in sections if "\n```py\n" in section}
    assert found == {heading for heading, named in RECIPES if named == page}


def test_every_python_block_is_collected():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    paths = [path for path in settings["tool"]["pytest"]["ini_options"]["testpaths"] if path != "test"]
    done = run("-m", "pytest", "--collect-only", "-q", "-p", "pytest_timeout", "-p", "no:cacheprovider", *paths)
    collected = [line.partition("::line:")[0] for line in done.stdout.splitlines() if "::line:" in line]
    expected = {name(page): [kind for kind, _ in blocks(page)].count("python") for page in PAGES}
    assert {page: collected.count(page) for page in expected} == expected
    assert len(collected) == sum(expected.values()) > 0


def test_no_page_tells_the_runner_to_skip_a_block():
    for page in PAGES:
        assert not re.search(r"<!--+\s*;?\s*(skip|clear-namespace|invisible)", page.read_text(encoding="utf-8"))


@table("module", sorted((ROOT / "quantcdn").rglob("*.py")))
def test_no_docstring_has_an_example_which_nothing_would_run(module):
    documentable = ast.Module | ast.ClassDef | ast.FunctionDef
    nodes = [node for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))) if isinstance(node, documentable)]
    docstrings = [ast.get_docstring(node) or "" for node in nodes]
    assert [text for text in docstrings if re.search(r"^ *>>> |^ *```|::$", text, flags=re.MULTILINE)] == []


def test_the_tree_of_errors_is_the_family():
    tree = next(block for kind, block in blocks(DOCS / "errors.md") if kind == "text")
    lines = re.findall(r"^([├└│─ ]*)(\w+)", tree, flags=re.MULTILINE)
    shown = {error: len(indent) // 3 for indent, error in lines}
    family = {
        error: len([b for b in cls.__mro__ if issubclass(b, exceptions.OpenApiException) and b.__name__[0] != "_"])
        for error, cls in inspect.getmembers(exceptions, inspect.isclass)
        if issubclass(cls, exceptions.OpenApiException) and not error.startswith("_")
    }
    # The argument errors share a private base, which the tree leaves out.
    assert shown == {error: depth - 1 for error, depth in family.items()}


def test_the_defaults_in_the_tables_are_the_defaults():
    text = (DOCS / "errors.md").read_text(encoding="utf-8")
    policy, limits = RetryPolicy(), Timeout()
    assert f"| attempts in all | {policy.attempts} |" in text
    assert f"| status codes that are retried | {', '.join(map(str, sorted(policy.statuses)))} |" in text
    assert f"from 0 to min({policy.maximum:g}, {policy.base:g} · 2ⁿ) seconds" in text
    assert f"from 0 to min({policy.maximum:g}, {policy.throttled_base:g} · 2ⁿ) seconds" in text
    assert f"if it is up to {policy.longest_retry_after:g} s" in text
    for limit in ("connect", "read", "total"):
        assert f"| `{limit}` | {getattr(limits, limit):g} s |" in text


def test_every_fixture_is_documented():
    fixtures = re.findall(r"^@pytest\.fixture.*\ndef (\w+)", inspect.getsource(testing), flags=re.MULTILINE)
    text = (DOCS / "testing.md").read_text(encoding="utf-8")
    assert fixtures
    assert [fixture for fixture in fixtures if f"\n| `{fixture}` |" not in text] == []


def test_the_tests_on_the_page_of_testing_pass_in_a_project_of_its_own(tmp_path):
    conftest, *code = [block for kind, block in blocks(DOCS / "testing.md") if kind == "python"]
    assert conftest.startswith("pytest_plugins")
    (tmp_path / "conftest.py").write_text(conftest, encoding="utf-8")
    tests = "\n\n".join(code)
    (tmp_path / "test_example.py").write_text(tests, encoding="utf-8")
    done = run("-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
