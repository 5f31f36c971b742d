from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.trace import NonRecordingSpan, NoOpTracer, Span, Status, get_current_span

from leadway import InvalidRequestError
from leadway.telemetry import span_observer
from tests.sdk.conftest import Send


class RecordedSpan(NonRecordingSpan):
    """A span whose values a test can read."""

    def __init__(self, arguments: dict[str, Any]) -> None:
        super().__init__(get_current_span().get_span_context())
        self.arguments = arguments
        self.status: Any = None
        self.ended = 0

    def set_status(self, status: Any, description: str | None = None) -> None:
        self.status = status
        assert description is None

    def end(self, end_time: int | None = None) -> None:
        self.ended = end_time or 0


class Tracer(NoOpTracer):
    def __init__(self) -> None:
        self.spans: list[RecordedSpan] = []

    def start_span(self, name: str, *_: Any, **arguments: Any) -> Span:
        self.spans.append(RecordedSpan({"name": name, **arguments}))
        return self.spans[-1]


def test_each_attempt_is_a_span(url: str, send: Send) -> None:
    tracer = Tracer()
    reply = send(url, observer=span_observer(tracer))
    (span,) = tracer.spans
    attributes = span.arguments["attributes"]
    assert attributes["leadway.execution_id"] == reply.execution_id
    assert attributes["http.response.status_code"] == 200
    assert attributes["http.request.resend_count"] == 0
    assert "error.type" not in attributes
    assert 0 < span.ended - span.arguments["start_time"] < 60e9
    assert span.status is None


def test_an_error_sets_the_status_of_its_span(url: str, send: Send) -> None:
    tracer = Tracer()
    with pytest.raises(InvalidRequestError):
        send(url, "", observer=span_observer(tracer))
    (span,) = tracer.spans
    assert span.arguments["attributes"]["error.type"] == "InvalidRequestError"
    assert isinstance(span.status, Status)
    assert not span.status.is_ok


def test_without_a_provider_it_does_nothing(url: str, send: Send) -> None:
    assert send(url, observer=span_observer()).text
