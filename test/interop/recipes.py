"""The recipes of docs/hooks.md for tools that the other tests do not install: blocks of the language ``py``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGES = Path(__file__).parent.parent.parent / "docs"


def recipe(heading: str, page: str = "hooks.md") -> dict[str, Any]:
    """Run the blocks under a heading, and return the names that they define."""
    text = (PAGES / page).read_text("utf-8")
    section = re.split(r"^## ", text.partition(f"\n## {heading}\n")[2], flags=re.MULTILINE)[0]
    names: dict[str, Any] = {}
    blocks = re.findall(r"^```py\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert blocks, heading
    for block in blocks:
        exec(compile(block, f"{page}: {heading}", "exec"), names)
    return names
