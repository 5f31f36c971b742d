"""Serve a constant on the mock's own server.

python -m bench.peers.on_our_server flask|wsgi PORT
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bench.peers import constants
from leadway_mock.http_server import Server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

APPS: Mapping[str, WSGIApplication] = {"flask": constants.flask, "wsgi": constants.wsgi}


def main() -> None:
    """Serve until killed."""
    name, port = sys.argv[1:]
    Server(APPS[name], port=int(port)).run()


if __name__ == "__main__":
    main()
