"""Log entries and observers of attempts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from leadway._arguments import checks_arguments
from leadway._calls import HTTPResponse, Outcome
from leadway.errors import LeadwayError, printable

logger: Final = logging.getLogger("leadway")


class _LastResortHandler(logging.Handler):
    """Handler for programs that configure no logging: prints what its level allows, as Python does.

    Without it, Python's own handler of last resort would print warnings, too.
    """

    def emit(self, record: logging.LogRecord) -> None:
        root_has_handlers = logger.propagate and logging.getLogger().hasHandlers()
        if logging.lastResort and logger.handlers == [self] and not root_has_handlers:
            logging.lastResort.handle(record)


logger.addHandler(_LastResortHandler(logging.ERROR))


@checks_arguments
@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to send one message, and its result. Holds no token and no text of a message."""

    number: int
    """Number of the attempt, from 1."""

    method: str
    """HTTP method."""

    path: str
    """Path of the request."""

    status: int | None
    """HTTP status, `None` if there was no response."""

    seconds: float
    """Duration in seconds."""

    execution_id: str | None
    """Session of the reply; `None` after an error, and for calls that send no message."""

    interaction_id: str | None
    """Id of the interaction; `None` as above, and for managed agents."""

    error: LeadwayError | None
    """Error, `None` after a success."""


Observer = Callable[[Attempt], None]
"""Function that is called after each attempt. Its exceptions are logged and not raised."""


def report(
    observer: Observer | None, method: str, number: int, outcome: Outcome, result: object
) -> None:
    """Log an attempt (DEBUG for a reply, WARNING for an error), and notify the observer.

    An exception of the observer is logged as ERROR, since the call itself has succeeded.
    """
    error = result if isinstance(result, LeadwayError) else None
    session = getattr(result, "execution_id", None) or getattr(result, "session_id", None)
    attempt = Attempt(
        number=number,
        method=method,
        path=outcome.path,
        status=outcome.status if isinstance(outcome, HTTPResponse) else None,
        seconds=outcome.seconds,
        execution_id=session,
        interaction_id=getattr(result, "interaction_id", None),
        error=error,
    )
    level = logging.WARNING if error else logging.DEBUG
    if logger.isEnabledFor(level):
        text = "%s %s -> %s in %.0f ms, attempt %d: %s"
        status, milliseconds = attempt.status or "no response", attempt.seconds * 1000
        values = (
            method,
            printable(attempt.path),
            status,
            milliseconds,
            number,
            _result_text(attempt),
        )
        logger.log(level, text, *values, extra={"leadway": attempt})
    try:
        if observer:
            observer(attempt)
    except Exception:
        extra = {"leadway": attempt}
        logger.exception("observer %r failed: attempt %d", observer, number, extra=extra)


def _result_text(attempt: Attempt) -> str:
    if attempt.error:
        return type(attempt.error).__name__
    ids = attempt.execution_id or "", attempt.interaction_id or ""
    return "session {}, interaction {}".format(*map(printable, ids))
