"""`Mock`: a mock for one test, scripted, watched and strict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from leadway_mock.agents import TEST_TOKENS
from leadway_mock.faults import Fault
from leadway_mock.state.namespace import SHARED, Namespace
from leadway_mock.testing.assertions import Assertions
from leadway_mock.testing.dialogue_sources import DialogueSource
from leadway_mock.testing.expectations import (
    ALLOW,
    KINDS,
    Unexpected,
    UnexpectedInteractionError,
    check_kinds,
    find_unexpected,
    report,
    wrong_token,
)
from leadway_mock.testing.host import Host
from leadway_mock.testing.journal import JournalEntry, format_requests
from leadway_mock.testing.unused_script import format_turn, missed_turns
from leadway_mock.util.redaction import fingerprint

_MAGIC = frozenset(fingerprint(f"Bearer {token}") for token in TEST_TOKENS)


class Mock(Assertions):
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
        dialogue: DialogueSource | Sequence[DialogueSource] = (),
        faults: Fault | Mapping[str, Any] | Sequence[Fault | Mapping[str, Any]] = (),
        strict: bool = True,
        allow: Iterable[str] | str = (),
        folder: Path | str = "",
        any_token: bool = False,
        serve: bool = True,
        host: Host | None = None,
        **settings: Any,  # noqa: ANN401 - the fields of `Settings`
    ) -> None:
        super().__init__(host, settings, serve=serve, folder=Path(folder))
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

    def unexpected(self) -> list[Unexpected]:
        """Return what went otherwise than scripted so far, but for what is allowed."""
        own = find_unexpected(self._entries(self.space))
        found = [*own, *self._wrong_token_requests(), *self._unused()]
        return [each for each in found if each.kind not in self._allowed]

    def verify(self) -> None:
        """Raise `NotAsScriptedError` if anything went otherwise than scripted."""
        found = self.unexpected()
        if found:
            raise UnexpectedInteractionError(self.report(found))

    def annotate(self, error: BaseException) -> None:
        """Add what went otherwise than scripted to an error, of which it may be the cause."""
        found = self.unexpected()
        if found:
            error.add_note(f"\n{self.report(found, allow='')}")

    def report(self, complaints: Sequence[Unexpected], *, allow: str = ALLOW) -> str:
        """Return `complaints` as one text, with the requests that there were; see `verify`."""
        return report(complaints, seen=format_requests(list(self.journal)), allow=allow)

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
                self.annotate(error)
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

    def _watched(self) -> tuple[Namespace, Namespace]:
        """Return this test's space, and everybody's, where requests without its token end up."""
        return self.space, self._spaces.shared()

    def _entries(self, space: Namespace) -> Iterator[JournalEntry]:
        """Return what came into `space` since this test began."""
        return space.journal.find(lambda _: True, after=self._before[space.name])

    def _wrong_token_requests(self) -> Iterator[Unexpected]:
        """Yield what is wrong with requests that came without this test's token."""
        if self._space_name == SHARED:
            return
        for entry in self._entries(self._spaces.shared()):
            if entry["request"]["tokenFingerprint"] not in self.host.past_tokens:
                yield from self._unexpected_in(entry)

    def _unexpected_in(self, entry: JournalEntry) -> Iterator[Unexpected]:
        token = entry["request"]["tokenFingerprint"]
        wrong = list(find_unexpected([entry]))
        yield from wrong
        if not wrong and token is not None and token not in _MAGIC:
            yield wrong_token(entry, self.token)

    def _unused(self) -> Iterator[Unexpected]:
        used: dict[str, set[int]] = {}
        for use in self.host.emulator.dialogues.uses(self.space):
            if use.times:
                used.setdefault(use.dialogue.name, set()).add(use.turn.number)
        for dialogue in self._scripts.values():
            for turn in missed_turns(dialogue, used.get(dialogue.name, ())):
                yield Unexpected("unused", format_turn(dialogue, turn))
        faults = self.space.faults
        for armed in faults:
            if not faults.count(armed.key).hits:
                yield Unexpected("unused", f"fault '{armed.fault.id}' ({armed.fault.label})")


def _listed(given: Any) -> list[Any]:  # noqa: ANN401 - one of something, or several
    return list(given) if isinstance(given, list | tuple | set) else [given]
