"""Spans for OpenTelemetry: `pip install 'leadway[otel]'`, then `Leadway(observer=spans())`."""

from __future__ import annotations

import time

from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer, get_tracer

from leadway.observing import Attempt, Observer
from leadway.version import __version__


def spans(tracer: Tracer | None = None) -> Observer:
    """Return an observer that makes a span of each attempt, below the span that is current.

    Args:
        tracer: makes the spans; by default one of the global provider.
    """
    chosen = tracer or get_tracer("leadway", __version__)

    def observe(attempt: Attempt) -> None:
        # It is told when all is over, so the beginning is reckoned back.
        ended = time.time_ns()
        span = chosen.start_span(
            "leadway execute",
            kind=SpanKind.CLIENT,
            start_time=ended - round(attempt.seconds * 1e9),
            attributes=_attributes(attempt),
        )
        if attempt.error:
            span.set_status(Status(StatusCode.ERROR, type(attempt.error).__name__))
        span.end(ended)

    return observe


def _attributes(attempt: Attempt) -> dict[str, str | int]:
    """Return what is known, by the names of OpenTelemetry's conventions where there are any."""
    known: dict[str, str | int | None] = {
        "http.request.method": attempt.method,
        "url.path": attempt.path,
        "http.request.resend_count": attempt.number - 1,
        "http.response.status_code": attempt.status,
        "error.type": type(attempt.error).__name__ if attempt.error else None,
        "leadway.execution_id": attempt.execution_id,
        "leadway.interaction_id": attempt.interaction_id,
    }
    return {name: value for name, value in known.items() if value is not None}
