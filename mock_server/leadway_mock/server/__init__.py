"""The HTTP server in front of the mock: waitress, made strict, JSON-spoken and stoppable."""

from leadway_mock.server.binding import ServerError
from leadway_mock.server.serving import Server

__all__ = ["Server", "ServerError"]
