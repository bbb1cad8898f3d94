"""The description in OpenAPI is valid and current, and it says what the local service does and the models read."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest
import schemathesis
import yaml
from pydantic.alias_generators import to_camel
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.openapi.checks import UndefinedStatusCode

from quantcdn import models
from quantcdn.api.ai_tools_api import OPERATIONS
from quantcdn.emulator import Emulator, Fault, ManualClock
from test.helpers.emulator_requests import ask

ROOT = Path(__file__).parent.parent.parent
SCRIPT = ROOT / "docs" / "tools" / "openapi.py"
WRITTEN = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8"))
TOKEN = "token-of-the-description"

WAITING = {"4.9": "polling", "4.19": "waiting_tools"}
"""The versions of the responses, each with the status of an orchestration whose tools run."""

CONFIG = SchemathesisConfig.from_dict(
    {
        "seed": 1,
        "auth": {"openapi": {"BearerAuth": {"bearer": TOKEN}}},
        "generation": {"max-examples": 25, "deterministic": True, "database": "none"},
    }
)

DESCRIBED = schemathesis.openapi.from_dict({**WRITTEN, "servers": [{"url": "/"}]}, config=CONFIG)


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


def with_times(body: Any) -> Any:
    """Read the times in a body, so that it does not matter how they are written."""
    if isinstance(body, dict):
        return {key: with_times(value) for key, value in body.items()}
    if isinstance(body, list):
        return [with_times(value) for value in body]
    return datetime.fromisoformat(body) if isinstance(body, str) and re.match(r"\d{4}-\d\d-\d\dT", body) else body


def check(root: Path) -> tuple[int, str]:
    command = [sys.executable, SCRIPT, "--check", "--root", root]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.fixture(scope="module", params=[("4.9", None), ("4.19", "acme")], ids=["4.9", "4.19"])
def service(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """A local service that has what the examples ask for, in all states."""
    wire, organisation = request.param
    clock = ManualClock()
    with Emulator(clock=clock, token=TOKEN, wire=wire, organisation=organisation) as service:
        for place, name in enumerate(identifiers("getAIToolExecutionStatus")):
            error = "The prompt was refused" if place == 1 else None
            service.start_execution("generate_image", pending=0, running=place, error=error, execution_id=name)
        for place, name in enumerate(identifiers("getAIOrchestrationStatus")):
            service.start_orchestration(
                ["calculate", "search_web"], pending=0, running=place, synthesizing=0, orchestration_id=name
            )
        clock.advance(1)
        yield service


@DESCRIBED.parametrize()
def test_the_local_service_does_what_is_described(case: schemathesis.Case, service: Emulator) -> None:
    case.call_and_validate(base_url=service.url)


FOLDER = Path(__file__).parent.parent.parent.parent / "shared" / "spec"
TestFunction = Callable[..., None]


class StandIn(NamedTuple):
    """A local service, and the identifiers of what it has."""

    service: Emulator
    executions: list[str]
    orchestrations: list[str]


@pytest.fixture(scope="module")
def stand_ins() -> Iterator[dict[str, StandIn]]:
    """Local services of all versions, with executions and orchestrations of every status."""
    with ExitStack() as stack:
        found = {}
        for wire in WAITING:
            clock = ManualClock()
            service = stack.enter_context(Emulator(clock=clock, token=TOKEN, wire=wire))
            made = found[f"{wire}.0"] = StandIn(service, [], [])
            for seconds, error in product((2, 1, 0), (None, "out of paper")):
                tool = service.start_execution("generate_image", pending=seconds, running=seconds, error=error)
                made.executions.append(tool)
                for synthesizing in (0, 2):
                    made.orchestrations.append(
                        service.start_orchestration([tool], pending=seconds, synthesizing=synthesizing, error=error)
                    )
            clock.advance(1)
        yield found


def by_the_services_own_description(version: str) -> TestFunction:
    """Make a test of the service's own description, which lies beside this project, but is no part of it."""
    file = FOLDER / f"ai-tools-{version}.yaml"
    if not file.is_file():

        def leave_out() -> None:
            pytest.skip(f"the service's own description of version {version} is not in {FOLDER}")

        return leave_out

    @schemathesis.openapi.from_path(file, config=CONFIG).parametrize()
    def check(case: schemathesis.Case, stand_ins: dict[str, StandIn]) -> None:
        try:
            case.call_and_validate(base_url=stand_ins[version].service.url)
        except FailureGroup as found:
            # It documents no response to a missing or wrong token.
            undocumented = [(type(one), getattr(one, "status_code", None)) for one in found.exceptions]
            if undocumented != [(UndefinedStatusCode, 401)]:
                raise

    return check


test_version_4_9_is_as_it_describes_itself = by_the_services_own_description("4.9.0")
test_version_4_19_is_as_it_describes_itself = by_the_services_own_description("4.19.0")


@pytest.mark.parametrize("version", ["4.9.0", "4.19.0"])
def test_every_status_is_as_the_service_itself_describes_it(version: str, stand_ins: dict[str, StandIn]) -> None:
    file = FOLDER / f"ai-tools-{version}.yaml"
    if not file.is_file():
        pytest.skip(f"the service's own description of version {version} is not in {FOLDER}")
    schema = schemathesis.openapi.from_path(file, config=CONFIG)
    service, executions, orchestrations = stand_ins[version]
    statuses = set()
    for key, identifiers in (("execution", executions), ("orchestration", orchestrations)):
        operation = next(call.ok() for call in schema.get_all_operations() if f"{key}Id" in call.ok().path)
        for identifier in identifiers:
            case = operation.Case(path_parameters={"organisation": "acme", f"{key}Id": identifier})
            response = case.call(base_url=service.url, headers={"Authorization": f"Bearer {TOKEN}"})
            case.validate_response(response)
            statuses.add((key, response.json()["status"]))
    waiting = WAITING[version.removesuffix(".0")]
    assert {status for key, status in statuses if key == "execution"} == {"pending", "running", "complete", "failed"}
    assert {status for key, status in statuses if key == "orchestration"} == {
        "pending", waiting, "synthesizing", "complete", "failed",
    }  # fmt: skip


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
def test_a_response_that_is_not_as_described_is_noticed(fault: Fault, told: str) -> None:
    with Emulator(token=TOKEN) as service:
        case = DESCRIBED.find_operation_by_id("listAIToolNames").Case(path_parameters={"organisation": "acme"})
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


def test_the_files_are_current() -> None:
    assert check(ROOT) == (0, ""), "run python docs/tools/openapi.py"


@pytest.mark.parametrize("name", ["docs/openapi.yaml", "quantcdn/emulator/_openapi.json"])
def test_an_edited_file_is_named_and_written_anew(name: str, tmp_path: Path) -> None:
    for written in ("docs/openapi.yaml", "quantcdn/emulator/_openapi.json"):
        (tmp_path / written).parent.mkdir(parents=True)
        shutil.copy(ROOT / written, tmp_path / written)
    file = tmp_path / name
    file.write_text(re.sub(r"(maximum\W+)100", r"\g<1>99", file.read_text(encoding="utf-8")), encoding="utf-8")
    assert check(tmp_path) == (1, f"not current: {file}\n")
    subprocess.run([sys.executable, SCRIPT, "--root", tmp_path], timeout=60, check=True)
    assert check(tmp_path) == (0, "")


def test_the_local_service_serves_it_where_python_drops_docstrings() -> None:
    script = """
import sys, urllib.request
from quantcdn.emulator import Emulator
with Emulator() as service:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    sys.stdout.write(opener.open(f"{service.url}/openapi.json").read().decode())
"""
    served = subprocess.run([sys.executable, "-OO", "-c", script], capture_output=True, timeout=60, check=True).stdout
    assert json.loads(served)["components"] == WRITTEN["components"]


def test_each_endpoint_and_each_model_is_described() -> None:
    assert set(WRITTEN["components"]["schemas"]) == {*models.__all__, "ErrorResponse"}
    assert len(calls()) == len(OPERATIONS)
    for operation in OPERATIONS:
        path = re.sub(r"{(\w+)}", lambda found: f"{{{to_camel(found[1])}}}", operation.path)
        call = WRITTEN["paths"][path][operation.method.lower()]
        names = [*operation.path_parameters, *operation.query]
        assert [part["name"] for part in call["parameters"]] == list(map(to_camel, names))
        for status, model in {200: operation.model, **operation.errors}.items():
            schema = call["responses"][str(status)]["content"]["application/json"]["schema"]
            assert schema == {"$ref": f"#/components/schemas/{model.__name__}"}


@pytest.mark.parametrize(
    ("operation", "statuses"),
    [
        ("listAITools", [200, 401, 403, 500]),
        ("listAIToolNames", [200, 401, 403, 500]),
        ("listMcpServers", [200, 401, 403, 500]),
        ("listAIToolExecutions", [200, 400, 401, 403, 500]),
        ("getAIToolExecutionStatus", [200, 401, 403, 404, 500]),
        ("getAIOrchestrationStatus", [200, 401, 403, 404, 500]),
    ],
)
def test_the_responses_that_the_api_documents_are_all_there(operation: str, statuses: list[int]) -> None:
    assert sorted(map(int, calls()[operation]["responses"])) == statuses


def test_names_bounds_and_defaults_are_those_of_the_service_s_own_description() -> None:
    assert sorted(calls()) == [
        "getAIOrchestrationStatus", "getAIToolExecutionStatus", "listAIToolExecutions", "listAIToolNames",
        "listAITools", "listMcpServers",
    ]  # fmt: skip
    start = "/api/v3/organizations/{organisation}/ai"
    assert {f"{start}/tools/executions/{{executionId}}", f"{start}/mcp-servers"} < set(WRITTEN["paths"])
    assert WRITTEN["components"]["securitySchemes"].keys() == {"BearerAuth"}
    schemas = {part["name"]: part["schema"] for part in calls()["listAIToolExecutions"]["parameters"]}
    assert schemas["status"] == {"type": "string", "enum": ["pending", "running", "complete", "failed"]}
    assert schemas["limit"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}
    fields = {name: schema["properties"] for name, schema in WRITTEN["components"]["schemas"].items()}
    execution, orchestration = (fields[f"GetAI{kind}Status200Response"] for kind in ("ToolExecution", "Orchestration"))
    assert execution["createdAt"]["type"] == "integer"
    assert (orchestration["createdAt"]["type"], orchestration["createdAt"]["format"]) == ("string", "date-time")
    assert execution["status"]["examples"] == ["pending", "running", "complete", "failed"]
    assert "waiting_tools" in orchestration["status"]["examples"]
    assert "enum" not in orchestration["status"]


def test_everything_has_words_and_none_is_python_s() -> None:
    texts = [part["description"] for call in calls().values() for part in call["parameters"]]
    texts += [call[text] for call in calls().values() for text in ("summary", "description")]
    for schema in WRITTEN["components"]["schemas"].values():
        texts += [schema["description"], *(field["description"] for field in schema["properties"].values())]
    names = {name for model in models.__all__ for name in getattr(models, model).model_fields if "_" in name}
    names |= {operation.name for operation in OPERATIONS}
    assert all(texts)
    assert [text for text in texts if "None" in text or "``" in text or names & set(text.split("`"))] == []


@pytest.mark.parametrize(("model", "body"), list(example_bodies()))
def test_an_example_is_as_described_and_goes_through_its_model_unchanged(model: str, body: Any) -> None:
    assert is_described(model, body)
    if model != "ErrorResponse":
        written = getattr(models, model).from_json(json.dumps(body)).to_json()
        assert with_times(json.loads(written)) == with_times(body)


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        ("getAIToolExecutionStatus", {"status": "paused", "duration": 1.5}),
        ("getAIToolExecutionStatus", {"result": {"cost": 3}, "message": "seen in use"}),
        ("getAIToolExecutionStatus", {"result": None, "error": None, "completedAt": None}),
        ("getAIOrchestrationStatus", {"status": "COMPLETE", "createdAt": "2026-01-01T11:00:00+11:00", "duration": 1.5}),
        ("getAIOrchestrationStatus", {"tools": None, "new": {"a": 1}}),
    ],
)
def test_what_a_service_may_add_is_as_described_and_read(operation: str, changed: dict[str, Any]) -> None:
    media = calls()[operation]["responses"]["200"]["content"]["application/json"]
    model = media["schema"]["$ref"].rpartition("/")[2]
    body = media["examples"][next(iter(media["examples"]))]["value"] | changed
    assert with_times(json.loads(getattr(models, model).from_json(json.dumps(body)).to_json())) == with_times(body)
    assert is_described(model, body)


@pytest.mark.parametrize("changed", [{"status": None}, {"toolCount": "many"}, {"createdAt": None}])
def test_what_the_models_refuse_is_not_as_described(changed: dict[str, Any]) -> None:
    body = {"orchestrationId": "orch_1", "status": "pending", "toolCount": 1, "createdAt": "2026-01-01T00:00:00Z"}
    assert is_described("GetAIOrchestrationStatus200Response", body)
    assert not is_described("GetAIOrchestrationStatus200Response", body | changed)
    with pytest.raises(ValueError, match="GetAIOrchestrationStatus200Response"):
        models.GetAIOrchestrationStatus200Response.from_json(json.dumps(body | changed))
