"""Images from outside cannot hurt: not by what they hold, not by what they are called, not by how they arrive."""

from __future__ import annotations

import base64
import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import quantcdn
from quantcdn.images import image_from_uri, save_images
from test.helpers.images import draw_png
from test.helpers.responses import SLACK, costs_less_than, drip, flood, head, then_hang, then_reset
from test.helpers.server import Answer, ScriptedServer, answer, close, reset, then_close

PNG = draw_png("teal")
PREVIEW = draw_png("navy")
SECRET = "s1gnature-0123456789"
TOKEN = "t0ken-0123456789"


def uri(data: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


def finished(url: str, *previews: bytes, identifier: str = "exec_1") -> quantcdn.GetAIToolExecutionStatus200Response:
    made = quantcdn.GetAIToolExecutionStatus200Response.from_dict(
        {
            "executionId": identifier,
            "toolName": "generate_image",
            "status": "complete",
            "createdAt": 0,
            "result": {"s3Urls": [url] if url else [], "images": [uri(data) for data in previews]},
        }
    )
    assert made is not None
    return made


@contextlib.contextmanager
def store(*script: Answer, **settings: Any) -> Iterator[tuple[ScriptedServer, quantcdn.ApiClient, str]]:
    """Give a server of files, a client with small limits, and a signed URL there."""
    settings = {"access_token": TOKEN, "proxy": "", "retries": 0, "timeout": 0.4, **settings}
    with ScriptedServer(*script) as server:
        with quantcdn.ApiClient(quantcdn.Configuration("http://127.0.0.1:9", **settings)) as client:
            yield server, client, f"{server.url}/a.png?X-Amz-Signature={SECRET}"


def everything_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


BROKEN: dict[str, tuple[Answer, type[quantcdn.ApiException]]] = {
    "closed": (close, quantcdn.ApiConnectionException),
    "reset": (reset, quantcdn.ApiConnectionException),
    "no HTTP": (then_close(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), quantcdn.ApiConnectionException),
    "silence": (then_hang(b""), quantcdn.ApiTimeoutException),
    "half, then silence": (then_hang(answer(200, PNG)[:-200]), quantcdn.ApiTimeoutException),
    "byte by byte": (drip(head(("Content-Length", "100000")), PNG), quantcdn.ApiTimeoutException),
    "half, then closed": (then_close(answer(200, PNG)[:-200]), quantcdn.ApiConnectionException),
    "half, then reset": (then_reset(answer(200, PNG)[:-200]), quantcdn.ApiConnectionException),
    "a page": (answer(200, "<html>sign in</html>"), quantcdn.ApiResponseException),
    "nothing": (answer(204), quantcdn.ApiResponseException),
    "packed": (answer(200, PNG, [("Content-Encoding", "gzip")]), quantcdn.ApiResponseException),
    "expired": (answer(403, f"<Error><Signature>{SECRET}</Signature></Error>"), quantcdn.ForbiddenException),
    "a token refused": (answer(400, "<Code>InvalidArgument</Code>"), quantcdn.BadRequestException),
    "failed": (answer(503), quantcdn.ServiceException),
}


# Fails if what arrived is written before all of it has arrived and was looked at.
@pytest.mark.parametrize("name", BROKEN)
def test_no_half_of_a_download_is_ever_a_file(name: str, tmp_path: Path) -> None:
    said, kind = BROKEN[name]
    with store(said) as (server, client, url):
        started = time.monotonic()
        with pytest.raises(quantcdn.ApiException) as caught:
            save_images(finished(url, PREVIEW), tmp_path / "out", api_client=client, source="signed")
        assert time.monotonic() - started < 0.4 + SLACK
        assert type(caught.value) is kind, repr(caught.value)
        assert SECRET not in f"{caught.value} {vars(caught.value)}"
        assert everything_below(tmp_path) == []
        (path,) = save_images(finished(url, PREVIEW), tmp_path / "out", api_client=client)
    assert path.read_bytes() == PREVIEW
    assert everything_below(tmp_path) == ["out", "out/exec_1-0-preview.png"]
    assert all(TOKEN.encode() not in request.head for request in server.requests)
    assert all("authorization" not in request.headers for request in server.requests)


# Fails if the limit is looked at when the whole file is in memory.
@pytest.mark.parametrize("said", [True, False], ids=["length said", "length not said"])
def test_a_file_without_an_end_costs_no_more_than_the_limit(tmp_path: Path, said: bool) -> None:
    start = head(("Content-Length", str(10**12))) if said else head(("Connection", "close"))
    with store(flood(start + PNG, bytes(65_536)), timeout=5, max_image_size=2**20) as (_, client, url):
        with costs_less_than(6), pytest.raises(quantcdn.ApiResponseException, match="limit of 1048576 bytes"):
            save_images(finished(url), tmp_path / "out", api_client=client)
    assert everything_below(tmp_path) == []


def test_a_data_uri_that_is_too_large_costs_nothing() -> None:
    large = "data:image/png;base64," + "A" * 2**25
    with costs_less_than(1), pytest.raises(quantcdn.ApiResponseException, match="limit of 100 bytes"):
        image_from_uri(large, 100)


HEADERS = [
    ("Content-Disposition", 'attachment; filename="../../evil.sh"'),
    ("Content-Type", "text/html; name=/etc/passwd"),
    ("Location", "file:///etc/passwd"),
    ("Content-Location", "../evil.png"),
]


# Fails if a header, or the path of the address, has a part in the name.
@pytest.mark.parametrize("identifier", ["exec_1", "../../evil", "/evil", "..", "a\0b", "C:\\evil", "x" * 10_000])
def test_no_name_from_outside_leads_out_of_the_folder(tmp_path: Path, identifier: str) -> None:
    with store(answer(200, PNG, HEADERS)) as (_, client, url):
        hostile = url.replace("/a.png", "/..%2f..%2fevil.sh")
        (path,) = save_images(finished(hostile, identifier=identifier), tmp_path / "out", api_client=client)
    assert path.parent == tmp_path / "out"
    assert path.name.endswith("-0.png")
    assert everything_below(tmp_path) == ["out", f"out/{path.name}"]
    assert "evil" not in path.name or "evil" in identifier


def test_a_redirect_does_not_make_a_local_file_an_image(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(PNG)
    with store(answer(302, b"", [("Location", f"file://{tmp_path}/secret")])) as (server, client, url):
        with pytest.raises(quantcdn.ApiException, match="302"):
            save_images(finished(url), tmp_path / "out", api_client=client)
    assert len(server.requests) == 1
    assert everything_below(tmp_path) == ["secret"]


def test_an_existing_file_costs_no_request(tmp_path: Path) -> None:
    with store(answer(200, PNG)) as (server, client, url):
        for overwrite, requests in ((False, 1), (False, 1), (True, 2)):
            save_images(finished(url), tmp_path, api_client=client, overwrite=overwrite)
            assert len(server.requests) == requests


INTERRUPTED = """
    import sys
    from pathlib import Path
    import quantcdn
    from quantcdn.images import save_images

    execution = quantcdn.GetAIToolExecutionStatus200Response.from_json(sys.stdin.readline())
    with quantcdn.ApiClient(quantcdn.Configuration("http://127.0.0.1:9", proxy="", retries=0)) as client:
        save_images(execution, sys.argv[1], api_client=client, source="signed")
"""


# A process of its own: the signal must find it in the middle of the download.
def test_ctrl_c_in_a_download_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    with store(then_hang(answer(200, PNG)[:-200])) as (server, _, url):
        command = [sys.executable, "-c", textwrap.dedent(INTERRUPTED), str(folder)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ)) as process:
            assert process.stdin is not None
            process.stdin.write(finished(url).to_json().encode() + b"\n")
            process.stdin.flush()
            for _ in range(1_000):
                if server.requests:
                    break
                server.wait(0.01)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=10)
    assert process.returncode == -signal.SIGINT
    assert b"KeyboardInterrupt" in said
    assert SECRET.encode() not in said
    assert everything_below(folder) == []


# A limit on the size of files does what a full disk does: the write is refused in the middle, by the system itself.
FULL = """
    import resource, signal, sys
    from quantcdn.images import save_images
    import quantcdn

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))
    execution = quantcdn.GetAIToolExecutionStatus200Response.from_json(sys.stdin.readline())
    try:
        save_images(execution, sys.argv[1], overwrite=True)
    except OSError as error:
        print(error.strerror)
"""


@pytest.mark.parametrize("existing", [False, True])
def test_a_write_that_the_system_refuses_leaves_what_was_there(tmp_path: Path, existing: bool) -> None:
    if existing:
        (tmp_path / "exec_1-0.png").write_bytes(b"mine")
    large = PNG + bytes(2_000)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL), str(tmp_path)],
        input=finished("", large).to_json(),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")},
    )
    assert (done.stdout, done.stderr) == ("File too large\n", "")
    assert everything_below(tmp_path) == ["exec_1-0.png"] * existing
    if existing:
        assert (tmp_path / "exec_1-0.png").read_bytes() == b"mine"
