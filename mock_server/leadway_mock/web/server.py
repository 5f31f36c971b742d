"""Opens the HTTP server for the mock's application, as its settings say, and stops it in time."""

from __future__ import annotations

import faulthandler
import logging
import os
import threading
from pathlib import Path
from socket import socket

from flask import Flask

from leadway_mock.config.settings import Settings
from leadway_mock.http_server import Server
from leadway_mock.state.snapshots import MAX_BYTES
from leadway_mock.util.certificates import server_context
from leadway_mock.web import PLATFORM

log = logging.getLogger(__name__)

GRACE_SECONDS = 10.0
"""Time that requests under way get when the server is to stop."""

_END_SECONDS = 1.0
"""Time after that to close the store and end."""


def open_server(
    app: Flask,
    settings: Settings,
    *,
    listening: socket | None = None,
    grace: float = GRACE_SECONDS,
) -> Server:
    """Return a server for `app` that listens from now on: at its address, or on `listening`.

    Raises `ServerError`, and `CertificateError` where the setting `tls` cannot be followed.
    """
    return Server(
        app,
        settings.host,
        settings.port,
        platform=app.extensions[PLATFORM],
        threads=settings.threads,
        max_body=max(2 * settings.max_body_bytes, settings.max_agent_bytes, MAX_BYTES),
        grace=grace,
        tls=server_context() if settings.tls else None,
        listen_socket=listening,
    )


def stop_process(server: Server) -> None:
    """Stop `server`, which ends the process; end it after the grace period in any case."""
    server.stop()
    timer = threading.Timer(GRACE_SECONDS + _END_SECONDS, _end_process)
    timer.daemon = True
    timer.start()
    # The timer cannot run while a function in C holds Python's global lock; this needs no lock.
    nowhere = Path(os.devnull).open("wb")  # noqa: SIM115 - open until the process ends
    faulthandler.dump_traceback_later(GRACE_SECONDS + 2 * _END_SECONDS, exit=True, file=nowhere)


def _end_process() -> None:
    log.error("Requests still run %g seconds after the signal. The mock ends.", GRACE_SECONDS)
    os._exit(1)
