"""Run every line of the pages that installs something, once, each in an environment of its own.

``python docs/tools/installs.py`` needs a network and some minutes, copies what git has of this clone, and exits 1 if a
line fails, or if the package cannot be imported after it; with words, it runs the lines that have one of them.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PLACEHOLDERS = {"quantcdn", "quantcdn[EXTRA]", ".[EXTRA]"}
"""What the page of installation explains: the first two do not work yet, and the last does in their place."""

CLONE = "/path/to/clone"


def pages() -> list[Path]:
    """List the pages."""
    return [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "examples").rglob("*.md")]


def commands(text: str) -> Iterator[list[str]]:
    """List what the blocks for the shell, and code within the lines, run with pip: its arguments."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`(pip install [^`…]+)`", text)
    requirements = [f"pip install '{line}'" for line in re.findall(r"`(quantcdn @ [^`…]+)`", text)]
    for line in (*"\n".join(blocks).splitlines(), *inline, *requirements):
        for command in re.split(r"&&|;", line):
            words = shlex.split(command, comments=True)
            if words and Path(words[0]).name == "pip" and words[1:2] in (["install"], ["wheel"]):
                yield words[1:]


def every_command() -> list[list[str]]:
    """List the different commands of all pages; those that make a wheel come first."""
    texts = [path.read_text(encoding="utf-8") for path in pages()]
    found = {tuple(command) for text in texts for command in commands(text) if not PLACEHOLDERS & set(command)}
    return sorted(map(list, found), key=lambda words: (words[0] != "wheel", words))


def copy_of_clone(folder: Path) -> Path:
    """Copy what git has of this clone."""
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True).stdout
    for name in filter(None, files.split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    return folder


def run(words: list[str], clone: Path, environment: Path) -> str:
    """Run a command with a pip of its own; return the end of its output if it fails, else nothing."""
    venv.create(environment, clear=True, with_pip=True)
    scripts = environment / ("Scripts" if os.name == "nt" else "bin")
    arguments = [word.replace(CLONE, clone.as_posix()) for word in words]
    wheels = [str(path) for word in arguments if "*" in word for path in clone.glob(word)]
    command = [str(scripts / "pip"), *[word for word in arguments if "*" not in word], *wheels]
    # The clone's own folder is no place to import from: there, the package is found without being installed.
    installs = any("clone" in word or word.startswith(".") for word in arguments) or wheels
    steps = [(command, clone)]
    if words[0] == "install" and installs:
        steps.append(([str(scripts / "python"), "-c", "import quantcdn; quantcdn.AIToolsApi"], environment))
    for step, folder in steps:
        done = subprocess.run(step, cwd=folder, capture_output=True, text=True, check=False, timeout=1_200)
        if done.returncode:
            return (done.stdout + done.stderr)[-2_000:]
    return ""


def main(wanted: Iterable[str]) -> int:
    """Run the commands."""
    chosen = [words for words in every_command() if not wanted or any(part in " ".join(words) for part in wanted)]
    failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        clone = copy_of_clone(Path(temporary) / "clone")
        for words in chosen:
            started = time.monotonic()
            problem = run(words, clone, Path(temporary) / "environment")
            failed += bool(problem)
            seconds = time.monotonic() - started
            print(f"{'FAILED' if problem else 'ok':6} {seconds:4.0f} s  pip {shlex.join(words)}", flush=True)
            print(problem, end="")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
