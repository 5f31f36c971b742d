"""Spans for OpenTelemetry.

Install the extra `otel`, then use `Leadway(observer=span_observer())`.
"""

from __future__ import annotations

import time

from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer, get_tracer

from leadway._arguments import checks_arguments
from leadway._observers import Attempt, Observer
from leadway._version import __version__


@checks_arguments
def span_observer(tracer: Tracer | None = None) -> Observer:
    """Return an observer that creates a span for each attempt, as a child of the current span.

    Args:
        tracer: creates the spans; by default a tracer of the global provider.
    """
    chosen = tracer or get_tracer("leadway", __version__)

    def observe(attempt: Attempt) -> None:
        # The names are those of OpenTelemetry's conventions, where it has any.
        attributes: dict[str, str | int | None] = {
            "http.request.method": attempt.method,
            "url.path": attempt.path,
            "http.request.resend_count": attempt.number - 1,
            "http.response.status_code": attempt.status,
            "error.type": type(attempt.error).__name__ if attempt.error else None,
            "leadway.execution_id": attempt.execution_id,
            "leadway.interaction_id": attempt.interaction_id,
        }
        # Observers are called after the attempt, so the start is calculated.
        ended = time.time_ns()
        span = chosen.start_span(
            "leadway execute",
            kind=SpanKind.CLIENT,
            start_time=ended - round(attempt.seconds * 1e9),
            attributes={name: value for name, value in attributes.items() if value is not None},
        )
        if attempt.error:
            span.set_status(Status(StatusCode.ERROR, type(attempt.error).__name__))
        span.end(ended)

    return observe
