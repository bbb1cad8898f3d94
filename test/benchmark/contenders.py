"""The clients that are compared; ``contenders.py NAME URL`` is a process that measures one of them, line by line.

It stands alone, since the official client is a package of the same name as this one and runs in an environment
without this one. ``measure CASE COUNT``, ``threads CASE COUNT`` and ``memory CASE`` are answered by a line of JSON.
"""

from __future__ import annotations

import importlib.metadata
import json
import resource
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = "/api/v3/organizations"
EXECUTION = "exec_0123456789abcdef0123456789abcdef"
PICTURE = "exec_00000000000000000000000000000005"
FORMS = {
    "executions": "acme",
    "no_fraction": "acme-seconds",
    "microseconds": "acme-microseconds",
    "offset": "acme-offset",
    "no_zone": "acme-unzoned",
    "rfc_1123": "acme-mail",
}
"""The organisation whose list has its times in a form, by the case of that form."""
WRITING = "to_json"
"""The case in which the list is written as JSON again."""

PATHS = {
    "status": f"/acme/ai/tools/executions/{EXECUTION}",
    "tools": "/acme/ai/tools",
    **{case: f"/{organisation}/ai/tools/executions" for case, organisation in FORMS.items()},
    "picture": f"/acme/ai/tools/executions/{PICTURE}",
}
"""What each case that sends a request asks for, below the root."""

HEADERS = {"Authorization": "Bearer benchmark", "Accept": "application/json"}
THREADS = 32

Calls = dict[str, Callable[[], object]]


def quantcdn_calls(url: str) -> Calls:
    """Call as users do. The official client has the same names, so this serves for both."""
    import quantcdn

    configuration = quantcdn.Configuration(host=url, access_token="benchmark")
    configuration.connection_pool_maxsize = THREADS
    api = quantcdn.AIToolsApi(quantcdn.ApiClient(configuration))

    def listing(organisation: str) -> Callable[[], Any]:
        return lambda: api.list_ai_tool_executions(organisation)

    return {
        "status": lambda: api.get_ai_tool_execution_status("acme", EXECUTION),
        "tools": lambda: api.list_ai_tools("acme"),
        **{case: listing(organisation) for case, organisation in FORMS.items()},
        WRITING: _written(listing("acme"), lambda listed: listed.to_json()),
        "picture": lambda: api.get_ai_tool_execution_status("acme", PICTURE),
    }


def urllib3_calls(url: str) -> Calls:
    """Call as everything here is measured against."""
    import urllib3

    manager = urllib3.PoolManager(maxsize=THREADS, headers=HEADERS)
    return _by_path(url, lambda address: json.loads(manager.request("GET", address).data))


def requests_calls(url: str) -> Calls:
    import requests
    from requests.adapters import HTTPAdapter

    session = requests.Session()
    session.headers.update(HEADERS)
    session.mount("http://", HTTPAdapter(pool_maxsize=THREADS))
    return _by_path(url, lambda address: session.get(address).json())


def httpx_calls(url: str) -> Calls:
    import httpx

    limits = httpx.Limits(max_connections=THREADS, max_keepalive_connections=THREADS)
    client = httpx.Client(headers=HEADERS, limits=limits)
    return _by_path(url, lambda address: client.get(address).json())


def _by_path(url: str, get: Callable[[str], Any]) -> Calls:
    def call(path: str) -> Callable[[], object]:
        return lambda: get(f"{url}{ROOT}{path}")

    calls = {case: call(path) for case, path in PATHS.items()}
    return {**calls, WRITING: _written(calls["executions"], json.dumps)}


def _written(get: Callable[[], Any], write: Callable[[Any], str]) -> Callable[[], str]:
    """Write the list again and again that is got at the first call."""
    got: list[Any] = []

    def call() -> str:
        if not got:
            got.append(get())
        return write(got[0])

    return call


CONTENDERS: dict[str, tuple[Callable[[str], Calls], str]] = {
    "quantcdn": (quantcdn_calls, "quantcdn"),
    "official": (quantcdn_calls, "quantcdn-client"),
    "httpx": (httpx_calls, "httpx"),
    "requests": (requests_calls, "requests"),
    "urllib3": (urllib3_calls, "urllib3"),
}
"""How each is called, and the name of its distribution."""


def measure(call: Callable[[], object], count: int) -> dict[str, float]:
    """Give the CPU seconds and the page faults for a call."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    started = time.process_time()
    for _ in range(count):
        call()
    seconds = time.process_time() - started
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
    return {"seconds": seconds / count, "faults": faults / count}


def memory(call: Callable[[], object]) -> dict[str, float]:
    """Give the bytes that this process holds, and how many more it holds at most during a call."""
    before = _status_bytes("VmRSS")
    call()
    return {"before": before, "added": _status_bytes("VmHWM") - before}


def _status_bytes(name: str) -> int:
    # ru_maxrss would begin with what the parent process held.
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def threads(call: Callable[[], object], calls: int) -> dict[str, float]:
    """Give the answers a second that some threads get who share a client, and how many calls failed."""
    ready = threading.Barrier(THREADS + 1)
    failed: list[Exception] = []

    def work() -> None:
        ready.wait()
        for _ in range(calls // THREADS):
            try:
                call()
            except Exception as error:  # of any client, and of any kind
                failed.append(error)

    workers = [threading.Thread(target=work) for _ in range(THREADS)]
    for worker in workers:
        worker.start()
    ready.wait()
    started = time.perf_counter()
    for worker in workers:
        worker.join()
    answers = calls // THREADS * THREADS - len(failed)
    return {"rate": answers / (time.perf_counter() - started), "failed": len(failed)}


def _answer(calls: Calls, command: str, case: str, count: str = "1") -> dict[str, Any]:
    call = calls[case]
    try:
        calls["status" if command == "memory" else case]()
        if command == "memory":
            return memory(call)
        return threads(call, int(count)) if command == "threads" else measure(call, int(count))
    except Exception as error:  # a client that cannot read an answer has that said in its cell
        return {"error": type(error).__name__}


def main(name: str, url: str) -> None:
    """Answer line by line, until the input ends."""
    make, distribution = CONTENDERS[name]
    calls = make(url)
    print(json.dumps({"version": importlib.metadata.version(distribution)}), flush=True)
    for line in sys.stdin:
        print(json.dumps(_answer(calls, *line.split())), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
