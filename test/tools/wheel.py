"""Install the built wheel into an empty environment and use it there: ``python test/tools/wheel.py dist``."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

USE = """
import importlib.metadata
import importlib.resources

import quantcdn
from quantcdn.emulator import Emulator

with Emulator() as service, quantcdn.ApiClient(service.configuration(proxy="")) as client:
    print(quantcdn.AIToolsApi(client).list_ai_tool_names("acme").tools)
for name in ("py.typed", "emulator/_openapi.json"):
    assert importlib.resources.files("quantcdn").joinpath(name).is_file(), name
needed = [text for text in importlib.metadata.requires("quantcdn") if "extra ==" not in text]
assert len(needed) == 4, needed
"""


def main(folder: Path) -> None:
    """Use each wheel in the folder."""
    wheels = [path.resolve() for path in folder.glob("*.whl")]
    if not wheels:
        raise SystemExit(f"no wheel in {folder}")
    for wheel in wheels:
        with tempfile.TemporaryDirectory() as place:
            venv.create(place)
            python = Path(place) / "bin" / "python"
            install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", wheel]
            subprocess.run(install, check=True, cwd=place)
            subprocess.run([python, "-W", "error", "-c", USE], check=True, cwd=place)
            subprocess.run([python.with_name("quantcdn"), "--version"], check=True, cwd=place)
            for shell in ("bash", "zsh", "fish"):
                subprocess.run(
                    [python.with_name("quantcdn"), "completion", shell], check=True, stdout=subprocess.DEVNULL
                )
            manual = Path(place) / "share" / "man" / "man1" / "quantcdn.1"  # where man looks beside the command
            if not manual.is_file():
                raise SystemExit(f"{wheel.name} brings no {manual.name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
