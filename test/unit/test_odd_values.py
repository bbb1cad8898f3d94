"""Responses that drift from the description, read through the public API: what is kept, what is told, what is refused.

Times are in ``test_odd_times.py``. What every optional field does with every odd value is worked out from the models,
so that a new field is covered as it is added.
"""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

import quantcdn
from quantcdn.api.ai_tools_api import OPERATIONS
from quantcdn.models._base import Model
from test.helpers.read_body import BODIES, CALLS, EXECUTION_ID, OneBody, Path, at, changed, model_in, one_body
from test.helpers.table import table

EXECUTION = "get_ai_tool_execution_status"
ORCHESTRATION = "get_ai_orchestration_status"
EXECUTIONS = "list_ai_tool_executions"


@pytest.fixture(scope="module")
def service() -> Iterator[OneBody]:
    with one_body() as service:
        yield service


def fields(model: type[Model], path: Path, body: Any) -> Iterator[tuple[Path, bool]]:
    """List where the fields of a model are in a body, and whether each must be there."""
    model.model_rebuild()
    for name, field in model.model_fields.items():
        here = [*path, field.alias or name]
        yield here, field.is_required()
        inner = model_in(field.annotation)
        value = body.get(field.alias or name)
        if inner is not None and value:
            inside = [*here, 0] if isinstance(value, list) else here
            yield from fields(inner, inside, value[0] if isinstance(value, list) else value)


def snake(key: str) -> str:
    return "var_json" if key == "json" else "".join(f"_{c.lower()}" if c.isupper() else c for c in key)


def model_of(call: str) -> type[Model]:
    return next(operation.model for operation in OPERATIONS if operation.name == call)


ALL_FIELDS = [(call, path, required) for call in CALLS for path, required in fields(model_of(call), [], BODIES[call])]
OPTIONAL = [
    (call, path) for call, path, required in ALL_FIELDS if not required and not str(path[-1]).endswith("At")
]  # times have a file of their own
REQUIRED = [(call, path) for call, path, required in ALL_FIELDS if required and not str(path[-1]).endswith("At")]

ODD: list[Any] = [
    None,
    "",
    "text",
    "11",
    "11.5",
    "null",
    "{}",
    "\U0001f600 \u0646\u202e",
    "data:image/png;base64,AAAA",
    0,
    11,
    -11,
    11.5,
    2**53 + 1,
    10**30,
    1e308,
    True,
    False,
    [],
    [None],
    ["text", 11, None, {"a": []}],
    [[["deep"]]],
    {},
    {"message": "boom", "code": 7},
    {"error": {"message": "boom"}},
    {"toolSpec": 5, "json": [], "images": {"0": "a"}, "s3Urls": None, "executionId": 3, "status": {}},
]
"""Any JSON value may come in an optional field; what it is says nothing of the status."""


def use(model: BaseModel) -> None:
    """Do with a model whatever a program does that has read it."""
    for name in dir(type(model)):
        # Names first: __doc__ is made of the source anew each time that it is asked for.
        if not name.startswith(("_", "model_")) and isinstance(getattr(type(model), name), property):
            getattr(model, name)
    for text in (str(model), repr(model), model.to_str(), model.to_json(), model._repr_html_()):  # type: ignore[attr-defined]
        assert isinstance(text, str)
    assert pickle.loads(pickle.dumps(model)) == copy.deepcopy(model) == model
    for value in vars(model).values():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, Model):
                use(item)


@table("odd", ODD)
@table("field", OPTIONAL)
def test_an_optional_field_of_another_type_is_kept_whole(
    service: OneBody, field: tuple[str, Path], odd: object
) -> None:
    call, path = field
    body = changed(call, path, odd)
    model = service.read(call, body)
    kept = at(model.to_dict(), path)
    # A number that came as text may become the number.
    as_number = isinstance(odd, str) and not isinstance(kept, str)
    assert kept == (json.loads(str(odd)) if as_number else odd)
    assert isinstance(kept, bool) == isinstance(odd, bool)
    assert json.loads(model.to_json()) == changed(call, path, kept)
    assert type(model).from_json(model.to_json()) == model
    use(model)


@table("literal", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "9" * 5000, "1" * 5000 + ".5"])
@table("field", OPTIONAL)
def test_a_number_that_nobody_can_write_again_is_refused(
    service: OneBody, field: tuple[str, Path], literal: str
) -> None:
    call, path = field
    body = json.dumps(changed(call, path, "HERE")).replace('"HERE"', literal).encode()
    with pytest.raises(quantcdn.ApiResponseException) as caught:
        service.read(call, body)
    assert caught.value.status == 200
    assert literal[:100] in str(caught.value.body)


@table("odd", [None, [1], {"a": 1}, [None], True])
@table("field", REQUIRED)
def test_a_required_field_of_another_type_is_refused_by_its_name(
    service: OneBody, field: tuple[str, Path], odd: object
) -> None:
    call, path = field
    with pytest.raises(quantcdn.ApiResponseException, match=str(path[-1])) as caught:
        service.read(call, changed(call, path, odd))
    assert json.loads(caught.value.body or "") == changed(call, path, odd)


@table("field", REQUIRED)
def test_a_missing_required_field_is_refused_by_its_name(service: OneBody, field: tuple[str, Path]) -> None:
    call, path = field
    body = copy.deepcopy(BODIES[call])
    del body[path[0]]
    with pytest.raises(quantcdn.ApiResponseException, match=str(path[0])):
        service.read(call, body)


COUNTS: list[tuple[str, Path, str]] = [
    *((call, ["count"], "count") for call in ("list_ai_tools", "list_ai_tool_names", EXECUTIONS)),
    (ORCHESTRATION, ["toolCount"], "tool_count"),
]


@table("sent, read", [(11, 11), (11.0, 11), ("11", 11), (-4, -4), (0, 0), (2**63, 2**63)])
@table("count", COUNTS)
def test_a_count_is_a_whole_number_however_it_is_written(
    service: OneBody, count: tuple[str, Path, str], sent: object, read: int
) -> None:
    call, path, name = count
    value = getattr(service.read(call, changed(call, path, sent)), name)
    assert value == read
    assert type(value) is int


@table("sent", [11.5, "eleven", "", " ", "11.5", "\u0661\u0661", "1_000", "0x10", "1e3", True])
@table("count", COUNTS)
def test_what_is_no_whole_number_is_no_count(service: OneBody, count: tuple[str, Path, str], sent: object) -> None:
    call, path, _ = count
    with pytest.raises(quantcdn.ApiResponseException, match=str(path[-1])):
        service.read(call, changed(call, path, sent))


@pytest.mark.parametrize(
    ("call", "path", "name"),
    [
        ("list_ai_tools", ["tools", 1], r"tools.*1"),
        ("list_ai_tool_names", ["tools", 1], r"tools.*1"),
        (EXECUTIONS, ["executions", 1], r"executions.*1"),
    ],
)
@pytest.mark.parametrize("item", [5, None, [], True], ids=repr)
def test_a_bad_item_of_a_list_is_named(service: OneBody, call: str, path: Path, name: str, item: object) -> None:
    body = copy.deepcopy(BODIES[call])
    key = str(path[0])
    body[key] = [body[key][0], item, body[key][0]]
    with pytest.raises(quantcdn.ApiResponseException, match=name) as caught:
        service.read(call, body)
    assert json.loads(caught.value.body or "") == body


def test_a_bad_tool_does_not_hide_an_orchestrations_status(service: OneBody) -> None:
    tools = [{"executionId": EXECUTION_ID, "status": "complete"}, "busy", None, 5]
    model = service.read(ORCHESTRATION, changed(ORCHESTRATION, ["tools"], tools))
    assert model.to_dict()["tools"] == tools
    assert model.is_complete  # type: ignore[attr-defined]
    use(model)


@table("call, path", [(call, path[:-1]) for call, path, _ in ALL_FIELDS])
@table("place", ["before", "behind"])
def test_a_key_that_is_a_fields_python_name_never_takes_the_field_over(
    service: OneBody, call: str, path: Path, place: str
) -> None:
    body = copy.deepcopy(BODIES[call])
    inner = at(body, path)
    extra = {snake(key): f"extra {key}" for key in inner if snake(key) not in inner}
    mixed = extra | inner if place == "before" else inner | extra
    body = changed(call, path, mixed) if path else mixed
    plain, model = service.read(call, BODIES[call]), service.read(call, body)
    assert {name: getattr(_owner(model, path), name) for name in type(_owner(model, path)).model_fields} == {
        name: getattr(_owner(plain, path), name) for name in type(_owner(plain, path)).model_fields
    }
    for written in (model.to_dict(), json.loads(model.to_json())):
        assert extra.items() <= at(written, path).items()
        assert at(written, path).keys() == mixed.keys()
    for again in (type(model).from_json(model.to_json()), type(model).from_dict(model.to_dict())):
        assert again == model
    use(model)


RENAMED = [(call, path) for call, path in OPTIONAL if snake(str(path[-1])) != path[-1]]


@table("call, path", RENAMED)
def test_a_key_that_is_a_fields_python_name_alone_is_an_extra_key(service: OneBody, call: str, path: Path) -> None:
    name = snake(str(path[-1]))
    body = copy.deepcopy(BODIES[call])
    inner = at(body, path[:-1])
    inner.pop(str(path[-1]), None)
    inner[name] = ["extra"]
    model = service.read(call, body)
    assert getattr(_owner(model, path[:-1]), name) is None
    for written in (model.to_dict(), json.loads(model.to_json())):
        assert at(written, path[:-1])[name] == ["extra"]
        assert path[-1] not in at(written, path[:-1])  # nothing is added that did not come
    again = type(model).from_dict(body)
    assert again == model


def _owner(model: Any, path: Path) -> Any:
    for step in path:
        model = model[step] if isinstance(step, int) else getattr(model, snake(step))
    return model


CLASHING = [
    *("to_dict", "to_json", "to_str", "from_dict", "from_json", "copy", "json", "dict", "schema", "validate"),
    *("model_config", "model_fields", "model_extra", "model_dump", "is_final", "is_complete", "is_failed", "answer"),
    *("created", "completed", "started", "known_statuses", "names", "get", "stats", "properties", "required"),
    *("inline_images", "_private", "__class__", "__dict__", "__init__", "__pydantic_extra__", "self", "cls", "", " "),
    *("class", "a b", "a.b", "$ref", "@type", "x" * 500, "\0", "ключ"),
]


@table("call, path", [(call, path[:-1]) for call, path, _ in ALL_FIELDS])
def test_keys_that_are_names_of_methods_are_kept_and_hide_nothing(service: OneBody, call: str, path: Path) -> None:
    inner = at(BODIES[call], path)
    extra = {key: [key] for key in CLASHING if key not in inner}
    body = changed(call, path, inner | extra) if path else inner | extra
    model = service.read(call, body)
    assert at(model.to_dict(), path).keys() == (inner | extra).keys()
    assert extra.items() <= at(json.loads(model.to_json()), path).items()
    assert type(model).from_dict(model.to_dict()) == model
    use(model)


ANSWERS: list[tuple[dict[str, Any], Any]] = [
    ({"result": "new"}, "new"),
    ({"synthesizedResponse": "old"}, "old"),
    ({"result": None, "synthesizedResponse": "old"}, "old"),
    ({"result": "new", "synthesizedResponse": None}, "new"),
    ({"result": "new", "synthesizedResponse": "old"}, "new"),
    ({"result": {"text": "new"}}, {"text": "new"}),
    ({"result": ["new"], "synthesizedResponse": "old"}, ["new"]),
    ({}, None),
    ({"result": None}, None),
]


@pytest.mark.parametrize(("keys", "answer"), ANSWERS, ids=repr)
def test_an_orchestrations_answer_is_found_under_either_key(
    service: OneBody, keys: dict[str, Any], answer: object
) -> None:
    body = {key: value for key, value in BODIES[ORCHESTRATION].items() if key not in ("result", "synthesizedResponse")}
    model: Any = service.read(ORCHESTRATION, body | keys)
    assert model.answer == answer


IDENTIFIERS = [EXECUTION_ID, EXECUTION_ID.upper(), f" {EXECUTION_ID}\n", EXECUTION_ID.title()]


@pytest.mark.parametrize("identifier", IDENTIFIERS, ids=repr)
def test_an_identifier_is_the_same_in_other_letter_case_and_with_blanks(service: OneBody, identifier: str) -> None:
    model: Any = service.read(EXECUTION, changed(EXECUTION, ["executionId"], identifier))
    assert model.execution_id == identifier


@pytest.mark.parametrize("identifier", ["exec_abc123def456", EXECUTION_ID[:-1], "", EXECUTION_ID + "0", "null"])
def test_another_identifier_is_refused(service: OneBody, identifier: str) -> None:
    with pytest.raises(quantcdn.ApiResponseException):
        service.read(EXECUTION, changed(EXECUTION, ["executionId"], identifier))


WHOLE: list[bytes] = [
    *(b"", b" ", b"null", b"true", b"5", b'"text"', b"[]", b"[{}]", b"{}", b"<html></html>", b"\0", b"\xff\xfe{}"),
    *(b'{"count": 1, "tools": ["a"]', b'{"count": 1, "tools": ["a"]}}', b"{'count': 1, 'tools': ['a']}", b"NaN"),
    *(b"[" * 100_000, b'{"a":' * 100_000, b'{"count": ' + b"9" * 5000 + b', "tools": []}', b'{"count": 1,}'),
    *(b'{"count": 1, "tools": ["\xe9"]}', '{"count": 1, "tools": []}'.encode("utf-16"), b'{"tools": [], "count": "'),
    *(b'{"count": 1, "tools": ["\\ud800"]}', b'{"count": 1, "tools": [], "x": "\\udfff\\ud800"}'),
    *(b'{"count": 1, "tools": [], "x": ' + b"[" * 1000 + b"]" * 1000 + b"}",),
]


@table("body", WHOLE)
def test_a_body_that_is_no_such_object_is_refused_and_stays_at_hand(service: OneBody, body: bytes) -> None:
    with pytest.raises(quantcdn.ApiResponseException) as caught:
        service.read("list_ai_tool_names", body)
    assert caught.value.status == 200


READABLE: list[tuple[bytes, list[str]]] = [
    (b'\xef\xbb\xbf{"count": 1, "tools": ["a"]}', ["a"]),
    (b'\r\n\t {"count": 1, "tools": ["a"]} \n', ["a"]),
    (b'{"count": 1, "tools": ["\\u0000\\ud83d\\ude00"]}', ["\0\U0001f600"]),
    (b'{"tools": ["z"], "count": 1, "tools": ["a"]}', ["a"]),  # as every reader of JSON does: the last one counts
    (b'{"count": 0, "tools": []}', []),
]


@pytest.mark.parametrize(("body", "tools"), READABLE, ids=repr)
def test_a_body_in_unusual_dress_is_read(service: OneBody, body: bytes, tools: list[str]) -> None:
    model: Any = service.read("list_ai_tool_names", body)
    assert model.tools == tools
