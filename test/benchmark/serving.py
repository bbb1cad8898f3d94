"""nginx with the answers of a service, for measuring clients at something that costs them nothing."""

from __future__ import annotations

import base64
import json
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from test.benchmark.contenders import BASE, EXECUTION, PATHS, PICTURE
from test.faults.parts import PACKAGES, Program, find, free_port

PICTURE_SIZE = 3_750_000  # as base64, 5 MB

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
    """Make the answer of each case."""
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
    picture = base64.b64encode(random.Random(5).randbytes(PICTURE_SIZE)).decode()
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
        "status": status,
        "tools": {"tools": [tool] * 4, "count": 4},
        "executions": {"executions": listed, "count": 100, "orgId": "acme", "status": "all"},
        "picture": finished,
    }


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _Nginx(Program):
    def __init__(self, program: str, place: Path) -> None:
        super().__init__(place / "error.log")
        self._place = place
        configuration = str(place / "nginx.conf")
        self.start([program, "-p", str(place), "-e", str(place / "error.log"), "-c", configuration], self._configure)

    def _configure(self) -> list[int]:
        self.port = free_port()
        (self._place / "nginx.conf").write_text(NGINX.format(place=self._place, port=self.port))
        return [self.port]


@contextmanager
def nginx() -> Iterator[str]:
    """Serve the answers from nginx on a free port."""
    program = find("nginx")
    if program is None:
        raise SystemExit(f"nginx is missing: install the Debian package {PACKAGES['nginx'][0]}")
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o755)  # nginx, started by root, serves as another user
        for case, body in bodies().items():
            file = place / "www" / f"{BASE}{PATHS[case]}.json".lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(body))
        server = _Nginx(program, place)
        try:
            yield f"http://127.0.0.1:{server.port}"
        finally:
            server.stop()
