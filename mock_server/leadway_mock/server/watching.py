"""Which connections have something to do: only those that stirred are looked at.

Waitress asks every connection, on every turn of its loop, what it waits for. Here the system keeps
what each waits for, so that a thousand silent connections cost the busy ones nothing.
"""

from __future__ import annotations

import selectors

from waitress import wasyncore
from waitress.wasyncore import dispatcher


class Watch(dict[int, dispatcher]):
    """Everything a loop watches, by file descriptor; it takes the place of waitress's own map."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = selectors.DefaultSelector()
        self._events: dict[int, int] = {}  # what is waited for; nothing is not registered
        self._stirred: set[int] = set()

    def __setitem__(self, file: int, watched: dispatcher) -> None:
        """Watch something from now on."""
        super().__setitem__(file, watched)
        self._stirred.add(file)

    def __delitem__(self, file: int) -> None:
        """Watch it no longer; its file is open still."""
        super().__delitem__(file)
        self._stirred.discard(file)
        self._wait_for(file, 0)

    def turn(self, seconds: float) -> None:
        """Do what is due, waiting at most so many seconds for something to do."""
        for file in tuple(self._stirred):
            if file in self:  # Else another one took it along to its end.
                self._look(file)
        for key, events in self._selector.select(seconds):
            watched = self.get(key.fd)
            if watched is not None:  # Else it was closed by another one on this turn.
                _do(watched, events)
                if not (_rests(watched) and self._events.get(key.fd) == selectors.EVENT_READ):
                    self._stirred.add(key.fd)

    def stir(self, file: int) -> None:
        """Look at a file on the next turn: its time has come."""
        self._stirred.add(file)

    def close(self) -> None:
        """Release what the system holds for the watch."""
        self._selector.close()

    def _look(self, file: int) -> None:
        """Find out what a file waits for; if that is to be read from, or a time, let it rest."""
        watched = self[file]
        events = selectors.EVENT_READ if watched.readable() else 0
        if watched.writable() and not watched.accepting:
            events |= selectors.EVENT_WRITE
        if file not in self:
            return  # It came to its end when it was asked.
        self._wait_for(file, events)
        # Asked last, so that what a thread left behind while the rest was asked is seen.
        rests = _rests(watched) if events == selectors.EVENT_READ else _sleeps(watched)
        if rests and not events & selectors.EVENT_WRITE:
            self._stirred.discard(file)

    def _wait_for(self, file: int, events: int) -> None:
        before = self._events.get(file, 0)
        if events == before:
            return
        if not events:
            del self._events[file]
            self._selector.unregister(file)
            return
        self._events[file] = events
        if before:
            self._selector.modify(file, events)
        else:
            self._selector.register(file, events)


def _rests(watched: dispatcher) -> bool:
    """Return whether it waits for something to read, until there is something to read."""
    return getattr(watched, "rests", True)


def _sleeps(watched: dispatcher) -> bool:
    """Return whether nothing is to be done until somebody calls `Watch.stir`."""
    return getattr(watched, "sleeps", False)


def _do(watched: dispatcher, events: int) -> None:
    if events & selectors.EVENT_READ:
        wasyncore.read(watched)
    if events & selectors.EVENT_WRITE and watched.writable():
        wasyncore.write(watched)
