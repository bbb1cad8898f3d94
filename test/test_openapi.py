"""The description in OpenAPI is valid and current, and it says what the local service does and the models read."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import schemathesis
import yaml
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup

from quantcdn import models
from quantcdn.api.ai_tools_api import OPERATIONS
from quantcdn.emulator import Emulator, Fault, ManualClock
from quantcdn.emulator._openapi import description
from test.emulator_requests import ask

SCRIPT = Path(__file__).parent.parent / "docs" / "openapi.py"
WRITTEN = yaml.safe_load(SCRIPT.with_suffix(".yaml").read_text(encoding="utf-8"))
TOKEN = "token-of-the-description"

DESCRIBED = schemathesis.openapi.from_dict(
    description([{"url": "/"}]),
    config=SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "auth": {"openapi": {"token": {"bearer": TOKEN}}},
            "generation": {"max-examples": 25, "deterministic": True, "database": "none"},
        }
    ),
)


def calls() -> dict[str, Any]:
    """List the operations of the description by their names."""
    return {call["operationId"]: call for path in WRITTEN["paths"].values() for call in path.values()}


def identifiers(operation: str) -> list[str]:
    """List the identifiers that the description gives as examples."""
    return list(calls()[operation]["parameters"][-1]["examples"])


def example_bodies() -> Iterator[Any]:
    """List the examples of answers, each with the model that its schema stands for."""
    for name, call in calls().items():
        for status, response in call["responses"].items():
            for media in response.get("content", {}).values():
                model = media["schema"]["$ref"].rpartition("/")[2]
                for example, body in media.get("examples", {}).items():
                    yield pytest.param(model, body["value"], id=f"{name}-{status}-{example}")


def is_described(model: str, body: object) -> bool:
    schema = {"$ref": f"#/components/schemas/{model}", "components": WRITTEN["components"]}
    return jsonschema.Draft202012Validator(schema).is_valid(body)


def check(folder: Path) -> tuple[int, str]:
    command = [sys.executable, SCRIPT, "--check", "--folder", folder]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.fixture(scope="module", params=[("4.9", None), ("4.19", "acme")], ids=["4.9", "4.19"])
def service(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """A local service that has what the examples ask for, in all states."""
    wire, organisation = request.param
    clock = ManualClock()
    with Emulator(clock=clock, token=TOKEN, wire=wire, organisation=organisation) as service:
        for place, name in enumerate(identifiers("get_ai_tool_execution_status")):
            error = "The prompt was refused" if place == 1 else None
            service.start_execution("generate_image", pending=0, running=place, error=error, execution_id=name)
        for place, name in enumerate(identifiers("get_ai_orchestration_status")):
            service.start_orchestration(
                ["calculate", "search_web"], pending=0, running=place, synthesizing=0, orchestration_id=name
            )
        clock.advance(1)
        yield service


@DESCRIBED.parametrize()
def test_the_local_service_does_what_is_described(case: schemathesis.Case, service: Emulator) -> None:
    case.call_and_validate(base_url=service.url)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(body=b'{"tools": [7], "count": 1}'), "violates schema"),
        (Fault(body=b'{"tools": []}'), "violates schema"),
        (Fault(body=b"none", headers={"Content-Type": "text/plain"}), "Content-Type"),
        (Fault(status=418), "418"),
        (Fault(status=500), "Server error"),
    ],
)
def test_an_answer_that_is_not_as_described_is_noticed(fault: Fault, told: str) -> None:
    with Emulator(token=TOKEN) as service:
        case = DESCRIBED.find_operation_by_id("list_ai_tool_names").Case(path_parameters={"organisation": "acme"})
        service.add_fault(fault)
        with pytest.raises(FailureGroup) as caught:
            case.call_and_validate(base_url=service.url, headers={"Authorization": f"Bearer {TOKEN}"})
        assert told in str(caught.value)


def test_the_description_is_valid() -> None:
    schemathesis.openapi.from_dict(WRITTEN).validate()
    for schema in WRITTEN["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_the_local_service_serves_it_without_a_token_and_its_page_names_it(quantcdn_emulator: Emulator) -> None:
    response, body = ask(quantcdn_emulator, "/openapi.json", token=False)
    assert (response.status, response.headers["Content-Type"]) == (200, "application/json")
    assert json.loads(body) == WRITTEN | {"servers": [{"url": "/", "description": "The local service"}]}
    assert b"GET /openapi.json" in ask(quantcdn_emulator, "/", token=False)[1]


def test_the_file_is_current(tmp_path: Path) -> None:
    assert check(SCRIPT.parent) == (0, ""), "run python docs/openapi.py"


def test_an_edited_file_is_named_and_written_anew(tmp_path: Path) -> None:
    file = tmp_path / "openapi.yaml"
    shutil.copy(SCRIPT.with_suffix(".yaml"), file)
    file.write_text(file.read_text(encoding="utf-8").replace("maximum: 100", "maximum: 99"), encoding="utf-8")
    assert check(tmp_path) == (1, f"not current: {file}\n")
    subprocess.run([sys.executable, SCRIPT, "--folder", tmp_path], timeout=60, check=True)
    assert check(tmp_path) == (0, "")


def test_each_endpoint_and_each_model_is_described() -> None:
    assert sorted(calls()) == sorted(operation.name for operation in OPERATIONS)
    assert set(WRITTEN["components"]["schemas"]) == {*models.__all__, "Error"}
    for operation in OPERATIONS:
        call = calls()[operation.name]
        assert [part["name"] for part in call["parameters"]] == [*operation.path_parameters, *operation.query]
        for status, model in {200: operation.model, **operation.errors}.items():
            schema = call["responses"][str(status)]["content"]["application/json"]["schema"]
            assert schema == {"$ref": f"#/components/schemas/{model.__name__}"}


@pytest.mark.parametrize(
    ("operation", "statuses"),
    [
        ("list_ai_tools", [200, 401, 403, 500]),
        ("list_ai_tool_names", [200, 401, 403, 500]),
        ("list_mcp_servers", [200, 401, 403, 500]),
        ("list_ai_tool_executions", [200, 400, 401, 403, 500]),
        ("get_ai_tool_execution_status", [200, 401, 403, 404, 500]),
        ("get_ai_orchestration_status", [200, 401, 403, 404, 500]),
    ],
)
def test_the_answers_that_the_api_documents_are_all_there(operation: str, statuses: list[int]) -> None:
    assert sorted(map(int, calls()[operation]["responses"])) == statuses


def test_everything_has_words_and_none_is_python_s() -> None:
    texts = [part["description"] for call in calls().values() for part in call["parameters"]]
    texts += [call["summary"] for call in calls().values()]
    for schema in WRITTEN["components"]["schemas"].values():
        texts += [schema["description"], *(field["description"] for field in schema["properties"].values())]
    names = {name for model in models.__all__ for name in getattr(models, model).model_fields if "_" in name}
    assert all(texts)
    assert [text for text in texts if "None" in text or "``" in text or names & set(text.split("`"))] == []


@pytest.mark.parametrize(("model", "body"), list(example_bodies()))
def test_an_example_is_as_described_and_goes_through_its_model_unchanged(model: str, body: Any) -> None:
    assert is_described(model, body)
    text = json.dumps(body)
    assert model == "Error" or json.loads(getattr(models, model).from_json(text).to_json()) == body


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        ("get_ai_tool_execution_status", {"status": "paused", "createdAt": 1767225600.5}),
        ("get_ai_tool_execution_status", {"createdAt": 1767225600000, "startedAt": "2026-01-01 00:00:00+00:00"}),
        ("get_ai_tool_execution_status", {"result": "{}", "message": "seen in use"}),
        ("get_ai_tool_execution_status", {"result": [1], "error": None, "completedAt": None}),
        ("get_ai_orchestration_status", {"status": "COMPLETE", "createdAt": 1767225600, "duration": 1.5}),
        ("get_ai_orchestration_status", {"createdAt": "Thu, 01 Jan 2026 00:00:00 GMT", "tools": None, "new": {"a": 1}}),
    ],
)
def test_what_the_models_read_is_as_described(operation: str, changed: dict[str, Any]) -> None:
    media = calls()[operation]["responses"]["200"]["content"]["application/json"]
    model = media["schema"]["$ref"].rpartition("/")[2]
    body = media["examples"][next(iter(media["examples"]))]["value"] | changed
    assert json.loads(getattr(models, model).from_json(json.dumps(body)).to_json()) == body
    assert is_described(model, body)


@pytest.mark.parametrize(
    "changed", [{"status": 1}, {"status": None}, {"toolCount": "1"}, {"createdAt": None}, {"tools": {}}]
)
def test_what_the_models_refuse_is_not_as_described(changed: dict[str, Any]) -> None:
    body = {"orchestrationId": "orch_1", "status": "pending", "toolCount": 1, "createdAt": "2026-01-01T00:00:00Z"}
    assert is_described("GetAIOrchestrationStatus200Response", body)
    assert not is_described("GetAIOrchestrationStatus200Response", body | changed)
    with pytest.raises(ValueError, match="GetAIOrchestrationStatus200Response"):
        models.GetAIOrchestrationStatus200Response.from_json(json.dumps(body | changed))
