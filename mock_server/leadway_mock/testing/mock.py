"""`Mock`: a mock for one test, scripted, watched and strict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from leadway_mock.agents import MAGIC_TOKENS
from leadway_mock.faults import Fault
from leadway_mock.state.namespace import SHARED, Space
from leadway_mock.testing.assertions import Watching
from leadway_mock.testing.dialogue_sources import Source
from leadway_mock.testing.expectations import (
    ALLOW,
    KINDS,
    Complaint,
    NotAsScriptedError,
    check_kinds,
    complaints_of,
    report,
    stray,
)
from leadway_mock.testing.host import Host
from leadway_mock.testing.journal import Entry, told_requests
from leadway_mock.testing.unused_script import missed_turns, told_turn
from leadway_mock.util.redaction import fingerprint

_MAGIC = frozenset(fingerprint(f"Bearer {token}") for token in MAGIC_TOKENS)


class Mock(Watching):
    """One test's own mock: nobody else's sessions, requests, dialogues, faults and clock.

    Args:
        dialogue: what it can talk about, or a list of such, each as `dialogue` takes it.
        faults: what to break, or a list of such, each as `fault` takes it.
        strict: whether anything at all may fail the test by itself.
        allow: words of `leadway_mock.testing.KINDS` that even a strict test lets pass.
        folder: where the paths of dialogues begin; the working folder by default.
        any_token: count what every token does, and not only this test's own.
        serve: listen on a port; without it, call `wsgi_app` in process.
        on: a host to share with others. By default the mock is alone.
        settings: as `leadway mock` has them, such as `seed=1`; with a shared host, only those that
            can be changed while it runs.

    Raises:
        ValueError: `allow` has a word that is not known; and on entering, what is wrong with
            dialogues (`DialogueError`), faults (`FaultError`) or settings (`SettingsError`).
    """

    def __init__(  # noqa: PLR0913 - each is an option with a default
        self,
        *,
        dialogue: Source | Sequence[Source] = (),
        faults: Fault | Mapping[str, Any] | Sequence[Fault | Mapping[str, Any]] = (),
        strict: bool = True,
        allow: Iterable[str] | str = (),
        folder: Path | str = "",
        any_token: bool = False,
        serve: bool = True,
        on: Host | None = None,
        **settings: Any,  # noqa: ANN401 - the fields of `Settings`
    ) -> None:
        super().__init__(on, settings, serve=serve, folder=Path(folder))
        self._allowed = check_kinds(allow if strict else KINDS)
        self._prepared = _listed(dialogue), _listed(faults)
        self._any_token = any_token
        self._before: dict[str, int] = {}

    def allow(self, *kinds: str) -> None:
        """Let these kinds of things pass in this test; they are words of `KINDS`."""
        self._allowed |= check_kinds(kinds)

    def expect_files(self) -> None:
        """Count the turns of the setting `dialogues` as this test's own, so that none is unused."""
        self._scripts |= self.host.emulator.dialogues.files

    def complaints(self) -> list[Complaint]:
        """Return what went otherwise than scripted so far, but for what is allowed."""
        own = complaints_of(self._entries(self.space))
        found = [*own, *self._strays(), *self._unused()]
        return [each for each in found if each.kind not in self._allowed]

    def verify(self) -> None:
        """Raise `NotAsScriptedError` if anything went otherwise than scripted."""
        found = self.complaints()
        if found:
            raise NotAsScriptedError(self.report(found))

    def explain(self, error: BaseException) -> None:
        """Add what went otherwise than scripted to an error, of which it may be the cause."""
        found = self.complaints()
        if found:
            error.add_note(f"\n{self.report(found, allow='')}")

    def report(self, complaints: Sequence[Complaint], *, allow: str = ALLOW) -> str:
        """Return `complaints` as one text, with the requests that there were; see `verify`."""
        return report(complaints, seen=told_requests(list(self.journal)), allow=allow)

    def open(self) -> Self:
        """Begin, until `close`. As a context manager it does both, and verifies in between."""
        try:
            self._open(everybodys=self._any_token)
            self._before = {each.name: each.journal.written() for each in self._watched()}
            self._prepare()
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """Forget everything, and stop what was started for this test alone."""
        self._close()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Verify, and close whatever comes of it; an error that passes is explained instead."""
        try:
            if error is None:
                self.verify()
            else:
                self.explain(error)
        finally:
            self.close()

    def _prepare(self) -> None:
        dialogues, faults = self._prepared
        if self._settings and not self._is_alone:
            self.settings(**self._settings)
        if dialogues:
            self.dialogue(*dialogues)
        for fault in faults:
            self.fault(fault)

    def _watched(self) -> tuple[Space, Space]:
        """Return this test's space, and everybody's, where requests without its token end up."""
        return self.space, self._spaces.shared()

    def _entries(self, space: Space) -> Iterator[Entry]:
        """Return what came into `space` since this test began."""
        return space.journal.found(lambda _: True, after=self._before[space.name])

    def _strays(self) -> Iterator[Complaint]:
        """Yield what is wrong with requests that came without this test's token."""
        if self._space_name == SHARED:
            return
        for entry in self._entries(self._spaces.shared()):
            if entry["request"]["token"] not in self.host.past_tokens:
                yield from self._of_a_stranger(entry)

    def _of_a_stranger(self, entry: Entry) -> Iterator[Complaint]:
        token = entry["request"]["token"]
        wrong = list(complaints_of([entry]))
        yield from wrong
        if not wrong and token is not None and token not in _MAGIC:
            yield stray(entry, self.token)

    def _unused(self) -> Iterator[Complaint]:
        used: dict[str, set[int]] = {}
        for use in self.host.emulator.dialogues.uses(self.space):
            if use.times:
                used.setdefault(use.dialogue.name, set()).add(use.turn.number)
        for dialogue in self._scripts.values():
            for turn in missed_turns(dialogue, used.get(dialogue.name, ())):
                yield Complaint("unused", told_turn(dialogue, turn))
        faults = self.space.faults
        for armed in faults:
            if not faults.count(armed.key).hits:
                yield Complaint("unused", f"fault '{armed.fault.id}' ({armed.fault.does})")


def _listed(given: Any) -> list[Any]:  # noqa: ANN401 - one of something, or several
    return list(given) if isinstance(given, list | tuple | set) else [given]
