"""Files of any kind go to the disk in pieces, whole or not at all, and on from where a download broke off."""

from __future__ import annotations

import base64
import os
import random
import re
import resource
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import quantcdn
from quantcdn.api_client import TimeSource
from quantcdn.images import save_files, save_images
from test.helpers.programs import Nginx
from test.helpers.proxies import Relay
from test.helpers.responses import SLACK, chunk, costs_less_than, drip, flood, head, then_hang, then_reset
from test.helpers.server import Answer, ScriptedServer, answer, reset, then_close

SECRET = "s1gnature-0123456789"
TOKEN = "t0ken-0123456789"
MP4 = b"\0\0\0\x18ftypisom\0\0\0\0isomiso2" + random.Random(1).randbytes(300_000)
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
TAG = ("ETag", '"v1"')


def finished(result: object, identifier: str = "exec_1") -> quantcdn.GetAIToolExecutionStatus200Response:
    made = quantcdn.GetAIToolExecutionStatus200Response.from_dict(
        {"executionId": identifier, "toolName": "film", "status": "complete", "createdAt": 0, "result": result}
    )
    assert made is not None
    return made


@contextmanager
def client_with(pauses: list[float] | None = None, clock: Any = time.monotonic, **settings: Any) -> Iterator[Any]:
    settings = {"access_token": TOKEN, "proxy": "", "timeout": 5, **settings}
    configuration = quantcdn.Configuration("http://127.0.0.1:9", **settings)
    with quantcdn.ApiClient(configuration, "X-Team", "blue", cookie="c=00kie") as client:
        sleep = (lambda _: None) if pauses is None else pauses.append
        client.clock = TimeSource(monotonic=clock, sleep=sleep, uniform=lambda _, most: most)
        yield client


@contextmanager
def store(*script: Answer, **settings: Any) -> Iterator[tuple[ScriptedServer, Any, Any]]:
    """Give a server of files, a client, and an execution with one link there."""
    with ScriptedServer(*script) as server, client_with(**settings) as client:
        yield server, client, finished({"video": {"url": f"{server.url}/a?X-Amz-Signature={SECRET}"}})


def below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def ranges(server: ScriptedServer) -> list[tuple[str | None, str | None]]:
    return [(request.headers.get("range"), request.headers.get("if-range")) for request in server.requests]


# What is saved, and as what


def test_whatever_a_result_links_or_holds_is_saved(tmp_path: Path) -> None:
    encoded = base64.b64encode(MP4).decode()
    with ScriptedServer(answer(200, b"%PDF-1.7"), answer(200, MP4)) as server, client_with() as client:
        result = {
            "images": ["data:image/svg+xml;utf8,%3Csvg%20/%3E", "data:;base64,iVBORw0KGgo"],
            "clip": {"video_url": f"{server.url}/b"},
            "audio": {"data": base64.b64encode(b"ID3\x04" + bytes(9)).decode(), "mimeType": "audio/mpeg"},
            "raw": f"data:video/mp4;base64,{encoded}",
            "s3Urls": [f"{server.url}/a"],
        }
        paths = save_files(finished(result), tmp_path / "new" / "out", api_client=client)
    assert [path.name for path in paths] == [
        f"exec_1-{number}-file.{kind}" for number, kind in enumerate(["pdf", "svg", "png", "mp4", "mp3", "mp4"])
    ]
    assert paths[3].read_bytes() == paths[5].read_bytes() == MP4
    assert below(tmp_path / "new" / "out") == sorted(path.name for path in paths)


def test_nothing_but_what_http_needs_goes_along(tmp_path: Path) -> None:
    with store(then_close(answer(200, MP4, [TAG])[:-1]), answer(200, MP4)) as (server, client, execution):
        save_files(execution, tmp_path, api_client=client)
        assert set(server.requests[0].headers) == {"host", "accept-encoding"}
        assert set(server.requests[1].headers) == {"host", "accept-encoding", "range", "if-range"}
        assert all(TOKEN.encode() not in request.head and b"00kie" not in request.head for request in server.requests)


HEADERS = [
    ("Content-Disposition", 'attachment; filename="../../evil.sh"'),
    ("Content-Type", "application/x-sh; name=../evil.sh"),
    ("Content-Location", "../evil.sh"),
]


@pytest.mark.parametrize("identifier", ["exec_1", "../../evil", "/evil", "..", "a\0b", "x" * 10_000])
def test_no_name_from_outside_leads_out_of_the_folder(tmp_path: Path, identifier: str) -> None:
    with ScriptedServer(answer(200, b"\x01\x02", HEADERS)) as server, client_with() as client:
        execution = finished({"url": f"{server.url}/..%2f..%2fevil.sh"}, identifier)
        (path,) = save_files(execution, tmp_path / "out", api_client=client)
    assert path.parent == tmp_path / "out"
    assert path.name.endswith("-0-file.bin")
    assert below(tmp_path) == ["out", f"out/{path.name}"]


@pytest.mark.parametrize(
    ("body", "label", "extension"),
    [(SVG, "image/png", "svg"), (MP4, "text/html", "mp4"), (b"\x01", "video/mp4", "mp4"), (b"", "text/csv", "csv")],
)
def test_the_bytes_name_the_kind_and_the_label_only_where_they_do_not(
    tmp_path: Path, body: bytes, label: str, extension: str
) -> None:
    with store(answer(200, body, [("Content-Type", label)])) as (_, client, execution):
        (path,) = save_files(execution, tmp_path, api_client=client)
        assert (path.suffix, path.read_bytes()) == (f".{extension}", body)


def test_existing_files_are_neither_replaced_nor_fetched(tmp_path: Path) -> None:
    with store(answer(200, SVG)) as (server, client, execution):
        (tmp_path / "exec_1-0-file.mp4").write_bytes(b"mine")
        assert save_files(execution, tmp_path, api_client=client) == [tmp_path / "exec_1-0-file.mp4"]
        assert server.requests == []
        assert save_files(execution, tmp_path, api_client=client, overwrite=True) == [tmp_path / "exec_1-0-file.svg"]
        assert below(tmp_path) == ["exec_1-0-file.svg"]


def test_a_tool_of_an_orchestration_and_a_result_as_text_are_saved(tmp_path: Path) -> None:
    tool = quantcdn.GetAIOrchestrationStatus200ResponseToolsInner
    text = '{"images": ["data:;base64,iVBORw0KGgo="], "file": {"url": "data:text/csv,a"}}'
    named = tool.from_dict({"executionId": "exec_2", "toolName": "x", "status": "complete", "result": text})
    nameless = tool.from_dict(
        {"toolName": "draw it", "status": "complete", "result": {"images": "data:;base64,iVBORw0KGgo="}}
    )
    assert named is not None
    assert nameless is not None
    assert [path.name for path in save_files(named, tmp_path)] == ["exec_2-0-file.png", "exec_2-1-file.csv"]
    assert [path.name for path in save_images(named, tmp_path)] == ["exec_2-0.png"]
    (first,) = save_images(nameless, tmp_path)
    assert re.fullmatch(r"draw_it-[0-9a-f]{8}-[0-9a-f]{16}-0\.png", first.name)
    assert save_images(nameless, tmp_path) == [first]
    bare = tool.from_dict({"result": None})
    assert bare is not None
    assert save_files(bare, tmp_path) == save_images(bare, tmp_path) == []


@pytest.mark.parametrize("save", [save_files, save_images])
@pytest.mark.parametrize(
    "wrong", [None, {}, [], "exec_1", 7, quantcdn.ListAIToolExecutions200ResponseExecutionsInner()]
)
def test_what_has_no_result_is_refused_with_what_to_pass(tmp_path: Path, save: Any, wrong: object) -> None:
    with pytest.raises(quantcdn.ApiTypeError, match=f"{save.__name__} takes an execution as .* or a tool of an"):
        save(wrong, tmp_path)


ORCHESTRATION = quantcdn.GetAIOrchestrationStatus200Response.from_dict(
    {"orchestrationId": "orch_1", "status": "complete", "toolCount": 0, "createdAt": "2026-01-31T00:00:00Z"}
)


@pytest.mark.parametrize("save", [save_files, save_images])
@pytest.mark.parametrize(
    ("wrong", "advice"),
    [
        ("exec_1", "not an identifier, whose execution get_ai_tool_execution_status"),
        (quantcdn.ListAIToolExecutions200ResponseExecutionsInner(), "not an item of a list, which has no result"),
        (ORCHESTRATION, "not an orchestration: pass each of its tools"),
        (7, "not int"),
    ],
)
def test_what_is_often_passed_in_place_of_an_execution_has_advice_of_its_own(
    tmp_path: Path, save: Any, wrong: object, advice: str
) -> None:
    with pytest.raises(quantcdn.ApiTypeError, match=advice):
        save(wrong, tmp_path)


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("folder", None, quantcdn.ApiTypeError),
        ("folder", b"out", quantcdn.ApiTypeError),
        ("folder", "a\0b", quantcdn.ApiValueError),
        ("api_client", "client", quantcdn.ApiTypeError),
        ("overwrite", "yes", quantcdn.ApiTypeError),
        ("max_files", 0, quantcdn.ApiValueError),
        ("max_files", 1.5, quantcdn.ApiTypeError),
        ("max_total_size", 0, quantcdn.ApiValueError),
        ("max_file_size", -1, quantcdn.ApiValueError),
        ("timeout", 0, quantcdn.ApiValueError),
        ("timeout", float("nan"), quantcdn.ApiValueError),
        ("timeout", "1", quantcdn.ApiTypeError),
        ("on_progress", 7, quantcdn.ApiTypeError),
    ],
)
def test_an_argument_that_cannot_be_used_is_refused(
    tmp_path: Path, argument: str, value: object, error: type[Exception]
) -> None:
    given: dict[str, Any] = {"folder": tmp_path / "out", argument: value}
    with pytest.raises(error):
        save_files(finished({"a": "data:text/plain,a"}), **given)
    assert below(tmp_path) == []


# On from where it broke off


def ranged(
    body: bytes, tag: str = '"v1"', cut: int | None = None, pieces: list[int] | None = None
) -> Callable[..., None]:
    """Serve a file with ranges, as RFC 9110 section 14 says; each answer ends after ``cut`` bytes, or as told."""
    served: list[int] = []

    def serve(connection: socket.socket) -> None:
        request = current[0].requests[-1]
        start = 0
        found = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", ""))
        if found and request.headers.get("if-range") == tag:
            start = int(found[1])
        headers = [("ETag", tag), ("Content-Type", "video/mp4")]
        if start:
            headers.append(("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}"))
        size = pieces[min(len(served), len(pieces) - 1)] if pieces else cut
        served.append(start)
        whole = answer(206 if start else 200, body[start:], headers)
        if size is None or size >= len(body) - start:
            connection.sendall(whole)
            return
        connection.sendall(whole[: len(whole) - (len(body) - start) + size])
        raise ConnectionAbortedError

    current: list[ScriptedServer] = []
    serve.current = current  # type: ignore[attr-defined] # the server is made with this function
    return serve


@contextmanager
def ranged_store(serve: Any, **settings: Any) -> Iterator[tuple[ScriptedServer, Any, Any]]:
    with store(serve, **settings) as (server, client, execution):
        serve.current.append(server)
        yield server, client, execution


@pytest.mark.parametrize("cut", [1, 1_000, 65_536, 100_000, 299_999])
def test_a_download_is_resumed_where_it_broke_off(tmp_path: Path, cut: int) -> None:
    body = MP4[: max(cut * 5, 24)]
    with ranged_store(ranged(body, cut=cut)) as (server, client, execution):
        (path,) = save_files(execution, tmp_path, api_client=client)
        assert path.read_bytes() == body
        starts = range(0, len(body), cut)
        assert ranges(server) == [(f"bytes={at}-" if at else None, '"v1"' if at else None) for at in starts]
    assert below(tmp_path) == ["exec_1-0-file.mp4"]


def test_attempts_that_bring_nothing_more_are_counted(tmp_path: Path) -> None:
    # Without the count, a host that brings nothing would be asked for ever.
    pauses: list[float] = []
    serve = ranged(MP4, pieces=[1_000, 0, 500, 0, 0, 0])
    with ranged_store(serve, pauses=pauses) as (server, client, execution):
        with pytest.raises(quantcdn.ApiConnectionException, match="ended early") as caught:
            save_files(execution, tmp_path / "out", api_client=client)
        assert [found and found[6:-1] for found, _ in ranges(server)] == [None, "1000", "1000", "1500", "1500"]
        assert pauses == [0.5, 1.0, 0.5, 1.0]
        assert SECRET not in str(caught.value)
    assert below(tmp_path) == []


def test_without_retries_a_download_that_breaks_off_is_an_error(tmp_path: Path) -> None:
    with ranged_store(ranged(MP4, cut=1_000), retries=0) as (server, client, execution):
        with pytest.raises(quantcdn.ApiConnectionException):
            save_files(execution, tmp_path / "out", api_client=client)
        assert len(server.requests) == 1
    assert below(tmp_path) == []


def test_a_host_that_brings_a_byte_an_attempt_is_not_asked_for_ever(tmp_path: Path) -> None:
    with ranged_store(ranged(MP4, cut=1)) as (server, client, execution):
        with pytest.raises(quantcdn.ApiConnectionException):
            save_files(execution, tmp_path, api_client=client)
        assert len(server.requests) == 100


CUT = 1_000


def partial(body: bytes, start: int, content_range: str | None, *headers: tuple[str, str]) -> bytes:
    extra = [] if content_range is None else [("Content-Range", content_range)]
    return answer(206, body[start:], [*extra, *headers])


BEGIN = then_close(answer(200, MP4, [TAG])[: -len(MP4) + CUT])
OTHER = b"GIF89a" + random.Random(2).randbytes(50_000)
ANEW: dict[str, Answer] = {
    "the whole of it": answer(200, MP4, [TAG]),
    "the whole of another version": answer(200, OTHER, [("ETag", '"v2"')]),
    "not to be satisfied": answer(416, "", [("Content-Range", "bytes */5")]),
    "a part of another version": partial(MP4, CUT, f"bytes {CUT}-{len(MP4) - 1}/{len(MP4)}", ("ETag", '"v2"')),
    "another start": partial(MP4, CUT - 1, f"bytes {CUT - 1}-{len(MP4) - 1}/{len(MP4)}", TAG),
    "a start that lies": partial(MP4, 0, f"bytes 0-{len(MP4) - 1}/{len(MP4)}", TAG),
    "another size": partial(MP4[:-1], CUT, f"bytes {CUT}-{len(MP4) - 2}/{len(MP4) - 1}", TAG),
    "beyond the end": partial(MP4, CUT, f"bytes {CUT}-{len(MP4)}/{len(MP4)}", TAG),
    "another length": partial(MP4, CUT + 1, f"bytes {CUT}-{len(MP4) - 1}/{len(MP4)}", TAG),
    "backwards": partial(MP4, CUT, f"bytes {CUT}-{CUT - 1}/{len(MP4)}", TAG),
    "no range said": partial(MP4, CUT, None, TAG),
    "nonsense": partial(MP4, CUT, "bytes all", TAG),
    "another unit": partial(MP4, CUT, f"rows {CUT}-{len(MP4) - 1}/{len(MP4)}", TAG),
    "many parts": partial(MP4, CUT, None, ("Content-Type", "multipart/byteranges; boundary=x")),
}


@pytest.mark.parametrize("name", ANEW)
def test_what_is_not_the_next_part_begins_anew(tmp_path: Path, name: str) -> None:
    # Without each check, the file would be of two versions, or have a hole, or some bytes twice.
    body = OTHER if name == "the whole of another version" else MP4
    kind = "gif" if body is OTHER else "mp4"
    with store(BEGIN, ANEW[name], answer(200, body, [TAG])) as (server, client, execution):
        (path,) = save_files(execution, tmp_path, api_client=client)
        assert path.read_bytes() == body
        assert path.suffix == f".{kind}"
        expected = [(None, None), (f"bytes={CUT}-", '"v1"'), (None, None)]
        assert ranges(server) == expected[: 2 if name.startswith("the whole") else 3]
    assert below(tmp_path) == [f"exec_1-0-file.{kind}"]


def test_a_part_of_what_was_asked_for_is_followed_by_another(tmp_path: Path) -> None:
    parts = [
        answer(206, MP4[start:end], [("Content-Range", f"bytes {start}-{end - 1}/{total}")])
        for start, end, total in ((CUT, 5_000, len(MP4)), (5_000, 9_000, "*"), (9_000, len(MP4), len(MP4)))
    ]
    with store(BEGIN, *parts) as (server, client, execution):
        (path,) = save_files(execution, tmp_path, api_client=client)
        assert path.read_bytes() == MP4
        assert len(server.requests) == 4


def test_a_host_that_brings_parts_without_an_end_is_not_asked_for_ever(tmp_path: Path) -> None:
    served = [CUT]

    def one_byte(connection: socket.socket) -> None:
        start = served[0]
        served[0] += 1
        content_range = f"bytes {start}-{start}/{len(MP4)}"
        connection.sendall(answer(206, MP4[start : start + 1], [("Content-Range", content_range)]))

    with store(BEGIN, one_byte) as (server, client, execution):
        with pytest.raises(quantcdn.ApiConnectionException, match="too many parts"):
            save_files(execution, tmp_path / "out", api_client=client)
        assert len(server.requests) == 100
    assert below(tmp_path) == []


def test_more_than_was_announced_is_refused(tmp_path: Path) -> None:
    long = head(
        ("Content-Range", f"bytes {CUT}-{len(MP4) - 1}/{len(MP4)}"), ("Transfer-Encoding", "chunked"), status=206
    )
    with store(BEGIN, long + chunk(MP4[CUT:] + b"more") + b"0\r\n\r\n") as (_, client, execution):
        with pytest.raises(quantcdn.ApiResponseException, match="more of the file came"):
            save_files(execution, tmp_path / "out", api_client=client)
    assert below(tmp_path) == []


DATE = ("Date", "Tue, 24 Nov 2026 10:00:00 GMT")
VALIDATORS: list[tuple[list[tuple[str, str]], str | None]] = [
    ([TAG], '"v1"'),
    ([TAG, DATE, ("Last-Modified", "Mon, 23 Nov 2026 10:00:00 GMT")], '"v1"'),
    ([DATE, ("Last-Modified", "Mon, 23 Nov 2026 10:00:00 GMT")], "Mon, 23 Nov 2026 10:00:00 GMT"),
    ([DATE, ("Last-Modified", "Tue, 24 Nov 2026 10:00:00 GMT")], None),  # it may change in that very second
    ([("Last-Modified", "Mon, 23 Nov 2026 10:00:00 GMT")], None),
    ([DATE, ("Last-Modified", "yesterday")], None),
    ([DATE, ("Last-Modified", "Mon, 23 Nov 2026 10:00:00")], None),
    ([("ETag", 'W/"v1"')], None),
    ([("ETag", 'W/"v1"'), DATE, ("Last-Modified", "Mon, 23 Nov 2026 10:00:00 GMT")], None),
    ([("ETag", "v1")], None),
    ([], None),
]


@pytest.mark.parametrize(("headers", "validator"), VALIDATORS)
def test_only_what_surely_names_the_version_is_resumed(
    tmp_path: Path, headers: list[tuple[str, str]], validator: str | None
) -> None:
    first = then_close(answer(200, MP4, headers)[: -len(MP4) + CUT])
    second = partial(MP4, CUT, f"bytes {CUT}-{len(MP4) - 1}/{len(MP4)}") if validator else answer(200, MP4)
    with store(first, second) as (server, client, execution):
        (path,) = save_files(execution, tmp_path, api_client=client)
        assert path.read_bytes() == MP4
        assert ranges(server)[1] == ((f"bytes={CUT}-", validator) if validator else (None, None))


BROKEN: dict[str, Answer] = {
    "closed": then_close(answer(200, MP4, [TAG])[:-200_000]),
    "reset": then_reset(answer(200, MP4, [TAG])[:-200_000]),
    "silent": then_hang(answer(200, MP4, [TAG])[:-200_000]),
    "a broken chunk": then_close(head(TAG, ("Transfer-Encoding", "chunked")) + chunk(MP4[:100_000])),
}


@pytest.mark.parametrize("name", BROKEN)
def test_every_kind_of_interruption_is_resumed(tmp_path: Path, name: str) -> None:
    serve = ranged(MP4)
    with store(BROKEN[name], serve, timeout=quantcdn.Timeout(1, 0.3, 5)) as (server, client, execution):
        serve.current.append(server)  # type: ignore[attr-defined] # as above
        (path,) = save_files(execution, tmp_path, api_client=client)
        assert path.read_bytes() == MP4
        (found, _) = ranges(server)[1]
        assert found is not None
        assert 0 < int(found[6:-1]) <= 100_312


def test_a_url_that_expires_in_the_middle_says_so(tmp_path: Path) -> None:
    expired = answer(403, f"<Error><Code>AccessDenied</Code><Signature>{SECRET}</Signature></Error>")
    with store(BEGIN, expired) as (_, client, execution):
        with pytest.raises(quantcdn.ForbiddenException, match="get the execution's status again") as caught:
            save_files(execution, tmp_path / "out", api_client=client)
        assert SECRET not in f"{caught.value} {vars(caught.value)}"
    assert below(tmp_path) == []


# A real server and a relay that cuts: what ranges are is nginx's word, not ours.
def test_a_download_from_a_real_server_is_resumed(tmp_path: Path, nginx: Nginx) -> None:
    body = MP4 + random.Random(3).randbytes(700_000)
    (nginx.files / "film").write_bytes(body)
    os.utime(nginx.files / "film", (1_700_000_000, 1_700_000_000))
    with Relay(nginx.plain, cut=300_000) as relay, client_with() as client:
        execution = finished({"url": f"{relay.url}/files/film?X-Amz-Signature={SECRET}"})
        (path,) = save_files(execution, tmp_path, api_client=client)
    assert path.read_bytes() == body
    assert path.suffix == ".mp4"
    statuses = [line.split()[2] for line in nginx.requests(4)]
    assert statuses[0] == "200"
    assert set(statuses[1:]) == {"206"}
    assert len(statuses) >= 4


def test_a_real_servers_other_version_begins_anew(tmp_path: Path, nginx: Nginx) -> None:
    old, new = MP4, b"GIF89a" + bytes(100_000)
    served = nginx.files / "changing"
    served.write_bytes(old)
    with Relay(nginx.plain, cut=200_000) as relay, client_with() as client:

        def change(_size: int, total: int | None, _name: str) -> None:
            if total == len(old):
                (nginx.files / "new").write_bytes(new)
                (nginx.files / "new").replace(served)  # the response under way goes on with the old one

        execution = finished({"url": f"{relay.url}/files/changing"})
        (path,) = save_files(execution, tmp_path / "out", api_client=client, on_progress=change)
    assert path.read_bytes() == new
    assert path.suffix == ".gif"
    assert [line.split()[2] for line in nginx.requests(2)] == ["200", "200"]


# Within limits


def test_progress_is_notified_with_every_piece(tmp_path: Path) -> None:
    told: list[tuple[int, int | None, str]] = []
    with ranged_store(ranged(MP4, cut=200_000)) as (_, client, execution):
        save_files(execution, tmp_path, api_client=client, on_progress=lambda *said: told.append(said))
    assert told[0] == (0, len(MP4), "exec_1-0-file")
    assert told[-1] == (len(MP4), len(MP4), "exec_1-0-file")
    sizes = [size for size, _, _ in told]
    assert sizes == sorted(sizes)
    assert len(sizes) > 4


@pytest.mark.parametrize(
    "said", [head(("Transfer-Encoding", "chunked")) + chunk(MP4) + b"0\r\n\r\n", then_close(head() + MP4)]
)
def test_progress_without_a_length_has_no_total(tmp_path: Path, said: Answer) -> None:
    told: list[tuple[int, int | None, str]] = []
    with store(said) as (_, client, execution):
        (path,) = save_files(execution, tmp_path, api_client=client, on_progress=lambda *each: told.append(each))
    assert {total for _, total, _ in told} == {None}
    assert told[-1][0] == len(MP4) == path.stat().st_size


class Enough(Exception):
    pass


@pytest.mark.parametrize("when", [0, 1])
def test_what_the_callback_raises_ends_the_call_and_leaves_nothing(tmp_path: Path, when: int) -> None:
    def stop(size: int, _total: int | None, _name: str) -> None:
        if size >= when:
            raise Enough

    with store(answer(200, MP4)) as (server, client, execution):
        with pytest.raises(Enough):
            save_files(execution, tmp_path / "a" / "b", api_client=client, on_progress=stop)
        assert below(tmp_path) == []
        assert save_files(execution, tmp_path, api_client=client)[0].stat().st_size == len(MP4)
        assert [request.connection for request in server.requests] == [1, 2]


def many(server: ScriptedServer, count: int) -> quantcdn.GetAIToolExecutionStatus200Response:
    return finished({"s3Urls": [f"{server.url}/{number}?X-Amz-Signature={SECRET}" for number in range(count)]})


PNG = b"\x89PNG\r\n\x1a\n" + bytes(992)


@pytest.mark.parametrize("save", [save_files, save_images])
def test_more_files_than_allowed_are_refused_before_the_first_is_fetched(tmp_path: Path, save: Any) -> None:
    with ScriptedServer(answer(200, PNG)) as server, client_with() as client:
        with pytest.raises(quantcdn.ApiResponseException, match="has 51 files, and max_files allows 50"):
            save(many(server, 51), tmp_path, api_client=client)
        with pytest.raises(quantcdn.ApiResponseException, match="has 3 files, and max_files allows 2"):
            save(many(server, 3), tmp_path, api_client=client, max_files=2)
        assert server.requests == []
        assert len(save(many(server, 50), tmp_path, api_client=client)) == 50


@pytest.mark.parametrize("save", [save_files, save_images])
@pytest.mark.parametrize("said", [True, False])
def test_the_sum_of_sizes_is_bounded(tmp_path: Path, save: Any, said: bool) -> None:
    # 200 URLs of 1 MB each were 200 MB: whatever one may have, all of them could have.
    body = answer(200, PNG) if said else head(("Transfer-Encoding", "chunked")) + chunk(PNG) + b"0\r\n\r\n"
    with ScriptedServer(body) as server, client_with() as client:
        with pytest.raises(quantcdn.ApiResponseException, match=r"max_total_size") as caught:
            save(many(server, 5), tmp_path, api_client=client, max_total_size=2_500)
        assert "500 bytes" in str(caught.value)
        assert len(below(tmp_path)) == 2
        # Those that are there do not count, so that the next call goes on.
        assert len(save(many(server, 4), tmp_path, api_client=client, max_total_size=2_000)) == 4
        with pytest.raises(quantcdn.ApiResponseException, match="more than the 1000 bytes that max_total_size"):
            save(many(server, 7), tmp_path, api_client=client, max_total_size=1_000)
        assert len(below(tmp_path)) == 5


def test_what_a_result_holds_itself_counts_too(tmp_path: Path) -> None:
    execution = finished({"images": [f"data:;base64,{base64.b64encode(PNG + bytes([n])).decode()}" for n in range(3)]})
    for save in (save_files, save_images):
        with client_with() as client, pytest.raises(quantcdn.ApiResponseException, match=r"limit of|max_total_size"):
            save(execution, tmp_path, api_client=client, max_total_size=2_500)


@pytest.mark.parametrize(
    "too_large",
    [
        answer(200, MP4),
        head(("Transfer-Encoding", "chunked")) + chunk(MP4) + b"0\r\n\r\n",
        flood(head(), bytes(65_536)),
        flood(head(("Content-Length", str(10**12))), bytes(65_536)),
    ],
    ids=["said", "chunked", "without an end", "a terabyte"],
)
def test_a_file_larger_than_the_limit_is_refused(tmp_path: Path, too_large: Answer) -> None:
    with store(too_large) as (server, client, execution):
        with costs_less_than(2), pytest.raises(quantcdn.ApiResponseException, match="limit of 1000 bytes"):
            save_files(execution, tmp_path / "out", api_client=client, max_file_size=1_000)
        assert len(server.requests) == 1
    assert below(tmp_path) == []


def test_a_file_as_large_as_the_limit_is_taken(tmp_path: Path) -> None:
    with ranged_store(ranged(MP4, cut=100_000)) as (_, client, execution):
        (path,) = save_files(execution, tmp_path, api_client=client, max_file_size=len(MP4))
        assert path.read_bytes() == MP4


@pytest.mark.parametrize("save", [save_files, save_images])
def test_the_time_is_bounded(tmp_path: Path, save: Any) -> None:
    with ScriptedServer(drip(answer(200, PNG)[:-900], b"x" * 900)) as server, client_with(timeout=60) as client:
        started = time.monotonic()
        with pytest.raises(quantcdn.ApiTimeoutException) as caught:
            save(many(server, 3), tmp_path / "out", api_client=client, timeout=0.4)
        assert time.monotonic() - started < 0.4 + SLACK
        assert SECRET not in str(caught.value)
    assert below(tmp_path) == []


def test_no_time_is_left_after_the_last_second(tmp_path: Path) -> None:
    now = [0.0]

    def late(size: int, total: int | None, _name: str) -> None:
        now[0] += 30 if size == total else 0

    with ScriptedServer(answer(200, PNG)) as server, client_with(clock=lambda: now[0]) as client:
        with pytest.raises(quantcdn.ApiTimeoutException, match="not all files could be fetched within 50 s"):
            save_files(many(server, 5), tmp_path, api_client=client, timeout=50, on_progress=late)
        assert len(server.requests) == 2
    assert below(tmp_path) == ["exec_1-0-file.png", "exec_1-1-file.png"]


def test_a_silence_ends_an_attempt_though_the_whole_may_take_longer(tmp_path: Path) -> None:
    with store(then_hang(answer(200, MP4)[:1_000]), timeout=0.3, retries=0) as (_, client, execution):
        started = time.monotonic()
        with pytest.raises(quantcdn.ApiTimeoutException):
            save_files(execution, tmp_path / "out", api_client=client)
        assert time.monotonic() - started < 0.3 + SLACK


def test_one_that_cannot_be_fetched_does_not_stop_the_others(tmp_path: Path) -> None:
    script = (answer(200, PNG), answer(404, "<Error/>"), answer(403, "<Error/>"), answer(200, SVG))
    with ScriptedServer(*script) as server, client_with() as client:
        with pytest.raises(quantcdn.NotFoundException):
            save_files(many(server, 4), tmp_path, api_client=client)
        assert below(tmp_path) == ["exec_1-0-file.png", "exec_1-3-file.svg"]


def test_a_closed_client_says_so(tmp_path: Path) -> None:
    with store(answer(200, PNG)) as (_, client, execution):
        client.close()
        with pytest.raises(quantcdn.ApiValueError, match="closed"):
            save_files(execution, tmp_path / "out", api_client=client)
    assert below(tmp_path) == []


@pytest.mark.parametrize(
    "said",
    [
        reset,
        then_close(b""),
        then_close(b"SSH-2.0-x\r\n\r\n"),
        answer(503),
        answer(200, b"x", [("Content-Encoding", "gzip")]),
    ],
)
def test_what_cannot_be_fetched_is_an_error_of_the_family_and_leaves_nothing(tmp_path: Path, said: Answer) -> None:
    with store(said) as (_, client, execution):
        with pytest.raises(quantcdn.ApiException) as caught:
            save_files(execution, tmp_path / "a" / "b", api_client=client)
        assert SECRET not in f"{caught.value!r} {vars(caught.value)}"
    assert below(tmp_path) == []


# Memory, the disk and Ctrl-C

LARGE = """
    import resource, sys
    import quantcdn
    from quantcdn.images import save_files

    execution = quantcdn.GetAIToolExecutionStatus200Response.from_json(sys.stdin.readline())
    with quantcdn.ApiClient(quantcdn.Configuration("http://127.0.0.1:9", proxy="", retries=0, timeout=60)) as client:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        (path,) = save_files(execution, sys.argv[1], api_client=client)
    print(path.stat().st_size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(code), *arguments]


ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}


# A process of its own, since what one has taken at most, the system only counts from its start.
def test_300_mebibytes_cost_no_more_than_a_few(tmp_path: Path) -> None:
    size = 300 * 2**20

    def send(connection: socket.socket) -> None:
        connection.sendall(head(("Content-Length", str(size))))
        piece = bytes(2**20)
        for _ in range(300):
            connection.sendall(piece)

    with store(send) as (_, _, execution):
        done = subprocess.run(
            python(LARGE, str(tmp_path)),
            input=execution.to_json(),
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
            env=ENVIRONMENT,
        )
    assert done.stderr == ""
    saved, kibibytes = map(int, done.stdout.split())
    assert saved == size
    assert kibibytes < 16 * 1024
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0


FULL = """
    import resource, signal, sys
    import quantcdn
    from quantcdn.images import save_files

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    execution = quantcdn.GetAIToolExecutionStatus200Response.from_json(sys.stdin.readline())
    with quantcdn.ApiClient(quantcdn.Configuration("http://127.0.0.1:9", proxy="")) as client:
        try:
            save_files(execution, sys.argv[1], api_client=client, overwrite=True)
        except OSError as error:
            print(error.strerror)
"""


@pytest.mark.parametrize("existing", [False, True])
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, existing: bool) -> None:
    if existing:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "exec_1-0-file.mp4").write_bytes(b"mine")
    with store(answer(200, MP4)) as (server, _, execution):
        done = subprocess.run(
            python(FULL, str(tmp_path / "out")),
            input=execution.to_json(),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env=ENVIRONMENT,
        )
        assert len(server.requests) == 1
    assert (done.stdout, done.stderr) == ("File too large\n", "")
    assert below(tmp_path) == ["out", "out/exec_1-0-file.mp4"] * existing
    if existing:
        assert (tmp_path / "out" / "exec_1-0-file.mp4").read_bytes() == b"mine"


def test_ctrl_c_in_a_download_leaves_nothing_behind(tmp_path: Path) -> None:
    arrived = threading.Event()

    def hang(connection: socket.socket) -> None:
        connection.sendall(answer(200, MP4)[:-1_000])
        arrived.set()
        connection.recv(1)

    with store(hang) as (_, _, execution):
        command = python(LARGE, str(tmp_path / "out"))
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT) as process:
            assert process.stdin is not None
            process.stdin.write(execution.to_json().encode() + b"\n")
            process.stdin.flush()
            assert arrived.wait(20)
            while not list(tmp_path.rglob("*.part")):
                pass
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=10)
    assert process.returncode == -signal.SIGINT
    assert SECRET.encode() not in said
    assert below(tmp_path) == []


def test_many_can_save_the_same_at_once(tmp_path: Path) -> None:
    with ranged_store(ranged(MP4)) as (_, client, execution):
        threads = [
            threading.Thread(
                target=save_files, args=(execution, tmp_path), kwargs={"api_client": client, "overwrite": True}
            )
            for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert below(tmp_path) == ["exec_1-0-file.mp4"]
    assert (tmp_path / "exec_1-0-file.mp4").read_bytes() == MP4
