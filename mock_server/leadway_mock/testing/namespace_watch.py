"""Watch of the namespaces that a test uses: what happened in each, and what was unexpected."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.state.journal_entry import JournalEntry
from leadway_mock.state.namespaces import ALL_SCOPES, SHARED, Namespace
from leadway_mock.testing.expectations import (
    Unexpected,
    find_unexpected,
    find_unused_faults,
    find_unused_turns,
    find_wrong_tokens,
)
from leadway_mock.testing.journal import MAX_LISTED, format_request

MAX_FOUND: Final = 1_000
"""Unexpected interactions that are kept of a namespace that was reset or closed; the newest."""


@dataclass(slots=True)
class _Watched:
    """One namespace: where its journal began, and what was found before it was last cleared."""

    position: int
    opened: bool
    """Whether it was opened since the watch began."""

    found: deque[Unexpected] = field(default_factory=lambda: deque(maxlen=MAX_FOUND))
    requests: deque[str] = field(default_factory=lambda: deque(maxlen=MAX_LISTED))
    count: int = 0
    """Number of requests before it was last cleared."""


class NamespaceWatch:
    """Finds unexpected interactions in all namespaces, reset and closed ones included."""

    def __init__(
        self, emulator: Emulator, main: str, *, mocks: Collection[str], token: Callable[[], str]
    ) -> None:
        """Watch from now on.

        `main` is the namespace of the test itself, with the token that `token` returns; `mocks` has
        those of all mocks on the host, which are left out.
        """
        self._emulator = emulator
        self._main = main
        self._others = mocks
        self._token = token
        self._watched: dict[str, _Watched] = {}
        self._used: defaultdict[str, set[int]] = defaultdict(set)
        """Turns of the dialogues of files that any namespace has used, by dialogue."""

        for name in (main, SHARED, *emulator.namespaces.list_open()):
            namespace = None if self._is_other(name) else emulator.namespaces.get(name)
            if namespace is not None:
                self._watched[name] = _Watched(namespace.journal.count_written(), opened=False)
        emulator.namespaces.observers.append(self)

    def stop(self) -> None:
        """Stop watching; the last watch closes the namespaces that were left open meanwhile."""
        namespaces = self._emulator.namespaces
        namespaces.observers.remove(self)
        opened = [name for name, watched in self._watched.items() if watched.opened]
        for namespace in map(namespaces.get, () if namespaces.observers else opened):
            if namespace is not None:
                namespaces.close(namespace)

    def namespace_opened(self, namespace: Namespace) -> None:
        """Begin at the present end of the journal of a namespace."""
        if not self._is_other(namespace.name):
            watched = self._watched.setdefault(namespace.name, _Watched(0, opened=True))
            watched.position = namespace.journal.count_written()

    def before_clear(self, namespace: Namespace, scopes: Collection[str]) -> None:
        """Keep what was unexpected in a namespace that is about to be reset or closed."""
        watched = self._watched.get(namespace.name)
        if watched is None:
            return
        entries = list(_entries(namespace, watched))
        watched.requests += map(format_request, entries)
        watched.count += namespace.journal.count_written() - watched.position
        watched.found += self._judge_requests(namespace, entries)
        cleared = {"faults", "dialogues"} if ALL_SCOPES & set(scopes) else set(scopes)
        if "faults" in cleared:
            watched.found += find_unused_faults(namespace.faults, self._place(namespace.name))
        if "dialogues" in cleared:
            watched.found += self._find_unused_turns(namespace)

    def find(self, *, ignored: Collection[str], files: bool) -> list[Unexpected]:
        """Return the unexpected interactions so far; those of the test's own namespace first.

        `ignored` has the fingerprints of finished tests' tokens. With `files`, every turn of the
        setting `dialogues` must be used, in any namespace.
        """
        found: list[Unexpected] = []
        for name, watched in self._in_order():
            found += watched.found
            if namespace := self._emulator.namespaces.get(name):
                entries = _entries(namespace, watched)
                found += self._judge_requests(namespace, entries, ignored)
                if name == self._main or name != SHARED:
                    found += self._find_unused_turns(namespace)
                    found += find_unused_faults(namespace.faults, self._place(name))
        dialogues = self._emulator.dialogues.files.values() if files else ()
        return [*found, *find_unused_turns(dialogues, self._used)]

    def request_lines(self) -> Iterator[str]:
        """Yield the newest requests of each namespace as lines of text."""
        is_empty = True
        for name, watched in self._in_order():
            namespace = self._emulator.namespaces.get(name)
            lines, count = list(watched.requests), watched.count
            if namespace and (name == self._main or name != SHARED):
                lines += map(format_request, _entries(namespace, watched))
                count += namespace.journal.count_written() - watched.position
            if lines:
                is_empty = False
                yield f"Requests{self._place(name)}:"
                if omitted := count - len(lines[-MAX_LISTED:]):
                    yield f"({omitted} earlier requests are not listed)"
                yield from lines[-MAX_LISTED:]
        if is_empty:
            yield (
                "The mock received no request" + " with this test's token" * bool(self._main) + "."
            )

    def _judge_requests(
        self, namespace: Namespace, entries: Iterable[JournalEntry], ignored: Collection[str] = ()
    ) -> Iterator[Unexpected]:
        if namespace.name == SHARED != self._main:  # These requests had no token of a test.
            return find_wrong_tokens(entries, self._token(), ignored=ignored)
        return find_unexpected(entries, self._place(namespace.name))

    def _find_unused_turns(self, namespace: Namespace) -> Iterator[Unexpected]:
        """Yield unused turns of the namespace's own dialogues; note the used ones of files."""
        used = defaultdict[str, set[int]](set)
        registry = self._emulator.dialogues
        for usage in registry.uses(namespace):
            if usage.times:
                used[usage.dialogue.name].add(usage.turn.number)
        own = []
        for name, dialogue in registry.of(namespace).items():
            if registry.files.get(name) is dialogue:
                self._used[name] |= used[name]
            else:
                own.append(dialogue)
        return find_unused_turns(own, used, self._place(namespace.name))

    def _is_other(self, name: str) -> bool:
        return name != self._main and name in self._others

    def _in_order(self) -> list[tuple[str, _Watched]]:
        """Return the test's own namespace, then the others."""
        return sorted(self._watched.items(), key=lambda each: each[0] != self._main)

    def _place(self, name: str) -> str:
        """Return a namespace for messages, unless it is the test's own."""
        return "" if name in {self._main, SHARED} else f" in namespace {name}"


def _entries(namespace: Namespace, watched: _Watched) -> Iterator[JournalEntry]:
    """Return the journal entries of a namespace since the watch began, or it was cleared."""
    return namespace.journal.find(lambda _: True, after=watched.position)
