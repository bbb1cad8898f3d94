"""Its urllib3 instrumentation works as it is: a span an attempt with the query and no signature, the trace sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.instrumentation.urllib3 import URLLib3Instrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import quantcdn
from quantcdn import AIToolsApi
from quantcdn.emulator import Emulator, Fault

TOOLS = ("opentelemetry-instrumentation-urllib3", "opentelemetry-sdk")


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    URLLib3Instrumentor().instrument(tracer_provider=provider)
    yield spans
    URLLib3Instrumentor().uninstrument()


def test_each_attempt_has_a_span_and_sends_its_trace(
    service: Emulator, api: AIToolsApi, exporter: InMemorySpanExporter
) -> None:
    service.add_fault(Fault(status=503))
    api.list_ai_tool_executions("acme", status="complete")
    failed, answered = exporter.get_finished_spans()
    for span, request, status in zip((failed, answered), service.requests, (503, 200), strict=True):
        attributes = dict(span.attributes or {})
        assert status in attributes.values()
        assert any(str(value).endswith("/executions?status=complete") for value in attributes.values())
        assert request.headers["traceparent"].split("-")[2] == f"{span.context.span_id:016x}"
        assert service.token not in span.to_json()


def test_no_span_has_a_signature(
    service: Emulator, api: AIToolsApi, exporter: InMemorySpanExporter, tmp_path: Path
) -> None:
    execution = service.start_execution("generate_image", pending=0, running=0)
    found = api.wait_for_ai_tool_execution("acme", execution)
    quantcdn.images.save_images(found, tmp_path, api_client=api.api_client)
    spans = "".join(span.to_json() for span in exporter.get_finished_spans())
    signatures = [
        request.query["X-Amz-Signature"] for request in service.requests if "X-Amz-Signature" in request.query
    ]
    assert signatures
    assert not [signature for signature in signatures if signature in spans]
    assert "X-Amz-Signature=REDACTED" in spans
