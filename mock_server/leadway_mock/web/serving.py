"""The mock's application behind a server, as its settings say."""

from __future__ import annotations

from socket import socket

from flask import Flask

from leadway_mock.config.settings import Settings
from leadway_mock.server import Server
from leadway_mock.state.snapshots import MAX_BYTES
from leadway_mock.web import prompt_of

GRACE = 10.0
"""Seconds that requests in flight get when the server is to stop."""


def open_server(
    app: Flask,
    settings: Settings,
    *,
    listening: socket | None = None,
    grace: float = GRACE,
) -> Server:
    """Return a server for `app` that listens from now on: at its address, or on `listening`.

    Raises `ServerError`.
    """
    return Server(
        app,
        settings.host,
        settings.port,
        threads=settings.threads,
        max_body=max(2 * settings.max_body_bytes, MAX_BYTES),
        grace=grace,
        prompt=prompt_of(app),
        listening=listening,
    )
