"""What a chat answer has started is found in every form, and what goes back into a chat has the form it takes."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import quantcdn
from quantcdn.chat import Pending, PendingTool, pending, tool_config

EXEC = "exec_0123456789abcdef0123456789abcdef"
ORCH = "orch_0123456789abcdef0123456789abcdef"
TOOLS_URL = "https://dashboard.quantcdn.io/api/v3/organizations/acme/ai/tools"


class BrokenModel:
    """Stands for a model of another library that cannot be written."""

    def to_dict(self) -> dict[str, Any]:
        raise RuntimeError("no")


def use(identifier: str = EXEC, **fields: Any) -> dict[str, Any]:
    return {
        "toolUseId": f"use_{identifier}",
        "name": "generate_image",
        "input": {},
        "executionId": identifier,
        **fields,
    }


def tool(identifier: str = EXEC) -> PendingTool:
    return PendingTool(identifier, f"use_{identifier}", "generate_image")


NOTHING = Pending((), ())
BUFFERED = {"response": {"role": "assistant", "content": "…", "toolUse": use()}, "usage": {"totalTokens": 7}}
FORMS: dict[str, Any] = {
    "a dict": BUFFERED,
    "text": json.dumps(BUFFERED),
    "bytes": json.dumps(BUFFERED).encode(),
    "a bytearray": bytearray(json.dumps(BUFFERED).encode()),
    "bytes with a byte-order mark": b"\xef\xbb\xbf" + json.dumps(BUFFERED).encode(),
    "text over many lines": json.dumps(BUFFERED, indent=2),
    "an array of uses": {"toolUse": [use()]},
    "events in a list": [{"type": "start"}, {"type": "delta", "text": "a"}, {"type": "tool", "toolUse": use()}],
    "an event": f"event: tool\nid: 3\ndata: {json.dumps(BUFFERED)}\n\ndata: [DONE]\n\n",
    "an event without a blank": f"data:{json.dumps(BUFFERED)}\n\n",
    "an event with CR LF": f": comment\r\nevent: tool\r\ndata: {json.dumps(BUFFERED)}\r\n\r\n",
    "an event without an end": f"data: {json.dumps(BUFFERED)}",
    "an event over many lines": "".join(f"data: {line}\n" for line in json.dumps(BUFFERED, indent=1).split("\n"))
    + "\n",
    "events without lines between": f'data: {{"type":"start"}}\ndata: {json.dumps(BUFFERED)}\ndata: [DONE]\n',
    "lines of JSON": f'{{"type":"start"}}\n{json.dumps(BUFFERED)}\n{{"type":"stop"}}\n',
    "a damaged line before": f'{{"type":\n{json.dumps(BUFFERED)}\n',
    "a line with a separator of Unicode in it": json.dumps({"text": "a\u2028b\x85c", **BUFFERED}, ensure_ascii=False)
    + "\n{}",
    "an envelope that is called result": {"jsonrpc": "2.0", "id": 1, "result": BUFFERED},
    "deep": {"a": [[{"b": {"c": [BUFFERED]}}]]},
}


@pytest.mark.parametrize("form", FORMS)
def test_a_tool_is_found_in_every_form(form: str) -> None:
    assert pending(FORMS[form]) == Pending((tool(),), ())


@pytest.mark.parametrize("key", ["orchestrationId", "pollUrl"])
@pytest.mark.parametrize("depth", [0, 1, 5])
def test_an_orchestration_is_found_by_its_identifier_or_its_url(key: str, depth: int) -> None:
    answer: Any = {key: ORCH if key == "orchestrationId" else f"{TOOLS_URL}/orchestrations/{ORCH}"}
    for _ in range(depth):
        answer = {"data": [answer]}
    assert pending(answer) == Pending((), (ORCH,))
    assert pending(f"data: {json.dumps(answer)}\n\n") == Pending((), (ORCH,))


ADDRESSES = [
    f"{TOOLS_URL}/executions/{EXEC}",
    f"/api/v3/organizations/acme/ai/tools/executions/{EXEC}",
    f"/api/v3/organisations/acme/ai/tools/executions/{EXEC}",
    f"https://dash.quantgov.cloud/api/v3/organisations/acme/ai/tools/executions/{EXEC}",
    f"api/v3/organizations/a%20b/ai/tools/executions/{EXEC}",
    f"/ai/tools/executions/{EXEC}",
    f"ai/tools/executions/{EXEC}",
    f"{TOOLS_URL}/executions/{EXEC}?wait=1#top",
    f"{TOOLS_URL}/executions/{EXEC}#top",
    f"{TOOLS_URL}/executions/{EXEC}/",
    f" {TOOLS_URL}/executions/{EXEC}\n",
    f"{TOOLS_URL}/executions/%65{EXEC[1:]}",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_poll_url_is_read_in_every_form(address: str) -> None:
    assert pending({"pollUrl": address}) == Pending((PendingTool(EXEC),), ())
    orchestration = address.replace("executions", "orchestrations")
    assert pending({"pollUrl": orchestration}) == Pending((), (EXEC,))


def test_the_identifier_of_a_poll_url_is_decoded() -> None:
    assert pending({"url": f"{TOOLS_URL}/executions/a%2Fb.c"}).execution_ids == ("a/b.c",)
    assert pending({"url": f"{TOOLS_URL}/executions/%F0%9F%98%80"}).execution_ids == ("\U0001f600",)


@pytest.mark.parametrize(
    "holder",
    [
        lambda url: {"poll_url": url},
        lambda url: {"statusUrl": url},
        lambda url: {"status_url": url},
        lambda url: {"url": url},
        lambda url: {"uri": url},
        lambda url: {"href": url},
        lambda url: {"headers": {"Location": url}},
        lambda url: {"headers": {"content-location": url, "Operation-Location": url}},
        lambda url: {"links": {"poll": url}},
        lambda url: {"links": {"poll": {"href": url}}},
        lambda url: {"_links": {"self": {"href": url}}},
        lambda url: {"links": [{"rel": "poll", "href": url}]},
        lambda url: {"links": [url]},
        lambda url: {"urls": {"status": [url]}},
        lambda url: [{"a": [{"pollUrl": url}]}],
    ],
)
def test_a_poll_url_is_found_under_each_key_that_holds_urls(holder: Any) -> None:
    url = f"{TOOLS_URL}/executions/{EXEC}"
    assert pending(holder(url)) == pending(json.dumps(holder(url))) == Pending((PendingTool(EXEC),), ())


# Fails if any text is searched: the model may write of an execution, and the wait for that would not end.
@pytest.mark.parametrize(
    "prose",
    [
        f"{TOOLS_URL}/executions/{EXEC}",
        f"Ask {TOOLS_URL}/executions/{EXEC}.",
        f"It runs ({TOOLS_URL}/executions/{EXEC}), so wait!",
        json.dumps({"pollUrl": f"{TOOLS_URL}/executions/{EXEC}", "executionId": EXEC}),
    ],
)
def test_what_a_model_wrote_is_not_searched(prose: str) -> None:
    for answer in (
        {"text": prose},
        {"content": [{"type": "text", "text": prose}]},
        {"message": prose, "response": prose},
        {"choices": [{"delta": {"content": prose}}]},
        {"toolUse": {"toolUseId": "u", "name": "calculate", "input": {"url": prose}}},
    ):
        assert pending(answer) == pending(json.dumps(answer)) == pending(f"data: {json.dumps(answer)}\n\n") == NOTHING


@pytest.mark.parametrize(
    "address",
    [
        f"{TOOLS_URL}/executions/{EXEC}/logs",
        f"{TOOLS_URL}/executions",
        f"{TOOLS_URL}/executions/",
        f"{TOOLS_URL}/executions/%20",
        f"{TOOLS_URL}/executions/..",
        f"{TOOLS_URL}/executions/%2E",
        f"{TOOLS_URL}/executions?limit=5",
        f"https://example.com/?next={TOOLS_URL}/executions/{EXEC}",
        f"Ask {TOOLS_URL}/executions/{EXEC}",
        f"{TOOLS_URL}s/executions/{EXEC}",
        f"xai/tools/executions/{EXEC}",
    ],
)
def test_a_url_of_anything_else_is_skipped(address: str) -> None:
    assert pending({"pollUrl": address}) == NOTHING


def test_several_tools_come_in_their_order_and_each_once() -> None:
    answer = {"first": [use("b"), use("a")], "then": {"toolUse": use("b"), "more": [use("c")]}, "orchestrationId": "o"}
    found = pending([answer, answer])
    assert found.execution_ids == ("b", "a", "c")
    assert found.orchestration_ids == ("o",)
    assert pending([[use("a"), {"x": [use("b"), [use("c")]]}], use("d"), [[use("e")]]]).execution_ids == tuple("abcde")


# Fails if the last sight of a tool wins: an address knows neither its use nor its name.
@pytest.mark.parametrize(
    "known", [use(), {"executionId": EXEC, "toolUseId": f"use_{EXEC}"}, {"executionId": EXEC, "name": "generate_image"}]
)
def test_what_is_known_of_a_tool_is_gathered(known: dict[str, Any]) -> None:
    url = f"{TOOLS_URL}/executions/{EXEC}"
    expected = PendingTool(EXEC, known.get("toolUseId"), known.get("name"))
    assert pending([{"url": url}, known]) == pending([known, {"url": url}]) == Pending((expected,), ())
    assert pending([known, use(), {"url": url}]).tools == (tool(),)


LOOKALIKE = {
    "executionId": "exec_not_this",
    "pollUrl": f"{TOOLS_URL}/orchestrations/orch_not_this",
    "toolUse": use("nor_this"),
}


@pytest.mark.parametrize(
    "answer",
    [
        use(input=LOOKALIKE),
        use(result=LOOKALIKE),
        use(result=[{"deep": LOOKALIKE}], status="complete"),
        use(input=[LOOKALIKE["pollUrl"]], result=LOOKALIKE["pollUrl"]),
        [use(), {"toolName": "search_web", "result": LOOKALIKE}],
        [use(), {"toolResult": {"toolUseId": "x", "content": [{"json": LOOKALIKE}]}}],
        [use(), {"input": LOOKALIKE}],
    ],
)
def test_what_a_tool_was_given_or_gave_back_is_not_searched(answer: Any) -> None:
    whole, lines = json.dumps(answer), json.dumps(answer, indent=0)
    events = "".join(f"data: {line}\n" for line in lines.split("\n"))
    for form in (answer, whole, lines, f"data: {whole}\n\n", events):
        found = pending(form)
        assert [replace(one, status=None, result=None) for one in found.tools] == [tool()]
        assert (found.orchestration_ids, found.others) == ((), ())


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        "",
        b"",
        "Hello.",
        "null",
        '"text"',
        "7",
        {"executionId": None},
        {"executionId": ""},
        {"executionId": 7},
        {"orchestrationId": ["o"]},
        b"\xff\xfe",
        {"toolUse": {"toolUseId": "u", "name": "calculate"}},
    ],
)
def test_a_response_that_starts_nothing_has_nothing_pending(answer: Any) -> None:
    assert pending(answer) == Pending((), ())


def test_a_name_that_is_no_text_is_left_out() -> None:
    assert pending({"executionId": EXEC, "toolUseId": 7, "name": ["x"]}).tools == (PendingTool(EXEC),)


@pytest.mark.parametrize("answer", [None, 7, 1.5, True, {"a"}, frozenset(), object(), dict, BrokenModel()])
def test_what_is_no_response_is_refused(answer: object) -> None:
    with pytest.raises(quantcdn.ApiTypeError, match=f"not {type(answer).__name__}"):
        pending(answer)


@pytest.mark.parametrize("event", [object(), {"a"}, BrokenModel()])
def test_what_is_no_event_is_refused(event: object) -> None:
    with pytest.raises(quantcdn.ApiTypeError, match=f"not {type(event).__name__}"):
        pending([use(), event])


def test_any_depth_is_searched() -> None:
    answer: Any = use()
    for level in range(100_000):
        answer = {"a": answer} if level % 2 else [answer]
    assert pending(answer).execution_ids == (EXEC,)


def test_text_that_is_nested_deeper_than_a_parser_takes_is_passed_over() -> None:
    deep = "[" * 1_000_000
    assert pending(deep) == Pending((), ())
    assert pending(f"{deep}\n{json.dumps(use())}").execution_ids == (EXEC,)


# Fails if the list of what is left to search is moved for each value.
def test_a_long_list_is_searched_in_a_time_that_grows_with_its_length() -> None:
    started = time.process_time()
    assert pending(["text"] * 100_000 + [use()]).execution_ids == (EXEC,)
    assert time.process_time() - started < 10  # one second, where a square would take an hour


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.sampled_from([EXEC, ORCH]),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["executionId", "orchestrationId", "toolUse", "input", "result", "name"]), inner
        )
        | st.dictionaries(st.text(), inner)
    ),
    max_leaves=20,
)


@given(st.lists(JSON, max_size=3) | st.dictionaries(st.text(), JSON, max_size=3))
def test_any_json_is_searched_and_its_text_has_the_same_result(answer: Any) -> None:
    found = pending(answer)
    assert isinstance(found, Pending)
    assert pending(json.dumps(answer)) == pending(f"data: {json.dumps(answer)}\n\n") == found
    assert pending(json.dumps(answer, ensure_ascii=False, indent=1)) == found


@given(st.text() | st.binary())
def test_any_text_and_any_bytes_are_searched(answer: str | bytes) -> None:
    assert isinstance(pending(answer), Pending)


@pytest.fixture
def tools(quantcdn_api: quantcdn.AIToolsApi) -> quantcdn.ListAITools200Response:
    return quantcdn_api.list_ai_tools("acme")


def test_a_tool_config_offers_the_tools_unchanged(tools: quantcdn.ListAITools200Response) -> None:
    assert tool_config(tools) == {"tools": tools.to_dict()["tools"], "autoExecute": False}
    assert tool_config(iter(tools.tools[:1])) == {"tools": tools.to_dict()["tools"][:1], "autoExecute": False}


def test_a_tool_config_survives_json_with_keys_that_are_not_known() -> None:
    spec = {"name": "x", "inputSchema": {"json": {"type": "object"}, "more": 1}, "new": [None]}
    came = {"tools": [{"toolSpec": spec, "beside": {}}], "count": 1}
    parsed = quantcdn.ListAITools200Response.from_dict(came)
    assert json.loads(json.dumps(tool_config(parsed)))["tools"] == came["tools"]


def test_tools_may_be_let_run_by_themselves_by_name(tools: quantcdn.ListAITools200Response) -> None:
    block = tool_config(tools, allowed=["calculate", "get_weather"], auto_execute=True)
    assert (block["autoExecute"], block["allowedTools"]) == (True, ["calculate", "get_weather"])
    assert tool_config(tools, allowed=("calculate",))["allowedTools"] == ["calculate"]
    assert tool_config(tools, allowed=[])["allowedTools"] == []


@pytest.mark.parametrize("allowed", [None, [], ()])
def test_nothing_runs_by_itself_without_names(tools: quantcdn.ListAITools200Response, allowed: Any) -> None:
    with pytest.raises(quantcdn.ApiValueError, match="auto_execute needs allowed"):
        tool_config(tools, allowed=allowed, auto_execute=True)


def test_names_that_do_not_exist_are_all_named(tools: quantcdn.ListAITools200Response) -> None:
    with pytest.raises(quantcdn.ApiValueError) as caught:
        tool_config(tools, allowed=["Calculate", "calculate", "fly"], auto_execute=True)
    assert str(caught.value) == (
        "no such tool: Calculate, fly; there are get_weather, calculate, search_web, generate_image"
    )
    with pytest.raises(quantcdn.ApiValueError, match="there are none"):
        tool_config([], allowed=["calculate"])


@pytest.mark.parametrize("auto_execute", [None, 1, "yes", ["calculate"]])
def test_whether_tools_run_by_themselves_is_true_or_false(
    tools: quantcdn.ListAITools200Response, auto_execute: Any
) -> None:
    with pytest.raises(quantcdn.ApiTypeError, match="auto_execute takes True or False"):
        tool_config(tools, allowed=["calculate"], auto_execute=auto_execute)


@pytest.mark.parametrize("allowed", ["calculate", 7, [7], [None], iter(["calculate"])])
def test_names_come_as_a_list_of_texts(tools: quantcdn.ListAITools200Response, allowed: Any) -> None:
    with pytest.raises(quantcdn.ApiTypeError, match="list of names"):
        tool_config(tools, allowed=allowed, auto_execute=True)


@pytest.mark.parametrize(
    "offered", [["calculate"], [{"toolSpec": {}}], [None], None, 7, "calculate", {"tools": []}, object()]
)
def test_only_tools_are_offered(offered: Any) -> None:
    with pytest.raises(quantcdn.ApiTypeError, match="takes what list_ai_tools returns"):
        tool_config(offered)
