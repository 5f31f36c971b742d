"""Hot reload of changed files. If a file is broken, the last good version stays in use.

A request starts the check, at most once a second, and waits for it for up to a second. A longer one
goes on in its thread, and requests get the last good version meanwhile. Open sessions keep the
dialogue and the agent that they began with.
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
from leadway_mock.contract.loader import contract_file
from leadway_mock.contract.model import ContractError
from leadway_mock.contract.observations import load_observed_contract
from leadway_mock.dialogues import load_dialogues
from leadway_mock.dialogues.loading.files import dialogue_files
from leadway_mock.dialogues.loading.parser import DialogueError
from leadway_mock.documents.problems import ProblemsError
from leadway_mock.pipeline.emulator import Emulator
from leadway_mock.util.printable_text import short_lines

log = logging.getLogger(__name__)

CHECK_SECONDS: Final = 1.0
MAX_WAIT_SECONDS: Final = 1.0
NOT_RELOADED: Final = "not reloaded; the last good version stays in use."

Stamp: TypeAlias = tuple[tuple[str, int, int], ...]
"""Name, modification time and size of files, to detect changes."""


@dataclass(slots=True)
class WatchedFile:
    """A file or folder, and how to load it."""

    name: str
    path: Path
    load: Callable[[], None]
    """Loads the file and serves it, or raises and changes nothing."""

    load_errors: dict[str, str]
    """Receives, under `name`, why the present version cannot be loaded."""

    stamp: Stamp = ()

    def check(self) -> None:
        """Load the file if it has changed since it was loaded."""
        stamp = stamp_of(self.path)
        if stamp == self.stamp:
            return
        self.stamp = stamp  # Taken before loading, so that a later change is detected.
        try:
            self.load()
        except Exception as error:  # noqa: BLE001 - no file may stop the mock
            is_known = isinstance(error, ProblemsError | ContractError)
            text = short_lines(str(error) if is_known else f"{type(error).__name__}: {error}")
            self.load_errors[self.name] = text
            log.error("%s: %s\n%s", self.name, NOT_RELOADED, text)  # noqa: TRY400 - the text is enough
        else:
            self.load_errors.pop(self.name, None)
            log.info("%s: reloaded from %s", self.name, self.path)


@dataclass(slots=True)
class HotReloader:
    """Checks the files of a mock for changes."""

    sources: tuple[WatchedFile, ...]
    now: Callable[[], float] = time.monotonic
    _checked_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Record the present versions as loaded."""
        for source in self.sources:
            source.stamp = stamp_of(source.path)
        self._checked_at = self.now()

    @property
    def is_due(self) -> bool:
        """Whether `check` would look at the files, which may block."""
        return not self._lock.locked() and self.now() - self._checked_at >= CHECK_SECONDS

    def check(self) -> None:
        """Load changed files, unless the last check was less than a second ago."""
        if not self.is_due or not self._lock.acquire(blocking=False):
            return
        thread = threading.Thread(target=self._check_all, name="leadway-mock-reload", daemon=True)
        thread.start()
        thread.join(MAX_WAIT_SECONDS)

    def _check_all(self) -> None:
        try:
            for source in self.sources:
                source.check()
            self._checked_at = self.now()
        finally:
            self._lock.release()


def hot_reloader_for(emulator: Emulator) -> HotReloader:
    """Return the reloader for the files in the settings of `emulator`."""
    settings = emulator.settings
    loads: list[tuple[str, Path, Callable[[], None]]] = [
        (
            "contract",
            contract_file(),
            lambda: emulator.serve(contract=load_observed_contract(settings.observations)),
        )
    ]
    if settings.agents_file:
        agents = Path(settings.agents_file)
        loads.append(("agents", agents, lambda: emulator.serve(agents=load_agents(agents))))
    if settings.dialogues:
        talks = Path(settings.dialogues)
        loads.append(("dialogues", talks, lambda: emulator.dialogues.serve(load_dialogues(talks))))
    return HotReloader(tuple(WatchedFile(*each, emulator.load_errors) for each in loads))


def stamp_of(path: Path) -> Stamp:
    """Return the stamp of a file, or of all files in a folder."""
    files: Iterable[Path] = [path]
    with suppress(DialogueError, OSError):
        files = dialogue_files(path)
    return tuple(_stamp(file) for file in files)


def _stamp(file: Path) -> tuple[str, int, int]:
    try:
        status = file.stat()
    except OSError:
        return str(file), 0, 0
    return str(file), status.st_mtime_ns, status.st_size
