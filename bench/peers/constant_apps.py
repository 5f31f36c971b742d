"""Flask and WSGI applications that respond to everything alike: the most that a server can do.

    python -m bench.peers.constant_apps flask|wsgi PORT

Serves one of them on the mock's own HTTP server; granian imports this module by itself.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from flask import Flask, Response, request

from bench.constant_server import BODY

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


def main() -> None:
    """Serve until killed."""
    from leadway_mock.http_server import Server  # noqa: PLC0415 - granian's environment has no mock

    name, port = sys.argv[1:]
    app = flask if name == "flask" else wsgi
    Server(app, port=int(port)).run()


if __name__ == "__main__":
    main()
