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
    r"tr(?:y|ies|ied|ying) again": "retry",
    r"gives? back": "return",
    r"(?:kept|warm) connections?|kept[- ]alive": "idle connection, keep-alive",
    r"(?:may|can) be said|said of": "option, parameter",
    r"(?:un)?packed": "compressed, encoded, decoded",
    r"go(?:es)? by": "use",
    r"(?:shows?|to) a person": "display",
    r"live lines?": "progress",
    r"lines? of (?:a|the) list": "record, row",
}
"""Old words, and what stands for them."""

_CODE = re.compile(r"^(`{3,})[^\n]*\n.*?^\1$|<!--.*?-->|`[^`\n]*`|\]\([^)]*\)", re.MULTILINE | re.DOTALL)
_OLD = {re.compile(rf"\b(?:{old})\b".replace(" ", r"\s+"), re.IGNORECASE): new for old, new in WORDS.items()}


def without_code(page: str) -> str:
    """Blank out what is no prose; every line stays where it is."""
    return _CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), page)


def docstrings(source: str) -> str:
    """Return the docstrings of a module, each line on its own line of the file, without what is code in them."""
    lines = [""] * (source.count("\n") + 2)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            text, first = ast.get_docstring(node) or "", node.body[0].lineno - 1
            lines[first : first + text.count("\n") + 1] = text.split("\n")
    return re.sub(r"``[^`]*``", lambda code: re.sub(r"[^\n]", " ", code[0]), "\n".join(lines))


def old_words(text: str) -> Iterator[tuple[int, str, str]]:
    """Find the old words in prose: line, word, and what to write."""
    for pattern, new in _OLD.items():
        for found in pattern.finditer(text):
            yield text.count("\n", 0, found.start()) + 1, " ".join(found[0].split()), new


def problems(paths: Iterable[Path]) -> Iterator[str]:
    """Find the old words in files."""
    for path in paths:
        text = path.read_text(encoding="utf-8")
        prose = without_code(text) if path.suffix == ".md" else docstrings(text)
        for line, word, new in sorted(old_words(prose)):
            yield f"{path}:{line}: {word!r}; write: {new}"


def files() -> list[Path]:
    """List what is checked."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "models").glob("*.md")]
    return sorted(pages) + sorted((ROOT / "quantcdn").rglob("*.py"))


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Name the old words in pages and docstrings.")
    parser.add_argument("files", nargs="*", type=Path, help="what to check; by default all pages and modules")
    given = parser.parse_args().files
    found = list(problems(given or files()))
    print("".join(f"{problem}\n" for problem in found), end="")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
