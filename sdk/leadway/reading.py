"""Taking an answer as it comes in, within bounds of size and time, and without its secrets."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Final, NoReturn

from leadway.errors import LeadwayError, MalformedAnswerError, TimedOutError
from leadway.outcomes import Answer, Failure, Outcome
from leadway.settings import Settings

_NOT_KEPT: Final = ("set-cookie", "set-cookie2")


class Taken(Exception):  # noqa: N818 - not an error: an outcome, on its way past the generated code
    """Carries an outcome from the wire to the transport, past everything in between."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome: Outcome = outcome


class Reading:
    """One answer as it comes in, piece by piece, until it is whole, too long or too late."""

    def __init__(self, path: str, settings: Settings) -> None:
        self._path = path
        self._settings = settings
        self._started = time.monotonic()
        self._body = bytearray()

    def add(self, piece: bytes) -> None:
        """Take a piece of the body."""
        self._body += piece
        if len(self._body) > self._settings.max_answer_bytes:
            longest = self._settings.max_answer_bytes
            self._give_up(MalformedAnswerError, f"The answer is longer than {longest} bytes")
        if self._seconds() > self._settings.timeout:
            patience = self._settings.timeout
            self._give_up(TimedOutError, f"The answer was not complete after {patience:g} s")

    def answer(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> Answer:
        """Return the answer, now that it is whole."""
        masked = self._settings.token.masked
        kept = {
            name.lower().decode("latin-1"): masked(value).decode("latin-1")
            for name, value in headers
        }
        for name in _NOT_KEPT:
            kept.pop(name, None)
        body = masked(bytes(self._body))
        return Answer(status, body, kept, self._path, self._seconds())

    def _give_up(self, error: type[LeadwayError], reason: str) -> NoReturn:
        raise Taken(Failure(error, reason, path=self._path, seconds=self._seconds()))

    def _seconds(self) -> float:
        return time.monotonic() - self._started
