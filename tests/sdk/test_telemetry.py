from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.trace import NonRecordingSpan, NoOpTracer, Span, Status, get_current_span

from leadway import InvalidRequestError
from leadway.telemetry import spans
from tests.sdk.conftest import Ask


class Kept(NonRecordingSpan):
    """A span that a test can look at."""

    def __init__(self, given: dict[str, Any]) -> None:
        super().__init__(get_current_span().get_span_context())
        self.given = given
        self.status: Any = None
        self.ended = 0

    def set_status(self, status: Any, description: str | None = None) -> None:
        self.status = status
        assert description is None

    def end(self, end_time: int | None = None) -> None:
        self.ended = end_time or 0


class Tracer(NoOpTracer):
    def __init__(self) -> None:
        self.spans: list[Kept] = []

    def start_span(self, name: str, *_: Any, **given: Any) -> Span:
        self.spans.append(Kept({"name": name, **given}))
        return self.spans[-1]


def test_each_attempt_is_a_span(url: str, ask: Ask) -> None:
    tracer = Tracer()
    reply = ask(url, observer=spans(tracer))
    (span,) = tracer.spans
    attributes = span.given["attributes"]
    assert attributes["leadway.execution_id"] == reply.execution_id
    assert attributes["http.response.status_code"] == 200
    assert attributes["http.request.resend_count"] == 0
    assert "error.type" not in attributes
    assert 0 < span.ended - span.given["start_time"] < 60e9
    assert span.status is None


def test_an_error_marks_its_span(url: str, ask: Ask) -> None:
    tracer = Tracer()
    with pytest.raises(InvalidRequestError):
        ask(url, "", observer=spans(tracer))
    (span,) = tracer.spans
    assert span.given["attributes"]["error.type"] == "InvalidRequestError"
    assert isinstance(span.status, Status)
    assert not span.status.is_ok


def test_without_a_provider_it_costs_and_does_nothing(url: str, ask: Ask) -> None:
    assert ask(url, observer=spans()).text
