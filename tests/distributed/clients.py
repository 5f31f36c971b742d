"""Clients that send messages, repeat those without a response, and note all of it in a history."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx

from tests.contract.service import PATHS, VERSION, Account, turn
from tests.distributed.checker import Entry
from tests.distributed.history import Claim, History, Outcome
from tests.wait import wait_until

ACCOUNT = Account()
POLL_SECONDS = 0.02
"""Time between two attempts, or two checks of a condition."""

PAGE_SIZE = 1_000


@dataclass(slots=True)
class Client:
    """A client with its own session, or one that it shares with other clients.

    It sends each attempt through the next of its `connections`.
    """

    number: int
    connections: list[httpx.Client]
    history: History
    session: str = ""
    shared: bool = False
    turn: int = 0
    sent: int = 0
    timed_out: int = 0
    """Attempts that timed out at the client. The mock may still process them."""

    def send(self) -> None:
        """Send a new message until it is acknowledged; then conclude what was processed."""
        self.sent += 1
        message = f"client {self.number}, message {self.sent}"
        before, session, timed_out = self.turn, self.session, self.timed_out
        repeated = False
        while not self._is_acknowledged(message):
            repeated = True
        if repeated and session:
            # Only its own timed-out attempts can add turns to its own session.
            alone = not self.shared and not self.timed_out
            processed = self.turn - before - 1 if alone else self._count_stored(message)
            late = self.timed_out - timed_out
            self.history.claim(Claim(self.number, session, message, processed, self.turn, late))

    def _is_acknowledged(self, message: str) -> bool:
        attempt = self.history.invoke(self.number, message, self.session)
        try:
            response = self._next_connection().post(
                PATHS["current"].format(ACCOUNT.agent_id), **self._request(message)
            )
        except httpx.ConnectError:
            self.history.fail(self.number, attempt)
        except httpx.TransportError as error:
            self.history.unknown(self.number, attempt)
            self.timed_out += isinstance(error, httpx.TimeoutException)
        else:
            if response.is_success:
                self._note(attempt, response)
                return True
            self._note_error(attempt, response)
        time.sleep(POLL_SECONDS)
        return False

    def _note_error(self, attempt: int, response: httpx.Response) -> None:
        """Note an error response: the message was certainly not processed, or it is unknown."""
        if "Retry-After" in response.headers:  # The mock sends it when nothing was stored.
            self.history.fail(self.number, attempt)
        else:
            self.history.unknown(self.number, attempt)
        assert response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR, response.text

    def _next_connection(self) -> httpx.Client:
        self.connections.append(self.connections.pop(0))
        return self.connections[-1]

    def _request(self, message: str) -> dict[str, Any]:
        body = {"message": message, "locationId": ACCOUNT.location_id}
        if self.session:
            body["executionId"] = self.session
        return {
            "json": body,
            "headers": {"Authorization": f"Bearer {ACCOUNT.token}", "Version": VERSION},
        }

    def _note(self, attempt: int, response: httpx.Response) -> None:
        content = response.json()
        self.session, self.turn = content["executionId"], turn(response)
        self.history.ok(self.number, attempt, self.session, self.turn, content["interactionId"])

    def _count_stored(self, message: str) -> int:
        found: list[Entry] = []

        def read() -> bool:
            found[:] = transcript(self._next_connection(), self.session)
            return True

        wait_until(read)
        return sum(entry.message == message and entry.number < self.turn for entry in found)


def run_clients(clients: list[Client], fail: Callable[[], None], *, at_least: int) -> None:
    """Run all clients while `fail` causes failures, and until each has sent `at_least`."""
    with ThreadPoolExecutor(len(clients) + 1) as pool:
        failing = pool.submit(fail)

        def converse(client: Client) -> None:
            while not failing.done() or client.sent < at_least:
                client.send()

        for done in [pool.submit(converse, each) for each in clients]:
            done.result()
        failing.result()


def create_clients(
    history: History, connections: Callable[[], list[httpx.Client]], *, shared: int, own: int
) -> list[Client]:
    """Return `shared` clients in two new sessions, and `own` clients with sessions of their own."""
    first = [Client(number, connections(), history) for number in (1, 2)]
    for each in first:
        each.send()
    numbers = range(3, 3 + shared + own)
    clients = [Client(number, connections(), history) for number in numbers]
    for each in clients[:shared]:
        each.session, each.shared = first[each.number % 2].session, True
    return clients


def wait_for_responses(history: History, number: int) -> None:
    """Wait until `number` more attempts have a response."""
    wanted = history.count(Outcome.OK) + number
    wait_until(lambda: history.count(Outcome.OK) >= wanted)


def transcripts(http: httpx.Client) -> dict[str, list[Entry]]:
    """Return all stored turns by session."""
    return {session: list(transcript(http, session)) for session in _sessions(http)}


def transcript(http: httpx.Client, session: str) -> Iterator[Entry]:
    """Yield the stored turns of a session in order."""
    for page in _pages(http, f"/__mock/sessions/{session}"):
        for each in page["transcript"]:
            yield Entry(each["turn"], each["message"], each["interactionId"])


def _sessions(http: httpx.Client) -> Iterator[str]:
    for page in _pages(http, "/__mock/sessions"):
        yield from (each["executionId"] for each in page["sessions"])


def _pages(http: httpx.Client, path: str) -> Iterator[Any]:
    after: int | None = 0
    while after is not None:
        response = http.get(path, params={"after": after, "limit": PAGE_SIZE})
        response.raise_for_status()
        page = response.json()
        yield page
        after = page["next"]
