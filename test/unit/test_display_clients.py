"""What a notebook and a prompt show of clients, settings, responses, outcomes, figures and images; never a token."""

from __future__ import annotations

import copy
import pickle
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

import quantcdn
from quantcdn import images, models
from quantcdn._display import mixin
from quantcdn.api_response import ApiResponse
from quantcdn.emulator import Emulator, ManualClock
from quantcdn.emulator._sample_data.images import draw_image
from test.helpers.markup import Page

TOKEN = "t0ken5ecret"
HOSTILE = "<script>alert(1)</script>\x1b]0;t\x07 https://u:5ec2e7@h.example/a?X-Amz-Signature=5ec2e7"
HARMLESS = "https://h.example/a?…"


def formatted(obj: object) -> dict[str, Any]:
    from IPython.core.formatters import DisplayFormatter  # each process collects this file, and one runs it

    data, _ = DisplayFormatter().format(obj)
    return dict(data)


def both(obj: object) -> tuple[Page, str]:
    data = formatted(obj)
    return Page(data["text/html"]), data["text/plain"]


def shown_in_both(obj: object, *words: str) -> Page:
    page, text = both(obj)
    for word in words:
        assert word in page.text, word
        assert word in text, word
    return page


@pytest.mark.parametrize(
    ("token", "state"), [(TOKEN, "set"), (None, "not set"), (lambda: pytest.fail("it was asked"), "from a function")]
)
def test_of_a_token_its_state_is_shown_alone(token: Any, state: str) -> None:
    configuration = quantcdn.Configuration(access_token=token, organisation="acme", proxy="http://u:5ec2e7@p.example")
    with quantcdn.ApiClient(configuration, "X-Team-Key", "5ec2e7-5ec2e7-5ec2e7") as client:
        api = quantcdn.AIToolsApi(client)
        for obj in (configuration, client, api, client.organisation()):
            page, text = both(obj)
            words = (type(obj).__name__, "Organisation", "acme", "https://dashboard.quantcdn.io", "Access token", state)
            for shown in (page.text, text):
                assert all(word in shown for word in words), shown
                assert TOKEN not in shown
                assert "5ec2e7" not in shown
            assert page.all("code")
            assert formatted([obj])["text/plain"] == f"[{obj!r}]"


def test_settings_show_limits_proxy_and_whether_certificates_are_checked() -> None:
    shown_in_both(quantcdn.Configuration(), "1m00s for a call, 5.0s to connect, 30.0s of silence", "3", "checked")
    odd = quantcdn.Configuration(verify_ssl=False, proxy="", organisation=None)
    shown_in_both(odd, "not checked", "none", "not set")
    assert "5ec2e7" not in mixin.plain(quantcdn.Configuration(proxy="http://u:5ec2e7@p.example"))


def test_an_organisation_of_its_own_is_the_one_that_is_shown() -> None:
    with quantcdn.ApiClient(quantcdn.Configuration(organisation="acme")) as client:
        page = shown_in_both(client.organisation("other"), "OrganisationApi", "other")
        assert "acme" not in page.text


def test_a_response_shows_its_status_its_size_and_its_model(
    quantcdn_emulator: Emulator, quantcdn_api: quantcdn.AIToolsApi
) -> None:
    response = quantcdn_api.list_ai_tool_names_with_http_info("acme")
    shown_in_both(response, "ApiResponse", "Status code", "200", f"{len(response.raw_data):,} bytes", "4 tools")
    for data, word in (({"a": 1}, '{"a": 1}'), ("some text", "some text"), ([1], "[1]"), (None, "ApiResponse")):
        shown_in_both(ApiResponse(status_code=200, data=data, raw_data=b""), word, "0 bytes")
    shown_in_both(ApiResponse(status_code=200, data=models.ListMcpServers200Response(), raw_data=b""), "0 MCP servers")


def outcome(**changed: Any) -> Any:
    return quantcdn.Outcome(**{"identifier": "exec_1", "execution": None, "error": None, "seconds": 72.4, **changed})


def execution(**changed: Any) -> models.GetAIToolExecutionStatus200Response:
    body = {"executionId": "exec_1", "toolName": "paint", "status": "complete", "createdAt": 1767225600, **changed}
    made = models.GetAIToolExecutionStatus200Response.from_dict(body)
    assert made is not None
    return made


def test_an_outcome_shows_its_execution_or_its_error() -> None:
    shown_in_both(outcome(execution=execution()), "Outcome", "exec_1", "complete", "1m12s", "paint")
    late = quantcdn.WaitTimeoutException("still running", identifier="exec_1", waited=5, polls=3)
    shown_in_both(outcome(error=late), "still running", "WaitTimeoutException")
    failed = quantcdn.ExecutionFailedException("failed: no paint", identifier="exec_1")
    shown_in_both(outcome(execution=execution(status="failed", error="no paint"), error=failed), "failed: no paint")


def test_figures_are_tables_of_whole_numbers_and_durations() -> None:
    rows = [
        {"toolName": "paint", "status": status, "createdAt": 0, "completedAt": seconds}
        for status, seconds in (("complete", 10), ("complete", 75), ("failed", 20))
    ]
    body = {"executions": [*rows, {"toolName": "search", "status": "running"}], "count": 4, "orgId": "acme"}
    listed = models.ListAIToolExecutions200Response.from_dict(body)
    assert listed is not None
    stats = listed.stats()
    page, text = both(stats)
    for shown in (page.text, text):
        for word in ("Success rate", "66.7%", "Durations", "20.0s", "1m15s", "90th percentile"):
            assert word in shown
    lines = text.splitlines()
    assert lines[lines.index("By tool and status") + 1].split() == ["TOOL", "COMPLETE", "FAILED", "RUNNING", "TOTAL"]
    assert [line.split() for line in lines if line.startswith(("paint", "search"))] == [
        ["paint", "2", "1", "0", "3"],
        ["search", "0", "0", "1", "1"],
    ]
    shown_in_both(stats.durations, "Durations", "Executions", "3", "Median")
    empty = models.ListAIToolExecutions200Response(executions=[], count=0, org_id="acme").stats()
    shown_in_both(empty, "Executions", "Total", "0")


def png(width: int, height: int, more: int = 0) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head)) + bytes(more)


def test_an_image_shows_itself() -> None:
    data = formatted(images.image_of(draw_image("any", 64)))
    (image,) = Page(data["text/html"]).all("img")
    assert (image["width"], image["height"], image["alt"]) == ("64", "64", "Image, 64x64 pixels")
    assert image["src"] == f"data:image/png;base64,{data['image/png']}"
    assert data["text/plain"] == "Image, 64x64 pixels"
    wide = formatted(images.image_of(png(1600, 800)))
    assert [(image["width"], image["height"]) for image in Page(wide["text/html"]).all("img")] == [("400", "200")]


def test_an_image_above_2_mib_is_described_and_not_shown() -> None:
    data = formatted(images.image_of(png(40, 30, 2 * 1024 * 1024)))
    assert set(data) == {"text/html", "text/plain"}
    assert Page(data["text/html"]).all("img") == []
    assert "An image (image/png, 40x30 pixels) is not shown, since it has 2.0 MiB." in data["text/plain"]


def hostile() -> Iterator[object]:
    body = {"executionId": HOSTILE, "toolName": HOSTILE, "status": HOSTILE, "error": HOSTILE, "createdAt": 1}
    run = execution(**body, result={HOSTILE: HOSTILE})
    yield outcome(identifier=HOSTILE, execution=run)
    yield outcome(identifier=HOSTILE, error=quantcdn.WaitException(HOSTILE, identifier=HOSTILE, last=run))
    yield ApiResponse(status_code=200, headers={HOSTILE: HOSTILE}, data=run, raw_data=HOSTILE.encode())
    yield ApiResponse(status_code=200, data={HOSTILE: HOSTILE}, raw_data=b"")
    yield ApiResponse(status_code=200, data=HOSTILE, raw_data=b"")
    listed = models.ListAIToolExecutions200Response.from_dict({"executions": [body], "count": 1, "orgId": HOSTILE})
    assert listed is not None
    yield listed.stats()
    yield images.Image(HOSTILE.encode(), HOSTILE, None, None)
    yield images.Image(bytes(3 * 1024 * 1024), HOSTILE, None, None)
    configuration = quantcdn.Configuration(access_token="5ec2e7-token")
    configuration.organisation = "<script>alert(1)</script>"
    yield configuration
    client = quantcdn.ApiClient(configuration)
    yield client
    yield quantcdn.AIToolsApi(client)
    yield client.organisation()


def test_markup_and_signatures_come_out_as_text_or_not_at_all() -> None:
    for obj in hostile():
        html, text = mixin.html(obj), mixin.plain(obj)
        page = Page(html)  # which refuses elements that are not our own
        assert "\x1b" not in page.text + text
        assert "5ec2e7" not in html + text
        assert len(html) + len(text) < 60_000
        for shown in (page.text, text):
            assert "script" not in shown or "alert(1)" in shown


@pytest.mark.parametrize(
    "cls",
    ["ApiResponse", "Outcome", "ExecutionStats", "Durations", "Image", "Configuration", "ApiClient", "AIToolsApi"],
)
def test_nothing_is_too_odd_to_be_shown(cls: str) -> None:
    known = {type(obj).__name__: type(obj) for obj in [*hostile(), execution_stats().durations]}
    for value in (None, 3, float("nan"), "x", [], [None], {"a": None}, object(), 10**5000):
        made = object.__new__(known[cls])
        for name in ("status_code", "data", "raw_data", "identifier", "execution", "error", "seconds", "total", "count",
                     "by_tool", "by_status", "by_tool_and_status", "success_rate", "durations", "p50", "media_type",
                     "configuration", "api"):  # fmt: skip
            try:
                object.__setattr__(made, name, value)
            except AttributeError:
                continue
        assert Page(mixin.html(made)).text
        assert mixin.plain(made)


def execution_stats() -> Any:
    body = {"executions": [{"createdAt": 0, "completedAt": 1}], "count": 1, "orgId": "acme"}
    listed = models.ListAIToolExecutions200Response.from_dict(body)
    assert listed is not None
    return listed.stats()


def test_what_shows_itself_is_compared_copied_and_pickled_as_before() -> None:
    for obj in (execution_stats(), images.image_of(draw_image("any", 64)), outcome(execution=execution())):
        assert obj == pickle.loads(pickle.dumps(obj)) == copy.deepcopy(obj)


def test_nothing_is_fetched(quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, quantcdn_api: Any) -> None:
    before = len(quantcdn_emulator.requests)
    for obj in (quantcdn_api, quantcdn_api.api_client, quantcdn_api.api_client.configuration):
        assert formatted(obj)["text/html"]
    assert len(quantcdn_emulator.requests) == before
