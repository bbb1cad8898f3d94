"""What a call costs beside urllib3 with ``json.loads``: ``python -m test.benchmark.compare`` prints a table.

nginx serves the answers. CPU time of this process per call, in rounds that take turns, so that a change of
the machine's speed meets all alike.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import urllib3

import quantcdn

BASE = "/api/v3/organizations/acme/ai/tools"
EXECUTION = "exec_0123456789abcdef0123456789abcdef"
PICTURE = "exec_00000000000000000000000000000005"

NGINX = """
daemon off;
master_process off;
pid {place}/nginx.pid;
error_log {place}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  sendfile on;
  tcp_nodelay on;
  keepalive_requests 100000000;
  default_type application/json;
  client_body_temp_path {place}/a; proxy_temp_path {place}/b; fastcgi_temp_path {place}/c;
  uwsgi_temp_path {place}/d; scgi_temp_path {place}/e;
  server {{
    listen 127.0.0.1:{port};
    location / {{ root {place}/www; try_files $uri.json =404; }}
  }}
}}
"""


def bodies() -> dict[str, object]:
    """Make the answers by their paths below the API's base."""
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    status = {
        "executionId": EXECUTION,
        "toolName": "get_weather",
        "status": "running",
        "createdAt": 1767225600,
        "startedAt": 1767225601,
    }
    tool = {
        "toolSpec": {
            "name": "get_weather",
            "description": "Look up the present weather of a place: temperature, sky, humidity and wind.",
            "inputSchema": {
                "json": {
                    "type": "object",
                    "properties": {"location": {"type": "string"}, "unit": {"type": "string", "enum": ["C", "F"]}},
                    "required": ["location"],
                }
            },
        }
    }
    listed = [
        {
            "executionId": f"exec_{number:032x}",
            "toolName": "generate_image",
            "status": "complete",
            "createdAt": _text(begun + timedelta(milliseconds=1_357 * number)),
            "completedAt": _text(begun + timedelta(milliseconds=1_357 * number + 11_503)),
        }
        for number in range(100)
    ]
    picture = base64.b64encode(random.Random(5).randbytes(3_750_000)).decode()
    finished = {
        **status,
        "executionId": PICTURE,
        "toolName": "generate_image",
        "status": "complete",
        "completedAt": 1767225612,
        "duration": 11,
        "result": {"images": [f"data:image/png;base64,{picture}"], "s3Urls": []},
    }
    return {
        f"/executions/{EXECUTION}": status,
        "/tools": {"tools": [tool] * 4, "count": 4},
        "/executions": {"executions": listed, "count": 100, "orgId": "acme", "status": "all"},
        f"/executions/{PICTURE}": finished,
    }


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@contextmanager
def nginx() -> Iterator[str]:
    """Serve the answers from nginx on a free port."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise SystemExit("nginx is missing: apt-get install nginx")
    with tempfile.TemporaryDirectory() as name, socket.create_server(("127.0.0.1", 0)) as free:
        place, port = Path(name), free.getsockname()[1]
        free.close()
        for path, body in bodies().items():
            file = place / "www" / f"{BASE}{'' if path == '/tools' else path}.json".lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(body))
        place.chmod(0o755)
        (place / "nginx.conf").write_text(NGINX.format(place=place, port=port))
        with subprocess.Popen([program, "-c", place / "nginx.conf", "-p", place], stderr=subprocess.DEVNULL) as server:
            try:
                _wait_for(port)
                yield f"http://127.0.0.1:{port}"
            finally:
                server.terminate()


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("nginx did not start")


def cases(url: str, api: quantcdn.AIToolsApi) -> dict[str, tuple[Callable[[], object], Callable[[], object], int]]:
    """Name each case: our call, urllib3's, and how many a round has."""
    manager = urllib3.PoolManager(headers={"Authorization": "Bearer benchmark", "Accept": "application/json"})

    def plain(path: str) -> Callable[[], Any]:
        return lambda: json.loads(manager.request("GET", f"{url}{BASE}{path}").data)

    return {
        "status of one execution": (
            lambda: api.get_ai_tool_execution_status("acme", EXECUTION),
            plain(f"/executions/{EXECUTION}"),
            200,
        ),
        "tool list": (lambda: api.list_ai_tools("acme"), plain(""), 200),
        "100 executions, with datetimes": (lambda: api.list_ai_tool_executions("acme"), plain("/executions"), 100),
        "execution with a 5 MB image": (
            lambda: api.get_ai_tool_execution_status("acme", PICTURE),
            plain(f"/executions/{PICTURE}"),
            5,
        ),
    }


def cpu_per_call(call: Callable[[], object], count: int) -> float:
    """Measure the CPU seconds of this process for a call."""
    started = time.process_time()
    for _ in range(count):
        call()
    return (time.process_time() - started) / count


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    rounds = parser.parse_args().rounds
    with nginx() as url:
        configuration = quantcdn.Configuration(url, access_token="benchmark", proxy="")
        with quantcdn.ApiClient(configuration) as client:
            print(f"{'case':32} {'quantcdn':>10} {'urllib3':>10} {'ratio':>6}")
            for name, (ours, theirs, count) in cases(url, quantcdn.AIToolsApi(client)).items():
                pairs = [(cpu_per_call(ours, count), cpu_per_call(theirs, count)) for _ in range(rounds + 2)][2:]
                a, b = (statistics.median(column) for column in zip(*pairs, strict=True))
                ratio = statistics.median(x / y for x, y in pairs)
                print(f"{name:32} {a * 1e6:7.0f} µs {b * 1e6:7.0f} µs {ratio:6.2f}")


if __name__ == "__main__":
    main()
