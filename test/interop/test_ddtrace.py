"""Its patch of urllib3 makes a span an attempt and sends the trace."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from quantcdn import AIToolsApi
from quantcdn.emulator import Emulator, Fault

os.environ["DD_INSTRUMENTATION_TELEMETRY_ENABLED"] = "false"  # read at import; there is no agent here
os.environ["DD_REMOTE_CONFIGURATION_ENABLED"] = "false"

from ddtrace.contrib.internal.urllib3.patch import patch, unpatch
from ddtrace.trace import Span, TraceFilter, tracer

TOOLS = ("ddtrace",)


class Keep(TraceFilter):
    def __init__(self) -> None:
        self.spans: list[Span] = []

    def process_trace(self, trace: list[Span]) -> None:
        self.spans += trace


@pytest.fixture
def kept() -> Iterator[Keep]:
    filter_ = Keep()
    tracer.configure(trace_processors=[filter_])
    patch()
    yield filter_
    unpatch()


def test_each_attempt_has_a_span_and_sends_its_trace(service: Emulator, api: AIToolsApi, kept: Keep) -> None:
    service.add_fault(Fault(status=503))
    api.list_ai_tool_executions("acme", status="complete")
    assert [span.get_tag("http.status_code") for span in kept.spans] == ["503", "200"]
    for span, request in zip(kept.spans, service.requests, strict=True):
        assert request.headers["x-datadog-parent-id"] == str(span.span_id)
        assert service.token not in str(span.get_tags())
