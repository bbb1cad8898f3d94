"""Check that a tag may be released: ``python test/tools/release.py v1.2.3``.

The version stands in ``quantcdn/_version.py`` alone. The tag has to be it, and the changelog has to open with it and a
date.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def version(root: Path) -> str:
    """Read the version from the source, without importing it."""
    text = (root / "quantcdn" / "_version.py").read_text(encoding="utf-8")
    return re.findall('^__version__ = "(.+)"$', text, re.MULTILINE)[0]


def newest_changes(root: Path) -> str:
    """Read the first heading of the changelog: a version, and when it was released."""
    return re.findall("^## (.+)$", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)[0]


def problems(tag: str, root: Path) -> list[str]:
    """List what keeps a tag from being released."""
    stated, heading = version(root), newest_changes(root)
    found = []
    if tag != f"v{stated}":
        found.append(f"the tag is {tag}, and quantcdn/_version.py says {stated}: the tag should be v{stated}")
    if not re.fullmatch(re.escape(stated) + r", [0-9]{4}-[0-9]{2}-[0-9]{2}", heading):
        found.append(f'CHANGELOG.md opens with "{heading}": it should be "{stated}, " and the date, as 2026-01-31')
    return found


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Check that a tag may be released.")
    parser.add_argument("tag", help="the tag, as v1.2.3")
    parser.add_argument("--root", type=Path, default=ROOT, help="where the project is")
    given = parser.parse_args()
    found = problems(given.tag, given.root)
    print("\n".join(found) if found else f"{given.tag} may be released")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
