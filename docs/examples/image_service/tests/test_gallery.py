"""The gallery, made from a local service: no account, no network, and no time to wait."""

from __future__ import annotations

from pathlib import Path

import pytest
from image_service import update

from quantcdn import AIToolsApi
from quantcdn.emulator import Emulator, Fault, ManualClock


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "gallery"


def operations(service: Emulator) -> list[str | None]:
    return [request.operation for request in service.requests]


def test_a_finished_image_is_on_the_page(quantcdn_emulator: Emulator, quantcdn_api: AIToolsApi, folder: Path):
    quantcdn_emulator.start_execution("generate_image", pending=0, running=0, execution_id="exec_lighthouse")
    gallery = update(quantcdn_api, "acme", folder)
    assert gallery.problems == []
    assert (folder / "exec_lighthouse-0.png").read_bytes().startswith(b"\x89PNG")
    assert '<img src="exec_lighthouse-0.png"' in (folder / "index.html").read_text()


def test_an_image_that_is_not_finished_is_waited_for(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, quantcdn_api: AIToolsApi, folder: Path
):
    quantcdn_emulator.start_execution("generate_image", pending=1, running=12)
    before = quantcdn_clock.now()
    assert len(update(quantcdn_api, "acme", folder).images) == 1
    assert 13 <= quantcdn_clock.now() - before < 60


def test_patience_ends(quantcdn_emulator: Emulator, quantcdn_api: AIToolsApi, folder: Path):
    quantcdn_emulator.start_execution("generate_image", running=3_600, execution_id="exec_slow")
    (problem,) = update(quantcdn_api, "acme", folder, patience=30).problems
    assert problem.startswith("exec_slow: ")
    assert "No images" in (folder / "index.html").read_text()


def test_the_newest_comes_first(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, quantcdn_api: AIToolsApi, folder: Path
):
    for name in ("exec_older", "exec_newer"):
        quantcdn_emulator.start_execution("generate_image", pending=0, running=0, execution_id=name)
        quantcdn_clock.advance(60)
    images = update(quantcdn_api, "acme", folder).images
    assert [path.name for path, _ in images] == ["exec_newer-0.png", "exec_older-0.png"]


def test_other_tools_and_failures_are_not_asked_for(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, quantcdn_api: AIToolsApi, folder: Path
):
    quantcdn_emulator.start_execution("search_web")
    quantcdn_emulator.start_execution("generate_image", error="the prompt is too long")
    quantcdn_clock.advance(60)
    assert update(quantcdn_api, "acme", folder).images == []
    assert operations(quantcdn_emulator) == ["list_ai_tool_executions"]


def test_a_service_that_fails_for_a_moment_is_not_noticed(
    quantcdn_emulator: Emulator, quantcdn_api: AIToolsApi, folder: Path
):
    quantcdn_emulator.start_execution("generate_image", pending=0, running=0)
    quantcdn_emulator.add_fault(Fault(status=503), operation="get_ai_tool_execution_status")
    quantcdn_emulator.add_fault(Fault(reset=True), operation="list_ai_tool_executions")
    assert update(quantcdn_api, "acme", folder).problems == []
    assert [request.status for request in quantcdn_emulator.requests[:2]] == [None, 200]
    assert 503 in [request.status for request in quantcdn_emulator.requests]


def test_one_that_is_forgotten_meanwhile_does_not_disturb_the_rest(
    quantcdn_emulator: Emulator, quantcdn_api: AIToolsApi, folder: Path
):
    for _ in range(2):
        quantcdn_emulator.start_execution("generate_image", pending=0, running=0)
    quantcdn_emulator.add_fault(Fault(status=404), operation="get_ai_tool_execution_status")
    gallery = update(quantcdn_api, "acme", folder)
    assert (len(gallery.images), len(gallery.problems)) == (1, 1)


def test_where_an_original_cannot_be_had_the_smaller_image_stands_in(
    quantcdn_emulator: Emulator, quantcdn_api: AIToolsApi, folder: Path
):
    quantcdn_emulator.start_execution("generate_image", pending=0, running=0)
    quantcdn_emulator.add_fault(Fault(status=403), operation="picture", times=None)
    assert len(update(quantcdn_api, "acme", folder).images) == 1


def test_a_second_update_fetches_no_image_again(quantcdn_emulator: Emulator, quantcdn_api: AIToolsApi, folder: Path):
    quantcdn_emulator.start_execution("generate_image", pending=0, running=0)
    first = update(quantcdn_api, "acme", folder)
    second = update(quantcdn_api, "acme", folder)
    assert first == second
    assert operations(quantcdn_emulator).count("picture") == 1


def test_images_are_fetched_without_the_token(quantcdn_emulator: Emulator, quantcdn_api: AIToolsApi, folder: Path):
    quantcdn_emulator.start_execution("generate_image", pending=0, running=0)
    update(quantcdn_api, "acme", folder)
    (fetched,) = [request for request in quantcdn_emulator.requests if request.operation == "picture"]
    assert "Authorization" not in fetched.headers


def test_what_the_service_says_is_text_and_no_markup(
    quantcdn_emulator: Emulator, quantcdn_api: AIToolsApi, folder: Path
):
    quantcdn_emulator.start_execution(
        "<script>image", pending=0, running=0, result={"images": ["data:image/gif;base64,R0lGODlhAQABAAAAACw="]}
    )
    update(quantcdn_api, "acme", folder)
    assert "&lt;script&gt;image" in (folder / "index.html").read_text()
