"""Write the reference pages, ``AIToolsApi.md``, ``configuration.md`` and ``models/``, from the code alone.

The docstrings of the models are written too: ``help`` shows them, but not what stands below a field.

``python docs/tools/build.py`` writes them; with ``--check`` it names each page that is not current and exits 1.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import get_type_hints

from docstrings import class_node, documented, functions, read
from page_examples import (
    CONFIGURATION_EXAMPLE,
    COPIES,
    COPIES_END,
    ENVIRONMENT,
    EXAMPLES,
    ONE_ORGANISATION,
    ORGANISATION_EXAMPLE,
    RATE_LIMIT,
    SETTINGS_CHECKED,
    USES,
)

from quantcdn import api_client, configuration, exceptions, hooks, models, timeout
from quantcdn._configuration import environment
from quantcdn._configuration.options import ClientOptions
from quantcdn._polling import batch
from quantcdn.api.ai_tools_api import OPERATIONS, AIToolsApi
from quantcdn.configuration import Configuration
from quantcdn.emulator._example_model import example_of, example_value
from quantcdn.models import _base, _sequence
from quantcdn.operation import Bounded, Operation
from quantcdn.rate_limit import RateLimit
from quantcdn.retry import RetryPolicy
from quantcdn.timeout import Timeout


def fields(cls: type[_base.Model]) -> dict[str, tuple[ast.expr, str]]:
    """Find the types and docstrings of a model's fields."""
    found = documented(class_node(cls))
    return {name: found[name] for name in cls.model_fields}


def names_in(node: ast.expr) -> list[str]:
    """List the names in a type."""
    return [part.id.removeprefix("Lenient") for part in ast.walk(node) if isinstance(part, ast.Name)]


PRIVATE = sorted(Path(inspect.getfile(models)).parent.glob("_[!_]*.py"))
"""The files of what the models share, which have no pages of their own; one of them needs an extra to be imported."""

ALIASES = {
    name: found
    for source in (
        inspect.getsource(batch),
        *(file.read_text(encoding="utf-8") for file in PRIVATE),
        *map(inspect.getsource, (configuration, hooks, timeout)),
    )
    for name, found in documented(ast.parse(source)).items()
}


# Types of the code that a reader knows by another name.
KNOWN_AS = {"RetrySettings": "urllib3.Retry", "StrictBool": "bool"}


def type_text(node: ast.expr, folder: str) -> str:
    """Write a type for a reader: models linked, aliases resolved, None and pydantic's own left out."""
    if isinstance(node, ast.Subscript):
        outer, inner = ast.unparse(node.value), node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if outer in ("Annotated", "Lenient"):
            return type_text(inner[0], folder)
        if outer == "Callable":
            taken = " and ".join(type_text(part, folder) for part in inner[0].elts)
            return f"function of {taken}" if taken else "function"
        joint = " to " if outer in ("dict", "Mapping") else " and "
        return f"{'list' if outer == 'Items' else outer} of {joint.join(type_text(part, folder) for part in inner)}"
    if isinstance(node, ast.BinOp):
        sides = [type_text(side, folder) for side in (node.left, node.right)]
        return " or ".join(side for side in sides if side not in ("`None`", "`Any`"))
    name = ast.unparse(node)
    if name in ALIASES:
        return type_text(ALIASES[name][0], folder)
    return f"[`{name}`]({folder}{name}.md)" if name in models.__all__ else f"`{KNOWN_AS.get(name, name)}`"


def table(head: str, rows: Iterable[Iterable[str]]) -> str:
    """Write a table, or nothing where it has no rows."""
    lines = [" | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in row) for row in rows]
    rule = " | ".join("---" for _ in head.split(" | "))
    return "\n".join(f"| {line} |" for line in (head, rule, *lines)) if lines else ""


def page(*parts: str) -> str:
    """Join the parts of a page, with the code of docstrings as Markdown has it."""
    header = "<!-- docs/tools/build.py writes this page from the code; edit the docstrings instead. -->"
    text = "\n\n".join(part.strip() for part in (header, *parts) if part) + "\n"
    return re.sub("(?<!`)``(?!`)", "`", text)


def statuses(error: str) -> str:
    """Say which statuses an error stands for."""
    codes = [str(n) for n in range(400, 600) if exceptions.exception_class(n) is getattr(exceptions, error)]
    return " to ".join(dict.fromkeys((codes[0], codes[-1]))) if codes else ""


def arguments(node: ast.FunctionDef) -> list[tuple[ast.arg, bool]]:
    """List a method's arguments, and whether each is optional."""
    positional, named = node.args.args[1:], node.args.kwonlyargs
    defaults = [None] * (len(positional) - len(node.args.defaults)) + node.args.defaults + node.args.kw_defaults
    return [(argument, value is not None) for argument, value in zip(positional + named, defaults, strict=True)]


def signature(node: ast.FunctionDef, folder: str) -> str:
    """Write how a method is called and what it returns."""
    names = [argument.arg for argument, _ in arguments(node)] + [f"**{part.arg}" for part in [node.args.kwarg] if part]
    return f"`{node.name}({', '.join(names)})` → {type_text(node.returns, folder)}"


def parameters(node: ast.FunctionDef, folder: str, query: Mapping[str, object]) -> Iterator[tuple[str, ...]]:
    """Write the rows of a method's parameters."""
    described = read(node).arguments
    for argument, is_optional in arguments(node):
        bounds = query.get(argument.arg)
        notes = ["optional"] if is_optional else []
        notes += [f"{bounds.minimum} to {bounds.maximum}"] if isinstance(bounds, Bounded) else []
        yield f"`{argument.arg}`", type_text(argument.annotation, folder), described[argument.arg], ", ".join(notes)
    if node.args.kwarg and "ClientOptions" in ast.unparse(node.args.kwarg):
        link = "[options](configuration.md#copies-of-a-client)"
        yield f"`**{node.args.kwarg.arg}`", "`ClientOptions`", "What the copy has of its own.", link
    elif node.args.kwarg:
        yield f"`**{node.args.kwarg.arg}`", "`RequestOptions`", "Options of this call alone.", "[options](#options)"


def method(node: ast.FunctionDef, folder: str, query: Mapping[str, object] = MappingProxyType({})) -> list[str]:
    """Write a method."""
    found = read(node)
    errors = f"{'../' if not folder else ''}errors.md"
    raised = [(f"[`{name}`]({errors})", statuses(name), text) for name, text in found.raises.items()]
    return [
        signature(node, folder),
        found.prose,
        table("Name | Type | Description | Notes", parameters(node, folder, query)),
        f"**Returns:** {found.returns}" if found.returns else "",
        table("Raises | Status | When", raised).replace("see the class", "see [above](#aitoolsapi)"),
    ]


def example_call(operation: Operation, node: ast.FunctionDef) -> str:
    """Write a script that calls an endpoint."""
    types = get_type_hints(getattr(AIToolsApi, operation.name))
    names = [part.arg for part, _ in arguments(node)]
    given = {name: json.dumps(EXAMPLES.get(name) or example_value(types[name])) for name in names}
    call = ", ".join(f"{name}={value}" if name in operation.query else value for name, value in given.items())
    return f"""```python
import quantcdn

with quantcdn.ApiClient(quantcdn.Configuration.from_env()) as client:
    api = quantcdn.AIToolsApi(client)
    answer = api.{operation.name}({call})
{textwrap.indent(USES.get(operation.name, "print(answer)"), "    ")}
```"""


def endpoint(operation: Operation, methods: Mapping[str, ast.FunctionDef]) -> list[str]:
    """Write the section of an endpoint."""
    models_by_status = {status: f"[`{m.__name__}`](models/{m.__name__}.md)" for status, m in operation.errors.items()}
    siblings = [node for name, node in methods.items() if name.startswith(f"{operation.name}_with")]
    return [
        f"## {operation.name}",
        f"`{operation.method} {operation.path}`",
        *method(methods[operation.name], "models/", operation.query),
        *(f"With {status}, the error's `data` is a {model}." for status, model in models_by_status.items()),
        "\n".join(f"- {signature(node, 'models/')}: {read(node).prose}" for node in siblings),
        example_call(operation, methods[operation.name]),
    ]


def api_page() -> str:
    """Write the page of the endpoints."""
    methods = {
        name: node for cls in reversed(AIToolsApi.__mro__[:-1]) for name, node in functions(class_node(cls)).items()
    }
    stated = tuple(f"{o.name}{end}" for o in OPERATIONS for end in ("_with_http_info", "_without_preload_content", ""))
    others = [node for name, node in methods.items() if name not in stated and not is_property(node)]
    calls = ((f"[`{o.name}`](#{o.name})", f"`{o.method} {o.path}`", read(methods[o.name]).summary) for o in OPERATIONS)
    return page(
        "# AIToolsApi",
        read(class_node(AIToolsApi)).prose,
        "Signatures with their defaults are in the [Python API](reference/client.md).",
        table("Method | HTTP request | What it does", calls),
        "## Options",
        table("Option | Type | Description", option_rows(api_client.RequestOptions)),
        ONE_ORGANISATION,
        *(part for operation in OPERATIONS for part in endpoint(operation, methods)),
        *(part for node in others for part in (f"## {node.name}", *method(node, "models/"))),
    )


def option_rows(options: type) -> Iterator[tuple[str, str, str]]:
    """Write the rows of a table of options."""
    for name, (kind, text) in documented(class_node(options)).items():
        yield f"`{name}`", type_text(kind, "models/"), text


def is_property(node: ast.FunctionDef) -> bool:
    """Say whether a method is a property or sets one."""
    return any(re.fullmatch(r"property|\w+\.setter", ast.unparse(part)) for part in node.decorator_list)


def default_text(value: object) -> str:
    """Write a setting's default for a reader."""
    if isinstance(value, Timeout | RetryPolicy):
        return f"[`{type(value).__name__}()`](#{type(value).__name__.lower()})"
    if isinstance(value, frozenset):
        return ", ".join(f"`{item}`" for item in sorted(value))
    if isinstance(value, int) and value % 1024 == 0 and value:
        return f"`{value}`, {value // 1024**2} MiB" if value % 1024**2 == 0 else f"`{value}`, {value // 1024} KiB"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def _default_of(cls: type, name: str) -> str:
    default = inspect.signature(cls).parameters[name].default
    return "" if default is inspect.Parameter.empty else default_text(default)


def value_section(cls: type) -> list[str]:
    """Write the section of a value that settings are made of."""
    rows = (
        (f"`{name}`", type_text(kind, "models/"), _default_of(cls, name), text)
        for name, (kind, text) in documented(class_node(cls)).items()
    )
    return [
        f"## {cls.__name__}",
        read(class_node(cls)).prose,
        table("Field | Type | Default | Description", rows),
    ]


def anchored(setting: str) -> str:
    """Write a setting's name as a link to its own row."""
    return f'<a id="setting-{setting}" href="#setting-{setting}"><code>{setting}</code></a>'


def configuration_page() -> str:
    """Write the page of the settings."""
    node = class_node(Configuration)
    constructor = next(part for part in node.body if getattr(part, "name", "") == "__init__")
    described, defaults = read(node).arguments, Configuration()
    rows = (
        (
            anchored(part.arg),
            type_text(part.annotation, "models/"),
            default_text(getattr(defaults, part.arg)),
            described[part.arg],
        )
        for part, _ in arguments(constructor)
    )
    variables = documented(ast.parse(inspect.getsource(environment)))
    variables = (
        (", ".join(f"`{name}`" for name in getattr(environment, constant)), text)
        for constant, (_, text) in variables.items()
        if constant.endswith("_VARIABLES")
    )
    others = [part.name for part in functions(node).values() if not is_property(part) and part.name != "from_env"]
    return page(
        "# Configuration",
        read(node).prose,
        table("Setting | Type | Default | Description", rows),
        SETTINGS_CHECKED,
        CONFIGURATION_EXAMPLE,
        *value_section(Timeout),
        *value_section(RetryPolicy),
        *value_section(RateLimit),
        RATE_LIMIT,
        COPIES,
        table("Option | Type | Description", option_rows(ClientOptions)),
        COPIES_END,
        "## Environment variables",
        table("Variables | What they are", variables),
        ENVIRONMENT,
        ORGANISATION_EXAMPLE,
        "## from_env",
        *method(functions(node)["from_env"], "models/"),
        f"The [Python API](reference/settings.md) has the others: {', '.join(f'`{name}`' for name in others)}.",
    )


def example_reading(cls: type[_base.Model], properties: Iterable[str]) -> str:
    """Write a script that reads a model from JSON."""
    values = example_of(cls, EXAMPLES)
    shown = [*(name for name, key in _base.json_keys(cls).items() if key in values), *properties]
    printed = "\n".join(f"print(answer.{name})" for name in shown)
    return f'''```python
import json

from quantcdn import {cls.__name__}

text = """
{json.dumps(values, indent=2)}
"""
answer = {cls.__name__}.from_json(text)
{printed}
print(answer.to_dict())
assert json.loads(answer.to_json()) == json.loads(text)  # what came in goes out again
```'''


def origins(cls: type[_base.Model]) -> Iterator[str]:
    """Say where a model comes from: the endpoints that return it, and the models that it is a part of."""
    for operation in OPERATIONS:
        link = f"[`{operation.name}`](../AIToolsApi.md#{operation.name})"
        if operation.model is cls:
            yield f"- The response of {link}."
        yield from (
            f"- The response of {link} with the status {status}." for status, m in operation.errors.items() if m is cls
        )
    for name in models.__all__:
        outer = fields(getattr(models, name)).items()
        yield from (f"- In `{f}` of [`{name}`]({name}.md)." for f, (kind, _) in outer if cls.__name__ in names_in(kind))


def model_page(cls: type[_base.Model]) -> str:
    """Write the page of a model."""
    own = [base for base in cls.__mro__ if base.__module__.startswith("quantcdn.") and base is not _base.Model]
    bases = [base for base in own if "[" not in base.__name__]  # a generic class with its parameters stands nowhere
    is_list = issubclass(cls, _sequence.ListModel)
    nodes = [node for base in bases for node in functions(class_node(base)).values()]
    properties = [node for node in nodes if is_property(node)]
    known = ", ".join(f"`{status}`" for status in getattr(cls, "known_statuses", ()))
    keys = _base.json_keys(cls)
    rows = (
        (f"`{name}`", f"`{keys[name]}`", type_text(kind, ""), "yes" if field.is_required() else "no", text)
        for (name, (kind, text)), field in zip(fields(cls).items(), cls.model_fields.values(), strict=True)
    )
    property_rows = [(f"`{node.name}`", type_text(node.returns, ""), read(node).prose) for node in properties]
    return page(
        f"# {cls.__name__}",
        read(class_node(cls)).prose,
        f"In `{cls.__module__}`, and in `quantcdn` itself; see also the [Python API](../reference/models.md).",
        "\n".join(origins(cls)),
        read(class_node(_sequence.ListModel)).prose if is_list else "",
        "## Fields",
        table("Name | JSON key | Type | Required | Description", rows),
        f"Known statuses: {known}. Any other is kept as it came, and counts as unfinished." if known else "",
        "## Properties" if properties else "",
        table("Name | Type | Description", property_rows),
        *(part for node in nodes if node not in properties for part in (f"## {node.name}", *method(node, ""))),
        "Every model has [these methods](README.md#what-every-model-has) too.",
        "## Example",
        example_reading(cls, [node.name for node in properties]),
    )


def index_page() -> str:
    """Write the list of the models, and what all of them have."""
    rows = ((f"[`{name}`]({name}.md)", read(class_node(getattr(models, name))).prose) for name in models.__all__)
    shared = class_node(_base.Model)
    methods = ((f"`{node.name}`", read(node).summary) for node in functions(shared).values())
    return page(
        "# Models",
        "One class for each part of the service's responses.",
        table("Model | What it is", rows),
        "## What every model has",
        read(shared).prose,
        table("Method | What it does", methods),
        "Their parameters are in the [Python API](../reference/models.md).",
    )


def pages() -> dict[str, str]:
    """Write all pages, by their paths in the folder."""
    written = {f"models/{name}.md": model_page(getattr(models, name)) for name in models.__all__}
    return {
        "AIToolsApi.md": api_page(),
        "configuration.md": configuration_page(),
        "models/README.md": index_page(),
        **written,
    }


def with_attributes(cls: type[_base.Model]) -> str:
    """Write the module of a model, with its fields in the docstring of its class."""
    node, source = class_node(cls), inspect.getsource(inspect.getmodule(cls))
    wrapped = partial(textwrap.fill, width=120, initial_indent=8 * " ", subsequent_indent=12 * " ")
    lines = (
        wrapped(f"{name}: {'' if cls.model_fields[name].is_required() else 'Optional. '}{text}")
        for name, (_, text) in fields(cls).items()
    )
    prose = textwrap.indent(read(node).prose, 4 * " ").strip()
    docstring = "\n".join([f'    """{prose}', "", "    Attributes:", *lines, '    """'])
    before, after = node.body[0].lineno - 1, node.body[0].end_lineno
    parts = source.splitlines()
    return "\n".join([*parts[:before], docstring, *parts[after:]]) + "\n"


def modules() -> dict[Path, str]:
    """Write the modules of the models whose docstrings are not current."""
    written = {Path(inspect.getfile(cls)): with_attributes(cls) for cls in (getattr(models, n) for n in models.__all__)}
    return {path: text for path, text in written.items() if path.read_text(encoding="utf-8") != text}


def not_current(folder: Path) -> dict[str, str | None]:
    """Find the pages of a folder that are missing or changed, with what they should be, or stand for no model."""
    expected: dict[str, str | None] = {f"models/{path.name}": None for path in folder.glob("models/*")} | pages()
    paths = {name: folder / name for name in sorted(expected)}
    found = {name: path.read_text(encoding="utf-8") if path.is_file() else None for name, path in paths.items()}
    return {name: expected[name] for name in paths if expected[name] is None or found[name] != expected[name]}


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description="Write docs/AIToolsApi.md, docs/configuration.md and docs/models/ from the code."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; name each page that is not current")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent.parent, help="where the pages are")
    given = parser.parse_args()
    stale, docstrings = not_current(given.folder), modules()
    if given.check:
        names = [*(given.folder / name for name in stale), *docstrings]
        print("".join(f"not current: {name}\n" for name in names), end="")
        return 1 if names else 0
    for path, text in docstrings.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    (given.folder / "models").mkdir(parents=True, exist_ok=True)
    for name, text in stale.items():
        path = given.folder / name
        path.unlink() if text is None else path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
