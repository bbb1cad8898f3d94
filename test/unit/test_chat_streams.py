"""What a chat has started is found in a stream however it is cut, and in the forms of other chats and of models."""

from __future__ import annotations

import http.server
import json
import random
import threading
from collections import UserDict
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pydantic
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

import quantcdn
from quantcdn.chat import Pending, PendingOther, PendingTool, pending

EXEC = "exec_0123456789abcdef0123456789abcdef"
ORCH = "orch_0123456789abcdef0123456789abcdef"
TOOLS_URL = "https://dashboard.quantcdn.io/api/v3/organisations/acme/ai/tools"
NOTHING = Pending((), ())
FOUND = Pending((PendingTool(EXEC, "use_1", "search_web"),), (ORCH,))

EVENTS: list[dict[str, Any]] = [
    {"type": "start", "text": "Ich prüfe das 😀"},
    {"type": "tool", "toolUse": {"toolUseId": "use_1", "name": "search_web", "input": {"executionId": "no"}}},
    {
        "delta": {
            "text": "x\u2028y",
            "toolUse": [{"toolUseId": "use_1", "name": "search_web", "input": {}, "executionId": EXEC}],
        }
    },
    {"pollUrl": f"{TOOLS_URL}/orchestrations/{ORCH}"},
]


def stream(line_end: str = "\n", *, indent: int | None = None, ascii_only: bool = False) -> str:
    events = ""
    for event in EVENTS:
        data = json.dumps(event, indent=indent, ensure_ascii=ascii_only).split("\n")
        events += line_end.join(["event: message", "id: 1", *(f"data: {line}" for line in data), "", ""])
    return f": hello{line_end}{line_end}{events}data: [DONE]{line_end}{line_end}"


def lines_of_json(line_end: str = "\n") -> str:
    return line_end.join(json.dumps(event, ensure_ascii=False) for event in EVENTS)


TEXTS = {
    "LF": stream(),
    "CRLF": stream("\r\n"),
    "CR": stream("\r"),
    "many lines": stream("\r\n", indent=1),
    "with a byte-order mark": "\ufeff" + stream(),
    "without a last line end": stream().rstrip("\n"),
    "lines of JSON": lines_of_json(),
    "lines of JSON with CRLF": lines_of_json("\r\n"),
    "a document": json.dumps(EVENTS, ensure_ascii=False),
    "a document over many lines": json.dumps(EVENTS, indent=2),
    "a document with a byte-order mark": "\ufeff" + json.dumps(EVENTS),
}


@pytest.mark.parametrize("form", TEXTS)
def test_text_and_bytes_say_the_same_however_they_are_cut(form: str) -> None:
    text = TEXTS[form]
    whole: list[Any] = [text, text.encode(), bytearray(text.encode()), memoryview(text.encode())]
    for one in whole:
        assert pending(one) == pending([one]) == FOUND
    chance = random.Random(form)
    for size in (1, 2, 3, 7, 64, 1000, 0):
        for cut in (text, text.encode()):
            sizes = [size or chance.randint(1, 40) for _ in cut]
            assert pending(pieces(cut, sizes)) == FOUND


def pieces(text: Any, sizes: list[int]) -> Iterator[Any]:
    start = 0
    for size in sizes:
        yield text[start : start + size]
        start += size


@given(st.sampled_from(sorted(TEXTS)), st.lists(st.integers(0, 300), max_size=12), st.booleans())
def test_a_stream_may_be_cut_anywhere(form: str, cuts: list[int], as_bytes: bool) -> None:
    text: Any = TEXTS[form].encode() if as_bytes else TEXTS[form]
    assert pending(iter([*pieces(text, cuts), text[sum(cuts) :]])) == FOUND


@pytest.mark.parametrize("form", TEXTS)
def test_a_stream_may_be_cut_once_at_each_place(form: str) -> None:
    text = TEXTS[form]
    assert [at for at in range(len(text)) if pending(iter([text[:at], text[at:]])) != FOUND] == []


@pytest.mark.parametrize("form", TEXTS)
@pytest.mark.parametrize("as_bytes", [False, True])
def test_lines_come_without_their_ends_too(form: str, as_bytes: bool) -> None:
    lines = TEXTS[form].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert pending([line.encode() for line in lines] if as_bytes else lines) == FOUND
    assert pending(line + "\n" for line in lines) == FOUND


def test_events_come_without_their_ends_too() -> None:
    events = stream().strip().split("\n\n")
    assert pending(events) == pending(event.encode() for event in events) == FOUND


def test_documents_come_one_after_the_other() -> None:
    documents = [json.dumps(event, indent=1) for event in EVENTS]
    assert pending(documents) == pending(tuple(documents)) == pending(iter(documents)) == FOUND


# Fails if each piece is parsed on its own: what a tool was given looks like a start.
def test_a_piece_of_a_document_is_no_document() -> None:
    parts = ['{"toolUse": {"toolUseId": "u", "name": "a\nb", "input": ', '{"executionId": "no"}', "}}"]
    assert pending(parts) == pending([*parts, "\n\n"]) == NOTHING
    assert pending([f"data: {parts[0]}".replace("\n", " "), *parts[1:], "\n\n"]) == NOTHING


def test_events_come_parsed_and_mixed_with_text() -> None:
    assert pending(iter(EVENTS)) == pending(tuple(EVENTS)) == FOUND
    texts = [json.dumps(event) for event in EVENTS]
    assert pending([EVENTS[0], f"data: {texts[1]}\n", f"\ndata: {texts[2]}\n\n", EVENTS[3], None, 7]) == FOUND
    assert pending({"event": "message", "data": text} for text in texts) == FOUND
    assert pending(SimpleNamespace(event="message", data=text) for text in texts) == FOUND
    assert pending([*EVENTS[:2], [EVENTS[2:]]]) == FOUND


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.end_headers()
        body = stream("\r\n" if self.path == "/crlf" else "\n").encode()
        for start in range(0, len(body), 11):
            self.wfile.write(body[start : start + 11])
            self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as service:
        thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{service.server_port}"
        service.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["/lf", "/crlf"])
def test_a_response_of_requests_and_of_httpx_is_read_as_it_comes(server: str, path: str) -> None:
    with requests.Session() as session:
        session.trust_env = False
        for read in (
            lambda response: response,
            lambda response: response.iter_lines(),
            lambda response: response.iter_lines(decode_unicode=True),
            lambda response: response.iter_content(5),
        ):
            with session.get(server + path, stream=True) as response:
                assert pending(read(response)) == FOUND
    with httpx.Client(trust_env=False) as client:
        for name in ("iter_lines", "iter_bytes", "iter_text", "iter_raw"):
            with client.stream("GET", server + path) as answer:
                assert pending(getattr(answer, name)()) == FOUND


def test_what_the_iterator_raises_passes_through() -> None:
    def broken() -> Iterator[bytes]:
        yield b"data: {}\n\n"
        raise ConnectionResetError("gone")

    with pytest.raises(ConnectionResetError, match="gone"):
        pending(broken())


class ToolUse(pydantic.BaseModel):
    tool_use_id: str = pydantic.Field(alias="toolUseId")
    name: str
    executionId: str  # noqa: N815 # as it comes


class Answer(pydantic.BaseModel):
    tool_use: list[ToolUse]


class Old:
    def to_dict(self) -> dict[str, Any]:
        return {"orchestrationId": ORCH}


def test_models_are_read() -> None:
    answer = Answer(tool_use=[ToolUse(toolUseId="use_1", name="search_web", executionId=EXEC)])
    assert pending([answer, Old()]) == pending({"a": answer, "b": [Old()]}) == FOUND
    assert pending(answer).tools == FOUND.tools
    assert pending(Old()).orchestration_ids == (ORCH,)
    assert pending(UserDict({"a": UserDict({"orchestrationId": ORCH})})).orchestration_ids == (ORCH,)


def test_a_model_of_this_client_is_read() -> None:
    status = quantcdn.GetAIOrchestrationStatus200Response.from_dict(
        {
            "orchestrationId": ORCH,
            "status": "waiting_tools",
            "toolCount": 1,
            "createdAt": "2026-01-31T00:00:00Z",
            "tools": [{"executionId": EXEC, "toolName": "search_web", "status": "complete", "result": {"a": 1}}],
        }
    )
    tool = PendingTool(EXEC, None, "search_web", "complete", {"a": 1})
    assert pending(status) == Pending((tool,), (ORCH,))


# The forms in which other chats ask for a tool, with an execution in them or around them.
FORMS: dict[str, Any] = {
    "Bedrock": {"toolUse": {"toolUseId": "use_1", "name": "search_web", "input": {}, "executionId": EXEC}},
    "Bedrock, around": {"toolUse": {"toolUseId": "use_1", "name": "search_web", "input": {}}, "executionId": EXEC},
    "Bedrock, in a part": {"toolUse": {"toolUseId": "use_1", "name": "search_web", "execution": {"executionId": EXEC}}},
    "Bedrock, an address": {
        "toolUse": {"toolUseId": "use_1", "name": "search_web", "pollUrl": f"{TOOLS_URL}/executions/{EXEC}"}
    },
    "Bedrock, an address around": {
        "pollUrl": f"{TOOLS_URL}/executions/{EXEC}",
        "toolUse": [{"toolUseId": "use_1", "name": "search_web"}],
    },
    "Bedrock, links": {
        "toolUseId": "use_1",
        "name": "search_web",
        "links": {"poll": {"href": f"/api/v3/organizations/acme/ai/tools/executions/{EXEC}"}},
    },
    "Anthropic": {
        "content": [
            {"type": "text", "text": "…"},
            {"type": "tool_use", "id": "use_1", "name": "search_web", "input": {"q": "x"}, "executionId": EXEC},
        ],
        "id": "msg_1",
        "type": "message",
    },
    "Anthropic, streamed": {
        "type": "content_block_start",
        "index": 1,
        "content_block": {"type": "tool_use", "id": "use_1", "name": "search_web", "input": {}, "executionId": EXEC},
    },
    "Anthropic, around": {
        "executionId": EXEC,
        "content_block": {"type": "tool_use", "id": "use_1", "name": "search_web", "input": {}},
    },
    "Anthropic, without a type": {"id": "use_1", "name": "search_web", "input": {}, "executionId": EXEC},
    "OpenAI": {
        "id": "chatcmpl-1",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "tool_calls": [
                        {
                            "id": "use_1",
                            "type": "function",
                            "function": {"name": "search_web", "arguments": '{"executionId": "no"}'},
                            "executionId": EXEC,
                        }
                    ],
                },
            }
        ],
    },
    "OpenAI, in the function": {
        "tool_calls": [{"id": "use_1", "type": "function", "function": {"name": "search_web", "executionId": EXEC}}]
    },
    "OpenAI, around": {
        "executionId": EXEC,
        "message": {"tool_calls": [{"id": "use_1", "function": {"name": "search_web", "arguments": "{}"}}]},
    },
    "OpenAI, streamed": {
        "choices": [
            {
                "delta": {
                    "tool_calls": [
                        {
                            "index": 0,
                            "id": "use_1",
                            "function": {"name": "search_web", "arguments": ""},
                            "executionId": EXEC,
                        }
                    ]
                }
            }
        ]
    },
    "OpenAI, responses": {
        "output": [
            {"type": "function_call", "id": "fc_1", "call_id": "use_1", "name": "search_web", "executionId": EXEC}
        ]
    },
    "LangChain": {
        "tool_calls": [{"name": "search_web", "args": {}, "id": "use_1", "type": "tool_call", "executionId": EXEC}]
    },
    "snake case": {"tool_use": {"tool_use_id": "use_1", "tool_name": "search_web", "execution_id": EXEC}},
    "in two events": [
        {"toolUse": {"toolUseId": "use_1", "executionId": EXEC}},
        {"executionId": EXEC, "toolName": "search_web"},
    ],
}


@pytest.mark.parametrize("form", FORMS)
def test_a_use_is_known_by_its_name_in_every_form(form: str) -> None:
    assert pending(FORMS[form]).tools == (PendingTool(EXEC, "use_1", "search_web"),)
    assert pending(json.dumps(FORMS[form])).tools == (PendingTool(EXEC, "use_1", "search_web"),)


def test_other_identifiers_are_no_uses() -> None:
    for beside in (
        {"id": "msg_1", "type": "message"},
        {"id": 7, "type": "tool_use"},
        {"id": "a"},
        {"type": ["tool_use"]},
    ):
        assert pending({"executionId": EXEC, **beside}).tools == (PendingTool(EXEC),)


def test_an_execution_around_several_uses_belongs_to_none_of_them() -> None:
    uses = [{"toolUseId": "a", "name": "x"}, {"toolUseId": "b", "name": "y"}]
    assert pending({"executionId": EXEC, "toolUse": uses}).tools == (PendingTool(EXEC),)
    earlier = {"messages": [{"content": [{"toolUse": {"toolUseId": "old", "name": "x"}}]}]}
    assert pending({"executionId": EXEC, **earlier}).tools == (PendingTool(EXEC),)


@pytest.mark.parametrize("result", [{"a": [1]}, "text", [1], 0, False, ""])
def test_a_status_and_a_result_of_the_response_are_returned(result: Any) -> None:
    use = {"toolUseId": "u", "name": "n", "executionId": EXEC, "status": "complete", "result": result}
    expected = PendingTool(EXEC, "u", "n", "complete", result)
    assert pending(use).tools == pending(f"data: {json.dumps(use)}\n\n").tools == (expected,)
    assert hash(expected) == hash(PendingTool(EXEC, "u", "n", "complete", None))
    assert pending([{**use, "status": "running", "result": None}, use, {"executionId": EXEC}]).tools == (expected,)
    assert pending({**use, "status": 7, "result": None}).tools == (PendingTool(EXEC, "u", "n"),)


def test_the_status_of_an_orchestration_is_not_its_tools() -> None:
    answer = {"orchestrationId": ORCH, "status": "polling", "pollUrl": f"{TOOLS_URL}/executions/{EXEC}"}
    assert pending(answer) == Pending((PendingTool(EXEC),), (ORCH,))


CHAT_URL = "https://dashboard.quantcdn.io/api/v3/organizations/acme/ai/chat/executions"
BATCH_URL = "https://dashboard.quantcdn.io/api/v3/organizations/acme/ai/orchestrations"
BATCH = "orch_1704067200_abc123xyz"


@pytest.mark.parametrize(
    ("answer", "others"),
    [
        ({"requestId": "req_1", "pollUrl": "/ai/chat/executions/req_1"}, [("chat", "req_1")]),
        ({"requestId": "req_1", "status": "queued", "pollUrl": f"{CHAT_URL}/req_1?x=1"}, [("chat", "req_1")]),
        ({"requestId": EXEC, "executionId": EXEC, "pollUrl": f"{CHAT_URL}/{EXEC}"}, [("chat", EXEC)]),
        ({"executionId": "x", "pollUrl": f"{CHAT_URL}/{EXEC}"}, [("chat", EXEC)]),
        ([{"executionId": EXEC}, {"links": {"self": f"{CHAT_URL}/{EXEC}"}}], [("chat", EXEC)]),
        (
            {
                "status": "waiting_callback",
                "callbackId": "cb_1",
                "pendingTools": [{"toolUseId": "u", "name": "n", "input": {}, "executionId": "exec_no"}],
            },
            [("callback", "cb_1")],
        ),
        ({"status": "Waiting_Callback", "requestId": "req_1", "executionId": EXEC}, [("callback", "req_1")]),
        ({"status": "waiting_callback", "executionId": EXEC}, [("callback", EXEC)]),
        ({"status": "waiting_callback"}, [("callback", None)]),
        ({"pendingTools": [{"toolUseId": "u", "name": "n"}]}, [("callback", None)]),
        (
            {"status": "waiting_callback", "callbackId": "cb_1", "requestId": "r", "pollUrl": f"{CHAT_URL}/r"},
            [("callback", "cb_1"), ("chat", "r")],
        ),
        ({"orchestrationId": BATCH}, [("batch", BATCH)]),
        ({"orchestrationId": BATCH, "pollUrl": f"{BATCH_URL}/{BATCH}"}, [("batch", BATCH)]),
        ({"orchestrationId": ORCH, "pollUrl": f"/ai/orchestrations/{ORCH}"}, [("batch", ORCH)]),
        ([{"orchestrationId": ORCH}, {"href": f"{BATCH_URL}/{ORCH}/"}], [("batch", ORCH)]),
        ([{"url": f"{BATCH_URL}/{ORCH}"}, {"orchestrationId": ORCH}], [("batch", ORCH)]),
    ],
)
def test_what_belongs_to_the_chat_is_named_and_not_mistaken(answer: Any, others: list[Any]) -> None:
    expected = Pending((), (), tuple(PendingOther(kind, identifier) for kind, identifier in others))
    assert pending(answer) == pending(json.dumps(answer)) == expected


def test_what_belongs_to_the_chat_hides_no_tool() -> None:
    use = {"toolUseId": "use_1", "name": "search_web", "input": {}, "executionId": EXEC}
    answer = {"requestId": "r", "pollUrl": f"{CHAT_URL}/r", "response": {"toolUse": use, "orchestrationId": ORCH}}
    assert pending(answer) == Pending(FOUND.tools, FOUND.orchestration_ids, (PendingOther("chat", "r"),))


# Fails if the form of an identifier is believed more than its address.
@pytest.mark.parametrize("identifier", [BATCH, ORCH, "orch_abc123def456", "orch_abc123def456789012345678901234", "7"])
def test_an_orchestration_is_one_of_tools_by_its_url(identifier: str) -> None:
    url = {"pollUrl": f"{TOOLS_URL}/orchestrations/{identifier}"}
    for answer in ({"orchestrationId": identifier, **url}, [{"orchestrationId": identifier}, url], url):
        assert pending(answer) == Pending((), (identifier,))


def test_other_values_are_not_taken_for_the_chats() -> None:
    for answer in (
        {"requestId": "r"},
        {"pendingTools": []},
        {"callbackId": None},
        {"status": ["waiting_callback"]},
        {"pollUrl": "/ai/chat/executions/"},
        {"pollUrl": "/ai/chat/callback"},
        {"text": "/ai/chat/executions/r"},
    ):
        assert pending(answer) == NOTHING


@pytest.mark.parametrize("text", ['{"executionId": "x", "n": ' + "9" * 5000 + "}", '{"executionId": "x", "n": NaN}'])
def test_a_number_beyond_all_bounds_hides_nothing(text: str) -> None:
    assert pending(text).execution_ids == pending(f"data: {text}\n\n").execution_ids == ("x",)


def test_lone_surrogates_are_preserved() -> None:
    assert pending('{"executionId": "\\ud800"}').execution_ids == ("\ud800",)
    assert pending(["\ud800", b"\n", '{"executionId": "x"}']).execution_ids == ("x",)


def test_a_value_that_holds_itself_has_an_end() -> None:
    loop: dict[str, Any] = {"executionId": EXEC}
    loop["loop"] = [loop, UserDict(loop)]
    assert pending(loop).execution_ids == (EXEC,)
    doubled: Any = {"executionId": EXEC}
    for _ in range(100):
        doubled = [doubled, doubled]
    assert pending(doubled).execution_ids == (EXEC,)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.just(f"{CHAT_URL}/a"),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("executionId", "orchestrationId", "toolUseId", "callbackId", "requestId", "pendingTools"),
                    *("type", "role", "id", "name", "function", "status", "result", "url", "links", "data", "messages"),
                ]
            ),
            inner,
        )
        | st.dictionaries(st.text() | st.integers() | st.none(), inner)
    ),
    max_leaves=20,
)


@given(st.lists(ANYTHING))
def test_anything_is_searched(events: list[Any]) -> None:
    found = pending(events)
    assert isinstance(found, Pending)
    hash(found)
