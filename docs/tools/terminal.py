"""Draw the image of a terminal in README.md: ``python docs/tools/terminal.py``; ``--check`` says if it is stale.

The commands run on a terminal of their own, on the local service, so that what is shown is what they print.
"""

from __future__ import annotations

import argparse
import fcntl
import html
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

from rich.console import Console
from rich.text import Text

DRAWING = Path(__file__).parent.parent / "images" / "terminal.svg"
COLUMNS = 100
COMMANDS = (
    "quantcdn tools show generate_image",
    "quantcdn executions get exec_0123456789abcdef0123456789abcdef",
)
# What differs from run to run.
VARYING = {
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d": "2026-01-31 09:30:00",
    r"127\.0\.0\.1:\d+": "127.0.0.1:8000",
    r"\(\d+s ago\)": "(1s ago)",
}
# Without the fonts that rich's own form loads from another host.
FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def printed(command: str) -> str:
    """Run a command on a terminal, and return what it prints there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    environ = {"TERM": "xterm-256color", "HOME": "/nonexistent", "PATH": "", "NO_PROXY": "*"}
    arguments = [sys.executable, "-m", *command.split(), "--emulator"]
    with subprocess.Popen(arguments, stdin=theirs, stdout=theirs, stderr=theirs, env=environ) as process:
        os.close(theirs)
        parts = []
        try:
            while part := os.read(ours, 65_536):
                parts.append(part)
        except OSError:  # how Linux says that the other end is closed
            pass
        assert process.wait() == 0, command
    os.close(ours)
    text = b"".join(parts).decode().replace("\r\n", "\n")
    for pattern, value in VARYING.items():
        text = re.sub(pattern, value, text)
    return text


def drawn() -> str:
    """Draw the image."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    for command in COMMANDS:
        console.print(Text(f"$ {command}", style="bold green"))
        console.print(Text.from_ansi(printed(command)))
    return FONTS.sub("", console.export_svg(title="quantcdn", unique_id="terminal"))


def words(drawing: str) -> list[str]:
    """List the text of an image, which no version of rich changes."""
    return html.unescape(re.sub("<style>.*?</style>|<[^>]+>", " ", drawing, flags=re.DOTALL)).split()


def main() -> int:
    """Write the image, or check it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, and exit 1 if it is not current")
    if parser.parse_args().check:
        is_current = DRAWING.exists() and words(DRAWING.read_text(encoding="utf-8")) == words(drawn())
        if not is_current:
            print(f"not current: {DRAWING}")
        return 0 if is_current else 1
    DRAWING.write_text(drawn(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
