"""Check that other projects can link to every public name.

``python docs/tools/inventory.py FOLDER`` names each name that the site's objects.inv lacks, and exits 1.
"""

from __future__ import annotations

import inspect
import re
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import quantcdn
from quantcdn import AIToolsApi, ApiClient, Configuration, chat, emulator, images, models
from quantcdn.api.organisation_api import OrganisationApi

MODULES = (quantcdn, chat, emulator, images)
CLASSES = {"quantcdn.AIToolsApi": AIToolsApi, "quantcdn.ApiClient": ApiClient}
CLASSES["quantcdn.api.organisation_api.OrganisationApi"] = OrganisationApi
TESTING = Path(quantcdn.__file__).parent / "testing.py"


def objects(inventory: Path) -> set[str]:
    """Read the names of an inventory: four lines, then compressed lines of name, role, priority, address and title."""
    compressed = inventory.read_bytes().split(b"\n", 4)[4]
    lines = zlib.decompress(compressed).decode().splitlines()
    return {line.partition(" ")[0] for line in lines if re.match(r"\S+ py:", line)}


def public() -> Iterator[str]:
    """List the names that users write: of modules, methods, settings, fields and fixtures."""
    for module in MODULES:
        yield from (f"{module.__name__}.{name}" for name in module.__all__)
    for path, cls in CLASSES.items():
        yield from (f"{path}.{name}" for name in dir(cls) if not name.startswith("_"))
    for name in models.__all__:
        yield from (f"quantcdn.{name}.{field}" for field in getattr(models, name).model_fields)
    settings = inspect.signature(Configuration.__init__).parameters
    yield from (f"quantcdn.Configuration.{name}" for name in settings if name not in ("self", "unknown"))
    yield from (
        f"quantcdn.ApiException.{name}" for name in ("status", "reason", "body", "headers", "request_id", "attempts")
    )
    fixtures = re.findall(r"^@pytest\.fixture\ndef (\w+)", TESTING.read_text(encoding="utf-8"), flags=re.MULTILINE)
    yield from (f"quantcdn.testing.{name}" for name in fixtures)
    yield from ("quantcdn.rest.RESTResponse", "quantcdn.hooks.AttemptRecord", "quantcdn.operation.Operation")


def main(folder: str) -> int:
    """Run the command."""
    missing = sorted(set(public()) - objects(Path(folder) / "objects.inv"))
    print("".join(f"objects.inv lacks {name}\n" for name in missing), end="")
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
