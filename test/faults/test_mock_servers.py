"""Prism, a mock server made of a description: every response that a description allows is read.

It knows the description of this project, and the service's own ones where they lie beside the repository. Its fixed
responses are a description's examples; its random ones are what the schemas allow: times of other centuries, numbers of
any size and sign, keys that nobody documents.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import quantcdn
from quantcdn.api.ai_tools_api import OPERATIONS
from quantcdn.operation import Operation
from test.helpers.descriptions import OFFICIAL, OURS
from test.helpers.prism import Prism
from test.helpers.read_body import CALLS, EXECUTION_ID, ORCHESTRATION_ID

RANDOM_RESPONSES = 200
"""How many random responses of a description are read."""

descriptions = pytest.mark.parametrize("description", [OURS, *OFFICIAL], ids=lambda path: path.name, scope="module")


def pattern_of(path: str) -> str:
    return re.sub(r"{\w+}", "{}", path)


def operations_of(description: Path) -> list[tuple[Operation[Any], dict[str, Any]]]:
    """List the operations that a description has, with what it says of them."""
    paths = {pattern_of(path): item for path, item in yaml.safe_load(description.read_text())["paths"].items()}
    return [
        (operation, paths[pattern_of(operation.path)][operation.method.lower()])
        for operation in OPERATIONS
        if pattern_of(operation.path) in paths
    ]


Start = Callable[[Path], Prism]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start a server for each description, once."""
    running: dict[Path, Prism] = {}

    def started(description: Path) -> Prism:
        if description not in running:
            running[description] = Prism(tmp_path_factory.mktemp("prism"), description)
        return running[description]

    yield started
    for prism in running.values():
        prism.stop()


def api_of(prism: Prism, **settings: Any) -> quantcdn.AIToolsApi:
    configuration = quantcdn.Configuration(
        prism.url, **{"access_token": "x", "retries": 0, "progress": False, **settings}
    )
    return quantcdn.AIToolsApi(quantcdn.ApiClient(configuration))


def call(api: quantcdn.AIToolsApi, operation: Operation[Any], **options: Any) -> quantcdn.ApiResponse[Any]:
    method = getattr(api, f"{operation.name}_with_http_info")
    response: quantcdn.ApiResponse[Any] = method(*CALLS[operation.name], **options)
    return response


def without_times(value: Any) -> Any:
    """Leave out the times, which are read whole but written in one form."""
    if isinstance(value, dict):
        return {key: without_times(inner) for key, inner in value.items() if not key.endswith("At")}
    return [without_times(inner) for inner in value] if isinstance(value, list) else value


def assert_read(operation: Operation[Any], response: quantcdn.ApiResponse[Any]) -> None:
    """See that a response became its model and that nothing of it was lost."""
    assert type(response.data) is operation.model
    assert without_times(json.loads(response.data.to_json())) == without_times(json.loads(response.raw_data))
    assert operation.model.from_json(response.data.to_json()) == response.data
    str(response.data)
    response.data.to_str()


@descriptions
def test_a_description_has_the_endpoints(description: Path) -> None:
    found = {operation.name for operation, _ in operations_of(description)}
    assert len(found) >= 5
    assert description != OURS or found == {operation.name for operation in OPERATIONS}


@descriptions
def test_every_fixed_response_is_read(description: Path, start: Start) -> None:
    api = api_of(start(description), verify_identifiers=False)
    with api.api_client:
        for operation, _ in operations_of(description):
            assert_read(operation, call(api, operation))


@descriptions
def test_every_random_response_is_read(description: Path, start: Start) -> None:
    operations = operations_of(description)
    with (api := api_of(start(description), verify_identifiers=False)).api_client:
        for operation, _ in operations:
            count = math.ceil(RANDOM_RESPONSES / len(operations))
            responses = [call(api, operation, _headers={"Prefer": "dynamic=true"}) for _ in range(count)]
            assert len({response.raw_data for response in responses}) > count / 2
            for response in responses:
                assert_read(operation, response)


@descriptions
def test_every_documented_error_is_an_error_of_its_class(description: Path, start: Start) -> None:
    with (api := api_of(start(description))).api_client:
        for operation, described in operations_of(description):
            for status in sorted(int(code) for code in described["responses"] if code[0] in "45"):
                with pytest.raises(quantcdn.exceptions.exception_class(status)) as caught:
                    call(api, operation, _headers={"Prefer": f"code={status}"})
                assert caught.value.status == status
                documented = operation.errors.get(status)
                assert documented is None or isinstance(caught.value.data, documented)


@descriptions
def test_a_call_without_a_token_is_refused(description: Path, start: Start) -> None:
    with (api := api_of(start(description), access_token=None)).api_client:
        for operation, _ in operations_of(description):
            with pytest.raises(quantcdn.UnauthorizedException):
                call(api, operation)


@descriptions
def test_an_examples_identifier_is_refused_by_default_and_the_error_says_the_setting(
    description: Path, start: Start
) -> None:
    with (api := api_of(start(description))).api_client:
        for operation, _ in operations_of(description):
            if operation.identifier is not None:
                with pytest.raises(quantcdn.ApiResponseException, match="verify_identifiers=False"):
                    call(api, operation)


@descriptions
def test_a_wait_ends_on_the_examples(description: Path, start: Start) -> None:
    with (api := api_of(start(description), verify_identifiers=False)).api_client:
        assert api.wait_for_ai_tool_execution("acme", EXECUTION_ID, timeout=0).is_complete
        assert api.wait_for_ai_orchestration("acme", ORCHESTRATION_ID, timeout=0).is_complete
