"""Which statuses are terminal, and how waits finish on them, read through the public API."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

import quantcdn
from test.helpers.read_body import BODIES, CALLS, OneBody, changed, one_body
from test.helpers.table import table

EXECUTION = "get_ai_tool_execution_status"
ORCHESTRATION = "get_ai_orchestration_status"
EXECUTIONS = "list_ai_tool_executions"


@pytest.fixture(scope="module")
def service() -> Iterator[OneBody]:
    with one_body() as service:
        yield service


# Whatever their letter case, and without a time of completion.
STATUSES: list[tuple[str, bool, bool]] = [  # status, whether it is final, whether it is complete
    ("pending", False, False),
    ("running", False, False),
    ("polling", False, False),
    ("waiting_tools", False, False),
    ("synthesizing", False, False),
    ("", False, False),
    ("paused", False, False),
    ("queued", False, False),
    ("completed_with_errors", False, False),
    ("incomplete", False, False),
    ("not failed", False, False),
    ("complete", True, True),
    ("COMPLETE", True, True),
    (" Complete ", True, True),
    ("completed", True, True),
    ("Completed", True, True),
    ("failed", True, False),
    ("FAILED", True, False),
    ("cancelled", True, False),
    ("canceled", True, False),
    ("Cancelled", True, False),
    ("timed_out", True, False),
    ("TIMED_OUT", True, False),
    ("expired", True, False),
]


@table("call", [EXECUTION, ORCHESTRATION, EXECUTIONS])
@table("status, final, complete", STATUSES)
def test_a_status_is_final_by_its_word_alone(
    service: OneBody, call: str, status: str, final: bool, complete: bool
) -> None:
    body = copy.deepcopy(BODIES[call])
    inner = body["executions"][0] if call == EXECUTIONS else body
    inner |= {"status": status, "completedAt": None}
    model: Any = service.read(call, body)
    seen = model.executions[0] if call == EXECUTIONS else model
    assert (seen.status, seen.is_final, seen.is_complete) == (status, final, complete)
    assert not (seen.is_failed and seen.is_complete)
    assert seen.is_failed or status.casefold() != "failed"


@pytest.mark.parametrize("call", [EXECUTION, ORCHESTRATION, EXECUTIONS])
@pytest.mark.parametrize("status", ["paused", "Done", "finished", "completed_with_errors", "успех"])
def test_an_unknown_status_with_a_time_of_completion_is_final(service: OneBody, call: str, status: str) -> None:
    model: Any = service.read(call, _with_status(call, status))
    seen = model.executions[0] if call == EXECUTIONS else model
    assert (seen.is_final, seen.is_complete, seen.is_failed) == (True, False, False)


KNOWN = {EXECUTION: ["pending", "Running"], EXECUTIONS: ["pending", "Running"]}
KNOWN[ORCHESTRATION] = ["pending", "Polling", "waiting_tools", "synthesizing"]


@pytest.mark.parametrize(("call", "status"), [(call, status) for call, known in KNOWN.items() for status in known])
def test_a_known_status_goes_by_its_word_whatever_times_there_are(service: OneBody, call: str, status: str) -> None:
    model: Any = service.read(call, _with_status(call, status))
    seen = model.executions[0] if call == EXECUTIONS else model
    assert not seen.is_final


def _with_status(call: str, status: str) -> dict[str, Any]:
    return changed(call, ["executions", 0, "status"] if call == EXECUTIONS else ["status"], status)


ERRORS: list[tuple[Any, str]] = [
    ("boom", "boom"),
    ({"message": "boom"}, "boom"),
    ({"code": "E7", "detail": ["boom"]}, "boom"),
    (["boom"], "boom"),
    (7, "7"),
    (True, ""),
    ({}, ""),
    ("", ""),
    (None, ""),
]


@pytest.mark.parametrize(("error", "reason"), ERRORS, ids=repr)
@pytest.mark.parametrize(
    ("call", "wait"), [(EXECUTION, "wait_for_ai_tool_execution"), (ORCHESTRATION, "wait_for_ai_orchestration")]
)
def test_a_wait_finishes_as_the_status_says_whatever_the_error_is(
    service: OneBody, call: str, wait: str, error: object, reason: str
) -> None:
    follow = getattr(service.api, wait)
    service.prepare(changed(call, ["error"], error))
    assert follow(*CALLS[call], timeout=0).is_complete
    service.prepare(changed(call, ["error"], error) | {"status": "Failed"})
    with pytest.raises(quantcdn.WaitException) as caught:
        follow(*CALLS[call], timeout=0)
    assert reason in str(caught.value)
    assert not isinstance(caught.value, quantcdn.WaitTimeoutException)
    last: Any = caught.value.last
    assert last.to_dict()["error"] == error


@pytest.mark.parametrize("status", ["completed", "COMPLETE", "cancelled", "Timed_Out", "expired", "paused"])
@pytest.mark.parametrize(
    ("call", "wait"), [(EXECUTION, "wait_for_ai_tool_execution"), (ORCHESTRATION, "wait_for_ai_orchestration")]
)
def test_a_wait_never_times_out_on_a_terminal_status(service: OneBody, call: str, wait: str, status: str) -> None:
    service.prepare(changed(call, ["status"], status))
    follow = getattr(service.api, wait)
    assert follow(*CALLS[call], timeout=0, raise_on_failure=False).status == status
