"""Starts a mock with several workers, and runs one worker."""

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
from leadway_mock.workers.line_protocol import MessageSocket
from leadway_mock.workers.supervisor import Supervisor
from leadway_mock.workers.worker_link import WorkerLink

CANNOT_START = 2


def run_workers(settings: Settings, announce: Callable[[str, str], None]) -> int:
    """Serve with `settings.workers` processes until a signal; return the exit code.

    `announce` is called when all of them serve, with the URL and a sentence about their store.
    Raises the errors of `open_server` before any process is started.
    """
    _check_system()
    with bind(settings.host, settings.port) as listening, one_store(settings) as (shared, store):
        # One process reports unusable files, and creates the database.
        build_emulator(shared).close()
        url = url_of(listening)
        note = f"{settings.workers} workers serve {store}."
        work = partial(_work, shared, listening)
        supervisor = Supervisor(settings.workers, work, listening, lambda: announce(url, note))
        return supervisor.run()


def _work(settings: Settings, listening: socket, connection: MessageSocket) -> int:
    """Serve on `listening` until the supervisor stops this worker; return the exit code."""
    link = WorkerLink(connection, settings.workers)
    try:
        emulator = build_emulator(settings)
    except (ProblemsError, ContractError, StoreError) as error:
        link.fail(str(error))
        return CANNOT_START
    with closing(emulator):
        emulator.workers = link
        server = open_server(create_app(emulator=emulator), settings, listening=listening)
        signal.signal(signal.SIGTERM, lambda *_: server.stop())
        gc.freeze()  # All of this stays until the end; garbage collections can skip it.
        link.open(emulator.metrics, server.stop)
        server.run()
    link.close()  # Last: the supervisor kills a worker whose connection has ended.
    return 0


@contextmanager
def one_store(settings: Settings) -> Iterator[tuple[Settings, str]]:
    """Yield settings with a store that processes can share, and its description.

    A `memory:` store becomes a private SQLite file, which is removed at the end. The description
    contains no password.
    """
    if settings.store not in IN_MEMORY:
        yield settings, f"from the store {redact_url(settings.store)}"
        return
    with TemporaryDirectory(prefix="leadway-mock-") as folder:
        file = Path(folder) / "mock.db"
        store = f"sqlite:///{quote(str(file))}"
        yield replace(settings, store=store), f"from {file}, which is removed at the end"


def _check_system() -> None:
    if not hasattr(os, "fork"):
        raise ServerError(
            "Several workers need an operating system that can fork a process, as Linux and macOS"
            " do. Leave --workers out: one process handles --threads requests at the same time."
        )
