"""Write ``openapi.yaml``, the description of the API in OpenAPI 3.1, from the code alone.

``python docs/tools/openapi.py`` writes it; with ``--check`` it says whether it is not current, and exits 1. It needs
PyYAML.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import yaml

from quantcdn import Configuration
from quantcdn.emulator._openapi.document import description

HEADER = "# docs/tools/openapi.py writes this file from the code; edit the docstrings instead.\n"


class Dumper(yaml.SafeDumper):
    """Writes text of several lines as such, and nothing as a reference to another place."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature of yaml
        return True


def _text(dumper: Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Dumper.add_representer(str, _text)


def written() -> str:
    """Write the description."""
    document = description(Configuration().get_host_settings())
    return HEADER + yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=110)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Write docs/openapi.yaml from the code.")
    parser.add_argument("--check", action="store_true", help="write nothing; say whether the file is not current")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent.parent, help="where the file is")
    given = parser.parse_args()
    path, text = given.folder / "openapi.yaml", written()
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return 0
    if given.check:
        print(f"not current: {path}")
        return 1
    path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
