"""What a response costs is bounded before anything is made of it: items, memory, time, and what an error keeps."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import quantcdn
from quantcdn._file_formats import json_bounds
from quantcdn.api_client import TimeSource
from quantcdn.models import ListAIToolExecutions200Response, ListAIToolNames200Response
from test.helpers.read_body import CALLS
from test.helpers.server import ScriptedServer, answer

MIB = 1_048_576


def test_a_small_bomb_of_items_is_refused_with_the_limit_and_costs_little() -> None:
    squeezed = gzip.compress(b"[" + b"1," * (8 * MIB - 2) + b"1]")
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(squeezed)}\r\n\r\n".encode()
    with ScriptedServer(head + squeezed) as server:
        configuration = quantcdn.Configuration(server.url, access_token="t0ken", timeout=60)
        with quantcdn.ApiClient(configuration) as client:
            started = time.process_time()
            with pytest.raises(quantcdn.ApiResponseException, match="more items than the limit of 100,000") as caught:
                quantcdn.AIToolsApi(client).list_ai_tool_names("acme")
            assert time.process_time() - started < 20
    error = caught.value
    assert len(error.raw_data or b"") == 65_536
    assert len(error.body or "") == 65_536
    assert len(pickle.dumps(error)) < 3 * 65_536


@pytest.mark.parametrize(
    ("body", "is_over"),
    [
        ("[" + "1," * 99_998 + "1]", False),
        ("[" + "1," * 100_000 + "1]", True),
        ('{"a":"' + "," * 200_000 + '"}', False),
        ('{"a":"' + '\\",[' * 100_000 + '"}', False),
        ('{"a":"' + "\\\\\\\\" * 50_000 + '","b":[' + "1," * 99_000 + "1]}", False),
        ('{"a\\\\":[' + "[],{}," * 50_000 + "1]}", True),
        ("[" * 100_001, True),
        ('"' * 500_000 + "," * 100_001, True),
        ("[" + '"a",' * 99_000 + '"b"]', False),
        ("[" + '"\\"",' * 110_000 + '"b"]', True),
    ],
)
def test_items_are_counted_outside_of_strings(body: str, is_over: bool) -> None:
    for given in (body, body.encode(), bytearray(body, "ascii")):
        assert (json_bounds.excess(given) is not None) == is_over


def test_a_model_reads_as_many_items_as_the_limit_says_and_no_more() -> None:
    names = ["a,[{"] * 99_990
    assert ListAIToolNames200Response.from_json(json.dumps({"tools": names, "count": 1})).tools == names
    with pytest.raises(quantcdn.ApiValueError, match="limit of 100,000"):
        ListAIToolNames200Response.from_json(json.dumps({"tools": names * 2, "count": 1}))


@pytest.mark.parametrize("letters", ["\U0001f600", "\\ud83d\\ude00", "\u20ac\\n"])
def test_one_wide_letter_does_not_make_a_large_text_four_times_as_large(letters: str) -> None:
    long = '{"tools": [], "count": 1, "x": "' + "a" * (15 * MIB) + '%s"}'
    assert json_bounds.excess(long % letters) is not None
    assert json_bounds.excess(long % "") is None
    apart = f'{{"tools": [], "count": 1, "y": "{letters}", "x": "' + "a" * (15 * MIB) + '"}'
    assert json_bounds.excess(apart) is None


def bodies() -> dict[str, Callable[[], bytes]]:
    """Write the bodies of 16 MiB or 100,000 items that cost most."""
    start = b'{"count":1,"tools":[],'
    return {
        "keys": lambda: start + b",".join(b'"a_%d%s":1' % (i, b"x" * 140) for i in range(99_990)) + b"}",
        "same": lambda: start + b",".join([b'"a_":1'] * 99_990) + b"}",
        "text": lambda: start + b'"a":"' + b"a" * (16 * MIB - 60) + b'"}',
        "lines": lambda: start + b'"a":"' + b"\\n" * (8 * MIB - 60) + b'"}',
        "emoji": lambda: start + b'"a":"' + b"a" * (16 * MIB - 60) + "\U0001f600".encode() + b'"}',
        "euro": lambda: start + b'"a":"' + b"a" * (16 * MIB - 60) + "\u20ac".encode() + b'"}',
        "texts": lambda: start + b'"a":[' + b",".join(['"\U0001f600'.encode() + b"a" * 150 + b'"'] * 99_000) + b"]}",
        "numbers": lambda: start + b'"a":[' + b",".join([b"1" * 4_000] * 4_100) + b"]}",
        "lists": lambda: b"[" + b"[]," * (5 * MIB) + b"1]",
        "objects": lambda: b'{"tool":[' + b'{"a":{"b":1}},' * 33_000 + b"{}]}",
        "deep": lambda: b"[" * 99_000,
        "quotes": lambda: b'"' * (16 * MIB),
    }


_NAMES = tuple(bodies())


def peak(name: str) -> None:
    """Read a body as a call does, and write how much more memory and time that took."""
    body = bodies()[name]()
    call = "get_ai_tool_execution_status" if name == "objects" else "list_ai_tool_names"
    status = Path("/proc/self/status")
    with ScriptedServer(answer(200, b"{}"), answer(200, body)) as server:
        configuration = quantcdn.Configuration(server.url, access_token="t0ken", retries=0, timeout=50)
        api = quantcdn.AIToolsApi(quantcdn.ApiClient(configuration))
        with contextlib.suppress(quantcdn.ApiException):
            getattr(api, call)(*CALLS[call])
        Path("/proc/self/clear_refs").write_text("5")  # the peak is what is there now
        before, started = status.read_text(), time.process_time()
        with contextlib.suppress(quantcdn.ApiException):
            getattr(api, call)(*CALLS[call])
        seconds, after = time.process_time() - started, status.read_text()
    first, last = (int(text.partition("VmHWM:")[2].split()[0]) for text in (before, after))
    sys.stdout.write(f"{name} {(last - first) / 1024} {seconds}\n")
    sys.stdout.flush()


def peaks() -> None:
    """Read each body in a process of its own, all forks of one that has loaded the package and nothing more."""
    for name in _NAMES:
        pid = os.fork()
        if pid == 0:
            peak(name)
            os._exit(0)
        os.waitpid(pid, 0)


@pytest.fixture(scope="module")
def measured() -> dict[str, tuple[float, float]]:
    """The megabytes and the seconds that each body takes."""
    command = [sys.executable, "-c", "from test.unit.test_json_bounds import peaks; peaks()"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=90)
    rows = [line.split() for line in done.stdout.splitlines()]
    return {name: (float(memory), float(seconds)) for name, memory, seconds in rows}


@pytest.mark.parametrize("name", _NAMES)
def test_no_body_takes_more_memory_than_three_times_the_limit(
    name: str, measured: dict[str, tuple[float, float]]
) -> None:
    memory, seconds = measured[name]
    assert memory <= 3 * 16 + 20
    assert seconds < 20


def test_the_limit_of_the_call_holds_while_odd_times_are_read() -> None:
    clock = [0.0]

    def now() -> float:
        clock[0] += 0.001
        return clock[0]

    row = '{"executionId":"e","toolName":"t","status":"s","createdAt":"Jan 5 2020 10:%02d AM"}'
    rows = ",".join(row % (i % 60) for i in range(15_000))
    body = f'{{"executions":[{rows}],"count":1,"orgId":"acme","status":"all"}}'
    with ScriptedServer(answer(200, body)) as server:
        configuration = quantcdn.Configuration(server.url, access_token="t0ken", timeout=5)
        with quantcdn.ApiClient(configuration) as client:
            client.clock = TimeSource(monotonic=now)
            with pytest.raises(quantcdn.ApiTimeoutException, match="limit of 5 s for the whole call"):
                quantcdn.AIToolsApi(client).list_ai_tool_executions("acme")
        assert len(server.requests) == 1
    assert clock[0] < 5.1


def test_a_model_that_is_read_alone_has_no_limit_of_time() -> None:
    row = {"executionId": "e", "toolName": "t", "status": "s", "createdAt": "Jan 5 2020 10:00 AM"}
    text = json.dumps({"executions": [row], "count": 1, "orgId": "acme", "status": "all"})
    assert ListAIToolExecutions200Response.from_json(text).executions[0].created is not None


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 1_000])
def test_an_error_keeps_no_more_of_a_body_than_was_said_and_no_half_letter(status: int, size: int) -> None:
    body = "\U0001f600\u20ac\u00e9" * 3_000
    with ScriptedServer(answer(status, body)) as server:
        configuration = quantcdn.Configuration(server.url, access_token="t0ken", retries=0, max_error_size=size)
        with quantcdn.ApiClient(configuration) as client, pytest.raises(quantcdn.ApiException) as caught:
            quantcdn.AIToolsApi(client).list_ai_tool_names("acme")
    error = caught.value
    assert body.startswith((error.raw_data or b"").decode())
    assert size - 4 < len(error.raw_data or b"") <= size
    assert error.body == (error.raw_data or b"").decode()
    assert len(pickle.dumps(error)) < 2 * size + 4_000


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("offset", range(0, 26, 5))
def test_a_secret_at_the_end_of_what_is_kept_is_not_left_in_half(offset: int, status: int) -> None:
    token = "abcdefghijklmnopqrstuvwxyz"
    body = f"{'x' * (100 - offset)}{token * 500}"
    with ScriptedServer(answer(status, body)) as server:
        configuration = quantcdn.Configuration(server.url, access_token=token, retries=0, max_error_size=100)
        with quantcdn.ApiClient(configuration) as client, pytest.raises(quantcdn.ApiException) as caught:
            quantcdn.AIToolsApi(client).list_ai_tool_names("acme")
    kept = caught.value.body or ""
    assert len(kept) <= 100
    assert kept.replace("[secret]", "").strip("x") in ("", *("[secret]"[:n] for n in range(8)))
