"""What goes back into a chat has the form it takes, and nothing in it that a language model cannot read or must not."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import quantcdn
from quantcdn import chat
from quantcdn.chat import tool_result
from quantcdn.emulator import Emulator, ManualClock

EXEC = "exec_0123456789abcdef0123456789abcdef"
PNG = base64.b64encode(b"\x89PNG" + bytes(range(64))).decode()
SIGNED = (
    "https://images.s3.amazonaws.com/generated/a.png?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0f0f"
    "&X-Amz-Security-Token=TOKEN"
)
IMAGE_NOTE = "[image/png, 68 bytes, left out]"
URL_NOTE = "[signed URL, left out]"


@dataclass
class Stand:
    """An execution with any values, as models have them of later versions of the service."""

    status: str | None = "complete"
    is_complete: bool = True
    is_final: bool = True
    result: Any = None
    error: Any = None


def orchestration(**fields: Any) -> quantcdn.GetAIOrchestrationStatus200Response:
    made = quantcdn.GetAIOrchestrationStatus200Response.from_dict(
        {"orchestrationId": "o", "status": "complete", "toolCount": 2, "createdAt": "2026-01-31T00:00:00Z", **fields}
    )
    assert made is not None
    return made


def content(execution: Any, **options: bool) -> dict[str, Any]:
    (found,) = tool_result("use_1", execution, **options)["toolResult"]["content"]
    return found


def ended(**fields: Any) -> quantcdn.GetAIToolExecutionStatus200Response:
    made = quantcdn.GetAIToolExecutionStatus200Response.from_dict(
        {"executionId": EXEC, "toolName": "x", "status": "complete", "createdAt": 0, **fields}
    )
    assert made is not None
    return made


# Converse refuses anything but an object under "json", so all else goes as text.
@pytest.mark.parametrize(
    ("result", "content"),
    [
        ({"temperature": 21, "more": [None]}, {"json": {"temperature": 21, "more": [None]}}),
        ({"images": [], "s3Urls": None, "new": 1}, {"json": {"images": [], "s3Urls": None, "new": 1}}),
        ({}, {"json": {}}),
        ("It is sunny.", {"text": "It is sunny."}),
        ("{}", {"text": "{}"}),
        (["é", 1], {"text": '["é", 1]'}),
        (42, {"text": "42"}),
        (False, {"text": "false"}),
        (0, {"text": "0"}),
        ([], {"text": "[]"}),
        ('["a"]', {"text": '["a"]'}),
        (None, {"text": "The tool completed without a result."}),
        ("", {"text": "The tool completed without a result."}),
        (" \n", {"text": "The tool completed without a result."}),
    ],
)
def test_a_result_of_any_kind_goes_back(result: object, content: dict[str, Any]) -> None:
    block = tool_result("use_1", ended(result=result))
    assert block == {"toolResult": {"toolUseId": "use_1", "content": [content], "status": "success"}}
    assert json.loads(json.dumps(block)) == block


@pytest.mark.parametrize(
    ("error", "text"),
    [
        ("the prompt was refused", "the prompt was refused"),
        ({"message": "the prompt was refused", "code": 7}, "the prompt was refused"),
        ({"error": {"message": "the prompt was refused"}}, "the prompt was refused"),
        ({"code": 7}, '{"code": 7}'),
        (["a", "b"], '["a", "b"]'),
        (503, "503"),
        (True, "the tool has failed"),
        (None, "the tool has failed"),
        ({}, "the tool has failed"),
        ("", "the tool has failed"),
        (" ", "the tool has failed"),
        ("see https://a.example/x.png?X-Amz-Signature=abc.", "see [signed URL, left out]."),
    ],
)
def test_an_error_goes_back_as_an_error(error: Any, text: str) -> None:
    block = tool_result("use_1", Stand(status="failed", is_complete=False, error=error, result={"ignored": 1}))
    assert block == {"toolResult": {"toolUseId": "use_1", "content": [{"text": text}], "status": "error"}}


def test_a_tool_of_an_orchestration_goes_back_too(
    quantcdn_emulator: Emulator, quantcdn_clock: ManualClock, quantcdn_api: quantcdn.AIToolsApi
) -> None:
    failing = quantcdn_emulator.start_execution("search_web", error="down")
    identifier = quantcdn_emulator.start_orchestration(["calculate", failing])
    quantcdn_clock.advance(60)
    parts = quantcdn_api.get_ai_orchestration_status("acme", identifier).tools
    blocks = [tool_result(f"use_{number}", part)["toolResult"] for number, part in enumerate(parts)]
    assert [block["status"] for block in blocks] == ["success", "error"]
    assert blocks[0]["content"][0]["json"]["result"] == 42
    assert blocks[1]["content"] == [{"text": "down"}]


@pytest.mark.parametrize("status", ["pending", "running", "paused"])
def test_what_has_not_ended_does_not_go_back(status: str) -> None:
    with pytest.raises(quantcdn.ApiValueError, match=f"has not finished: its status is '{status}'"):
        tool_result("use_1", ended(status=status))


def test_a_result_needs_the_identifier_of_its_use() -> None:
    with pytest.raises(quantcdn.ApiValueError, match="tool_use_id is empty"):
        tool_result("", ended())


@pytest.mark.parametrize("identifier", [None, 7, b"use_1", ["use_1"], chat.PendingTool("exec_1")])
def test_the_identifier_of_a_use_is_text(identifier: Any) -> None:
    with pytest.raises(quantcdn.ApiTypeError, match=f"as text, not {type(identifier).__name__}"):
        tool_result(identifier, ended())


@pytest.mark.parametrize("images", [None, 1, "yes"])
def test_whether_images_go_back_is_true_or_false(images: Any) -> None:
    with pytest.raises(quantcdn.ApiTypeError, match="images takes True or False"):
        tool_result("use_1", ended(), images=images)


# Fails if only ``result`` is read: the answer of an older service would be lost.
@pytest.mark.parametrize("key", ["result", "synthesizedResponse"])
def test_the_answer_of_an_orchestration_goes_back_whichever_version_sent_it(key: str) -> None:
    assert content(orchestration(**{key: "It is sunny."})) == {"text": "It is sunny."}
    assert content(orchestration(**{key: f"![a](data:image/png;base64,{PNG})"})) == {"text": f"![a]({IMAGE_NOTE})"}


def test_an_empty_response_hides_no_other() -> None:
    assert content(orchestration(result="", synthesizedResponse="It is sunny.")) == {"text": "It is sunny."}


def test_an_orchestration_without_an_answer_says_so() -> None:
    assert content(orchestration()) == {"text": "The tool completed without a result."}
    assert content(orchestration(result=None, synthesizedResponse=None)) == {
        "text": "The tool completed without a result."
    }
    failed = tool_result("use_1", orchestration(status="failed", error="down"))["toolResult"]
    assert (failed["status"], failed["content"]) == ("error", [{"text": "down"}])


@pytest.mark.parametrize("wire", ["4.9", "4.19"])
def test_the_answer_of_an_orchestration_goes_back_from_the_local_service(wire: Any) -> None:
    clock = ManualClock()
    with Emulator(wire=wire, clock=clock) as service, quantcdn.ApiClient(service.configuration()) as client:
        identifier = service.start_orchestration(["calculate", "search_web"])
        clock.advance(60)
        done = quantcdn.AIToolsApi(client).get_ai_orchestration_status("acme", identifier)
    assert done.answer
    assert content(done) == {"text": done.answer}


# What the service documents is that a status in other words may end it; the model says which, and here it is believed.
@pytest.mark.parametrize(
    ("status", "complete", "text"),
    [
        ("completed", True, "The tool completed without a result."),
        ("COMPLETE", True, "The tool completed without a result."),
        ("Failed", False, "the tool has failed"),
        ("cancelled", False, "the tool ended with the status 'cancelled'"),
        ("canceled", False, "the tool ended with the status 'canceled'"),
        ("timed_out", False, "the tool ended with the status 'timed_out'"),
        ("expired", False, "the tool ended with the status 'expired'"),
        ("paused", False, "the tool ended with the status 'paused'"),
        (None, False, "the tool has failed"),
    ],
)
def test_every_terminal_status_has_its_text(status: str | None, complete: bool, text: str) -> None:
    block = tool_result("use_1", Stand(status=status, is_complete=complete))["toolResult"]
    assert (block["status"], block["content"]) == ("success" if complete else "error", [{"text": text}])


@pytest.mark.parametrize("execution", [None, {"status": "complete", "result": 1}, "exec_1", 7, object()])
def test_what_is_no_execution_is_refused(execution: Any) -> None:
    with pytest.raises(quantcdn.ApiTypeError, match=f"not {type(execution).__name__}"):
        tool_result("use_1", execution)


def test_a_row_of_a_list_has_no_result_and_is_refused() -> None:
    row = quantcdn.ListAIToolExecutions200ResponseExecutionsInner.from_dict({"executionId": EXEC, "status": "complete"})
    with pytest.raises(quantcdn.ApiTypeError, match="get_ai_tool_execution_status"):
        tool_result("use_1", row)  # type: ignore[arg-type] # which is the point


def deep() -> Any:
    value: Any = 1
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize("error", [{"code": 10**5000}, [float("nan")], {1, 2}])
def test_an_error_that_is_no_json_is_refused(error: Any) -> None:
    with pytest.raises(quantcdn.ApiValueError, match="cannot be written as JSON"):
        tool_result("use_1", Stand(is_complete=False, error=error))


class BrokenResult:
    def to_dict(self) -> dict[str, Any]:
        raise ValueError("Circular reference detected (depth exceeded)")


@pytest.mark.parametrize(
    "result",
    [
        float("nan"),
        {"a": [float("inf")]},
        [10**5000],
        {"a": 10**5000},
        {"a": object()},
        {1, 2},
        deep(),
        {"a": deep()},
        BrokenResult(),
    ],
)
def test_what_is_no_json_is_refused(result: Any) -> None:
    with pytest.raises(quantcdn.ApiValueError, match="cannot be written as JSON"):
        tool_result("use_1", Stand(result=result))


@pytest.mark.parametrize(
    ("result", "left"),
    [
        (
            {"images": [f"data:image/png;base64,{PNG}"] * 2, "s3Urls": [SIGNED], "prompt": "a cat", "seed": 7},
            {"images": [IMAGE_NOTE] * 2, "s3Urls": [URL_NOTE], "prompt": "a cat", "seed": 7},
        ),
        ({"images": f"data:image/png;base64,{PNG}"}, {"images": IMAGE_NOTE}),
        ({"images": [PNG]}, {"images": ["[image, 68 bytes, left out]"]}),
        (
            {"images": [{"src": f"DATA:image/png;base64,{PNG}", "alt": "a"}]},
            {"images": [{"src": IMAGE_NOTE, "alt": "a"}]},
        ),
        ({"images": ["two cats"]}, {"images": ["two cats"]}),
        ({"images": ["two cats " * 20]}, {"images": ["two cats " * 20]}),
        ({"images": ["https://a.example/cat.png"]}, {"images": ["https://a.example/cat.png"]}),
        ({"a": {"b": [[f"data:;base64,{PNG}"]]}}, {"a": {"b": [["[data, 68 bytes, left out]"]]}}),
        ({"a": "data:image/svg+xml,%3Csvg%3E"}, {"a": "[image/svg+xml, 9 bytes, left out]"}),
        ({"a": "data:image/svg+xml;utf8,<svg a='b'> </svg>"}, {"a": "[image/svg+xml, 16 bytes, left out]"}),
        ({"a": f"data:image/png;base64,{PNG[:40]}\r\n{PNG[40:]}"}, {"a": IMAGE_NOTE}),
        ({"a": "data: all of it, and metadata:,x"}, {"a": "data: all of it, and metadata:,x"}),
        ({"s3-urls": ["https://a.example/x"], "S3URLs": ["b"]}, {"s3-urls": [URL_NOTE], "S3URLs": [URL_NOTE]}),
        ({"link": SIGNED}, {"link": URL_NOTE}),
        ({"text": f"See ![it]({SIGNED}), or ask."}, {"text": f"See ![it]({URL_NOTE}), or ask."}),
        ({"text": f"<img src='{SIGNED}'>"}, {"text": f"<img src='{URL_NOTE}'>"}),
        ({"link": "https://a.example/b_(c).png?x=1&Signature=s&Key-Pair-Id=k"}, {"link": URL_NOTE}),
        ({"link": "https://a.blob.core.windows.net/b?sv=1&sig=s%3D"}, {"link": URL_NOTE}),
        ({"link": "https://storage.googleapis.com/b?X-Goog-Signature=s"}, {"link": URL_NOTE}),
        ({"link": "https://a.example/go?to=https%3A%2F%2Fb%3FX-Amz-Signature%3D0"}, {"link": URL_NOTE}),
        ({"link": "/generated/a.png?x-amz-signature=0"}, {"link": URL_NOTE}),
        ({"link": "https://a.example/?q=design&page=2#sig"}, {"link": "https://a.example/?q=design&page=2#sig"}),
    ],
)
def test_images_and_signed_urls_are_left_out_by_default(result: Any, left: Any) -> None:
    assert content(ended(result=result)) == {"json": left}
    assert content(ended(result=result), images=True) == {"json": ended(result=result).to_dict()["result"]}
    tool = quantcdn.GetAIOrchestrationStatus200ResponseToolsInner(status="complete", result=result)
    assert content(tool) == {"json": left}


@pytest.mark.parametrize("escaped", [False, True])
def test_images_stay_out_of_results_that_are_json_text(escaped: bool) -> None:
    text = json.dumps({"images": [f"data:image/png;base64,{PNG}"], "s3Urls": [SIGNED], "seed": 7})
    text = text.replace("/", "\\/").replace("&", "\\u0026") if escaped else text
    assert json.loads(content(ended(result=text))["text"]) == {"images": [IMAGE_NOTE], "s3Urls": [URL_NOTE], "seed": 7}
    assert content(ended(result=text), images=True) == {"text": text}
    assert content(ended(result=[text]))["text"] == json.dumps([content(ended(result=text))["text"]])


def test_text_without_images_and_signed_urls_is_unchanged() -> None:
    for text in ('{ "a" :1.0}', "[" * 5000, '{"a": ', "x" * 100_000, "\ud800", '"a"', "[1e999]"):
        assert content(Stand(result=text)) == {"text": text}


# Fails if an expression goes back over what it has read: each text would take minutes.
@pytest.mark.parametrize(
    "text",
    [
        "data:" * 200_000,
        "data:image/png;base64" * 50_000,
        "data:" + "a" * 1_000_000,
        "https://" * 100_000,
        "?signature" * 100_000,
        "x-amz-" * 160_000,
        "x-amz-signature=" * 60_000,
        ("a" * 999 + "?sig=" + " ") * 1000,
        '["' * 300_000,
        "A" * 1_000_000 + "!",
    ],
)
def test_a_long_text_takes_a_time_that_grows_with_its_length(text: str) -> None:
    started = time.process_time()
    content(Stand(result={"images": [text]}))
    assert time.process_time() - started < 5


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["images", "s3Urls", "a"]) | st.text(), inner),
        max_leaves=20,
    )
)
def test_any_json_goes_back_in_the_same_shape(result: Any) -> None:
    found = content(Stand(result=result))
    if isinstance(result, dict):
        assert found["json"].keys() == result.keys()
        assert found["json"].keys() == content(Stand(result=result), images=True)["json"].keys()
    else:
        assert found["text"].strip()
