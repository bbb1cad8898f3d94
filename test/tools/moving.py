"""Runs ``docs/examples/moving.py`` on local services, and compares what it prints with the table in ``docs/moving.md``.

``python -m test.tools.moving COLUMN`` runs it with the package ``quantcdn`` of the running Python's environment, which
may be the official client: the services come from this folder, in this process, and the script is run in another.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from quantcdn.emulator import Emulator, Fault, ManualClock

ROOT = Path(__file__).parent.parent.parent
SCRIPT = ROOT / "docs/examples/moving.py"
PAGE = ROOT / "docs/moving.md"
COLUMNS = ("quantcdn-client 4.8.0", "this client")

TOKEN = "a-token"
NEWER = {
    "executionId": "exec_0123456789abcdef0123456789abcdef",
    "toolName": "generate_image",
    "status": "running",
    "createdAt": 1_767_225_600,
}


def body(**changes: object) -> Fault:
    return Fault(body=json.dumps({**NEWER, **changes}).encode())


FAULTS = {
    "well": None,
    "refusing": Fault(status=401),
    "forbidding": Fault(status=403, headers={"Set-Cookie": "session=secret"}),
    "newer": body(message="Nearly there"),
    "texting": body(status="complete", result="It is done."),
    "dated": body(createdAt="2026-01-01T00:00:00Z"),
    "slow": Fault(delay=0.6),
    "resetting": Fault(reset=True),
    "broken": Fault(body=b'{"executionId": "exec'),
    "portal": Fault(body=b"<html>Log in</html>", headers={"Content-Type": "text/html"}),
    "busy": Fault(status=429),
    "down": Fault(status=503),
}
"""What goes wrong with every request, by the names that the script knows services by."""


@contextmanager
def services() -> Iterator[dict[str, str]]:
    """Start the services, and give their addresses by name."""
    with ExitStack() as stack:
        found = {}
        for name in (*FAULTS, "hiccup", "moved"):
            service = stack.enter_context(Emulator(token=TOKEN, clock=ManualClock()))
            found[name] = service.url
            fault = FAULTS.get(name)
            if fault is not None:
                service.add_fault(fault, times=None)
            elif name == "hiccup":
                service.add_fault(Fault(status=503))
            elif name == "moved":
                target = f"{found['well']}/api/v3/organizations/acme/ai/tools/names"
                service.add_fault(Fault(status=302, headers={"Location": target}), times=None)
            else:
                fill(service)
        with Emulator() as closed:
            found["gone"] = closed.url
        yield found


def fill(service: Emulator) -> None:
    """Start what the script asks for."""
    ended = {"pending": 0, "running": 0}
    service.start_execution("generate_image", execution_id=NEWER["executionId"], **ended)
    service.start_execution("get_weather", execution_id=f"exec_{'1' * 32}", **ended)
    service.start_orchestration(
        ["calculate"], synthesizing=0, orchestration_id="orch_0123456789abcdef0123456789abcdef", **ended
    )


def printed() -> dict[str, str]:
    """Run the script, and give what it prints for each case."""
    # Neither the folder of this project nor a proxy may come between.
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"NO_PROXY": "127.0.0.1"}
    with services() as found:
        done = subprocess.run(
            [sys.executable, SCRIPT, json.dumps(found)],
            env=environ,
            cwd=SCRIPT.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=80,
            check=False,
        )
    if done.returncode or done.stderr:
        raise RuntimeError(done.stdout + done.stderr)
    return dict(line.split("\t") for line in done.stdout.splitlines())


def cell(text: str) -> str:
    """Write a result as the table has it."""
    return re.sub(r"^raises (\w+)", r"raises `\1`", text) if text.startswith("raises ") else f"`{text}`"


def table(column: str) -> dict[str, str]:
    """Read a column of the tables."""
    rows = [line.strip("| ").split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines()]
    heads = [number for number, row in enumerate(rows) if row[1:] == list(COLUMNS)]
    found = {}
    for head in heads:
        for row in rows[head + 2 :]:
            if len(row) != 3:
                break
            found[row[0]] = row[1 + COLUMNS.index(column)]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("column", choices=COLUMNS)
    column = parser.parse_args().column
    expected, found = table(column), {name: cell(text) for name, text in printed().items()}
    wrong = [name for name in {**expected, **found} if expected.get(name) != found.get(name)]
    for name in wrong:
        print(f"{name}: the page has {expected.get(name)}, the script prints {found.get(name)}")
    return 1 if wrong or not found else 0


if __name__ == "__main__":
    raise SystemExit(main())
