"""Clients that talk, repeat what was not answered, and write everything into a history."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx

from tests.contract.service import PATHS, VERSION, Caller, turn
from tests.distributed.checker import Entry
from tests.distributed.history import Claim, History, Outcome

CALLER = Caller()
PATIENCE = 60.0
LOOK_AGAIN = 0.02
"""Seconds between two attempts, or two looks at something that is to come."""

PAGE = 1_000


@dataclass(slots=True)
class Talker:
    """One client. It talks in a session of its own, or in one that it shares with others.

    It knows one or several `ways` to the mock, and takes another each time.
    """

    number: int
    ways: list[httpx.Client]
    history: History
    session: str = ""
    shared: bool = False
    turn: int = 0
    said: int = 0
    gave_up: int = 0
    """How many attempts it has ceased to wait for. The mock may be at work on them still."""

    def say(self) -> None:
        """Say something new, again and again until it is answered; then conclude what was heard."""
        self.said += 1
        message = f"client {self.number}, message {self.said}"
        before, session, gave_up = self.turn, self.session, self.gave_up
        repeated = False
        while not self._answered(message):
            repeated = True
        if repeated and session:
            # Nobody else speaks in its session but its own past, where it has given anything up.
            alone = not self.shared and not self.gave_up
            heard = self.turn - before - 1 if alone else self._standing(message)
            late = self.gave_up - gave_up
            self.history.claim(Claim(self.number, session, message, heard, self.turn, late))

    def _answered(self, message: str) -> bool:
        attempt = self.history.invoke(self.number, message, self.session)
        try:
            answer = self._next_way().post(
                PATHS["current"].format(CALLER.agent_id), **self._sent(message)
            )
        except httpx.ConnectError:
            self.history.fail(self.number, attempt)
        except httpx.TransportError as error:
            self.history.unknown(self.number, attempt)
            self.gave_up += isinstance(error, httpx.TimeoutException)
        else:
            if answer.is_success:
                self._note(attempt, answer)
                return True
            self._note_refusal(attempt, answer)
        time.sleep(LOOK_AGAIN)
        return False

    def _note_refusal(self, attempt: int, answer: httpx.Response) -> None:
        """Note that there was no turn for an answer: surely, or perhaps."""
        if "Retry-After" in answer.headers:  # By which the mock says that it has kept nothing.
            self.history.fail(self.number, attempt)
        else:
            self.history.unknown(self.number, attempt)
        assert answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR, answer.text

    def _next_way(self) -> httpx.Client:
        self.ways.append(self.ways.pop(0))
        return self.ways[-1]

    def _sent(self, message: str) -> dict[str, Any]:
        body = {"message": message, "locationId": CALLER.location_id}
        if self.session:
            body["executionId"] = self.session
        return {
            "json": body,
            "headers": {"Authorization": f"Bearer {CALLER.token}", "Version": VERSION},
        }

    def _note(self, attempt: int, answer: httpx.Response) -> None:
        content = answer.json()
        self.session, self.turn = content["executionId"], turn(answer)
        self.history.ok(self.number, attempt, self.session, self.turn, content["interactionId"])

    def _standing(self, message: str) -> int:
        found: list[Entry] = []

        def read() -> bool:
            found[:] = transcript(self._next_way(), self.session)
            return True

        until(read)
        return sum(entry.message == message and entry.number < self.turn for entry in found)


def talk(talkers: list[Talker], trouble: Callable[[], None], *, at_least: int) -> None:
    """Let all talk at once while `trouble` is made, and then until each has said `at_least`."""
    with ThreadPoolExecutor(len(talkers) + 1) as pool:
        made = pool.submit(trouble)

        def converse(talker: Talker) -> None:
            while not made.done() or talker.said < at_least:
                talker.say()

        for done in [pool.submit(converse, each) for each in talkers]:
            done.result()
        made.result()


def begin(
    history: History, ways: Callable[[], list[httpx.Client]], *, shared: int, own: int
) -> list[Talker]:
    """Return talkers: `shared` ones in two sessions, which are begun here, and `own` ones."""
    first = [Talker(number, ways(), history) for number in (1, 2)]
    for each in first:
        each.say()
    numbers = range(3, 3 + shared + own)
    talkers = [Talker(number, ways(), history) for number in numbers]
    for each in talkers[:shared]:
        each.session, each.shared = first[each.number % 2].session, True
    return talkers


def answered(history: History, number: int) -> None:
    """Wait until `number` more attempts were answered."""
    wanted = history.count(Outcome.OK) + number
    until(lambda: history.count(Outcome.OK) >= wanted)


def until(holds: Callable[[], Any]) -> None:
    """Look at something until it holds, whatever becomes of mock and connection meanwhile."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if holds():
                return
        except httpx.HTTPError:
            pass
        time.sleep(LOOK_AGAIN)
    raise AssertionError("It did not come true in time.")


def transcripts(http: httpx.Client) -> dict[str, list[Entry]]:
    """Return everything that stands, by session."""
    return {session: list(transcript(http, session)) for session in _sessions(http)}


def transcript(http: httpx.Client, session: str) -> Iterator[Entry]:
    """Yield what stands in one session, in its order."""
    for page in _pages(http, f"/__mock/sessions/{session}"):
        for each in page["transcript"]:
            yield Entry(each["turn"], each["message"], each["interactionId"])


def _sessions(http: httpx.Client) -> Iterator[str]:
    for page in _pages(http, "/__mock/sessions"):
        yield from (each["executionId"] for each in page["sessions"])


def _pages(http: httpx.Client, path: str) -> Iterator[Any]:
    after: int | None = 0
    while after is not None:
        answer = http.get(path, params={"after": after, "limit": PAGE})
        answer.raise_for_status()
        page = answer.json()
        yield page
        after = page["next"]
