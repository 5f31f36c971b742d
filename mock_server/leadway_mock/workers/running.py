"""From settings to workers: what they share, and what one of them does."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory
from urllib.parse import quote

from leadway_mock.config.settings import Settings
from leadway_mock.contract.model import ContractError
from leadway_mock.documents.problems import ProblemsError
from leadway_mock.http_server import ServerError, bind, url_of
from leadway_mock.pipeline.assembly import build_emulator
from leadway_mock.store import IN_MEMORY, StoreError, redact_url
from leadway_mock.web import create_app
from leadway_mock.web.server import open_server
from leadway_mock.workers.lines import Line
from leadway_mock.workers.link import Link
from leadway_mock.workers.supervising import Supervisor

CANNOT_START = 2


def run_workers(settings: Settings, announce: Callable[[str, str], None]) -> int:
    """Serve with `settings.workers` processes until a signal ends them; return the exit code.

    `announce` is called when all of them answer, with the URL, and a sentence on what they share.
    Raises what `open_server` raises, before anything is started.
    """
    _check_system()
    with bind(settings.host, settings.port) as listening, one_store(settings) as (shared, told):
        # What cannot be used is said by one process and not by each; and a database is made once.
        build_emulator(shared).close()
        url = url_of(listening)
        said = f"{settings.workers} workers answer, {told}."
        work = partial(_work, shared, listening)
        supervisor = Supervisor(settings.workers, work, listening, lambda: announce(url, said))
        return supervisor.run()


def _work(settings: Settings, listening: socket, line: Line) -> int:
    """Answer on `listening` until the supervisor says that it is enough; return the exit code."""
    link = Link(line, settings.workers)
    try:
        emulator = build_emulator(settings)
    except (ProblemsError, ContractError, StoreError) as error:
        link.fail(str(error))
        return CANNOT_START
    with closing(emulator):
        emulator.crew = link
        server = open_server(create_app(emulator=emulator), settings, listening=listening)
        signal.signal(signal.SIGTERM, lambda *_: server.stop())
        gc.freeze()  # What is there now stays until the end, and need not be looked through again.
        link.open(emulator.metrics, server.stop)
        server.run()
    link.close()  # Last: the supervisor kills a worker whose end of the line is closed.
    return 0


@contextmanager
def one_store(settings: Settings) -> Iterator[tuple[Settings, str]]:
    """Give settings whose store can be shared, and say which it is; a private one is removed.

    What is said shows no password.
    """
    if settings.store not in IN_MEMORY:
        yield settings, f"all from the store {redact_url(settings.store)}"
        return
    with TemporaryDirectory(prefix="leadway-mock-") as folder:
        file = Path(folder) / "mock.db"
        store = f"sqlite:///{quote(str(file))}"
        yield replace(settings, store=store), f"all from {file}, which is removed at the end"


def _check_system() -> None:
    if not hasattr(os, "fork"):
        raise ServerError(
            "Several workers need an operating system that can fork a process, as Linux and macOS"
            " do. Leave --workers out: one process answers --threads requests at the same time."
        )
