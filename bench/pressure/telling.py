"""People who hold conversations, remember every answer, and look afterwards what became of them."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bench.load.requests import PATH, TOKEN

HEADERS = {
    "Authorization": f"Bearer {TOKEN}",
    "Version": "2021-07-28",
    "Content-Type": "application/json",
}
LOCATION = "C2QujeCh8ZnC7al2InWR"
PATIENCE_SECONDS = 30.0
TURNS = 30
"""How many turns a conversation has before its teller begins another."""

OK, UNAVAILABLE = 200, 503
PAGE = 1_000


@dataclass(slots=True)
class Kept:
    """What became of what was acknowledged, and of what was not."""

    acknowledged: int = 0
    missing: int = 0
    extra: int = 0
    """Turns that stand though nobody was told so."""

    unsure: int = 0
    """Requests of which nobody knows: their connection broke, or the answer said so."""

    refused: int = 0
    wrong: int = 0

    @property
    def nothing_lost(self) -> bool:
        """Whether each answer stands once, and nothing that its teller could not know of."""
        return not self.missing and not self.wrong and self.extra <= self.unsure


@dataclass(slots=True)
class Teller:
    """Somebody who talks on one connection until told to stop, or until it is closed."""

    port: int
    told: dict[str, list[str]] = field(default_factory=dict)
    kept: Kept = field(default_factory=Kept)
    stopped: threading.Event = field(default_factory=threading.Event)

    def talk(self) -> None:
        """Talk; what goes wrong is counted."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        session: str | None = None
        try:
            while not self.stopped.is_set():
                session = self._say(connection, session)
        except (OSError, http.client.HTTPException):
            self.kept.unsure += 1
        finally:
            connection.close()

    def _say(self, connection: http.client.HTTPConnection, session: str | None) -> str | None:
        going_on = {"executionId": session} if session else {}
        body = json.dumps({"message": "x" * 500, "locationId": LOCATION, **going_on})
        connection.request("POST", PATH, body, HEADERS)
        answer = connection.getresponse()
        told: dict[str, Any] = json.loads(answer.read())
        if answer.will_close:  # It was told that this answer is the last.
            self.stopped.set()
        if answer.status == UNAVAILABLE:
            self.kept.refused += 1
            self.kept.unsure += answer.getheader("Retry-After") is None
            return session
        if answer.status != OK:
            self.kept.wrong += 1
            return None
        answers = self.told.setdefault(told["executionId"], [])
        answers.append(told["interactionId"])
        return told["executionId"] if len(answers) < TURNS else None


@contextmanager
def telling(port: int, number: int) -> Iterator[Sequence[Teller]]:
    """Have so many talk for as long as the context lasts."""
    tellers = [Teller(port) for _ in range(number)]
    threads = [threading.Thread(target=each.talk, daemon=True) for each in tellers]
    for thread in threads:
        thread.start()
    try:
        yield tellers
    finally:
        for each in tellers:
            each.stopped.set()
        for thread in threads:
            thread.join()


def look_back(port: int, tellers: Sequence[Teller], *, others: int) -> Kept:
    """Compare what the tellers were told with what stands in the mock on that port.

    `others` is how many sessions there are that are no teller's.
    """
    found = Kept()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    for teller in tellers:
        found.unsure += teller.kept.unsure
        found.refused += teller.kept.refused
        found.wrong += teller.kept.wrong
        for session, told in teller.told.items():
            _compare(_turns(connection, session), told, found)
    known = sum(len(each.told) for each in tellers)
    found.extra += max(0, _sessions(connection) - known - others)
    connection.close()
    return found


def _compare(kept: Sequence[str], told: Sequence[str], found: Kept) -> None:
    known = set(told)
    found.acknowledged += len(told)
    found.missing += len(known - set(kept))
    found.extra += len(set(kept) - known)
    found.wrong += [each for each in kept if each in known] != list(told) and known <= set(kept)


def _turns(connection: http.client.HTTPConnection, session: str) -> list[str]:
    found = _get(connection, f"/sessions/{session}?limit={PAGE}")
    return [turn["interactionId"] for turn in found.get("transcript", ())]


def _sessions(connection: http.client.HTTPConnection) -> int:
    return int(_get(connection, "/health")["sessions"])


def _get(connection: http.client.HTTPConnection, path: str) -> dict[str, Any]:
    connection.request("GET", f"/__mock{path}")
    found: dict[str, Any] = json.loads(connection.getresponse().read())
    return found
