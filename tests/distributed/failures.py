"""Trials of several mocks on one Redis server, and all kinds of trouble between them."""

from __future__ import annotations

import signal
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from random import Random
from typing import Generic

import httpx

from tests.network import Lost, Proxy
from tests.distributed.checker import faults
from tests.distributed.history import History, Outcome
from tests.distributed.network_hosts import Cable
from tests.distributed.mock_cluster import TURN, LineType, Machines
from tests.distributed.clients import answered, begin, talk, transcripts, until

CLIENT_TIMEOUT_SECONDS = 60.0


class Trial(ABC, Generic[LineType]):
    """Clients that talk to several mocks, through trouble, and are heard at the end."""

    def __init__(self, mocks: Machines[LineType], seed: int) -> None:
        self.mocks = mocks
        self.random = Random(seed)  # noqa: S311 - it chooses victims, and keeps no secret
        self.history = History()

    @abstractmethod
    def kinds(self) -> Sequence[Callable[[], None]]:
        """Return what makes trouble, each until clients have met it."""

    def judge(self, *, patience: float = CLIENT_TIMEOUT_SECONDS) -> None:
        """Let clients talk while there is trouble; then hold the history against the store."""
        with ExitStack() as stack:

            def ways() -> list[httpx.Client]:
                urls = self.random.sample(self.mocks.urls, len(self.mocks.urls))
                return [stack.enter_context(client(url, patience)) for url in urls]

            talkers = begin(self.history, ways, shared=5, own=3)
            talk(talkers, self.make_trouble, at_least=3)
            standing = transcripts(stack.enter_context(client(self.mocks.urls[0])))
        assert faults(self.history.attempts(), standing, self.history.claims) == []
        assert self.mocks.all_run()

    def make_trouble(self) -> None:
        """Make every kind of trouble, in an order that the seed decides."""
        kinds = self.kinds()
        for trouble in self.random.sample(kinds, len(kinds)):
            answered(self.history, self.random.randint(3, 12))
            trouble()

    def met(self, number: int) -> None:
        """Wait until so many more attempts were not answered."""
        wanted = self._unanswered() + number
        until(lambda: self._unanswered() >= wanted)

    def silence(self, lines: Sequence[LineType], number: int) -> None:
        """Silence lines until that has been met so often."""
        for line in lines:
            line.silence()
        self.met(number)
        for line in lines:
            line.heal()

    def silence_one(self) -> None:
        """Silence the line of one mock."""
        self.silence([self.line()], 3)

    def silence_all(self) -> None:
        """Silence the lines of all mocks."""
        self.silence(self.mocks.lines, 8)

    def line(self) -> LineType:
        """Choose a line."""
        return self.random.choice(self.mocks.lines)

    def _unanswered(self) -> int:
        return self.history.count(Outcome.FAIL) + self.history.count(Outcome.UNKNOWN)


def client(url: str, patience: float = CLIENT_TIMEOUT_SECONDS) -> httpx.Client:
    """Open a client of a mock, with its patience in seconds."""
    return httpx.Client(base_url=url, timeout=patience, trust_env=False)


class BadLines(Trial[Proxy]):
    """All that a proxy can do to a line, and a signal to the server."""

    def kinds(self) -> Sequence[Callable[[], None]]:
        """Return every kind of trouble."""
        return (
            self.cut_one,
            self.cut_all,
            self.silence_one,
            self.silence_all,
            lambda: self.lose("request"),
            lambda: self.lose("answer"),
            self.slow_one,
            self.crash,
            self.hang,
        )

    def cut_one(self) -> None:
        """Reset the connections of one mock."""
        self._cut([self.line()])

    def cut_all(self) -> None:
        """Reset the connections of all mocks."""
        self._cut(self.mocks.lines)

    def _cut(self, lines: Sequence[Proxy]) -> None:
        for line in lines:
            line.reset()
        self.met(3)
        for line in lines:
            line.heal()

    def lose(self, what: Lost) -> None:
        """Lose some of the commands by which a mock commits turns, or their answers."""
        line = self.line()
        losses = line.lose(what, TURN, every=3)
        until(lambda: losses.lost >= 3)
        line.heal()

    def slow_one(self) -> None:
        """Let one mock wait a little for each answer."""
        line = self.line()
        line.slow(0.02)
        answered(self.history, 10)
        line.heal()

    def crash(self) -> None:
        """Kill the server, and start it anew."""
        self.mocks.server.kill()
        self.met(3)
        self.mocks.server.start()

    def hang(self) -> None:
        """Let the server stand still."""
        self.mocks.server.signal(signal.SIGSTOP)
        self.met(3)
        self.mocks.server.signal(signal.SIGCONT)


class Silences(Trial[Proxy]):
    """One line after the other is silent, for longer than impatient clients wait."""

    def kinds(self) -> Sequence[Callable[[], None]]:
        """Return four silences."""
        return (self.silence_one,) * 4


class PulledCables(Trial[Cable]):
    """What happens to real hosts: cables are pulled, answers go astray, the server crashes."""

    def kinds(self) -> Sequence[Callable[[], None]]:
        """Return every kind of trouble."""
        return (self.silence_one, self.silence_all, self.lose_answers, self.crash_unseen)

    def lose_answers(self) -> None:
        """Let what a mock asks pass, and no answer."""
        cable = self.line()
        cable.deafen()
        self.met(3)
        cable.hear()

    def crash_unseen(self) -> None:
        """Kill the server and start it anew while no mock can see it."""
        for cable in self.mocks.lines:
            cable.silence()
        self.met(3)
        self.mocks.server.kill()
        self.mocks.server.start()
        for cable in self.mocks.lines:
            cable.heal()
