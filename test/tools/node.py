"""Real parts that npm brings: they are installed once, into a folder of the user's cache, and found there.

Like ``parts.py``, whose ``install`` calls this one's, it must do with the standard library.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from test.tools.parts import CONSENT, MISSING, find, missing

PACKAGES = {"prism": "@stoplight/prism-cli@5.14.2"}
"""Programs, and the packages of npm that bring them, each in one version."""


def folder_of(program: str) -> Path:
    """Say where a program is installed; another version has another folder."""
    return Path.home() / ".cache" / "quantcdn-tests" / re.sub(r"[^\w.-]+", "-", PACKAGES[program]).strip("-")


def script_of(program: str) -> Path:
    return folder_of(program) / "node_modules" / ".bin" / program


def needed(program: str) -> list[str]:
    """Find a program and what runs it, or end the test as a missing program of Debian does."""
    node, script = find("node"), script_of(program)
    if node is None or not script.exists():
        missing(f"{PACKAGES[program]} {MISSING}: {CONSENT}=1 python -m test.tools.parts installs it by npm")
    return [str(node), str(script)]


def install() -> list[str]:
    """Install what is missing, where npm is there; returns the programs that could not be installed."""
    npm = find("npm")
    for program in lacking():
        if not (npm and _installed(npm, program)):
            print(f"{program}: could not be installed from {PACKAGES[program]}")
    return lacking()


def lacking() -> list[str]:
    """List the programs that are not there."""
    return [program for program in PACKAGES if not script_of(program).exists()]


def _installed(npm: str, program: str) -> bool:
    """Install beside the place and move there, so that two runs at once do not meet."""
    target = folder_of(program)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=target.parent))
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    command = [npm, "install", *options, "--prefix", str(beside), PACKAGES[program]]
    try:
        done = subprocess.run(command, cwd=beside, stdin=subprocess.DEVNULL, check=False).returncode == 0
        if done and not target.exists():
            os.replace(beside, target)
    except OSError as error:
        print(error)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return script_of(program).exists()
