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


class _Reserve(logging.Handler):
    """Where nobody asks for logs, writes none: only what is wrong with the program itself.

    That is what Python's own last resort is for, which any handler here keeps from its work.
    """

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR and logging.lastResort and self._is_alone():
            logging.lastResort.handle(record)

    def _is_alone(self) -> bool:
        above = logger.propagate and logging.getLogger().hasHandlers()
        return logger.handlers == [self] and not above


logger.addHandler(_Reserve())


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
"""Is told of each attempt. What it raises is logged, and changes nothing of what it watches."""


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


def tell(observer: Observer, attempt: Attempt) -> None:
    """Tell an observer; if it fails, log that as ERROR, with the traceback.

    The answer was paid for, and the agent has heard the message: who only watches cannot undo it.
    """
    try:
        observer(attempt)
    except Exception:
        extra = {"leadway": attempt}
        logger.exception("observer %r failed: attempt %d", observer, attempt.number, extra=extra)


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
