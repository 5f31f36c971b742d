"""Clients that hold conversations, note every response, and compare it with the stored turns."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.mock.client import CURRENT, LOCATION, TOKEN

HEADERS = {
    "Authorization": f"Bearer {TOKEN}",
    "Version": "2021-07-28",
    "Content-Type": "application/json",
}
TIMEOUT_SECONDS = 30.0
MAX_TURNS = 30
"""Turns of a conversation before its client begins another."""

OK, UNAVAILABLE = 200, 503
PAGE_SIZE = 1_000


@dataclass(slots=True)
class Counts:
    """What became of the turns that were acknowledged, and of the others."""

    acknowledged: int = 0
    missing: int = 0
    extra: int = 0
    """Stored turns without a response."""

    uncertain: int = 0
    """Requests with an unknown result: a broken connection, or a response that says so."""

    unavailable: int = 0
    wrong: int = 0

    @property
    def nothing_lost(self) -> bool:
        """Whether each acknowledged turn is stored once, and other turns only where uncertain."""
        return not self.missing and not self.wrong and self.extra <= self.uncertain


@dataclass(slots=True)
class ConversationClient:
    """A client on one connection; runs until it is stopped or the connection is closed."""

    port: int
    interactions: dict[str, list[str]] = field(default_factory=dict)
    """Acknowledged interaction ids by session."""

    counts: Counts = field(default_factory=Counts)
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Send messages until stopped, and count what goes wrong."""
        timeout = TIMEOUT_SECONDS
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        session: str | None = None
        try:
            while not self.stopped.is_set():
                session = self._send(connection, session)
        except (OSError, http.client.HTTPException):
            self.counts.uncertain += 1
        finally:
            connection.close()

    def _send(self, connection: http.client.HTTPConnection, session: str | None) -> str | None:
        fields = {"executionId": session} if session else {}
        body = json.dumps({"message": "x" * 500, "locationId": LOCATION, **fields})
        connection.request("POST", CURRENT, body, HEADERS)
        response = connection.getresponse()
        content: dict[str, Any] = json.loads(response.read())
        if response.will_close:  # The server has announced that this response is the last.
            self.stopped.set()
        if response.status == UNAVAILABLE:
            self.counts.unavailable += 1
            self.counts.uncertain += response.getheader("Retry-After") is None
            return session
        if response.status != OK:
            self.counts.wrong += 1
            return None
        acknowledged = self.interactions.setdefault(content["executionId"], [])
        acknowledged.append(content["interactionId"])
        return content["executionId"] if len(acknowledged) < MAX_TURNS else None


@contextmanager
def conversations(port: int, number: int) -> Iterator[Sequence[ConversationClient]]:
    """Run `number` clients, each in a thread, to the end of the context."""
    clients = [ConversationClient(port) for _ in range(number)]
    threads = [threading.Thread(target=client.run, daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    try:
        yield clients
    finally:
        for client in clients:
            client.stopped.set()
        for thread in threads:
            thread.join()


def compare(port: int, clients: Sequence[ConversationClient]) -> Counts:
    """Compare the responses of the clients with the turns stored in the mock on `port`."""
    counts = Counts()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    for client in clients:
        counts.uncertain += client.counts.uncertain
        counts.unavailable += client.counts.unavailable
        counts.wrong += client.counts.wrong
        for session, acknowledged in client.interactions.items():
            _compare_session(_stored(connection, session), acknowledged, counts)
    known = sum(len(client.interactions) for client in clients)
    counts.extra += max(0, int(_get(connection, "/health")["sessions"]) - known)
    connection.close()
    return counts


def _compare_session(stored: Sequence[str], acknowledged: Sequence[str], counts: Counts) -> None:
    known = set(acknowledged)
    counts.acknowledged += len(acknowledged)
    counts.missing += len(known - set(stored))
    counts.extra += len(set(stored) - known)
    in_order = [each for each in stored if each in known] == list(acknowledged)
    counts.wrong += known <= set(stored) and not in_order


def _stored(connection: http.client.HTTPConnection, session: str) -> list[str]:
    content = _get(connection, f"/sessions/{session}?limit={PAGE_SIZE}")
    return [turn["interactionId"] for turn in content.get("transcript", ())]


def _get(connection: http.client.HTTPConnection, path: str) -> dict[str, Any]:
    connection.request("GET", f"/__mock{path}")
    content: dict[str, Any] = json.loads(connection.getresponse().read())
    return content
