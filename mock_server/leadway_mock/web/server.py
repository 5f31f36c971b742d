"""Opens the HTTP server for the mock's application, as its settings say."""

from __future__ import annotations

from socket import socket

from flask import Flask

from leadway_mock.config.settings import Settings
from leadway_mock.http_server import Server
from leadway_mock.state.snapshots import MAX_BYTES
from leadway_mock.web import PLATFORM

GRACE_SECONDS = 10.0
"""Time that requests under way get when the server is to stop."""


def open_server(
    app: Flask,
    settings: Settings,
    *,
    listening: socket | None = None,
    grace: float = GRACE_SECONDS,
) -> Server:
    """Return a server for `app` that listens from now on: at its address, or on `listening`.

    Raises `ServerError`.
    """
    return Server(
        app,
        settings.host,
        settings.port,
        platform=app.extensions[PLATFORM],
        threads=settings.threads,
        max_body=max(2 * settings.max_body_bytes, MAX_BYTES),
        grace=grace,
        listen_socket=listening,
    )
