"""Arguments are checked against a tool's schema as JSON Schema says, and no schema makes a check go on for ever."""

from __future__ import annotations

import contextlib
import json
import socket
import sys
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import quantcdn
from quantcdn._chat import json_schema
from quantcdn.chat import check_input

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.fixture
def tools(quantcdn_api: quantcdn.AIToolsApi) -> quantcdn.ListAITools200Response:
    return quantcdn_api.list_ai_tools("acme")


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
def test_a_schema_that_cannot_be_used_has_another_error_than_invalid_arguments(schema: dict[str, Any]) -> None:
    with pytest.raises(quantcdn.ApiValueError, match=r"^the tool's schema"):
        check_input(with_schema(schema), "text")


@pytest.mark.parametrize("key", ["$ref", "$dynamicRef"])
def test_no_url_in_a_schema_is_ever_fetched(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
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
    monkeypatch.delitem(sys.modules, "quantcdn._chat.json_schema", raising=False)
    with pytest.raises(quantcdn.ApiValueError, match=r"pip install 'quantcdn\[chat\]'"):
        check_input(tools.tools[0], {"location": "Hobart"})


@pytest.mark.parametrize("tool", [None, {"toolSpec": {"name": "x"}}, "calculate", 7, []])
def test_what_is_no_tool_is_refused(tool: Any) -> None:
    with pytest.raises(quantcdn.ApiTypeError, match=f"list_ai_tools returns it, not {type(tool).__name__}"):
        check_input(tool, {})


def test_a_tool_that_is_not_there_is_refused(tools: quantcdn.ListAITools200Response) -> None:
    with pytest.raises(quantcdn.ApiTypeError, match="is None for an unknown name"):
        check_input(tools.get("fly"), {})  # type: ignore[arg-type] # which is the point


def refused(schema: Any, value: Any) -> str:
    with pytest.raises(quantcdn.ApiValueError) as caught:
        check_input(with_schema(schema), value)
    return str(caught.value)


EXPLODING = [
    "^(a+)+$",
    "^(a|a)*$",
    "^(a|aa)+$",
    "^(a*)*$",
    "^((a+)*)+$",
    "^(?:a?){40}a{40}b$",
    "(a+){10,}!",
    "^(?=(a+)+$)a$",
    "^(?!(a+)+$).*!!$",
    "(?<=^(a+)+)b",
    "^([a-z]+)*$",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(.*)*(.*)*(.*)*(.*)*z",
    "^(((((a*)*)*)*)*)*$",
    "a{0,1000}a{0,1000}a{0,1000}b$",
]


# Fails with Python's re, which tries 2 to the power of 44 ways for the first of them.
@pytest.mark.parametrize("pattern", EXPLODING)
@pytest.mark.parametrize("length", [44, 20_000])
def test_no_pattern_makes_a_check_explode(pattern: str, length: int) -> None:
    value = "a" * length + "!"
    schemas: list[tuple[Any, Any]] = [
        ({"pattern": pattern}, value),
        ({"properties": {"a": {"type": "string", "pattern": pattern}}}, {"a": value}),
        ({"patternProperties": {pattern: False}}, {value: 1}),
        ({"patternProperties": {pattern: True}, "additionalProperties": False}, {value: 1}),
        ({"propertyNames": {"pattern": pattern}}, {value: 1}),
        ({"anyOf": [{"$schema": "http://json-schema.org/draft-07/schema#", "pattern": pattern}]}, value),
        ({"$schema": "http://json-schema.org/draft-04/schema#", "pattern": pattern}, value),
    ]
    for schema, arguments in schemas:
        with contextlib.suppress(quantcdn.ApiValueError):
            check_input(with_schema(schema), arguments)


def doubling(keyword: str, **beside: Any) -> dict[str, Any]:
    steps = {f"a{n}": {keyword: [{"$ref": f"#/$defs/a{n + 1}"}] * 2, **beside} for n in range(60)}
    return {"$defs": {**steps, "a60": False}, "$ref": "#/$defs/a0"}


# A clock that goes on with each look at it stands for a slow machine, and keeps the test from waiting.
@pytest.mark.parametrize(
    "schema",
    [
        doubling("anyOf"),
        doubling("oneOf"),
        doubling("anyOf", **{"$schema": "http://json-schema.org/draft-07/schema#"}),
        {"$schema": "http://json-schema.org/draft-07/schema#", **doubling("anyOf")},
    ],
)
def test_a_check_that_takes_too_long_is_given_up(schema: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter(range(10**9))
    monkeypatch.setattr(json_schema, "_monotonic", lambda: next(now) / 5000)
    assert refused(schema, 1) == "the tool's schema takes longer than 2 seconds to check these arguments"


def test_a_pattern_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter(range(10**9))
    monkeypatch.setattr(json_schema, "_monotonic", lambda: next(now) / 5000)
    assert "longer than 2 seconds" in refused({"pattern": "^(?:[a-z]+[.])+$"}, "abc." * 20_000 + "!")


def test_many_items_are_compared_in_a_time_that_grows_with_their_number() -> None:
    items: list[Any] = [{"a": n, "b": [n]} for n in range(30_000)]
    check_input(with_schema({"uniqueItems": True}), items)
    assert "non-unique" in refused({"uniqueItems": True}, [*items, {"b": [7.0], "a": 7}])


@pytest.mark.parametrize(
    ("items", "unique"),
    [
        ([1, True, 0, False], True),
        ([1, 1.0], False),
        ([[1], [True]], True),
        ([{"a": 1, "b": 2}, {"b": 2, "a": 1}], False),
        ([[["a"]], [["a"]]], False),
        ([None, None], False),
        ([{}, []], True),
        (["1", 1], True),
        ([], True),
    ],
)
def test_items_are_equal_as_json_schema_says(items: list[Any], unique: bool) -> None:
    assert (json_schema.violations({"uniqueItems": True}, items) == []) is unique
    assert json_schema.violations({"uniqueItems": False}, items) == []


@pytest.mark.parametrize(
    ("schema", "value", "problem"),
    [
        ({"pattern": "(a)\\1"}, "aa", r"has a pattern that cannot be checked: '\(a\)\\\\1': it refers back to a group"),
        ({"pattern": "\\p{Script=Greek}"}, "a", "cannot be checked: .* the Unicode property Script=Greek"),
        ({"pattern": "(?i)a"}, "a", "has a pattern that is not valid: .* ECMA-262 does not know"),
        ({"pattern": "(?P<n>a)"}, 7, "has a pattern that is not valid"),
        ({"pattern": "a\\Z"}, 7, r"has a pattern that is not valid: .*: \\Z is nothing in ECMA-262"),
        ({"patternProperties": {"[": True}}, {}, "has a pattern that is not valid: '\\[': a class has no end"),
        (
            {"patternProperties": {"a": True}, "unevaluatedProperties": False},
            {"a": 1},
            "cannot be checked: patternProperties beside unevaluatedProperties",
        ),
        ({"pattern": "(" * 5000 + "a" + ")" * 5000}, "a", "its groups are nested too deeply"),
        ({"type": "object"}, [10**5000], "cannot be used: ValueError"),
        ({"$ref": "#"}, 1, "nested without an end"),
    ],
)
def test_a_schema_that_cannot_be_checked_says_why(schema: Any, value: Any, problem: str) -> None:
    with pytest.raises(quantcdn.ApiValueError, match=f"the tool's schema .*{problem}"):
        check_input(with_schema(schema), value)


def test_a_pattern_that_cannot_be_checked_hinders_only_what_it_is_for() -> None:
    schema = {"properties": {"a": {"pattern": "(a)\\1"}, "b": {"type": "string"}}}
    check_input(with_schema(schema), {"b": "x"})
    assert "refers back" in refused(schema, {"a": "aa"})


@pytest.mark.parametrize("schema", ["text", 7, ["type"]])
def test_a_schema_of_another_type_is_refused(schema: Any) -> None:
    tool = quantcdn.ListAITools200ResponseToolsInner.model_construct(
        tool_spec=quantcdn.ListAITools200ResponseToolsInnerToolSpec.model_construct(
            input_schema=quantcdn.ListAITools200ResponseToolsInnerToolSpecInputSchema.model_construct(var_json=schema)
        )
    )
    with pytest.raises(quantcdn.ApiValueError, match="the tool's schema is not valid: it is no object"):
        check_input(tool, {})


def test_names_that_no_pattern_takes_are_additional() -> None:
    schema = {
        "properties": {"a": {}},
        "patternProperties": {"^x-": {"type": "string"}},
        "additionalProperties": {"type": "integer"},
    }
    check_input(with_schema(schema), {"a": None, "x-b": "c", "d": 1})
    assert "['d']: 'e' is not of type 'integer'" in refused(schema, {"d": "e"})
    assert "['x-b']: 1 is not of type 'string'" in refused(schema, {"x-b": 1})
    assert "('d' was unexpected)" in refused({**schema, "additionalProperties": False}, {"x-b": "c", "d": 1})


def test_names_that_nothing_takes_are_unevaluated() -> None:
    schema = {"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": False}
    check_input(with_schema(schema), {"a": 1})
    assert "'b' was unexpected" in refused(schema, {"a": 1, "b": 1})


def test_only_the_first_hundred_places_are_named() -> None:
    said = refused({"items": {"type": "string"}}, list(range(5000)))
    assert said.count(" is not of type 'string'") == 100
    assert said.endswith("; and more")
    assert "and more" not in refused({"items": {"type": "string"}}, list(range(100)))


def test_checks_in_threads_do_not_share_anything() -> None:
    problems: list[str] = []

    def check(number: int) -> None:
        for _ in range(20):
            problems.append(refused({"pattern": f"^{number}$"}, "x"))

    threads = [threading.Thread(target=check, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(problems) == 80
    assert {problem[-4:] for problem in problems} == {f"^{number}$'" for number in range(4)}


# jsonschema's own verdicts on schemas without patterns, of every draft that it knows.
@given(
    st.sampled_from(["04", "06", "07", "2019-09", "2020-12"]),
    st.dictionaries(
        st.sampled_from(["type", "enum", "const", "items", "required", "properties", "minLength", "not", "anyOf"]),
        st.sampled_from(
            ["string", "object", {"type": "string"}, {"a": {"type": "null"}}, ["a"], [{"type": "array"}], 1, False]
        ),
        max_size=4,
    ),
    JSON,
)
def test_verdicts_are_those_of_jsonschema(draft: str, schema: dict[str, Any], value: Any) -> None:
    import jsonschema

    host = "https://json-schema.org/draft" if draft.startswith("20") else "http://json-schema.org/draft-"
    schema = {"$schema": f"{host}/{draft}/schema" if draft.startswith("20") else f"{host}{draft}/schema#", **schema}
    kind = jsonschema.validators.validator_for(schema)
    try:
        kind.check_schema(schema)
    except jsonschema.SchemaError:
        assert refused(schema, value).startswith("the tool's schema is not valid")
    else:
        assert (json_schema.violations(schema, value) == []) is kind(schema).is_valid(value)


def test_arguments_come_parsed(tools: quantcdn.ListAITools200Response) -> None:
    with pytest.raises(quantcdn.ApiValueError, match="is not of type 'object'"):
        check_input(tools.tools[1], json.dumps({"operation": "add", "a": 1, "b": 2}))
