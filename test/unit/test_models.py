"""Models read every form that the service has been seen to send, and give back what came in."""

from __future__ import annotations

import copy
import inspect
import json
import pickle
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

import quantcdn
from quantcdn import models
from quantcdn.api.ai_tools_api import OPERATIONS
from quantcdn.models._base import Model
from test.helpers.table import table

EXECUTION = {
    "executionId": "exec_5f0c",
    "toolName": "generate_image",
    "status": "complete",
    "result": {"images": ["data:image/png;base64,AAAA"], "s3Urls": ["https://bucket.example/a.png?X-Amz-Signature=aa"]},
    "createdAt": 1767225600,
    "startedAt": 1767225601,
    "completedAt": 1767225612,
    "duration": 11,
}
ORCHESTRATION_4_9 = {
    "orchestrationId": "orch_91aa",
    "status": "complete",
    "toolCount": 2,
    "completedTools": 2,
    "synthesizedResponse": "Sunny, and here is a picture.",
    "tools": [
        {"executionId": "exec_1", "toolName": "get_weather", "status": "complete", "result": "{}", "error": "none"},
        {"executionId": "exec_2", "toolName": "generate_image", "status": "complete", "result": {"images": []}},
    ],
    "error": "none",
    "createdAt": "2026-01-01T00:00:00Z",
    "completedAt": "2026-01-01T00:00:19Z",
}
ORCHESTRATION_4_19 = {
    **{key: value for key, value in ORCHESTRATION_4_9.items() if key != "synthesizedResponse"},
    "result": "Sunny, and here is a picture.",
    "duration": 19,
}
WEATHER_TOOL = {
    "toolSpec": {
        "name": "get_weather",
        "description": "The weather of a place.",
        "inputSchema": {
            "json": {
                "type": "object",
                "properties": {"place": {"type": "string"}, "unit": {"type": "string", "enum": ["C", "F"]}},
                "required": ["place"],
            }
        },
    }
}
LISTED = {
    "executionId": "exec_5f0c",
    "toolName": "generate_image",
    "status": "complete",
    "createdAt": "2026-01-01T00:00:00Z",
    "completedAt": "2026-01-01T00:00:12Z",
}
SERVER = {
    "serverName": "issues",
    "displayName": "Issue tracker",
    "url": "https://gateway.example/issues",
    "enabled": True,
    "toolAllowlist": ["read_issue"],
}
BODIES: list[tuple[type[Model], dict[str, Any]]] = [
    (models.ListAITools200Response, {"tools": [WEATHER_TOOL, WEATHER_TOOL], "count": 4}),
    (models.ListAITools200ResponseToolsInner, WEATHER_TOOL),
    (models.ListAITools200ResponseToolsInnerToolSpec, WEATHER_TOOL["toolSpec"]),
    (models.ListAITools200ResponseToolsInnerToolSpecInputSchema, WEATHER_TOOL["toolSpec"]["inputSchema"]),  # type: ignore[dict-item] # a literal's own type
    (models.ListAIToolNames200Response, {"tools": ["get_weather", "calculate"], "count": 4}),
    (
        models.ListAIToolExecutions200Response,
        {"executions": [LISTED, LISTED], "count": 0, "orgId": "acme", "status": "all"},
    ),
    (models.ListAIToolExecutions200ResponseExecutionsInner, LISTED),
    (models.GetAIToolExecutionStatus200Response, {**EXECUTION, "error": "Image generation failed"}),
    (models.GetAIToolExecutionStatus200ResponseResult, EXECUTION["result"]),
    (models.GetAIToolExecutionStatus404Response, {"error": "Execution not found", "executionId": "exec_5f0c"}),
    (models.GetAIOrchestrationStatus200Response, ORCHESTRATION_4_9),
    (models.GetAIOrchestrationStatus200Response, ORCHESTRATION_4_19),
    (models.GetAIOrchestrationStatus200ResponseToolsInner, ORCHESTRATION_4_9["tools"][0]),  # type: ignore[index,list-item] # a literal's own type
    (models.GetAIOrchestrationStatus404Response, {"error": "Orchestration not found", "orchestrationId": "orch_91aa"}),
    (models.ListMcpServers200Response, {"gatewayBaseUrl": "https://gateway.example", "servers": [SERVER, SERVER]}),
    (models.ListMcpServers200ResponseServersInner, SERVER),
]
IN_2026 = datetime(2026, 1, 1, tzinfo=UTC)
FORMS_OF_NEW_YEAR = [
    "2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00.000Z",
    "2026-01-01T11:00:00+11:00",
    "2026-01-01 00:00:00+00:00",
    "2026-01-01T00:00:00",
    "2026-01-01",
    "Thu, 01 Jan 2026 00:00:00 GMT",
    "1767225600",
    1767225600,
    1767225600.0,
    1767225600000,
    1767225600000.0,
]


def read(model: type[Model], body: object) -> Any:
    return model.from_json(json.dumps(body))


@pytest.mark.parametrize(("model", "body"), BODIES)
def test_example_bodies_go_out_as_they_came_in(model: type[Model], body: dict[str, Any]) -> None:
    assert json.loads(read(model, body).to_json()) == body
    from_dict = model.from_dict(body)
    assert from_dict is not None
    assert json.loads(from_dict.to_json()) == body
    assert from_dict == read(model, body)


@pytest.mark.parametrize(("model", "body"), BODIES)
def test_unknown_keys_are_kept_readable_and_go_out_again(model: type[Model], body: dict[str, Any]) -> None:
    answer = read(model, {**body, "message": "seen in use", "nested": {"x": [1, None]}})
    assert answer.message == "seen in use"
    assert answer.to_dict()["nested"] == {"x": [1, None]}
    assert json.loads(answer.to_json())["message"] == "seen in use"


def test_unknown_keys_are_kept_in_nested_models() -> None:
    body = {"executions": [{**LISTED, "region": "au"}], "count": 1, "orgId": "acme"}
    answer = read(models.ListAIToolExecutions200Response, body)
    assert answer.executions[0].region == "au"
    assert json.loads(answer.to_json()) == body


@pytest.mark.parametrize(("model", "body"), BODIES)
def test_models_survive_pickle_and_copies(model: type[Model], body: dict[str, Any]) -> None:
    answer = read(model, {**body, "extra": 1})
    for twin in (pickle.loads(pickle.dumps(answer)), copy.copy(answer), copy.deepcopy(answer)):
        assert twin == answer
        assert twin.to_json() == answer.to_json()


def test_null_goes_out_as_null_and_what_was_missing_stays_missing() -> None:
    answer = read(models.GetAIToolExecutionStatus404Response, {"error": None})
    assert answer.to_dict() == {"error": None}
    assert answer.execution_id is None


TIMES: list[tuple[type[Model], dict[str, Any], str, type]] = [
    (models.GetAIToolExecutionStatus200Response, EXECUTION, "createdAt", int),
    (models.GetAIToolExecutionStatus200Response, EXECUTION, "startedAt", int),
    (models.GetAIToolExecutionStatus200Response, EXECUTION, "completedAt", int),
    (models.GetAIOrchestrationStatus200Response, ORCHESTRATION_4_9, "createdAt", datetime),
    (models.GetAIOrchestrationStatus200Response, ORCHESTRATION_4_9, "completedAt", datetime),
    (models.ListAIToolExecutions200ResponseExecutionsInner, LISTED, "createdAt", datetime),
    (models.ListAIToolExecutions200ResponseExecutionsInner, LISTED, "completedAt", datetime),
]


@table("model, body, key, kind", TIMES)
@table("form", FORMS_OF_NEW_YEAR)
def test_every_form_of_a_time_is_read_as_a_plain_value(
    form: str | float, model: type[Model], body: dict[str, Any], key: str, kind: type
) -> None:
    read_model = read(model, {**body, key: form})
    value = read_model.to_dict()[key]
    assert type(value) is kind
    assert value == (1767225600 if kind is int else IN_2026)
    assert getattr(read_model, key.removesuffix("At")) == IN_2026
    written = json.loads(read_model.to_json())[key]
    assert written == 1767225600 if kind is int else datetime.fromisoformat(written) == IN_2026
    for twin in (
        pickle.loads(pickle.dumps(read_model)),
        copy.deepcopy(read_model),
        model.from_dict(read_model.to_dict()),
        model.from_json(read_model.to_json()),
    ):
        assert twin == read_model


def test_orjson_writes_a_time_as_it_is() -> None:
    orjson = pytest.importorskip("orjson")  # which has no wheel for Python 3.15, nor for one without the GIL
    for model, body, key, _ in TIMES:
        value = read(model, {**body, key: "2026-01-01T00:00:00.500Z"}).to_dict()[key]
        assert orjson.loads(orjson.dumps([value])) == [value if isinstance(value, int) else value.isoformat()]


@pytest.mark.parametrize(("model", "body", "key", "kind"), TIMES)
def test_a_time_works_wherever_plain_values_do(model: type[Model], body: dict[str, Any], key: str, kind: type) -> None:
    first, second = (
        read(model, {**body, key: text}).to_dict()[key]
        for text in ("2026-01-01T00:00:00.500Z", "2026-01-01T11:00:02.5+11:00")
    )
    step: Any = 2 if kind is int else timedelta(seconds=2)
    assert second - first == step
    assert first + step == second
    assert sorted([second, first]) == [first, second]
    import pandas  # each process collects this file, and one runs it

    assert pandas.to_datetime([first, second], utc=True, unit="s" if kind is int else None).is_monotonic_increasing
    with closing(sqlite3.connect(":memory:")) as database:
        text = first if kind is int else first.isoformat()  # as Python 3.12 asks for, which adapts no datetime any more
        assert database.execute("select ?", [text]).fetchone() == (text,)


@pytest.mark.parametrize(("model", "body", "key", "kind"), TIMES)
def test_a_time_is_checked_and_read_when_it_is_assigned(
    model: type[Model], body: dict[str, Any], key: str, kind: type
) -> None:
    made = read(model, body)
    name = key.replace("At", "_at")
    hobart = IN_2026.astimezone(timezone(timedelta(hours=11)))
    for value in (IN_2026, IN_2026.replace(tzinfo=None), hobart, *FORMS_OF_NEW_YEAR):
        setattr(made, name, value)
        assert type(getattr(made, name)) is kind
        assert getattr(made, key.removesuffix("At")) == IN_2026
    with pytest.raises(ValueError, match="a time is expected"):
        setattr(made, name, "soon")
    assert getattr(made, key.removesuffix("At")) == IN_2026


def test_a_time_is_written_as_pydantic_writes_it() -> None:
    hobart = timezone(timedelta(hours=11))
    listed = models.ListAIToolExecutions200ResponseExecutionsInner(created_at=datetime(2026, 1, 1, 11, tzinfo=hobart))
    listed.completed_at = datetime(2026, 1, 1, 0, 0, 1, 500_000)
    assert listed.to_json() == '{"createdAt":"2026-01-01T11:00:00+11:00","completedAt":"2026-01-01T00:00:01.500000Z"}'


def test_times_have_an_aware_twin_in_utc() -> None:
    execution = read(models.GetAIToolExecutionStatus200Response, EXECUTION)
    assert [execution.created, execution.started, execution.completed] == [
        IN_2026,
        IN_2026 + timedelta(seconds=1),
        IN_2026 + timedelta(seconds=12),
    ]
    orchestration = read(models.GetAIOrchestrationStatus200Response, ORCHESTRATION_4_9)
    assert orchestration.completed == IN_2026 + timedelta(seconds=19)
    listed = read(models.ListAIToolExecutions200ResponseExecutionsInner, {"createdAt": "2026-01-01T11:00:00+11:00"})
    assert listed.created.tzinfo is UTC
    assert listed.completed is None
    assert read(models.ListAIToolExecutions200ResponseExecutionsInner, LISTED).completed == IN_2026 + timedelta(
        seconds=12
    )


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "soon",
        "May 12",
        "10:30",
        "2026-13-45",
        "9" * 30,
        True,
        [],
        {},
        1e300,
        -1e300,
        "1e999",
        "0x7e9",
        "99999-01-01",
        "Thu, 01 Jan 2026 00:00:00 EST",
        "2026-01-01T00:00:00.12TZ",
        "May 2026",
        "2026",
        "01/02/2026",
        "12",
    ],
)
def test_what_is_no_time_is_refused_by_the_name_of_its_field(nonsense: object) -> None:
    for model, body in (
        (models.GetAIToolExecutionStatus200Response, EXECUTION),
        (models.GetAIOrchestrationStatus200Response, ORCHESTRATION_4_9),
    ):
        with pytest.raises(quantcdn.ApiValueError, match=r"a time is expected at \['createdAt'\]"):
            read(model, {**body, "createdAt": nonsense})


@pytest.mark.parametrize("result", ["{}", "", "text", [1, {"a": 2}], 7, 1.5, True, None, {"other": {"key": [1]}}])
def test_a_tools_result_is_kept_whole_whatever_it_is(result: object) -> None:
    execution = read(models.GetAIToolExecutionStatus200Response, {**EXECUTION, "result": result})
    assert json.loads(execution.to_json())["result"] == result
    tool = read(models.GetAIOrchestrationStatus200ResponseToolsInner, {"result": result})
    assert tool.result == result


@pytest.mark.parametrize("images", ["one", [1, 2], {"a": "b"}])
def test_a_result_whose_images_are_no_list_of_text_is_kept_whole(images: object) -> None:
    execution = read(models.GetAIToolExecutionStatus200Response, {**EXECUTION, "result": {"images": images}})
    assert execution.result.images == images
    assert json.loads(execution.to_json())["result"] == {"images": images}


def test_a_result_that_is_an_object_is_a_model() -> None:
    execution = read(models.GetAIToolExecutionStatus200Response, EXECUTION)
    assert isinstance(execution.result, models.GetAIToolExecutionStatus200ResponseResult)
    assert execution.result.images == ["data:image/png;base64,AAAA"]
    weather = read(models.GetAIToolExecutionStatus200Response, {**EXECUTION, "result": {"temperature": 21.5}})
    assert weather.result.temperature == 21.5
    assert weather.result.images is None


@pytest.mark.parametrize(
    ("status", "complete", "failed"),
    [
        ("pending", False, False),
        ("polling", False, False),
        ("waiting_tools", False, False),
        ("synthesizing", False, False),
        ("completed", True, False),
        ("Cancelled", False, True),
        ("canceled", False, True),
        ("timed_out", False, True),
        ("EXPIRED", False, True),
        ("complete", True, False),
        ("COMPLETE", True, False),
        ("Failed", False, True),
    ],
)
def test_any_status_is_accepted_and_only_the_known_ends_are_final(status: str, complete: bool, failed: bool) -> None:
    for model, body in (
        (models.GetAIToolExecutionStatus200Response, EXECUTION),
        (models.GetAIOrchestrationStatus200Response, ORCHESTRATION_4_19),
        (models.ListAIToolExecutions200ResponseExecutionsInner, LISTED),
        (models.GetAIOrchestrationStatus200ResponseToolsInner, {}),
    ):
        answer = read(model, {**body, "status": status})
        assert answer.status == status
        assert (answer.is_complete, answer.is_failed, answer.is_final) == (complete, failed, complete or failed)


def test_an_unknown_status_is_final_once_there_is_a_time_of_completion() -> None:
    for model, body in (
        (models.GetAIToolExecutionStatus200Response, EXECUTION),
        (models.GetAIOrchestrationStatus200Response, ORCHESTRATION_4_19),
        (models.ListAIToolExecutions200ResponseExecutionsInner, LISTED),
    ):
        paused = read(model, {**body, "status": "paused"})
        assert (paused.is_final, paused.is_complete, paused.is_failed) == (True, False, False)
        assert not read(model, {**body, "status": "paused", "completedAt": None}).is_final


def test_a_missing_status_is_not_final() -> None:
    assert not read(models.ListAIToolExecutions200ResponseExecutionsInner, {}).is_final


def test_known_statuses_have_names() -> None:
    assert models.GetAIToolExecutionStatus200Response.known_statuses == ("pending", "running", "complete", "failed")
    assert {"polling", "waiting_tools", "synthesizing"} < set(models.GetAIOrchestrationStatus200Response.known_statuses)


def test_an_orchestrations_answer_is_read_from_either_version() -> None:
    assert read(models.GetAIOrchestrationStatus200Response, ORCHESTRATION_4_9).answer == "Sunny, and here is a picture."
    newer = read(models.GetAIOrchestrationStatus200Response, ORCHESTRATION_4_19)
    assert newer.answer == newer.result == "Sunny, and here is a picture."
    assert newer.synthesized_response is None
    unfinished = {**ORCHESTRATION_4_19, "result": None}
    assert read(models.GetAIOrchestrationStatus200Response, unfinished).answer is None


@pytest.mark.parametrize("duration", [19, 19.5, 0, 19.0])
def test_a_duration_may_have_a_fraction(duration: float) -> None:
    orchestration = read(models.GetAIOrchestrationStatus200Response, {**ORCHESTRATION_4_19, "duration": duration})
    execution = read(models.GetAIToolExecutionStatus200Response, {**EXECUTION, "duration": duration})
    for answer in (orchestration, execution):
        assert answer.duration == duration
        assert type(answer.duration) is type(duration)
        assert json.loads(answer.to_json())["duration"] == duration


def test_a_duration_as_text_is_the_number_that_it_says() -> None:
    for text, number in (("11", 11), ("11.5", 11.5)):
        duration = read(models.GetAIToolExecutionStatus200Response, {**EXECUTION, "duration": text}).duration
        assert (type(duration), duration) == (type(number), number)


def test_a_count_written_with_a_fraction_of_zero_or_as_text_is_whole() -> None:
    for count in (4.0, "4", "4.0"):
        read_count = read(models.ListAIToolNames200Response, {"tools": [], "count": count}).count
        assert (type(read_count), read_count) == (int, 4)


@pytest.mark.parametrize("count", ["4.5", True, 4.5, None, [], "four", "1_0"])
def test_a_count_of_another_type_is_refused_by_its_name(count: object) -> None:
    with pytest.raises(quantcdn.ApiValueError, match=r"\['count'\]$") as caught:
        read(models.ListAIToolNames200Response, {"tools": [], "count": count})
    assert caught.value.path_to_item == ["count"]


def test_one_bad_item_of_a_hundred_is_named_without_its_value() -> None:
    items: list[dict[str, Any]] = [dict(LISTED) for _ in range(100)]
    items[73]["createdAt"] = "no secret value"
    with pytest.raises(quantcdn.ApiValueError, match=r"\['executions'\]\[73\]\['createdAt'\]") as caught:
        read(models.ListAIToolExecutions200Response, {"executions": items, "count": 100, "orgId": "acme"})
    assert "secret" not in str(caught.value)


def test_several_problems_are_counted() -> None:
    with pytest.raises(quantcdn.ApiValueError, match=r"2 problems, the first: .* at \['tools'\]"):
        models.ListAIToolNames200Response.from_json("{}")


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "3", '"text"', "{", "<html>", "{'a': 1}", '{"tools": [], "count": NaN}', "\ufeff{}"]
)
def test_what_is_no_such_object_is_refused(text: str) -> None:
    with pytest.raises(quantcdn.ApiValueError):
        models.ListAIToolNames200Response.from_json(text)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", '[1, {"a": NaN}]'])
def test_numbers_that_json_does_not_have_are_refused_wherever_they_stand(value: str) -> None:
    for body in (
        f'{{"tools": [], "count": 0, "extra": {value}}}',
        f'{{"tools": [], "count": {value}}}',
    ):
        with pytest.raises(quantcdn.ApiValueError):
            models.ListAIToolNames200Response.from_json(body)
    with pytest.raises(quantcdn.ApiValueError):
        models.GetAIOrchestrationStatus200ResponseToolsInner.from_json(f'{{"result": {value}}}')


def test_bytes_with_a_byte_order_mark_are_read() -> None:
    body = json.dumps({"tools": ["weather ☀"], "count": 1}, ensure_ascii=False).encode("utf-8-sig")
    assert models.ListAIToolNames200Response.from_json(body).tools == ["weather ☀"]
    assert models.ListAIToolNames200Response.from_json(bytearray(body)).count == 1


def test_a_body_nested_a_thousand_deep_or_with_a_huge_number_is_refused() -> None:
    for value in ("[" * 1000 + "]" * 1000, "9" * 5000):
        with pytest.raises(quantcdn.ApiValueError):
            models.ListAIToolNames200Response.from_json(f'{{"tools": [], "count": 0, "extra": {value}}}')


def test_from_dict_and_from_json_say_what_they_take() -> None:
    assert models.ListAIToolNames200Response.from_dict(None) is None
    with pytest.raises(quantcdn.ApiTypeError, match="takes a mapping, not list"):
        models.ListAIToolNames200Response.from_dict([])  # type: ignore[arg-type] # what a caller without a checker does
    with pytest.raises(quantcdn.ApiTypeError, match="takes text or bytes, not dict"):
        models.ListAIToolNames200Response.from_json({})  # type: ignore[arg-type] # what a caller without a checker does
    with pytest.raises(quantcdn.ApiValueError, match="count"):
        models.ListAIToolNames200Response.from_dict({"tools": []})


def test_models_are_made_by_either_name_and_checked_when_changed() -> None:
    made = models.GetAIToolExecutionStatus404Response(error="gone", execution_id="exec_1")
    assert made == models.GetAIToolExecutionStatus404Response.from_dict({"error": "gone", "executionId": "exec_1"})
    made.error = "really gone"
    assert made.to_dict() == {"error": "really gone", "executionId": "exec_1"}
    with pytest.raises(quantcdn.ApiAttributeError, match="'executionId' as 'execution_id'"):
        made.executionId = "exec_2"  # type: ignore[attr-defined] # the JSON key would go out twice
    assert made.to_json() == '{"error":"really gone","executionId":"exec_1"}'


def test_a_key_that_looks_like_a_python_name_is_just_unknown() -> None:
    body = {"error": "gone", "execution_id": 7}
    answer = read(models.GetAIToolExecutionStatus404Response, body)
    assert answer.execution_id is None
    for twin in (answer, models.GetAIToolExecutionStatus404Response.from_dict(body)):
        assert twin is not None
        assert twin.to_dict() == json.loads(twin.to_json()) == body
    both = read(models.GetAIToolExecutionStatus404Response, {"execution_id": 7, "executionId": "exec_1"})
    assert both.execution_id == "exec_1"
    assert both.to_dict() == {"execution_id": 7, "executionId": "exec_1"}


def test_tool_list_finds_tools_by_name() -> None:
    nameless: dict[str, Any] = {"toolSpec": {"description": "?"}}
    tools = read(models.ListAITools200Response, {"tools": [{}, nameless, WEATHER_TOOL], "count": 3})
    assert tools.names == ["get_weather"]
    weather = tools.get("get_weather")
    assert weather.tool_spec.input_schema.required == ["place"]
    assert list(weather.tool_spec.input_schema.properties) == ["place", "unit"]
    assert tools.get("no such tool") is None


@pytest.mark.parametrize("schema", [{}, {"json": None}, {"json": {"properties": [], "required": "x"}}])
def test_a_schema_without_arguments_has_none(schema: dict[str, Any]) -> None:
    taken = read(models.ListAITools200ResponseToolsInnerToolSpecInputSchema, schema)
    assert taken.properties == {}
    assert taken.required == []


def test_to_str_shows_all_and_repr_neither_floods_nor_leaks() -> None:
    url = "https://bucket.example/a.png?X-Amz-Signature=5ec2e7"
    execution = read(
        models.GetAIToolExecutionStatus200Response,
        {**EXECUTION, "result": {"images": ["data:" + "A" * 5000], "s3Urls": [url], "more": {"url": url}}},
    )
    assert "5ec2e7" in execution.to_str()
    for text in (repr(execution), str(execution)):
        assert "5ec2e7" not in text
        assert "https://bucket.example/a.png?…" in text
        assert len(text) < 1000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(data=st.data())
def test_any_json_becomes_a_model_that_gives_it_back_or_an_error_of_the_family(data: st.DataObject) -> None:
    model = data.draw(st.sampled_from([model for model, _ in BODIES]))
    model.model_rebuild()  # until its first use, its fields have no aliases, and what is drawn would depend on that
    known = [field.alias or name for name, field in model.model_fields.items()]
    keys = st.sampled_from(known) | st.text(max_size=8)
    body = data.draw(st.dictionaries(keys, JSON, max_size=8) | JSON)
    text = json.dumps(body)
    try:
        answer = model.from_json(text)
    except quantcdn.OpenApiException:
        return
    again = json.loads(answer.to_json())
    assert isinstance(body, dict)
    assert again.keys() == body.keys()
    rewritten = {"count", "toolCount", "completedTools"}  # 2.0 goes out as 2
    assert all(again[key] == body[key] for key in body.keys() - rewritten)
    assert model.from_json(answer.to_json()) == answer


@given(body=st.binary(max_size=60))
def test_any_bytes_become_a_model_or_an_error_of_the_family(body: bytes) -> None:
    for operation in OPERATIONS:
        with pytest.raises(quantcdn.OpenApiException):
            operation.model.from_json(body)


# Lists as sequences


SEQUENCES: list[tuple[type[Model], str, dict[str, Any], list[Any]]] = [
    (models.ListAIToolNames200Response, "tools", {"count": 2}, ["a", "b"]),
    (models.ListAITools200Response, "tools", {"count": 2}, [{"toolSpec": {"name": "a"}}, {"toolSpec": {"name": "b"}}]),
    (models.ListAIToolExecutions200Response, "executions", {"count": 2, "orgId": "acme"}, [LISTED, {"status": "x"}]),
    (models.ListMcpServers200Response, "servers", {}, [{"serverName": "a"}, {"serverName": "b"}]),
]


@pytest.mark.parametrize("key", ["orgId", "org_id", "x", None, 1.5, (1, 2), b"x", object, numpy.array([1, 2])])
def test_a_field_in_brackets_is_an_error_that_says_where_it_is(key: Any) -> None:
    listed: Any = read(models.ListAIToolExecutions200Response, {"executions": [LISTED], "count": 1, "orgId": "acme"})
    with pytest.raises(quantcdn.ApiTypeError) as caught:
        listed[key]
    known = "has its field org_id as .org_id, and its items by their places, as [0]"
    other = f"takes the place of an item, as [0], not {type(key).__name__}; to_dict() has its fields by their names"
    said = known if isinstance(key, str) and key != "x" else other
    assert str(caught.value) == f"ListAIToolExecutions200Response {said}"
    assert listed.to_dict()["orgId"] == "acme"


@pytest.mark.parametrize(("cls", "field", "more", "items"), SEQUENCES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_list_model_is_a_sequence_of_its_items(
    cls: type[Model], field: str, more: dict[str, Any], items: list[Any]
) -> None:
    listed: Any = read(cls, {field: items, **more})
    held = getattr(listed, field)
    assert len(listed) == 2
    assert [*listed] == held
    assert [*reversed(listed)] == held[::-1]
    assert (listed[0], listed[-1], listed[1:]) == (held[0], held[1], held[1:])
    assert held[1] in listed
    assert "nothing of it" not in listed
    with pytest.raises(IndexError):
        listed[2]
    first, second = listed
    assert (first, second) == tuple(held)
    empty: Any = read(cls, {field: [], **more, **({"count": 0} if "count" in more else {})})
    assert len(empty) == 0
    assert listed
    assert not empty
    for odd in (None, "x", 3, {"a": 1}):
        assert len(cls.model_construct(**{field: odd})) == 0  # type: ignore[arg-type] # odd on purpose


@pytest.mark.parametrize(("cls", "field", "more", "items"), SEQUENCES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_list_model_is_compared_copied_and_pickled_as_any_other(
    cls: type[Model], field: str, more: dict[str, Any], items: list[Any]
) -> None:
    listed = read(cls, {field: items, **more})
    for twin in (pickle.loads(pickle.dumps(listed)), copy.copy(listed), copy.deepcopy(listed), listed.model_copy()):
        assert type(twin) is cls
        assert twin == listed
        assert repr(twin) == repr(listed)
    assert listed != read(cls, {field: items[:1], **more})
    assert listed != getattr(listed, field)
    assert listed.to_dict() == {field: listed.to_dict()[field], **more}
    assert listed.model_dump(by_alias=True, exclude_unset=True) == listed.to_dict()


def test_help_shows_the_fields_of_a_model_with_what_they_are() -> None:
    import pydoc

    shown = pydoc.render_doc(quantcdn.models.GetAIToolExecutionStatus200Response, renderer=pydoc.plaintext)
    assert "execution_id: The identifier of the execution." in shown
    assert "error: Optional. Why it failed." in shown
    assert shown.index("Attributes:") < shown.index("Method resolution order")


@pytest.mark.parametrize("name", quantcdn.models.__all__)
def test_every_field_of_every_model_is_documented(name: str) -> None:
    model = getattr(quantcdn.models, name)
    shown = (inspect.getdoc(model) or "").partition("\n\nAttributes:\n")[2]
    assert re.findall(r"^    (\w+): ", shown, re.MULTILINE) == list(model.model_fields)
