"""A script that waits, with a terminal of its own as its stderr."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_SCRIPT = """
import sys
import quantcdn
from quantcdn.emulator import Clock, Emulator

speed, tool, running = float(sys.argv[1]), sys.argv[2], float(sys.argv[3])
with Emulator(clock=Clock(speed)) as service, quantcdn.ApiClient(service.configuration(proxy="")) as client:
    api = quantcdn.AIToolsApi(client)
    wait = quantcdn.Poll(0.1, 1, 0.1)
    identifier = service.start_execution(tool, pending=0, running=running)
    print(api.wait_for_ai_tool_execution("acme", identifier, poll=wait).status, flush=True)
    ids = [service.start_execution("calculate", running=0)]
    for outcome in api.wait_for_ai_tool_executions("acme", ids, poll=wait):
        print(outcome.identifier, flush=True)
"""


def without_size(environment: Mapping[str, str]) -> dict[str, str]:
    """Leave out what would win over the terminal's own size."""
    return {name: value for name, value in environment.items() if name not in ("COLUMNS", "LINES")}


class WaitingScript:
    """A script with a terminal as its stderr, in a session of its own so that a key's byte becomes a signal."""

    def __init__(self, tmp_path: Path, *arguments: object, columns: int = 80, **environment: str) -> None:
        script = tmp_path / "waits.py"
        script.write_text(_SCRIPT, encoding="utf-8")
        self.ours, theirs = os.openpty()
        begin = (
            "import fcntl, os, signal, struct, sys, termios\n"
            "signal.signal(signal.SIGINT, signal.SIG_DFL)\n"
            "fcntl.ioctl(2, termios.TIOCSCTTY, 0)\n"
            f"fcntl.ioctl(2, termios.TIOCSWINSZ, struct.pack('4H', 24, {columns}, 0, 0))\n"
            "os.execv(sys.executable, sys.argv[1:])"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", begin, sys.executable, str(script), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=theirs,
            start_new_session=True,
            env={**without_size(os.environ), "TERM": "xterm", **environment},
        )
        os.close(theirs)
        self.shown = ""

    def read(self) -> bool:
        """Read what was shown since; False at the end."""
        assert select.select([self.ours], [], [], 60)[0]
        try:
            self.shown += os.read(self.ours, 10_000).decode()
        except OSError:  # Linux says so where the other end is closed
            return False
        return True

    def read_until(self, text: str) -> None:
        while text not in self.shown:
            assert self.read(), self.shown

    def finish(self) -> tuple[int, str]:
        """Read to the end; give the exit status and stdout."""
        try:
            while self.read():
                pass
            assert self.process.stdout is not None
            with self.process.stdout as out:
                printed = out.read().decode()
            return self.process.wait(30), printed
        finally:
            self.process.kill()
            self.process.wait(30)
            os.close(self.ours)
