"""Write ``llms.txt``, which tells language models what the site has (https://llmstxt.org), from the start page.

``python docs/tools/llms.py`` writes it; with ``--check`` it says whether it is current, and exits 1 if not.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

DOCS = Path(__file__).parent.parent
TARGET = DOCS / "llms.txt"


def entry(line: str) -> str:
    """Write the entry of a page, which on the site is another file."""
    title, page, about = re.fullmatch(r"- \[([^\]]+)\]\(([^)]+)\.md\): (.+)", line).groups()
    return f"- [{title}]({page}.html): {about}"


def written() -> str:
    """Write the file."""
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    head, *sections = re.split(r"^## ", index, flags=re.MULTILINE)
    title, summary, rest = head.split("\n\n", 2)
    plain = re.sub(r"\]\((\w+)\.md\)", r"](\1.html)", rest)
    parts = [title, "> " + " ".join(summary.split()), plain.strip()]
    for section in sections:
        name, _, body = section.partition("\n")
        entries = [entry(line) for line in body.strip().splitlines() if line.startswith("- ")]
        parts += [f"## {name}", "\n".join(entries)]
    return "\n\n".join(parts) + "\n"


def main(arguments: list[str]) -> int:
    """Run the command."""
    text = written()
    if arguments != ["--check"]:
        TARGET.write_text(text, encoding="utf-8", newline="\n")
        return 0
    if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text:
        return 0
    print(f"not current: {TARGET}")
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
