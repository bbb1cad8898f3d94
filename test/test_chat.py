"""What a chat answer has started is found in every form, and what goes back into a chat has the form it takes."""

from __future__ import annotations

import contextlib
import json
import socket
import sys
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import quantcdn
from quantcdn.chat import Pending, PendingTool, check_input, pending, tool_config, tool_result
from quantcdn.emulator import Emulator, ManualClock

EXEC = "exec_0123456789abcdef0123456789abcdef"
ORCH = "orch_0123456789abcdef0123456789abcdef"
TOOLS_URL = "https://dashboard.quantcdn.io/api/v3/organizations/acme/ai/tools"


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
def test_an_orchestration_is_found_by_its_identifier_or_its_address(key: str, depth: int) -> None:
    answer: Any = {key: ORCH if key == "orchestrationId" else f"{TOOLS_URL}/orchestrations/{ORCH}"}
    for _ in range(depth):
        answer = {"data": [answer]}
    assert pending(answer) == Pending((), (ORCH,))
    assert pending(f"data: {json.dumps(answer)}\n\n") == Pending((), (ORCH,))


@pytest.mark.parametrize(
    "text",
    [
        f"{TOOLS_URL}/executions/{EXEC}",
        f"/api/v3/organizations/acme/ai/tools/executions/{EXEC}",
        f"{TOOLS_URL}/executions/{EXEC}?wait=1#top",
        f"{TOOLS_URL}/executions/{EXEC}/",
        f"Ask {TOOLS_URL}/executions/{EXEC}.",
        f"It runs ({TOOLS_URL}/executions/{EXEC}), so wait!",
        f"<{TOOLS_URL}/executions/{EXEC}>",
        f"`{TOOLS_URL}/executions/{EXEC}`: look there",
        json.dumps({"pollUrl": f"{TOOLS_URL}/executions/{EXEC}"}),
        json.dumps(json.dumps({"pollUrl": f"{TOOLS_URL}/executions/{EXEC}"})),
    ],
)
def test_an_address_ends_where_the_identifier_ends(text: str) -> None:
    assert pending({"text": text}) == Pending((PendingTool(EXEC),), ())


def test_an_address_is_decoded() -> None:
    assert pending([f"{TOOLS_URL}/executions/a%2Fb.c"]).execution_ids == ("a/b.c",)


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
    assert pending([url, known]) == pending([known, url]) == Pending((expected,), ())
    assert pending([known, use(), url]).tools == (tool(),)


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
        assert pending(form) == Pending((tool(),), ())


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
def test_an_answer_that_starts_nothing_has_nothing_pending(answer: Any) -> None:
    assert pending(answer) == Pending((), ())


def test_a_name_that_is_no_text_is_left_out() -> None:
    assert pending({"executionId": EXEC, "toolUseId": 7, "name": ["x"]}).tools == (PendingTool(EXEC),)


@pytest.mark.parametrize("answer", [None, 7, 1.5, True, (), {"a"}, object()])
def test_what_is_no_answer_is_refused(answer: object) -> None:
    with pytest.raises(quantcdn.ApiTypeError, match=f"not {type(answer).__name__}"):
        pending(answer)


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
    assert pending(["text"] * 600_000 + [use()]).execution_ids == (EXEC,)
    assert time.process_time() - started < 5


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
def test_any_json_is_searched_and_its_text_gives_the_same(answer: Any) -> None:
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


def test_a_tool_config_offers_the_tools_as_they_came(tools: quantcdn.ListAITools200Response) -> None:
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


@pytest.mark.parametrize("allowed", ["calculate", 7, [7], [None], iter(["calculate"])])
def test_names_come_as_a_list_of_texts(tools: quantcdn.ListAITools200Response, allowed: Any) -> None:
    with pytest.raises(quantcdn.ApiTypeError, match="list of names"):
        tool_config(tools, allowed=allowed, auto_execute=True)


@pytest.mark.parametrize("offered", [["calculate"], [{"toolSpec": {}}], [None]])
def test_only_tools_are_offered(offered: Any) -> None:
    with pytest.raises(quantcdn.ApiTypeError, match="as the service lists them"):
        tool_config(offered)


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
        ({"images": ["data:,"], "s3Urls": [], "new": 1}, {"json": {"images": ["data:,"], "s3Urls": [], "new": 1}}),
        ({}, {"json": {}}),
        ("It is sunny.", {"text": "It is sunny."}),
        ("{}", {"text": "{}"}),
        (["é", 1], {"text": '["é", 1]'}),
        (42, {"text": "42"}),
        (False, {"text": "false"}),
        (None, {"text": "null"}),
    ],
)
def test_a_result_of_any_kind_goes_back(result: object, content: dict[str, Any]) -> None:
    block = tool_result("use_1", ended(result=result))
    assert block == {"toolResult": {"toolUseId": "use_1", "content": [content], "status": "success"}}
    assert json.loads(json.dumps(block)) == block


@pytest.mark.parametrize(
    ("error", "text"),
    [("the prompt was refused", "the prompt was refused"), (None, "the tool has failed"), ("", "the tool has failed")],
)
def test_an_error_goes_back_as_an_error(error: str | None, text: str) -> None:
    block = tool_result("use_1", ended(status="failed", error=error, result={"ignored": 1}))
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
    with pytest.raises(quantcdn.ApiValueError, match=f"has not ended: it is '{status}'"):
        tool_result("use_1", ended(status=status))


@pytest.mark.parametrize("name", ["", None, 7])
def test_a_result_needs_the_name_of_its_use(name: Any) -> None:
    with pytest.raises(quantcdn.ApiValueError, match="tool_use_id is empty"):
        tool_result(name, ended())


def with_schema(schema: dict[str, Any] | None) -> quantcdn.ListAITools200ResponseToolsInner:
    made = quantcdn.ListAITools200ResponseToolsInner.from_dict(
        {"toolSpec": {"name": "x", "inputSchema": {"json": schema}}}
    )
    assert made is not None
    return made


def test_arguments_that_fit_are_let_pass(tools: quantcdn.ListAITools200Response) -> None:
    check_input(tools.tools[1], {"operation": "add", "a": 1, "b": 2.5})
    check_input(tools.tools[0], {"location": "Hobart, Australia", "not": "known"})


def test_every_place_that_does_not_fit_is_named(tools: quantcdn.ListAITools200Response) -> None:
    with pytest.raises(quantcdn.ApiValueError) as caught:
        check_input(tools.tools[1], {"operation": "power", "a": "1"})
    said = str(caught.value)
    assert said.startswith("the arguments do not fit the tool: ")
    assert "'b' is a required property" in said
    assert "['a']: '1' is not of type 'number'" in said
    assert "['operation']: 'power' is not one of ['add', " in said
    assert said.count(";") == 2


def test_a_place_inside_is_named_by_its_path() -> None:
    schema = {"properties": {"cities": {"items": {"properties": {"name": {"type": "string"}}}}}}
    with pytest.raises(quantcdn.ApiValueError, match=r"\['cities'\]\[1\]\['name'\]: 7 is not of type 'string'"):
        check_input(with_schema(schema), {"cities": [{}, {"name": 7}]})


def test_a_long_value_does_not_flood_the_message() -> None:
    with pytest.raises(quantcdn.ApiValueError) as caught:
        check_input(with_schema({"properties": {"a": {"maxLength": 9}}}), {"a": "x" * 100_000})
    assert len(str(caught.value)) < 400
    assert str(caught.value).endswith("is too long")


@pytest.mark.parametrize("empty", [None, {}])
def test_a_tool_without_a_schema_takes_anything(empty: Any) -> None:
    check_input(with_schema(empty), {"a": 1})
    check_input(quantcdn.ListAITools200ResponseToolsInner(), 7)


@pytest.mark.parametrize(
    "draft", ["http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-07/schema#"]
)
def test_a_schema_of_an_older_draft_is_read_by_its_own_rules(draft: str) -> None:
    items = {"$schema": draft, "items": [{"type": "string"}], "additionalItems": False}
    check_input(with_schema(items), ["a"])
    with pytest.raises(quantcdn.ApiValueError, match="Additional items"):
        check_input(with_schema(items), ["a", "b"])


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "strange"},
        {"type": 7},
        {"properties": []},
        {"pattern": "["},
        {"$schema": 7},
        {"$schema": []},
        {"$schema": "http://["},
        {"$ref": 7},
        {"$ref": "#/$defs/missing"},
        {"$ref": "#"},
        {"$ref": "http://["},
        {"$id": "http://[", "$ref": "a"},
    ],
)
def test_a_schema_that_cannot_be_used_is_told_from_arguments_that_do_not_fit(schema: dict[str, Any]) -> None:
    with pytest.raises(quantcdn.ApiValueError, match=r"^the tool's schema"):
        check_input(with_schema(schema), "text")


@pytest.mark.parametrize("key", ["$ref", "$dynamicRef"])
def test_no_address_in_a_schema_is_ever_fetched(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        pytest.fail("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    with pytest.raises(quantcdn.ApiValueError, match="refers to what is not in it"):
        check_input(with_schema({key: "http://127.0.0.1:9/schema.json"}), {})


def test_a_reference_inside_a_schema_is_followed() -> None:
    schema = {"$defs": {"name": {"type": "string"}}, "properties": {"a": {"$ref": "#/$defs/name"}}}
    check_input(with_schema(schema), {"a": "b"})
    with pytest.raises(quantcdn.ApiValueError, match=r"\['a'\]: 1 is not of type 'string'"):
        check_input(with_schema(schema), {"a": 1})


@given(
    st.dictionaries(st.sampled_from(["type", "$ref", "$schema", "$id", "items", "enum", "multipleOf", "not"]), JSON),
    JSON,
)
def test_any_schema_and_any_arguments_pass_or_raise_an_error_of_the_family(schema: dict[str, Any], value: Any) -> None:
    with contextlib.suppress(quantcdn.ApiValueError):
        check_input(with_schema(schema), value)


def test_without_jsonschema_it_says_what_to_install(
    tools: quantcdn.ListAITools200Response, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    monkeypatch.delitem(sys.modules, "quantcdn._schema", raising=False)
    with pytest.raises(quantcdn.ApiValueError, match=r"pip install 'quantcdn\[chat\]'"):
        check_input(tools.tools[0], {"location": "Hobart"})
