"""What can be watched: each attempt, when it is over."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from leadway.errors import LeadwayError
from leadway.outcomes import Answer, Outcome
from leadway.replies import Reply

logger: Final = logging.getLogger("leadway")
# A program that does not ask for logs gets none, not even on standard error.
logger.addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sending of one message, and what came of it. Holds no token and nothing that was said."""

    number: int
    """1 for the first."""

    method: str
    path: str
    status: int | None
    """`None` where there was no answer."""

    seconds: float
    execution_id: str | None
    interaction_id: str | None
    error: LeadwayError | None
    """What it meant, `None` for a reply."""


Observer = Callable[[Attempt], None]


def attempt_of(number: int, outcome: Outcome, verdict: Reply | LeadwayError) -> Attempt:
    """Return what can be told of an attempt."""
    reply, error = (verdict, None) if isinstance(verdict, Reply) else (None, verdict)
    return Attempt(
        number=number,
        method="POST",
        path=outcome.path,
        status=outcome.status if isinstance(outcome, Answer) else None,
        seconds=outcome.seconds,
        execution_id=reply.execution_id if reply else None,
        interaction_id=reply.interaction_id if reply else None,
        error=error,
    )


def log(attempt: Attempt) -> None:
    """Log an attempt: a reply as DEBUG, an error as WARNING."""
    level = logging.WARNING if attempt.error else logging.DEBUG
    if not logger.isEnabledFor(level):
        return
    logger.log(
        level,
        "%s %s -> %s in %.0f ms, attempt %d: %s",
        attempt.method,
        attempt.path,
        attempt.status or "no answer",
        attempt.seconds * 1000,
        attempt.number,
        _result(attempt),
        extra={"leadway": attempt},
    )


def _result(attempt: Attempt) -> str:
    if attempt.error:
        return type(attempt.error).__name__
    return f"session {attempt.execution_id}, interaction {attempt.interaction_id}"
