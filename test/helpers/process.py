"""The installed command as a process of its own: run to its end, started, or on a terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from quantcdn.emulator import Emulator
from test.helpers import forkserver
from test.helpers.forkserver import Forked

# The folder of the interpreter holds the command that was installed with it.
BIN = Path(sys.executable).parent
COMMAND = str(BIN / "quantcdn")

ORGANISATION = "acme"

# A process that a test starts is measured too, where this one is. No file of settings of whoever runs the tests counts.
_ENVIRON = {
    "PATH": "",
    "HOME": "/dev/null",
    "NO_PROXY": "*",
    "SSL_CERT_FILE": os.devnull,  # to read the system's authorities takes longer than most commands
    **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},
}

_LONGEST = 60.0


def access(service: Emulator) -> dict[str, str]:
    """Give the environment in which the command reaches a service."""
    return {
        "QUANTCDN_HOST": service.url,
        "QUANTCDN_API_TOKEN": service.token,
        "QUANTCDN_ORGANIZATION": ORGANISATION,
    }


def run(*arguments: str, stdin: str = "", service: Emulator | None = None, **environ: str) -> Ended:
    """Run the command to its end."""
    known = {} if service is None else access(service)
    env = {**_ENVIRON, **known, **environ}
    if _shapes_python(environ):
        command = [COMMAND, *arguments]
        return Ended(
            subprocess.run(command, input=stdin.encode(), capture_output=True, timeout=_LONGEST, check=False, env=env)
        )
    return Ended(forkserver.run(arguments, env, stdin.encode(), _LONGEST))


def _shapes_python(environ: dict[str, str]) -> bool:
    """Whether an environment changes the start of Python, so that a fork of one that has started will not do."""
    return any(name.startswith(("PYTHON", "LC_", "LANG", "COVERAGE_")) for name in environ)


def shell(script: str, service: Emulator, cwd: Path) -> Ended:
    """Run a line of shell, in which the command has its name."""
    program = forkserver.Program()
    return Ended(
        subprocess.run(
            ["/bin/bash", "-c", script],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LONGEST,
            check=False,
            env={**_ENVIRON, **access(service), "PATH": f"{program.folder}:/usr/bin:/bin"},
            cwd=cwd,
            pass_fds=[program.descriptor],
        )
    )


class Ended:
    """How a process ended."""

    def __init__(self, done: subprocess.CompletedProcess[bytes]) -> None:
        self.code = done.returncode
        self.bytes = done.stdout
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()
        assert "Traceback" not in self.err, self.err


@contextmanager
def started(*arguments: str, service: Emulator | None = None, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """Start the command; it is killed if it does not end."""
    known = {} if service is None else access(service)
    with subprocess.Popen(
        [COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**_ENVIRON, **known, **environ},
    ) as process:
        watchdog = threading.Timer(_LONGEST, process.kill)
        watchdog.start()
        try:
            yield process
        finally:
            watchdog.cancel()
            process.kill()


class Terminal:
    """The command on a terminal, and what it has shown there."""

    def __init__(self, process: subprocess.Popen[bytes] | Forked, descriptor: int) -> None:
        self.process = process
        self.shown = ""
        self._descriptor = descriptor
        self._thread = threading.Thread(target=self._read, args=(descriptor,))
        self._thread.start()

    def _read(self, descriptor: int) -> None:
        data = b""
        while True:
            try:
                piece = os.read(descriptor, 65_536)
            except OSError:  # Linux says EIO when the other side is closed
                return
            if not piece:
                return
            data += piece
            self.shown = data.decode(errors="replace")

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._descriptor, text.encode())

    def end(self) -> int:
        """Wait for the end of the process and of what it shows."""
        code = self.process.wait(_LONGEST)
        self._thread.join(_LONGEST)
        return code


@contextmanager
def terminal(
    *arguments: str,
    service: Emulator | None = None,
    columns: int = 80,
    lines: int = 24,
    stdout: int | None = None,
    stderr: int | None = None,
    command: str = COMMAND,
    **environ: str,
) -> Iterator[Terminal]:
    """Start the command on a terminal; stdout or stderr may go elsewhere."""
    known = {} if service is None else access(service)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    env = {**_ENVIRON, "TERM": "xterm-256color", **known, **environ}
    files = (theirs, theirs if stdout is None else stdout, theirs if stderr is None else stderr)
    process: subprocess.Popen[bytes] | Forked
    if command == COMMAND and not _shapes_python(environ):
        process = Forked(arguments, env, *files)
    else:
        process = subprocess.Popen(
            [command, *arguments], stdin=files[0], stdout=files[1], stderr=files[2], env=env, start_new_session=True
        )
    os.close(theirs)
    watchdog = threading.Timer(_LONGEST, process.kill)
    watchdog.start()
    shown = Terminal(process, ours)
    try:
        yield shown
        shown.end()
    finally:
        watchdog.cancel()
        process.kill()
        shown.end()
        os.close(ours)


def on_terminal(
    *arguments: str, service: Emulator | None = None, columns: int = 80, command: str = COMMAND, **environ: str
) -> tuple[int, str]:
    """Run the command on a terminal to its end; give its code and what it has shown."""
    with terminal(*arguments, service=service, columns=columns, command=command, **environ) as shown:
        code = shown.end()
    return code, shown.shown.replace("\r\n", "\n")


def until(condition: Callable[[], object]) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + _LONGEST
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
