"""Write the description of the API in OpenAPI 3.1 from the code: ``docs/openapi.yaml``, and what is served.

``python docs/tools/openapi.py`` writes both; with ``--check`` it names each that is not current, and exits 1. It needs
PyYAML.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import yaml
from _openapi.document import description

from quantcdn import Configuration

HEADER = "# docs/tools/openapi.py writes this file from the code; edit the docstrings instead.\n"


class Dumper(yaml.SafeDumper):
    """Writes text of several lines as such, and nothing as a reference to another place."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature of yaml
        return True


def _text(dumper: Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Dumper.add_representer(str, _text)


def files() -> dict[str, str]:
    """Write both files, by their paths in the project."""
    document = description(Configuration().get_host_settings())
    # A description that is served describes the server that it comes from.
    served = {**document, "servers": [{"url": "/", "description": "The local service"}]}
    return {
        "docs/openapi.yaml": HEADER
        + yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=110),
        "quantcdn/emulator/_openapi.json": json.dumps(served, ensure_ascii=False, indent=1) + "\n",
    }


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Write the description of the API from the code.")
    parser.add_argument("--check", action="store_true", help="write nothing; name each file that is not current")
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[2], help="the folder of the project")
    given = parser.parse_args()
    stale = {
        given.root / name: text
        for name, text in files().items()
        if not (given.root / name).is_file() or (given.root / name).read_text(encoding="utf-8") != text
    }
    if given.check:
        print("".join(f"not current: {path}\n" for path in stale), end="")
        return 1 if stale else 0
    for path, text in stale.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
