"""Hot reload: files that change are read again, and a broken one leaves the last good one in place.

Files are looked at when a request comes, at most once a second: no thread waits for them, and a
mock that nobody talks to does nothing. Sessions stay with the dialogue, and with the agent, that
they began with.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from leadway_mock.agents.file.loader import load_agents
from leadway_mock.contract.loader import contract_file, load_contract
from leadway_mock.contract.model import ContractError
from leadway_mock.dialogues import load_dialogues
from leadway_mock.dialogues.loading.files import dialogue_files
from leadway_mock.dialogues.loading.parser import DialogueError
from leadway_mock.documents.problems import ProblemsError
from leadway_mock.pipeline.emulator import Emulator

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = 1.0
KEPT: Final = "not reloaded; the last good one is served on."

Stamp: TypeAlias = tuple[tuple[str, int, int], ...]
"""What tells whether files have changed: their names, times of modification, and sizes."""


@dataclass(slots=True)
class WatchedFile:
    """Something that is read from files, and how."""

    name: str
    path: Path
    load: Callable[[], None]
    """Read it and serve it, or raise and leave everything as it is."""

    troubles: dict[str, str]
    """Where to say, under `name`, why the files are not served as they are now."""

    stamp: Stamp = ()

    def look(self) -> None:
        """Read the files again if they have changed since they were last read."""
        stamp = stamp_of(self.path)
        if stamp == self.stamp:
            return
        self.stamp = stamp  # Of before they are read: a change meanwhile is seen next time.
        try:
            self.load()
        except Exception as error:  # noqa: BLE001 - whatever a file does, the mock goes on
            known = isinstance(error, ProblemsError | ContractError)
            trouble = str(error) if known else f"{type(error).__name__}: {error}"
            self.troubles[self.name] = trouble
            log.error("%s: %s\n%s", self.name, KEPT, trouble)  # noqa: TRY400 - it is told
        else:
            self.troubles.pop(self.name, None)
            log.info("%s: reloaded from %s", self.name, self.path)


@dataclass(slots=True)
class HotReloader:
    """All that a mock reads from files, looked at now and then."""

    sources: tuple[WatchedFile, ...]
    now: Callable[[], float] = time.monotonic
    _looked: float = 0.0
    _busy: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Take the files as they are now for known."""
        for source in self.sources:
            source.stamp = stamp_of(source.path)
        self._looked = self.now()

    def check(self) -> None:
        """Read again what has changed, unless that was asked less than a second ago."""
        if self.now() - self._looked < EVERY_SECONDS or not self._busy.acquire(blocking=False):
            return
        try:
            for source in self.sources:
                source.look()
            self._looked = self.now()
        finally:
            self._busy.release()


def hot_reloader_for(emulator: Emulator) -> HotReloader:
    """Return what keeps `emulator` up to date with the files that its settings name."""
    settings = emulator.settings
    loads: list[tuple[str, Path, Callable[[], None]]] = [
        ("contract", contract_file(), lambda: emulator.serve(contract=load_contract()))
    ]
    if settings.agents_file:
        agents = Path(settings.agents_file)
        loads.append(("agents", agents, lambda: emulator.serve(agents=load_agents(agents))))
    if settings.dialogues:
        talks = Path(settings.dialogues)
        loads.append(("dialogues", talks, lambda: emulator.dialogues.serve(load_dialogues(talks))))
    return HotReloader(tuple(WatchedFile(*each, emulator.load_errors) for each in loads))


def stamp_of(path: Path) -> Stamp:
    """Return what tells whether the file at `path`, or any in that folder, has changed."""
    files: Iterable[Path] = [path]
    with suppress(DialogueError, OSError):
        files = dialogue_files(path)
    return tuple(_stamp(file) for file in files)


def _stamp(file: Path) -> tuple[str, int, int]:
    try:
        found = file.stat()
    except OSError:
        return str(file), 0, 0
    return str(file), found.st_mtime_ns, found.st_size
