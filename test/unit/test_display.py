"""What a notebook and a prompt show of every model and error, whatever is in them."""

from __future__ import annotations

import base64
import copy
import json
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import quantcdn
from quantcdn import models
from quantcdn._display import mixin
from quantcdn.emulator import Emulator, ManualClock
from quantcdn.emulator._sample_data.images import draw_image
from quantcdn.exceptions import RequestInfo
from quantcdn.models._base import Model
from test.helpers.markup import Page

SIGNED = "https://bucket.example/a/b.png?X-Amz-Date=20260101T000000Z&X-Amz-Signature=5ec2e7"
GATEWAY = "https://gateway.example"
SMALL = f"data:image/png;base64,{base64.b64encode(draw_image('small', 64)).decode()}"


def tool(name: str = "paint", description: str = "It paints.", **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(properties)[:1]}
    return {"toolSpec": {"name": name, "description": description, "inputSchema": {"json": schema}}}


def execution(**changed: Any) -> dict[str, Any]:
    return {
        "executionId": "exec_1",
        "toolName": "paint",
        "status": "complete",
        "createdAt": 1767225600,
        "startedAt": 1767225601,
        "completedAt": 1767225672,
        **changed,
    }


def orchestration(**changed: Any) -> dict[str, Any]:
    tools = [
        {"executionId": "exec_1", "toolName": "paint", "status": "complete", "result": {"images": [SMALL, SMALL]}},
        {"executionId": "exec_2", "toolName": "search", "status": "failed", "error": "nothing found"},
    ]
    return {
        "orchestrationId": "orch_1",
        "status": "synthesizing",
        "toolCount": 2,
        "completedTools": 1,
        "tools": tools,
        "createdAt": "2026-01-01T00:00:00Z",
        **changed,
    }


def listed(*executions: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {"executions": list(executions), "count": len(executions), "orgId": "acme", "status": "all", **changed}


def shown(cls: type[Model], body: dict[str, Any]) -> tuple[Page, str]:
    """Show a model in a notebook and on a terminal."""
    model = cls.from_dict(body)
    assert model is not None
    return Page(model._repr_html_()), str(model)


# Tools


def test_a_list_of_tools_shows_names_descriptions_and_arguments_with_types_and_what_is_required() -> None:
    body = {
        "tools": [tool(prompt={"type": "string"}, sizes={"type": "array", "items": {"type": "integer"}})],
        "count": 1,
    }
    page, text = shown(models.ListAITools200Response, body)
    for part in ("1 tool", "paint", "It paints.", "prompt: string, required", "sizes: array of integer"):
        assert part in page.text
        assert part in text
    assert page.all("caption")
    assert [cell.get("scope") for cell in page.all("th")] == ["col", "col", "col", "row"]


def test_one_tool_shows_its_arguments_with_choices_defaults_and_descriptions() -> None:
    unit = {"type": "string", "enum": ["C", "F"], "default": "C", "description": "How it is measured"}
    body = tool(place={"type": ["string", "null"]}, unit=unit, anything={})
    for cls, part in ((models.ListAITools200ResponseToolsInner, body), (ToolSpec, body["toolSpec"])):
        page, text = shown(cls, part)
        expected = ("paint", "It paints.", "3 arguments", "string or null", "yes", "string: C, F", "anything")
        for words in (*expected, "How it is measured", 'Default: "C"'):
            assert words in page.text
            assert words.partition("\n")[0] in text
    page, _ = shown(models.ListAITools200ResponseToolsInnerToolSpecInputSchema, body["toolSpec"]["inputSchema"])
    assert "3 arguments" in page.text


def test_a_tool_without_arguments_says_so() -> None:
    page, text = shown(models.ListAITools200ResponseToolsInner, tool())
    assert "It takes no arguments." in page.text
    assert "It takes no arguments." in text


def test_names_are_listed() -> None:
    page, text = shown(models.ListAIToolNames200Response, {"tools": ["a", "b"], "count": 2})
    assert page.text.split() == ["2", "tools", "Tool", "a", "b"]
    assert text == "2 tools\nTOOL\na\nb"


# MCP servers


def test_mcp_servers_show_names_whether_they_are_enabled_and_the_tools_allowed() -> None:
    server = {"serverName": "issues", "displayName": "Tracker", "url": f"{GATEWAY}/issues?key=5ec2e7", "enabled": True}
    body = {"gatewayBaseUrl": GATEWAY, "servers": [{**server, "toolAllowlist": ["find", "read"]}, {"enabled": False}]}
    page, text = shown(models.ListMcpServers200Response, body)
    for words in (f"2 MCP servers at {GATEWAY}", "issues", "Tracker", "yes", "no", f"{GATEWAY}/issues", "find, read"):
        assert words in page.text
        assert words in text
    assert "5ec2e7" not in page.text + text
    assert shown(models.ListMcpServers200Response, {})[1].splitlines()[0] == "0 MCP servers"
    page, text = shown(models.ListMcpServers200ResponseServersInner, {**server, "region": "ap-southeast-2"})
    for words in ("An MCP server", "issues", "yes", "region", "ap-southeast-2"):
        assert words in page.text
        assert words in text


# Executions


def test_a_list_of_executions_shows_status_tool_age_and_duration() -> None:
    created = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2, minutes=5)
    line = {"executionId": "exec_1", "toolName": "paint", "status": "failed", "createdAt": created.isoformat()}
    completed = created + timedelta(seconds=72.5)
    body = listed({**line, "completedAt": completed.isoformat()}, status="failed")
    page, text = shown(models.ListAIToolExecutions200Response, body)
    for part in ("paint", "failed", f"{created:%Y-%m-%d %H:%M:%S} UTC", " 2h ", " 1m12s", "exec_1"):
        assert part.strip() in page.text
        assert part in f"{text} "
    assert re.match(r"1 execution of acme, status failed, seen at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n", page.text)
    page, _ = shown(models.ListAIToolExecutions200ResponseExecutionsInner, line)
    assert "exec_1" in page.text


def test_an_execution_shows_its_times_and_its_result() -> None:
    result = {"conditions": "sunny", "wind": {"speed": 1}, "forecast": [{"day": "x" * 100}]}
    page, text = shown(models.GetAIToolExecutionStatus200Response, execution(result=result, duration=71.25))
    for part in (
        "paint",
        "complete",
        "exec_1",
        "Duration",
        "1m12s",
        "Run time",
        "1m11s",
        "conditions",
        "sunny",
        '{"speed": 1}',
        "x" * 100,
    ):
        assert part in text
        assert part in page.text
    assert len(page.all("details")) == 1


@pytest.mark.parametrize("result", ["some text", 42, ["a", 1], True])
def test_a_result_that_is_no_object_is_shown_too(result: Any) -> None:
    page, text = shown(models.GetAIToolExecutionStatus200Response, execution(result=result))
    words = result if isinstance(result, str) else json.dumps(result)
    assert words in page.text
    assert words in text


def test_a_failed_execution_shows_why() -> None:
    page, text = shown(models.GetAIToolExecutionStatus200Response, execution(status="failed", error="refused"))
    assert "refused" in page.text
    assert "Error" in text


def test_keys_that_the_service_has_added_are_shown() -> None:
    page, text = shown(models.GetAIToolExecutionStatus200Response, execution(costInCents={"amount": 3}))
    for words in ("costInCents", '{"amount": 3}'):
        assert words in page.text
        assert words in text


def test_the_status_stands_in_words_beside_its_colour() -> None:
    for status in ("complete", "failed", "dreaming"):
        page, _ = shown(models.GetAIToolExecutionStatus200Response, execution(status=status))
        assert f"●\xa0{status}" in page.text


def test_an_orchestration_shows_its_tools_and_its_answer() -> None:
    page, text = shown(models.GetAIOrchestrationStatus200Response, orchestration(result="The answer\nin two lines"))
    for part in ("orch_1", "synthesizing", "1 of 2", "paint", "2 images", "nothing found", "The answer"):
        assert part in page.text
        assert part in text
    assert page.all("progress") == [{"max": "2", "value": "1"}]
    body = orchestration()
    body["tools"][0]["result"] = {"degrees": 21}
    displayed = mixin.html(models.GetAIOrchestrationStatus200Response.from_dict(body))
    assert "<code>{&quot;degrees&quot;: 21}</code>" in displayed
    page, _ = shown(models.GetAIOrchestrationStatus200ResponseToolsInner, orchestration()["tools"][0])
    assert len(page.all("img")) == 2


# Images


def uri(data: bytes, media_type: str = "image/png") -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def png(width: int, height: int, more: int = 0) -> bytes:
    """A PNG file as far as its first bytes go, and some more bytes."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    return b"\x89PNG\r\n\x1a\n" + chunk + bytes(more)


def with_images(*uris: Any) -> tuple[Page, str]:
    return shown(models.GetAIToolExecutionStatus200Response, execution(result={"images": list(uris)}))


def test_an_image_is_shown_with_its_size_and_described_in_words() -> None:
    page, text = with_images(SMALL)
    (image,) = page.all("img")
    assert image == {"alt": "Image 1 of 1 by paint, 64x64 pixels", "width": "64", "height": "64", "src": SMALL}
    assert image["alt"] in text


def test_a_large_image_is_made_to_fit_in_its_own_shape() -> None:
    page, _ = with_images(uri(png(1600, 800)))
    assert [(image["width"], image["height"]) for image in page.all("img")] == [("400", "200")]


def test_the_kind_of_an_image_is_read_from_its_bytes() -> None:
    page, _ = with_images(uri(b"GIF89a" + struct.pack("<HH", 3, 4), "text/html"))
    assert page.all("img")[0]["src"].startswith("data:image/gif;base64,")


def test_images_above_2_mib_are_told_and_not_shown() -> None:
    most = 2 * 1024 * 1024 - len(png(1, 1))
    page, _ = with_images(uri(png(1, 1, most)))
    assert len(page.all("img")) == 1
    for more in (1, 2_000, 1024 * 1024):
        page, text = with_images(uri(png(1, 1, most + more)))
        assert page.all("img") == []
        for told in (page.text, text):
            assert "Image 1 of 1 by paint is not shown" in told
            assert "save_images" in told
            assert re.search(r"[23]\.0 MiB", told)


@pytest.mark.parametrize(
    "wrong", [uri(b"<svg onload=alert(1)>"), "data:image/png;base64,@@", "https://h.example/a.png", ""]
)
def test_what_is_no_image_is_told_and_not_shown(wrong: str) -> None:
    page, text = with_images(wrong, SMALL)
    assert len(page.all("img")) == 1
    for told in (page.text, text):
        assert "Image 1 of 2 by paint is not shown: " in told


def test_images_beyond_the_eighth_are_counted() -> None:
    page, text = with_images(*[SMALL] * 11)
    assert len(page.all("img")) == 8
    assert "3 images more" in page.text
    assert "3 images more" in text


def test_nothing_is_fetched(quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, quantcdn_api: Any) -> None:
    identifier = quantcdn_emulator.start_execution("generate_image", pending=0, running=0)
    seen = quantcdn_api.get_ai_tool_execution_status("acme", identifier)
    before = len(quantcdn_emulator.requests)
    assert "/generated/" in seen._repr_html_()
    assert "/generated/" in str(seen)
    assert len(quantcdn_emulator.requests) == before


# Errors


def not_found() -> quantcdn.NotFoundException:
    body = models.GetAIToolExecutionStatus404Response(error="There is no such execution.")
    return quantcdn.NotFoundException(
        404, "Not Found", data=body, request_id="req-7", request=RequestInfo("GET", "https://h.example/x", 3, 1.25)
    )


def test_an_error_shows_what_happened_to_which_request_and_what_to_do() -> None:
    error = not_found()
    page, text = Page(error._repr_html_()), mixin.plain(error)
    said = (
        "NotFoundException",
        "404 Not Found",
        "There is no such execution.",
        "GET https://h.example/x",
        "3",
        "1.2s",
    )
    for part in (*said, "req-7", "Check the name"):
        assert part in page.text
        assert part in text


def test_an_error_of_a_wait_shows_what_was_waited_for_and_seen_last() -> None:
    last = models.GetAIToolExecutionStatus200Response.from_dict(execution(status="running"))
    error = quantcdn.WaitTimeoutException("still running", identifier="exec_1", last=last, waited=300, polls=60)
    page = Page(error._repr_html_())
    for part in ("WaitTimeoutException", "still running", "exec_1", "running", "60", "5m00s"):
        assert part in page.text


def test_an_error_of_an_argument_shows_what_is_expected() -> None:
    with pytest.raises(quantcdn.ApiValueError) as caught:
        quantcdn.Configuration(retries=-1)
    assert "from 0 to 100" in Page(caught.value._repr_html_()).text


def test_the_text_of_an_error_is_as_before() -> None:
    assert str(quantcdn.OpenApiException("what")) == "what"
    assert str(not_found()).startswith("GET https://h.example/x: 404 Not Found: There is no such execution.")


# Whatever is in them

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>'\"></td></table><style>*{}</style>&amp;$x^2$"
    " \x1b]0;t\x07\x9b2J"
)


def with_text(text: str) -> Iterator[object]:
    """Make every model and error, with the text wherever a text can be, keys included."""
    one = {
        **tool(text, text, **{text: {"type": text, "description": text, "enum": [text], "default": text}}),
        text: text,
    }
    run = execution(executionId=text, toolName=text, status=text, error=text, **{f"x{text}": text})
    result = {"images": [text, SMALL], "s3Urls": [text], f"x{text}": [{text: text}], "plain": text}
    pieces = [{"executionId": text, "toolName": text, "status": text, "error": text, "result": result}]
    yield models.ListAITools200Response.from_dict({"tools": [one], "count": 1})
    yield models.ListAITools200ResponseToolsInner.from_dict(one)
    yield ToolSpec.from_dict(one["toolSpec"])
    yield models.ListAITools200ResponseToolsInnerToolSpecInputSchema.from_dict(one["toolSpec"]["inputSchema"])
    yield models.ListAIToolNames200Response.from_dict({"tools": [text], "count": 1})
    yield models.ListAIToolExecutions200Response.from_dict(listed(pieces[0], orgId=text, status=text))
    yield models.ListAIToolExecutions200ResponseExecutionsInner.from_dict(pieces[0])
    server = {"serverName": text, "displayName": text, "url": text, "toolAllowlist": [text], f"x{text}": text}
    yield models.ListMcpServers200Response.from_dict({"gatewayBaseUrl": text, "servers": [server]})
    yield models.ListMcpServers200ResponseServersInner.from_dict(server)
    for gave in (result, text, [text], {text: {text: text}}):
        yield models.GetAIToolExecutionStatus200Response.from_dict({**run, "result": gave})
    yield models.GetAIToolExecutionStatus200ResponseResult.from_dict(result)
    yield models.GetAIOrchestrationStatus200Response.from_dict(
        orchestration(orchestrationId=text, status=text, tools=pieces, error=text, result=text)
    )
    yield models.GetAIOrchestrationStatus200ResponseToolsInner.from_dict(pieces[0])
    for cls in (models.GetAIToolExecutionStatus404Response, models.GetAIOrchestrationStatus404Response):
        yield cls.from_dict({"error": text, f"x{text}": text})
    request = RequestInfo("GET", text, 1, 0.1)
    yield quantcdn.ApiException(400, text, body=text, data={"error": text}, request_id=text, request=request)
    yield quantcdn.ApiResponseException(200, text, body=text)
    yield quantcdn.WaitException(text, identifier=text, last=models.GetAIToolExecutionStatus200Response.from_dict(run))
    yield quantcdn.ApiValueError(text, [text])
    yield quantcdn.OpenApiException(text)


def test_every_model_and_error_of_the_package_is_among_those_shown() -> None:
    kinds = {type(obj).__name__ for obj in with_text("x")}
    assert set(models.__all__) <= kinds


def test_markup_comes_out_as_text_in_every_form() -> None:
    for obj in with_text(HOSTILE):
        page = Page(mixin.html(obj))
        assert "<script>alert(1)</script>" in page.text
        assert "onerror=alert(2)" in page.text
        assert "\x1b" not in page.text
        for text in (mixin.plain(obj), repr(obj)):
            assert "<script>" in text
            assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text), text


# Nothing that a terminal or a page obeys.
OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@settings(max_examples=60)
@given(
    st.text(min_size=1).filter(str.strip) | st.text("<>&\"'/ a=\n\r\t\x1b\u202e!-[]`$", min_size=1).filter(str.strip)
)
def test_any_text_comes_out_as_text_in_every_form(text: str) -> None:
    for obj in with_text(text):
        page = Page(mixin.html(obj))
        assert not OBEYED.search(page.text)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", mixin.plain(obj))
        mixin.html(obj).encode()
        mixin.plain(obj).encode()


def test_letters_of_every_script_stay_as_they_are() -> None:
    for letters in (
        "日本語\u3000と",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "été\xa0!",
        "👩\u200d👩\u200d👧",
    ):
        page, _ = shown(models.ListAIToolNames200Response, {"tools": [letters], "count": 1})
        assert letters in page.text


def test_no_formula_is_looked_for_in_what_is_shown() -> None:
    for obj in with_text("$x^2$"):
        assert Page(mixin.html(obj)).elements[0] == ("div", {"class": "tex2jax_ignore mathjax_ignore"})


ADDRESSES = [
    SIGNED,
    SIGNED.upper(),
    f"see {SIGNED}, or not",
    json.dumps({"url": SIGNED}),
    json.dumps({"url": SIGNED}).replace("/", "\\/"),
    SIGNED.replace("?", "%3F").replace("=", "%3D"),
    "https://user:5ec2e7@bucket.example/a/b.png",
    "https://bucket.example/a/b.png#access_token=5ec2e7",
    "bucket.example/a/b.png?X-Amz-Security-Token=5ec2e7&x=y",
    "a" * 240 + " https://user:5ec2e7" + "@bucket.example/" + "b" * 400,
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_of_a_signed_address_host_and_path_are_shown_alone(address: str) -> None:
    for obj in with_text(address):
        for text in (mixin.html(obj), mixin.plain(obj)):
            assert "5ec2e7" not in text.lower()
            assert "bucket.example" in text.lower() or "more characters" in text or "…" in text


def test_an_address_without_anything_secret_is_shown_whole() -> None:
    page, text = shown(models.ListAIToolNames200Response, {"tools": ["https://h.example:8080/a/b"], "count": 1})
    assert "https://h.example:8080/a/b" in page.text
    assert "https://h.example:8080/a/b" in text


# As large as it may be


@pytest.mark.parametrize(
    ("cls", "body"),
    [
        (models.ListAITools200Response, {"tools": [tool()] * 62, "count": 62}),
        (models.ListAITools200ResponseToolsInner, tool(**{f"a{n}": {} for n in range(62)})),
        (models.ListAIToolNames200Response, {"tools": ["paint"] * 62, "count": 62}),
        (models.ListAIToolExecutions200Response, listed(*[{"executionId": "exec_1"}] * 62)),
        (models.GetAIOrchestrationStatus200Response, orchestration(tools=[{"toolName": "paint"}] * 62)),
        (models.GetAIToolExecutionStatus200ResponseResult, {f"a{n}": n for n in range(62)}),
    ],
)
def test_rows_beyond_the_fiftieth_are_counted(cls: type[Model], body: dict[str, Any]) -> None:
    page, text = shown(cls, body)
    assert "12 more" in page.text
    assert "12 more" in text
    assert page.text.count("\n") < 500


def test_what_is_long_is_cut_and_says_so() -> None:
    long = "x" * 5_000_000
    for obj in with_text(long):
        for text in (mixin.html(obj), mixin.plain(obj)):
            assert len(text) < 60_000
            assert "more characters" in text or "…" in text
    page, _ = shown(models.ListAIToolNames200Response, {"tools": ["x" * 305], "count": 1})
    assert "… (5 more characters)" in page.text


def test_in_a_terminal_each_record_of_a_table_is_one_line() -> None:
    description = "A line.\nAnother one. " + "x" * 200
    _, text = shown(models.ListAITools200Response, {"tools": [tool("a", description), tool("b")], "count": 2})
    lines = text.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["TOOL", "a", "b"]
    assert max(map(len, lines)) < 160


# However odd

ODD: list[Any] = [
    None,
    3,
    -1,
    float("nan"),
    float("inf"),
    "text",
    [],
    [None, 3, "x"],
    {},
    {"a": None},
    object(),
    10**5000,
]


def odd_models() -> Iterator[Model]:
    for name in models.__all__:
        cls = getattr(models, name)
        yield cls.model_construct()
        for value in ODD:
            yield cls.model_construct(**dict.fromkeys(cls.model_fields, value))
            yield cls.model_construct(**{name: [value] for name in [*cls.model_fields, "unknown"]})


def test_no_model_is_too_odd_to_be_shown() -> None:
    for model in odd_models():
        assert Page(model._repr_html_()).text
        assert str(model)


def test_one_odd_value_does_not_hide_the_others() -> None:
    model = models.GetAIToolExecutionStatus200Response.model_construct(
        execution_id="exec_1", status="complete", created_at="no time at all", completed_at=1767225672
    )
    assert Page(model._repr_html_()).text.split("\n")[0] == "An execution"
    assert "Completed  2026-01-01 00:01:12 UTC" in str(model)


def test_a_value_in_itself_does_not_end_the_display() -> None:
    loop: dict[str, Any] = {}
    loop["again"] = loop
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for value in (loop, deep):
        model = models.GetAIToolExecutionStatus200Response.model_construct(tool_name="paint", result=value)
        assert Page(model._repr_html_()).text
        assert str(model)


def test_an_error_made_with_anything_is_shown() -> None:
    for value in ODD[:-1]:
        error = quantcdn.ApiException(value, value, body=value, data=value, request_id=value, retry_after=value)
        assert "ApiException" in Page(error._repr_html_()).text


def test_a_model_that_is_not_known_here_is_shown_as_its_fields() -> None:
    class New(Model):
        colour: str

    page, text = shown(New, {"colour": "green", "shape": "round"})
    for words in ("New", "colour", "green", "shape", "round"):
        assert words in page.text
        assert words in text


def test_a_derived_model_is_shown_as_what_it_derives_from() -> None:
    class Mine(models.ListAIToolNames200Response):
        pass

    page, _ = shown(Mine, {"tools": ["a"], "count": 1})
    assert "1 tool" in page.text


# At the prompt


def formatted(obj: object) -> dict[str, str]:
    from IPython.core.formatters import DisplayFormatter  # each process collects this file, and one runs it

    data, _ = DisplayFormatter().format(obj)
    return dict(data)


def test_ipython_finds_both_forms() -> None:
    model = models.ListAIToolNames200Response(tools=["a"], count=1)
    data = formatted(model)
    assert data == {"text/plain": "1 tool\nTOOL\na", "text/html": model._repr_html_()}
    assert formatted(not_found())["text/html"].startswith("<div")


def test_in_a_list_a_model_is_shown_on_one_line() -> None:
    names = models.ListAIToolNames200Response(tools=["a"], count=1)
    assert formatted([names])["text/plain"] == f"[{names!r}]"


def test_repr_stays_the_one_of_pydantic() -> None:
    names = models.ListAIToolNames200Response(tools=["a"], count=1)
    assert repr(names) == "ListAIToolNames200Response(tools=['a'], count=1)"


@pytest.mark.parametrize("hook", ["_repr_html_", "_repr_javascript_", "_ipython_display_", "_repr_mimebundle_"])
def test_a_key_that_is_named_like_a_hook_is_only_a_key(hook: str) -> None:
    body = {"tools": ["a"], "count": 1, hook: "<script>alert(1)</script>"}
    names = models.ListAIToolNames200Response.from_dict(copy.deepcopy(body))
    assert names is not None
    assert set(formatted(names)) == {"text/plain", "text/html"}
    Page(formatted(names)["text/html"])


def test_a_client_and_its_models_load_nothing_that_only_their_display_needs() -> None:
    use = "print(repr(quantcdn.models.ListAIToolNames200Response(tools=[], count=0)))"
    code = f"import sys, quantcdn.models; {use}; print([name for name in sys.argv[1:] if name in sys.modules])"
    command = [sys.executable, "-c", code, "IPython", "matplotlib", "pandas", "rich"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.splitlines()[-1], done.stderr) == ("[]", "")


ToolSpec = models.ListAITools200ResponseToolsInnerToolSpec
