"""Check that pages and docstrings use the field's words.

``python docs/tools/words.py`` names each old word, and exits 1. Code, URLs and comments in the pages are free.
"""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

WORDS = {
    r"pictures?": "image",
    r"(?:a|each|every|last|no|one|status) looks?|looks? (?:again|at how)": "poll",
    r"how far (?:an?|each|it|one|the|their|they) \w+": "status, progress",
    r"end(?:s|ed)? (?:well|badly)|well or badly|an end that": "complete, fail, finish",
    r"(?:are|is|was|were) told|told (?:by|in|of)": "called, notified",
    r"asked for": "requested, created",
    r"answer(?:s|ed)? (?:a \d|byte|came|comes|every|with|\d)": "response, respond",
    r"(?:lists?|no|service'?s?|usable|HTTP) answers?|without an answer": "response, respond",
    r"signed address(?:es)?": "signed URL",
    r"so that you need not|in earnest": "say it plainly",
    r"small letters": "lower case",
    r"scrub(?:s|bed|bing)?": "redact",
    r"many at once": "batch",
    r"journal": "request log",
    r"file of settings": "config file",
}
"""Old words, and what stands for them."""

NOT_YET = frozenset(
    {
        "CHANGELOG.md",
        "docs/AIToolsApi.md",
        "docs/configuration.md",
        "docs/hooks.md",
        "docs/models/ListAIToolExecutions200Response.md",
        "docs/polling-at-scale.md",
        "quantcdn/cli/__init__.py",
        "quantcdn/models/_statistics.py",
        "quantcdn/rest.py",
    }
)
"""Files that still have old words."""

OLD = tuple(sorted(ROOT / name for name in NOT_YET))

_CODE = re.compile(r"^(`{3,})[^\n]*\n.*?^\1$|<!--.*?-->|`[^`\n]*`|\]\([^)]*\)", re.MULTILINE | re.DOTALL)
_OLD = {re.compile(rf"\b(?:{old})\b".replace(" ", r"\s+"), re.IGNORECASE): new for old, new in WORDS.items()}


def without_code(page: str) -> str:
    """Blank out what is no prose; every line stays where it is."""
    return _CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), page)


def summaries(source: str) -> str:
    """Give the first lines of the docstrings of a module, each on its own line of the file."""
    lines = [""] * (source.count("\n") + 2)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            docstring = node.body[0]
            lines[docstring.lineno - 1] = (ast.get_docstring(node) or "").partition("\n")[0]
    return re.sub(r"``[^`]*``", " ", "\n".join(lines))


def old_words(text: str) -> Iterator[tuple[int, str, str]]:
    """Find the old words in prose: line, word, and what to write."""
    for pattern, new in _OLD.items():
        for found in pattern.finditer(text):
            yield text.count("\n", 0, found.start()) + 1, " ".join(found[0].split()), new


def problems(paths: Iterable[Path]) -> Iterator[str]:
    """Find the old words in files."""
    for path in paths:
        text = path.read_text(encoding="utf-8")
        prose = without_code(text) if path.suffix == ".md" else summaries(text)
        for line, word, new in sorted(old_words(prose)):
            yield f"{path}:{line}: {word!r}; write: {new}"


def files() -> list[Path]:
    """List what is checked."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "models").glob("*.md")]
    return sorted(pages) + sorted((ROOT / "quantcdn").rglob("*.py"))


def stale(old: Iterable[Path]) -> Iterator[str]:
    """Name what is listed as old and is not, so that nothing old comes back to it."""
    for path in old:
        if not path.exists() or not any(problems([path])):
            yield f"{path} has no old words: take it out of NOT_YET in {Path(__file__).name}"


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Name the old words in pages and docstrings.")
    parser.add_argument("files", nargs="*", type=Path, help="what to check; by default all pages and modules")
    given = parser.parse_args().files
    found = list(problems(given)) if given else [*problems(path for path in files() if path not in OLD), *stale(OLD)]
    print("".join(f"{problem}\n" for problem in found), end="")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
