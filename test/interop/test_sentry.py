"""No token in an event's local variables; spans, breadcrumbs and trace headers by the recipe of docs/hooks.md."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from quantcdn import AIToolsApi, ApiClient, ServiceException
from quantcdn.emulator import Emulator, Fault
from test.interop.recipes import recipe

TOOLS = ("sentry-sdk",)


class Kept(Transport):
    def __init__(self) -> None:
        super().__init__()
        self.envelopes: list[Envelope] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.envelopes.append(envelope)

    def text(self) -> str:
        return json.dumps([item.payload.json for sent in self.envelopes for item in sent.items], default=repr)


@pytest.fixture
def kept() -> Iterator[Kept]:
    transport = Kept()
    sentry_sdk.init("https://key@example.test/1", transport=transport, traces_sample_rate=1.0)
    yield transport
    sentry_sdk.get_client().close()


def test_no_event_has_the_token(service: Emulator, api: AIToolsApi, kept: Kept) -> None:
    service.add_fault(Fault(status=500), times=None)
    try:
        api.list_ai_tool_names("acme")
    except ServiceException as error:
        sentry_sdk.capture_exception(error)
    sentry_sdk.flush()
    assert "list_ai_tool_names" in kept.text()
    assert service.token not in kept.text()


def test_the_recipe_makes_spans_and_sends_the_trace(service: Emulator, kept: Kept) -> None:
    hooks = recipe("Sentry")
    service.add_fault(Fault(status=503))
    configuration = service.configuration(proxy="", on_request=hooks["begin"], on_response=hooks["end"])
    with ApiClient(configuration) as client, sentry_sdk.start_transaction(op="task", name="a task") as transaction:
        AIToolsApi(client).list_ai_tool_executions("acme", status="complete")
        sentry_sdk.capture_message("done")
    sentry_sdk.flush()
    event, sent = [item.payload.json for envelope in kept.envelopes for item in envelope.items]
    spans = [span for span in sent["spans"] if span["op"] == "http.client"]
    assert [span["data"]["http.response.status_code"] for span in spans] == [503, 200]
    crumbs = [crumb["data"] for crumb in event["breadcrumbs"]["values"] if crumb["type"] == "http"]
    assert [crumb["status_code"] for crumb in crumbs] == [503, 200]
    for request in service.requests:
        assert request.headers["sentry-trace"].startswith(transaction.trace_id)
    assert service.token not in kept.text()
