"""Servers that respond to everything alike: the most that a server can do.

    python -m bench.peers.constant_apps flask|wsgi|asyncio PORT

Serves a Flask or a WSGI application on the mock's own HTTP server, or asyncio with httptools alone,
which shows what the system and the event loop take.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from flask import Flask, Response, request

from bench.constant_server import BODY, serve
from leadway_mock.http_server import Server

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(BODY)))]


def wsgi(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Read the body, as every application must, and respond."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", HEADERS)
    return [BODY]


flask = Flask(__name__, static_folder=None)


@flask.post("/agent-studio/agent/<agent_id>/execute")
def execute(agent_id: str) -> Response:
    """Read the body, and respond."""
    del agent_id
    request.get_data()
    return Response(BODY, content_type="application/json")


if __name__ == "__main__":
    name, port = sys.argv[1:]
    if name == "asyncio":
        asyncio.run(serve(int(port)))
    else:
        Server(flask if name == "flask" else wsgi, port=int(port)).run()
