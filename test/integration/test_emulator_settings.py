"""What the local service can be told, and what it refuses to be told."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from quantcdn import (
    AIToolsApi,
    ApiClient,
    ApiTypeError,
    ApiValueError,
    ForbiddenException,
    UnauthorizedException,
)
from quantcdn.api import ai_tools_api
from quantcdn.emulator import Clock, Emulator, ManualClock, RecordedRequest
from test.helpers.emulator_requests import START, TOOLS, ask, body_of


def test_a_missing_or_wrong_token_is_refused(quantcdn_emulator: Emulator, quantcdn_api: AIToolsApi) -> None:
    response, body = ask(quantcdn_emulator, TOOLS, token=False)
    assert response.status == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert json.loads(body) == {"error": "Unauthorized", "message": "No token"}
    for wrong in ("Bearer other", f"Basic {quantcdn_emulator.token}", "Bearer"):
        assert ask(quantcdn_emulator, TOOLS, token=False, Authorization=wrong)[0].status == 401
    quantcdn_api.api_client.configuration.access_token = "other"
    with pytest.raises(UnauthorizedException):
        quantcdn_api.list_ai_tool_names("acme")


def test_a_token_and_an_organisation_can_be_given() -> None:
    with (
        Emulator(token="Bearer mine", organisation="acme") as service,
        ApiClient(service.configuration(proxy="")) as client,
    ):
        assert service.token == "mine"
        assert AIToolsApi(client).list_ai_tool_names("acme").count == 4
        with pytest.raises(ForbiddenException, match="Access denied"):
            AIToolsApi(client).list_ai_tool_names("other")


def test_a_missing_scope_is_named() -> None:
    with Emulator(missing_scope="ai:read") as service, ApiClient(service.configuration(proxy="")) as client:
        with pytest.raises(ForbiddenException) as caught:
            AIToolsApi(client).list_ai_tool_names("acme")
        said = {"error": "insufficient_scope", "message": "Token is missing the scope ai:read"}
        assert json.loads(caught.value.body or "") == said
        assert ask(service, TOOLS, token=False)[0].status == 401
    with pytest.raises(ApiTypeError):
        Emulator(missing_scope=7)  # type: ignore[arg-type] # on purpose


def test_the_same_seed_gives_the_same_names() -> None:
    def names(seed: int) -> tuple[str | None, ...]:
        with Emulator(seed=seed) as service:
            started = service.start_execution("calculate"), service.start_orchestration(["calculate"])
            return *started, service.token, ask(service, "/")[0].headers["x-request-id"]

    assert names(1) == names(1)
    assert set(names(1)).isdisjoint(names(2))


def test_a_function_is_called_with_each_request_and_holds_up_no_other() -> None:
    called: list[tuple[str, int | None]] = []
    released = threading.Event()

    def on_request(request: RecordedRequest) -> None:
        called.append((request.path, request.status))
        if request.path == "/":
            assert released.wait(20)

    with Emulator(on_request=on_request) as service:
        slow = threading.Thread(target=ask, args=(service, "/"))
        slow.start()
        while not called:
            assert slow.is_alive()
        assert ask(service, TOOLS)[0].status == 200
        released.set()
        slow.join()
    assert called == [("/", 200), (TOOLS, 200)]
    with pytest.raises(ApiTypeError):
        Emulator(on_request=7)  # type: ignore[arg-type] # on purpose


def test_a_reset_forgets_everything(quantcdn_emulator: Emulator) -> None:
    first = quantcdn_emulator.start_execution("calculate")
    quantcdn_emulator.start_orchestration([first])
    ask(quantcdn_emulator, TOOLS)
    quantcdn_emulator.reset()
    assert quantcdn_emulator.requests == ()
    assert body_of(quantcdn_emulator, f"{TOOLS}/executions")["count"] == 0
    assert quantcdn_emulator.start_execution("calculate") == first


def test_examples_are_of_every_status_and_in_the_past(quantcdn_emulator: Emulator, quantcdn_api: AIToolsApi) -> None:
    quantcdn_emulator.fill_examples()
    listed = quantcdn_api.list_ai_tool_executions("acme").executions
    assert {entry.status for entry in listed} == {"pending", "running", "complete", "failed"}
    assert all(entry.created and entry.created.timestamp() < START for entry in listed)
    with Emulator() as other:  # of the same seed, so its first orchestration has the identifier of the example
        name = other.start_orchestration(["calculate"])
    assert quantcdn_api.get_ai_orchestration_status("acme", name).is_complete


def test_what_the_documentation_asks_for_is_complete(quantcdn_emulator: Emulator, quantcdn_api: AIToolsApi) -> None:
    quantcdn_emulator.fill_documented()
    execution = quantcdn_api.get_ai_tool_execution_status("acme", "exec_0123456789abcdef0123456789abcdef")
    orchestration = quantcdn_api.get_ai_orchestration_status("acme", "orch_0123456789abcdef0123456789abcdef")
    assert (execution.status, orchestration.status) == ("complete", "complete")


def test_the_page_says_what_it_is_and_is_not(quantcdn_emulator: Emulator) -> None:
    response, body = ask(quantcdn_emulator, "/", token=False)
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    page = body.decode()
    assert all(operation.path in page for operation in ai_tools_api.OPERATIONS)
    assert "It is not the service" in page


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"port": 65_536}, ApiValueError),
        ({"port": "80"}, ApiTypeError),
        ({"token": ""}, ApiValueError),
        ({"organisation": " "}, ApiValueError),
        ({"wire": "5.0"}, ApiValueError),
        ({"wire": ["4.9"]}, ApiTypeError),
        ({"clock": 1.0}, ApiTypeError),
        ({"seed": "text"}, ApiTypeError),
        ({"seed": 2**63}, ApiValueError),
    ],
)
def test_unusable_settings_are_refused(arguments: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        Emulator(**arguments)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"tool_name": ""}, ApiValueError),
        ({"pending": -1}, ApiValueError),
        ({"running": float("nan")}, ApiValueError),
        ({"running": "1"}, ApiTypeError),
        ({"running": 1e9 + 1}, ApiValueError),
        ({"running": 10**400}, ApiValueError),
        ({"result": {1, 2}}, ApiTypeError),
        ({"error": 1}, ApiTypeError),
        ({"execution_id": ""}, ApiValueError),
    ],
)
def test_unusable_scripts_are_refused(
    quantcdn_emulator: Emulator, arguments: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        quantcdn_emulator.start_execution(**{"tool_name": "calculate", **arguments})


@pytest.mark.parametrize(
    ("tools", "arguments", "error"),
    [
        ([], {}, ApiValueError),
        ("calculate", {}, ApiTypeError),
        ([1], {}, ApiTypeError),
        (7, {}, ApiTypeError),
        ([""], {}, ApiValueError),
        (["exec_" + "0" * 32], {}, ApiValueError),
        (["calculate"], {"synthesizing": -1}, ApiValueError),
        (["calculate"], {"answer": 1}, ApiTypeError),
    ],
)
def test_unusable_orchestrations_are_refused(
    quantcdn_emulator: Emulator, tools: Any, arguments: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        quantcdn_emulator.start_orchestration(tools, **arguments)


def test_a_version_that_is_unknown_cannot_be_assigned(quantcdn_emulator: Emulator) -> None:
    with pytest.raises(ApiValueError, match=r"4\.9, 4\.19"):
        quantcdn_emulator.wire = "4.20"
    assert repr(quantcdn_emulator) == f"Emulator({quantcdn_emulator.url}, wire='4.19')"


def test_a_clock_runs_as_fast_as_it_was_told() -> None:
    slow, fast = Clock(), Clock(speed=1e9)
    assert fast.now() - slow.now() > 0
    assert repr(fast) == "Clock(speed=1e+09)"
    with Emulator() as service:
        assert isinstance(service.clock, Clock)


def test_what_ends_at_the_last_moment_of_a_clock_has_a_date() -> None:
    clock = ManualClock(2e11 - 1)
    with Emulator(clock=clock) as service, ApiClient(service.configuration()) as client:
        longest = {"pending": 1e9, "running": 1e9, "synthesizing": 1e9}
        identifier = service.start_orchestration(["calculate"], **longest)  # type: ignore[arg-type] # none is an answer
        clock.advance(1)
        found = AIToolsApi(client).get_ai_orchestration_status("acme", identifier)
        assert found.created_at is not None
        assert found.created_at.year == 8307
    with pytest.raises(ApiValueError, match="200000000000"):
        clock.advance(1)
    with pytest.raises(ApiValueError, match="200000000000"):
        ManualClock(2e11 + 1)


def test_a_nested_result_is_kept_as_deep_as_json_takes_it(quantcdn_emulator: Emulator) -> None:
    nested: object = 1
    for _ in range(600):
        nested = [nested]
    assert quantcdn_emulator.start_execution("calculate", result=nested)


@pytest.mark.parametrize(("speed", "error"), [(0, ApiValueError), (float("inf"), ApiValueError), ("1", ApiTypeError)])
def test_a_clock_needs_a_speed_above_0(speed: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        Clock(speed)


def test_a_manual_clock_moves_when_told_and_never_back() -> None:
    clock = ManualClock(5)
    clock.advance(2.5)
    assert clock.now() == 7.5
    assert repr(clock) == "ManualClock(start=7.5)"
    with pytest.raises(ApiValueError):
        clock.advance(-1)
    with pytest.raises(ApiTypeError):
        clock.advance(True)


def test_many_threads_get_responses_of_their_own(quantcdn_emulator: Emulator, quantcdn_api: AIToolsApi) -> None:
    wrong: list[str] = []

    def work(number: int) -> None:
        for _ in range(10):
            name = quantcdn_emulator.start_execution("calculate", execution_id=f"exec_{number}")
            if quantcdn_api.get_ai_tool_execution_status("acme", name).execution_id != name:
                wrong.append(name)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(quantcdn_emulator.requests) == 200
