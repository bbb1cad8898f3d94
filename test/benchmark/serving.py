"""nginx with the answers of a service, for measuring clients at something that costs them nothing."""

from __future__ import annotations

import base64
import json
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from test.benchmark.contenders import EXECUTION, PATHS, PICTURE, ROOT
from test.helpers.ports import free_port
from test.helpers.programs import Program
from test.tools.parts import PACKAGES, find

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

    def listed(form: Callable[[datetime], str]) -> dict[str, object]:
        executions = [
            {
                "executionId": f"exec_{number:032x}",
                "toolName": "generate_image",
                "status": "complete",
                "createdAt": form(begun + timedelta(milliseconds=1_357 * number)),
                "completedAt": form(begun + timedelta(milliseconds=1_357 * number + 11_503)),
            }
            for number in range(100)
        ]
        return {"executions": executions, "count": 100, "orgId": "acme", "status": "all"}

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
        **{case: listed(form) for case, form in FORMS.items()},
        "picture": finished,
    }


FORMS: dict[str, Callable[[datetime], str]] = {
    "executions": lambda instant: f"{instant.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z",
    "no_fraction": lambda instant: f"{instant:%Y-%m-%dT%H:%M:%SZ}",
    "microseconds": lambda instant: f"{instant:%Y-%m-%dT%H:%M:%S.%fZ}",
    "offset": lambda instant: instant.isoformat(timespec="milliseconds"),
    "no_zone": lambda instant: instant.replace(tzinfo=None).isoformat(timespec="milliseconds"),
    "rfc_1123": lambda instant: format_datetime(instant, usegmt=True),
}
"""How a time is written, by the case of the form."""


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
            file = place / "www" / f"{ROOT}{PATHS[case]}.json".lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(body))
        server = _Nginx(program, place)
        try:
            yield f"http://127.0.0.1:{server.port}"
        finally:
            server.stop()
