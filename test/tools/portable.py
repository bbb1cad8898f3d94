"""Uses the installed package as a person would, on any system: ``python test/tools/portable.py``.

The tests themselves need Linux: pseudo-terminals, forks, and servers that are installed as packages of Debian.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import quantcdn
from quantcdn.emulator import Emulator, Fault

COMMAND = [sys.executable, "-m", "quantcdn"]


def use_client(folder: Path) -> None:
    """Call, wait, save and be refused, from many threads at once."""
    with Emulator(organisation="acme") as service, quantcdn.ApiClient(service.configuration(proxy="")) as client:
        api = quantcdn.AIToolsApi(client)
        identifiers = [service.start_execution("generate_image", pending=0.1, running=0.1) for _ in range(20)]
        paths: list[Path] = []

        def save(identifier: str) -> None:
            execution = api.wait_for_ai_tool_execution("acme", identifier, timeout=30)
            paths.extend(quantcdn.images.save_images(execution, folder, api_client=client))

        threads = [threading.Thread(target=save, args=(identifier,)) for identifier in identifiers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(paths) == len(set(paths)) >= 20
        assert all(path.stat().st_size for path in paths)
        outcomes = list(api.wait_for_ai_tool_executions("acme", identifiers, timeout=30))
        assert all(outcome.execution and outcome.execution.status == "complete" for outcome in outcomes)
        service.add_fault(Fault(status=503))
        assert api.list_ai_tool_names("acme").count
        service.add_fault(Fault(reset=True))
        assert api.list_ai_tool_names("acme").count


def run(*words: str, **environ: str) -> str:
    """Run a command that succeeds, and return what it wrote to stdout."""
    variables = {**os.environ, "PYTHONUTF8": "0", **environ}
    command = [*COMMAND, *words]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=variables, check=False)
    assert done.returncode == 0, done
    return done.stdout


def use_commands(folder: Path) -> None:
    """Use the commands that touch files."""
    place = {"XDG_CONFIG_HOME": str(folder / "configuration"), "XDG_CACHE_HOME": str(folder / "cache")}
    run("demo")
    run("config", "set", "organisation", "acme", **place)
    assert "acme" in run("config", "get", **place)
    assert json.loads(run("tools", "names", "--json", "--emulator", **place))["count"]
    log = folder / "log.jsonl"
    run("executions", "watch", "--emulator", "--log", str(log), "--timeout", "2", **place)
    assert log.read_text("utf-8").splitlines()
    run("doctor", "--emulator", **place)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        use_client(Path(folder))
        use_commands(Path(folder))
    gil = "" if getattr(sys, "_is_gil_enabled", lambda: True)() else ", without the GIL"
    print(f"{platform.system()} {platform.release()}, Python {platform.python_version()}{gil}: all is well")


if __name__ == "__main__":
    main()
