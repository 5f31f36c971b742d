"""Watches over what is sent again: too soon, in vain, or twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from leadway_mock.conformance.detector import Detection, Detector, duration_text, participants
from leadway_mock.conformance.observation import ConversationKey, Observation
from leadway_mock.conformance.session_detectors import is_parallel_repeat
from leadway_mock.util.bounded_dict import BoundedDict

RETRY_SECONDS = 60.0
"""Within how many seconds the same request is a retry: the longest time-out seen in public code.

Later, a person or a schedule has asked anew.
"""

RETRY_AFTER_TOLERANCE_SECONDS = 0.1
"""By how many seconds a wait may seem too short, since two clocks never run alike."""

REFUSALS = frozenset({400, 401, 403, 404, 405, 413, 415, 422})
"""Statuses that come again to the same request."""

TIMED_OUT = "Command timed out"
"""The text of the one 401 that may be tried again (observed)."""

Said: TypeAlias = tuple[ConversationKey, str, str]
"""Who, in which session, and what: the same words of the same person."""


class RepeatedMessagesDetector(Detector):
    """Watches for messages that are sent again although they may have been heard."""

    def __init__(self) -> None:
        self._open: BoundedDict[Said, Observation] = BoundedDict()

    def observe(self, seen: Observation) -> Iterator[Detection]:
        """Compare with the last time that this was said and its caller was left in doubt."""
        if not seen.message:
            return
        said = seen.who, seen.asked, seen.message
        before = self._open.get(said)
        again = before is not None and _is_retry(seen, before)
        if before and again:
            yield _repeated(seen, before)
        if _in_doubt(seen) or seen.delay:
            keep_the_heard = before and again and before.was_committed and not seen.was_committed
            self._open[said] = before if before and keep_the_heard else seen
        elif before and seen.was_committed:
            del self._open[said]


class EarlyRetryDetector(Detector):
    """Watches for requests that do not wait as long as `Retry-After` asks."""

    def __init__(self) -> None:
        self._waits: BoundedDict[tuple[str, str, str], Observation] = BoundedDict()

    def observe(self, seen: Observation) -> Iterator[Detection]:
        """Compare with the last wait that this caller was asked for, there and for that."""
        place = seen.who.client, seen.who.location, seen.operation
        asked = self._waits.get(place)
        if asked and asked.wait and seen.after(asked):
            waited = seen.since(asked)
            if waited < asked.wait - RETRY_AFTER_TOLERANCE_SECONDS:
                text = f"Retry-After was {asked.wait:g} s; a request came after {duration_text(waited)}"
                yield Detection("retry-after-ignored", text, (asked.number, seen.number))
        if seen.wait is not None and seen.was_delivered:
            self._waits[place] = seen


class RepeatedErrorsDetector(Detector):
    """Watches for refused requests that are sent again unchanged."""

    def __init__(self) -> None:
        self._refused: BoundedDict[str, Observation] = BoundedDict()

    def observe(self, seen: Observation) -> Iterator[Detection]:
        """Compare with the last time that the same request was refused.

        If it is answered otherwise now, somebody has mended what was wrong, unless the refusal was
        arranged: then the caller had no way to know.
        """
        key = str(seen.entry["request"].get("fingerprint", ""))
        if not key:
            return
        before = self._refused.pop(key, None)
        if before and _in_vain(seen, before):
            after = duration_text(seen.since(before))
            text = f"{before.status} {before.rule}, and the same request again after {after}"
            yield Detection("refusal-retried", text, (before.number, seen.number))
        if seen.status in REFUSALS and _is_final(seen):
            self._refused[key] = seen


def _in_vain(seen: Observation, before: Observation) -> bool:
    soon = seen.after(before) and seen.since(before) <= RETRY_SECONDS
    return soon and (seen.rule == before.rule or before.was_scripted)


def _is_retry(seen: Observation, before: Observation) -> bool:
    if is_parallel_repeat(seen, before):
        return True
    return _in_doubt(before) and seen.after(before) and seen.since(before) <= RETRY_SECONDS


def _in_doubt(seen: Observation) -> bool:
    """Tell whether the caller cannot know if its message was heard."""
    if not seen.was_delivered:
        return True
    safe = seen.status == 503 and seen.wait is not None  # noqa: PLR2004 - Service Unavailable
    return seen.status >= 500 and not safe  # noqa: PLR2004 - all that the server is to blame for


def _is_final(seen: Observation) -> bool:
    """Tell whether a refusal is the platform's (a proxy's is no JSON), and not a time-out."""
    body = seen.entry["response"].get("body")
    return seen.was_delivered and isinstance(body, dict) and body.get("message") != TIMED_OUT


def _repeated(seen: Observation, before: Observation) -> Detection:
    rule = "turn-duplicated" if before.was_committed and seen.was_committed else "retry-unsafe"
    if before.was_delivered and before.status < 500:  # noqa: PLR2004 - the answer was good, and late
        ended = f"the answer would have come after {duration_text(before.ended - before.began)}"
    else:
        ended = (
            f"the answer was {before.status}" if before.was_delivered else "the connection broke"
        )
    text = f"{participants(seen.who)}: {ended}, and the same message was sent again"
    return Detection(rule, text, (before.number, seen.number))
