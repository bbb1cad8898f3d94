"""A program that strict type checkers accept: it waits for executions and an orchestration, and saves their images.

``QUANT_API_KEY=… python docs/examples/typed_program.py acme exec_… orch_…``
"""

from __future__ import annotations

import sys
from pathlib import Path

import quantcdn
from quantcdn import models
from quantcdn.hooks import AttemptRecord
from quantcdn.images import image_from_uri, save_images


def report(attempt: AttemptRecord) -> None:
    print(f"{attempt.path}: {attempt.status or attempt.error}", file=sys.stderr)


def newest(api: quantcdn.AIToolsApi, organisation: str) -> list[str]:
    listed = api.list_ai_tool_executions(organisation, status="complete", limit=10, _request_timeout=(5, 10))
    rows: list[models.ListAIToolExecutions200ResponseExecutionsInner] = listed[:3]
    print(f"{len(listed)} of {listed.count}, the oldest: {listed[-1].tool_name}" if listed else "none")
    return [row.execution_id for row in rows if row.execution_id]


def wait(api: quantcdn.AIToolsApi, organisation: str, identifier: str) -> Path | None:
    try:
        execution = api.wait_for_ai_tool_execution(
            organisation,
            identifier,
            timeout=30,
            poll=quantcdn.Poll(initial=0.5, factor=2, maximum=5),
            on_update=lambda update: print(update.execution_id, update.status),
            _headers={"X-Team": "docs"},
        )
    except quantcdn.WaitException as error:
        status = error.last.status if error.last else "never seen"
        print(f"{error.identifier}: {status} after {error.waited:.0f} s and {error.polls} polls")
        return None
    except quantcdn.NotFoundException as error:
        print(f"{identifier}: {error.status}, request {error.request_id}")
        return None
    for uri in (execution.result.images if execution.result else None) or []:
        preview = image_from_uri(uri)
        print(f"a preview of {preview.width} by {preview.height}, {preview.media_type}")
    return next(iter(save_images(execution, "images", api_client=api.api_client)), None)


def main(organisation: str, execution_id: str, orchestration_id: str) -> None:
    settings = quantcdn.Configuration.from_env()
    settings.retries = quantcdn.RetryPolicy(attempts=4)
    settings.on_response = report
    with quantcdn.ApiClient(settings) as client:
        api = quantcdn.AIToolsApi(
            client.with_options(timeout=quantcdn.Timeout(total=20), headers={"X-Program": "typed"})
        )
        print(wait(api, organisation, execution_id))
        for outcome in api.wait_for_ai_tool_executions(organisation, newest(api, organisation), timeout=60):
            print(outcome.identifier, outcome.execution.duration if outcome.execution else outcome.error)
        orchestration = client.organisation(organisation).wait_for_ai_orchestration(orchestration_id)
        print(orchestration.answer, [tool.tool_name for tool in orchestration.tools or []])
        response = api.list_ai_tool_names_with_http_info(organisation)
        print(response.status_code, response.headers["Content-Type"], ", ".join(response.data))


if __name__ == "__main__":
    main(*sys.argv[1:4])
